use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, sint)]
    mtu: Option<u64>,
    #[netlink(IFLA_LINK = 5, uint)]
    link: Option<u32>,
    #[netlink(IFLA_AGE = 6, msecs)]
    age: Option<u32>,
}

fn main() {}
