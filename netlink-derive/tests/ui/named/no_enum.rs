use netlink_runtime::prelude::*;

#[netlink_enum(u8)]
struct State;

fn main() {}
