//! Text, bytes and addresses: more than single rows.

use crate::rows::values::{V4, sockaddr_in};
use crate::rows::{attr, forms, message, reads};
use crate::zoo::values::Values;
use netlink_runtime::build::{Enc, SetBuilder as _};
use netlink_runtime::owned::OwnedSet as _;
use netlink_runtime::types::Address;
use netlink_runtime::{AttrSet as _, EncodeError};

/// Padding, also of number 0, has no field: it is shown, kept where it stood, and never in the way.
#[test]
fn pads() {
    let attrs = [attr(0, []), attr(8, V4.octets()), attr(13, []), attr(0, [0; 4]), attr(1, [])];
    let bytes = message::<Values>(&attrs);
    let shown = r#"[["KV_PADZERO",""],["KV_IP4","192.0.2.1"],["KV_PAD",""],["KV_PADZERO","00000000"],["KV_FLAG",true]]"#;
    reads::<Values>(&bytes, shown);
    forms::<Values>(&bytes);
    let value = Values::from_bytes(&bytes).expect("an owned value");
    assert_eq!((value.ip4, value.flag, value.rest.unknown().len()), (Some(V4), true, 3));
}

/// A number that no kernel uses is named nevertheless.
#[test]
fn unused() {
    let bytes = message::<Values>(&[attr(14, [1, 2])]);
    reads::<Values>(&bytes, r#"[["KV_DEAD","0102"]]"#);
    forms::<Values>(&bytes);
}

/// The header's family says what an address is.
#[test]
fn ipby_of_other_families() {
    for (family, payload, shown) in [
        (28, &[0, 6, 0x41, 0x40][..], "100"),
        (45, &[9], "09"),
        (2, &[192, 0, 2, 1], "192.0.2.1"),
        (0, &[192, 0, 2, 1], "192.0.2.1"),
    ] {
        let mut bytes = message::<Values>(&[attr(11, payload)]);
        bytes[0] = family;
        reads::<Values>(&bytes, &format!(r#"[["KV_IPBY","{shown}"]]"#));
        forms::<Values>(&bytes);
        let label = matches!(Values::from_bytes(&bytes).expect("read").ipby, Some(Address::Label(_)));
        assert_eq!(label, family == 28);
    }
    let mut bytes = message::<Values>(&[attr(11, [9])]);
    bytes[0] = 2;
    assert!(Values::from_bytes(&bytes).is_err(), "one byte is no IP address");
}

/// A `struct sockaddr_storage` is longer, and C leaves bytes of a `struct sockaddr_in` as they were: both
/// come out as they came. Of other families there is no value.
#[test]
fn sockaddr_in_something_longer() {
    let shown = r#"[["KV_SOCKADDR","192.0.2.1:80"]]"#;
    let longer = [&sockaddr_in()[..], &[0; 112]].concat();
    let unclean = [&sockaddr_in()[..8], &[9; 8]].concat();
    for payload in [longer, unclean] {
        let bytes = message::<Values>(&[attr(17, payload)]);
        reads::<Values>(&bytes, shown);
        forms::<Values>(&bytes);
    }
    for payload in [sockaddr_in()[..15].to_vec(), [1, 0].repeat(8), vec![2], vec![]] {
        let bytes = message::<Values>(&[attr(17, payload)]);
        assert!(Values::from_bytes(&bytes).is_err());
    }
}

/// Setters check lengths; what was received is kept and sent as it is.
#[test]
fn lengths_are_checked_when_setting() {
    let builder = || Values::builder(Enc::new(Vec::new()));
    let error = |len| Err(EncodeError::Length { attr: 3, len });
    assert_eq!(builder().bounded("").finish().end(), error(0));
    assert_eq!(builder().bounded("sixteen letters!").finish().end(), error(16));
    assert_eq!(builder().cookie(&[0; 7]).finish().end(), Err(EncodeError::Length { attr: 6, len: 7 }));
    let bytes = message::<Values>(&[attr(3, b"sixteen letters!\0"), attr(6, [])]);
    reads::<Values>(&bytes, r#"[["KV_BOUNDED","sixteen letters!"],["KV_COOKIE",""]]"#);
}
