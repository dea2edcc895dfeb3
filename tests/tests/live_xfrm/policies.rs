//! Policies.

use crate::exact::{dump, get};
use crate::{open, v4, v6};
use netlink_families::common::Af;
use netlink_families::nfnetlink::L4proto;
use netlink_families::xfrm::{self, Action, DefaultAction, Dir, Mode, Policy, PolicyFlags, PolicyTypeEnum};
use netlink_families::xfrm::{PolicyView, Sadinfo, Spdinfo, XfrmMark, XfrmSelector, XfrmUserTmpl};
use netlink_families::xfrm::{XfrmUserpolicyId, XfrmUserpolicyInfo, XfrmUserpolicyType};
use netlink_runtime::DecodeError;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::types::Address;
use netlink_tests::{ip, skip, try_ip};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A policy without limits.
pub(crate) fn policy(dir: Dir, sel: XfrmSelector) -> XfrmUserpolicyInfo {
    let mut info = XfrmUserpolicyInfo { dir, sel, ..Default::default() };
    for limit in [
        &mut info.lft.soft_byte_limit,
        &mut info.lft.hard_byte_limit,
        &mut info.lft.soft_packet_limit,
        &mut info.lft.hard_packet_limit,
    ] {
        *limit = u64::MAX;
    }
    info
}

pub(crate) fn prefixes(saddr: Address, prefixlen_s: u8, daddr: Address, prefixlen_d: u8) -> XfrmSelector {
    let mut sel = XfrmSelector::default();
    sel.family = if matches!(saddr, Address::Ip(IpAddr::V6(_))) { Af::INET6 } else { Af::INET };
    (sel.saddr, sel.prefixlen_s, sel.daddr, sel.prefixlen_d) = (saddr, prefixlen_s, daddr, prefixlen_d);
    sel
}

pub(crate) fn template(saddr: Address, daddr: Address, proto: L4proto, mode: Mode) -> XfrmUserTmpl {
    let mut template = XfrmUserTmpl::default();
    template.id_daddr = daddr;
    template.id_proto = proto;
    template.saddr = saddr;
    template.family = Af::INET;
    template.mode = mode;
    (template.aalgos, template.ealgos, template.calgos) = (!0, !0, !0);
    template
}

/// A policy as `ip xfrm policy` prints it, its words in one line.
fn text(policy: &PolicyView<'_>) -> Result<String, DecodeError> {
    let info = policy.header();
    let sel = &info.sel;
    let show = |address: Address| match address {
        Address::Ip(ip) => ip.to_string(),
        other => panic!("{other:?}"),
    };
    let mut out =
        format!("src {}/{} dst {}/{}", show(sel.saddr), sel.prefixlen_s, show(sel.daddr), sel.prefixlen_d);
    let protocol = |proto: L4proto| match proto {
        L4proto::TCP => "tcp".to_owned(),
        L4proto::UDP => "udp".to_owned(),
        L4proto::ESP => "esp".to_owned(),
        L4proto::AH => "ah".to_owned(),
        L4proto::COMP => "comp".to_owned(),
        other => other.0.to_string(),
    };
    if sel.proto.0 != 0 {
        out.push_str(&format!(" proto {}", protocol(sel.proto)));
    }
    for (word, port, mask) in [("sport", sel.sport, sel.sport_mask), ("dport", sel.dport, sel.dport_mask)] {
        if mask != 0 {
            out.push_str(&format!(" {word} {port}"));
        }
    }
    let dir = match info.dir {
        Dir::IN => "in",
        Dir::OUT => "out",
        Dir::FWD => "fwd",
        other => panic!("{other:?}"),
    };
    out.push_str(&format!(" dir {dir}"));
    if info.action == Action::BLOCK {
        out.push_str(" action block");
    }
    out.push_str(&format!(" priority {}", info.priority));
    let kind = policy.policy_type()?.map_or(PolicyTypeEnum::MAIN, |t| t.type_);
    if kind == PolicyTypeEnum::SUB {
        out.push_str(" ptype sub");
    }
    let flags = [(PolicyFlags::LOCALOK, " localok"), (PolicyFlags::ICMP, " icmp")];
    let flags: String =
        flags.iter().filter(|(f, _)| info.flags.contains(*f)).map(|(_, word)| *word).collect();
    if !flags.is_empty() {
        out.push_str(&format!(" flag{flags}"));
    }
    if let Some(mark) = policy.mark()? {
        out.push_str(&format!(" mark {:#x}/{:#x}", mark.v, mark.m));
    }
    for t in policy.tmpl()?.into_iter().flat_map(|list| list.iter()) {
        out.push_str(&format!(" tmpl src {} dst {}", show(t.saddr), show(t.id_daddr)));
        let mode = match t.mode {
            Mode::TUNNEL => "tunnel",
            Mode::TRANSPORT => "transport",
            Mode::BEET => "beet",
            other => panic!("{other:?}"),
        };
        out.push_str(&format!(" proto {}", protocol(t.id_proto)));
        if t.id_spi != 0 {
            out.push_str(&format!(" spi {:#010x}", t.id_spi));
        }
        out.push_str(&format!(" reqid {} mode {mode}", t.reqid));
        if t.optional != 0 {
            out.push_str(" level use");
        }
    }
    if let Some(id) = policy.if_id()? {
        out.push_str(&format!(" if_id {id:#x}"));
    }
    Ok(out)
}

fn ours(socket: &mut Socket) -> BTreeSet<String> {
    let list = socket.dump_all(xfrm::GetPolicy::dump(), |p| text(&p));
    list.expect("policies").into_iter().collect()
}

/// The same by `ip`: each policy begins at the margin. Newer ones print that of a main policy, too.
fn theirs() -> BTreeSet<String> {
    let text = ip("xfrm policy");
    let mut out: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        if !line.starts_with(char::is_whitespace) {
            out.push(Vec::new());
        }
        out.last_mut().expect("a policy first").extend(line.split_whitespace());
    }
    out.iter().map(|words| words.join(" ").replace(" ptype main", "")).collect()
}

#[track_caller]
fn agree(socket: &mut Socket) {
    let (ours, theirs) = (ours(socket), theirs());
    let more: Vec<_> = ours.difference(&theirs).collect();
    let less: Vec<_> = theirs.difference(&ours).collect();
    assert!(more.is_empty() && less.is_empty(), "ours alone {more:#?}\ntheirs alone {less:#?}");
}

/// Policies by our builders: two with templates, one that blocks.
pub(crate) fn policies(socket: &mut Socket) {
    let mut first = policy(Dir::OUT, prefixes(v4(10, 0, 0, 0), 8, v4(10, 1, 0, 0), 16));
    (first.priority, first.sel.proto, first.sel.dport, first.sel.dport_mask) = (9, L4proto::UDP, 53, !0);
    let mut tunnel = template(v4(192, 0, 2, 1), v4(192, 0, 2, 2), L4proto::ESP, Mode::TUNNEL);
    (tunnel.reqid, tunnel.id_spi) = (7, 0x1001);
    let mut packed = template(v4(0, 0, 0, 0), v4(0, 0, 0, 0), L4proto::COMP, Mode::TRANSPORT);
    packed.optional = 1;
    let mut mark = XfrmMark::default();
    (mark.v, mark.m) = (1, 3);
    let call = xfrm::NewPolicy::request();
    socket
        .execute(call.with(|b| b.header(first).tmpl(&[packed, tunnel]).mark(mark).if_id(4)))
        .expect("a policy with templates");
    let mut second = policy(Dir::IN, prefixes(v6(0), 64, v6(1), 128));
    (second.action, second.priority) = (Action::BLOCK, 3);
    socket.execute(xfrm::NewPolicy::request().with(|b| b.header(second))).expect("a policy that blocks");
    let mut third = policy(Dir::FWD, prefixes(v4(0, 0, 0, 0), 0, v4(0, 0, 0, 0), 0));
    third.flags = PolicyFlags::LOCALOK | PolicyFlags::ICMP;
    socket.execute(xfrm::NewPolicy::request().with(|b| b.header(third))).expect("a policy to forward");
}

#[test]
fn policies_are_those_of_ip() {
    const NAME: &str = "policies::policies_are_those_of_ip";
    let Some(mut socket) = open(NAME) else { return };
    assert_eq!(ours(&mut socket), BTreeSet::new());
    policies(&mut socket);
    assert_eq!(ours(&mut socket).len(), 3);
    agree(&mut socket);
    ip(
        "xfrm policy add src 198.51.100.0/24 dst 0.0.0.0/0 proto tcp sport 80 dir out priority 5 mark 0x10 mask 0xf0 \
        tmpl src 192.0.2.1 dst 192.0.2.9 proto ah reqid 3 mode tunnel",
    );
    // Not every kernel has a second set of policies.
    if try_ip("xfrm policy add src 2001:db8:7::/48 dst ::/0 dir in action block ptype sub").is_err() {
        skip(NAME, "this kernel has no sub policies");
    }
    agree(&mut socket);

    let mut all = dump::<Policy, _>(&mut socket, "policies", xfrm::GetPolicy::dump());
    let which = XfrmUserpolicyId { dir: Dir::IN, sel: prefixes(v6(0), 64, v6(1), 128), ..Default::default() };
    all.add(get::<Policy, _>(
        &mut socket,
        "one policy",
        xfrm::GetPolicy::request().with(|b| b.header(which)),
    ));
    assert!(all.messages >= 5 && all.paths.len() >= 4, "{all}");
    all.assert_clean();

    let mut changed = policy(Dir::IN, which.sel);
    changed.priority = 77;
    socket.execute(xfrm::Updpolicy::request().with(|b| b.header(changed))).expect("another priority");
    assert!(ours(&mut socket).iter().any(|p| p.contains("dir in priority 77")));
    agree(&mut socket);
    socket.execute(xfrm::DelPolicy::request().with(|b| b.header(which))).expect("removed");
    agree(&mut socket);

    // Numbers, thresholds and defaults.
    let answer = socket.get(xfrm::GetSpdinfo::request()).expect("numbers");
    let info = answer.view().expect("a message").info().expect("readable").expect("there");
    let count = ip("-s xfrm policy count");
    let said = format!("SPD IN {} OUT {} FWD {}", info.incnt, info.outcnt, info.fwdcnt);
    assert!(count.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(&said), "{count} {said}");
    let mut thresholds = xfrm::XfrmuSpdhthresh::default();
    (thresholds.lbits, thresholds.rbits) = (24, 30);
    socket.execute(xfrm::NewSpdinfo::request().with(|b| b.ipv4_hthresh(thresholds))).expect("thresholds");
    let answer = socket.get(xfrm::GetSpdinfo::request()).expect("numbers");
    assert_eq!(answer.view().expect("a message").ipv4_hthresh(), Ok(Some(thresholds)));
    let mut all = get::<Spdinfo, _>(&mut socket, "numbers of policies", xfrm::GetSpdinfo::request());
    all.add(get::<Sadinfo, _>(&mut socket, "numbers of states", xfrm::GetSadinfo::request()));
    match socket.get(xfrm::GetDefault::request()) {
        Err(Error::Kernel(error)) => skip(NAME, &format!("no defaults in this kernel ({error})")),
        Err(error) => panic!("{error}"),
        Ok(_) => {
            let mut defaults = xfrm::XfrmUserpolicyDefault::default();
            (defaults.in_, defaults.fwd) = (DefaultAction::BLOCK, DefaultAction::ACCEPT);
            socket.execute(xfrm::SetDefault::request().with(|b| b.header(defaults))).expect("defaults");
            let answer = socket.get(xfrm::GetDefault::request()).expect("defaults");
            let now = answer.view().expect("a message").header();
            let wanted = (DefaultAction::BLOCK, DefaultAction::ACCEPT, DefaultAction::ACCEPT);
            assert_eq!((now.in_, now.fwd, now.out), wanted);
            let said = ip("xfrm policy getdefault");
            assert!(said.contains("block") && said.matches("accept").count() == 2, "{said}");
            all.add(get::<xfrm::Defaults, _>(&mut socket, "defaults", xfrm::GetDefault::request()));
        }
    }
    all.assert_clean();
    let mut main = XfrmUserpolicyType::default();
    main.type_ = PolicyTypeEnum::MAIN;
    socket.execute(xfrm::Flushpolicy::request().with(|b| b.policy_type(main))).expect("removed");
    assert!(ours(&mut socket).iter().all(|p| p.contains("ptype sub")));
}
