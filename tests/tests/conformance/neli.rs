//! Bugs and weaknesses of neli 0.7.5.

use crate::harness::read;
use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use allocation_counter::measure;
use netlink_families::common::Af;
use netlink_families::rt_link::{Link, LinkView, NewLink};
use netlink_families::rt_neigh::{Ndmsg, Neigh, NewNeigh};
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::collect::{Flow, collector};
use netlink_runtime::error::DecodeErrorKind::Truncated;
use netlink_runtime::message::{Header, NLM_F_CREATE};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event};
use netlink_runtime::types::Address;
use netlink_runtime::wire::{Attrs, align};
use netlink_runtime::{AttrSet, Reply, Request};

/// Every attribute was an allocation: 42 for a link.
#[test]
fn reading_allocates_nothing() {
    let bytes = link(&[put(Link::IFNAME, b"eth0\0"), word(Link::MTU, 1500), put(Link::ADDRESS, &[2; 6])]);

    #[derive(NetlinkMessage)]
    #[netlink(of = Link)]
    struct Row<'a> {
        ifname: NlStr<'a>,
        mtu: u32,
    }
    let sum = collector::<Link, u32>().on(Link::MTU, |sum, mtu| {
        *sum += mtu;
        Flow::Next
    });
    let info = measure(|| {
        let view = LinkView::parse(&bytes).unwrap();
        assert_eq!(view.ifname().unwrap().unwrap(), "eth0");
        assert_eq!(view.indexed().mtu(), Ok(Some(1500)));
        assert_eq!(view.address().unwrap().unwrap().as_bytes().len(), 6);
        assert_eq!(view.prop_list().map(|list| list.is_none()), Ok(true));
        let row: Row<'_> = view.project().unwrap();
        assert_eq!((row.ifname.to_str(), row.mtu), (Ok("eth0"), 1500));
        let mut total = 0;
        sum.run(view, &mut total).unwrap();
        assert_eq!(total, 1500);
    });
    assert_eq!(info.count_total, 0);
}

/// A message that was cut gave nothing but an error.
#[test]
fn a_cut_message_keeps_what_came_before() {
    let bytes = link(&[put(Link::IFNAME, b"eth0\0"), word(Link::MTU, 1500), put(Link::ADDRESS, &[2; 6])]);
    let cut = &bytes[..bytes.len() - 4];
    read!(optional Link.ifname = IFNAME: Option<NlString>, cut).despite(text(b"eth0"), Truncated, 20);
    read!(optional Link.mtu = MTU: Option<u32>, cut).despite(1500, Truncated, 20);
    read!(optional Link.address = ADDRESS: Option<HwAddr>, cut).bad(Truncated, 20);
}

/// Errors said their number alone, not the attribute.
#[test]
fn errors_name_the_attribute() {
    let payload = link(&[put(Link::IFNAME, b"lo\0"), put(Link::MTU, &[1, 2])]);
    let offset = 16 + 16 + 8; // nlmsghdr, ifinfomsg, the name
    let tlvs =
        [attr(1, b"Attribute failed policy validation\0"), attr(2, &(offset as u32).to_ne_bytes())].concat();
    let (mut socket, _) = scripted(vec![vec![kernel(&[error(1, -34, &tlvs)])]]);
    let error = refused(socket.execute(Get { payload, set: Some(Link::meta()), ..Get::default() }));
    assert_eq!(error.attr_path.as_deref(), Some("IFLA_MTU"));
    assert_eq!(error.to_string(), "TEST_GET: ERANGE at IFLA_MTU: Attribute failed policy validation");
}

/// The code in `NLMSG_DONE` was read, and made no error.
#[test]
fn a_code_in_done_is_an_error() {
    let (got, end) = play(vec![kernel(&[reply(1, "a"), done(1, -EINVAL)])]);
    assert_eq!((got, refused(end).errno), (vec!["a".to_owned()], EINVAL));
    // A positive one is a length, and an empty one is fine.
    for code in [&7i32.to_ne_bytes()[..], b""] {
        play(vec![kernel(&[message(DONE, MULTI, 1, PORT, code)])]).1.unwrap();
    }
}

/// Notifications whose port or sequence number was none of ours, as those of routes and of nl80211
/// are, were dropped.
#[test]
fn notifications_of_any_port_and_sequence_are_given() {
    let cases = [(0, 0), (7, 0), (0, 1234), (7, 1234), (1, PORT), (2, PORT)];
    let news = cases.map(|(seq, port)| multicast(1, &[message(REPLY, 0, seq, port, b"news")]));
    let answer = [kernel(&[reply(1, "answer")]), kernel(&[ack(1)])];
    let (mut socket, _) = scripted(vec![news.into_iter().chain(answer).collect()]);
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "answer");
    let mut seen = Vec::new();
    while let Some(event) = socket.try_receive().unwrap() {
        let Event::Notification { group: 1, message, .. } = event else { panic!("{event:?}") };
        seen.push((message.header.sequence, message.header.port));
    }
    assert_eq!(seen, cases);
}

/// The iterator over replies waited for ever for an end that had been lost.
#[test]
fn an_end_that_is_lost_is_not_waited_for() {
    let (got, end) = play(vec![kernel(&[reply(1, "a")]), Step::Errno(ENOBUFS)]);
    assert_eq!(got, ["a"]);
    assert!(matches!(end, Err(Error::Overrun)), "{end:?}");
}

/// After an error, what came next was read from where the failed message had been left.
#[test]
fn a_socket_goes_on_after_an_error() {
    let mut broken = [reply(1, "a"), reply(1, "b")].concat();
    broken[20] = 7; // the second message's length
    let (mut socket, _) = scripted(vec![
        vec![kernel(&[broken]), kernel(&[error(1, -EINVAL, &[])])],
        vec![kernel(&[reply(2, "c"), done(2, 0)])],
    ]);
    let mut dump = socket.dump(Get::default()).unwrap();
    assert_eq!(dump.next().unwrap(), Some("a"));
    assert!(matches!(dump.next(), Err(Error::Malformed(_))));
    assert_eq!(refused(dump.next()).errno, EINVAL);
    drop(dump);
    assert_eq!(crate::sockets::dump(&mut socket).0, ["c"]);
}

/// Attribute lengths counted their padding.
#[test]
fn lengths_do_not_count_padding() {
    let built = Sample::builder(Enc::new(Vec::new())).name("abcde").tiny(1).inner(|i| i.kind("x"));
    let bytes = built.finish().end().unwrap();
    let attrs: Vec<_> = Attrs::new(&bytes).iter(Sample::meta()).map(Result::unwrap).collect();
    let lens: Vec<_> = attrs.iter().map(|a| (a.id(), a.payload.len(), a.offset)).collect();
    assert_eq!(lens, [(2, 6, 0), (19, 1, 12), (7, 8, 20)]);
    assert_eq!(attrs[2].payload[..2], 6u16.to_ne_bytes());
    assert_eq!(bytes.len(), 32);
}

/// The kernel complained of bytes left over after the attributes of a request.
#[test]
fn requests_have_no_bytes_left_over() {
    let request = NewLink::request().with(|link| link.ifname("abc").mtu(1500).linkinfo(|i| i.kind("dummy")));
    let (mut socket, log) = scripted(vec![vec![kernel(&[ack(1)])]]);
    socket.execute(request.flags(NLM_F_CREATE)).unwrap();
    let sent = log.lock().unwrap().sent[0].clone();
    assert_eq!(Header::parse(&sent).unwrap().len as usize, sent.len());
    let mut rest = &sent[16 + 16..];
    let mut types = Vec::new();
    while rest.len() >= 4 {
        types.push(u16::from_ne_bytes([rest[2], rest[3]]) & 0x3fff);
        rest = &rest[align(usize::from(u16::from_ne_bytes([rest[0], rest[1]]).max(4)))..];
    }
    assert_eq!((types, rest.len()), (vec![3, 4, 18], 0));
    assert!(NewLink::request().set().is_some());
}

/// The notification of a new neighbour could not be read.
#[test]
fn the_notification_of_a_new_neighbour() {
    let header = Ndmsg { ndm_family: Af::INET, ndm_ifindex: 3, ..Ndmsg::default() };
    let attrs = [
        put(Neigh::DST, &[192, 168, 148, 181]),
        put(Neigh::LLADDR, &[0xca, 0xbd, 0x31, 0xde, 0xdc, 0xc7]),
        word(Neigh::PROBES, 0),
        put(Neigh::CACHEINFO, &[1; 16]),
        put(Neigh::PROTOCOL, &[4]),
        attr(NEW, b"from a later kernel"),
    ];
    let bytes = payload::<Neigh>(header, &attrs);
    read!(optional Neigh.dst = DST: Option<Address>, &bytes)
        .is(Address::from(Ipv4Addr::new(192, 168, 148, 181)))
        .json("192.168.148.181".into())
        .exact();
    read!(optional Neigh.lladdr = LLADDR: Option<HwAddr>, &bytes).json("ca:bd:31:de:dc:c7".into());
    read!(optional Neigh.probes = PROBES: Option<u32>, &bytes).is(0);
    // One that has failed has no link-layer address.
    let failed = payload::<Neigh>(header, &[attrs[0].clone(), put(Neigh::LLADDR, b"")]);
    read!(optional Neigh.lladdr = LLADDR: Option<HwAddr>, &failed).is(HwAddr::new(&[]).unwrap()).exact();

    let news = message(28, 0, 0, 0, &bytes);
    let (mut socket, _) = scripted(vec![vec![multicast(3, &[news]), kernel(&[ack(1)])]]);
    socket.execute(Get::default()).unwrap();
    let Event::Notification { group: 3, message, .. } = socket.receive().unwrap() else {
        panic!("it is lost")
    };
    assert!(NewNeigh::accepts(message.header.message_type));
    assert_eq!(NewNeigh::view(message.payload()).unwrap().header().ndm_ifindex, 3);
}

/// Datagrams of more than 32 KiB were cut in silence.
#[test]
fn datagrams_of_more_than_32_kib() {
    let long = "x".repeat(50_000);
    let (got, end) = play(vec![kernel(&[reply(1, &long), done(1, 0)])]);
    assert_eq!(got, [long]);
    end.unwrap();
}
