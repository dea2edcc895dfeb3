//! C structs: more than single rows.

use crate::rows::structs::{padded_bytes, point_bytes};
use crate::rows::{NEST, attr, message, reads};
use crate::zoo::common::Point;
use crate::zoo::structs::{Padded, Structs};
use netlink_runtime::owned::OwnedSet as _;

/// A longer struct, of a newer kernel, and a shorter one are read as far as they go, and kept.
#[test]
fn other_lengths() {
    let longer = message::<Structs>(&[attr(1, [&point_bytes()[..], &[7, 7]].concat())]);
    reads::<Structs>(&longer, r#"[["KS_POINT",{"x":1,"y":2,"…rest":"0707"}]]"#);
    let shorter = message::<Structs>(&[attr(1, 1u16.to_ne_bytes())]);
    reads::<Structs>(&shorter, r#"[["KS_POINT",{"x":1,"…short":2}]]"#);
    assert_eq!(Structs::from_bytes(&shorter).expect("read").point, Some(Point { x: 1, y: 0 }));
    let none = message::<Structs>(&[attr(1, [])]);
    assert!(Structs::from_bytes(&none).is_err(), "nothing is no struct");
}

/// Bytes between members, and after the last, come back as they were.
#[test]
fn holes_are_kept() {
    let mut holes = padded_bytes();
    holes[3] = 0xaa;
    holes[20] = 0xbb;
    let nest = [holes.clone(), attr(1, 7u32.to_ne_bytes())].concat();
    let bytes = message::<Structs>(&[attr(3, &holes), attr(NEST | 11, nest)]);
    let mut value = Structs::from_bytes(&bytes).expect("read");
    assert_eq!(value.to_bytes().as_deref(), Ok(&*bytes));
    // As long as nobody changes it.
    value.padded = Some(Padded { tag: 2, value: 2, end: 3 });
    let changed = value.to_bytes().expect("written");
    assert_eq!(changed[12..36], [&[2][..], &padded_bytes()[1..]].concat());
    assert_eq!(changed[36..], bytes[36..]);
}
