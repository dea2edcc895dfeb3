use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, version = 2, do, request(RTM_GETLINK = 18))]
struct GetLink;

fn main() {}
