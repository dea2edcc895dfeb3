use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, nested, struct)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINK = 5, array, records)]
    links: Option<Vec<u32>>,
    #[netlink(IFLA_MASTER = 10, indexed, type_value(index))]
    master: Option<Vec<(u16, u32)>>,
}

fn main() {}
