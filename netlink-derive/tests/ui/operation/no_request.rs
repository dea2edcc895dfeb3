use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, dump, reply(RTM_NEWLINK = 16))]
struct GetLink;

fn main() {}
