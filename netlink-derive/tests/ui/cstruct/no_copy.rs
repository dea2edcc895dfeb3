use netlink_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 4)]
struct Info {
    #[netlink(0)]
    index: u32,
}

fn main() {}
