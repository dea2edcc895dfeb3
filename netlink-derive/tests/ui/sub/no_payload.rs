use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw")]
    Raw,
    #[netlink("pair")]
    Pair(u32, u32),
    #[netlink(unknown)]
    Unknown,
}

fn main() {}
