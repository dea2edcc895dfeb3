use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(other, size = 40)]
struct Other {
    #[netlink(0, opaque)]
    family: [u8; 2],
    #[netlink(4, by(family))]
    source: Address,
    #[netlink(20, by(family))]
    target: Ipv4Addr,
}

fn main() {}
