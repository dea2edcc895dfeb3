use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, by(outer.family))]
    mtu: Option<Address>,
    #[netlink(IFLA_B = 5, by(request.family))]
    other: Option<Address>,
}

fn main() {}
