use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(RTM_GETLINK = 65536))]
struct GetLink;

#[derive(NetlinkOp)]
#[netlink(family = "nlctrl", do, request(CTRL_CMD_GETFAMILY = 256), reply(CTRL_CMD_NEWFAMILY = 257))]
struct GetFamily;

#[derive(NetlinkOp)]
#[netlink(family = 16, do, request(CTRL_CMD_GETFAMILY = 3))]
struct Other;

fn main() {}
