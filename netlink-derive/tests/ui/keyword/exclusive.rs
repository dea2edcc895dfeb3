use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, nested, struct)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINK = 5, indexed, array)]
    links: Option<Vec<(u16, u32)>>,
}

fn main() {}
