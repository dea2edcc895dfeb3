//! Messages of all protocols, with their fixed headers.

use super::{NEST, attr, rows};
use crate::zoo::others::Reading;

rows! { Reading;
    always = |b| b.id(7).list(&[1, 2]),
        [attr(1, 7u32.to_ne_bytes()), attr(3, [1u16.to_ne_bytes(), 2u16.to_ne_bytes()].concat())],
        r#"[["KG_ID",7],["KG_LIST",[1,2]]]"#;
    leaf = |b| b.id(7).list(&[]).leaf(|l| l.id(1)),
        [attr(1, 7u32.to_ne_bytes()), attr(3, []), attr(NEST | 2, attr(1, 1u32.to_ne_bytes()))],
        r#"[["KG_ID",7],["KG_LIST",[]],["KG_LEAF",[["KL_ID",1]]]]"#;
}
