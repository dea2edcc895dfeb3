//! Payloads of more than 65,531 bytes are an error, whatever they are; one byte less is fine.

use crate::rows::{attr, message};
use crate::zoo::chosen::{Chosen, Text, ValuesData};
use crate::zoo::common::{Leaf, Point};
use crate::zoo::members::{Members, RecLeaf, SmallLeaf};
use crate::zoo::own::Own;
use crate::zoo::structs::{Points, Structs, Tail};
use crate::zoo::unions::{InetAddr, Spots, Unions};
use crate::zoo::values::Values;
use netlink_runtime::EncodeError;
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::owned::{OwnedSet, RawAttr};
use netlink_runtime::prelude::*;
use netlink_runtime::types::Label;
use netlink_runtime::wire::Attr;

/// The most that an attribute holds.
const MOST: usize = 65_531;

/// More than fits.
static BYTES: [u8; MOST + 1] = [b'x'; MOST + 1];
static WORDS: [u32; MOST / 4 + 1] = [7; MOST / 4 + 1];
static HALVES: [u16; MOST / 2 + 1] = [7; MOST / 2 + 1];
static ADDRESSES: [InetAddr; MOST / 16 + 1] = [InetAddr([7; 16]); MOST / 16 + 1];
static POINTS: [Point; MOST / 4 + 1] = [Point { x: 1, y: 2 }; MOST / 4 + 1];

fn text(len: usize) -> &'static str {
    std::str::from_utf8(&BYTES[..len]).expect("ASCII")
}

/// So much that two of it are too long for a container.
fn half() -> Attr<'static> {
    Attr { raw_type: 9, payload: &BYTES[..40_000], offset: 0 }
}

/// `name = set: |builder| calls, attribute;` where the attribute is what becomes too long.
macro_rules! too_long {
    ($($name:ident = $set:ty: |$b:ident| $calls:expr, $attr:expr;)*) => {$(
        #[test]
        fn $name() {
            let $b = <$set as netlink_runtime::AttrSet>::builder(Enc::new(Vec::new()));
            let error = $calls.finish().end().expect_err("too long");
            assert_eq!(error, EncodeError::TooLong { attr: $attr });
        }
    )*};
}

too_long! {
    string = Values: |b| b.string(text(MOST)), 2;
    string_with_its_nul = Values: |b| b.string(NlStr::new(&BYTES)), 2;
    bounded = Values: |b| b.bounded(text(MOST)), 3;
    unterminated = Values: |b| b.unterminated(text(MOST + 1)), 4;
    binary = Values: |b| b.binary(&BYTES[..]), 5;
    labels = Values: |b| b.labels(&[Label::new(1); MOST / 4 + 1]), 12;
    utf8 = Own: |b| b.text(text(MOST)), 1;
    unknown = Values: |b| b.raw(Attr { raw_type: 99, payload: &BYTES, offset: 0 }), 99;
    array = Members: |b| b.array(&WORDS), 15;
    array_of_structs = Members: |b| b.arraystruct(&POINTS), 18;
    array_of_addresses = Members: |b| b.arrayip4(&[Ipv4Addr::LOCALHOST; MOST / 4 + 1]), 20;
    flex = Structs: |b| b.tail((Tail { tag: 1 }, &HALVES)), 8;
    flex_of_structs = Structs: |b| b.points((Points { count: 1 }, &POINTS)), 9;
    array_of_unions = Unions: |b| b.array(&ADDRESSES), 2;
    flex_of_unions = Unions: |b| b.spots((Spots { count: 1 }, &ADDRESSES)), 6;
    sub_array_of_unions = Unions: |b| b.data(|d| d.addrs(&ADDRESSES)), 8;
    nest = Members: |b| b.nest(|l| l.raw(half()).raw(half())), 1;
    attribute_in_a_nest = Members: |b| b.nest(|l| l.name(text(MOST))), 2;
    nest_by_a_header_and_a_word = Members: |b| b.nest(|l| l.name(text(MOST - 12)).id(1)), 1;
    nest_after_a_struct = Structs: |b| b.after(|l| l.raw(half()).raw(half())), 10;
    nest_in_nests = Members: |b| b.self_(|d| d.self_(|d| d.raw(half()).raw(half()))), 2;
    multi = Members: |b| b.multistring("x").multistring(text(MOST)), 4;
    indexed = Members: |b| b.indexed(|i| (0..9000).fold(i, |i, n| i.item(n, 1))), 7;
    indexed_nests = Members: |b| b.indexednest(|i| i.nest(1, |l| l.raw(half())).nest(2, |l| l.raw(half()))), 10;
    indexed_member = Members: |b| b.indexedstring(|i| i.item(3, text(MOST))), 3;
    indexed_array = Members: |b| b.indexedarray(|i| i.item(3, &WORDS)), 3;
    type_value = Members: |b| b.byid(|t| t.nest([1], |l| l.raw(half())).nest([2], |l| l.raw(half()))), 13;
    type_value_level = Members: |b| b.bypair(|t| t.nest([5, 1], |l| l.raw(half())).nest([5, 2], |l| l.raw(half()))), 5;
    type_value_levels = Members: |b| b.bypair(|t| t.nest([5, 1], |l| l.raw(half())).nest([6, 2], |l| l.raw(half()))), 14;
    type_value_member = Own: |b| b.levels(|l| (0..9000).fold(l, |l, n| l.item([1, 2, n], 1))), 2;
    records = Members: |b| b.records(|r| r.record(|l| l.raw(half())).record(|l| l.raw(half()))), 22;
    // The record's own length does not fit its member.
    record = Members: |b| b.records(|r| r.record(|l| l.raw(half()).raw(half()))), 0;
    small_record = Members: |b| b.small(|r| r.record(|l| l.name(text(255)))), 0;
    sub_nest = Chosen: |b| b.data(|d| d.leaf(|l| l.raw(half()).raw(half()))), 2;
    sub_after_a_struct = Chosen: |b| b.data(|d| d.after(|l| l.raw(half()).raw(half()))), 2;
    sub_unknown = Chosen: |b| b.data(|d| d.unknown(&BYTES)), 2;
    sub_text = Chosen: |b| b.byvalue(|v| v.string(text(MOST))), 16;
    sub_array = Chosen: |b| b.byvalue(|v| v.array(&WORDS)), 16;
    sub_flex = Chosen: |b| b.byvalue(|v| v.tail((Tail { tag: 1 }, &HALVES))), 16;
    sub_records = Chosen: |b| b.byvalue(|v| v.records(|r| r.record(|l| l.raw(half())).record(|l| l.raw(half())))), 16;
}

/// What fits just so, is read again.
#[test]
fn the_most_that_fits() {
    let built = Values::builder(Enc::new(Vec::new()))
        .string(text(MOST - 1))
        .binary(&BYTES[..MOST])
        .labels(&[Label::new(1); MOST / 4])
        .finish();
    let bytes = built.end().expect("it fits");
    let value = Values::from_bytes(&bytes).expect("read");
    assert_eq!(value.string.map(|s| s.to_string().len()), Some(MOST - 1));
    assert_eq!(value.binary.map(|b| b.len()), Some(MOST));
    assert_eq!(value.labels.map(|l| l.0.len()), Some(MOST / 4));
    let built = Members::builder(Enc::new(Vec::new())).nest(|l| l.name(text(MOST - 8)));
    let bytes = built.finish().end().expect("it fits");
    let name = Members::from_bytes(&bytes).expect("read").nest.expect("there").name.expect("there");
    assert_eq!(name.to_string().len(), MOST - 8);
    // A message itself may be longer.
    let many = (0..20_000).fold(Members::builder(Enc::new(Vec::new())), |b, n| b.multi(n));
    let bytes = many.finish().end().expect("any length");
    assert_eq!(Members::from_bytes(&bytes).expect("read").multi.len(), 20_000);
}

/// Owned values say the same.
#[test]
fn owned_values() {
    let leaf = || Leaf { name: Some(NlString::from_payload(&BYTES[..40_000])), ..Leaf::default() };
    let error = |value: &Members| value.to_bytes().expect_err("too long");
    let value = Members { array: Some(WORDS.to_vec()), ..Members::default() };
    assert_eq!(error(&value), EncodeError::TooLong { attr: 15 });
    let value = Members { indexednest: Some(vec![(1, leaf()), (2, leaf())]), ..Members::default() };
    assert_eq!(error(&value), EncodeError::TooLong { attr: 10 });
    let value = Members { bypair: Some(vec![([5, 1], leaf()), ([5, 2], leaf())]), ..Members::default() };
    assert_eq!(error(&value), EncodeError::TooLong { attr: 5 });
    let record = || RecLeaf { name: leaf().name, ..RecLeaf::default() };
    let value = Members { records: Some(vec![record(), record()]), ..Members::default() };
    assert_eq!(error(&value), EncodeError::TooLong { attr: 22 });
    let name = Some(NlString::from_payload(&BYTES[..300]));
    let value =
        Members { small: Some(vec![SmallLeaf { name, ..SmallLeaf::default() }]), ..Members::default() };
    assert_eq!(error(&value), EncodeError::TooLong { attr: 0 });
    let mut value = Members::default();
    value.rest.push_unknown(RawAttr { raw_type: 99, payload: BYTES.to_vec() });
    assert_eq!(error(&value), EncodeError::TooLong { attr: 99 });

    let kind = Some("array".into());
    let value = Chosen { kind, byvalue: Some(ValuesData::Array(WORDS.to_vec())), ..Chosen::default() };
    assert_eq!(value.to_bytes(), Err(EncodeError::TooLong { attr: 16 }));
    let value = Chosen { data: Some(Text::Unknown(BYTES.to_vec())), ..Chosen::default() };
    assert_eq!(value.to_bytes(), Err(EncodeError::TooLong { attr: 2 }));
    let value = Values { string: Some(NlString::from_payload(&BYTES[..])), ..Values::default() };
    assert_eq!(value.to_bytes(), Err(EncodeError::TooLong { attr: 2 }));
    let value =
        Structs { points: Some(Flex::new(Points { count: 1 }, POINTS.to_vec())), ..Structs::default() };
    assert_eq!(value.to_bytes(), Err(EncodeError::TooLong { attr: 9 }));
}

/// After an error nothing more is promised of the bytes, but that setters go on without harm.
#[test]
fn setters_after_an_error() {
    let built = Members::builder(Enc::new(Vec::new()))
        .nest(|l| l.name(text(MOST)).id(1))
        .bypair(|t| t.nest([1, 1], |l| l.raw(half()).raw(half())).nest([2, 1], |l| l.id(1)))
        .records(|r| r.record(|l| l.raw(half()).raw(half())).record(|l| l.id(1)))
        .multi(1);
    assert_eq!(built.finish().end(), Err(EncodeError::TooLong { attr: 2 }), "the first error");
}

/// No attribute is longer than what is there: a received one that is as long as can be is sent again.
#[test]
fn received_lengths() {
    let bytes = message::<Values>(&[attr(5, &BYTES[..MOST])]);
    assert_eq!(Values::from_bytes(&bytes).expect("read").to_bytes().as_deref(), Ok(&*bytes));
}
