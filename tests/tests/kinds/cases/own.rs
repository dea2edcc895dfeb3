//! What only derives say: more than single rows.

use crate::damage::survives;
use crate::rows::{attr, message, reads};
use crate::zoo::own::{Own, Plain};
use netlink_runtime::owned::OwnedSet as _;

/// A set without `rest` reads as any other, and sends what its fields say.
#[test]
fn without_rest() {
    let bytes = message_of_plain();
    let value = Plain::from_bytes(&bytes).expect("read");
    assert_eq!(value, Plain { id: Some(7), name: Some("x".into()) });
    let canonical = [attr(1, 7u32.to_ne_bytes()), attr(2, b"x\0")].concat();
    assert_eq!(value.to_bytes(), Ok(canonical));
}

fn message_of_plain() -> Vec<u8> {
    [attr(2, b"x\0"), attr(9, [1]), attr(1, 7u32.to_ne_bytes()), attr(1, [0])].concat()
}

/// A `String` has to be UTF-8; who reads the view takes the bytes.
#[test]
fn text_that_is_not_utf8() {
    let bytes = message::<Own>(&[attr(1, [0xff, 0]), attr(6, [0]), attr(7, [])]);
    assert!(Own::from_bytes(&bytes).is_err());
    survives::<Own>(&bytes);
    let bytes = message::<Own>(&[attr(6, [0]), attr(7, []), attr(2, b"a\0b"), attr(1, b"x")]);
    reads::<Own>(
        &bytes,
        r#"[["KO_CHOICE",0],["KO_CHOSEN",{"unknown":""}],["KO_TEXTS",{"bytes":"610062"}],["KO_TEXT","x"]]"#,
    );
}
