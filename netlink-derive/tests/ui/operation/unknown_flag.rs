use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(RTM_NEWLINK = 16), flags(create, exclusive))]
struct NewLink;

fn main() {}
