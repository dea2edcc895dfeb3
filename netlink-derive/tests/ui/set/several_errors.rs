use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(colour)]
struct Link {
    mtu: Option<u32>,
    #[netlink(IFLA_LINK = 5, mutli)]
    links: Vec<u32>,
    #[netlink(IFLA_GROUP = 70000)]
    group: Option<u32>,
    #[netlink(IFLA_ADDRESS = 1, multi)]
    address: Option<HwAddr>,
    #[netlink(IFLA_BROADCAST = 1)]
    broadcast: Option<HwAddr>,
}

fn main() {}
