//! Robustness cases that every layer has to pass: what concerns messages and sockets. Each was seen
//! at another library.

use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use netlink_families::common::{Af, RouteFamily};
use netlink_families::rt_addr::{Ifaddrmsg, NewAddr};
use netlink_families::rt_link::{Ifinfomsg, Link, LinkView, NewLink};
use netlink_families::rt_route::{GetRoute, Rtmsg};
use netlink_runtime::collect::{Flow, Outcome, collector};
use netlink_runtime::extack::Ack;
use netlink_runtime::message::{MessageRef, Messages, NLM_F_CREATE, NLM_F_EXCL};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Socket};
use netlink_runtime::{AttrSet, Reply};
use std::time::Duration;

/// Message headers that say less than their own 16 bytes, or more than is there, were followed; a
/// length that is no multiple of 4 shifted the next message.
#[test]
fn b_message_lengths_below_16_beyond_the_end_and_unaligned() {
    for len in [0u32, 3, 15, 21, u32::MAX] {
        let mut evil = message(REPLY, MULTI, 1, PORT, b"evil");
        evil[..4].copy_from_slice(&len.to_ne_bytes());
        let datagram = [reply(1, "good"), evil].concat();
        let seen: Vec<_> = Messages::new(&datagram).take(9).collect();
        assert_eq!(seen[0].unwrap().payload(), b"good");
        assert_eq!(seen[1].unwrap_err().length, Some(len));
        assert_eq!(seen.len(), 2, "{len}");

        let (mut socket, _) =
            scripted(vec![vec![kernel(&[datagram]), kernel(&[reply(1, "more"), done(1, 0)])]]);
        let mut dump = socket.dump(Get::default()).unwrap();
        assert_eq!(dump.next().unwrap(), Some("good"));
        assert!(matches!(dump.next(), Err(Error::Malformed(e)) if e.offset == 20));
        assert_eq!(dump.next().unwrap(), Some("more"));
        assert_eq!(dump.next().unwrap(), None);
    }
    let odd = message(REPLY, MULTI, 1, PORT, b"a"); // 17 bytes and 3 of padding
    let (got, end) = play(vec![kernel(&[odd.clone(), odd, done(1, 0)])]);
    assert_eq!(got, ["a", "a"]);
    end.unwrap();
}

/// A dump that failed half-way ended like a whole one: the code and the text in `NLMSG_DONE` were not
/// looked at.
#[test]
fn f_done_with_an_error_and_its_text() {
    let text = [(-EINVAL).to_ne_bytes().to_vec(), attr(1, b"Invalid table\0")].concat();
    let end = message(DONE, MULTI | ACK_TLVS, 1, PORT, &text);
    let (got, end) = play(vec![kernel(&[reply(1, "a"), end])]);
    assert_eq!(got, ["a"]);
    let error = refused(end);
    assert_eq!((error.errno, error.message.as_deref()), (EINVAL, Some("Invalid table")));
    assert_eq!(error.to_string(), "TEST_GET: EINVAL: Invalid table");
}

/// An error without a copy of the request: the attributes stand right after the request's header,
/// whose length is that of the whole request.
#[test]
fn g_a_capped_error_with_its_text() {
    let (got, end) = play(vec![kernel(&[error(1, -EINVAL, &attr(1, b"no\0"))])]);
    assert!(got.is_empty());
    assert_eq!(refused(end).message.as_deref(), Some("no"));

    // And one that has the copy.
    let sent = message(REPLY, 5, 1, PORT, b"seventeen bytes..");
    let payload = [&(-EINVAL).to_ne_bytes()[..], &sent, &attr(1, b"no\0")].concat();
    let (_, end) = play(vec![kernel(&[message(ERROR, ACK_TLVS, 1, PORT, &payload)])]);
    assert_eq!(refused(end).message.as_deref(), Some("no"));
}

/// What an attribute is missing, and where, was unknown to peers, some of which failed on it.
#[test]
fn h_a_missing_attribute_and_its_nest() {
    let payload = link(&[put(Link::LINKINFO, b"")]);
    let nest = 16u32 + 16; // nlmsghdr and ifinfomsg
    let tlvs = [attr(5, &1u32.to_ne_bytes()), attr(6, &nest.to_ne_bytes())].concat();
    let (mut socket, _) = scripted(vec![vec![kernel(&[error(1, -EINVAL, &tlvs)])]]);
    let get = Get { payload, set: Some(Link::meta()), ..Get::default() };
    let error = refused(socket.execute(get));
    let missing = error.missing.clone().unwrap();
    assert_eq!((missing.attr, missing.nest_offset), (1, Some(nest)));
    assert_eq!(missing.path.as_deref(), Some("IFLA_LINKINFO.IFLA_INFO_KIND"));
    assert_eq!(error.to_string(), "TEST_GET: EINVAL (missing: IFLA_LINKINFO.IFLA_INFO_KIND)");
}

/// The same by the running kernel: a request of ethtool without its header.
#[test]
fn h_a_missing_attribute_live() {
    let mut generic = Socket::open(netlink_runtime::Protocol::Generic).unwrap();
    let id = match generic.family("ethtool") {
        Ok(family) => family.id,
        Err(e) => {
            return netlink_tests::skip("requirements_messages::h_a_missing_attribute_live", &e.to_string());
        }
    };
    let mut exchange = generic.raw_request(id, 0, &[15, 1, 0, 0]).unwrap(); // ETHTOOL_MSG_RINGS_GET
    let bytes = exchange.next().unwrap().unwrap().bytes().to_vec();
    let ack = Ack::parse(MessageRef::parse(&bytes).unwrap()).unwrap();
    assert_eq!((ack.errno(), ack.missing_attr(), ack.missing_nest()), (EINVAL, Some(1), None));
}

/// A reply in which nothing of a datagram was wanted ended there.
#[test]
fn i_a_filter_that_rejects_a_whole_datagram() {
    let link = |index| {
        let header = Ifinfomsg { ifi_index: index, ..Ifinfomsg::default() };
        let attrs = [put(Link::IFNAME, format!("if{index}\0").as_bytes())];
        message(REPLY, MULTI, 1, PORT, &payload::<Link>(header, &attrs))
    };
    let news = multicast(1, &[message(REPLY, 0, 0, 0, b"news")]);
    let datagrams = vec![
        kernel(&[link(1), link(2)]),
        kernel(&[]),
        news,
        kernel(&[message(1, 0, 1, PORT, b"")]), // NLMSG_NOOP
        kernel(&[link(3)]),
        kernel(&[link(4), done(1, 0)]),
    ];
    let (mut socket, _) = scripted(vec![datagrams]);
    let wanted = collector::<Link, Vec<String>>()
        .first(|_, link| if link.header().ifi_index < 4 { Flow::Reject } else { Flow::Next })
        .on(Link::IFNAME, |names, name| {
            names.push(name.to_string());
            Flow::Next
        });
    let (mut names, mut rejected) = (Vec::new(), 0);
    let mut dump = socket.dump(Get::default()).unwrap();
    while let Some(message) = dump.next_message().unwrap() {
        let view = LinkView::parse(message.payload()).unwrap();
        rejected += u32::from(wanted.run(view, &mut names).unwrap() == Outcome::Rejected);
    }
    assert_eq!((names, rejected), (vec!["if4".to_owned()], 3));
}

/// After a dump that nobody read to its end, the next one was refused as busy.
#[test]
fn j_an_abandoned_dump_and_then_another() {
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[reply(1, "a"), reply(1, "b")]), kernel(&[reply(1, "c")]), kernel(&[done(1, 0)])],
        vec![kernel(&[reply(2, "new"), done(2, 0)])],
    ]);
    assert_eq!(socket.dump(Get::default()).unwrap().next().unwrap(), Some("a"));
    let (got, end) = dump(&mut socket);
    assert_eq!(got, ["new"]);
    end.unwrap();
    assert_eq!(log.lock().unwrap().received_before, [0, 3], "sent while the first dump ran");
}

/// The same by the running kernel, whose dumps of 2,000 routes take many datagrams.
#[test]
fn j_an_abandoned_dump_live() {
    if !netlink_tests::in_namespace("requirements_messages::j_an_abandoned_dump_live") {
        return;
    }
    netlink_tests::ip("link set lo up");
    let batch: String =
        (0..2000).map(|n| format!("route add 10.0.{}.{}/32 dev lo\n", n / 250, n % 250)).collect();
    let path = std::env::temp_dir().join(format!("netlink-routes-{}", std::process::id()));
    std::fs::write(&path, batch).unwrap();
    netlink_tests::ip(&format!("-batch {}", path.display()));
    std::fs::remove_file(&path).unwrap();
    let mut socket = rtnetlink();
    let header = Rtmsg { rtm_family: RouteFamily::INET, ..Rtmsg::default() };
    let routes = || GetRoute::dump().with(|route| route.header(header));
    for _ in 0..3 {
        assert!(socket.dump(routes()).unwrap().next().unwrap().is_some());
        let all = socket.dump_all(routes(), |route| route.oif()).unwrap();
        assert!(all.len() >= 2000, "{} routes", all.len());
        assert!(socket.dump(routes()).unwrap().next().unwrap().is_some());
        let lo = socket.get(get_link(LOOPBACK)).unwrap();
        assert_eq!(lo.view().unwrap().ifname().unwrap().unwrap(), "lo");
    }
}

/// The notification of an own request, which bears its sequence number and port, was taken for its
/// reply.
#[test]
fn k_a_notification_with_the_sequence_of_an_own_request() {
    let news = message(REPLY, 0, 1, PORT, b"news");
    let (mut socket, _) =
        scripted(vec![vec![multicast(1, &[news]), kernel(&[reply(1, "answer")]), kernel(&[ack(1)])]]);
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "answer");
    let Event::Notification { group, message, .. } = socket.receive().unwrap() else { panic!("it is lost") };
    assert_eq!((group, message.payload()), (1, &b"news"[..]));
}

/// The same by the running kernel.
#[test]
fn k_a_notification_live() {
    if !netlink_tests::in_namespace("requirements_messages::k_a_notification_live") {
        return;
    }
    const RTNLGRP_IPV4_IFADDR: u32 = 5;
    let mut socket = rtnetlink();
    socket.set_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.join(RTNLGRP_IPV4_IFADDR).unwrap();
    let header = Ifaddrmsg { ifa_family: Af::INET, ifa_prefixlen: 8, ifa_index: 1, ..Ifaddrmsg::default() };
    let local = Ipv4Addr::new(127, 0, 1, 1);
    let request = NewAddr::request().with(|a| a.header(header).local(IpAddr::from(local)));
    socket.execute(request.flags(NLM_F_CREATE | NLM_F_EXCL)).unwrap();
    let (port, sequence) = (socket.port(), 1);
    let Event::Notification { group, message, .. } = socket.receive().unwrap() else { panic!("it is lost") };
    assert_eq!((group, message.header.sequence, message.header.port), (RTNLGRP_IPV4_IFADDR, sequence, port));
    assert!(NewAddr::accepts(message.header.message_type) && !NewLink::accepts(message.header.message_type));
}

/// Of a packet with several messages, only the first was decoded.
#[test]
fn p_several_messages_in_one_packet() {
    let packet = [reply(1, "a"), reply(1, "bcd"), reply(1, "e"), done(1, 0)].concat();
    let types: Vec<_> = Messages::new(&packet).map(|m| m.unwrap().header.message_type).collect();
    assert_eq!(types, [REPLY, REPLY, REPLY, DONE]);
    let (got, end) = play(vec![kernel(&[packet])]);
    assert_eq!(got, ["a", "bcd", "e"]);
    end.unwrap();
    // Between them stands what is not of this reply, by its sequence number or by its port.
    let others = [message(REPLY, MULTI, 9, PORT, b"f"), message(REPLY, MULTI, 1, PORT + 1, b"g")].concat();
    let (got, end) = play(vec![kernel(&[reply(1, "a"), others, reply(1, "bcd"), done(1, 0)])]);
    assert_eq!(got, ["a", "bcd"]);
    end.unwrap();
}
