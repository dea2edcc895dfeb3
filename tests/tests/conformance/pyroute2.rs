//! Flaws of pyroute2 0.9.7.

use crate::harness::{json, read};
use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use netlink_families::lwtunnel::Ipv6RplSrHdr;
use netlink_families::nlctrl::Policy;
use netlink_families::rt_link::{Link, LinkView};
use netlink_families::rt_route::Route;
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::error::DecodeErrorKind::{Length, Truncated};
use netlink_runtime::extack;
use netlink_runtime::message::Messages;
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Overrun, Socket};
use netlink_runtime::wire::{NESTED, NET_BYTEORDER};
use netlink_runtime::{AttrSet, CStruct};
use serde_json::json;

/// A parser that wanted nothing of a datagram ended the dump: the default route behind 2,000 others
/// was not found.
#[test]
fn a_datagram_of_which_nothing_is_wanted_does_not_end_the_dump() {
    let mut datagrams: Vec<_> = (0..20).map(|n| kernel(&[reply(1, &format!("10.{n}"))])).collect();
    datagrams.push(multicast(1, &[message(REPLY, 0, 0, 0, b"news")]));
    datagrams.push(kernel(&[reply(1, "default"), done(1, 0)]));
    let (got, end) = play(datagrams);
    assert_eq!(got.iter().filter(|r| *r == "default").count(), 1);
    end.unwrap();
}

/// Leaving a dump made the next one busy.
#[test]
fn leaving_a_dump_does_not_make_the_next_busy() {
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[reply(1, "a")]), kernel(&[reply(1, "b")]), kernel(&[done(1, 0)])],
        vec![kernel(&[reply(2, "c"), done(2, 0)])],
    ]);
    socket.dump(Get::default()).unwrap().next().unwrap();
    assert_eq!(dump(&mut socket).0, ["c"]);
    assert_eq!(log.lock().unwrap().received_before, [0, 3]);
    // Busy for a reason of somebody else's is an error, at once.
    let (mut socket, log) = scripted(vec![vec![kernel(&[error(1, -EBUSY, &[])])]]);
    assert_eq!(refused(dump(&mut socket).1).errno, EBUSY);
    assert_eq!(log.lock().unwrap().sent.len(), 1);
}

/// S1-6: Errors of socket diagnostics were given as messages.
#[test]
fn errors_are_errors_in_every_protocol() {
    for protocol in [Protocol::SockDiag, Protocol::Netfilter, Protocol::Generic] {
        let (mut socket, _) =
            scripted_with(Socket::builder(), protocol, vec![vec![kernel(&[error(1, -ENOENT, &[])])]]);
        let mut exchange = socket.raw_request(20, 0, b"").unwrap();
        let message = exchange.next().unwrap().unwrap();
        assert_eq!(extack::Ack::parse(message).unwrap().errno(), ENOENT);
        assert!(exchange.next().unwrap().is_none());
    }
    assert_eq!(refused(play(vec![kernel(&[error(1, -ENOENT, &[])])]).1).errno, ENOENT);
}

/// All messages of a datagram went where the first one belonged.
#[test]
fn a_datagram_is_divided_message_by_message() {
    let news = |text: &[u8]| message(REPLY, 0, 0, 0, text);
    let (mut socket, _) = scripted(vec![vec![kernel(&[news(b"x"), reply(1, "answer"), news(b"y"), ack(1)])]]);
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "answer");
    let mut seen = Vec::new();
    while let Some(Event::Notification { message, .. }) = socket.try_receive().unwrap() {
        seen.push(message.payload().to_vec());
    }
    assert_eq!(seen, [b"x", b"y"]);
}

/// S1-14: Notifications that nobody read were kept without a limit.
#[test]
fn waiting_notifications_are_bounded() {
    let news = multicast(1, &[message(REPLY, 0, 0, 0, &[7; 1000])]);
    let mut datagrams = vec![news; 100];
    datagrams.push(kernel(&[ack(1)]));
    let (mut socket, _) = scripted_with(Socket::builder().queue(5000), Protocol::Route, vec![datagrams]);
    socket.execute(Get::default()).unwrap();
    let (mut kept, mut lost) = (0, 0);
    while let Some(event) = socket.try_receive().unwrap() {
        match event {
            Event::Notification { .. } => kept += 1,
            Event::Overrun(Overrun::Queue(n)) => lost += n,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((kept, lost), (4, 96));
}

/// S1-20: `NLM_F_DUMP_INTR` was not looked at any more.
#[test]
fn an_interrupted_dump_is_noticed() {
    let torn = message(REPLY, MULTI | DUMP_INTR, 1, PORT, b"torn");
    assert!(matches!(play(vec![kernel(&[torn, done(1, 0)])]).1, Err(Error::DumpInterrupted)));
}

/// After `ENOBUFS` every call failed, and the socket had to be opened anew.
#[test]
fn enobufs_is_not_for_ever() {
    let (mut socket, _) = scripted(vec![
        vec![Step::Errno(ENOBUFS), kernel(&[ack(1)])],
        vec![kernel(&[reply(2, "a"), done(2, 0)])],
    ]);
    socket.execute(Get::default()).unwrap();
    assert_eq!(dump(&mut socket).0, ["a"]);
    assert!(matches!(socket.receive().unwrap(), Event::Overrun(Overrun::Kernel)));
    assert!(socket.try_receive().unwrap().is_none());
}

/// Only the first message of a captured packet was decoded: 19 of 34.
#[test]
fn every_message_of_a_packet() {
    let packet = [reply(1, "one"), reply(1, "two!!"), done(1, 0), reply(9, "three")].concat();
    let seen: Vec<_> = Messages::new(&packet).map(|m| m.unwrap().payload().len()).collect();
    assert_eq!(seen, [3, 5, 4, 5]);
}

/// S3-2: Datagrams of more than 16 KiB were cut.
#[test]
fn datagrams_of_more_than_16_kib() {
    let long = "x".repeat(20_000);
    let (got, end) = play(vec![kernel(&[reply(1, &long), done(1, 0)])]);
    assert_eq!(got, [long]);
    end.unwrap();
}

/// S3-7: Writing a message again lost the attributes that were not known, and flag bits.
#[test]
fn writing_again_keeps_unknown_attributes_and_flag_bits() {
    let attrs =
        [attr(NEW | NET_BYTEORDER, b"new"), word(Link::MTU, 1500), attr(Link::PROP_LIST.id() | NESTED, b"")];
    let bytes = link(&attrs);
    read!(optional Link.mtu = MTU: Option<u32>, &bytes).is(1500).exact();
    let mut owned = Link::from_bytes(&bytes).unwrap();
    owned.mtu = Some(9000);
    assert_eq!(owned.to_bytes().unwrap(), link(&[attrs[0].clone(), word(Link::MTU, 9000), attrs[2].clone()]));
}

/// Of an attribute that was not known, the printed form had the length alone.
#[test]
fn unknown_payloads_are_in_the_json() {
    let bytes = link(&[attr(NEW | NESTED, &[1, 2, 0xff]), attr(NEW + 1, b"")]);
    let attrs = json(Link::meta(), &bytes)["attrs"].clone();
    assert_eq!(attrs, json!([[NEW, {"unknown": "0102ff", "nested": true}], [NEW + 1, {"unknown": ""}]]));
    let shown = format!("{:?}", LinkView::parse(&bytes).unwrap());
    assert!(shown.contains("0102ff"), "{shown}");
}

/// One expression of a firewall rule that was not known made raw bytes of all of them.
#[test]
fn one_unknown_form_leaves_the_others_readable() {
    let member =
        |n, kind: &[u8], data: &[u8]| attr(n, &[put(Inner::KIND, kind), put(Inner::DATA, data)].concat());
    let members = [
        member(1, b"number\0", &7u32.to_ne_bytes()),
        member(2, b"of-tomorrow\0", &[1, 2]),
        member(3, b"text\0", b"x\0"),
    ];
    let bytes = put(Sample::MEMBERS, &members.concat());
    let inner = |kind: &str, data| Inner { kind: Some(kind.into()), data: Some(data), ..Inner::default() };
    let want = [
        (1u16, inner("number", Data::Number(7))),
        (2, inner("of-tomorrow", Data::Unknown(vec![1, 2]))),
        (3, inner("text", Data::Text("x".into()))),
    ];
    read!(indexed Sample.members = MEMBERS: Option<Vec<(u16, Inner)>>, &bytes).is(want).exact();
}

/// Two scales that share a byte were cut out of it wrongly.
#[test]
fn members_that_share_a_byte() {
    let mut bytes = [0; 8];
    bytes[4] = if cfg!(target_endian = "little") { 0xa5 } else { 0x5a };
    let header = <Ipv6RplSrHdr as CStruct>::read(&bytes);
    assert_eq!((header.cmpre, header.cmpri), (5, 10));
    let mut again = [0xff; 8];
    again[4] = 0;
    header.write(&mut again);
    assert_eq!(again[4], bytes[4]);
}

/// The greatest value of a `u64` was shown as -1.
#[test]
fn the_greatest_u64_is_not_minus_1() {
    let bytes = [word(Policy::TYPE_, 5), put(Policy::MAX_VALUE_U, &u64::MAX.to_ne_bytes())].concat();
    read!(optional Policy.max_value_u = MAX_VALUE_U: Option<u64>, &bytes)
        .is(u64::MAX)
        .json(json!(u64::MAX))
        .exact();
    assert_eq!(extack::Policy::parse(&bytes).max, Some(u64::MAX));
}

/// A length of 0 to 3 was taken for 4, one that is too long for what is there.
#[test]
fn lengths_are_not_made_to_fit() {
    for len in [0, 3, 20] {
        let bytes = [lying(len, Sample::BYTES.id(), &[9; 8]), word(Sample::ID, 7)].concat();
        let cut = if len == 20 { &bytes[..12] } else { &bytes[..] };
        read!(optional Sample.bytes = BYTES: Option<Vec<u8>>, cut).bad(Truncated, 0);
        read!(optional Sample.name = NAME: Option<NlString>, cut).bad(Truncated, 0);
    }
}

/// Bytes after the last whole element of an array were dropped.
#[test]
fn an_array_with_half_an_element() {
    let list = |bytes: &[u8]| put(Sample::LIST, bytes);
    read!(optional Sample.list = LIST: Option<Vec<u16>>, &list(&[1, 0, 2])).bad(Length, 0);
    let want = [u16::from_ne_bytes([1, 0]), u16::from_ne_bytes([2, 0])];
    read!(optional Sample.list = LIST: Option<Vec<u16>>, &list(&[1, 0, 2, 0])).is(want).exact();
    read!(optional Sample.list = LIST: Option<Vec<u16>>, &list(&[])).is([0u16; 0]).exact();
}

/// A nest with nothing in it was an exception.
#[test]
fn an_empty_nest_is_a_nest() {
    let bytes = [put(Sample::INNER, b""), put(Sample::MEMBERS, b"")].concat();
    read!(optional Sample.inner = INNER: Option<Inner>, &bytes).is(Inner::default()).json(json!([])).exact();
    read!(indexed Sample.members = MEMBERS: Option<Vec<(u16, Inner)>>, &bytes)
        .is([(); 0])
        .json(json!([]))
        .exact();
}

/// An empty link-layer address, and one of another length than a link's own, were errors.
#[test]
fn link_layer_addresses_of_other_lengths() {
    for len in [0, 4, 16, 20] {
        let address = HwAddr::new(&[1; 20][..len]).unwrap();
        let bytes = link(&[put(Link::BROADCAST, address.as_bytes())]);
        read!(optional Link.broadcast = BROADCAST: Option<HwAddr>, &bytes).is(address).exact();
    }
}

/// `NLA_F_NET_BYTEORDER` was kept and not heeded.
#[test]
fn numbers_in_network_order() {
    let bytes = attr(Sample::NET.id() | NET_BYTEORDER, &[0, 0, 1, 2]);
    read!(optional Sample.net = NET: Option<u32>, &bytes).is(258).json(json!(258)).exact();
    let built = Sample::builder(Enc::new(Vec::new())).net(258).port(443).finish().end().unwrap();
    assert_eq!(built[..8], bytes);
    assert_eq!(
        built[8..14],
        [&6u16.to_ne_bytes()[..], &Sample::PORT.id().to_ne_bytes(), &[1, 0xbb]].concat()
    );
}

/// A struct that was shorter than expected failed what was around it.
#[test]
fn structs_of_older_kernels() {
    let bytes = [put(Sample::STATS, &5u32.to_ne_bytes()), word(Sample::ID, 7)].concat();
    let want = Stats { seen: 5, lost: 0, later: None };
    read!(optional Sample.stats = STATS: Option<Stats>, &bytes)
        .is(want)
        .json(json!({"seen": 5, "…short": 4}))
        .exact();
    read!(optional Sample.id = ID: Option<u32>, &bytes).is(7);
    let metrics = route(254, &[put(Route::CACHEINFO, &[1; 8])]);
    assert!(netlink_families::rt_route::RouteView::parse(&metrics).unwrap().cacheinfo().unwrap().is_some());
}
