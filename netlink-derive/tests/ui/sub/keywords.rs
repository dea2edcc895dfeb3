use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug, colour)]
enum Data {
    #[netlink("raw", nestd)]
    Raw(u32),
    #[netlink("list", sub(kind))]
    List(u32),
    #[netlink("many", aray)]
    Many(Vec<u32>),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

fn main() {}
