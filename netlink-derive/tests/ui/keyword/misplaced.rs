use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4, be)]
struct Header {
    #[netlink(0, multi)]
    family: u8,
    #[netlink(2, indexed)]
    flags: u16,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(nested, request(RTM_GETLINK = 18), u8)]
struct Link {
    #[netlink(IFLA_MTU = 4, debug)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINK = 5, size = 4)]
    link: Option<u32>,
    #[netlink(IFLA_NAME = 6, text)]
    name: Option<NlString>,
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(nested)]
enum Data {
    #[netlink("raw", multi)]
    Raw(Vec<u32>),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(NetlinkOp)]
#[netlink(protocol = 0, nested, event)]
struct Notify;

#[netlink_enum(u8, nested)]
enum State {
    #[netlink(debug, be)]
    UP = 1,
    #[netlink("IF_OPER_DOWN")]
    DOWN = 2,
}

fn main() {}
