//! What only derives say.

use super::{NEST, attr, rows};
use crate::zoo::own::Own;

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
