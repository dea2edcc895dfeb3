use netlink_runtime::prelude::*;

#[netlink_union(size = 4)]
enum Value<T> {
    a(T),
}

fn main() {}
