//! C structs.

use super::{NEST, attr, rows};
use crate::zoo::common::{Level, Mark, Point, Shape};
use crate::zoo::structs::{Bits, Grown, Mixed, Packed, Padded, Points, Structs, Tail, Union};
use netlink_runtime::types::Address;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const POINT: Point = Point { x: 1, y: 2 };
const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

pub(crate) fn point_bytes() -> Vec<u8> {
    [1u16.to_ne_bytes(), 2u16.to_ne_bytes()].concat()
}

/// A byte, 7 between, 8, 2 and 6 after.
pub(crate) fn padded_bytes() -> Vec<u8> {
    [&[1; 1][..], &[0; 7], &2u64.to_ne_bytes(), &3u16.to_ne_bytes(), &[0; 6]].concat()
}

const MIXED: Mixed = Mixed {
    name: *b"left\0\0\0\0",
    blob: [1, 2, 3, 4, 5, 6],
    mac: [2, 0, 0, 0, 0, 1],
    at: POINT,
    corners: [POINT; 2],
    counts: [1, 2, 3, 4],
    grid: [[1, 2, 3], [4, 5, 6]],
    shape: Shape::FLAT,
    level: Level::LOW,
    short: -2,
    le: 0x0102,
    marks: Mark::LOUD,
    ip4: V4,
    ip6: V6,
    family: 10,
    addr: Address::Ip(IpAddr::V6(V6)),
    last: -3,
};

fn mixed_bytes() -> Vec<u8> {
    let mut bytes = b"left\0\0\0\0".to_vec();
    bytes.extend([1, 2, 3, 4, 5, 6, 2, 0, 0, 0, 0, 1]);
    bytes.extend([point_bytes(), point_bytes(), point_bytes()].concat());
    bytes.extend([0, 1, 0, 2, 0, 3, 0, 4]);
    bytes.extend([1, 2, 3, 4, 5, 6]);
    bytes.extend(2u16.to_ne_bytes());
    bytes.extend([0xff, 0xfe, 2, 1]);
    bytes.extend(0x80u32.to_ne_bytes());
    bytes.extend(V4.octets());
    bytes.extend(V6.octets());
    bytes.extend(10u32.to_ne_bytes());
    bytes.extend(V6.octets());
    bytes.extend((-3i32).to_ne_bytes());
    bytes
}

rows! { Structs;
    point = |b| b.point(POINT), [attr(1, point_bytes())], r#"[["KS_POINT",{"x":1,"y":2}]]"#;
    packed = |b| b.packed(Packed { tag: 1, value: 2, half: 0x0304 }),
        [attr(2, [&[1][..], &2u32.to_ne_bytes(), &[3, 4]].concat())], r#"[["KS_PACKED",{"tag":1,"value":2,"half":772}]]"#;
    padded = |b| b.padded(Padded { tag: 1, value: 2, end: 3 }), [attr(3, padded_bytes())],
        r#"[["KS_PADDED",{"tag":1,"value":2,"end":3}]]"#;
    mixed = |b| b.mixed(MIXED), [attr(5, mixed_bytes())], concat!(
        r#"[["KS_MIXED",{"name":"left","blob":"010203040506","mac":"02:00:00:00:00:01","at":{"x":1,"y":2},"#,
        r#""corners":[{"x":1,"y":2},{"x":1,"y":2}],"counts":[1,2,3,4],"grid":[[1,2,3],[4,5,6]],"shape":2,"#,
        r#""level":-1,"short":-2,"le":258,"marks":128,"ip4":"192.0.2.1","ip6":"2001:db8::1","family":10,"#,
        r#""addr":"2001:db8::1","last":-3}]]"#);
    grown = |b| b.grown(Grown { first: 1, second: 2, third: Some(3) }),
        [attr(6, [&1u32.to_ne_bytes()[..], &2u32.to_ne_bytes(), &3u64.to_ne_bytes()].concat())],
        r#"[["KS_GROWN",{"first":1,"second":2,"third":3}]]"#;
    before_it_grew = |b| b.grown(Grown { first: 1, second: 2, third: None }),
        [attr(6, [1u32.to_ne_bytes(), 2u32.to_ne_bytes()].concat())],
        r#"[["KS_GROWN",{"first":1,"second":2,"…short":8}]]"#;
    // Of members in one place, the one that the schema annotates.
    union_ = |b| b.union_(Union { what: 1, v6: V6, end: 2 }),
        [attr(7, [&1u32.to_ne_bytes()[..], &V6.octets(), &2u32.to_ne_bytes()].concat())],
        r#"[["KS_UNION",{"what":1,"v6":"2001:db8::1","end":2}]]"#;
    tail = |b| b.tail((Tail { tag: 1 }, &[0x0102, 0x0304])),
        [attr(8, [&1u16.to_ne_bytes()[..], &[0, 0, 1, 2, 3, 4]].concat())], r#"[["KS_TAIL",{"tag":1,"items":[258,772]}]]"#;
    points = |b| b.points((Points { count: 2 }, &[POINT, POINT])),
        [attr(9, [&2u16.to_ne_bytes()[..], &[0, 0], &point_bytes(), &point_bytes()].concat())],
        r#"[["KS_POINTS",{"count":2,"points":[{"x":1,"y":2},{"x":1,"y":2}]}]]"#;
    after = |b| b.after(|l| l.header(POINT).id(7).name("x")),
        [attr(NEST | 10, [point_bytes(), attr(1, 7u32.to_ne_bytes()), attr(2, b"x\0")].concat())],
        r#"[["KS_AFTER",{"header":{"x":1,"y":2},"attrs":[["KL_ID",7],["KL_NAME","x"]]}]]"#;
    holed = |b| b.holed(|l| l.header(Padded { tag: 1, value: 2, end: 3 }).id(7)),
        [attr(NEST | 11, [padded_bytes(), attr(1, 7u32.to_ne_bytes())].concat())],
        r#"[["KS_HOLED",{"header":{"tag":1,"value":2,"end":3},"attrs":[["KL_ID",7]]}]]"#;
}

#[cfg(target_endian = "little")]
rows! { Structs;
    bits = |b| b.bits(Bits { low: 5, high: 17, wide: 0x155, whole: 9 }),
        [attr(4, [5 | 17 << 3, 0, 0x50, 0x15, 9, 0, 0, 0])], r#"[["KS_BITS",{"low":5,"high":17,"wide":341,"whole":9}]]"#;
}
