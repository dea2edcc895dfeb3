use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 4, tail(4, data: bee u16))]
struct Info {
    #[netlink(0)]
    index: u32,
}

fn main() {}
