use netlink_runtime::prelude::*;

#[netlink_union(size = 8)]
enum Value {
    all([u32; 2]),
    #[netlink(4)]
    second(u32),
    #[netlink(8)]
    third(u32),
}

fn main() {}
