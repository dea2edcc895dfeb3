use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4, size = 8)]
struct Header {
    #[netlink(0, 2)]
    family: u8,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(crate = netlink_runtime, crate = other)]
struct Link {
    #[netlink(IFLA_MTU = 4, names(Flags), names(Flags))]
    mtu: Option<Bitfield32>,
    #[netlink(IFLA_NAME = 5, exact_len = 4, min_len = 4)]
    name: Option<Vec<u8>>,
}

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(RTM_GETLINK = 18), request(RTM_NEWLINK = 16), flags(excl), flags(create))]
struct GetLink;

#[netlink_flags(u32, u16)]
enum Flags {
    UP = 1,
    UP = 2,
}

fn main() {}
