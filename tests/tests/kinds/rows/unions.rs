//! C unions. Numbers are the same from both ends, so that all machines show them alike.

use super::{NEST, attr, rows};
use crate::zoo::common::Shape;
use crate::zoo::unions::{Amount, Entry, EntryData, EntryU, InetAddr, Spots, Unions};
use netlink_runtime::types::{Address, HwAddr};
use std::net::{Ipv4Addr, Ipv6Addr};

const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

fn ip() -> InetAddr {
    InetAddr::from_ip(V4)
}

/// The address, and nothing in the other arms' bytes.
fn ip_bytes() -> Vec<u8> {
    [&V4.octets()[..], &[0; 12]].concat()
}

const IP: &str = r#"{"ip":"192.0.2.1","ip6":"c000:201::","all":[3221225985,0,0,0]}"#;
const NONE: &str = r#"{"ip":"0.0.0.0","ip6":"::","all":[0,0,0,0]}"#;

fn an_entry(family: u8, kind: Shape) -> Entry {
    Entry {
        family,
        kind,
        addr: ip(),
        u: EntryU::from_half_class(0x0101).with_half_minor(0x0101),
        plain: [Amount::from_bytes([0x11; 4]), Amount::default()],
        peer: Address::Other(HwAddr::new(&[7; 16]).unwrap_or_default()),
        data: EntryData::from_name(*b"aaaa"),
        u2: V4,
        end: 1,
    }
}

fn entry_bytes(family: u8, kind: u8, peer: &[u8; 16]) -> Vec<u8> {
    let start = [&[family, kind, 0, 0][..], &ip_bytes(), &[1; 4], &[0x11; 4], &[0; 4], peer].concat();
    [&start[..], b"aaaa", &V4.octets(), &1u32.to_ne_bytes()].concat()
}

/// What follows the arms that count.
macro_rules! entry_end {
    () => {
        concat!(
            r#""plain":[{"long":286331153,"short":4369,"low":1,"bytes":[17,17,17,17]},"#,
            r#"{"long":0,"short":0,"low":0,"bytes":[0,0,0,0]}],"peer":"#
        )
    };
}

rows! { Unions;
    union_ = |b| b.union_(ip()), [attr(1, ip_bytes())], &format!(r#"[["KU_UNION",{IP}]]"#);
    array = |b| b.array(&[ip(), InetAddr::default()]), [attr(2, [ip_bytes(), vec![0; 16]].concat())],
        &format!(r#"[["KU_ARRAY",[{IP},{NONE}]]]"#);
    multi = |b| b.multi(InetAddr::default()).multi(ip()), [attr(3, [0; 16]), attr(3, ip_bytes())],
        &format!(r#"[["KU_MULTI",{NONE}],["KU_MULTI",{IP}]]"#);
    indexed = |b| b.indexed(|i| i.item(3, Amount::from_long(0x1111_1111)).item(1, Amount::default())),
        [attr(NEST | 4, [attr(3, [0x11; 4]), attr(1, [0; 4])].concat())],
        concat!(r#"[["KU_INDEXED",[[3,{"long":286331153,"short":4369,"low":1,"bytes":[17,17,17,17]}],"#,
        r#"[1,{"long":0,"short":0,"low":0,"bytes":[0,0,0,0]}]]]]"#);
    // Members say which arms of the others count, and what an address is.
    entry = |b| b.entry(Entry { peer: V4.into(), ..an_entry(2, Shape::ROUND) }),
        [attr(5, entry_bytes(2, 1, &[192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))], concat!(
        r#"[["KU_ENTRY",{"family":2,"kind":1,"addr":{"ip":"192.0.2.1"},"mark":16843009,"#, entry_end!(),
        r#""192.0.2.1","data":{"id":1633771873,"name":"aaaa"},"u2":"192.0.2.1","end":1}]]"#);
    entry_of_other_arms = |b| b.entry(Entry { peer: V6.into(), ..an_entry(10, Shape::FLAT) }),
        [attr(5, entry_bytes(10, 2, &V6.octets()))], concat!(
        r#"[["KU_ENTRY",{"family":10,"kind":2,"addr":{"ip6":"c000:201::"},"half.class":257,"half.minor":257,"#,
        entry_end!(), r#""2001:db8::1","data":{"id":1633771873,"name":"aaaa"},"u2":"192.0.2.1","end":1}]]"#);
    // What has no case is the default's arms, and all arms where there is no default.
    entry_of_no_case = |b| b.entry(an_entry(7, Shape(9))), [attr(5, entry_bytes(7, 9, &[7; 16]))], concat!(
        r#"[["KU_ENTRY",{"family":7,"kind":9,"addr":{"all":[3221225985,0,0,0]},"mark":16843009,"#,
        r#""half.class":257,"half.minor":257,"#, entry_end!(),
        r#""07070707070707070707070707070707","data":{"id":1633771873,"name":"aaaa"},"u2":"192.0.2.1","end":1}]]"#);
    spots = |b| b.spots((Spots { count: 2 }, &[ip(), InetAddr::default()])),
        [attr(6, [&2u32.to_ne_bytes()[..], &ip_bytes(), &[0; 16]].concat())],
        &format!(r#"[["KU_SPOTS",{{"count":2,"addrs":[{IP},{NONE}]}}]]"#);
    kind = |b| b.kind("addr"), [attr(7, b"addr\0")], r#"[["KU_KIND","addr"]]"#;
    data = |b| b.data(|d| d.addr(ip())), [attr(7, b"addr\0"), attr(8, ip_bytes())],
        &format!(r#"[["KU_KIND","addr"],["KU_DATA",{IP}]]"#);
    data_is_an_array = |b| b.data(|d| d.addrs(&[ip()])), [attr(7, b"addrs\0"), attr(8, ip_bytes())],
        &format!(r#"[["KU_KIND","addrs"],["KU_DATA",[{IP}]]]"#);
    data_is_a_struct = |b| b.data(|d| d.entry(Entry { peer: V6.into(), ..an_entry(10, Shape::FLAT) })),
        [attr(7, b"entry\0"), attr(8, entry_bytes(10, 2, &V6.octets()))], concat!(
        r#"[["KU_KIND","entry"],["KU_DATA",{"family":10,"kind":2,"addr":{"ip6":"c000:201::"},"half.class":257,"#,
        r#""half.minor":257,"#, entry_end!(),
        r#""2001:db8::1","data":{"id":1633771873,"name":"aaaa"},"u2":"192.0.2.1","end":1}]]"#);
}
