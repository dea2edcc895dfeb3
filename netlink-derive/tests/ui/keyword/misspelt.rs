use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, mutli)]
    mtu: Vec<u32>,
    #[netlink(IFLA_LINK = 5, idexed)]
    links: Option<Vec<(u16, u32)>>,
    #[netlink(IFLA_DATA = 6, sbu(kind))]
    data: Option<u32>,
}

fn main() {}
