//! Integers, with and without names for their values.

use super::common::{Header, Level, Mark, Shape};
use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Numbers {
    #[netlink(header)]
    pub(crate) header: Header,
    #[netlink(KN_U8 = 1)]
    pub(crate) u8: Option<u8>,
    #[netlink(KN_U16 = 2)]
    pub(crate) u16: Option<u16>,
    #[netlink(KN_U32 = 3)]
    pub(crate) u32: Option<u32>,
    #[netlink(KN_U64 = 4)]
    pub(crate) u64: Option<u64>,
    #[netlink(KN_S8 = 5)]
    pub(crate) s8: Option<i8>,
    #[netlink(KN_S16 = 6)]
    pub(crate) s16: Option<i16>,
    #[netlink(KN_S32 = 7)]
    pub(crate) s32: Option<i32>,
    #[netlink(KN_S64 = 8)]
    pub(crate) s64: Option<i64>,
    #[netlink(KN_BE16 = 9, be)]
    pub(crate) be16: Option<u16>,
    #[netlink(KN_BE32 = 10, be)]
    pub(crate) be32: Option<u32>,
    #[netlink(KN_BE64 = 11, be)]
    pub(crate) be64: Option<u64>,
    #[netlink(KN_SBE16 = 12, be)]
    pub(crate) sbe16: Option<i16>,
    #[netlink(KN_SBE32 = 13, be)]
    pub(crate) sbe32: Option<i32>,
    #[netlink(KN_SBE64 = 14, be)]
    pub(crate) sbe64: Option<i64>,
    #[netlink(KN_LE16 = 15, le)]
    pub(crate) le16: Option<u16>,
    #[netlink(KN_LE32 = 16, le)]
    pub(crate) le32: Option<u32>,
    #[netlink(KN_LE64 = 17, le)]
    pub(crate) le64: Option<u64>,
    #[netlink(KN_SLE16 = 18, le)]
    pub(crate) sle16: Option<i16>,
    #[netlink(KN_SLE32 = 19, le)]
    pub(crate) sle32: Option<i32>,
    #[netlink(KN_SLE64 = 20, le)]
    pub(crate) sle64: Option<i64>,
    #[netlink(KN_NET16 = 21, net)]
    pub(crate) net16: Option<u16>,
    #[netlink(KN_NET32 = 22, net)]
    pub(crate) net32: Option<u32>,
    #[netlink(KN_NET64 = 23, net)]
    pub(crate) net64: Option<u64>,
    #[netlink(KN_UINT = 24, uint)]
    pub(crate) uint: Option<u64>,
    #[netlink(KN_SINT = 25, sint)]
    pub(crate) sint: Option<i64>,
    #[netlink(KN_MSECS = 26, msecs)]
    pub(crate) msecs: Option<u64>,
    #[netlink(KN_SHAPE8 = 27, u8)]
    pub(crate) shape8: Option<Shape>,
    #[netlink(KN_SHAPE16 = 28, be16)]
    pub(crate) shape16: Option<Shape>,
    #[netlink(KN_SHAPE32 = 29, le32)]
    pub(crate) shape32: Option<Shape>,
    #[netlink(KN_SHAPE64 = 30, u64)]
    pub(crate) shape64: Option<Shape>,
    #[netlink(KN_SHAPENET = 31, net32)]
    pub(crate) shapenet: Option<Shape>,
    #[netlink(KN_LEVEL8 = 32, i8)]
    pub(crate) level8: Option<Level>,
    #[netlink(KN_LEVEL32 = 33, ibe32)]
    pub(crate) level32: Option<Level>,
    #[netlink(KN_MARK8 = 34, u8)]
    pub(crate) mark8: Option<Mark>,
    #[netlink(KN_MARK64 = 35, be64)]
    pub(crate) mark64: Option<Mark>,
    #[netlink(KN_CAPS = 36, u32)]
    pub(crate) caps: Option<Cap>,
    #[netlink(KN_SHAPEUINT = 37, uint)]
    pub(crate) shapeuint: Option<Shape>,
    #[netlink(KN_LEVELSINT = 38, sint)]
    pub(crate) levelsint: Option<Level>,
    #[netlink(KN_MARKUINT = 39, uint)]
    pub(crate) markuint: Option<Mark>,
    #[netlink(KN_BITFIELD = 40)]
    pub(crate) bitfield: Option<Bitfield32>,
    #[netlink(KN_BITNAMES = 41, names(Mark))]
    pub(crate) bitnames: Option<Bitfield32>,
    #[netlink(KN_TONE = 42, u32)]
    pub(crate) tone: Option<Tone>,
    #[netlink(KN_BOTH = 43, u16)]
    pub(crate) both: Option<MarkEdge>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[netlink_flags(u32)]
pub(crate) enum MarkEdge {
    #[netlink(MARK_RED)]
    RED = 0x1,
    #[netlink(MARK_BLUE)]
    BLUE = 0x2,
    #[netlink(MARK_LOUD)]
    LOUD = 0x80,
    #[netlink(EDGE_SOFT)]
    SOFT = 0x100,
    #[netlink(EDGE_HARD)]
    HARD = 0x200,
}

#[netlink_flags(u32)]
pub(crate) enum Cap {
    #[netlink(CAP_READ)]
    READ = 0x1,
    #[netlink(CAP_WRITE)]
    WRITE = 0x2,
    #[netlink(CAP_LEND)]
    LEND = 0x80000000,
}

#[netlink_enum(u32)]
pub(crate) enum Tone {
    #[netlink(TONE_DARK)]
    DARK = 3,
    #[netlink(TONE_LIGHT)]
    LIGHT = 4,
}
