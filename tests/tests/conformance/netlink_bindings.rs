//! Bugs of netlink-bindings 0.3.5 and netlink-socket2 0.3.5.

use crate::harness::{MANY, read};
use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use netlink_families::rt_link::{Link, LinkData, LinkDataView, LinkInfo, LinkInfoView, LinkView, Vlan};
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::error::DecodeErrorKind::{Header, Length, Truncated};
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Overrun, Socket};
use netlink_runtime::wire::Attrs;
use netlink_runtime::{AttrSet, EncodeError};

/// A reply longer than the fixed buffer of 8 KiB was a panic.
#[test]
fn replies_longer_than_8_kib() {
    let long = "x".repeat(12_632);
    let (got, end) = play(vec![kernel(&[reply(1, &long)]), kernel(&[reply(1, "a"), done(1, 0)])]);
    assert_eq!(got, [long.as_str(), "a"]);
    end.unwrap();
}

/// The same by the running kernel: a link with 90 alternative names.
#[test]
fn replies_longer_than_8_kib_live() {
    if !netlink_tests::in_namespace("netlink_bindings::replies_longer_than_8_kib_live") {
        return;
    }
    let mut socket = rtnetlink();
    for n in 0..90 {
        add_name(&mut socket, &format!("{n:0>127}"));
    }
    let link = socket.get(get_link(LOOPBACK)).unwrap();
    assert!(link.message().bytes().len() > 8192);
    let names = link.view().unwrap().prop_list().unwrap().unwrap();
    assert_eq!(names.alt_ifname().filter(|name| name.is_ok()).count(), 90);
}

/// A wrong length, and a message cut in half, both read as "there is none".
#[test]
fn malformed_is_not_missing() {
    let bytes = link(&[put(Link::MTU, &[1, 2]), put(Link::IFNAME, b"lo\0")]);
    read!(optional Link.mtu = MTU: Option<u32>, &bytes).bad(Length, 0);
    read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).despite(text(b"lo"), Length, 0);
    read!(optional Link.master = MASTER: Option<u32>, &link(&[put(Link::IFNAME, b"lo\0")])).absent();

    let whole = link(&[put(Link::IFNAME, b"lo\0"), put(Link::QDISC, b"noqueue\0"), word(Link::MTU, 1500)]);
    let half = &whole[..whole.len() - 12];
    read!(optional Link.mtu = MTU: Option<u32>, half).bad(Truncated, 8);
    read!(optional Link.ifname = IFNAME: Option<NlString>, half).despite(text(b"lo"), Truncated, 8);
}

/// The iterator over a repeated attribute ended at the first other one.
#[test]
fn repeated_attributes_with_others_between() {
    let bytes = [
        word(Sample::ID, 7),
        word(Sample::NUMBERS, 1),
        put(Sample::NAME, b"x\0"),
        word(Sample::NUMBERS, 2),
        attr(NEW, b"new"),
        put(Sample::PARTS, &word(Inner::VALUE, 3)),
        word(Sample::NUMBERS, 4),
    ]
    .concat();
    read!(many Sample.numbers = NUMBERS: Vec<u32>, &bytes).is([1, 2, 4]).exact();
    let part = Inner { value: Some(3), ..Inner::default() };
    read!(many Sample.parts = PARTS: Vec<Inner>, &bytes).is([part]);
    read!(many Sample.numbers = NUMBERS: Vec<u32>, &bytes[..8]).none();
    // One that is malformed is told, and the others stay readable.
    let bytes = [word(Sample::NUMBERS, 1), put(Sample::NUMBERS, b"x"), word(Sample::NUMBERS, 3)].concat();
    read!(many Sample.numbers = NUMBERS: Vec<u32>, &bytes).bad(Length, 8);
    let numbers = SampleView::parse(&bytes).unwrap().numbers();
    assert_eq!(numbers.map(Result::ok).collect::<Vec<_>>(), [Some(1), None, Some(3)]);
}

/// A `uint` of 8 bytes was cut to 4.
#[test]
fn uint_of_64_bits() {
    for (value, payload) in [
        (5, 5u32.to_ne_bytes().to_vec()),
        (0x1_0000_0005, 0x1_0000_0005u64.to_ne_bytes().to_vec()),
        (u64::MAX, u64::MAX.to_ne_bytes().to_vec()),
        // Longer than it had to be: that is kept.
        (5, 5u64.to_ne_bytes().to_vec()),
    ] {
        let bytes = put(Sample::COUNT, &payload);
        read!(optional Sample.count = COUNT: Option<u64>, &bytes).is(value).json(value.into()).exact();
    }
    read!(optional Sample.count = COUNT: Option<u64>, &put(Sample::COUNT, &[0; 6])).bad(Length, 0);
    let built = Sample::builder(Enc::new(Vec::new())).count(0x1_0000_0005).finish().end().unwrap();
    assert_eq!(built, put(Sample::COUNT, &0x1_0000_0005u64.to_ne_bytes()));
}

/// The length of a nest of 100 kB wrapped in its 16 bits.
#[test]
fn lengths_do_not_wrap_when_encoding() {
    let inner = Sample::INNER.id();
    let built = Sample::builder(Enc::new(Vec::new())).inner(|mut inner| {
        for _ in 0..4 {
            inner.enc().bytes(NEW, &[0; 25_000]);
        }
        inner
    });
    assert_eq!(built.finish().end(), Err(EncodeError::TooLong { attr: inner }));
    let owned = Sample { bytes: Some(vec![0; 65_532]), ..Sample::default() };
    assert_eq!(owned.to_bytes(), Err(EncodeError::TooLong { attr: Sample::BYTES.id() }));
    let longest = Sample { bytes: Some(vec![1; 65_531]), ..Sample::default() };
    let bytes = longest.to_bytes().unwrap();
    assert_eq!(Sample::from_bytes(&bytes).unwrap().bytes.unwrap().len(), 65_531);
}

/// The settings of a link whose kind came after them were "missing".
#[test]
fn data_before_its_kind() {
    let (kind, id) = (put(LinkInfo::KIND, b"vlan\0"), put(Vlan::ID, &5u16.to_ne_bytes()));
    let mut vlan = Vlan::default();
    vlan.id = Some(5);
    let bytes = [put(LinkInfo::DATA, &id), kind].concat();
    read!(sub LinkInfo.data = DATA: Option<LinkData>, &bytes).is(vlan).exact();
    let view = LinkInfoView::parse(&bytes).unwrap();
    assert!(matches!(view.data(), Ok(Some(LinkDataView::Vlan(v))) if v.id() == Ok(Some(5))));
}

/// The settings of a kind that was not known were "missing", too.
#[test]
fn unknown_kinds_give_their_bytes() {
    for kind in [put(LinkInfo::KIND, b"of-tomorrow\0"), Vec::new()] {
        let bytes = [kind, put(LinkInfo::DATA, &[1, 2, 3])].concat();
        read!(sub LinkInfo.data = DATA: Option<LinkData>, &bytes)
            .is([1, 2, 3])
            .json(serde_json::json!({"unknown": "010203"}))
            .exact();
        let view = LinkInfoView::parse(&bytes).unwrap();
        assert!(matches!(view.data(), Ok(Some(LinkDataView::Unknown(&[1, 2, 3])))));
    }
}

/// Text had to end with exactly one NUL; without, it was "missing".
#[test]
fn text_with_any_number_of_nuls() {
    for name in [&b"lo"[..], b"lo\0", b"lo\0\0\0", b"lo\0junk"] {
        let bytes = link(&[put(Link::IFNAME, name)]);
        read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).is(text(b"lo")).exact();
        assert_eq!(LinkView::parse(&bytes).unwrap().ifname().unwrap().unwrap().to_str(), Ok("lo"));
        // Kinds choose, NUL or not.
        let info = [put(Sample::KIND, &[b"number", &name[2..]].concat()), word(Sample::DATA, 7)].concat();
        read!(sub Sample.data = DATA: Option<Data>, &info).is(7);
    }
    read!(optional Link.ifname = IFNAME: Option<NlString>, &link(&[put(Link::IFNAME, b"")])).is(text(b""));
}

/// A nest with a fixed header.
#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
struct Framed {
    #[netlink(header)]
    header: Stats,
    #[netlink(FRAMED_VALUE = 1)]
    value: Option<u32>,
}

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
struct Frame {
    #[netlink(FRAME_FRAMED = 9, nested)]
    framed: Option<Framed>,
}

/// A fixed header that is cut read as all zero: the link of index 0.
#[test]
fn a_short_header_is_an_error() {
    let whole = link(&[]);
    for len in [0, 1, 15] {
        read!(optional Link.mtu = MTU: Option<u32>, &whole[..len]).bad(Header, len as u32);
    }
    read!(optional Link.mtu = MTU: Option<u32>, &whole).absent();
    let error = LinkView::parse(&whole[..7]).unwrap_err();
    assert_eq!(error.to_string(), "Link: 7 bytes are too few for struct ifinfomsg (16 bytes)");

    // In a nest it is that nest's.
    let bytes = [attr(NEW, b"new"), put(Frame::FRAMED, &[0; 7])].concat();
    read!(optional Frame.framed = FRAMED: Option<Framed>, &bytes).bad(Header, 7);
    let error = FrameView::parse(&bytes).unwrap().framed().unwrap_err();
    assert_eq!((error.set.name, error.attr), ("Framed", 9));
    assert_eq!(error.to_string(), "Framed: 7 bytes are too few for struct stats (16 bytes)");
    assert_eq!(Frame::from_bytes(&bytes).unwrap_err(), error);
}

/// Errors of `socket()` were always `EPERM`.
#[test]
fn errors_of_the_socket_have_their_number() {
    // There are 32 protocols.
    let error = Socket::open(Protocol(60)).unwrap_err();
    assert_eq!(error.errno(), Some(EPROTONOSUPPORT), "{error}");
}

/// Some getters read on from where another one had stopped.
#[test]
fn getters_do_not_depend_on_what_was_read() {
    let bytes = [
        word(Sample::NUMBERS, 1),
        word(Sample::ID, 7),
        put(Sample::MEMBERS, &[attr(1, &word(Inner::VALUE, 1)), attr(2, &word(Inner::VALUE, 2))].concat()),
        word(Sample::NUMBERS, 2),
    ]
    .concat();
    let view = SampleView::parse(&bytes).unwrap();
    let index = view.indexed();
    for _ in 0..3 {
        let mut numbers = view.numbers();
        assert_eq!(numbers.next(), Some(Ok(1)));
        let mut members = index.members().unwrap().unwrap();
        assert_eq!(members.next().unwrap().0, 1);
        assert_eq!((view.id(), index.id()), (Ok(Some(7)), Ok(Some(7))));
        assert_eq!((view.numbers().count(), index.numbers().count()), (2, 2));
        assert_eq!(view.members().unwrap().unwrap().count(), 2);
        assert_eq!(numbers.next(), Some(Ok(2)));
        assert_eq!(members.next().unwrap().0, 2);
    }
}

/// A family of one's own: its request is a header without attributes, as audit and the connector have
/// them.
#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Status {
    #[netlink(header)]
    header: Stats,
}

#[derive(NetlinkOp)]
#[netlink(protocol = 9, do, request(AUDIT_GET = 1000, Status), reply(AUDIT_GET = 1000, Status))]
struct GetStatus;

/// Families without an upstream schema could not be had.
#[test]
fn families_without_a_schema() {
    let status = [&1u32.to_ne_bytes()[..], &2u32.to_ne_bytes(), &[0; 8]].concat();
    let script = vec![vec![kernel(&[message(1000, 0, 1, 0, &status)]), kernel(&[ack(1)])]];
    let (mut socket, log) = scripted_with(Socket::builder(), Protocol(9), script);
    let request = GetStatus::request().with(|s| s.header(Stats { seen: 5, lost: 0, later: Some(0) }));
    let answer = socket.get(request).unwrap();
    assert_eq!(answer.view().unwrap().header(), Stats { seen: 1, lost: 2, later: Some(0) });
    let log = log.lock().unwrap();
    let (ty, flags, _, _, payload) = log.sent(0);
    assert_eq!((ty, flags, payload.len(), payload[0].max(payload[3])), (1000, 5, 16, 5));
}

/// The iterator over an array ended at the first member that could not be read, as if there were no
/// more.
#[test]
fn a_bad_member_does_not_end_an_array() {
    let member = |n, payload: &[u8]| attr(n, &put(Inner::VALUE, payload));
    let members = [member(1, &[1; 4]), member(2, &[2; 2]), member(3, &[3; 4])].concat();
    let bytes = put(Sample::MEMBERS, &members);
    let view = SampleView::parse(&bytes).unwrap();
    let values: Vec<_> =
        view.members().unwrap().unwrap().map(|(n, m)| (n, m.unwrap().value().is_ok())).collect();
    assert_eq!(values, [(1, true), (2, false), (3, true)]);
    // A member whose header is broken is the last one, and told.
    let bytes = put(Sample::MEMBERS, &[member(1, &[1; 4]), lying(3, 2, b"")].concat());
    read!(indexed Sample.members = MEMBERS: Option<Vec<(u16, Inner)>>, &bytes).bad(Truncated, 12);
    let view = SampleView::parse(&bytes).unwrap();
    assert_eq!(view.members().unwrap().unwrap().take(MANY).count(), 2);
}

/// A struct at an address that is not aligned was a panic.
#[test]
fn buffers_that_are_not_aligned() {
    let bytes = link(&[word(Link::MTU, 1500), put(Link::STATS64, &[1; 192])]);
    let mut room = vec![0; bytes.len() + 8];
    for at in 0..8 {
        let moved = &mut room[at..at + bytes.len()];
        moved.copy_from_slice(&bytes);
        read!(optional Link.mtu = MTU: Option<u32>, moved).is(1500);
        let stats = LinkView::parse(moved).unwrap().stats64().unwrap().unwrap();
        assert_eq!(stats.rx_packets, 0x0101_0101_0101_0101);
    }
    assert_eq!(Attrs::new(&[]).iter(Link::meta()).count(), 0);
}

/// Replies were told by their sequence number alone.
#[test]
fn replies_for_another_port_are_not_ours() {
    let other = message(REPLY, MULTI, 1, PORT + 1, b"other");
    let (got, end) = play(vec![kernel(&[other]), kernel(&[reply(1, "a"), done(1, 0)])]);
    assert_eq!(got, ["a"]);
    end.unwrap();
}

/// An inconsistent dump was given as a good one.
#[test]
fn interrupted_dumps_are_told() {
    let torn = message(REPLY, MULTI | DUMP_INTR, 1, PORT, b"b");
    let (got, end) = play(vec![kernel(&[reply(1, "a"), torn]), kernel(&[reply(1, "c"), done(1, 0)])]);
    assert_eq!(got, ["a", "b", "c"]);
    assert!(matches!(end, Err(Error::DumpInterrupted)));
}

/// Nobody looked for `ENOBUFS`: what was lost was lost in silence, or an error for good.
#[test]
fn lost_notifications_are_told() {
    let news = |text: &[u8]| multicast(1, &[message(REPLY, 0, 0, 0, text)]);
    let (mut socket, _) =
        scripted(vec![vec![news(b"a"), Step::Errno(ENOBUFS), news(b"c"), kernel(&[ack(1)])]]);
    socket.execute(Get::default()).unwrap();
    let mut seen = Vec::new();
    while let Some(event) = socket.try_receive().unwrap() {
        seen.push(match event {
            Event::Notification { message, .. } => String::from_utf8_lossy(message.payload()).into_owned(),
            Event::Overrun(Overrun::Kernel) => "lost".to_owned(),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, ["a", "lost", "c"]);
}
