use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
enum Data {
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

fn main() {}
