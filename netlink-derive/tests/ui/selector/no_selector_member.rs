use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4)]
struct Header {
    #[netlink(0)]
    kind: [u8; 4],
}

#[derive(Clone, Debug, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(header)]
    header: Header,
    #[netlink(IFLA_ADDRESS = 2, by(header.kind))]
    address: Option<Address>,
}

fn main() {}
