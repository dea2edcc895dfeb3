//! Every kind of value as JSON, well-formed and malformed.

mod walk_sets;
use walk_sets::*;

#[track_caller]
fn check(ty: u16, payload: &[u8], want: &str) {
    assert_eq!(json(&tlv(ty, payload)), want);
}

#[test]
fn integers() {
    check(1, &u32::MAX.to_ne_bytes(), r#"["DEMO_U32",4294967295]"#);
    check(2, &[1, 2], r#"["DEMO_BE16",258]"#);
    check(3, &[0xff], r#"["DEMO_S8",-1]"#);
    check(4, &u64::MAX.to_ne_bytes(), r#"["DEMO_U64",18446744073709551615]"#);
    check(5, &7u32.to_ne_bytes(), r#"["DEMO_UINT",7]"#);
    check(5, &u64::MAX.to_ne_bytes(), r#"["DEMO_UINT",18446744073709551615]"#);
    check(6, &(-7i32).to_ne_bytes(), r#"["DEMO_SINT",-7]"#);
    check(6, &i64::MIN.to_ne_bytes(), r#"["DEMO_SINT",-9223372036854775808]"#);
    check(20, &1500u64.to_ne_bytes(), r#"["DEMO_MSECS",1500]"#);
}

#[test]
fn integers_of_other_lengths_are_malformed() {
    check(1, &[5, 0], r#"["DEMO_U32",{"malformed":"length 2, want 4","raw":"0500"}]"#);
    check(1, &[], r#"["DEMO_U32",{"malformed":"length 0, want 4","raw":""}]"#);
    check(5, &[1, 2], r#"["DEMO_UINT",{"malformed":"length 2, want 4 or 8","raw":"0102"}]"#);
    check(20, &[1; 4], r#"["DEMO_MSECS",{"malformed":"length 4, want 8","raw":"01010101"}]"#);
    check(10, &[1; 4], r#"["DEMO_BITS",{"malformed":"length 4, want 8","raw":"01010101"}]"#);
}

#[test]
fn text() {
    check(8, b"veth\0", r#"["DEMO_KIND","veth"]"#);
    check(8, b"veth", r#"["DEMO_KIND","veth"]"#);
    check(8, b"", r#"["DEMO_KIND",""]"#);
    check(8, b"\0", r#"["DEMO_KIND",""]"#);
    check(8, "caf\u{e9}\0".as_bytes(), "[\"DEMO_KIND\",\"caf\u{e9}\"]");
    check(8, b"caf\xe9\0", r#"["DEMO_KIND",{"bytes":"636166e900"}]"#);
    check(8, b"a\0b\0", r#"["DEMO_KIND",{"bytes":"61006200"}]"#);
    check(8, b"a\"\\\n\t\r\x01\x7f\0", "[\"DEMO_KIND\",\"a\\\"\\\\\\n\\t\\r\\u0001\\u007f\"]");
    check(8, "\u{9b}1m\u{a3}é\0".as_bytes(), "[\"DEMO_KIND\",\"\\u009b1m\u{a3}é\"]");
}

#[test]
fn flags_and_bytes() {
    check(7, &[], r#"["DEMO_FLAG",true]"#);
    check(7, &[0], r#"["DEMO_FLAG",true]"#);
    check(9, &[0, 0xab, 0xff], r#"["DEMO_BINARY","00abff"]"#);
    check(21, &[], r#"["DEMO_PAD",""]"#);
    check(32, &[1], r#"["DEMO_UNUSED","01"]"#);
    let bits = [5u32.to_ne_bytes(), 7u32.to_ne_bytes()].concat();
    check(10, &bits, r#"["DEMO_BITS",{"value":5,"selector":7}]"#);
}

#[test]
fn addresses() {
    for (n, text) in [(0, ""), (4, "02:02:02:02"), (6, "02:02:02:02:02:02"), (8, "02:02:02:02:02:02:02:02")] {
        check(15, &[2; 20][..n], &format!(r#"["DEMO_MAC","{text}"]"#));
    }
    let infiniband = json(&tlv(15, &[0xab; 20]));
    assert_eq!(infiniband.matches("ab").count(), 20);
    assert!(json(&tlv(15, &[0; 33])).starts_with(r#"["DEMO_MAC",{"malformed":"length 33, want at most 32""#));
    check(16, &[10, 0, 0, 1], r#"["DEMO_IP4","10.0.0.1"]"#);
    check(16, &[10], r#"["DEMO_IP4",{"malformed":"length 1, want 4","raw":"0a"}]"#);
    let v6 = std::net::Ipv6Addr::LOCALHOST.octets();
    check(17, &v6, r#"["DEMO_IP6","::1"]"#);
    check(17, &[1], r#"["DEMO_IP6",{"malformed":"length 1, want 16","raw":"01"}]"#);
    check(18, &v6, r#"["DEMO_IP","::1"]"#);
    check(18, &[127, 0, 0, 1], r#"["DEMO_IP","127.0.0.1"]"#);
    check(18, &[1; 5], r#"["DEMO_IP",{"malformed":"length 5, want 4 or 16","raw":"0101010101"}]"#);
    let labels = [(100u32 << 12).to_be_bytes(), ((200 << 12) | 0x100u32).to_be_bytes()].concat();
    check(19, &labels, r#"["DEMO_LABELS","100/200"]"#);
    check(19, &[1], r#"["DEMO_LABELS",{"malformed":"length 1, want a multiple of 4","raw":"01"}]"#);
}

#[test]
fn arrays() {
    let numbers = [6u16.to_ne_bytes(), 7u16.to_ne_bytes()].concat();
    check(13, &numbers, r#"["DEMO_NUMBERS",[6,7]]"#);
    check(13, &[], r#"["DEMO_NUMBERS",[]]"#);
    check(13, &[1; 3], r#"["DEMO_NUMBERS",{"malformed":"length 3, want a multiple of 2","raw":"010101"}]"#);
    let points: Vec<u8> = [1i32, -1, 2, 0].iter().flat_map(|n| n.to_ne_bytes()).collect();
    check(14, &points, r#"["DEMO_POINTS",[{"x":1,"y":-1},{"x":2,"y":0}]]"#);
}

fn big(family: u16) -> Vec<u8> {
    let mut bytes = vec![6, 0b1010_1101, 0x1f, 0x90];
    bytes.extend(b"eth0\0\0\0\0\x01\x02\x03\x04");
    bytes.extend([3i32, -1].iter().flat_map(|n| n.to_ne_bytes()));
    bytes.extend([10, 0, 0, 1, 2, 0, 0, 0, 0, 1]);
    bytes.extend(family.to_ne_bytes());
    bytes.extend([0; 15]);
    bytes.push(1);
    bytes.extend([192, 168, 0, 1]);
    bytes.extend([0; 12]);
    bytes.extend([1u16, 2].iter().flat_map(|n| n.to_ne_bytes()));
    assert_eq!(bytes.len(), BIG.size as usize);
    bytes
}

const BIG_START: &str = r#"{"state":6,"low":5,"high":21,"port":8080,"name":"eth0","raw":"01020304","at":{"x":3,"y":-1},"v4":"10.0.0.1","mac":"02:00:00:00:00:01""#;

#[test]
fn structs_with_every_kind_of_member() {
    for (family, any) in [(2, "192.168.0.1"), (10, "c0a8:1::"), (0, "c0a80001000000000000000000000000")] {
        let want =
            format!(r#"["DEMO_BIG",{BIG_START},"family":{family},"v6":"::1","any":"{any}","pair":[1,2]}}]"#);
        check(11, &big(family), &want);
    }
}

#[test]
fn structs_of_other_kernels() {
    let bytes = big(2);
    let short = format!(r#"["DEMO_BIG",{BIG_START},"…short":35}}]"#);
    check(11, &bytes[..35], &short);
    check(11, &bytes[..1], r#"["DEMO_BIG",{"state":6,"…short":1}]"#);
    check(11, &[], r#"["DEMO_BIG",{"malformed":"length 0, want 72","raw":""}]"#);
    let long = json(&tlv(11, &[bytes, vec![0xaa, 0xbb]].concat()));
    assert!(long.ends_with(r#""pair":[1,2],"…rest":"aabb"}]"#), "{long}");
}

#[test]
fn text_in_structs() {
    let mut bytes = big(2);
    bytes[4..12].copy_from_slice(b"a\0b\0\0\0\0\0");
    assert!(json(&tlv(11, &bytes)).contains(r#""name":{"bytes":"6100620000000000"}"#));
    bytes[4..12].copy_from_slice(b"exactly8");
    assert!(json(&tlv(11, &bytes)).contains(r#""name":"exactly8""#));
}

#[test]
fn flexible_tails() {
    let n = 9u16.to_ne_bytes();
    check(12, &[&n[..], &[0, 1, 0, 2]].concat(), r#"["DEMO_VARIABLE",{"n":9,"list":[1,2]}]"#);
    check(12, &n, r#"["DEMO_VARIABLE",{"n":9,"list":[]}]"#);
    check(12, &[&n[..], &[0, 1, 7]].concat(), r#"["DEMO_VARIABLE",{"n":9,"list":[1],"…rest":"07"}]"#);
    check(12, &n[..1], r#"["DEMO_VARIABLE",{"…short":1}]"#);
}

#[test]
fn unknown_attributes() {
    check(67, &[0], r#"[67,{"unknown":"00"}]"#);
    check(67 | 0x8000, &[1, 2], r#"[67,{"unknown":"0102","nested":true}]"#);
    check(67 | 0x4000, &[], r#"[67,{"unknown":""}]"#);
    // Flag bits on a known one change nothing.
    check(1 | 0xc000, &1u32.to_ne_bytes(), r#"["DEMO_U32",1]"#);
}

#[test]
fn names() {
    let check = |ty: u16, n: u32, want: &str| assert_eq!(json_names(&tlv(ty, &n.to_ne_bytes())), want);
    check(27, 6, r#"["DEMO_STATE",{"value":6,"name":"S_UP"}]"#);
    check(27, 5, r#"["DEMO_STATE",{"value":5}]"#);
    check(27, u32::MAX, r#"["DEMO_STATE",{"value":-1,"name":"S_NEG"}]"#);
    check(1, 6, r#"["DEMO_U32",6]"#);
    check(28, 0, r#"["DEMO_FLAGS",{"value":0,"names":[],"rest":0}]"#);
    check(
        28,
        0x8000_0103,
        r#"["DEMO_FLAGS",{"value":2147483907,"names":["F_A","F_B","F_HIGH"],"rest":256}]"#,
    );
    check(28, 0x30, r#"["DEMO_FLAGS",{"value":48,"names":["F_PAIR"],"rest":0}]"#);
    check(28, 0x10, r#"["DEMO_FLAGS",{"value":16,"names":[],"rest":16}]"#);
    let numbers = json_names(&tlv(13, &6u16.to_ne_bytes()));
    assert_eq!(numbers, r#"["DEMO_NUMBERS",[{"value":6,"name":"S_UP"}]]"#);
    let bits = [1u32.to_ne_bytes(), 2u32.to_ne_bytes()].concat();
    let want = r#"["DEMO_BITS",{"value":{"value":1,"names":["F_A"],"rest":0},"selector":{"value":2,"names":["F_B"],"rest":0}}]"#;
    assert_eq!(json_names(&tlv(10, &bits)), want);
    assert!(json_names(&tlv(11, &big(2))).contains(r#"{"state":{"value":6,"name":"S_UP"},"#));
}
