//! Flaws of netlinklib, and what it did right and had to be kept.

use crate::harness::{Heard, read};
use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use netlink_families::common::{RouteFamily, RouteTable};
use netlink_families::lwtunnel::{Encap, EncapView, Mpls};
use netlink_families::rt_link::{Link, LinkInfo, LinkView, PropList};
use netlink_families::rt_route::{GetRoute, Nexthop, Route, RouteView, Rtmsg, Rtnexthop};
use netlink_runtime::AttrSet;
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::collect::{Flow, Outcome, collector};
use netlink_runtime::error::DecodeErrorKind::{Record, Truncated};
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::Error;
use netlink_runtime::types::Label;
use netlink_runtime::wire::NESTED;

/// An attribute of length 0 was read for ever.
#[test]
fn an_attribute_of_length_0_ends_the_stream() {
    let bytes = link(&[put(Link::IFNAME, b"lo\0"), lying(0, Link::MTU.id(), &[0; 4])]);
    read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).despite(text(b"lo"), Truncated, 8);
    read!(optional Link.mtu = MTU: Option<u32>, &bytes).bad(Truncated, 8);
    read!(optional Link.master = MASTER: Option<u32>, &bytes).bad(Truncated, 8);
}

/// `IFLA_PROP_LIST` and every other attribute that has `NLA_F_NESTED` set was never found.
#[test]
fn the_nested_bit_does_not_hide_an_attribute() {
    let names = [put(PropList::ALT_IFNAME, b"a\0"), put(PropList::ALT_IFNAME, b"b\0")].concat();
    let bytes = link(&[attr(Link::PROP_LIST.id() | NESTED, &names)]);
    let mut list = PropList::default();
    list.alt_ifname = vec!["a".into(), "b".into()];
    read!(optional Link.prop_list = PROP_LIST: Option<PropList>, &bytes).is(list).exact();
}

/// An integer of which one byte was there was read as that byte.
#[test]
fn a_length_beyond_the_message_is_no_short_value() {
    let cut = |ty, len: u16| [word(Sample::ID, 7), lying(len, ty, b"x").split_at(5).0.to_vec()].concat();
    read!(optional Sample.level = LEVEL: Option<i32>, &cut(Sample::LEVEL.id(), 8)).bad(Truncated, 8);
    read!(optional Sample.name = NAME: Option<NlString>, &cut(Sample::NAME.id(), 8)).bad(Truncated, 8);
    read!(optional Sample.bytes = BYTES: Option<Vec<u8>>, &cut(Sample::BYTES.id(), 6)).bad(Truncated, 8);
    read!(optional Sample.mac = MAC: Option<HwAddr>, &cut(Sample::MAC.id(), 10)).bad(Truncated, 8);
    read!(optional Sample.inner = INNER: Option<Inner>, &cut(Sample::INNER.id(), 12)).bad(Truncated, 8);
    read!(flag Sample.on = ON: bool, &cut(Sample::ON.id(), 6)).bad(Truncated, 8);
    read!(many Sample.numbers = NUMBERS: Vec<u32>, &cut(Sample::NUMBERS.id(), 8)).bad(Truncated, 8);
    // As long as it says, it is a value.
    read!(optional Sample.bytes = BYTES: Option<Vec<u8>>, &cut(Sample::BYTES.id(), 5)).is(*b"x");
}

/// A name that is not ASCII was an exception.
#[test]
fn names_need_not_be_ascii() {
    for name in ["straße\0".as_bytes(), b"caf\xe9\0"] {
        let bytes = link(&[put(Link::IFNAME, name)]);
        read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).is(text(name)).exact();
    }
    let bytes = link(&[put(Link::IFNAME, b"caf\xe9\0")]);
    assert_eq!(LinkView::parse(&bytes).unwrap().ifname().unwrap().unwrap().to_string(), "caf\u{fffd}");
}

/// Of an attribute that stood twice, the last was taken.
#[test]
fn the_first_of_two_counts() {
    let bytes = link(&[word(Link::MTU, 1500), put(Link::IFNAME, b"a\0"), word(Link::MTU, 9000)]);
    read!(optional Link.mtu = MTU: Option<u32>, &bytes).is(1500).exact();
}

/// One to three bytes after the last attribute failed the message.
#[test]
fn stray_bytes_at_the_end() {
    for stray in 1..4 {
        let bytes = [link(&[word(Link::MTU, 1500)]), vec![0xff; stray]].concat();
        read!(optional Link.mtu = MTU: Option<u32>, &bytes).is(1500);
        read!(optional Link.master = MASTER: Option<u32>, &bytes).absent();
    }
}

/// A path of a multipath route with length 0 was read for ever, and unaligned ones shifted the next.
#[test]
fn paths_of_length_0_and_unaligned_ones() {
    let hop = |rtnh_len: u16, attrs: &[Vec<u8>]| {
        payload::<Nexthop>(
            Rtnexthop { rtnh_len, rtnh_ifindex: rtnh_len.into(), ..Rtnexthop::default() },
            attrs,
        )
    };
    let bytes = route(254, &[put(Route::MULTIPATH, &hop(0, &[]))]);
    read!(records Route.multipath = MULTIPATH: Option<Vec<Nexthop>>, &bytes).bad(Record, 0);
    let bytes = route(254, &[put(Route::MULTIPATH, &[hop(14, &[attr(NEW, b"ab")]), hop(8, &[])].concat())]);
    let view = RouteView::parse(&bytes).unwrap();
    let indices: Vec<_> =
        view.multipath().unwrap().unwrap().map(|hop| hop.unwrap().header().rtnh_ifindex).collect();
    assert_eq!(indices, [14, 8]);
}

/// Its signed integers were unsigned: -1 was 4294967295.
#[test]
fn signed_integers_are_signed() {
    let bytes = [put(Sample::LEVEL, &(-1i32).to_ne_bytes()), put(Sample::TINY, &[0x80])].concat();
    read!(optional Sample.level = LEVEL: Option<i32>, &bytes).is(-1).json((-1).into()).exact();
    read!(optional Sample.tiny = TINY: Option<i8>, &bytes).is(-128).json((-128).into()).exact();
}

/// A nest of nothing, and a flag, were not sent.
#[test]
fn nothing_can_be_sent() {
    let built = Link::builder(Enc::new(Vec::new())).linkinfo(|info| info).finish().end().unwrap();
    assert_eq!(built[16..], attr(Link::LINKINFO.id() | NESTED, b""));
    let built = Sample::builder(Enc::new(Vec::new())).on().finish().end().unwrap();
    assert_eq!(built, put(Sample::ON, b""));
}

/// A dump that the kernel refused in `NLMSG_DONE` was an empty list.
#[test]
fn a_refused_dump_is_no_empty_list() {
    let (got, end) = play(vec![kernel(&[done(1, -EINVAL)])]);
    assert!(got.is_empty());
    assert_eq!(refused(end).errno, EINVAL);
}

/// An inconsistent dump was told after all results had been given: so it is here, and collecting
/// begins anew.
#[test]
fn an_inconsistent_dump_is_told_after_the_results() {
    let torn = message(REPLY, MULTI | DUMP_INTR, 1, PORT, b"torn");
    let (got, end) = play(vec![kernel(&[torn, reply(1, "b"), done(1, 0)])]);
    assert_eq!(got, ["torn", "b"]);
    assert!(matches!(end, Err(Error::DumpInterrupted)));
}

/// Only one datagram was read of a reply, so that its acknowledgement was the answer to the next
/// request.
#[test]
fn a_reply_and_its_acknowledgement_belong_together() {
    let (mut socket, _) = scripted(vec![
        vec![kernel(&[reply(1, "first")]), kernel(&[ack(1)])],
        vec![kernel(&[reply(2, "second")]), kernel(&[ack(2)])],
    ]);
    for want in ["first", "second"] {
        assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), want);
    }
    assert!(socket.try_receive().unwrap().is_none());
}

/// Neither sequence numbers nor ports were looked at; the sequence number was always the same.
#[test]
fn sequence_and_port_tie_replies_to_requests() {
    let stale = |seq, port| kernel(&[message(REPLY, MULTI, seq, port, b"not ours")]);
    let forged = Step::Datagram(
        [reply(2, "forged"), done(2, 0)].concat(),
        netlink_runtime::socket::Source { port: 9, group: 0, namespace: None },
    );
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[ack(1)])],
        vec![stale(1, PORT), stale(2, PORT + 1), forged, kernel(&[reply(2, "a"), done(2, 0)])],
    ]);
    socket.execute(Get::default()).unwrap();
    let (got, end) = dump(&mut socket);
    assert_eq!(got, ["a"]);
    end.unwrap();
    let log = log.lock().unwrap();
    assert_eq!((log.sent(0).2, log.sent(1).2), (1, 2));
}

/// The encapsulation of a route, which stands before its type, was left out of its results.
#[test]
fn an_encapsulation_before_its_type() {
    let labels = put(Mpls::DST, &Label::new(100).bits().to_be_bytes());
    let bytes = route(254, &[put(Route::ENCAP, &labels), put(Route::ENCAP_TYPE, &1u16.to_ne_bytes())]);
    let seen = collector::<Route, Vec<String>>().on(Route::ENCAP, |seen, encap| {
        if let EncapView::Mpls(mpls) = encap {
            seen.push(format!("{:?}", mpls.dst()));
        }
        Flow::Next
    });
    let mut labels = Vec::new();
    seen.run(RouteView::parse(&bytes).unwrap(), &mut labels).unwrap();
    assert_eq!(labels, ["Ok(Some(100))"]);
    let mut mpls = Mpls::default();
    mpls.dst = Some(LabelStack(vec![Label::new(100)]));
    read!(sub Route.encap = ENCAP: Option<Encap>, &bytes).is(mpls).exact();
}

/// What the header says is enough to reject a message, before any attribute is looked at.
#[test]
fn rejecting_by_the_header_touches_no_attribute() {
    let broken = route(254, &[lying(3, 1, b"")]);
    let local = collector::<Route, u32>()
        .first(
            |_, route| if route.header().rtm_table == RouteTable::LOCAL { Flow::Next } else { Flow::Reject },
        )
        .on(Route::OIF, |oif, value| {
            *oif = value;
            Flow::Next
        });
    let mut oif = 0;
    assert_eq!(local.run(RouteView::parse(&broken).unwrap(), &mut oif), Ok(Outcome::Rejected));
    let bytes = route(255, &[word(Route::OIF, 3)]);
    assert_eq!(local.run(RouteView::parse(&bytes).unwrap(), &mut oif), Ok(Outcome::Kept));
    assert_eq!(oif, 3);
    let broken = route(255, &[lying(3, 1, b"")]);
    assert_eq!(local.run(RouteView::parse(&broken).unwrap(), &mut oif).unwrap_err().kind, Truncated);
}

/// Attributes that nobody wants are jumped over: nothing in them is decoded.
#[test]
fn unwanted_attributes_are_not_read() {
    let bad = [put(Link::MTU, &[1]), put(Link::LINKINFO, &lying(3, 1, b"")), put(Link::ADDRESS, &[0; 40])];
    let bytes = link(&[bad.concat(), put(Link::IFNAME, b"lo\0")]);
    let view = LinkView::parse(&bytes).unwrap();

    #[derive(NetlinkMessage)]
    #[netlink(of = Link)]
    struct Name<'a> {
        ifname: &'a str,
    }
    assert_eq!(view.project::<Name<'_>>().unwrap().ifname, "lo");
    let names = collector::<Link, Heard>().on(Link::IFNAME, |heard, name| {
        heard.put(name);
        Flow::Next
    });
    let mut heard = Heard::default();
    assert_eq!(names.run(view, &mut heard), Ok(Outcome::Kept));
    assert_eq!(heard.values, ["\"lo\""]);
}

/// Whether a nest is entered is up to what was seen so far, and so is who reads it.
#[test]
fn a_nest_is_entered_if_the_accumulator_says_so() {
    type Seen = (String, Vec<u32>);
    let value = || {
        collector().on(Inner::VALUE, |(_, values): &mut Seen, value| {
            values.push(value);
            Flow::Next
        })
    };
    let tenfold = collector().on(Inner::VALUE, |(_, values): &mut Seen, value| {
        values.push(10 * value);
        Flow::Next
    });
    let kinds = collector::<Sample, Seen>()
        .on(Sample::KIND, |(kind, _), name| {
            kind.push_str(&name.to_string());
            Flow::Next
        })
        .inside_if(Sample::INNER, |(kind, _)| kind == "plain", value())
        .inside_if(Sample::INNER, |(kind, _)| kind == "tenfold", tenfold);
    let read = |kind: &[u8]| {
        let bytes = [put(Sample::KIND, kind), put(Sample::INNER, &word(Inner::VALUE, 7))].concat();
        let mut seen = Seen::default();
        assert_eq!(kinds.run(SampleView::parse(&bytes).unwrap(), &mut seen), Ok(Outcome::Kept));
        seen.1
    };
    assert_eq!((read(b"plain\0"), read(b"tenfold\0"), read(b"other\0")), (vec![7], vec![70], vec![]));
}

/// A collector can drop one message, leave one set, or end it all.
#[test]
fn stopping_means_one_message_or_all() {
    let links = collector::<Link, Vec<String>>()
        .on(Link::IFNAME, |names, name| {
            names.push(name.to_string());
            match names.len() {
                3 => Flow::End,
                _ => Flow::Next,
            }
        })
        .inside(
            Link::LINKINFO,
            collector::<LinkInfo, Vec<String>>()
                .on(LinkInfo::KIND, |_, kind| if kind == "veth" { Flow::Reject } else { Flow::Leave })
                .on(LinkInfo::SLAVE_KIND, |names, _| {
                    names.clear(); // never: the set has been left
                    Flow::Next
                }),
        )
        .on(Link::MTU, |names, mtu| {
            names.push(mtu.to_string());
            Flow::Next
        });
    let info = |kind: &[u8]| {
        put(Link::LINKINFO, &[put(LinkInfo::KIND, kind), put(LinkInfo::SLAVE_KIND, b"bridge\0")].concat())
    };
    let mut names = Vec::new();
    let mut run = |attrs: &[Vec<u8>]| links.run(LinkView::parse(&link(attrs)).unwrap(), &mut names).unwrap();
    assert_eq!(run(&[info(b"veth\0"), word(Link::MTU, 1)]), Outcome::Rejected);
    assert_eq!(run(&[put(Link::IFNAME, b"a\0"), info(b"dummy\0"), word(Link::MTU, 2)]), Outcome::Kept);
    assert_eq!(run(&[put(Link::IFNAME, b"b\0"), word(Link::MTU, 3)]), Outcome::Ended);
    assert_eq!(names, ["a", "2", "b"]);
}

/// Routes of tables above 255 could not be selected: the header was compared, which says 252.
#[test]
fn tables_above_255_can_be_selected() {
    let of_1000 = collector::<Route, Vec<u32>>()
        .on(Route::TABLE, |_, table| if table == RouteTable(1000) { Flow::Next } else { Flow::Reject })
        .on(Route::OIF, |oifs, oif| {
            oifs.push(oif);
            Flow::Next
        });
    let mut oifs = Vec::new();
    for (header, table, oif) in [(252, 1000, 1), (254, 254, 2), (252, 1001, 3), (252, 1000, 4)] {
        let bytes = route(header, &[word(Route::TABLE, table), word(Route::OIF, oif)]);
        of_1000.run(RouteView::parse(&bytes).unwrap(), &mut oifs).unwrap();
    }
    assert_eq!(oifs, [1, 4]);
}

/// The same by the running kernel, selected there and here.
#[test]
fn tables_above_255_live() {
    if !netlink_tests::in_namespace("netlinklib::tables_above_255_live") {
        return;
    }
    netlink_tests::ip("link set lo up");
    netlink_tests::ip("route add 10.1.0.0/16 dev lo table 1000");
    netlink_tests::ip("route add 10.2.0.0/16 dev lo table 77");
    let mut socket = rtnetlink();
    let header = Rtmsg { rtm_family: RouteFamily::INET, ..Rtmsg::default() };
    let tables = |route: RouteView<'_>| Ok((route.header().rtm_table, route.table()?));
    let all = socket.dump_all(GetRoute::dump().with(|r| r.header(header)), tables).unwrap();
    assert!(all.contains(&(RouteTable::COMPAT, Some(RouteTable(1000)))), "{all:?}");
    let call = GetRoute::dump().with(|r| r.header(header).table(RouteTable(1000)));
    assert_eq!(socket.dump_all(call, tables).unwrap(), [(RouteTable::COMPAT, Some(RouteTable(1000)))]);
}

/// 15 of 161 generated structs had the wrong size, because their padding was missing.
#[test]
fn structs_have_their_size_in_c() {
    let map: Vec<u8> = (0..32).collect();
    let bytes = link(&[put(Link::MAP, &map)]);
    let read = LinkView::parse(&bytes).unwrap().map().unwrap().unwrap();
    assert_eq!((read.dma, read.port, read.irq), (26, 27, u16::from_ne_bytes([24, 25])));
    assert_eq!(Link::from_bytes(&bytes).unwrap().to_bytes().unwrap(), bytes);
    let built = Link::builder(Enc::new(Vec::new())).map(read).finish().end().unwrap();
    assert_eq!(built.len(), 16 + 4 + 32);
}

/// Names are the C names, for code and for tools.
#[test]
fn attributes_are_found_by_their_c_name() {
    assert_eq!(Link::IFNAME.c_name(), "IFLA_IFNAME");
    let found = Link::meta().by_c_name("IFLA_IFNAME").unwrap();
    assert_eq!((found.id, found.name), (3, "ifname"));
    for known in Link::meta().attrs {
        assert_eq!(Link::meta().by_c_name(known.c_name).map(|a| a.id), Some(known.id));
        assert_eq!(Link::meta().attr(known.id).map(|a| a.c_name), Some(known.c_name));
    }
    assert_eq!(RouteTable::MAIN.c_name(), Some("RT_TABLE_MAIN"));
}
