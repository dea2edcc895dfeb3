use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Info;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(RTM_NEWLINK = 16, Info), reply(RTM_NEWLINK = 16, Info))]
struct GetLink;

fn main() {}
