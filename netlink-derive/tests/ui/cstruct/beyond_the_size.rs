use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 4)]
struct Info {
    #[netlink(0)]
    index: u32,
    #[netlink(2)]
    flags: u32,
    #[netlink(3, bits(6, 3))]
    mode: u8,
}

fn main() {}
