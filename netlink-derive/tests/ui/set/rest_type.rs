use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(rest)]
    rest: Vec<u8>,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Address {
    #[netlink(header, rest)]
    header: Header,
}

fn main() {}
