//! C unions, alone and in C structs.

use super::common::{Header, Shape};
use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Unions {
    #[netlink(header)]
    pub(crate) header: Header,
    #[netlink(KU_UNION = 1, union)]
    pub(crate) union_: Option<InetAddr>,
    #[netlink(KU_ARRAY = 2, array, union)]
    pub(crate) array: Option<Vec<InetAddr>>,
    #[netlink(KU_MULTI = 3, union, multi)]
    pub(crate) multi: Vec<InetAddr>,
    #[netlink(KU_INDEXED = 4, union, indexed)]
    pub(crate) indexed: Option<Vec<(u16, Amount)>>,
    #[netlink(KU_ENTRY = 5, struct)]
    pub(crate) entry: Option<Entry>,
    #[netlink(KU_SPOTS = 6, flex)]
    pub(crate) spots: Option<Flex<Spots>>,
    #[netlink(KU_KIND = 7)]
    pub(crate) kind: Option<NlString>,
    #[netlink(KU_DATA = 8, sub(kind))]
    pub(crate) data: Option<Places>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum Places {
    #[netlink("addr", union)]
    Addr(InetAddr),
    #[netlink("addrs", array, union)]
    Addrs(Vec<InetAddr>),
    #[netlink("entry", struct)]
    Entry(Entry),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[netlink_union(inet_addr, size = 16)]
pub(crate) enum InetAddr {
    #[netlink(case(2))]
    ip(Ipv4Addr),
    #[netlink(case(10))]
    ip6(Ipv6Addr),
    #[netlink(be, default)]
    all([u32; 4]),
}

#[netlink_union(amount, size = 4)]
pub(crate) enum Amount {
    long(u32),
    short(u16),
    #[netlink(bits(0, 4))]
    low(u8),
    bytes([u8; 4]),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(entry, size = 60)]
pub(crate) struct Entry {
    #[netlink(0)]
    pub(crate) family: u8,
    #[netlink(1, u8)]
    pub(crate) kind: Shape,
    #[netlink(4, union, by(family))]
    pub(crate) addr: InetAddr,
    #[netlink(20, union, anonymous, by(kind))]
    pub(crate) u: EntryU,
    #[netlink(24, union)]
    pub(crate) plain: [Amount; 2],
    #[netlink(32, by(family))]
    pub(crate) peer: Address,
    #[netlink(48, union)]
    pub(crate) data: EntryData,
    #[netlink(52)]
    pub(crate) u2: Ipv4Addr,
    #[netlink(56)]
    pub(crate) end: u32,
}

#[netlink_union(size = 4)]
pub(crate) enum EntryU {
    #[netlink(case(SHAPE_ROUND = 1))]
    mark(u32),
    #[netlink("half.class", be, case(SHAPE_FLAT = 2))]
    half_class(u16),
    #[netlink(2, "half.minor", be, case(SHAPE_FLAT = 2))]
    half_minor(u16),
}

#[netlink_union(size = 4)]
pub(crate) enum EntryData {
    id(u32),
    #[netlink(text)]
    name([u8; 4]),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(spots, size = 4, tail(4, addrs:union InetAddr))]
pub(crate) struct Spots {
    #[netlink(0)]
    pub(crate) count: u32,
}
