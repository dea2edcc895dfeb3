//! Decoders by key, and replies through functions.

mod socket_support;

use netlink_runtime::decoders::{Decoded, Decoders, Field, KeyRule};
use netlink_runtime::message::{MessageRef, NLM_F_DUMP};
use netlink_runtime::meta::{AttrMeta, Card, Order, SetMeta, StructMeta, TypeMeta};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Interrupted, Socket};
use netlink_runtime::wire::wt;
use netlink_runtime::{DecodeError, DecodeErrorKind};
use socket_support::*;

static HEADER: StructMeta = StructMeta { c_name: "demo", size: 4, members: &[] };
static SET: SetMeta = SetMeta {
    name: "Demo",
    header: Some(&HEADER),
    attrs: &[AttrMeta {
        id: 1,
        c_name: "DEMO_TEXT",
        name: "text",
        card: Card::One,
        ty: TypeMeta::String,
        ordinal: 0,
    }],
};

/// A type of the program's own.
#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Demo {
    #[netlink(DEMO_TEXT = 1)]
    text: Option<NlString>,
}

fn text(message: MessageRef<'_>) -> Result<Option<String>, DecodeError> {
    Ok(Some(String::from_utf8_lossy(message.payload()).into_owned()))
}

fn decode(decoders: &mut Decoders<String>, bytes: &[u8]) -> Result<Decoded<String>, DecodeError> {
    decoders.decode(MessageRef::parse(bytes).unwrap())
}

fn value(text: &str) -> Result<Decoded<String>, DecodeError> {
    Ok(Decoded::Value(text.to_owned()))
}

/// S1-6, S2-3: what tells messages apart.
#[test]
fn keys_of_messages() {
    let key = |rule: KeyRule, bytes: &[u8]| rule.key(MessageRef::parse(bytes).unwrap());
    assert_eq!(key(KeyRule::MessageType, &message(77, 0, 1, 2, b"")), Some(77));
    let genl = message(30, 0, 1, 2, &[8, 1, 0, 0]);
    assert_eq!(key(KeyRule::Generic, &genl), Some(KeyRule::generic(30, 8)));
    assert_eq!(key(KeyRule::Generic, &message(30, 0, 1, 2, &[8, 1])), None);
    assert_eq!(key(KeyRule::SockDiag, &message(20, 0, 1, 2, &[10, 0, 0, 0])), Some(10));
    assert_eq!(key(KeyRule::SockDiag, &message(20, 0, 1, 2, b"")), None);
    let mut event = vec![0; 20];
    event.extend(0x8000_0000u32.to_ne_bytes());
    assert_eq!(key(KeyRule::ProcEvent, &message(DONE, 0, 1, 2, &event)), Some(0x8000_0000));
    assert_eq!(key(KeyRule::ProcEvent, &message(DONE, 0, 1, 2, &event[..23])), None);
    assert_eq!(key(KeyRule::MessageType, &message(0x0a03, 0, 1, 2, b"")), Some(KeyRule::netfilter(10, 3)));

    let bytes = message(16, 0, 1, 2, &[1, 2, 3, 4, 5, 6, 7, 8]);
    let field = |offset, bytes, order, mask| KeyRule::Field(Field { offset, bytes, order, mask });
    for (rule, want) in [
        (field(16, 1, Order::Native, u64::MAX), Some(1)),
        (field(17, 2, Order::Big, u64::MAX), Some(0x0203)),
        (field(17, 2, Order::Little, u64::MAX), Some(0x0302)),
        (field(16, 4, Order::Net, 0xffff_0000), Some(0x0102_0000)),
        (field(16, 8, Order::Big, u64::MAX), Some(0x0102_0304_0506_0708)),
        (field(16, 4, Order::Native, u64::MAX), Some(u32::from_ne_bytes([1, 2, 3, 4]).into())),
        // In the header.
        (field(8, 4, Order::Native, u64::MAX), Some(1)),
        (field(17, 8, Order::Big, u64::MAX), None),
        (field(16, 3, Order::Big, u64::MAX), None),
        (field(16, 0, Order::Big, u64::MAX), None),
        (field(usize::MAX, 8, Order::Big, u64::MAX), None),
    ] {
        assert_eq!(key(rule, &bytes), want, "{rule:?}");
    }
}

/// S2-4: closures, derived types, sets; registered while the program runs.
#[test]
fn decoders_of_all_kinds() {
    let mut decoders = Decoders::new(KeyRule::Generic)
        .on(KeyRule::generic(30, 1), |_| Ok(None))
        .on(KeyRule::generic(30, 1), text)
        .view::<Demo>(KeyRule::generic(30, 2), |demo| Ok(demo.text()?.map(|t| t.to_string())))
        .set(KeyRule::generic(30, 3), &SET, |body| {
            Ok(body.attrs().get::<wt::Str>(1, body.set())?.map(|t| t.to_string()))
        })
        .on(KeyRule::generic(30, 4), |_| Ok(None));
    let genl = |command: u8, rest: &[u8]| message(30, 0, 1, 2, &[&[command, 1, 0, 0][..], rest].concat());
    let hello = attr(1, b"hello\0");
    assert_eq!(decode(&mut decoders, &genl(1, b"raw")), value("\u{1}\u{1}\0\0raw"));
    assert_eq!(decode(&mut decoders, &genl(2, &hello)), value("hello"));
    assert_eq!(decode(&mut decoders, &genl(3, &[&[0; 4][..], &hello].concat())), value("hello"));
    assert_eq!(decode(&mut decoders, &genl(4, b"")), Ok(Decoded::Skipped));
    assert_eq!(decode(&mut decoders, &genl(5, b"")), Ok(Decoded::Unknown(Some(30 << 8 | 5))));
    assert_eq!(decode(&mut decoders, &message(30, 0, 1, 2, b"")), Ok(Decoded::Unknown(None)));
    let short = decode(&mut decoders, &genl(3, b"")).unwrap_err();
    assert_eq!((short.kind, short.offset, short.set.name), (DecodeErrorKind::Header, 0, "Demo"));
    // One more, as a family appears; and gone again.
    decoders = decoders.on(KeyRule::generic(31, 1), |_| Ok(Some("new".to_owned())));
    let new = message(31, 0, 1, 2, &[1, 1, 0, 0]);
    assert_eq!(decode(&mut decoders, &new), value("new"));
    assert_eq!(decoders.keys().last(), Some(31 << 8 | 1));
    assert!(decoders.remove(31 << 8 | 1) && !decoders.remove(31 << 8 | 1));
    let mut decoders = decoders.otherwise(|m| Ok(Some(format!("{} bytes", m.bytes().len()))));
    assert_eq!(decode(&mut decoders, &new), value("20 bytes"));
}

/// S1-6: errors are errors under every rule, whatever stands where the key would.
#[test]
fn control_messages_are_never_decoded() {
    let mut decoders = Decoders::new(KeyRule::SockDiag).on(254, text).on(0, text).otherwise(text);
    for bytes in [error(1, -2, &[]), done(1, -2), ack(1)] {
        assert_eq!(decode(&mut decoders, &bytes), Ok(Decoded::Unknown(None)));
    }
}

/// S1-6: the connector sends events as NLMSG_DONE.
#[test]
fn process_events_are_decoded() {
    let mut event = vec![0; 20];
    event.extend(2u32.to_ne_bytes());
    let mut decoders = Decoders::new(KeyRule::ProcEvent).on(2, |_| Ok(Some("exec".to_owned())));
    assert_eq!(decode(&mut decoders, &message(DONE, 0, 1, 2, &event)), value("exec"));
    assert_eq!(decode(&mut decoders, &message(DONE, 0, 1, 2, &event[..20])), Ok(Decoded::Unknown(None)));
    assert_eq!(decode(&mut decoders, &error(2, -2, &event)), Ok(Decoded::Unknown(None)));
    // It comes to the socket as what it is.
    let (mut socket, _) = scripted(vec![vec![multicast(1, &[message(DONE, 0, 1, 0, &event)])]]);
    socket.send(0, 0, b"").unwrap();
    let Event::Notification { group: 1, message, .. } = socket.receive().unwrap() else { panic!() };
    assert_eq!(decoders.decode(message), value("exec"));
}

/// S2-5: every value passes.
#[test]
fn values_are_fixed_up() {
    let mut decoders = Decoders::new(KeyRule::MessageType)
        .on(u64::from(REPLY), text)
        .fix(|value, message| value.push_str(&format!(" of {}", message.header.message_type)));
    assert_eq!(decode(&mut decoders, &reply(1, "one")), value("one of 16"));
    assert!(format!("{decoders:?}").contains("MessageType"));
}

/// S1-19, S1-4, S1-7, S1-9, S1-12: a parser that skips everything of a datagram ends nothing.
#[test]
fn skipping_ends_nothing() {
    let script = || {
        vec![vec![
            kernel(&[reply(1, "skip"), reply(1, "skip")]),
            kernel(&[reply(1, "skip")]),
            multicast(5, &[reply(0, "news")]),
            kernel(&[reply(1, "one"), reply(1, "skip")]),
            kernel(&[reply(1, "two"), done(1, 0)]),
        ]]
    };
    let keep = |m: MessageRef<'_>| Ok(text(m)?.filter(|t| t != "skip"));
    let (mut socket, _) = scripted(script());
    assert_eq!(socket.raw_request(18, NLM_F_DUMP, b"").unwrap().parse(keep).unwrap(), ["one", "two"]);
    assert!(matches!(socket.receive().unwrap(), Event::Notification { group: 5, .. }));
    let (mut socket, _) = scripted(script());
    assert_eq!(socket.dump(Get::default()).unwrap().parse(keep).unwrap(), ["one", "two"]);
    let (mut socket, _) = scripted(script());
    let none: Vec<()> = socket.raw_request(18, NLM_F_DUMP, b"").unwrap().parse(|_| Ok(None)).unwrap();
    assert!(none.is_empty());

    // Through a registry.
    let mut decoders = Decoders::new(KeyRule::MessageType).on(u64::from(REPLY), keep);
    let (mut socket, _) = scripted(script());
    let got = socket.raw_request(18, NLM_F_DUMP, b"").unwrap().parse(|m| {
        Ok(match decoders.decode(m)? {
            Decoded::Value(value) => Some(value),
            Decoded::Skipped | Decoded::Unknown(_) => None,
        })
    });
    assert_eq!(got.unwrap(), ["one", "two"]);
}

/// S1-10, S1-11, S1-20: the end counts, and an error of the parser leaves the socket usable.
#[test]
fn ends_of_parsed_replies() {
    let parse = |end: Vec<u8>, interrupted| {
        let first = message(REPLY, MULTI | DUMP_INTR, 1, PORT, b"a");
        let builder = Socket::builder().interrupted(interrupted);
        let script = vec![vec![kernel(&[first, end])]];
        let (mut socket, _) = scripted_with(builder, Protocol::Route, script);
        socket.raw_request(18, NLM_F_DUMP, b"").unwrap().parse(text)
    };
    assert_eq!(parse(done(1, -5), Interrupted::Report).unwrap_err().errno(), Some(5));
    assert_eq!(parse(error(1, -7, &[]), Interrupted::Report).unwrap_err().errno(), Some(7));
    assert!(matches!(parse(done(1, 0), Interrupted::Report), Err(Error::DumpInterrupted)));
    assert_eq!(parse(done(1, 0), Interrupted::Ignore).unwrap(), ["a"]);
    let short = message(ERROR, 0, 1, PORT, b"");
    assert!(matches!(parse(short, Interrupted::Ignore), Err(Error::Malformed(_))));

    let (mut socket, _) = scripted(vec![
        vec![kernel(&[reply(1, "a"), reply(1, "b")]), kernel(&[done(1, 0)])],
        vec![kernel(&[reply(2, "again"), done(2, 0)])],
    ]);
    let odd = DecodeError::new(DecodeErrorKind::Value, &SET, 1, 0);
    let failed: Result<Vec<()>, Error> = socket.raw_request(18, NLM_F_DUMP, b"").unwrap().parse(|_| Err(odd));
    assert!(matches!(failed, Err(Error::Decode(e)) if e.kind == DecodeErrorKind::Value));
    assert_eq!(socket.raw_request(18, NLM_F_DUMP, b"").unwrap().parse(text).unwrap(), ["again"]);
}
