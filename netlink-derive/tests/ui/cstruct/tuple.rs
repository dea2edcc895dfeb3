use netlink_runtime::prelude::*;

#[derive(NetlinkStruct)]
#[netlink(info, size = 4)]
struct Info(u32);

fn main() {}
