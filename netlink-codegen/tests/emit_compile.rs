//! The golden files as the derives read them: what is generated compiles, and means what the
//! schema says. (`reach.rs` is not here: the derives refuse selectors beyond the set.)
// Declarations, of which only some are used here.
#![allow(dead_code, unreachable_pub)]

use netlink_runtime::build::Enc;
use netlink_runtime::{AttrSet, View};

#[rustfmt::skip]
#[path = "emit_golden/farm.rs"]
mod farm;
#[rustfmt::skip]
#[path = "emit_golden/pens.rs"]
mod pens;
#[rustfmt::skip]
#[path = "emit_golden/shared.rs"]
mod shared;
#[rustfmt::skip]
#[path = "emit_golden/zoo.rs"]
mod zoo;

#[rustfmt::skip]
#[path = "emit_golden/zoo-1.0.rs"]
mod zoo_1_0;

#[test]
fn names_are_as_generated() {
    assert_eq!(zoo::PROTOCOL.0, 19);
    assert_eq!(pens::PROTOCOL.0, 12);
    assert_eq!(farm::FAMILY, "farm");
    assert_eq!(farm::GROUP_NOTE_CHANGES, "note-changes");
}

/// The attributes after the fixed header as (number, payload).
fn attributes(bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(head) = rest.first_chunk::<4>() {
        let len = usize::from(u16::from_ne_bytes([head[0], head[1]]));
        out.push((u16::from_ne_bytes([head[2], head[3]]) & 0x3fff, &rest[4..len]));
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    out
}

#[test]
fn what_is_generated_is_what_the_schema_says() {
    let mut animal = zoo::Animal::default();
    animal.header.kind = shared::Kind::FISH;
    animal.header.owner = [192, 0, 2, 1].into();
    animal.u8 = 7;
    animal.be16 = Some(0x0102);
    animal.sbe32 = Some(-2);
    animal.kindle16 = Some(shared::Kind::DOG);
    animal.temp = Some(shared::Temperature::COLD);
    animal.flags = Some(zoo::ZooFlags::WIDE | zoo::ZooFlags::TAME);
    animal.arraybe = Some(vec![1, 2]);
    animal.type_ = Some("cat".into());
    let note = zoo::Note { name: Some("x".into()), ..Default::default() };
    animal.sub = Some(zoo::Feed::Cat(Box::new(note.clone())));
    animal.subheader = Some(zoo::Keep::Other(Box::new(note.clone())));
    animal.tree = Some(vec![([3, 4], note)]);
    let inner = zoo::AnimalAttrs { u8: 1, ..Default::default() };
    let mut outer = inner.clone();
    outer.self_ = Some(Box::new(inner));
    animal.self_ = Some(outer);

    let mut bytes = Vec::new();
    animal.encode_to(Enc::new(&mut bytes)).end().expect("encode");
    let view = <zoo::Animal as AttrSet>::View::parse(&bytes).expect("parse");
    assert!(zoo::Animal::decode_at(view, 0).expect("decode") == animal);

    // Header: `kind` at 1, `owner` at 8; sixteen bytes.
    assert_eq!((bytes[1], &bytes[8..12]), (2, &[192, 0, 2, 1][..]));
    let attributes = attributes(&bytes[16..]);
    let of = |number: u16| attributes.iter().find(|(n, _)| *n == number).map(|(_, payload)| *payload);
    assert_eq!(of(1), Some(&[7][..]));
    assert_eq!(of(5), Some(&[1, 2][..]));
    assert_eq!(of(6), Some(&[255, 255, 255, 254][..]));
    assert_eq!(of(12), Some(&[1, 0][..]));
    assert_eq!(of(14), Some(&[255][..]));
    assert_eq!(of(16), Some(&0x1_0000_0001u64.to_ne_bytes()[..]));
    assert_eq!(of(29), Some(&[0, 1, 0, 2][..]));
    let note = |payload: &[u8]| self::attributes(payload).first().map(|(n, p)| (*n, p.to_vec()));
    assert_eq!(note(of(33).expect("sub")), Some((1, b"x\0".to_vec())));
    assert_eq!(self::attributes(of(49).expect("tree"))[0].0, 3);
    assert_eq!(self::attributes(of(52).expect("self")).len(), 2);
}

#[test]
fn unions_are_their_bytes() {
    let den = zoo::ZooDen {
        family: 2,
        mood: shared::Kind::DOG,
        addr: zoo::ZooAddr::from_v4([192, 0, 2, 7].into()),
        info_proto: 8,
        info_u: zoo::ZooDenInfoU::from_at_x(3).with_at_type(4),
        u: zoo::ZooDenU::from_low(0x0102_0304),
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        tilt: -2,
        ..Default::default()
    };
    let animal = zoo::Animal { den: Some(den), unions: Some(vec![den.addr; 2]), ..zoo::Animal::default() };
    let mut bytes = Vec::new();
    animal.encode_to(Enc::new(&mut bytes)).end().expect("encode");
    let view = <zoo::Animal as AttrSet>::View::parse(&bytes).expect("parse");
    assert_eq!(view.den().expect("den"), Some(den));
    let attributes = attributes(&bytes[16..]);
    let of = |number: u16| attributes.iter().find(|(n, _)| *n == number).map(|(_, payload)| *payload);
    let payload = of(56).expect("den");
    assert_eq!(payload[4..8], [192, 0, 2, 7]);
    assert_eq!(payload[24..28], [3u16.to_ne_bytes(), 4u16.to_ne_bytes()].concat());
    assert_eq!(of(58).map(<[u8]>::len), Some(32));
}
