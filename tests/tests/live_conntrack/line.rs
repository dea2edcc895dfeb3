//! A connection as `conntrack -L -o id` writes it.

use netlink_families::conntrack::{ConntrackView, CountersView, Status, TupleView};
use netlink_families::nfnetlink::L4proto;
use netlink_runtime::DecodeError;

/// Leaves out what changes from one look to the next.
pub(crate) fn without_times(line: &str) -> String {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    // Protocol, its number, and seconds where they are not fixed.
    if words.get(2).is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit())) {
        words.remove(2);
    }
    words.retain(|w| !w.starts_with("delta-time=") && !w.starts_with("use="));
    words.join(" ")
}

/// The line.
pub(crate) fn of(ct: ConntrackView<'_>) -> Result<String, DecodeError> {
    let mut words = Vec::new();
    let orig = ct.tuple_orig()?.expect("a tuple");
    let status = ct.status()?.unwrap_or_default();
    let proto = orig.proto()?.expect("a protocol").num()?.expect("its number");
    let name = match proto {
        L4proto::TCP => "tcp",
        L4proto::UDP => "udp",
        L4proto::SCTP => "sctp",
        L4proto::ICMP => "icmp",
        L4proto::ICMPV6 => "icmpv6",
        L4proto::GRE => "gre",
        _ => "unknown",
    };
    words.push(format!("{name} {}", proto.0));
    if let Some(info) = ct.protoinfo()? {
        let state = match (info.tcp()?, info.sctp()?) {
            (Some(tcp), _) => tcp.state()?.and_then(|s| s.c_name()),
            (_, Some(sctp)) => sctp.state()?.and_then(|s| s.c_name()),
            _ => None,
        };
        words.extend(state.map(|s| s.splitn(3, '_').last().unwrap_or_default().to_owned()));
    }
    tuple(orig, &mut words)?;
    words.extend(orig.zone()?.map(|z| format!("zone-orig={z}")));
    counters(ct.counters_orig()?, &mut words)?;
    if !status.contains(Status::SEEN_REPLY) {
        words.push("[UNREPLIED]".to_owned());
    }
    tuple(ct.tuple_reply()?.expect("a tuple"), &mut words)?;
    counters(ct.counters_reply()?, &mut words)?;
    if status.contains(Status::ASSURED) {
        words.push("[ASSURED]".to_owned());
    }
    words.extend(ct.mark()?.map(|m| format!("mark={m}")));
    words.extend(ct.zone()?.map(|z| format!("zone={z}")));
    if let Some(help) = ct.help()? {
        words.extend(help.name()?.map(|n| format!("helper={n}")));
    }
    words.extend(ct.id()?.map(|id| format!("id={id}")));
    Ok(words.join(" "))
}

fn tuple(tuple: TupleView<'_>, words: &mut Vec<String>) -> Result<(), DecodeError> {
    let ip = tuple.ip()?.expect("addresses");
    words.extend(ip.v4_src()?.map(|a| format!("src={a}")));
    words.extend(ip.v4_dst()?.map(|a| format!("dst={a}")));
    words.extend(ip.v6_src()?.map(|a| format!("src={a}")));
    words.extend(ip.v6_dst()?.map(|a| format!("dst={a}")));
    let proto = tuple.proto()?.expect("a protocol");
    let gre = proto.num()? == Some(L4proto::GRE);
    let port = |name: &str, port: u16| match gre {
        true => format!("{name}key={port:#x}").replace("sport", "src").replace("dport", "dst"),
        false => format!("{name}={port}"),
    };
    words.extend(proto.src_port()?.map(|p| port("sport", p)));
    words.extend(proto.dst_port()?.map(|p| port("dport", p)));
    for (kind, code, id) in [
        (proto.icmp_type()?, proto.icmp_code()?, proto.icmp_id()?),
        (proto.icmpv6_type()?, proto.icmpv6_code()?, proto.icmpv6_id()?),
    ] {
        words.extend(kind.map(|n| format!("type={n}")));
        words.extend(code.map(|n| format!("code={n}")));
        words.extend(id.map(|n| format!("id={n}")));
    }
    Ok(())
}

fn counters(counters: Option<CountersView<'_>>, words: &mut Vec<String>) -> Result<(), DecodeError> {
    let Some(counters) = counters else { return Ok(()) };
    words.extend(counters.packets()?.map(|n| format!("packets={n}")));
    words.extend(counters.bytes()?.map(|n| format!("bytes={n}")));
    Ok(())
}
