use netlink_runtime::prelude::*;

#[netlink_union(size = 4)]
enum Value {
    #[netlink(case(1))]
    long(u32),
    #[netlink(case(2))]
    short(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(outer, size = 24)]
struct Outer {
    #[netlink(0)]
    kind: u32,
    #[netlink(8, union, by(header.kind))]
    other: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(arrays, size = 24)]
struct Arrays {
    #[netlink(0)]
    kind: u32,
    #[netlink(8, union, by(kind))]
    values: [Value; 2],
    #[netlink(16, union, anonymous)]
    more: [Value; 1],
    #[netlink(20, anonymous)]
    number: u32,
}

fn main() {}
