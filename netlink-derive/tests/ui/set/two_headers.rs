use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(header)]
    header: Header,
    #[netlink(header)]
    other: Header,
    #[netlink(rest)]
    rest: Rest,
    #[netlink(rest)]
    more: Rest,
}

fn main() {}
