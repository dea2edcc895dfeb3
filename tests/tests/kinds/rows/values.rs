//! Text, bytes, addresses.

use super::{attr, message, reads, rows};
use crate::zoo::values::Values;
use netlink_runtime::EncodeError;
use netlink_runtime::owned::OwnedSet as _;
use netlink_runtime::types::{HwAddr, Label, NlStr};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

rows! { Values;
    flag = |b| b.flag(), [attr(1, [])], r#"[["KV_FLAG",true]]"#;
    string = |b| b.string("eth0"), [attr(2, b"eth0\0")], r#"[["KV_STRING","eth0"]]"#;
    string_without_nul = |b| b.string(NlStr::new(b"eth0")), [attr(2, b"eth0")], r#"[["KV_STRING","eth0"]]"#;
    bounded = |b| b.bounded("fifteen letters"), [attr(3, b"fifteen letters\0")], r#"[["KV_BOUNDED","fifteen letters"]]"#;
    unterminated = |b| b.unterminated("eth0"), [attr(4, b"eth0")], r#"[["KV_UNTERMINATED","eth0"]]"#;
    binary = |b| b.binary(&[1, 2, 255]), [attr(5, [1, 2, 255])], r#"[["KV_BINARY","0102ff"]]"#;
    cookie = |b| b.cookie(&[7; 8]), [attr(6, [7; 8])], r#"[["KV_COOKIE","0707070707070707"]]"#;
    mac = |b| b.mac([2, 0, 0, 0, 0, 1]), [attr(7, [2, 0, 0, 0, 0, 1])], r#"[["KV_MAC","02:00:00:00:00:01"]]"#;
    mac_of_20_bytes = |b| b.mac(HwAddr::new(&[1; 20]).unwrap_or_default()), [attr(7, [1; 20])],
        &format!(r#"[["KV_MAC","{}"]]"#, ["01"; 20].join(":"));
    mac_of_no_bytes = |b| b.mac(HwAddr::new(&[]).unwrap_or_default()), [attr(7, [])], r#"[["KV_MAC",""]]"#;
    ip4 = |b| b.ip4(V4), [attr(8, V4.octets())], r#"[["KV_IP4","192.0.2.1"]]"#;
    ip6 = |b| b.ip6(V6), [attr(9, V6.octets())], r#"[["KV_IP6","2001:db8::1"]]"#;
    ip = |b| b.ip(V4), [attr(10, V4.octets())], r#"[["KV_IP","192.0.2.1"]]"#;
    ip_of_16_bytes = |b| b.ip(IpAddr::V6(V6)), [attr(10, V6.octets())], r#"[["KV_IP","2001:db8::1"]]"#;
    ipby = |b| b.ipby(V6), [attr(11, V6.octets())], r#"[["KV_IPBY","2001:db8::1"]]"#;
    labels = |b| b.labels(&[Label(100 << 12), Label::new(200)]), [attr(12, [0, 6, 0x40, 0, 0, 12, 0x81, 0])],
        r#"[["KV_LABELS","100/200"]]"#;
}

/// Padding, also of number 0, has no field: it is shown, kept where it stood, and never in the way.
#[test]
fn pads() {
    let attrs = [attr(0, []), attr(8, V4.octets()), attr(13, []), attr(0, [0; 4]), attr(1, [])];
    let bytes = message::<Values>(&attrs);
    let shown = r#"[["KV_PADZERO",""],["KV_IP4","192.0.2.1"],["KV_PAD",""],["KV_PADZERO","00000000"],["KV_FLAG",true]]"#;
    reads::<Values>(&bytes, shown);
    super::forms::<Values>(&bytes);
    let value = Values::from_bytes(&bytes).expect("an owned value");
    assert_eq!((value.ip4, value.flag, value.rest.unknown().len()), (Some(V4), true, 3));
}

/// A number that no kernel uses is named nevertheless.
#[test]
fn unused() {
    let bytes = message::<Values>(&[attr(14, [1, 2])]);
    reads::<Values>(&bytes, r#"[["KV_DEAD","0102"]]"#);
    super::forms::<Values>(&bytes);
}

/// The header's family says what an address is.
#[test]
fn ipby_of_other_families() {
    use netlink_runtime::types::Address;
    for (family, payload, shown) in [
        (28, &[0, 6, 0x41, 0x40][..], "100"),
        (45, &[9], "09"),
        (2, &[192, 0, 2, 1], "192.0.2.1"),
        (0, &[192, 0, 2, 1], "192.0.2.1"),
    ] {
        let mut bytes = message::<Values>(&[attr(11, payload)]);
        bytes[0] = family;
        reads::<Values>(&bytes, &format!(r#"[["KV_IPBY","{shown}"]]"#));
        super::forms::<Values>(&bytes);
        let label = matches!(Values::from_bytes(&bytes).expect("read").ipby, Some(Address::Label(_)));
        assert_eq!(label, family == 28);
    }
    let mut bytes = message::<Values>(&[attr(11, [9])]);
    bytes[0] = 2;
    assert!(Values::from_bytes(&bytes).is_err(), "one byte is no IP address");
}

/// Setters check lengths; what was received is kept and sent as it is.
#[test]
fn lengths_are_checked_when_setting() {
    use netlink_runtime::build::{BuildSet as _, Enc, SetBuilder as _};
    let builder = || Values::builder(Enc::new(Vec::new()));
    let error = |len| Err(EncodeError::Length { attr: 3, len });
    assert_eq!(builder().bounded("").finish().end(), error(0));
    assert_eq!(builder().bounded("sixteen letters!").finish().end(), error(16));
    assert_eq!(builder().cookie(&[0; 7]).finish().end(), Err(EncodeError::Length { attr: 6, len: 7 }));
    let bytes = message::<Values>(&[attr(3, b"sixteen letters!\0"), attr(6, [])]);
    reads::<Values>(&bytes, r#"[["KV_BOUNDED","sixteen letters!"],["KV_COOKIE",""]]"#);
}
