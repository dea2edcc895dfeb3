use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(RTM_GETLINK = 18))]
enum GetLink {}

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(RTM_GETADDR = 22))]
struct GetAddr(u32);

fn main() {}
