use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, indexed)]
    mtu: Option<Vec<u32>>,
    #[netlink(IFLA_LINK = 5, indexed)]
    link: Option<u32>,
    #[netlink(IFLA_DATA = 6, type_value(cpu, index))]
    data: Option<Vec<u32>>,
}

fn main() {}
