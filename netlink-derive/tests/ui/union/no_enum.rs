use netlink_runtime::prelude::*;

#[netlink_union(size = 4)]
struct Value {
    a: u32,
}

#[netlink_union(size = 4)]
union Other {
    a: u32,
}

fn main() {}
