//! Attributes with members, or with several values.

use super::{NEST, NET, attr, rows};
use crate::zoo::common::{Point, Shape};
use crate::zoo::members::{Members, Rec, SmallRec};
use crate::zoo::structs::Padded;
use std::net::{Ipv4Addr, Ipv6Addr};

const POINT: Point = Point { x: 1, y: 2 };
const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

pub(crate) fn word(n: u32) -> [u8; 4] {
    n.to_ne_bytes()
}

pub(crate) fn half(n: u16) -> [u8; 2] {
    n.to_ne_bytes()
}

/// A leaf with this id.
pub(crate) fn leaf(id: u32) -> Vec<u8> {
    attr(1, word(id))
}

rows! { Members;
    nest = |b| b.nest(|l| l.id(7).name("x")), [attr(NEST | 1, [leaf(7), attr(2, b"x\0")].concat())],
        r#"[["KM_NEST",[["KL_ID",7],["KL_NAME","x"]]]]"#;
    self_ = |b| b.self_(|d| d.self_(|d| d.number(7))), [attr(NEST | 2, attr(NEST | 2, attr(1, word(7))))],
        r#"[["KM_SELF",[["KD_SELF",[["KD_NUMBER",7]]]]]]"#;
    multi = |b| b.multi(1).multi(2), [attr(3, word(1)), attr(3, word(2))], r#"[["KM_MULTI",1],["KM_MULTI",2]]"#;
    multistring = |b| b.multistring("a").multistring(""), [attr(4, b"a\0"), attr(4, [0])],
        r#"[["KM_MULTISTRING","a"],["KM_MULTISTRING",""]]"#;
    multinest = |b| b.multinest(|l| l.id(1)).multinest(|l| l), [attr(NEST | 5, leaf(1)), attr(NEST | 5, [])],
        r#"[["KM_MULTINEST",[["KL_ID",1]]],["KM_MULTINEST",[]]]"#;
    multiarray = |b| b.multiarray(&[1, 2]).multiarray(&[]), [attr(6, [half(1), half(2)].concat()), attr(6, [])],
        r#"[["KM_MULTIARRAY",[1,2]],["KM_MULTIARRAY",[]]]"#;
    multi_between_others = |b| b.multi(1).nest(|l| l).multi(2),
        [attr(3, word(1)), attr(NEST | 1, []), attr(3, word(2))], r#"[["KM_MULTI",1],["KM_NEST",[]],["KM_MULTI",2]]"#;
    indexed = |b| b.indexed(|i| i.item(1, 10).item(9, 90)), [attr(NEST | 7, [attr(1, word(10)), attr(9, word(90))].concat())],
        r#"[["KM_INDEXED",[[1,10],[9,90]]]]"#;
    indexedbe = |b| b.indexedbe(|i| i.item(1, 258)), [attr(NEST | 8, attr(NET | 1, [1, 2]))],
        r#"[["KM_INDEXEDBE",[[1,258]]]]"#;
    indexedstring = |b| b.indexedstring(|i| i.item(1, "a")), [attr(NEST | 9, attr(1, b"a\0"))],
        r#"[["KM_INDEXEDSTRING",[[1,"a"]]]]"#;
    indexednest = |b| b.indexednest(|i| i.nest(1, |l| l.id(7)).nest(2, |l| l)),
        [attr(NEST | 10, [attr(NEST | 1, leaf(7)), attr(NEST | 2, [])].concat())],
        r#"[["KM_INDEXEDNEST",[[1,[["KL_ID",7]]],[2,[]]]]]"#;
    indexedarray = |b| b.indexedarray(|i| i.item(1, &[1, 2])), [attr(NEST | 11, attr(1, [0, 0, 0, 1, 0, 0, 0, 2]))],
        r#"[["KM_INDEXEDARRAY",[[1,[1,2]]]]]"#;
    indexedstruct = |b| b.indexedstruct(|i| i.item(1, POINT)), [attr(NEST | 12, attr(1, [half(1), half(2)].concat()))],
        r#"[["KM_INDEXEDSTRUCT",[[1,{"x":1,"y":2}]]]]"#;
    byid = |b| b.byid(|t| t.nest([3], |l| l.id(7)).nest([4], |l| l)),
        [attr(NEST | 13, [attr(NEST | 3, leaf(7)), attr(NEST | 4, [])].concat())],
        r#"[["KM_BYID",[[3,[["KL_ID",7]]],[4,[]]]]]"#;
    bypair = |b| b.bypair(|t| t.nest([3, 1], |l| l.id(7)).nest([3, 2], |l| l).nest([4, 1], |l| l)),
        [attr(NEST | 14, [
            attr(NEST | 3, [attr(NEST | 1, leaf(7)), attr(NEST | 2, [])].concat()),
            attr(NEST | 4, attr(NEST | 1, [])),
        ].concat())],
        r#"[["KM_BYPAIR",[[3,[[1,[["KL_ID",7]]],[2,[]]]],[4,[[1,[]]]]]]]"#;
    array = |b| b.array(&[1, 2]), [attr(15, [word(1), word(2)].concat())], r#"[["KM_ARRAY",[1,2]]]"#;
    arraybe = |b| b.arraybe(&[258]), [attr(16, [1, 2])], r#"[["KM_ARRAYBE",[258]]]"#;
    arrayshape = |b| b.arrayshape(&[Shape::FLAT, Shape(9)]), [attr(17, [word(2), word(9)].concat())],
        r#"[["KM_ARRAYSHAPE",[2,9]]]"#;
    arraystruct = |b| b.arraystruct(&[POINT, POINT]), [attr(18, [half(1), half(2), half(1), half(2)].concat())],
        r#"[["KM_ARRAYSTRUCT",[{"x":1,"y":2},{"x":1,"y":2}]]]"#;
    arraypadded = |b| b.arraypadded(&[Padded { tag: 1, value: 2, end: 3 }]),
        [attr(19, [&[1, 0, 0, 0, 0, 0, 0, 0][..], &2u64.to_ne_bytes(), &half(3), &[0; 6]].concat())],
        r#"[["KM_ARRAYPADDED",[{"tag":1,"value":2,"end":3}]]]"#;
    arrayip4 = |b| b.arrayip4(&[V4, Ipv4Addr::UNSPECIFIED]), [attr(20, [192, 0, 2, 1, 0, 0, 0, 0])],
        r#"[["KM_ARRAYIP4",["192.0.2.1","0.0.0.0"]]]"#;
    arrayip6 = |b| b.arrayip6(&[Ipv6Addr::LOCALHOST]), [attr(21, Ipv6Addr::LOCALHOST.octets())],
        r#"[["KM_ARRAYIP6",["::1"]]]"#;
    records = |b| b.records(|r| {
            r.record(|l| l.header(Rec { rec_len: 0, rec_kind: 5, rec_index: 6 }).id(7)).record(|l| l)
        }),
        [attr(22, [&half(16)[..], &half(5), &word(6), &leaf(7), &half(8), &[0; 6]].concat())],
        concat!(
            r#"[["KM_RECORDS",[{"header":{"rec_len":16,"rec_kind":5,"rec_index":6},"attrs":[["KL_ID",7]]},"#,
            r#"{"header":{"rec_len":8,"rec_kind":0,"rec_index":0},"attrs":[]}]]]"#
        );
    // A header that is no multiple of 4 is padded.
    small = |b| b.small(|r| r.record(|l| l.header(SmallRec { small_len: 0, small_kind: 5 }).id(7))),
        [attr(23, [&[12, 5, 0, 0][..], &leaf(7)].concat())],
        r#"[["KM_SMALL",[{"header":{"small_len":12,"small_kind":5},"attrs":[["KL_ID",7]]}]]]"#;
}
