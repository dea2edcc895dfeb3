//! Integers.

use super::{NET, attr, rows};
use crate::zoo::common::{Level, Mark, Shape};
use crate::zoo::numbers::{Cap, MarkEdge, Numbers, Tone};
use netlink_runtime::types::Bitfield32;

rows! { Numbers;
    u8 = |b| b.u8(0xfe), [attr(1, [0xfe])], r#"[["KN_U8",254]]"#;
    u16 = |b| b.u16(0x0102), [attr(2, 0x0102u16.to_ne_bytes())], r#"[["KN_U16",258]]"#;
    u32 = |b| b.u32(70_000), [attr(3, 70_000u32.to_ne_bytes())], r#"[["KN_U32",70000]]"#;
    u64 = |b| b.u64(1 << 40), [attr(4, (1u64 << 40).to_ne_bytes())], r#"[["KN_U64",1099511627776]]"#;
    s8 = |b| b.s8(-2), [attr(5, [0xfe])], r#"[["KN_S8",-2]]"#;
    s16 = |b| b.s16(-2), [attr(6, (-2i16).to_ne_bytes())], r#"[["KN_S16",-2]]"#;
    s32 = |b| b.s32(-2), [attr(7, (-2i32).to_ne_bytes())], r#"[["KN_S32",-2]]"#;
    s64 = |b| b.s64(-2), [attr(8, (-2i64).to_ne_bytes())], r#"[["KN_S64",-2]]"#;
    be16 = |b| b.be16(0x0102), [attr(9, [1, 2])], r#"[["KN_BE16",258]]"#;
    be32 = |b| b.be32(0x0102_0304), [attr(10, [1, 2, 3, 4])], r#"[["KN_BE32",16909060]]"#;
    be64 = |b| b.be64(0x0102), [attr(11, [0, 0, 0, 0, 0, 0, 1, 2])], r#"[["KN_BE64",258]]"#;
    sbe16 = |b| b.sbe16(-2), [attr(12, [0xff, 0xfe])], r#"[["KN_SBE16",-2]]"#;
    sbe32 = |b| b.sbe32(-2), [attr(13, [0xff, 0xff, 0xff, 0xfe])], r#"[["KN_SBE32",-2]]"#;
    sbe64 = |b| b.sbe64(258), [attr(14, [0, 0, 0, 0, 0, 0, 1, 2])], r#"[["KN_SBE64",258]]"#;
    le16 = |b| b.le16(0x0102), [attr(15, [2, 1])], r#"[["KN_LE16",258]]"#;
    le32 = |b| b.le32(0x0102_0304), [attr(16, [4, 3, 2, 1])], r#"[["KN_LE32",16909060]]"#;
    le64 = |b| b.le64(0x0102), [attr(17, [2, 1, 0, 0, 0, 0, 0, 0])], r#"[["KN_LE64",258]]"#;
    sle16 = |b| b.sle16(-2), [attr(18, [0xfe, 0xff])], r#"[["KN_SLE16",-2]]"#;
    sle32 = |b| b.sle32(-2), [attr(19, [0xfe, 0xff, 0xff, 0xff])], r#"[["KN_SLE32",-2]]"#;
    sle64 = |b| b.sle64(258), [attr(20, [2, 1, 0, 0, 0, 0, 0, 0])], r#"[["KN_SLE64",258]]"#;
    net16 = |b| b.net16(0x0102), [attr(NET | 21, [1, 2])], r#"[["KN_NET16",258]]"#;
    net32 = |b| b.net32(0x0102_0304), [attr(NET | 22, [1, 2, 3, 4])], r#"[["KN_NET32",16909060]]"#;
    net64 = |b| b.net64(0x0102), [attr(NET | 23, [0, 0, 0, 0, 0, 0, 1, 2])], r#"[["KN_NET64",258]]"#;
    uint = |b| b.uint(7), [attr(24, 7u32.to_ne_bytes())], r#"[["KN_UINT",7]]"#;
    uint_of_8_bytes = |b| b.uint(1 << 32), [attr(24, (1u64 << 32).to_ne_bytes())], r#"[["KN_UINT",4294967296]]"#;
    sint = |b| b.sint(-7), [attr(25, (-7i32).to_ne_bytes())], r#"[["KN_SINT",-7]]"#;
    sint_of_8_bytes = |b| b.sint(-1 << 40), [attr(25, (-1i64 << 40).to_ne_bytes())], r#"[["KN_SINT",-1099511627776]]"#;
    msecs = |b| b.msecs(1500), [attr(26, 1500u64.to_ne_bytes())], r#"[["KN_MSECS",1500]]"#;
    shape8 = |b| b.shape8(Shape::FLAT), [attr(27, [2])], r#"[["KN_SHAPE8",2]]"#;
    shape16 = |b| b.shape16(Shape::FLAT), [attr(28, [0, 2])], r#"[["KN_SHAPE16",2]]"#;
    shape32 = |b| b.shape32(Shape(0x0102)), [attr(29, [2, 1, 0, 0])], r#"[["KN_SHAPE32",258]]"#;
    shape64 = |b| b.shape64(Shape(1 << 40)), [attr(30, (1u64 << 40).to_ne_bytes())], r#"[["KN_SHAPE64",1099511627776]]"#;
    shapenet = |b| b.shapenet(Shape::FLAT), [attr(NET | 31, [0, 0, 0, 2])], r#"[["KN_SHAPENET",2]]"#;
    level8 = |b| b.level8(Level::LOW), [attr(32, [0xff])], r#"[["KN_LEVEL8",-1]]"#;
    level32 = |b| b.level32(Level::LOW), [attr(33, [0xff; 4])], r#"[["KN_LEVEL32",-1]]"#;
    mark8 = |b| b.mark8(Mark::RED | Mark::LOUD), [attr(34, [0x81])], r#"[["KN_MARK8",129]]"#;
    mark64 = |b| b.mark64(Mark::BLUE), [attr(35, [0, 0, 0, 0, 0, 0, 0, 2])], r#"[["KN_MARK64",2]]"#;
    caps = |b| b.caps(Cap::WRITE | Cap::LEND), [attr(36, 0x8000_0002u32.to_ne_bytes())], r#"[["KN_CAPS",2147483650]]"#;
    shapeuint = |b| b.shapeuint(Shape(1 << 32)), [attr(37, (1u64 << 32).to_ne_bytes())], r#"[["KN_SHAPEUINT",4294967296]]"#;
    levelsint = |b| b.levelsint(Level::LOW), [attr(38, (-1i32).to_ne_bytes())], r#"[["KN_LEVELSINT",-1]]"#;
    markuint = |b| b.markuint(Mark::BLUE), [attr(39, 2u32.to_ne_bytes())], r#"[["KN_MARKUINT",2]]"#;
    bitfield = |b| b.bitfield(Bitfield32 { value: 1, selector: 3 }),
        [attr(40, [1u32.to_ne_bytes(), 3u32.to_ne_bytes()].concat())], r#"[["KN_BITFIELD",{"value":1,"selector":3}]]"#;
    bitnames = |b| b.bitnames(Bitfield32 { value: 1, selector: 3 }),
        [attr(41, [1u32.to_ne_bytes(), 3u32.to_ne_bytes()].concat())], r#"[["KN_BITNAMES",{"value":1,"selector":3}]]"#;
    tone = |b| b.tone(Tone::LIGHT), [attr(42, 4u32.to_ne_bytes())], r#"[["KN_TONE",4]]"#;
    both = |b| b.both(MarkEdge::RED | MarkEdge::HARD), [attr(43, 0x201u16.to_ne_bytes())], r#"[["KN_BOTH",513]]"#;
}
