//! The comparison has to notice what is wrong: types that are broken on purpose.

use crate::exact::Tally;
use netlink_runtime::build::{Buf, Enc};
use netlink_runtime::meta::{EnumMeta, MemberMeta, MemberType, Order, Scalar, StructMeta};
use netlink_runtime::prelude::*;
use netlink_runtime::{CStruct, NamedValue};

const NESTED: u16 = 0x8000;

/// Writes its bytes in the wrong order.
#[derive(Clone, Copy, Debug, Default)]
struct Swapped(u32);

impl PartialEq for Swapped {
    /// In either order, so that setters, which read back what they write, do not see it.
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.0 == other.0.swap_bytes()
    }
}

impl NamedValue for Swapped {
    const META: &'static EnumMeta = &EnumMeta { name: "Swapped", flags: false, entries: &[] };
    const BYTES: usize = 4;

    fn from_bits(bits: u64) -> Self {
        Swapped(bits as u32)
    }

    fn to_bits(self) -> u64 {
        self.0.swap_bytes().into()
    }
}

/// Reads four bytes and writes two.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Narrow(u32);

impl CStruct for Narrow {
    const META: &'static StructMeta = &StructMeta {
        c_name: "narrow",
        size: 4,
        members: &[MemberMeta {
            c_name: "value",
            offset: 0,
            ty: MemberType::Scalar(Scalar { bytes: 4, signed: false, order: Order::Native }, None),
        }],
    };
    const PADDED: bool = false;

    fn read(bytes: &[u8]) -> Self {
        Narrow(bytes.first_chunk().map_or(0, |b| u32::from_ne_bytes(*b)))
    }

    fn write(&self, out: &mut [u8]) {
        if let Some(room) = out.first_chunk_mut() {
            *room = (self.0 as u16).to_ne_bytes();
        }
    }

    fn wire_len(&self) -> usize {
        2
    }
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Outer {
    #[netlink(OUTER_PLAIN = 1)]
    plain: Option<u32>,
    #[netlink(OUTER_INNER = 2, nested)]
    inner: Option<Inner>,
    #[netlink(rest)]
    rest: Rest,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Inner {
    #[netlink(INNER_GOOD = 1, u32)]
    good: Option<u32>,
    #[netlink(INNER_SWAPPED = 2, u32)]
    swapped: Option<Swapped>,
    #[netlink(INNER_NARROW = 3, struct)]
    narrow: Option<Narrow>,
    #[netlink(INNER_SUB = 4, sub(good))]
    sub: Option<Sub>,
    #[netlink(INNER_TEXT = 5)]
    text: Option<NlString>,
    #[netlink(INNER_WIDE = 6, uint)]
    wide: Option<u64>,
    #[netlink(rest)]
    rest: Rest,
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
enum Sub {
    #[netlink(SUB_ONE = 7)]
    One(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

/// `OUTER_PLAIN`, then `OUTER_INNER` with what `inner` writes, checked.
fn check(inner: impl FnOnce(&mut Enc<&mut Vec<u8>>)) -> Tally {
    let mut bytes = Vec::new();
    let mut enc = Enc::new(&mut bytes);
    enc.fixed(1, 0x0102_0304u32.to_ne_bytes());
    let at = enc.open_raw(2 | NESTED);
    inner(&mut enc);
    enc.close(at);
    enc.end().expect("a small message");
    let mut tally = Tally::default();
    tally.check::<Outer>(&bytes);
    tally
}

fn put<B: Buf>(enc: &mut Enc<B>, id: u16, value: u32) {
    enc.fixed(id, value.to_ne_bytes());
}

#[test]
fn what_is_right_is_clean() {
    let tally = check(|enc| {
        put(enc, 1, 7);
        put(enc, 4, 8);
        enc.bytes(5, b"text\0");
    });
    assert!(tally.clean(), "{tally}");
    assert_eq!((tally.messages, tally.attrs, tally.paths.len()), (1, 5, 5));
}

#[test]
fn a_setter_with_the_wrong_byte_order_is_reported() {
    let tally = check(|enc| {
        put(enc, 1, 7);
        put(enc, 2, u32::from_ne_bytes([1, 2, 3, 4]));
    });
    let text = tally.to_string();
    assert!(!tally.clean());
    assert!(text.contains("Outer.OUTER_INNER.INNER_SWAPPED differs at byte 24"), "{text}");
    let header: String = [8u16, 2].iter().flat_map(|v| v.to_ne_bytes()).map(|b| format!("{b:02x}")).collect();
    assert!(text.contains(&format!("received {header}01020304")), "{text}");
    assert!(text.contains(&format!("encoded  {header}04030201")), "{text}");
}

#[test]
fn a_setter_with_the_wrong_width_is_reported() {
    let tally = check(|enc| put(enc, 3, 0x0506_0708));
    assert!(!tally.clean() && tally.raw.is_empty(), "{tally}");
    assert!(tally.restored == 1 || tally.failures.len() == 1, "{tally}");
}

#[test]
fn a_getter_with_the_wrong_width_is_reported() {
    let tally = check(|enc| enc.fixed(1, 7u16.to_ne_bytes()));
    assert!(!tally.clean());
    assert!(tally.failures.iter().any(|f| f.contains("INNER_GOOD")), "{tally}");
}

#[test]
fn raw_bytes_are_counted() {
    let unknown = check(|enc| put(enc, 9, 1));
    assert_eq!(unknown.raw.values().map(|(n, _)| *n).sum::<usize>(), 1, "{unknown}");
    assert!(
        unknown.failures.is_empty() && unknown.to_string().contains("OUTER_INNER.9 (beyond"),
        "{unknown}"
    );

    assert!(unknown.clean_but_for_news() && !unknown.clean());

    let twice = check(|enc| {
        put(enc, 1, 7);
        put(enc, 1, 7);
    });
    assert!(twice.to_string().contains("INNER_GOOD (a second one)"), "{twice}");
    assert!(!twice.clean_but_for_news());

    let form = check(|enc| {
        put(enc, 1, 6);
        put(enc, 4, 8);
    });
    assert!(form.to_string().contains("INNER_SUB (no format of Sub)"), "{form}");

    // Eight bytes for what fits in four.
    let wide = check(|enc| enc.fixed(6, 1u64.to_ne_bytes()));
    assert_eq!((wide.restored, wide.raw.len(), wide.failures.len()), (1, 0, 0), "{wide}");
    assert!(!wide.clean());
}
