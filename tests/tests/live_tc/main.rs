//! Traffic control of every kind that the kernel has, made by `tc` and by us: every message is read into
//! owned types and written again, and `tc` says the same of it.
#![forbid(unsafe_code)]

mod action;
mod build;
mod compare;
#[path = "../exact/mod.rs"]
mod exact;
mod filter;
mod handle;
#[path = "../live_ip/json.rs"]
mod json;
#[path = "../live_ip/keys.rs"]
mod keys;
mod qdisc;
mod setup;
mod statistics;

use compare::Check;
use exact::{Tally, dump, get};
use handle::handle;
use netlink_families::tc::{
    Actions, Chain, Class, Filter, GetAction, GetChain, GetQdisc, GetTclass, GetTfilter, Qdisc, Tcmsg,
};
use netlink_families::tc_filter::{EmMetaView, EmatchKind, FilterOptionsView};
use netlink_runtime::Protocol;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::Socket;
use std::collections::{BTreeMap, BTreeSet};

/// Goes into a namespace; `false` outside of it, and where there is nothing to test.
fn in_namespace(test: &str) -> bool {
    if !netlink_tests::in_namespace(test) {
        return false;
    }
    if !netlink_tests::has_program("tc") {
        netlink_tests::skip(test, "the program `tc` is not installed");
        return false;
    }
    if let Err(reason) = setup::try_tc("qdisc show dev lo") {
        netlink_tests::skip(test, &format!("no traffic control in this kernel ({reason})"));
        return false;
    }
    true
}

fn index_of(device: &str) -> i32 {
    let line = netlink_tests::ip(&format!("-o link show {device}"));
    line.split(':').next().and_then(|index| index.parse().ok()).expect("an index")
}

fn at(device: &str, parent: u32) -> Tcmsg {
    Tcmsg { tcm_ifindex: index_of(device), tcm_parent: parent, ..Default::default() }
}

#[test]
fn everything_round_trips() {
    if !in_namespace("everything_round_trips") {
        return;
    }
    let made = setup::everything("everything_round_trips");
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let all = everything(&mut socket, &made);
    let kinds = kinds(&mut socket);
    eprintln!("{} kinds of queueing disciplines: {kinds:?}", kinds.len());
    for kind in ["clsact", "htb", "pfifo", "tbf"] {
        assert!(kinds.contains(kind), "no {kind} in the dump");
    }
    assert!(all.messages > 50 && all.paths.len() > 50, "too little was dumped: {all}");
    all.assert_clean();
}

fn kinds(socket: &mut Socket) -> BTreeSet<String> {
    let kinds = socket.dump_all(GetQdisc::dump(), |qdisc| {
        Ok(qdisc.kind()?.map(|kind| kind.to_string()).unwrap_or_default())
    });
    kinds.expect("a dump").into_iter().collect()
}

/// Dumps all there is.
fn everything(socket: &mut Socket, made: &setup::Made) -> Tally {
    let mut all = dump::<Qdisc, _>(socket, "queueing disciplines", GetQdisc::dump());
    let hidden = GetQdisc::dump().with(|b| b.dump_invisible());
    all.add(dump::<Qdisc, _>(socket, "also those that nobody made", hidden));
    let before = all.messages;
    for device in &made.devices {
        let root = GetQdisc::request().with(|b| b.header(at(device, u32::MAX)));
        all.add(get::<Qdisc, _>(socket, &format!("root of {device}"), root));
    }
    assert_eq!(all.messages - before, made.devices.len(), "each device has something at its root");
    for device in &made.devices {
        let call = GetTclass::dump().with(|b| b.header(at(device, 0)));
        all.add(dump::<Class, _>(socket, &format!("classes of {device}"), call));
        let root = GetTfilter::dump().with(|b| b.header(at(device, handle(1, 0))));
        all.add(dump::<Filter, _>(socket, &format!("filters of {device}"), root));
    }
    let egress = at("q98", handle(0xffff, 0xfff3));
    all.add(dump::<Filter, _>(socket, "filters with actions", GetTfilter::dump().with(|b| b.header(egress))));
    let block = Tcmsg { tcm_ifindex: -1, tcm_parent: 23, ..Default::default() };
    all.add(dump::<Filter, _>(socket, "filters of a block", GetTfilter::dump().with(|b| b.header(block))));
    all.add(dump::<Chain, _>(socket, "chains", GetChain::dump().with(|b| b.header(block))));
    for kind in setup::action_kinds() {
        let call = GetAction::dump().with(|b| b.tab(|list| list.nest(1, |action| action.kind(kind))));
        let mut actions = dump::<Actions, _>(socket, &format!("actions {kind}"), call);
        // Kinds that are not in this kernel.
        actions.failures.retain(|f| !f.contains("ENOENT"));
        all.add(actions);
    }
    all
}

#[test]
fn tc_says_the_same_of_qdiscs() {
    if !in_namespace("tc_says_the_same_of_qdiscs") {
        return;
    }
    let made = setup::everything("tc_says_the_same_of_qdiscs");
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let mut check = Check::new("qdiscs");
    for device in &made.devices {
        let index = index_of(device);
        let mut what = String::new();
        for kind in qdiscs(&mut socket, index).iter().filter_map(|qdisc| qdisc.text("kind")) {
            what = format!("{what} {kind}");
        }
        check.run(&format!("qdisc show dev {device}"), &what, || qdiscs(&mut socket, index));
    }
    let compared = check.finish();
    assert!(compared >= made.qdiscs, "{compared} of {}", made.qdiscs);
}

fn qdiscs(socket: &mut Socket, index: i32) -> Vec<json::Obj> {
    let all = socket.dump_all(GetQdisc::dump(), |q| Ok((q.header().tcm_ifindex, qdisc::qdisc(&q)?)));
    all.expect("a dump").into_iter().filter(|(of, _)| *of == index).map(|(_, qdisc)| qdisc).collect()
}

#[test]
fn tc_says_the_same_of_filters() {
    if !in_namespace("tc_says_the_same_of_filters") {
        return;
    }
    let mut made = setup::Made::default();
    setup::filters(&mut made);
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let mut check = Check::new("filters");
    let block = Tcmsg { tcm_ifindex: -1, tcm_parent: 23, ..Default::default() };
    let egress = at("q98", handle(0xffff, 0xfff3));
    for (words, header) in [("block 23", block), ("dev q98 egress", egress)] {
        for (pref, what) in filters(&mut socket, header, None).0 {
            check.run(&format!("filter show {words} pref {pref}"), &what, || {
                filters(&mut socket, header, Some(pref)).1
            });
        }
    }
    let compared = check.finish();
    assert!(compared >= made.filters + made.actions / 2, "{compared} of {}", made.filters + made.actions);
}

/// What follows the header of an extended match is there, and is what its kind takes.
#[test]
fn extended_matches_are_typed() {
    if !in_namespace("extended_matches_are_typed") {
        return;
    }
    setup::filters(&mut setup::Made::default());
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let block = Tcmsg { tcm_ifindex: -1, tcm_parent: 23, ..Default::default() };
    let mut filters = socket.dump(GetTfilter::dump().with(|b| b.header(block))).expect("a dump");
    let mut kinds = Vec::new();
    while let Some(filter) = filters.next().expect("a filter") {
        let Some(FilterOptionsView::Basic(basic)) = filter.options().expect("options") else { continue };
        let tree = basic.ematches().expect("matches").expect("matches");
        let count = tree.hdr().expect("a header").expect("a header").nmatches;
        let list: Vec<_> = tree.list().expect("a list").expect("a list").collect();
        assert_eq!(list.len(), usize::from(count));
        for (_, ematch) in list {
            let ematch = ematch.expect("a match");
            let data = ematch.tail_bytes();
            match ematch.head.kind {
                EmatchKind::CMP => assert_eq!(data.len(), 12),
                EmatchKind::U32 => assert_eq!(data.len(), 16),
                // After `struct tcf_em_nbyte`, up to a multiple of four.
                EmatchKind::NBYTE => {
                    assert!([b"foo\0", b"bar\0"].contains(&data[4..].first_chunk().expect("text")))
                }
                EmatchKind::META => {
                    let meta = EmMetaView::parse(data).expect("attributes");
                    assert!(meta.hdr().expect("a header").is_some());
                }
                EmatchKind::CONTAINER => assert_eq!(data.len(), 4),
                EmatchKind::CANID => assert_eq!(data.len() % 8, 0),
                EmatchKind::IPSET => assert_eq!(data.len(), 4),
                other => panic!("{other:?}"),
            }
            kinds.push(ematch.head.kind);
        }
    }
    drop(filters);
    eprintln!("{kinds:?}");
    if kinds.is_empty() {
        netlink_tests::skip("extended_matches_are_typed", "no extended matches in this kernel");
    }
}

/// Preferences of filters with what they are, and the filters themselves.
fn filters(socket: &mut Socket, header: Tcmsg, pref: Option<u32>) -> (BTreeMap<u32, String>, Vec<json::Obj>) {
    let call = GetTfilter::dump().with(|b| b.header(header));
    let all = socket.dump_all(call, |view| {
        let kind = view.kind()?.map(|kind| kind.to_string()).unwrap_or_default();
        Ok((view.header().tcm_info >> 16, kind, filter::filter(&view)?))
    });
    let all = all.expect("a dump");
    let prefs = all.iter().map(|(pref, kind, _)| (*pref, kind.clone())).collect();
    let wanted = all.into_iter().filter(|(of, ..)| Some(*of) == pref);
    (prefs, wanted.map(|(.., filter)| filter).collect())
}

/// What our builders write is what `tc` reads.
#[test]
fn typed_requests_are_carried_out() {
    if !in_namespace("typed_requests_are_carried_out") {
        return;
    }
    netlink_tests::ip("link add q0 numtxqueues 4 type veth peer name p0");
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    build::htb(&mut socket, "q0", index_of("p0") as u32);
    says("-j -d qdisc show dev q0", &[r#""default":"0x10""#, r#""direct_qlen":77"#, r#""limit":9"#]);
    says(
        "-d class show dev q0",
        &["class htb 1:10 root leaf 10: prio 3 quantum 2000", "rate 40Gbit ceil 48Gbit"],
    );
    let keys = [r#""flowid":"1:10""#, r#""value":"a010000""#, r#""to_dev":"p0""#, r#""cookie":"010203""#];
    says("-j -s -d filter show dev q0", &keys);
    build::clear(&mut socket, "q0");
    let mut made = Vec::new();
    for (kind, call, words) in build::others("q0") {
        if build::is_made(&mut socket, kind, call) {
            says("-j -d qdisc show dev q0", words);
            build::clear(&mut socket, "q0");
            made.push(kind);
        }
    }
    eprintln!("made {made:?}");
    assert!(made.contains(&"tbf"));
    setup::try_tc("qdisc add dev q0 clsact").expect("clsact");
    if !build::is_made(&mut socket, "flower", build::flower("q0")) {
        return;
    }
    says("-j filter show dev q0 ingress", &[r#""dst_ip":"10.1.0.0/16""#, r#""type":"drop""#]);
    let header = at("q0", handle(0xffff, 0xfff2));
    let mut filters = socket.dump(GetTfilter::dump().with(|b| b.header(header))).expect("a dump");
    while let Some(filter) = filters.next().expect("a filter") {
        if let Some(FilterOptionsView::Flower(flower)) = filter.options().expect("options") {
            if netlink_tests::kernel_before(6, 12) {
                eprintln!("not here: fields of a flower filter that are newer than this kernel");
                continue;
            }
            assert_eq!(flower.key_spi(), Ok(Some(0x1234)));
            assert_eq!(flower.key_spi_mask(), Ok(Some(0xffff)));
            assert_eq!(flower.l2_miss(), Ok(Some(1)));
        }
    }
}

/// `tc` with these words prints all of these.
fn says(words: &str, parts: &[&str]) {
    let text = setup::try_tc(words).unwrap_or_else(|e| panic!("tc {words}: {e}"));
    for part in parts {
        assert!(text.contains(part), "tc {words}: no {part} in {text}");
    }
}
