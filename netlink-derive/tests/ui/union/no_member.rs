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
    #[netlink(4, union, by(kin))]
    value: Value,
    #[netlink(8, union, by(value))]
    other: Value,
}

fn main() {}
