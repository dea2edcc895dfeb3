use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, by(header.famly))]
    mtu: Option<Address>,
    #[netlink(header)]
    header: Header,
}

fn main() {}
