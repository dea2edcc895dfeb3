use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, be, le)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINK = 5, be32, u32)]
    link: Option<u32>,
}

fn main() {}
