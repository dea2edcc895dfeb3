//! Integers: more than single rows.

use crate::made::kinds;
use crate::rows::attr;
use crate::zoo::common::Shape;
use netlink_runtime::owned::OwnedSet as _;
use netlink_runtime::prelude::*;
use netlink_runtime::{DecodeErrorKind, EncodeError};

#[test]
fn aliases_are_the_same_value() {
    assert_eq!((Shape::CIRCLE, Shape::CIRCLE.c_name()), (Shape::ROUND, Some("SHAPE_ROUND")));
    let made = kinds::Shape::CIRCLE;
    assert_eq!((made, made.c_name()), (kinds::Shape::ROUND, Some("SHAPE_ROUND")));
}

/// Of 32 bits, all positive: as wide as what it names, but for a `uint`.
#[netlink_enum(u32)]
enum Narrow {
    ONE = 1,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(signed, size = 4)]
struct Signed {
    #[netlink(0, i32)]
    member: Narrow,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Narrows {
    #[netlink(A_UINT = 1, uint)]
    uint: Option<Narrow>,
    #[netlink(A_BYTE = 2, i8)]
    byte: Option<Narrow>,
    #[netlink(A_MEMBER = 3, struct)]
    member: Option<Signed>,
}

/// Values without a name lose no bits: they come back, or are an error.
#[test]
fn values_that_enums_cannot_hold() {
    let wide = attr(1, (1u64 << 32 | 1).to_ne_bytes());
    assert_eq!(Narrows::from_bytes(&wide).map_err(|e| e.kind), Err(DecodeErrorKind::Value));
    let negative = [attr(2, [0xff]), attr(3, [0xff; 4])].concat();
    let value = Narrows::from_bytes(&negative).expect("read");
    assert_eq!(
        (value.byte, value.member),
        (Some(Narrow(u32::MAX)), Some(Signed { member: Narrow(u32::MAX) }))
    );
    assert_eq!(value.to_bytes(), Ok(negative));
    let value = Narrows { byte: Some(Narrow(200)), ..Narrows::default() };
    assert_eq!(value.to_bytes(), Err(EncodeError::Value { attr: 2 }));
    assert_eq!(Narrow::ONE.c_name(), Some("ONE"));
}
