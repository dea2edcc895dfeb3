//! Connections of a namespace: real ones and ones that we add, in dumps, events and counters; every
//! message is read into owned types and written again, and `conntrack` says the same of it.

mod connections;
#[path = "../exact/mod.rs"]
mod exact;
mod line;

use exact::{Tally, dump, get};
use netlink_families::conntrack::{
    self, ConntrackView, CtDelete, CtGet, CtGetCtrzero, CtGetDying, CtGetStats,
};
use netlink_families::conntrack::{CtGetStatsCpu, CtGetUnconfirmed, FilterFlags, Group};
use netlink_families::conntrack_exp::{self, ExpGet, ExpGetStatsCpu};
use netlink_families::nfnetlink::{L4proto, Nfgenmsg, Nfproto};
use netlink_runtime::Protocol;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Event, Socket};
use std::collections::BTreeSet;
use std::process::Command;

/// Goes into a namespace, with connections in it; nothing outside of it, and where there is
/// nothing to test.
fn connected(test: &str) -> Option<(Socket, connections::Held)> {
    if !netlink_tests::in_namespace(test) {
        return None;
    }
    let opened = Socket::open(Protocol::Netfilter).and_then(|mut socket| {
        socket.get(CtGetStats::request())?;
        Ok(socket)
    });
    let mut socket = match opened {
        Ok(socket) => socket,
        Err(reason) => {
            netlink_tests::skip(test, &format!("no ctnetlink in this kernel ({reason})"));
            return None;
        }
    };
    let held = connections::everything(&mut socket);
    Some((socket, held))
}

fn family(family: Nfproto) -> Nfgenmsg {
    Nfgenmsg { nfgen_family: family, ..Default::default() }
}

#[test]
fn connections_round_trip() {
    let Some((mut socket, _held)) = connected("connections_round_trip") else { return };
    let mut all = dump::<conntrack::Conntrack, _>(&mut socket, "connections", CtGet::dump());
    for of in [Nfproto::IPV4, Nfproto::IPV6] {
        let call = CtGet::dump().with(|b| b.header(family(of)));
        all.add(dump::<conntrack::Conntrack, _>(&mut socket, &format!("connections of {of:?}"), call));
    }
    let marked = CtGet::dump().with(|b| b.mark(0x77).mark_mask(0xff));
    let marked = dump::<conntrack::Conntrack, _>(&mut socket, "connections with a mark", marked);
    assert!(marked.messages == 1, "{marked}");
    all.add(marked);
    let filtered = CtGet::dump().with(|b| {
        b.header(family(Nfproto::IPV4))
            .tuple_orig(|t| t.proto(|p| p.num(L4proto::SCTP)))
            .filter(|f| f.orig_flags(FilterFlags::PROTO_NUM).reply_flags(FilterFlags::default()))
    });
    all.add(dump::<conntrack::Conntrack, _>(&mut socket, "connections of SCTP", filtered));
    let one = CtGet::request().with(|b| {
        b.header(family(Nfproto::IPV4)).tuple_orig(connections::tuple(
            "192.0.2.1",
            "198.51.100.1",
            6,
            1000,
            80,
        ))
    });
    all.add(get::<conntrack::Conntrack, _>(&mut socket, "one connection", one));
    all.add(dump::<conntrack::Conntrack, _>(&mut socket, "dying ones", CtGetDying::dump()));
    all.add(dump::<conntrack::Conntrack, _>(&mut socket, "unconfirmed ones", CtGetUnconfirmed::dump()));
    all.add(dump::<conntrack::Conntrack, _>(&mut socket, "connections, to zero", CtGetCtrzero::dump()));
    all.add(dump::<conntrack_exp::Expect, _>(&mut socket, "expectations", ExpGet::dump()));
    all.add(get::<conntrack::StatsGlobal, _>(&mut socket, "size of the table", CtGetStats::request()));
    assert!(all.messages > 20 && all.paths.len() > 60, "too little was dumped: {all}");
    all.assert_clean();
}

/// What `conntrack` lists, but for times.
#[test]
fn conntrack_says_the_same() {
    let test = "conntrack_says_the_same";
    let Some((mut socket, _held)) = connected(test) else { return };
    if !netlink_tests::has_program("conntrack") {
        netlink_tests::skip(test, "the program `conntrack` is not installed");
        return;
    }
    let ours = socket.dump_all(CtGet::dump(), line::of).expect("the connections");
    let ours: BTreeSet<String> = ours.into_iter().collect();
    let output = Command::new("conntrack").args(["-L", "-o", "id"]).output().expect("conntrack runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: BTreeSet<String> =
        String::from_utf8_lossy(&output.stdout).lines().map(line::without_times).collect();
    eprintln!("{} connections of ours, {} of theirs", ours.len(), theirs.len());
    let more: Vec<&String> = ours.difference(&theirs).collect();
    let less: Vec<&String> = theirs.difference(&ours).collect();
    assert!(more.is_empty() && less.is_empty(), "ours alone {more:#?}\ntheirs alone {less:#?}");
    assert!(ours.len() > 5, "{ours:#?}");
}

/// Counters of each CPU, beside those in /proc.
#[test]
fn every_cpu_counts() {
    let Some((mut socket, _held)) = connected("every_cpu_counts") else { return };
    let mut all = dump::<conntrack::StatsCpu, _>(&mut socket, "counters", CtGetStatsCpu::dump());
    let expected = ExpGetStatsCpu::dump();
    all.add(dump::<conntrack_exp::StatsExp, _>(&mut socket, "counters of expectations", expected));
    all.assert_clean();
    let created = socket.dump_all(ExpGetStatsCpu::dump(), |cpu| Ok(cpu.create()?.expect("a number")));
    let created: u32 = created.expect("the counters").iter().sum();
    let there = socket.dump_all(ExpGet::dump(), |_| Ok(())).expect("the expectations").len();
    assert!(created as usize >= there, "{created} expectations were added, {there} are there");
    let cpus = socket.dump_all(CtGetStatsCpu::dump(), |cpu| {
        assert!(cpu.insert_failed()?.is_some() && cpu.found()?.is_some());
        Ok(u32::from(cpu.header().res_id))
    });
    let cpus = cpus.expect("the counters");
    assert_eq!(cpus, (0..cpus.len() as u32).collect::<Vec<u32>>());
    let size = socket.get(CtGetStats::request()).expect("the size of the table");
    let entries = size.view().expect("a size").entries().expect("a number").expect("a number");
    let listed = socket.dump_all(CtGet::dump(), |_| Ok(())).expect("the connections").len();
    assert_eq!(entries as usize, listed);
    if let Ok(proc) = std::fs::read_to_string("/proc/net/stat/nf_conntrack") {
        assert_eq!(proc.lines().count() - 1, cpus.len());
    }
}

/// New connections, changed ones and removed ones.
#[test]
fn events_round_trip() {
    let Some((mut socket, held)) = connected("events_round_trip") else { return };
    let mut events = Socket::open(Protocol::Netfilter).expect("a socket");
    for group in [Group::CONNTRACK_NEW, Group::CONNTRACK_UPDATE, Group::CONNTRACK_DESTROY] {
        events.join(group.0).expect("a group");
    }
    for group in [conntrack_exp::Group::CONNTRACK_EXP_NEW, conntrack_exp::Group::CONNTRACK_EXP_DESTROY] {
        events.join(group.0).expect("a group");
    }
    connections::udp("127.0.0.1", 7777);
    drop(held);
    socket.execute(CtDelete::request()).expect("all of them removed");
    let mut tally = Tally::default();
    let mut groups = BTreeSet::new();
    let mut ports = BTreeSet::new();
    while let Some(event) = events.try_receive().expect("events") {
        let Event::Notification { group, message, .. } = event else { panic!("{event:?}") };
        groups.insert(group);
        if message.header.message_type >> 8 == 2 {
            tally.check::<conntrack_exp::Expect>(message.payload());
            continue;
        }
        tally.check::<conntrack::Conntrack>(message.payload());
        let view = ConntrackView::parse(message.payload()).expect("a connection");
        let proto = view.tuple_orig().expect("its tuple").expect("a tuple").proto().expect("its protocol");
        ports.extend(proto.and_then(|p| p.dst_port().expect("its port")));
    }
    eprintln!("groups {groups:?}: {tally}");
    assert!(
        groups.contains(&Group::CONNTRACK_NEW.0) && groups.contains(&Group::CONNTRACK_DESTROY.0),
        "{groups:?}"
    );
    assert!(ports.contains(&7777), "{ports:?}");
    tally.assert_clean();
}
