use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, family = "nlctrl", do, request(RTM_GETLINK = 18))]
struct GetLink;

fn main() {}
