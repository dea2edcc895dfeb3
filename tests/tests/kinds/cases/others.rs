//! Messages of all protocols, with their fixed headers.

use crate::made::{kinds, kinds_genl, kinds_nf};
use crate::rows::{attr, forms, message, reads};
use crate::zoo::common::{Header, Shape};
use crate::zoo::numbers::Numbers;
use crate::zoo::others::{GenlHeader, Get, GetRules, Nfgenmsg, Reading, Rule};
use netlink_runtime::build::{Enc, SetBuilder as _};
use netlink_runtime::owned::OwnedSet as _;
use netlink_runtime::{AttrSet as _, MessageType, Request as _};

/// What every message has is an error when it is absent, in each form.
#[test]
fn always_is_required() {
    let bytes = message::<Reading>(&[attr(1, 7u32.to_ne_bytes())]);
    assert!(Reading::from_bytes(&bytes).is_err() && kinds_genl::Reading::from_bytes(&bytes).is_err());
}

/// A classic protocol: a fixed header that the family says.
#[test]
fn raw() {
    let header = Header { family: 2, shape: Shape::FLAT, flags: 0x0102, index: -3 };
    let bytes = Numbers::builder(Enc::new(Vec::new())).header(header).u8(7).finish().end().expect("built");
    let expected = [&[2, 2, 1, 2][..], &(-3i32).to_ne_bytes(), &attr(1, [7])].concat();
    assert_eq!(bytes, expected);
    reads::<Numbers>(&bytes, r#"[["KN_U8",7]]"#);
    forms::<Numbers>(&bytes);
    let call = kinds::NumbersOp::request();
    assert_eq!(call.message_type(), MessageType::Raw(16));
    let call = call.with(|b| b.u8(7));
    let mut payload = Vec::new();
    call.encode(&mut payload).expect("encoded");
    assert_eq!(payload, message::<Numbers>(&[attr(1, [7])]));
}

/// Generic netlink: a user header after `genlmsghdr`.
#[test]
fn user_header() {
    let call = Get::request().with(|b| b.header(GenlHeader { port: 9 }).id(7).list(&[]));
    let expected = MessageType::Generic { family: "kinds", command: 1, version: 2 };
    assert_eq!(call.message_type(), expected);
    let mut payload = Vec::new();
    call.encode(&mut payload).expect("encoded");
    assert_eq!(payload, [&9u32.to_ne_bytes()[..], &attr(1, 7u32.to_ne_bytes()), &attr(3, [])].concat());
    assert_eq!(kinds_genl::Get::request().message_type(), expected);
    let reading = kinds_genl::Reading::from_bytes(&payload).expect("read");
    assert_eq!((reading.header.port, reading.id), (9, 7));
    reads::<Reading>(&payload, r#"[["KG_ID",7],["KG_LIST",[]]]"#);
    forms::<Reading>(&payload);
}

/// Netfilter: `nfgenmsg`, and subsystem and message in one number.
#[test]
fn nfgenmsg() {
    let header = Nfgenmsg { nfgen_family: 2, version: 0, res_id: 0x0102 };
    let call = GetRules::request().with(|b| b.header(header).id(0x0304));
    assert_eq!(call.message_type(), MessageType::Raw(9 << 8 | 1));
    assert_eq!(kinds_nf::Get::request().message_type(), MessageType::Raw(9 << 8 | 1));
    let mut payload = Vec::new();
    call.encode(&mut payload).expect("encoded");
    assert_eq!(payload, [&[2, 0, 1, 2][..], &attr(1, [0, 0, 3, 4])].concat());
    reads::<Rule>(&payload, r#"[["KF_ID",772]]"#);
    forms::<Rule>(&payload);
}
