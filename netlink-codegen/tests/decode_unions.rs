//! Structs with unions: from JSON to bytes and back, with the arm that counts.

use netlink_codegen::Loader;
use netlink_codegen::decode::encode::{self, parse_args};
use netlink_codegen::decode::{Decoder, Registry};
use netlink_codegen::ir::{FamilyId, SetId};
use netlink_runtime::message::{Header, MessageRef};
use netlink_runtime::walk::json::Options;
use serde_json::{Value, json};
use std::sync::OnceLock;

const NEW: u16 = 40;

fn registry() -> &'static Registry {
    static UNIONS: OnceLock<&'static Registry> = OnceLock::new();
    UNIONS.get_or_init(|| {
        let loaded = Loader::new().file("tests/decode/unions.yaml").load();
        Registry::new(loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).model)
    })
}

fn set() -> SetId {
    let model = registry().model();
    let FamilyId(ix) = model.family("unions").expect("the family");
    model.families[ix as usize].operations[0].request.as_ref().and_then(|r| r.set).expect("a set")
}

fn encode(attrs: &[&str]) -> Result<Vec<u8>, String> {
    let owned: Vec<String> = attrs.iter().map(|a| (*a).to_owned()).collect();
    let input = parse_args(&[], &owned, None).map_err(|e| e.to_string())?;
    encode::body(registry().model(), set(), &input).map_err(|e| e.to_string())
}

/// What these bytes, a payload of attributes, are.
fn decode(payload: &[u8]) -> Value {
    let len = (Header::LEN + payload.len()) as u32;
    let header = Header { len, message_type: NEW, flags: 0, sequence: 1, port: 0 };
    let bytes = [&header.to_bytes()[..], payload].concat();
    let mut line = String::new();
    let message = MessageRef::parse(&bytes).expect("a message");
    Decoder::new(registry()).message(30, message).json(&mut line, Options::default());
    let shown: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
    shown["attrs"].clone()
}

/// One attribute's value, after encoding and decoding, and once more through its JSON.
#[track_caller]
fn value(attrs: &[&str]) -> Value {
    let bytes = encode(attrs).unwrap_or_else(|e| panic!("{attrs:?}: {e}"));
    let shown = decode(&bytes);
    let again = parse_args(&[], &[], Some(&json!({"attrs": shown}).to_string())).expect("our own JSON");
    let again = encode::body(registry().model(), set(), &again).unwrap_or_else(|e| panic!("{shown}: {e}"));
    assert_eq!(again, bytes, "JSON is a request, too: {shown}");
    assert_eq!(shown.as_array().map(Vec::len), Some(1), "{shown}");
    shown[0][1].clone()
}

#[test]
fn another_member_says_which_arm_counts() {
    let v4 = value(&["mdb.ifindex=3", "mdb.vid=7", "mdb.addr.u.ip4=239.1.1.1", "mdb.addr.proto=0x800"]);
    let head = |addr: Value, proto: u16| json!({"ifindex": 3, "state": 0, "flags": 0, "vid": 7, "addr.u": addr, "addr.proto": proto});
    assert_eq!(v4, head(json!({"ip4": "239.1.1.1"}), 0x800));
    let v6 = value(&["mdb.ifindex=3", "mdb.vid=7", "mdb.addr.u.ip6=ff02::6", "mdb.addr.proto=0x86dd"]);
    assert_eq!(v6, head(json!({"ip6": "ff02::6"}), 0x86dd));
    let mac = value(&["mdb.ifindex=3", "mdb.vid=7", "mdb.addr.u.mac_addr=01:00:5e:00:00:01"]);
    assert_eq!(mac, head(json!({"mac_addr": "01:00:5e:00:00:01"}), 0));
    // A protocol of no arm: all are shown, and writing them all gives the same bytes.
    let all = value(&["mdb.ifindex=3", "mdb.vid=7", "mdb.addr.u.ip6=ff02::6", "mdb.addr.proto=1"]);
    let addr = json!({"ip4": "255.2.0.0", "ip6": "ff02::6", "mac_addr": "ff:02:00:00:00:00"});
    assert_eq!(all, head(addr, 1));
}

#[test]
fn an_arm_may_be_a_struct_without_a_name() {
    let nth = value(&["statistic.mode=1", "statistic.u.nth.every=5", "statistic.u.nth.count=2"]);
    assert_eq!(nth["u"], json!({"nth.every": 5, "nth.packet": 0, "nth.count": 2}));
    let random = value(&["statistic.mode=0", "statistic.u.random.probability=9"]);
    assert_eq!(random["u"], json!({"random.probability": 9}));
}

#[test]
fn arms_of_an_anonymous_union_are_members_of_the_struct() {
    let qdisc = value(&["codel.type=qdisc", "codel.qdisc_stats.maxpacket=1500"]);
    assert_eq!((&qdisc["type"], &qdisc["qdisc_stats"]["maxpacket"]), (&json!(0), &json!(1500)));
    assert!(qdisc.get("class_stats").is_none() && qdisc.get("u").is_none(), "{qdisc}");
    let class = value(&["codel.type=1", "codel.class_stats.deficit=-3"]);
    assert_eq!(class["class_stats"]["deficit"], -3);
    assert!(class.get("qdisc_stats").is_none(), "{class}");
    // Nobody chooses here, so all are shown, the union among them as an object.
    let all = value(&["connlimit.v4_mask=0xffffff00", "connlimit.limit=4"]);
    assert_eq!((&all["v4_mask"], &all["limit"]), (&json!(0xffff_ff00u32), &json!(4)));
    assert_eq!(all["v6_mask"], json!([0xffff_ff00u32, 0, 0, 0]));
    assert_eq!(all["mask"]["in6"], "ffff:ff00::");
    let flags = value(&["trace.type.bit7=1", "trace.type.bit0=1"]);
    assert_eq!((&flags["type_be32"], &flags["type.bit1"]), (&json!(0x8100_0000u32), &json!(0)));
}

#[test]
fn unions_are_payloads_and_elements() {
    let addr = value(&["addr.ip=192.0.2.1"]);
    assert_eq!(
        (&addr["ip"], &addr["all"][0]),
        (&json!("192.0.2.1"), &json!(u32::from_ne_bytes([192, 0, 2, 1])))
    );
    let addrs = value(&[r#"addrs=[{"ip":"192.0.2.1"},{"in6":"::1"}]"#]);
    assert_eq!((&addrs[0]["ip"], &addrs[1]["in6"]), (&json!("192.0.2.1"), &json!("::1")));
    // Shorter than the union: the arms that fit.
    let short = decode(&[8, 0, 5, 0, 192, 0, 2, 1]);
    assert_eq!(short, json!([["U_ADDR", {"ip": "192.0.2.1", "in": "192.0.2.1", "…short": 4}]]));
}

#[test]
fn a_schema_may_say_what_the_bytes_are() {
    // An address of the family that stands beside it.
    let v4 = value(&["usersa.family=2", "usersa.daddr=192.0.2.1", "usersa.spi=1"]);
    assert_eq!(v4["daddr"], "192.0.2.1");
    // Of the arms, two: the third is left out.
    let id = value(&["id.daddr.a4=192.0.2.1", "id.spi=256"]);
    assert_eq!(id["daddr"], json!({"a4": "192.0.2.1", "in6": "c000:201::"}));
    // Of two, one: it is a member like others.
    let status = value(&["status.feature_bitmap=3"]);
    assert_eq!((&status["feature_bitmap"], status.get("version")), (&json!(3), None));
    // All the bytes of a union without a name.
    let cgroup = value(&["cgroup.u=/a/path", "cgroup.invert_path=1"]);
    assert_eq!((&cgroup["u"], &cgroup["invert_path"]), (&json!("/a/path"), &json!(1)));
}

#[test]
fn unions_in_structs_in_structs() {
    let flow = value(&["flow.h_u.tcp_ip4_spec.ip4dst=1", "flow.h_u.tcp_ip4_spec.pdst=80", "flow.location=2"]);
    assert_eq!(flow["h_u"]["udp_ip4_spec"]["pdst"], 80);
    assert_eq!(flow["location"], 2);
}

#[test]
fn mistakes_in_unions_are_explained() {
    let error = |attr: &str| encode(&[attr]).expect_err(attr);
    let unknown = error("mdb.addr.u.ipv4=1.2.3.4");
    assert!(unknown.contains("did you mean `ip4`?") || unknown.contains("it has `ip4`"), "{unknown}");
    let unknown = error("addr.ip5=1.2.3.4");
    assert!(unknown.contains("`union nf_inet_addr` has no such member"), "{unknown}");
    assert!(error("codel.clas_stats.deficit=1").contains("class_stats"));
}
