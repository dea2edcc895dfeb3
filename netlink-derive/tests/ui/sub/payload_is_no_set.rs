use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Info;

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
enum Data {
    #[netlink("info", nested)]
    Info(Box<Info>),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

fn main() {}
