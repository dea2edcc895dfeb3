use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink("raw")]
    Again(u32),
    #[netlink(default)]
    Other(u32),
    #[netlink(default)]
    Another(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
    #[netlink(unknown)]
    Unclear(Vec<u8>),
}

fn main() {}
