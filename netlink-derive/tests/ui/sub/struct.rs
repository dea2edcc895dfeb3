use netlink_runtime::prelude::*;

#[derive(NetlinkSub)]
struct Data {}

fn main() {}
