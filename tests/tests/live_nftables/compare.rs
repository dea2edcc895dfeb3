//! The same lines of what `nft` says and of what our types say.

use super::nft_output;
use netlink_families::nfnetlink::Nfproto;
use netlink_families::nftables::{
    self, HookNumberView, ObjectDataView, ObjectType, Policy, SetFlags, SetPolicy,
};
use netlink_families::nftables::{GetChain, GetObj, GetRule, GetSet, GetTable};
use netlink_runtime::error::DecodeError;
use netlink_runtime::socket::Socket;
use netlink_runtime::types::NlStr;
use serde_json::Value;
use std::collections::BTreeSet;

/// Lines of ours and of theirs, by what they are about.
pub(crate) fn all(socket: &mut Socket) -> Vec<(&'static str, BTreeSet<String>, BTreeSet<String>)> {
    vec![
        ("tables", tables(socket), listed("tables", &["table"], |t| line(t, &["family", "name", "handle"]))),
        (
            "chains",
            chains(socket),
            listed("chains", &["chain"], |c| {
                line(c, &["family", "table", "name", "handle", "type", "hook", "prio", "policy"])
            }),
        ),
        ("sets", sets(socket, false), listed("sets", &["set"], their_set)),
        ("maps", sets(socket, true), listed("maps", &["map"], their_set)),
        ("rules", rules(socket), listed_rules()),
        (
            "counters",
            objects(socket, ObjectType::COUNTER),
            listed("counters", &["counter"], |o| {
                line(o, &["family", "table", "name", "handle", "packets", "bytes"])
            }),
        ),
        (
            "quotas",
            objects(socket, ObjectType::QUOTA),
            listed("quotas", &["quota"], |o| {
                line(o, &["family", "table", "name", "handle", "bytes", "used", "inv"])
            }),
        ),
        (
            "limits",
            objects(socket, ObjectType::LIMIT),
            listed("limits", &["limit"], |o| {
                line(
                    o,
                    &[
                        "family",
                        "table",
                        "name",
                        "handle",
                        "rate",
                        "rate_unit",
                        "per",
                        "burst",
                        "burst_unit",
                        "inv",
                    ],
                )
            }),
        ),
    ]
}

/// What `nft -j list` says of these.
fn listed(what: &str, keys: &[&str], line: impl Fn(&Value) -> String) -> BTreeSet<String> {
    let text = nft_output(&["-j", "list", what]);
    let all: Value =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("nft -j list {what}: {e}: {text}"));
    let all = all["nftables"].as_array().expect("a list");
    all.iter().flat_map(|one| keys.iter().filter_map(|key| one.get(*key))).map(line).collect()
}

/// These members as words; `-` where there is none.
fn line(of: &Value, keys: &[&str]) -> String {
    let words: Vec<String> = keys.iter().map(|key| word(&of[*key])).collect();
    words.join(" ")
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(word).collect::<Vec<_>>().join("."),
        other => other.to_string(),
    }
}

fn their_set(set: &Value) -> String {
    let mut flags: Vec<String> = set["flags"].as_array().into_iter().flatten().map(word).collect();
    flags.sort();
    let keys =
        ["family", "table", "name", "handle", "type", "map", "size", "timeout", "gc-interval", "policy"];
    format!("{} {}", line(set, &keys).replace(" . ", "."), flags.join(","))
}

/// Chain, table and handle of every rule: no JSON, because some versions of `nft` crash over it.
fn listed_rules() -> BTreeSet<String> {
    let text = nft_output(&["-a", "list", "ruleset"]);
    let (mut table, mut chain) = (String::new(), None);
    let mut all = BTreeSet::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let depth = line.len() - line.trim_start_matches('\t').len();
        match (depth, words.as_slice()) {
            (0, ["table", family, name, ..]) => table = format!("{family} {name}"),
            (1, ["chain", name, ..]) => chain = Some((*name).to_owned()),
            (1, _) => chain = None,
            (_, [.., "#", "handle", handle]) => {
                if let Some(chain) = &chain {
                    all.insert(format!("{table} {chain} {handle}"));
                }
            }
            _ => {}
        }
    }
    all
}

fn family(of: Nfproto) -> &'static str {
    match of {
        Nfproto::INET => "inet",
        Nfproto::IPV4 => "ip",
        Nfproto::IPV6 => "ip6",
        Nfproto::ARP => "arp",
        Nfproto::BRIDGE => "bridge",
        Nfproto::NETDEV => "netdev",
        other => panic!("a table of {other:?}"),
    }
}

fn text(value: Option<NlStr<'_>>) -> String {
    value.map_or("-".to_owned(), |v| v.to_string())
}

fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or("-".to_owned(), |v| v.to_string())
}

fn tables(socket: &mut Socket) -> BTreeSet<String> {
    let all = socket.dump_all(GetTable::dump(), |t| {
        let of = family(t.header().nfgen_family);
        Ok(format!("{of} {} {}", text(t.name()?), or_dash(t.handle()?)))
    });
    all.expect("the tables").into_iter().collect()
}

fn chains(socket: &mut Socket) -> BTreeSet<String> {
    let all = socket.dump_all(GetChain::dump(), |c| {
        let of = family(c.header().nfgen_family);
        let (mut hook, mut priority) = ("-".to_owned(), "-".to_owned());
        if let Some(h) = c.hook()? {
            let name = match h.hooknum()?.expect("a hook") {
                HookNumberView::Arp(hook) => hook.c_name(),
                HookNumberView::Bridge(hook) => hook.c_name(),
                HookNumberView::Netdev(hook) => hook.c_name(),
                HookNumberView::Other(hook) => hook.c_name(),
                other => panic!("{other:?}"),
            };
            // `nft` calls NF_INET_PRE_ROUTING prerouting, and NF_INET_LOCAL_IN and NF_ARP_IN input.
            let words: Vec<&str> = name.expect("a known hook").split('_').skip(2).collect();
            hook = match words.as_slice() {
                ["LOCAL", "IN"] | ["IN"] => "input".to_owned(),
                ["LOCAL", "OUT"] | ["OUT"] => "output".to_owned(),
                words => words.concat().to_lowercase(),
            };
            priority = or_dash(h.priority()?);
        }
        let policy = c.policy()?.map(|p| if p == Policy::DROP { "drop" } else { "accept" });
        let words =
            [text(c.table()?), text(c.name()?), or_dash(c.handle()?), text(c.type_()?), hook, priority];
        Ok((c.flags()?, format!("{of} {} {}", words.join(" "), or_dash(policy))))
    });
    let all = all.expect("the chains").into_iter();
    all.filter(|(flags, _)| !flags.is_some_and(|f| f.contains(nftables::ChainFlags::BINDING)))
        .map(|(_, l)| l)
        .collect()
}

/// Types that user space numbers; of several fields, six bits each.
fn type_name(mut number: u32) -> String {
    let mut names = Vec::new();
    while number != 0 {
        names.push(match number & 0x3f {
            7 => "ipv4_addr",
            8 => "ipv6_addr",
            13 => "inet_service",
            19 => "mark",
            41 => "ifname",
            _ => "?",
        });
        number >>= 6;
    }
    names.reverse();
    names.join(".")
}

fn sets(socket: &mut Socket, maps: bool) -> BTreeSet<String> {
    const NAMED: &[(SetFlags, &str)] =
        &[(SetFlags::CONSTANT, "constant"), (SetFlags::INTERVAL, "interval"), (SetFlags::TIMEOUT, "timeout")];
    let all = socket.dump_all(GetSet::dump(), |s| {
        let flags = s.flags()?.unwrap_or_default();
        let is_map = flags.contains(SetFlags::MAP) || flags.contains(SetFlags::OBJECT);
        let data = match (s.data_type()?, s.obj_type()?) {
            (_, Some(ObjectType::CT_HELPER)) => "ct helper".to_owned(),
            (_, Some(kind)) => {
                kind.c_name().expect("a known kind").rsplit('_').next().unwrap_or_default().to_lowercase()
            }
            (Some(nftables::DataType::VERDICT), _) => "verdict".to_owned(),
            (Some(other), _) => type_name(other.0),
            (None, None) => "-".to_owned(),
        };
        let policy = s.policy()?.filter(|p| *p == SetPolicy::MEMORY).map(|_| "memory");
        let size = match s.desc()? {
            // Where it does not change, the size says nothing more, and `nft` does not.
            Some(desc) if !flags.contains(SetFlags::CONSTANT) => desc.size()?,
            _ => None,
        };
        let words = [
            family(s.header().nfgen_family).to_owned(),
            text(s.table()?),
            text(s.name()?),
            or_dash(s.handle()?),
            type_name(s.key_type()?.unwrap_or_default()),
            data,
            or_dash(size),
            or_dash(s.timeout()?.map(|ms| ms / 1000)),
            or_dash(s.gc_interval()?.map(|ms| ms / 1000)),
            or_dash(policy),
        ];
        let names: Vec<&str> = NAMED.iter().filter(|(f, _)| flags.contains(*f)).map(|(_, n)| *n).collect();
        let wanted = is_map == maps && !flags.contains(SetFlags::ANONYMOUS);
        Ok(wanted.then(|| format!("{} {}", words.join(" "), names.join(","))))
    });
    all.expect("the sets").into_iter().flatten().collect()
}

fn rules(socket: &mut Socket) -> BTreeSet<String> {
    let all = socket.dump_all(GetRule::dump(), |r| {
        let chain = text(r.chain()?);
        let of = family(r.header().nfgen_family);
        Ok((!chain.starts_with("__")).then_some(format!(
            "{of} {} {chain} {}",
            text(r.table()?),
            or_dash(r.handle()?)
        )))
    });
    all.expect("the rules").into_iter().flatten().collect()
}

fn objects(socket: &mut Socket, kind: ObjectType) -> BTreeSet<String> {
    let all = socket.dump_all(GetObj::dump().with(|b| b.type_(kind)), |o| {
        let names = [
            family(o.header().nfgen_family).to_owned(),
            text(o.table()?),
            text(o.name()?),
            or_dash(o.handle()?),
        ];
        Ok(format!("{} {}", names.join(" "), object(o.data()?)?))
    });
    all.expect("the objects").into_iter().collect()
}

fn object(data: Option<ObjectDataView<'_>>) -> Result<String, DecodeError> {
    Ok(match data.expect("what the kind needs") {
        ObjectDataView::Counter(c) => format!("{} {}", or_dash(c.packets()?), or_dash(c.bytes()?)),
        ObjectDataView::Quota(q) => {
            let over = q.flags()?.filter(|f| f.contains(nftables::QuotaFlags::INV)).map(|_| true);
            format!("{} {} {}", or_dash(q.bytes()?), or_dash(q.consumed()?), or_dash(over))
        }
        ObjectDataView::Limit(l) => {
            let unit = match l.unit()? {
                Some(1) => "second",
                Some(60) => "minute",
                _ => "?",
            };
            let over = l.flags()?.filter(|f| f.contains(nftables::LimitFlags::INV)).map(|_| true);
            let bytes = l.type_()? == Some(nftables::LimitType::PKT_BYTES);
            let amount = |n: Option<u64>| match n.unwrap_or_default() {
                n if !bytes => format!("{n} -"),
                n if n % (1 << 20) == 0 => format!("{} mbytes", n >> 20),
                n if n % (1 << 10) == 0 => format!("{} kbytes", n >> 10),
                n => format!("{n} bytes"),
            };
            let burst = amount(l.burst()?.map(u64::from));
            format!("{} {unit} {burst} {}", amount(l.rate()?), or_dash(over))
        }
        other => panic!("no object that was asked for: {other:?}"),
    })
}
