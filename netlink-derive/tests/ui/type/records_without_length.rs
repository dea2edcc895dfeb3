use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(hop, size = 4)]
struct HopHeader {
    #[netlink(0)]
    len: u16,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Hop {
    #[netlink(header)]
    header: HopHeader,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, records)]
    mtu: Option<Vec<Hop>>,
}

fn main() {}
