//! What only derives say.

use super::{NEST, attr, message, reads, rows};
use crate::zoo::own::{Own, Plain};
use netlink_runtime::owned::OwnedSet as _;

rows! { only Own;
    text = |b| b.choice(0).chosen(|c| c.unknown(&[])).text("h\u{e9}"),
        [attr(6, [0]), attr(7, []), attr(1, "h\u{e9}\0")],
        "[[\"KO_CHOICE\",0],[\"KO_CHOSEN\",{\"unknown\":\"\"}],[\"KO_TEXT\",\"h\u{e9}\"]]";
    levels = |b| b.choice(0).chosen(|c| c.unknown(&[1])).levels(|l| l.item([1, 2, 3], 7).item([1, 2, 4], 8).item([1, 3, 3], 9)),
        [attr(6, [0]), attr(7, [1]), attr(NEST | 3, attr(NEST | 1, [
            attr(NEST | 2, [attr(3, 7u32.to_ne_bytes()), attr(4, 8u32.to_ne_bytes())].concat()),
            attr(NEST | 3, attr(3, 9u32.to_ne_bytes())),
        ].concat()))],
        r#"[["KO_CHOICE",0],["KO_CHOSEN",{"unknown":"01"}],["KO_LEVELS",[[1,[[2,[[3,7],[4,8]]],[3,[[3,9]]]]]]]]"#;
    data = |b| b.choice(0).chosen(|c| c.unknown(&[])).data(|d| d.text("x")),
        [attr(6, [0]), attr(7, []), attr(4, b"text\0"), attr(5, b"x\0")],
        r#"[["KO_CHOICE",0],["KO_CHOSEN",{"unknown":""}],["KO_KIND","text"],["KO_DATA","x"]]"#;
    chosen = |b| b.chosen(|c| c.seven(9)), [attr(6, [7]), attr(7, 9u32.to_ne_bytes())],
        r#"[["KO_CHOICE",7],["KO_CHOSEN",9]]"#;
}

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
    super::survives::<Own>(&bytes);
    let bytes = message::<Own>(&[attr(6, [0]), attr(7, []), attr(2, b"a\0b"), attr(1, b"x")]);
    reads::<Own>(
        &bytes,
        r#"[["KO_CHOICE",0],["KO_CHOSEN",{"unknown":""}],["KO_TEXTS",{"bytes":"610062"}],["KO_TEXT","x"]]"#,
    );
}
