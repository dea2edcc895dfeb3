//! The rule set of nf_tables, as `nft` writes it and as we write it: every message is read into
//! owned types and written again, and `nft` says the same of it.

mod batch;
mod compare;
#[path = "../exact/mod.rs"]
mod exact;
mod ruleset;

use exact::{Tally, dump, get};
use netlink_families::nfnetlink::{Nfgenmsg, Nfproto};
use netlink_families::nft_compat;
use netlink_families::nftables::{
    self, DelChain, DelObj, DelRule, DelSet, DelSetelem, DelTable, GetChain, GetFlowtable, GetGen, GetObj,
    GetRule, GetSet, GetSetelem, GetTable, NewChain, NewObj, NewRule, NewSet, NewSetelem, NewTable,
    TraceType,
};

use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Event, Socket};
use netlink_runtime::{MessageType, Operation, Protocol};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// Runs `nft` with these statements; what it said if it failed.
fn try_nft(statements: &str) -> Result<String, String> {
    let mut command = Command::new("nft");
    command.args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(statements.as_bytes()).and_then(|()| pipe.write_all(b"\n")).map_err(|e| e.to_string())?;
    drop(pipe);
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// Runs `nft` with these words.
fn nft_output(words: &[&str]) -> String {
    let output = Command::new("nft").args(words).output().expect("nft runs");
    assert!(output.status.success(), "nft {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Goes into a namespace; `false` outside of it, and where there is nothing to test.
fn in_namespace(test: &str) -> bool {
    if !netlink_tests::in_namespace(test) {
        return false;
    }
    if !netlink_tests::has_program("nft") {
        netlink_tests::skip(test, "the program `nft` is not installed");
        return false;
    }
    if let Err(reason) = try_nft("list tables") {
        netlink_tests::skip(test, &format!("no nf_tables in this kernel ({reason})"));
        return false;
    }
    true
}

fn family(family: Nfproto) -> Nfgenmsg {
    Nfgenmsg { nfgen_family: family, ..Default::default() }
}

#[test]
fn rule_sets_round_trip() {
    if !in_namespace("rule_sets_round_trip") {
        return;
    }
    let missing = ruleset::everything();
    let mut socket = Socket::open(Protocol::Netfilter).expect("a socket");
    let all = everything(&mut socket);
    eprintln!("{missing} of the wanted settings are not here");
    assert!(all.messages > 100 && all.paths.len() > 100, "too little was dumped: {all}");
    let kinds = kinds(&mut socket);
    eprintln!("{} kinds of expressions: {kinds:?}", kinds.len());
    for kind in ["bitwise", "cmp", "counter", "immediate", "lookup", "meta", "payload", "range"] {
        assert!(kinds.contains(kind), "no {kind} in the dump");
    }
    all.assert_clean();
}

/// Expressions of all rules.
fn kinds(socket: &mut Socket) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let mut rules = socket.dump(GetRule::dump()).expect("a dump");
    while let Some(rule) = rules.next().expect("a rule") {
        let Some(list) = rule.expressions().expect("its expressions") else { continue };
        for expr in list.elem() {
            let name = expr.expect("an expression").name().expect("its name");
            kinds.extend(name.map(|n| n.to_string()));
        }
    }
    kinds
}

/// What `iptables` makes of x_tables' extensions.
#[test]
fn compatible_rules_round_trip() {
    if !in_namespace("compatible_rules_round_trip") {
        return;
    }
    if ruleset::compatible() == 0 {
        netlink_tests::skip(
            "compatible_rules_round_trip",
            "no `iptables-nft`, or no nft_compat in this kernel",
        );
        return;
    }
    let mut socket = Socket::open(Protocol::Netfilter).expect("a socket");
    let mut all = everything(&mut socket);
    let compat = nft_compat::Get::request().with(|b| {
        b.header(family(Nfproto::IPV4)).name("conntrack").rev(3).type_(nft_compat::CompatType::MATCH)
    });
    all.add(get::<nft_compat::Compat, _>(&mut socket, "the match conntrack", compat));
    let kinds = kinds(&mut socket);
    assert!(kinds.contains("match") || kinds.contains("target"), "nothing of x_tables: {kinds:?}");
    all.assert_clean();
}

/// Dumps all there is.
fn everything(socket: &mut Socket) -> Tally {
    let mut all = Tally::default();
    all.add(dump::<nftables::Table, _>(socket, "tables", GetTable::dump()));
    all.add(dump::<nftables::Chain, _>(socket, "chains", GetChain::dump()));
    all.add(dump::<nftables::Rule, _>(socket, "rules", GetRule::dump()));
    all.add(dump::<nftables::Set, _>(socket, "sets", GetSet::dump()));
    all.add(dump::<nftables::Obj, _>(socket, "objects", GetObj::dump()));
    all.add(dump::<nftables::Flowtable, _>(socket, "flowtables", GetFlowtable::dump()));
    all.add(get::<nftables::Gen, _>(socket, "generation", GetGen::request()));
    let sets = socket.dump_all(GetSet::dump(), |set| {
        let text =
            |name: Option<netlink_runtime::types::NlStr<'_>>| name.map(|n| n.to_string()).unwrap_or_default();
        Ok((set.header().nfgen_family, text(set.table()?), text(set.name()?)))
    });
    for (of, table, set) in sets.expect("the sets") {
        let call = GetSetelem::dump().with(|b| b.header(family(of)).table(table.as_str()).set(set.as_str()));
        all.add(dump::<nftables::SetElemList, _>(socket, &format!("elements of {set}"), call));
    }
    all
}

#[test]
fn nft_says_the_same() {
    if !in_namespace("nft_says_the_same") {
        return;
    }
    ruleset::everything();
    let mut socket = Socket::open(Protocol::Netfilter).expect("a socket");
    for (what, ours, theirs) in compare::all(&mut socket) {
        eprintln!("{what}: {} of ours, {} of theirs", ours.len(), theirs.len());
        assert!(!ours.is_empty(), "no {what}");
        let more: Vec<&String> = ours.difference(&theirs).collect();
        let less: Vec<&String> = theirs.difference(&ours).collect();
        assert!(
            more.is_empty() && less.is_empty(),
            "{what}\n  ours alone {more:#?}\n  theirs alone {less:#?}"
        );
    }
}

#[test]
fn typed_transactions_are_carried_out() {
    if !in_namespace("typed_transactions_are_carried_out") {
        return;
    }
    let mut socket = Socket::open(Protocol::Netfilter).expect("a socket");
    batch::everything(&mut socket);
    everything(&mut socket).assert_clean();
}

/// Events of a rule set's changes, and the way of a packet that is traced.
#[test]
fn events_and_traces_round_trip() {
    if !in_namespace("events_and_traces_round_trip") {
        return;
    }
    let mut socket = Socket::open(Protocol::Netfilter).expect("a socket");
    socket.join(nftables::Group::NFTABLES.0).expect("the group of changes");
    socket.join(nftables::Group::NFTRACE.0).expect("the group of traces");
    netlink_tests::ip("link set lo up");
    for statement in [
        "add table ip t",
        "add chain ip t out { type filter hook output priority 0; }",
        "add chain ip t side",
        "add rule ip t out udp dport 9 meta nftrace set 1",
        "add rule ip t out udp dport 9 jump side",
        "add rule ip t side ct state new counter",
        "add set ip t s { type ipv4_addr; }",
        "add element ip t s { 192.0.2.1, 192.0.2.2 }",
        "add counter ip t c",
    ] {
        try_nft(statement).unwrap_or_else(|error| panic!("nft {statement}: {error}"));
    }
    let sender = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    sender.send_to(b"traced", "127.0.0.1:9").expect("sent");
    for statement in ["delete element ip t s { 192.0.2.1 }", "flush chain ip t out", "delete table ip t"] {
        try_nft(statement).unwrap_or_else(|error| panic!("nft {statement}: {error}"));
    }
    let mut tally = Tally::default();
    let mut steps = Vec::new();
    let mut kinds = BTreeSet::new();
    while let Some(event) = socket.try_receive().expect("events") {
        let Event::Notification { group, message, .. } = event else { panic!("{event:?}") };
        let payload = message.payload();
        let kind = message.header.message_type;
        kinds.insert(kind);
        let is = |one: MessageType, other: MessageType| [one, other].contains(&MessageType::Raw(kind));
        if is(NewTable::TYPE, DelTable::TYPE) {
            tally.check::<nftables::Table>(payload);
        } else if is(NewChain::TYPE, DelChain::TYPE) {
            tally.check::<nftables::Chain>(payload);
        } else if is(NewRule::TYPE, DelRule::TYPE) {
            tally.check::<nftables::Rule>(payload);
        } else if is(NewSet::TYPE, DelSet::TYPE) {
            tally.check::<nftables::Set>(payload);
        } else if is(NewSetelem::TYPE, DelSetelem::TYPE) {
            tally.check::<nftables::SetElemList>(payload);
        } else if is(NewObj::TYPE, DelObj::TYPE) {
            tally.check::<nftables::Obj>(payload);
        } else if group == nftables::Group::NFTRACE.0 {
            tally.check::<nftables::Trace>(payload);
            let trace = nftables::TraceView::parse(payload).expect("a trace");
            let chain = trace.chain().expect("its chain").expect("a chain").to_string();
            steps.push((chain, trace.type_().expect("its type").expect("a type")));
        } else {
            // What is left: the end of a transaction.
            tally.check::<nftables::Gen>(payload);
            assert!(
                nftables::GenView::parse(payload).expect("a generation").id().expect("its number").is_some()
            );
        }
    }
    eprintln!("events {kinds:?}: {tally}");
    let step = |chain: &str, kind| (chain.to_owned(), kind);
    let expected =
        [step("out", TraceType::RULE), step("side", TraceType::RULE), step("out", TraceType::POLICY)];
    for step in &expected {
        assert!(steps.contains(step), "no {step:?} in {steps:?}");
    }
    assert!(kinds.len() >= 10, "events {kinds:?}");
    tally.assert_clean();
}
