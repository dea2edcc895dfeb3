use netlink_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("flag")]
    Flag(bool),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

fn main() {}
