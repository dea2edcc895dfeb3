use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_FAMILY = 1)]
    family: Option<u8>,
    #[netlink(IFLA_MTU = 4, by(family), multi)]
    mtu: Vec<Address>,
}

fn main() {}
