use netlink_runtime::prelude::*;

#[derive(NetlinkAttrs)]
struct Link(u32);

#[derive(NetlinkMessage)]
enum Other {
    A,
}

fn main() {}
