use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug, colour, size = 4)]
struct Link {
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
}

fn main() {}
