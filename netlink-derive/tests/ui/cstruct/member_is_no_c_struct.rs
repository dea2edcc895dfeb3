use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Info;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(outer, size = 4)]
struct Outer {
    #[netlink(0, struct)]
    inner: Info,
}

fn main() {}
