use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(pad(4))]
struct Link {
    #[netlink(IFLA_MTU = 4 be)]
    mtu: Option<u32>,
    #[netlink(IFLA_FLAGS = 5, names())]
    flags: Option<Bitfield32>,
}

fn main() {}
