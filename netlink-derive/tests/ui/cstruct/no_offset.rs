use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 4)]
struct Info {
    index: u32,
}

fn main() {}
