use netlink_runtime::prelude::*;

#[netlink_enum(u8)]
enum State<T> {
    UP = 1,
}

fn main() {}
