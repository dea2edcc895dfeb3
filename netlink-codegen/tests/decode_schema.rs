//! Requests from text and JSON, decoded again: by a schema that has everything.

use netlink_codegen::Loader;
use netlink_codegen::decode::encode::{self, Input, parse_args};
use netlink_codegen::decode::{Decoder, Registry};
use netlink_codegen::ir::{FamilyId, SetId};
use netlink_runtime::message::{Header, MessageRef, NLM_F_ACK_TLVS, NLMSG_DONE, NLMSG_ERROR};
use netlink_runtime::walk::json::Options;
use netlink_tests::bytes;
use serde_json::{Value, json};
use std::sync::OnceLock;

const PROTOCOL: u16 = 30;
const NEW: u16 = 40;
const GET: u16 = 42;

fn registry() -> &'static Registry {
    static DEMO: OnceLock<&'static Registry> = OnceLock::new();
    DEMO.get_or_init(|| {
        let loaded = Loader::new().file("tests/decode/demo.yaml").load();
        Registry::new(loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).model)
    })
}

fn set() -> SetId {
    let model = registry().model();
    let FamilyId(ix) = model.family("demo").expect("the family");
    model.families[ix as usize].operations[0].request.as_ref().and_then(|r| r.set).expect("a set")
}

fn encode(header: &[&str], attrs: &[&str]) -> Result<Vec<u8>, encode::Error> {
    let owned = |args: &[&str]| args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
    encode::body(registry().model(), set(), &parse_args(&owned(header), &owned(attrs), None)?)
}

fn message(message_type: u16, flags: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    bytes::message(message_type, flags, sequence, 9, payload)
}

fn decode_by(decoder: &mut Decoder, bytes: &[u8], names: bool) -> Value {
    let mut line = String::new();
    let message = MessageRef::parse(bytes).expect("a message");
    decoder.message(PROTOCOL, message).json(&mut line, Options { names });
    serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))
}

fn decoder() -> Decoder {
    Decoder::new(registry())
}

fn decode(message_type: u16, payload: &[u8]) -> Value {
    decode_by(&mut decoder(), &message(message_type, 0, 1, payload), false)
}

/// What these attributes are after encoding and decoding, and once more through their JSON.
#[track_caller]
fn attrs(given: &[&str]) -> Value {
    let bytes = encode(&["kind=1"], given).unwrap_or_else(|e| panic!("{given:?}: {e}"));
    let shown = decode(NEW, &bytes);
    assert_eq!(shown["type"], "DEMO_NEW");
    let again = json!({"header": shown["header"], "attrs": shown["attrs"]}).to_string();
    let input = parse_args(&[], &[], Some(&again)).expect("our own JSON");
    let again = encode::body(registry().model(), set(), &input).unwrap_or_else(|e| panic!("{again}: {e}"));
    assert_eq!(again, bytes, "JSON is a request, too");
    shown["attrs"].clone()
}

#[test]
fn values_by_type() {
    for (given, want) in [
        ("id=0x10", json!(["ITEM_ID", 16])),
        ("ITEM_ID=4294967295", json!(["ITEM_ID", 4294967295u32])),
        ("1=7", json!(["ITEM_ID", 7])),
        ("port=80", json!(["ITEM_PORT", 80])),
        ("level=-128", json!(["ITEM_LEVEL", -128])),
        ("big=5", json!(["ITEM_BIG", 5])),
        ("big=18446744073709551615", json!(["ITEM_BIG", u64::MAX])),
        ("on", json!(["ITEM_ON", true])),
        ("kind=veth", json!(["ITEM_KIND", "veth"])),
        ("blob=00ff", json!(["ITEM_BLOB", "00ff"])),
        ("blob=00:FF", json!(["ITEM_BLOB", "00ff"])),
        ("bits=read,write", json!(["ITEM_BITS", {"value": 3, "selector": 3}])),
        ("bits=read/7", json!(["ITEM_BITS", {"value": 1, "selector": 7}])),
        ("ids=1,2", json!(["ITEM_IDS", [1, 2]])),
        ("ids=[3]", json!(["ITEM_IDS", [3]])),
        ("mac=02:00:00:00:00:01", json!(["ITEM_MAC", "02:00:00:00:00:01"])),
        ("addr=10.0.0.1", json!(["ITEM_ADDR", "10.0.0.1"])),
        ("addr=fe80::1", json!(["ITEM_ADDR", "fe80::1"])),
        ("labels=100/200", json!(["ITEM_LABELS", "100/200"])),
        ("color=green", json!(["ITEM_COLOR", 2])),
        ("color=COLOR_FAR_OFF", json!(["ITEM_COLOR", 4_000_000_000u32])),
        ("perms=read|EXEC", json!(["ITEM_PERMS", 5])),
        ("perms=read,8", json!(["ITEM_PERMS", 9])),
        ("net=1", json!(["ITEM_NET", 1])),
        ("wait=1500", json!(["ITEM_WAIT", 1500])),
        ("99=ab", json!([99, {"unknown": "ab"}])),
    ] {
        assert_eq!(attrs(&[given]), json!([want]), "{given}");
    }
    assert_eq!(attrs(&["on=false"]), json!([]));
    assert_eq!(attrs(&["many=1", "many=2"]), json!([["ITEM_MANY", 1], ["ITEM_MANY", 2]]));
}

#[test]
fn bytes_on_the_wire() {
    let bytes = encode(&["family=red", "flags=2"], &["id=1", "kind=ab", "net=1", "port=258"]).unwrap();
    let mut want = vec![1, 0, 0, 0];
    want.extend(2u32.to_ne_bytes());
    for (ty, payload) in
        [(1u16, &1u32.to_ne_bytes()[..]), (6, b"ab\0"), (21 | 0x4000, &1u32.to_be_bytes()), (2, &[1, 2])]
    {
        want.extend((4 + payload.len() as u16).to_ne_bytes());
        want.extend(ty.to_ne_bytes());
        want.extend(payload);
        want.resize(want.len().next_multiple_of(4), 0);
    }
    assert_eq!(bytes, want);
    let nest = encode(&[], &["part.size=1"]).unwrap();
    assert_eq!(nest[10..12], (17u16 | 0x8000).to_ne_bytes(), "nests say that they are");
    // A label stack: only the last entry is the bottom.
    let labels = encode(&[], &["labels=1/2"]).unwrap();
    assert_eq!(labels[12..], [[0, 0, 0x10, 0], [0, 0, 0x21, 0]].concat());
}

#[test]
fn nests_and_members() {
    let shown = attrs(&["part.name=a", "part.inner.inner.size=3", r#"part=[["PART_SIZE",1]]"#]);
    let want = json!([
        ["ITEM_PART", [["PART_NAME", "a"], ["PART_INNER", [["PART_INNER", [["PART_SIZE", 3]]]]]]],
        ["ITEM_PART", [["PART_SIZE", 1]]],
    ]);
    assert_eq!(shown, want);
    let want = json!([["ITEM_TABLE", [[1, [["PART_SIZE", 3]]], [2, [["PART_SIZE", 4]]]]]]);
    assert_eq!(attrs(&[r#"table=[{"size":3},{"size":4}]"#]), want);
    assert_eq!(attrs(&["table.7.size=3"]), json!([["ITEM_TABLE", [[7, [["PART_SIZE", 3]]]]]]));
    assert_eq!(attrs(&["tree.3.4.size=5"]), json!([["ITEM_TREE", [[3, [[4, [["PART_SIZE", 5]]]]]]]]));
    let shown = attrs(&[r#"hop=[{"header":{"index":-2},"attrs":{"size":1}},{"header":{"hops":3}}]"#]);
    let want = json!([["ITEM_HOP", [
        {"header": {"len": 16, "hops": 0, "flags": 0, "index": -2}, "attrs": [["PART_SIZE", 1]]},
        {"header": {"len": 8, "hops": 3, "flags": 0, "index": 0}, "attrs": []},
    ]]]);
    assert_eq!(shown, want);
    let shown = attrs(&["point.x=1", "point.y=-2", "point.label=0102"]);
    assert_eq!(shown, json!([["ITEM_POINT", {"x": 1, "y": -2, "label": "010200000000"}]]));
}

#[test]
fn sub_messages() {
    // The selector may come first or last, or stand around.
    let data = json!(["ITEM_DATA", [["PART_SIZE", 5]]]);
    assert_eq!(attrs(&["kind=part", "data.size=5"])[1], data);
    assert_eq!(attrs(&["data.size=5", "kind=part"])[0], data);
    let shown = attrs(&["part.outer-data=7", "kind=word"]);
    assert_eq!(shown[0], json!(["ITEM_PART", [["PART_OUTER_DATA", 7]]]));
    assert_eq!(attrs(&["by-kind=5"]), json!([["ITEM_BY_KIND", 5]]), "the header says 1");
    assert_eq!(attrs(&["data=00ff", "kind=other"])[0], json!(["ITEM_DATA", {"unknown": "00ff"}]));
    let refused = |attrs: &[&str]| encode(&[], attrs).unwrap_err();
    assert_eq!(refused(&["data.size=5"]).to_string(), "data: its form depends on `kind`, which is not given");
    let unknown = refused(&["kind=foo", "data.size=5"]).to_string();
    assert!(unknown.starts_with("data: the schema has no form for `foo`"), "{unknown}");
}

#[test]
fn mistakes_are_named() {
    for (given, path, message) in [
        ("idd=1", "", "`item` has no attribute `idd`; did you mean `id`?"),
        ("part.nam=1", "part.0", "`part` has no attribute `nam`; did you mean `name`?"),
        ("id=-1", "id", "-1 is not between 0 and 4294967295"),
        ("id=one", "id", "want an integer such as 5 or 0x10, and not `one`"),
        ("id=0x", "id", "want an integer such as 5 or 0x10, and not `0x`"),
        ("color=gren", "color", "no value of `color` is named `gren`; did you mean `green`?"),
        ("point.zone=1", "point.zone", "`struct point` has no such member; it has `x`, `y` and `label`"),
        ("point.label=01020304050607", "point.label", "7 bytes, and there is room for 6"),
        ("mac=x", "mac", "want a link-layer address such as 02:00:00:00:00:01, and not `x`"),
        ("addr=1.2.3", "addr", "want an IP address such as 192.0.2.1 or 2001:db8::1, and not `1.2.3`"),
        ("labels=1048576", "labels", "want MPLS labels such as 100/200, and not `1048576`"),
        ("blob=0", "blob", "want hexadecimal bytes such as 00ff, and not `0`"),
        ("on=maybe", "on", "want true or false, and not `maybe`"),
        ("table.x.size=1", "table", "`x` is no member's number"),
        ("hop=1", "hop", r#"want a list of records such as [{"header":{},"attrs":{}}]"#),
        (
            "part=1",
            "part.0",
            r#"want attributes such as {"name":value}, as an object or a list of pairs, and not `"1"`"#,
        ),
        ("40000=00", "", "`40000` is too large for an attribute's number"),
    ] {
        let error = encode(&[], &[given]).expect_err(given);
        assert_eq!((error.path.as_str(), error.message.as_str()), (path, message), "{given}");
    }
    let error = encode(&["famly=1"], &[]).unwrap_err();
    assert_eq!(error.path, "header.famly");
    let long = format!("blob={}", "00".repeat(70_000));
    assert!(encode(&[], &[&long]).is_err(), "longer than an attribute can be");
    let mut deep = json!({"size": 1});
    for _ in 0..40 {
        deep = json!({"inner": deep});
    }
    let error = encode(&[], &[&format!("part={deep}")]).unwrap_err();
    assert_eq!(error.message, "nested deeper than 32 levels");
}

#[test]
fn requests_replies_and_their_ends() {
    let mut decoder = decoder();
    let request = message(GET, 0x301, 7, &encode(&["kind=2"], &["part.inner.size=1", "id=1"]).unwrap());
    let shown = decode_by(&mut decoder, &request, true);
    assert_eq!(shown["type"], "DEMO_GET");
    assert_eq!(shown["flags"], json!(["NLM_F_REQUEST", "NLM_F_ROOT", "NLM_F_MATCH"]));
    // `asked` goes by the request's header: text, where the reply's own says a number.
    let reply = message(NEW, 2, 7, &encode(&["kind=2"], &["by-kind=ab"]).unwrap());
    let mut reply_as_asked = reply.clone();
    reply_as_asked[16 + 1] = 1;
    let at = 16 + 8 + 2;
    reply_as_asked[at..at + 2].copy_from_slice(&24u16.to_ne_bytes());
    let shown = decode_by(&mut decoder, &reply_as_asked, true);
    assert_eq!(shown["flags"], json!(["NLM_F_MULTI"]));
    assert_eq!(shown["attrs"], json!([["ITEM_ASKED", "ab"]]));
    // To another request the default applies.
    reply_as_asked[8..12].copy_from_slice(&8u32.to_ne_bytes());
    assert_eq!(decode_by(&mut decoder, &reply_as_asked, true)["attrs"], json!([["ITEM_ASKED", "616200"]]));
    assert_eq!(shown["header"]["family"], json!({"value": 0}));

    let done = message(NLMSG_DONE, 2, 7, &0i32.to_ne_bytes());
    let shown = decode_by(&mut decoder, &done, true);
    let want = json!({"type": "NLMSG_DONE", "len": 20, "flags": ["NLM_F_MULTI"], "seq": 7, "pid": 9,
        "error": {"errno": 0}});
    assert_eq!(shown, want);
    // Offset of the attribute in the request: nlmsghdr, fixed header, two headers of nests.
    let tlv = |ty: u16, payload: &[u8]| {
        let mut out = [(4 + payload.len() as u16).to_ne_bytes(), ty.to_ne_bytes()].concat();
        out.extend(payload);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    };
    let policy = [tlv(1, &3u32.to_ne_bytes()), tlv(5, &9u64.to_ne_bytes())].concat();
    let tlvs = [
        tlv(1, b"too \"small\"\0"),
        tlv(2, &32u32.to_ne_bytes()),
        tlv(4, &policy),
        tlv(5, &2u32.to_ne_bytes()),
        tlv(6, &24u32.to_ne_bytes()),
    ]
    .concat();
    for (message_type, flags, echoed) in [
        (NLMSG_ERROR, 0x100, request[..16].to_vec()),
        (NLMSG_ERROR, 0, request.clone()),
        (NLMSG_DONE, 2, vec![]),
    ] {
        let payload = [&(-22i32).to_ne_bytes()[..], &echoed, &tlvs].concat();
        let shown =
            decode_by(&mut decoder, &message(message_type, flags | NLM_F_ACK_TLVS, 7, &payload), true);
        let want = json!({"errno": -22, "name": "EINVAL", "msg": "too \"small\"",
            "attr": "ITEM_PART.PART_INNER.PART_SIZE", "offset": 32,
            "miss_type": "ITEM_PART.PART_SIZE", "miss_nest": 24,
            "policy": {"type": "u16", "max": 9}});
        assert_eq!(shown["error"], want, "{message_type} {flags:x}");
    }
}

#[test]
fn messages_of_no_known_form() {
    let shown = decode(77, &[1, 2, 3]);
    assert_eq!((&shown["type"], &shown["unknown"]), (&json!(77), &json!("010203")));
    let shown = decode(NEW, &[1, 2, 3]);
    assert_eq!(shown["header"], json!({"malformed": "length 3, want at least 8", "raw": "010203"}));
    assert_eq!(shown["attrs"], json!([]));
    for (message_type, name) in [(1u16, json!("NLMSG_NOOP")), (4, json!("NLMSG_OVERRUN")), (9, json!(9))] {
        assert_eq!(decode(message_type, &[])["type"], name);
    }
    assert_eq!(decode(NLMSG_ERROR, &[1, 2])["unknown"], "0102");
}

#[test]
fn truncation_and_flips_never_panic() {
    let body = encode(
        &["kind=1"],
        &[
            "kind=part",
            "data.inner.size=5",
            "part.name=x",
            "table.1.size=1",
            "tree.1.2.name=y",
            r#"hop=[{"header":{"index":1},"attrs":{"size":1}}]"#,
            "point.x=1",
            "by-kind=7",
            "ids=1,2,3",
        ],
    )
    .unwrap();
    let whole = message(NEW, 0, 1, &body);
    let header = Header::parse(&whole).unwrap();
    let mut decoder = decoder();
    let mut check = |payload: &[u8]| {
        let mut line = String::new();
        decoder.part(PROTOCOL, header, payload).json(&mut line, Options { names: true });
        let value: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(value["attrs"].is_array(), "{line}");
    };
    for len in 0..=body.len() {
        check(&body[..len]);
    }
    let mut state = 1u64;
    for _ in 0..5_000 {
        let mut bytes = body.clone();
        for _ in 0..4 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let at = (state >> 33) as usize % bytes.len();
            bytes[at] = (state >> 24) as u8;
        }
        check(&bytes);
    }
}

#[test]
fn an_input_may_be_empty() {
    let bytes = encode::body(registry().model(), set(), &Input::default()).unwrap();
    assert_eq!(bytes, [0; 8]);
}

/// A set without a fixed header may have an attribute called `header`: all of ethtool's do.
#[test]
fn an_attribute_called_header() {
    let loaded = Loader::new().family("ethtool").load().unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let model = loaded.model;
    let FamilyId(ix) = model.family("ethtool").expect("the family");
    let operation = model.families[ix as usize].operations.iter().find(|op| op.name == "wol-set");
    let set = operation.and_then(|op| op.request.as_ref()).and_then(|r| r.set).expect("a set");
    let body = |header: &[&str], attrs: &[&str], json: Option<&str>| {
        let owned = |args: &[&str]| args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
        let input = parse_args(&owned(header), &owned(attrs), json).expect("arguments");
        encode::body(&model, set, &input).unwrap_or_else(|error| panic!("{input:?}: {error}"))
    };
    let want = body(&[], &["header.dev-name=v0", "sopass=01"], None);
    assert_eq!(want.len(), 4 + 4 + 4 + 4 + 4);
    assert_eq!(body(&[], &[], Some(r#"{"header":{"dev-name":"v0"},"sopass":"01"}"#)), want);
    assert_eq!(body(&[], &["sopass=01"], Some(r#"{"header":{"dev-name":"v0"}}"#)), want);
    assert_eq!(body(&["dev-name=v0"], &["sopass=01"], None), want);
}
