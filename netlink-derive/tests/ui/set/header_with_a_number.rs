use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(header, IFLA_MTU = 4)]
    header: Header,
    #[netlink(rest, IFLA_REST = 5)]
    rest: Rest,
}

fn main() {}
