//! Messages as text: the `.hex` files of `decode/text` make the `.txt` files beside them, which
//! `UPDATE_EXPECT=1 cargo test` rewrites.

use netlink_codegen::Loader;
use netlink_codegen::decode::encode::{self, parse_args};
use netlink_codegen::decode::text::{self, Options};
use netlink_codegen::decode::{Decoder, Origin, Registry};
use netlink_codegen::ir::FamilyId;
use netlink_runtime::message::{Header, MessageRef, Messages, NLM_F_ACK_TLVS, NLMSG_DONE, NLMSG_ERROR};
use netlink_runtime::socket::capture::Direction;
use netlink_tests::bytes::{self, attr};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

fn shipped() -> &'static Registry {
    static SHIPPED: OnceLock<&'static Registry> = OnceLock::new();
    SHIPPED.get_or_init(|| Registry::new(Loader::new().shipped().load().expect("sound schemas").model))
}

fn demo() -> &'static Registry {
    static DEMO: OnceLock<&'static Registry> = OnceLock::new();
    DEMO.get_or_init(|| {
        let loaded = Loader::new().file("tests/decode/demo.yaml").load();
        Registry::new(loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).model)
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// What the messages of a file are.
fn text_of(hex: &str) -> String {
    let (about, datagrams) = hex.split_once('\n').expect("lines");
    let protocol = about.strip_prefix("# protocol ").and_then(|rest| rest.split(':').next());
    let protocol: u16 = protocol.and_then(|n| n.parse().ok()).expect("`# protocol N:`");
    let mut decoder = Decoder::new(shipped());
    decoder.name_family(21, "ethtool");
    let mut out = format!("{about}\n\n");
    for datagram in datagrams.split("\n\n") {
        for message in Messages::new(&bytes(datagram)) {
            decoder.message(protocol, message.expect("a message")).text(&mut out, Options::default());
        }
    }
    out
}

#[test]
fn captures() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut seen = 0;
    for entry in std::fs::read_dir("tests/decode/text").expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "hex") {
            continue;
        }
        seen += 1;
        let text = text_of(&std::fs::read_to_string(&path).expect("a file"));
        let expected = path.with_extension("txt");
        if update {
            std::fs::write(&expected, &text).expect("a file");
        }
        let want = std::fs::read_to_string(&expected).unwrap_or_default();
        assert!(want == text, "{} differs; UPDATE_EXPECT=1 accepts:\n{text}", expected.display());
    }
    assert_eq!(seen, 8, "in {}", Path::new("tests/decode/text").display());
}

const PROTOCOL: u16 = 30;
const NEW: u16 = 40;
const GET: u16 = 42;

/// The payload of a message of `demo`.
fn body(attrs: &[&str]) -> Vec<u8> {
    let model = demo().model();
    let FamilyId(ix) = model.family("demo").expect("the family");
    let request = model.families[ix as usize].operations[0].request.as_ref();
    let owned: Vec<_> = attrs.iter().map(|a| (*a).to_owned()).collect();
    let input = parse_args(&["kind=1".to_owned(), "family=red".to_owned()], &owned, None);
    encode::body(model, request.and_then(|r| r.set).expect("a set"), &input.expect("arguments"))
        .unwrap_or_else(|e| panic!("{attrs:?}: {e}"))
}

fn message(message_type: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    bytes::message(message_type, flags, 1, 9, payload)
}

fn show<'a>(decoder: &'a mut Decoder, origin: Origin<'a>, bytes: &'a [u8], options: Options) -> String {
    let mut out = String::new();
    decoder.message(origin, MessageRef::parse(bytes).expect("a message")).text(&mut out, options);
    out
}

/// The lines below headline and fixed header.
fn attrs(payload: &[u8]) -> String {
    let bytes = message(NEW, 0, &[&body(&[]), payload].concat());
    let all = show(&mut Decoder::new(demo()), PROTOCOL.into(), &bytes, Options::default());
    all.lines().skip(2).map(|line| format!("{}\n", line.strip_prefix("  ").expect("indented"))).collect()
}

#[test]
fn values() {
    for (given, want) in [
        ("id=16", "ITEM_ID: 16"),
        ("port=80", "ITEM_PORT: 80"),
        ("level=-128", "ITEM_LEVEL: -128"),
        ("big=18446744073709551615", "ITEM_BIG: 18446744073709551615"),
        ("on", "ITEM_ON: true"),
        ("kind=veth", "ITEM_KIND: \"veth\""),
        ("blob=00ff", "ITEM_BLOB: 00ff"),
        ("blob=", "ITEM_BLOB: (empty)"),
        ("bits=read/7", "ITEM_BITS: PERM_READ of PERM_READ | PERM_WRITE | PERM_EXEC"),
        ("ids=1,2", "ITEM_IDS: [1, 2]"),
        ("mac=02:00:00:00:00:01", "ITEM_MAC: 02:00:00:00:00:01"),
        ("addr=fe80::1", "ITEM_ADDR: fe80::1"),
        ("labels=100/200", "ITEM_LABELS: 100/200"),
        ("color=green", "ITEM_COLOR: COLOR_GREEN"),
        ("color=3", "ITEM_COLOR: 3"),
        ("perms=13", "ITEM_PERMS: PERM_READ | PERM_EXEC | 0x8"),
        ("perms=0", "ITEM_PERMS: 0"),
        ("wait=1500", "ITEM_WAIT: 1500 ms"),
        ("point.x=1", "ITEM_POINT: x=1, y=0, label=000000000000"),
        ("99=ab", "99: unknown: ab"),
        ("part.inner.size=5", "ITEM_PART:\n  PART_INNER:\n    PART_SIZE: 5"),
        ("table.1.size=1", "ITEM_TABLE:\n  1:\n    PART_SIZE: 1"),
        (
            r#"hop=[{"header":{"index":1},"attrs":{"size":1}}]"#,
            "ITEM_HOP:\n  [0]:\n    rec: len=16, hops=0, flags=0, index=1\n    PART_SIZE: 1",
        ),
    ] {
        assert_eq!(attrs(&body(&[given])[8..]), format!("{want}\n"), "{given}");
    }
}

#[test]
fn what_is_wrong_stands_in_its_place() {
    for (payload, want) in [
        (attr(1, [5, 0]), "ITEM_ID: malformed (length 2, want 4): 0500"),
        (attr(2000 | 0x8000, [7]), "2000: unknown, nested: 07"),
        (attr(16, [1]), "ITEM_DATA: unknown: 01"),
        (attr(17, []), "ITEM_PART: {}"),
        (attr(9, [1, 0, 0, 0, 0, 2]), "ITEM_POINT: x=1, y=2, short: 6 bytes"),
        (attr(9, [0; 14]), "ITEM_POINT: x=0, y=0, label=000000000000, rest: 0000"),
        (
            [attr(22, [1]), vec![9, 0, 1, 0]].concat(),
            "ITEM_MANY: 1\nITEM_ID: malformed (attribute header says 9 bytes, 4 are there): 09000100",
        ),
    ] {
        assert_eq!(attrs(&payload), format!("{want}\n"));
    }
}

#[test]
fn text_is_harmless() {
    for (text, want) in [
        (&b"a\"b\\c\0"[..], r#""a\"b\\c""#),
        (b"\x1b[31mred\x07\n", r#""\u{1b}[31mred\u{7}\n""#),
        (b"\xff\xc3\xa9\0", r#""\xffé""#),
        ("\u{9b}31m\u{202e}x".as_bytes(), r#""\u{9b}31m\u{202e}x""#),
        (b"ab\0cd\0", r#""ab\0cd\0""#),
    ] {
        assert_eq!(attrs(&attr(6, text)), format!("ITEM_KIND: {want}\n"));
    }
    let mut out = String::new();
    text::note(&mut out, "x\u{1b}[2J: no message", &[0x1b], Options::default());
    assert_eq!(out, "x\\u{1b}[2J: no message: 1b\n");
}

#[test]
fn long_values_are_broken() {
    let want = "\
ITEM_BLOB: (100 bytes) 07070707070707070707070707070707 07070707070707070707070707070707
    07070707070707070707070707070707 07070707070707070707070707070707
    07070707070707070707070707070707 07070707070707070707070707070707 07070707
";
    assert_eq!(attrs(&attr(7, [7; 100])), want);
    let ids: Vec<u8> = (1_000_000u32..1_000_020).flat_map(u32::to_ne_bytes).collect();
    let want = "\
ITEM_IDS: [1000000, 1000001, 1000002, 1000003, 1000004, 1000005, 1000006, 1000007, 1000008,
    1000009, 1000010, 1000011, 1000012, 1000013, 1000014, 1000015, 1000016, 1000017, 1000018,
    1000019]
";
    assert_eq!(attrs(&attr(10, &ids)), want);
}

#[test]
fn headlines() {
    let bytes = message(NEW, 0x8002, &body(&[]));
    let known = Origin {
        protocol: PROTOCOL,
        direction: Some(Direction::ToUser),
        time: Some(Duration::new(1_795_713_532, 1_000)),
        label: Some("ip[7]\x1b"),
    };
    let want = "2026-11-26T17:18:52.000001Z ip[7]\\u{1b} <- DEMO_NEW protocol 30, 24 bytes, \
        NLM_F_MULTI | 0x8000, seq 1, pid 9\n  hdr: family=COLOR_RED, kind=1, length=0, flags=0\n";
    assert_eq!(show(&mut Decoder::new(demo()), known, &bytes, Options::default()), want);

    let nobody = message(77, 0, &[1, 2]);
    let text = show(&mut Decoder::new(demo()), 0.into(), &nobody, Options::default());
    assert_eq!(text, "type 77 route, 18 bytes, seq 1, pid 9\n  unknown: 0102\n");
    let generic = message(40, 0, &[3, 1, 0, 0, 9]);
    let text = show(&mut Decoder::new(demo()), 16.into(), &generic, Options::default());
    assert_eq!(text, "command 3 generic family 40 version 1, 21 bytes, seq 1, pid 9\n  unknown: 09\n");

    let mut out = String::new();
    let header = Header { len: 24, message_type: NEW, flags: 0, sequence: 1, port: 9 };
    Decoder::new(demo()).part(PROTOCOL, header, &[1, 2]).text(&mut out, Options::default());
    let want = "DEMO_NEW protocol 30, 24 bytes of which 18 are there, seq 1, pid 9\n  \
        hdr: malformed (length 2, want at least 8): 0102\n";
    assert_eq!(out, want);
}

#[test]
fn padding_is_shown_when_it_says_something() {
    let header = |pad: u8| {
        let mut payload = [0; 16];
        payload[1] = pad;
        let text =
            show(&mut Decoder::new(shipped()), 0.into(), &message(16, 0, &payload), Options::default());
        text.lines().nth(1).map(|line| line.contains("__ifi_pad")).expect("a header")
    };
    assert_eq!((header(0), header(1)), (false, true));
}

#[test]
fn directions_choose_between_requests_and_replies() {
    // Both of the socket diagnostics' messages have one number.
    let mut decoder = Decoder::new(shipped());
    let bytes = message(20, 0, &[1; 24]);
    let mut header = |direction| {
        let origin = Origin { protocol: 4, direction, ..Origin::default() };
        let text = show(&mut decoder, origin, &bytes, Options::default());
        text.lines().nth(1).and_then(|line| line.split(':').next()).map(str::to_owned)
    };
    assert_eq!(header(None).as_deref(), Some("  unix_diag_msg"));
    assert_eq!(header(Some(Direction::ToUser)).as_deref(), Some("  unix_diag_msg"));
    assert_eq!(header(Some(Direction::ToKernel)).as_deref(), Some("  unix_diag_req"));
}

#[test]
fn offsets_are_those_in_the_message() {
    let payload = body(&["part.inner.size=5", r#"hop=[{"header":{"index":1},"attrs":{"size":1}}]"#]);
    let options = Options { offsets: true, ..Options::default() };
    let want = "       DEMO_NEW protocol 30, 60 bytes, seq 1, pid 9
   16    hdr: family=COLOR_RED, kind=1, length=0, flags=0
   24    ITEM_PART:
   28      PART_INNER:
   32        PART_SIZE: 5
   40    ITEM_HOP:
   44      [0]:
   44        rec: len=16, hops=0, flags=0, index=1
   52        PART_SIZE: 1
";
    assert_eq!(show(&mut Decoder::new(demo()), PROTOCOL.into(), &message(NEW, 0, &payload), options), want);
}

/// A nest with a fixed header of its own.
#[test]
fn offsets_of_a_header_inside() {
    let options = [vec![0; 24], attr(1, [0; 12])].concat();
    let payload = [vec![0; 20], attr(1, b"netem\0"), attr(2, &options)].concat();
    let bytes = message(36, 0, &payload);
    let text =
        show(&mut Decoder::new(shipped()), 0.into(), &bytes, Options { offsets: true, ..Options::default() });
    let names: Vec<_> = text.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    let want = [
        "   16    tcmsg",
        "   36    TCA_KIND",
        "   48    TCA_OPTIONS",
        "   52      tc_netem_qopt",
        "   76      TCA_NETEM_CORR",
    ];
    assert_eq!(names, want, "{text}");
}

#[test]
fn colours_do_not_change_the_lines() {
    let payload = [body(&["perms=13", "kind=x", "point.x=1", "99=ab"]), attr(1, [1]), attr(7, [7; 100])];
    let bytes = message(NEW, 2, &payload.concat());
    for offsets in [false, true] {
        let text =
            |color| show(&mut Decoder::new(demo()), PROTOCOL.into(), &bytes, Options { offsets, color });
        let (plain, coloured) = (text(false), text(true));
        assert!(coloured.contains("\x1b[36mITEM_KIND\x1b[0m: \x1b[32m\"x\"\x1b[0m"), "{coloured}");
        assert!(coloured.contains("\x1b[33mPERM_READ\x1b[0m | "), "{coloured}");
        assert!(coloured.contains("\x1b[31mmalformed (length 1, want 4):\x1b[0m 01"), "{coloured}");
        let mut stripped = coloured;
        while let Some(at) = stripped.find('\x1b') {
            let end = stripped[at..].find('m').expect("the end of a colour");
            stripped.replace_range(at..=at + end, "");
        }
        assert_eq!(stripped, plain);
    }
}

#[test]
fn acknowledgements() {
    let mut decoder = Decoder::new(demo());
    let request = message(GET, 0x305, &body(&["part.inner.size=1", "id=1"]));
    show(&mut decoder, PROTOCOL.into(), &request, Options::default());
    let policy = [attr(1, 3u32.to_ne_bytes()), attr(5, 9u64.to_ne_bytes())].concat();
    let tlvs = [
        attr(1, b"too \"small\"\x1b\0"),
        attr(2, 32u32.to_ne_bytes()),
        attr(3, [0xab]),
        attr(4, &policy),
        attr(5, 2u32.to_ne_bytes()),
        attr(6, 24u32.to_ne_bytes()),
    ];
    let payload = [&(-22i32).to_ne_bytes()[..], &request, &tlvs.concat()].concat();
    let refused = message(NLMSG_ERROR, NLM_F_ACK_TLVS, &payload);
    let want = format!(
        "NLMSG_ERROR protocol 30, {} bytes, NLM_F_ACK_TLVS, seq 1, pid 9
  error 22, EINVAL: DEMO_GET
  message: \"too \\\"small\\\"\\u{{1b}}\"
  attribute: ITEM_PART.PART_INNER.PART_SIZE, at offset 32
  missing: ITEM_PART.PART_SIZE, in the nest at offset 24
  policy: u16, max 9
  cookie: ab
",
        refused.len()
    );
    assert_eq!(show(&mut decoder, PROTOCOL.into(), &refused, Options::default()), want);
    let mut lines = |message_type, payload: &[u8]| {
        let text =
            show(&mut decoder, PROTOCOL.into(), &message(message_type, 0, payload), Options::default());
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(NLMSG_DONE, &[0; 4]), ["  done: DEMO_GET"]);
    assert_eq!(lines(NLMSG_ERROR, &[0; 4]), ["  acknowledged: DEMO_GET"]);
    assert_eq!(lines(NLMSG_ERROR, &[1]), ["  unknown: 01"]);
    assert_eq!(lines(1, &[]), [] as [&str; 0]);
}

/// Requests of other protocols, and of other sockets, are others.
#[test]
fn answers_belong_to_their_request() {
    let mut decoder = Decoder::new(demo());
    decoder.remember(PROTOCOL, &message(GET, 1, &body(&[])));
    decoder.remember(31, &message(NEW, 1, &body(&[])));
    let done = message(NLMSG_DONE, 2, &[0; 4]);
    let mut elsewhere = done.clone();
    elsewhere[12..16].copy_from_slice(&8u32.to_ne_bytes());
    let mut last = |protocol: u16, bytes: &[u8]| {
        let text = show(&mut decoder, protocol.into(), bytes, Options::default());
        text.lines().last().map(|l| l.trim().to_owned()).unwrap_or_default()
    };
    assert_eq!(last(PROTOCOL, &done), "done: DEMO_GET");
    assert_eq!(last(PROTOCOL, &elsewhere), "done");
    // A program that leaves its port to the kernel.
    let mut request = message(NEW, 1, &body(&[]));
    request[12..16].fill(0);
    decoder.remember(PROTOCOL, &request);
    let mut last = |bytes: &[u8]| {
        let text = show(&mut decoder, PROTOCOL.into(), bytes, Options::default());
        text.lines().last().map(|l| l.trim().to_owned()).unwrap_or_default()
    };
    assert_eq!(last(&elsewhere), "done: DEMO_NEW");
    assert_eq!(last(&done), "done: DEMO_GET");
}

/// Whatever the bytes are, there is text, and it can do nothing to a terminal.
#[test]
fn truncation_and_flips_do_no_harm() {
    let hex = std::fs::read_to_string("tests/decode/text/vlan.hex").expect("a file");
    let whole: Vec<u8> = hex.split("\n\n").skip(1).map(bytes).max_by_key(Vec::len).expect("a message");
    let header = Header::parse(&whole).expect("a header");
    let mut decoder = Decoder::new(shipped());
    let mut check = |payload: &[u8]| {
        let mut out = String::new();
        let options = Options { offsets: true, ..Options::default() };
        decoder.part(0, header, payload).text(&mut out, options);
        assert!(out.ends_with('\n') && out.chars().all(|c| c == '\n' || !c.is_control()), "{out}");
    };
    let payload = &whole[Header::LEN..];
    for len in 0..=payload.len() {
        check(&payload[..len]);
    }
    let mut state = 1u64;
    for _ in 0..2_000 {
        let mut bytes = payload.to_vec();
        for _ in 0..8 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let at = (state >> 33) as usize % bytes.len();
            bytes[at] = (state >> 24) as u8;
        }
        check(&bytes);
    }
}
