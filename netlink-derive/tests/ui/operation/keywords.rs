use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, dmp, request(RTM_NEWLINK = 16), relpy(RTM_NEWLINK = 16))]
struct GetLink;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, dmp)]
struct GetAddr;

fn main() {}
