use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
struct Info {
    #[netlink(0)]
    index: u32,
}

fn main() {}
