use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 4, length = len)]
struct Info {
    #[netlink(0)]
    index: u32,
}

fn main() {}
