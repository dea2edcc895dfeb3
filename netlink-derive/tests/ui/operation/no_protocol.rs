use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(do, request(RTM_GETLINK = 18))]
struct GetLink;

fn main() {}
