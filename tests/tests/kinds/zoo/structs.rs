//! C structs, alone and before attributes.

use super::common::{Header, Level, Mark, Point, Shape};
use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Structs {
    #[netlink(header)]
    pub(crate) header: Header,
    #[netlink(KS_POINT = 1, struct)]
    pub(crate) point: Option<Point>,
    #[netlink(KS_PACKED = 2, struct)]
    pub(crate) packed: Option<Packed>,
    #[netlink(KS_PADDED = 3, struct)]
    pub(crate) padded: Option<Padded>,
    #[netlink(KS_BITS = 4, struct)]
    pub(crate) bits: Option<Bits>,
    #[netlink(KS_MIXED = 5, struct)]
    pub(crate) mixed: Option<Mixed>,
    #[netlink(KS_GROWN = 6, struct)]
    pub(crate) grown: Option<Grown>,
    #[netlink(KS_UNION = 7, struct)]
    pub(crate) union_: Option<Union>,
    #[netlink(KS_TAIL = 8, flex)]
    pub(crate) tail: Option<Flex<Tail>>,
    #[netlink(KS_POINTS = 9, flex)]
    pub(crate) points: Option<Flex<Points>>,
    #[netlink(KS_AFTER = 10, nested)]
    pub(crate) after: Option<PointLeaf>,
    #[netlink(KS_HOLED = 11, nested)]
    pub(crate) holed: Option<PaddedLeaf>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct PointLeaf {
    #[netlink(header)]
    pub(crate) header: Point,
    #[netlink(KL_ID = 1)]
    pub(crate) id: Option<u32>,
    #[netlink(KL_NAME = 2)]
    pub(crate) name: Option<NlString>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct PaddedLeaf {
    #[netlink(header)]
    pub(crate) header: Padded,
    #[netlink(KL_ID = 1)]
    pub(crate) id: Option<u32>,
    #[netlink(KL_NAME = 2)]
    pub(crate) name: Option<NlString>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(packed, size = 7)]
pub(crate) struct Packed {
    #[netlink(0)]
    pub(crate) tag: u8,
    #[netlink(1)]
    pub(crate) value: u32,
    #[netlink(5, be)]
    pub(crate) half: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(padded, size = 24)]
pub(crate) struct Padded {
    #[netlink(0)]
    pub(crate) tag: u8,
    #[netlink(8)]
    pub(crate) value: u64,
    #[netlink(16)]
    pub(crate) end: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(bitfields, size = 8)]
pub(crate) struct Bits {
    #[netlink(0, bits(0, 3))]
    pub(crate) low: u8,
    #[netlink(0, bits(3, 5))]
    pub(crate) high: u8,
    #[netlink(2, bits(4, 9))]
    pub(crate) wide: u16,
    #[netlink(4)]
    pub(crate) whole: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(mixed, size = 100)]
pub(crate) struct Mixed {
    #[netlink(0, text)]
    pub(crate) name: [u8; 8],
    #[netlink(8, opaque)]
    pub(crate) blob: [u8; 6],
    #[netlink(14, mac)]
    pub(crate) mac: [u8; 6],
    #[netlink(20, struct)]
    pub(crate) at: Point,
    #[netlink(24, struct)]
    pub(crate) corners: [Point; 2],
    #[netlink(32, be)]
    pub(crate) counts: [u16; 4],
    #[netlink(40)]
    pub(crate) grid: [[u8; 3]; 2],
    #[netlink(46, u16)]
    pub(crate) shape: Shape,
    #[netlink(48, i8)]
    pub(crate) level: Level,
    #[netlink(49)]
    pub(crate) short: i8,
    #[netlink(50, le)]
    pub(crate) le: u16,
    #[netlink(52, u32)]
    pub(crate) marks: Mark,
    #[netlink(56)]
    pub(crate) ip4: Ipv4Addr,
    #[netlink(60)]
    pub(crate) ip6: Ipv6Addr,
    #[netlink(76)]
    pub(crate) family: u32,
    #[netlink(80, by(family))]
    pub(crate) addr: Address,
    #[netlink(96)]
    pub(crate) last: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(grown, size = 16)]
pub(crate) struct Grown {
    #[netlink(0)]
    pub(crate) first: u32,
    #[netlink(4)]
    pub(crate) second: u32,
    #[netlink(8)]
    pub(crate) third: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(either, size = 24)]
pub(crate) struct Union {
    #[netlink(0)]
    pub(crate) what: u32,
    #[netlink(4)]
    pub(crate) v6: Ipv6Addr,
    #[netlink(20)]
    pub(crate) end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(tail, size = 4, tail(4, items:be u16))]
pub(crate) struct Tail {
    #[netlink(0)]
    pub(crate) tag: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(points, size = 4, tail(4, points:struct Point))]
pub(crate) struct Points {
    #[netlink(0)]
    pub(crate) count: u16,
}
