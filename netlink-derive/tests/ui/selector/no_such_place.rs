use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, by(heder.family))]
    mtu: Option<Address>,
}

fn main() {}
