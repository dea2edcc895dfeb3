use netlink_runtime::prelude::*;

const IFLA_MTU: u16 = 4;
const IFLA_LINK: i32 = 4;
const IFLA_LARGE: u32 = 0x4000;
const CTRL_CMD_LARGE: u16 = 256;

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINK)]
    link: Option<u32>,
    #[netlink(IFLA_LARGE)]
    large: Option<u32>,
}

#[derive(NetlinkOp)]
#[netlink(family = "nlctrl", do, request(CTRL_CMD_LARGE, Link))]
struct Get;

fn main() {}
