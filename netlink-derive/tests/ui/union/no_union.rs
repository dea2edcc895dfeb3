use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(pair, size = 4)]
struct Pair {
    #[netlink(0)]
    a: u16,
    #[netlink(2)]
    b: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(outer, size = 8)]
struct Outer {
    #[netlink(0)]
    kind: u32,
    #[netlink(4, union, by(kind))]
    pair: Pair,
}

#[derive(Clone, Default, PartialEq, Debug, NetlinkAttrs)]
struct Attrs {
    #[netlink(A_PAIR = 1, union)]
    pair: Option<Pair>,
}

fn main() {}
