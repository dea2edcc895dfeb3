use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Info {}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(header)]
    fixed: Header,
    #[netlink(IFLA_HEADER = 1)]
    header: Option<u32>,
    #[netlink(IFLA_INFO = 2, nested)]
    info: Option<Info>,
    #[netlink(IFLA_INFO_FROM = 3)]
    info_from: Option<u32>,
}

fn main() {}
