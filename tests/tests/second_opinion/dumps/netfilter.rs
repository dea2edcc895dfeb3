//! nf_tables, connection tracking, ip_set.

use super::{take, wanted};
use crate::take::Taken;
use netlink_families::conntrack::CtDelete;
use netlink_families::nfnetlink::{Nfgenmsg, Nfproto};
use netlink_runtime::Protocol;
use netlink_runtime::socket::Socket;
use std::io::Write;
use std::process::{Command, Stdio};

#[path = "../../live_ipset/sets.rs"]
mod ipset;
#[path = "../../live_conntrack/connections.rs"]
mod made;
#[path = "../../live_nftables/ruleset.rs"]
mod ruleset;

fn try_nft(statements: &str) -> Result<String, String> {
    let mut command = Command::new("nft");
    command.args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let mut pipe = child.stdin.take().expect("a pipe");
    writeln!(pipe, "{statements}").map_err(|e| e.to_string())?;
    drop(pipe);
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn family(family: Nfproto) -> Nfgenmsg {
    Nfgenmsg { nfgen_family: family, ..Default::default() }
}

pub(crate) fn rules(taken: &mut Taken<'_>) {
    if let Err(reason) = try_nft("list tables") {
        return taken.skip("nftables", "nf_tables", &reason);
    }
    ruleset::everything();
    ruleset::compatible();
    take(
        taken,
        &[
            ("tables", "dump nftables gettable"),
            ("chains", "dump nftables getchain"),
            ("rules of inet", "dump nftables getrule --header nfgen_family=1"),
            ("rules of IPv4", "dump nftables getrule --header nfgen_family=2"),
            ("rules of IPv6", "dump nftables getrule --header nfgen_family=10"),
            ("rules of ARP", "dump nftables getrule --header nfgen_family=3"),
            ("rules of bridges", "dump nftables getrule --header nfgen_family=7"),
            ("rules of devices", "dump nftables getrule --header nfgen_family=5"),
            ("sets", "dump nftables getset"),
            ("objects", "dump nftables getobj"),
            ("flow tables", "dump nftables getflowtable"),
            ("generation", "do nftables getgen"),
        ],
    );
    let sets = try_nft("list sets\nlist maps").unwrap_or_default();
    let mut table = String::new();
    for line in sets.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["table", "inet", name, "{"] => table = name.to_owned(),
            ["table", ..] => table.clear(),
            [kind @ ("set" | "map"), name, "{"] if !table.is_empty() => {
                let words = format!("--header nfgen_family=1 table={table} set={name}");
                taken.take(
                    &format!("elements of {kind} {name}"),
                    &format!("dump nftables getsetelem {words}"),
                );
            }
            _ => {}
        }
    }
}

pub(crate) fn connections(taken: &mut Taken<'_>) {
    taken.take("size of the connection table", "do conntrack ct-get-stats");
    if taken.skipped.iter().any(|family| family == "conntrack") {
        return;
    }
    let mut socket = Socket::open(Protocol::Netfilter).expect("netfilter is open to everybody");
    let mut held = None;
    // NFNLGRP_CONNTRACK_NEW.
    taken.listen("events: connections", "conntrack", Protocol::Netfilter, 1, || {
        held = Some(made::everything(&mut socket));
    });
    take(
        taken,
        &[
            ("connections", "dump conntrack ct-get"),
            ("connections of IPv6", "dump conntrack ct-get --header nfgen_family=10"),
            ("counters of connection tracking", "dump conntrack ct-get-stats-cpu"),
            ("expectations", "dump conntrack-exp exp-get"),
            ("counters of expectations", "dump conntrack-exp exp-get-stats-cpu"),
        ],
    );
    // NFNLGRP_CONNTRACK_DESTROY.
    taken.listen("events: connections gone", "conntrack", Protocol::Netfilter, 3, || {
        socket.execute(CtDelete::request()).expect("all of them removed");
    });
}

pub(crate) fn sets(taken: &mut Taken<'_>) {
    taken.take("versions of ip_set", "do ipset protocol protocol=7");
    if taken.skipped.iter().any(|family| family == "ipset") {
        return;
    }
    for line in ipset::SETS {
        wanted("ipset", line);
    }
    take(
        taken,
        &[
            ("ip sets", "dump ipset list protocol=7"),
            ("header of an ip set", "do ipset header protocol=7 setname=a"),
            ("number of an ip set", "do ipset get-byname protocol=7 setname=a"),
            ("type of ip sets", "do ipset type protocol=7 typename=hash:ip family=2"),
        ],
    );
}
