use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
}

fn main() {}
