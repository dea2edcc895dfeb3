//! Bugs and weaknesses of nlink 0.33.

use crate::harness::{json, read};
use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use allocation_counter::measure;
use netlink_families::rt_link::{GetLink, Link, LinkView, RtextFilter};
use netlink_families::rt_route::Route;
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::error::DecodeErrorKind::{Length, Truncated};
use netlink_runtime::message::{Header, MessageRef};
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Interrupted, Socket};
use netlink_runtime::{AttrSet, EncodeError};
use serde_json::json;
use std::ops::ControlFlow;

/// Attributes that no field had been written for were dropped, and could not be got at.
#[test]
fn unknown_attributes_are_kept() {
    let bytes = link(&[attr(NEW, b"new!"), put(Link::IFNAME, b"lo\0")]);
    read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).is(text(b"lo")).exact();
    let unknown = Link::from_bytes(&bytes).unwrap().rest.unknown()[0].clone();
    assert_eq!((unknown.raw_type, unknown.payload), (NEW, b"new!".to_vec()));
    assert_eq!(json(Link::meta(), &bytes)["attrs"][0], json!([NEW, {"unknown": "6e657721"}]));
    let view = netlink_families::rt_link::LinkView::parse(&bytes).unwrap();
    assert_eq!(view.unknown().next().unwrap().payload, b"new!");
}

/// An attribute of the wrong size was skipped in silence, a broken header ended the message in
/// silence.
#[test]
fn wrong_sizes_are_errors() {
    read!(optional Link.mtu = MTU: Option<u32>, &link(&[put(Link::MTU, &[1, 2, 3, 4, 5])])).bad(Length, 0);
    let bytes = link(&[put(Link::IFNAME, b"lo\0"), lying(200, Link::MTU.id(), &[0; 4])]);
    read!(optional Link.mtu = MTU: Option<u32>, &bytes).bad(Truncated, 8);
    read!(optional Link.master = MASTER: Option<u32>, &bytes).bad(Truncated, 8);
}

/// What was not there read as 0 and "".
#[test]
fn missing_is_no_default() {
    read!(always Needed.id = ID: u32, &put(Needed::NAME, b"x\0")).missing(8);
    read!(always Needed.name = NAME: NlString, &word(Needed::ID, 7)).missing(8);
    let whole = [word(Needed::ID, 0), put(Needed::NAME, b"\0")].concat();
    read!(always Needed.id = ID: u32, &whole).is(0);
    read!(always Needed.name = NAME: NlString, &whole).is(text(b""));
    read!(optional Sample.id = ID: Option<u32>, &[]).absent();
    let error = NeededView::parse(&[]).unwrap().id().unwrap_err();
    assert_eq!(error.to_string(), "NEEDED_ID of Needed at offset 0: absent, though every message has it");
}

/// Message headers were read as little-endian, whatever the machine.
#[test]
fn headers_are_in_the_machines_order() {
    let bytes =
        [&24u32.to_ne_bytes()[..], &16u16.to_ne_bytes(), &2u16.to_ne_bytes(), &7u32.to_ne_bytes()].concat();
    let bytes = [bytes, 9u32.to_ne_bytes().to_vec(), word(Sample::ID, 3)].concat();
    let message = MessageRef::parse(&bytes).unwrap();
    let header = Header { len: 24, message_type: 16, flags: 2, sequence: 7, port: 9 };
    assert_eq!((message.header, header.to_bytes().as_slice()), (header, &bytes[..16]));
    read!(optional Sample.id = ID: Option<u32>, message.payload()).is(3);
    // Numbers that are big-endian everywhere are so here.
    read!(optional Sample.port = PORT: Option<u16>, &put(Sample::PORT, &[1, 2]))
        .is(258)
        .json(json!(258))
        .exact();
}

/// Errors had the offset of the attribute, and no name.
#[test]
fn errors_have_the_path_of_the_attribute() {
    let labels = put(netlink_families::lwtunnel::Mpls::DST, &[0; 3]);
    let attrs = [put(Route::ENCAP, &labels), put(Route::ENCAP_TYPE, &1u16.to_ne_bytes())];
    let offset = 16 + 12 + 4; // nlmsghdr, rtmsg, the nest's header
    let (mut socket, _) =
        scripted(vec![vec![kernel(&[error(1, -EINVAL, &attr(2, &(offset as u32).to_ne_bytes()))])]]);
    let get = Get { payload: route(254, &attrs), set: Some(Route::meta()), ..Get::default() };
    let text = socket.execute(get).unwrap_err().to_string();
    assert_eq!(text, "TEST_GET: EINVAL at RTA_ENCAP.MPLS_IPTUNNEL_DST");
}

/// Whether an attribute was too long to be written was checked in debug builds, or not at all.
#[test]
fn lengths_are_checked_in_every_build() {
    let mut bytes = vec![0; 65_532];
    let built = Sample::builder(Enc::new(Vec::new())).bytes(&bytes[..]).finish().end();
    assert_eq!(built, Err(EncodeError::TooLong { attr: Sample::BYTES.id() }));
    bytes.pop();
    assert!(Sample::builder(Enc::new(Vec::new())).bytes(&bytes[..]).finish().end().is_ok());
    let text = "x".repeat(65_531); // and a NUL
    let built = Sample::builder(Enc::new(Vec::new())).name(text.as_str()).finish().end();
    assert_eq!(built, Err(EncodeError::TooLong { attr: Sample::NAME.id() }));
}

/// The derive had no lists of nests, no numbered arrays, no sub-messages, no fixed headers, no
/// big-endian numbers, no structs, no flags.
#[test]
fn the_derive_has_every_kind_of_field() {
    let inner = |value| Inner { value: Some(value), ..Inner::default() };
    let sample = Sample {
        on: true,
        parts: vec![inner(1), inner(2)],
        list: Some(vec![3, 4]),
        kind: Some("nest".into()),
        data: Some(Data::Nest(Box::new(inner(5)))),
        net: Some(0x0102_0304),
        stats: Some(Stats { seen: 6, lost: 7, later: Some(8) }),
        members: Some(vec![(1, inner(9)), (4, inner(10))]),
        port: Some(443),
        ..Sample::default()
    };
    let bytes = sample.to_bytes().unwrap();
    assert_eq!(Sample::from_bytes(&bytes).unwrap(), sample);
    read!(flag Sample.on = ON: bool, &bytes).is(()).exact();
    read!(many Sample.parts = PARTS: Vec<Inner>, &bytes).is(&sample.parts);
    read!(optional Sample.list = LIST: Option<Vec<u16>>, &bytes).is([3, 4]);
    read!(sub Sample.data = DATA: Option<Data>, &bytes).is(inner(5));
    read!(optional Sample.net = NET: Option<u32>, &bytes).is(0x0102_0304);
    read!(optional Sample.stats = STATS: Option<Stats>, &bytes).is(sample.stats.unwrap());
    read!(indexed Sample.members = MEMBERS: Option<Vec<(u16, Inner)>>, &bytes).is(sample.members.unwrap());
    read!(optional Sample.port = PORT: Option<u16>, &bytes).is(443);
}

/// Four of nine ways to dump did not notice that the dump was inconsistent.
#[test]
fn every_way_to_dump_notices_an_interruption() {
    let torn = || vec![kernel(&[message(REPLY, DUMP_INTR, 1, PORT, b"torn"), done(1, 0)])];
    let interrupted = |result: Result<(), Error>| assert!(matches!(result, Err(Error::DumpInterrupted)));
    interrupted(play(torn()).1);

    let (mut socket, _) = scripted(vec![torn()]);
    let mut dump = socket.dump(Get::default()).unwrap();
    interrupted(dump.for_each(|_| Ok(ControlFlow::<()>::Continue(()))).map(drop));

    let builder = Socket::builder().interrupted(Interrupted::Report);
    let (mut socket, _) = scripted_with(builder, Protocol::Route, vec![torn()]);
    interrupted(socket.dump_all(Get::default(), |_| Ok(())).map(drop));

    let (mut socket, _) = scripted(vec![torn()]);
    let mut dump = socket.dump(Get::default()).unwrap();
    assert!(dump.next_message().unwrap().is_some());
    interrupted(dump.next_message().map(drop));

    let (mut socket, _) = scripted(vec![torn()]);
    let mut exchange = socket.raw_request(REPLY, 0x300, b"").unwrap();
    while exchange.next().unwrap().is_some() {}
    assert!(exchange.interrupted());
    drop(exchange);

    // On the last message alone, it counts as much.
    let done = message(DONE, MULTI | DUMP_INTR, 1, PORT, &[0; 4]);
    interrupted(play(vec![kernel(&[done])]).1);
}

/// An interrupted dump is made again: so did it, in one of its ways.
#[test]
fn an_interrupted_dump_is_made_again() {
    let torn = |seq| vec![kernel(&[message(REPLY, DUMP_INTR, seq, PORT, b"torn"), done(seq, 0)])];
    let script = vec![torn(1), torn(2), vec![kernel(&[reply(3, "a"), reply(3, "b"), done(3, 0)])]];
    let (mut socket, log) = scripted(script);
    let all = socket.dump_all(Get::default(), |text| Ok(text.to_owned())).unwrap();
    assert_eq!((all, log.lock().unwrap().sent.len()), (vec!["a".to_owned(), "b".to_owned()], 3));
}

/// A `sint` was read as unsigned.
#[test]
fn sint_is_signed() {
    for payload in [(-7i32).to_ne_bytes().to_vec(), (-7i64).to_ne_bytes().to_vec()] {
        let bytes = put(Sample::DELTA, &payload);
        read!(optional Sample.delta = DELTA: Option<i64>, &bytes).is(-7).json(json!(-7)).exact();
    }
    let built = Sample::builder(Enc::new(Vec::new())).delta(-7).finish().end().unwrap();
    assert_eq!(built, put(Sample::DELTA, &(-7i32).to_ne_bytes()));
}

/// A dump was held in memory, message by message.
#[test]
fn a_dump_is_not_held_in_memory() {
    let datagram: Vec<u8> = (0..50).flat_map(|_| reply(1, "a reply of some length")).collect();
    let mut datagrams = vec![kernel(&[datagram]); 100];
    datagrams.push(kernel(&[done(1, 0)]));
    let (mut socket, _) = scripted(vec![datagrams]);
    let mut dump = socket.dump(Get::default()).unwrap();
    dump.next().unwrap();
    let mut count = 1;
    let info = measure(|| {
        while dump.next().unwrap().is_some() {
            count += 1;
        }
    });
    assert_eq!((count, info.count_total), (5000, 0));
}

/// A listing of links, one of which has so many names that its message does not fit the kernel's
/// usual datagram, came out empty, without an error.
#[test]
fn a_dump_of_links_with_many_names_live() {
    if !netlink_tests::in_namespace("nlink::a_dump_of_links_with_many_names_live") {
        return;
    }
    let mut socket = rtnetlink();
    let mut name = 0;
    let mut add = |count| {
        for _ in 0..count {
            name += 1;
            add_name(&mut socket, &format!("{name:0>127}"));
        }
    };
    let names = |call| {
        let count = |link: LinkView<'_>| Ok(link.prop_list()?.map_or(0, |list| list.alt_ifname().count()));
        // A new socket, which has received nothing yet.
        rtnetlink().dump_all(call, count).unwrap()
    };
    add(90);
    assert_eq!(names(GetLink::dump()), [90]);
    // Beyond 32 KiB the kernel has to be told to measure first, which it does for any mask.
    add(300);
    let measured = GetLink::dump().with(|link| link.ext_mask(RtextFilter::SKIP_STATS));
    assert_eq!(names(measured), [390]);
}
