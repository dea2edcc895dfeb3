use netlink_runtime::prelude::*;

#[netlink_flags(u128)]
enum Flags {
    UP = 1,
}

fn main() {}
