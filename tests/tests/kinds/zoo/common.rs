//! What several sets of the zoo use.

use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(kinds_hdr, size = 8)]
pub(crate) struct Header {
    #[netlink(0)]
    pub(crate) family: u8,
    #[netlink(1, u8)]
    pub(crate) shape: Shape,
    #[netlink(2, be)]
    pub(crate) flags: u16,
    #[netlink(4)]
    pub(crate) index: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(point, size = 4)]
pub(crate) struct Point {
    #[netlink(0)]
    pub(crate) x: u16,
    #[netlink(2)]
    pub(crate) y: u16,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct Leaf {
    #[netlink(KL_ID = 1)]
    pub(crate) id: Option<u32>,
    #[netlink(KL_NAME = 2)]
    pub(crate) name: Option<NlString>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[netlink_enum(u64)]
pub(crate) enum Shape {
    #[netlink(SHAPE_NONE)]
    NONE = 0,
    #[netlink(SHAPE_ROUND)]
    ROUND = 1,
    #[netlink(SHAPE_FLAT)]
    FLAT = 2,
    #[netlink(SHAPE_CIRCLE)]
    CIRCLE = 1,
}

#[netlink_enum(i64)]
pub(crate) enum Level {
    #[netlink(LEVEL_LOW)]
    LOW = -1,
    #[netlink(LEVEL_MIDDLE)]
    MIDDLE = 0,
    #[netlink(LEVEL_HIGH)]
    HIGH = 1,
}

#[netlink_flags(u64)]
pub(crate) enum Mark {
    #[netlink(MARK_RED)]
    RED = 0x1,
    #[netlink(MARK_BLUE)]
    BLUE = 0x2,
    #[netlink(MARK_LOUD)]
    LOUD = 0x80,
}
