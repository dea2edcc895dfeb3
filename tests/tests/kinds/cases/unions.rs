//! C unions: more than single rows.

use crate::rows::{attr, message, reads};
use crate::zoo::unions::{Amount, Entry, EntryU, InetAddr, Unions};
use netlink_runtime::owned::OwnedSet as _;
use std::net::Ipv4Addr;

/// `from_…` makes the other bytes zero, `with_…` leaves them; equal is what has equal bytes.
#[test]
fn arms_share_their_bytes() {
    let whole = Amount::from_bytes([0x11, 0x22, 0x33, 0x44]);
    assert_eq!(whole.long(), u32::from_ne_bytes([0x11, 0x22, 0x33, 0x44]));
    assert_eq!(whole.short(), u16::from_ne_bytes([0x11, 0x22]));
    let short = whole.with_short(u16::from_ne_bytes([9, 8]));
    assert_eq!(short.bytes(), [9, 8, 0x33, 0x44]);
    assert_eq!(Amount::from_short(u16::from_ne_bytes([9, 8])).bytes(), [9, 8, 0, 0]);
    // Which half the low bits are is up to the machine.
    let low = whole.with_low(5);
    let byte = if cfg!(target_endian = "little") { 0x15 } else { 0x51 };
    assert_eq!((low.low(), low.bytes()), (5, [byte, 0x22, 0x33, 0x44]));
    assert_ne!(low, whole);
    assert_eq!(Amount::from_bytes(low.bytes()), low);
}

/// A union as long as an older kernel's, and longer, is read as far as it goes, and kept.
#[test]
fn other_lengths() {
    let address = Ipv4Addr::new(192, 0, 2, 1);
    let short = message::<Unions>(&[attr(1, address.octets())]);
    reads::<Unions>(&short, r#"[["KU_UNION",{"ip":"192.0.2.1","…short":4}]]"#);
    assert_eq!(Unions::from_bytes(&short).expect("read").union_, Some(InetAddr::from_ip(address)));
    let long = message::<Unions>(&[attr(1, [0; 20])]);
    reads::<Unions>(
        &long,
        r#"[["KU_UNION",{"ip":"0.0.0.0","ip6":"::","all":[0,0,0,0],"…rest":"00000000"}]]"#,
    );
}

/// Arms that do not count are bytes like others: they come back, whatever the member says that chooses.
#[test]
fn arms_that_do_not_count_come_back() {
    let mut bytes = [0xa5; 60];
    // 10: the address is one of IPv6, and keeps all its bytes.
    bytes[..4].copy_from_slice(&[10, 1, 0, 0]);
    let bytes = message::<Unions>(&[attr(5, bytes)]);
    let mut value = Unions::from_bytes(&bytes).expect("read");
    assert_eq!(value.to_bytes().as_deref(), Ok(&*bytes));
    let entry = value.entry.as_mut().expect("there");
    assert_eq!((entry.u.mark(), entry.u.half_minor()), (0xa5a5_a5a5, 0xa5a5));
    *entry = Entry { u: EntryU::from_mark(0), ..*entry };
    let changed = value.to_bytes().expect("written");
    assert_eq!(changed[..32], bytes[..32]);
    assert_eq!(changed[32..36], [0; 4]);
    assert_eq!(changed[36..], bytes[36..]);
}
