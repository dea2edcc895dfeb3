//! Payloads whose form a selector chooses.

use super::{NEST, attr, rows};
use crate::zoo::chosen::Chosen;
use crate::zoo::common::{Point, Shape};
use crate::zoo::members::Rec;
use crate::zoo::structs::Tail;
use netlink_runtime::types::{Bitfield32, Label};
use std::net::Ipv4Addr;

pub(crate) const POINT: Point = Point { x: 1, y: 2 };

pub(crate) fn word(n: u32) -> [u8; 4] {
    n.to_ne_bytes()
}

pub(crate) fn point() -> Vec<u8> {
    [1u16.to_ne_bytes(), 2u16.to_ne_bytes()].concat()
}

pub(crate) fn leaf(id: u32) -> Vec<u8> {
    attr(1, word(id))
}

rows! { Chosen;
    // Text selects, of the own set.
    data = |b| b.data(|d| d.leaf(|l| l.id(7))), [attr(1, b"leaf\0"), attr(NEST | 2, leaf(7))],
        r#"[["KC_KIND","leaf"],["KC_DATA",[["KL_ID",7]]]]"#;
    data_is_a_struct = |b| b.data(|d| d.point(POINT)), [attr(1, b"point\0"), attr(2, point())],
        r#"[["KC_KIND","point"],["KC_DATA",{"x":1,"y":2}]]"#;
    data_is_struct_and_nest = |b| b.data(|d| d.after(|l| l.header(POINT).id(7))),
        [attr(1, b"after\0"), attr(NEST | 2, [point(), leaf(7)].concat())],
        r#"[["KC_KIND","after"],["KC_DATA",{"header":{"x":1,"y":2},"attrs":[["KL_ID",7]]}]]"#;
    data_is_nothing = |b| b.data(|d| d.nothing(&[])), [attr(1, b"nothing\0"), attr(2, [])],
        r#"[["KC_KIND","nothing"],["KC_DATA",""]]"#;
    data_is_unknown = |b| b.kind("other").data(|d| d.unknown(&[1, 2])), [attr(1, b"other\0"), attr(2, [1, 2])],
        r#"[["KC_KIND","other"],["KC_DATA",{"unknown":"0102"}]]"#;
    data_before_its_selector = |b| b.data(|d| d.unknown(&point())).kind("point"), [attr(2, point()), attr(1, b"point\0")],
        r#"[["KC_DATA",{"x":1,"y":2}],["KC_KIND","point"]]"#;
    // A number selects.
    bynumber = |b| b.bynumber(|n| n.round(|l| l.id(7))), [attr(3, [1]), attr(NEST | 4, leaf(7))],
        r#"[["KC_NUMBER",1],["KC_BYNUMBER",[["KL_ID",7]]]]"#;
    bynumber_by_default = |b| b.number(Shape(9)).bynumber(|n| n.other(POINT)), [attr(3, [9]), attr(4, point())],
        r#"[["KC_NUMBER",9],["KC_BYNUMBER",{"x":1,"y":2}]]"#;
    bynumber_without_selector = |b| b.bynumber(|n| n.other(POINT)), [attr(4, point())], r#"[["KC_BYNUMBER",{"x":1,"y":2}]]"#;
    bywide = |b| b.bywide(|w| w._5(9)), [attr(12, word(5)), attr(13, word(9))], r#"[["KC_WIDE",5],["KC_BYWIDE",9]]"#;
    bywide_by_default = |b| b.wide(6).bywide(|w| w.other("x")), [attr(12, word(6)), attr(13, b"x\0")],
        r#"[["KC_WIDE",6],["KC_BYWIDE","x"]]"#;
    // Text without its NUL.
    byword = |b| b.byword(|w| w.long(9)), [attr(14, b"long"), attr(15, 9u64.to_ne_bytes())],
        r#"[["KC_WORD","long"],["KC_BYWORD",9]]"#;
    // Two select.
    bypair = |b| b.bypair(|p| p.leaf_round(|l| l.id(7))), [attr(1, b"leaf\0"), attr(3, [1]), attr(NEST | 5, leaf(7))],
        r#"[["KC_KIND","leaf"],["KC_NUMBER",1],["KC_BYPAIR",[["KL_ID",7]]]]"#;
    bypair_of_another_pair = |b| b.bypair(|p| p.leaf_flat(258)), [attr(1, b"leaf\0"), attr(3, [2]), attr(5, [1, 2])],
        r#"[["KC_KIND","leaf"],["KC_NUMBER",2],["KC_BYPAIR",258]]"#;
    bypair_of_half_a_pair = |b| b.kind("leaf").bypair(|p| p.unknown(&[1])), [attr(1, b"leaf\0"), attr(5, [1])],
        r#"[["KC_KIND","leaf"],["KC_BYPAIR",{"unknown":"01"}]]"#;
    // A member of the fixed header selects; it is zero here.
    byheader = |b| b.byheader(|n| n.other(POINT)), [attr(6, point())], r#"[["KC_BYHEADER",{"x":1,"y":2}]]"#;
    // Nothing was asked.
    byrequest = |b| b.byrequest(|n| n.other(POINT)), [attr(7, point())], r#"[["KC_BYREQUEST",{"x":1,"y":2}]]"#;
    // An attribute says an address's family.
    address = |b| b.family(28).address(netlink_runtime::types::Address::Label(Label::new(100))),
        [attr(8, 28u16.to_ne_bytes()), attr(9, [0, 6, 0x41, 0])], r#"[["KC_FAMILY",28],["KC_ADDRESS","100"]]"#;
    // In a nest: what is around selects.
    byouter = |b| b.inner(|i| i.byouter(|t| t.point(POINT)).inner(|i| i.byouter(|t| t.point(POINT)))).kind("point"),
        [attr(NEST | 10, [attr(1, point()), attr(NEST | 5, attr(1, point()))].concat()), attr(1, b"point\0")],
        r#"[["KC_INNER",[["KI_BYOUTER",{"x":1,"y":2}],["KI_INNER",[["KI_BYOUTER",{"x":1,"y":2}]]]]],["KC_KIND","point"]]"#;
    byouter_in_each = |b| b.kind("leaf").inners(|i| i.byouter(|t| t.leaf(|l| l.id(1)))).inners(|i| i.byouter(|t| t.leaf(|l| l.id(2)))),
        [attr(1, b"leaf\0"), attr(NEST | 11, attr(NEST | 1, leaf(1))), attr(NEST | 11, attr(NEST | 1, leaf(2)))],
        r#"[["KC_KIND","leaf"],["KC_INNERS",[["KI_BYOUTER",[["KL_ID",1]]]]],["KC_INNERS",[["KI_BYOUTER",[["KL_ID",2]]]]]]"#;
    // Each of several, by the same selector.
    many = |b| b.many(|t| t.point(POINT)).many(|t| t.point(Point { x: 3, y: 4 })),
        [attr(1, b"point\0"), attr(17, point()), attr(17, [3u16.to_ne_bytes(), 4u16.to_ne_bytes()].concat())],
        r#"[["KC_KIND","point"],["KC_MANY",{"x":1,"y":2}],["KC_MANY",{"x":3,"y":4}]]"#;
    many_before_their_selector = |b| b.many(|t| t.unknown(&point())).number(Shape::FLAT).many(|t| t.unknown(&point())).kind("point"),
        [attr(17, point()), attr(3, [2]), attr(17, point()), attr(1, b"point\0")],
        r#"[["KC_MANY",{"x":1,"y":2}],["KC_NUMBER",2],["KC_MANY",{"x":1,"y":2}],["KC_KIND","point"]]"#;
    many_are_nests = |b| b.many(|t| t.leaf(|l| l.id(7))).many(|t| t.leaf(|l| l.id(8))),
        [attr(1, b"leaf\0"), attr(NEST | 17, leaf(7)), attr(NEST | 17, leaf(8))],
        r#"[["KC_KIND","leaf"],["KC_MANY",[["KL_ID",7]]],["KC_MANY",[["KL_ID",8]]]]"#;
    // Other forms.
    value_number = |b| b.byvalue(|v| v.number(-2)), [attr(1, b"number\0"), attr(16, [0xfe, 0xff, 0xff, 0xff])],
        r#"[["KC_KIND","number"],["KC_BYVALUE",-2]]"#;
    value_shape = |b| b.byvalue(|v| v.shape(Shape::FLAT)), [attr(1, b"shape\0"), attr(16, [2])],
        r#"[["KC_KIND","shape"],["KC_BYVALUE",2]]"#;
    byvalue = |b| b.byvalue(|v| v.string("x")), [attr(1, b"string\0"), attr(16, b"x\0")],
        r#"[["KC_KIND","string"],["KC_BYVALUE","x"]]"#;
    value_mac = |b| b.byvalue(|v| v.mac([1; 6])), [attr(1, b"mac\0"), attr(16, [1; 6])],
        r#"[["KC_KIND","mac"],["KC_BYVALUE","01:01:01:01:01:01"]]"#;
    value_ip = |b| b.byvalue(|v| v.ip(Ipv4Addr::LOCALHOST)), [attr(1, b"ip\0"), attr(16, [127, 0, 0, 1])],
        r#"[["KC_KIND","ip"],["KC_BYVALUE","127.0.0.1"]]"#;
    value_labels = |b| b.byvalue(|v| v.labels(&[Label::new(100)])), [attr(1, b"labels\0"), attr(16, [0, 6, 0x41, 0])],
        r#"[["KC_KIND","labels"],["KC_BYVALUE","100"]]"#;
    value_msecs = |b| b.byvalue(|v| v.msecs(9)), [attr(1, b"msecs\0"), attr(16, 9u64.to_ne_bytes())],
        r#"[["KC_KIND","msecs"],["KC_BYVALUE",9]]"#;
    value_array = |b| b.byvalue(|v| v.array(&[1, 2])), [attr(1, b"array\0"), attr(16, [word(1), word(2)].concat())],
        r#"[["KC_KIND","array"],["KC_BYVALUE",[1,2]]]"#;
    value_points = |b| b.byvalue(|v| v.points(&[POINT])), [attr(1, b"points\0"), attr(16, point())],
        r#"[["KC_KIND","points"],["KC_BYVALUE",[{"x":1,"y":2}]]]"#;
    value_tail = |b| b.byvalue(|v| v.tail((Tail { tag: 1 }, &[258]))),
        [attr(1, b"tail\0"), attr(16, [&1u16.to_ne_bytes()[..], &[0, 0, 1, 2]].concat())],
        r#"[["KC_KIND","tail"],["KC_BYVALUE",{"tag":1,"items":[258]}]]"#;
    value_records = |b| b.byvalue(|v| v.records(|r| r.record(|l| l.header(Rec { rec_len: 0, rec_kind: 5, rec_index: 6 })))),
        [attr(1, b"records\0"), attr(16, [&8u16.to_ne_bytes()[..], &5u16.to_ne_bytes(), &word(6)].concat())],
        r#"[["KC_KIND","records"],["KC_BYVALUE",[{"header":{"rec_len":8,"rec_kind":5,"rec_index":6},"attrs":[]}]]]"#;
    value_bits = |b| b.byvalue(|v| v.bits(Bitfield32 { value: 1, selector: 3 })),
        [attr(1, b"bits\0"), attr(16, [word(1), word(3)].concat())],
        r#"[["KC_KIND","bits"],["KC_BYVALUE",{"value":1,"selector":3}]]"#;
}
