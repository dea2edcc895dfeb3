use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 40, tail(40, rest: by(family) u16))]
struct Info {
    #[netlink(0)]
    family: u16,
    #[netlink(4, by(famly))]
    source: Address,
    #[netlink(20, by(family))]
    target: Ipv4Addr,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(other, size = 40)]
struct Other {
    #[netlink(0)]
    family: u16,
    #[netlink(4, by(family))]
    source: Address,
    #[netlink(20, by(family))]
    target: Ipv4Addr,
    #[netlink(24, by(source))]
    odd: Address,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(third, size = 20, tail(20, rest: by(family) opaque u8))]
struct Third {
    #[netlink(0)]
    family: u16,
    #[netlink(4, by(family), be)]
    source: Address,
}

fn main() {}
