use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 4)]
struct Info {
    #[netlink(0)]
    index: u32,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, flex)]
    mtu: Option<Flex<Info>>,
}

fn main() {}
