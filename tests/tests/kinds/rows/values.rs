//! Text, bytes, addresses.

use super::{NET, attr, rows};
use crate::zoo::values::Values;
use netlink_runtime::types::{HwAddr, Label, NlStr};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

pub(crate) const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// `struct sockaddr_in` of port 80.
pub(crate) fn sockaddr_in() -> Vec<u8> {
    [&2_u16.to_ne_bytes()[..], &[0, 80], &V4.octets(), &[0; 8]].concat()
}

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
    labels = |b| b.labels(&[Label::from_bits(100 << 12), Label::new(200)]), [attr(12, [0, 6, 0x40, 0, 0, 12, 0x81, 0])],
        r#"[["KV_LABELS","100/200"]]"#;
    netip4 = |b| b.netip4(V4), [attr(NET | 15, V4.octets())], r#"[["KV_NETIP4","192.0.2.1"]]"#;
    netip6 = |b| b.netip6(V6), [attr(NET | 16, V6.octets())], r#"[["KV_NETIP6","2001:db8::1"]]"#;
    sockaddr = |b| b.sockaddr(SocketAddr::new(V4.into(), 80)), [attr(17, sockaddr_in())],
        r#"[["KV_SOCKADDR","192.0.2.1:80"]]"#;
    sockaddr_of_28_bytes = |b| b.sockaddr(SocketAddr::new(V6.into(), 80)),
        [attr(17, [&10_u16.to_ne_bytes()[..], &[0, 80, 0, 0, 0, 0], &V6.octets(), &[0; 4]].concat())],
        r#"[["KV_SOCKADDR","[2001:db8::1]:80"]]"#;
}
