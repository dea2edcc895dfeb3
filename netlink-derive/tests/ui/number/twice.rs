use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, IFLA_LINK = 5)]
    mtu: Option<u32>,
}

fn main() {}
