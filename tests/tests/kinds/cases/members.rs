//! Members: more than single rows.

use crate::damage::survives;
use crate::rows::members::{half, leaf, word};
use crate::rows::{NEST, attr, forms, message, reads};
use crate::zoo::members::Members;
use netlink_runtime::owned::OwnedSet as _;

/// Some kernels' arrays go without the bit, on all members or on the whole.
#[test]
fn nested_bits_come_back_as_they_were() {
    let bare = attr(10, [attr(1, leaf(7)), attr(2, [])].concat());
    let mixed = attr(NEST | 13, [attr(NEST | 3, leaf(7)), attr(4, [])].concat());
    let bytes = message::<Members>(&[attr(1, leaf(7)), bare, mixed]);
    let shown = r#"[["KM_NEST",[["KL_ID",7]]],["KM_INDEXEDNEST",[[1,[["KL_ID",7]]],[2,[]]]],["KM_BYID",[[3,[["KL_ID",7]]],[4,[]]]]]"#;
    reads::<Members>(&bytes, shown);
    forms::<Members>(&bytes);
}

/// Containers that are there twice, or hold nothing.
#[test]
fn levels_that_repeat() {
    let levels =
        [attr(NEST | 3, attr(NEST | 1, [])), attr(NEST | 3, attr(NEST | 1, leaf(7))), attr(NEST | 4, [])];
    let bytes = message::<Members>(&[attr(NEST | 14, levels.concat())]);
    reads::<Members>(&bytes, r#"[["KM_BYPAIR",[[3,[[1,[]]]],[3,[[1,[["KL_ID",7]]]]],[4,[]]]]]"#);
    let members = Members::from_bytes(&bytes).expect("read").bypair.expect("there");
    assert_eq!(members.iter().map(|(types, _)| *types).collect::<Vec<_>>(), [[3, 1], [3, 1]]);
}

/// A record whose length is impossible ends its attribute, and is an error.
#[test]
fn impossible_records() {
    for len in [0u16, 7, 17, u16::MAX] {
        let bytes = message::<Members>(&[attr(22, [&half(len)[..], &half(5), &word(6), &leaf(7)].concat())]);
        assert!(Members::from_bytes(&bytes).is_err(), "{len}");
        survives::<Members>(&bytes);
    }
}
