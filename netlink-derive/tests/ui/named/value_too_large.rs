use netlink_runtime::prelude::*;

#[netlink_enum(u8)]
enum State {
    UP = 256,
}

fn main() {}
