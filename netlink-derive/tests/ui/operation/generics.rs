use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(RTM_GETLINK = 18))]
struct GetLink<T>(T);

fn main() {}
