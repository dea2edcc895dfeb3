//! Actions as `tc -j -s -d` prints them, rebuilt from our views.

use crate::filter::{bytecode, hex_bytes, protocol};
use crate::handle;
use crate::json::{Json, Obj};
use crate::statistics;
use netlink_families::tc_action::{
    ActionOptionsView, ActionView, CtView, GateView, IfeDirection, IfeView, MirredAction, PeditCmd,
    PeditHeaderType, PeditView, PoliceView, TcfT, TunnelKeyView, Verdict,
};
use netlink_runtime::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

/// What all kinds say of themselves.
struct Common {
    verdict: Verdict,
    index: u32,
    refcnt: i32,
    bindcnt: i32,
    tm: Option<TcfT>,
}

macro_rules! common {
    ($view:ident, $parms:expr) => {{
        let parms = $parms;
        Common {
            verdict: parms.action,
            index: parms.index,
            refcnt: parms.refcnt,
            bindcnt: parms.bindcnt,
            tm: $view.tm()?,
        }
    }};
    ($view:ident) => {
        common!($view, $view.parms()?.expect("parameters"))
    };
}

/// An action and its place among others.
pub(crate) fn action(order: u16, view: &ActionView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.set("order", order);
    let Some(options) = view.options()? else { return Ok(out) };
    match &options {
        // `tc` forgets the kind of these.
        ActionOptionsView::Gate(_) => {}
        ActionOptionsView::Nat(_) => out.set("type", "nat"),
        _ => out.opt("kind", view.kind()?),
    }
    let common = kind(&mut out, &options)?;
    if let Some(common) = common {
        // Where there are two verdicts, this is the first.
        out.0.insert(1, ("control_action".to_owned(), control(common.verdict).into()));
        out.set("index", common.index);
        out.set("ref", common.refcnt);
        out.set("bind", common.bindcnt);
        if let Some(tm) = common.tm {
            out.set("installed", tm.install / 100);
            out.set("last_used", tm.lastuse / 100);
            out.opt("first_used", Some(tm.firstuse / 100).filter(|_| tm.firstuse != 0));
        }
    }
    if let Some(stats) = view.stats()? {
        let mut counters = Obj::default();
        statistics::counters(&mut counters, &stats.basic()?, &stats.queue()?);
        out.set("stats", counters);
    }
    out.opt("cookie", view.cookie()?.map(hex_bytes));
    Ok(out)
}

fn control(verdict: Verdict) -> Obj {
    let mut out = Obj::default();
    let number = verdict.0 as u32;
    if number & 0xf000_0000 == Verdict::GOTO_CHAIN.0 as u32 {
        out.set("type", "goto");
        out.set("chain", number & 0x0fff_ffff);
        return out;
    }
    let word = match verdict {
        Verdict::UNSPEC => "continue",
        Verdict::OK => "pass",
        Verdict::RECLASSIFY => "reclassify",
        Verdict::SHOT => "drop",
        Verdict::PIPE => "pipe",
        Verdict::STOLEN => "stolen",
        other => panic!("{other:?}"),
    };
    out.set("type", word);
    out
}

/// What is particular to a kind.
fn kind(out: &mut Obj, options: &ActionOptionsView<'_>) -> Result<Option<Common>> {
    Ok(Some(match options {
        ActionOptionsView::Police(view) => return police(out, view).map(Some),
        ActionOptionsView::Gact(view) => {
            let other = view.prob()?.unwrap_or_default();
            let mut prob = Obj::default();
            prob.set("random_type", ["none", "netrand", "determ"][other.ptype.0 as usize]);
            prob.set("control_action", control(other.paction));
            prob.set("val", other.pval);
            out.set("prob", prob);
            common!(view)
        }
        ActionOptionsView::Pedit(view) => return pedit(out, view).map(Some),
        ActionOptionsView::Mirred(view) => {
            let parms = view.parms()?.expect("parameters");
            let (direction, what) = match parms.eaction {
                MirredAction::EGRESS_REDIR => ("egress", "redirect"),
                MirredAction::EGRESS_MIRROR => ("egress", "mirror"),
                MirredAction::INGRESS_REDIR => ("ingress", "redirect"),
                _ => ("ingress", "mirror"),
            };
            out.set("mirred_action", what);
            out.set("direction", direction);
            out.set(
                "to_dev",
                nix::net::if_::if_indextoname(parms.ifindex)
                    .map_or_else(|error| error.to_string(), |name| name.to_string_lossy().into_owned()),
            );
            common!(view)
        }
        ActionOptionsView::Nat(view) => {
            let parms = view.parms()?.expect("parameters");
            out.set("direction", if parms.flags.0 & 1 != 0 { "egress" } else { "ingress" });
            out.set("new_addr", parms.new_addr);
            common!(view)
        }
        ActionOptionsView::Skbedit(view) => {
            out.opt("queue_mapping", view.queue_mapping()?);
            out.opt("priority", view.priority()?.map(handle::text));
            out.opt("mark", view.mark()?);
            out.opt("mask", view.mask()?.map(|mask| format!("{mask:x}")));
            out.opt("ptype", view.ptype()?.map(|v| if v == 0 { "host" } else { "other" }));
            out.null("inheritdsfield", view.flags()?.is_some_and(|flags| flags.0 & 0x20 != 0));
            common!(view)
        }
        ActionOptionsView::Vlan(view) => {
            let parms = view.parms()?.expect("parameters");
            let words = ["", "pop", "push", "modify", "pop_eth", "push_eth"];
            out.set("vlan_action", words[parms.v_action.0 as usize]);
            out.opt("id", view.push_vlan_id()?);
            out.opt("protocol", view.push_vlan_protocol()?.map(|v| protocol(v.0 as u16)));
            out.opt("priority", view.push_vlan_priority()?);
            out.opt("dst_mac", view.push_eth_dst()?);
            out.opt("src_mac", view.push_eth_src()?);
            common!(view)
        }
        ActionOptionsView::Bpf(view) => {
            if let Some(ops) = view.ops()? {
                bytecode(out, ops.iter().map(|op| (op.code, op.jt, op.jf, op.k)));
            }
            common!(view)
        }
        ActionOptionsView::Connmark(view) => {
            out.set("zone", view.parms()?.expect("parameters").zone);
            common!(view)
        }
        ActionOptionsView::Csum(view) => {
            let flags = view.parms()?.expect("parameters").update_flags.0;
            let words = ["iph", "icmp", "igmp", "tcp", "udp", "udplite", "sctp"];
            let set: Vec<&str> = (0..7).filter(|bit| flags & 1 << bit != 0).map(|bit| words[bit]).collect();
            out.set("csum", set.join(", "));
            common!(view)
        }
        ActionOptionsView::TunnelKey(view) => {
            tunnel_key(out, view)?;
            common!(view)
        }
        ActionOptionsView::Ife(view) => {
            ife(out, view)?;
            common!(view)
        }
        ActionOptionsView::Sample(view) => {
            out.opt("rate", view.rate()?);
            out.opt("group", view.psample_group()?);
            out.opt("trunc_size", view.trunc_size()?);
            common!(view)
        }
        ActionOptionsView::Ctinfo(view) => {
            let hex = |value: Option<u32>| value.map(|v| format!("{v:#x}"));
            out.opt("zone", view.zone()?);
            out.opt("dscpmask", hex(view.parms_dscp_mask()?));
            out.opt("dscpstatemask", hex(view.parms_dscp_statemask()?));
            out.opt("cpmark", hex(view.parms_cpmark_mask()?));
            out.opt("dscpset", view.stats_dscp_set()?);
            out.opt("dscperror", view.stats_dscp_error()?);
            out.opt("cpmarkset", view.stats_cpmark_set()?);
            common!(view, view.act()?.expect("parameters"))
        }
        ActionOptionsView::Mpls(view) => {
            let parms = view.parms()?.expect("parameters");
            let words = ["", "pop", "push", "modify", "dec_ttl", "mac_push"];
            out.set("mpls_action", words[parms.m_action.0 as usize]);
            let protocol = view.proto()?.map(|v| protocol(v.0 as u16));
            out.opt("protocol", protocol.filter(|_| [1, 2, 5].contains(&parms.m_action.0)));
            out.opt("label", view.label()?);
            out.opt("tc", view.tc()?);
            out.opt("bos", view.bos()?);
            out.opt("ttl", view.ttl()?);
            common!(view)
        }
        ActionOptionsView::Ct(view) => {
            ct(out, view)?;
            common!(view)
        }
        ActionOptionsView::Gate(view) => {
            gate(out, view)?;
            common!(view)
        }
        _ => return Ok(None),
    }))
}

fn police(out: &mut Obj, view: &PoliceView<'_>) -> Result<Common> {
    let parms = view.tbf()?.expect("parameters");
    out.opt("pkts_rate", view.pktrate64()?);
    // A time in ticks of 64 ns.
    let burst = view.pktrate64()?.zip(view.pktburst64()?);
    out.opt("pkts_burst", burst.map(|(rate, ticks)| rate * ticks * 64 / 1_000_000_000));
    out.opt("control_action", view.result()?.filter(|v| v.0 != 0).map(control));
    out.set("overhead", parms.rate.overhead);
    out.set("linklayer", ["unspec", "ethernet", "atm"][parms.rate.linklayer.0 as usize & 15]);
    Ok(Common {
        verdict: parms.action,
        index: parms.index,
        refcnt: parms.refcnt,
        bindcnt: parms.bindcnt,
        tm: view.tm()?,
    })
}

fn pedit(out: &mut Obj, view: &PeditView<'_>) -> Result<Common> {
    let extended = view.keys_ex()?;
    let sel = view.parms_ex()?.or(view.parms()?).expect("parameters");
    let mut kinds = Vec::new();
    for key in extended.iter().flat_map(|keys| keys.key_ex()) {
        let key = key?;
        kinds.push((key.htype()?.expect("a header"), key.cmd()?.expect("a command")));
    }
    out.set("nkeys", sel.head.nkeys);
    let words = ["network", "eth", "ipv4", "ipv6", "tcp", "udp"];
    let keys = sel.tail().enumerate().map(|(at, key)| {
        let (header, cmd) = kinds.get(at).copied().unwrap_or((PeditHeaderType::NETWORK, PeditCmd::SET));
        let mut line = Obj::default();
        line.set("htype", words[header.0 as usize]);
        line.set("offset", key.off);
        line.set("cmd", if cmd == PeditCmd::ADD { "add" } else { "set" });
        line.set("val", format!("{:x}", key.val));
        line.set("mask", format!("{:x}", key.mask));
        line.into()
    });
    out.set("keys", keys.collect::<Vec<Json>>());
    Ok(common!(view, sel.head))
}

fn tunnel_key(out: &mut Obj, view: &TunnelKeyView<'_>) -> Result<()> {
    let set = view.parms()?.expect("parameters").t_action.0 == 1;
    out.set("mode", if set { "set" } else { "unset" });
    out.opt("src_ip", view.enc_ipv4_src()?);
    out.opt("dst_ip", view.enc_ipv4_dst()?);
    out.opt("src_ip", view.enc_ipv6_src()?);
    out.opt("dst_ip", view.enc_ipv6_dst()?);
    out.opt("key_id", view.enc_key_id()?);
    out.opt("dst_port", view.enc_dst_port()?);
    if let Some(opts) = view.enc_opts()? {
        let mut geneve = Vec::new();
        for nest in opts.geneve() {
            let nest = nest?;
            for ((class, kind), data) in nest.class().zip(nest.type_()).zip(nest.data()) {
                geneve.push(geneve_option(class?, kind?, data?));
            }
        }
        out.opt("geneve_opts", Some(geneve).filter(|all| !all.is_empty()));
        if let Some(vxlan) = opts.vxlan()? {
            let mut option = Obj::default();
            option.opt("gbp", vxlan.gbp()?);
            out.set("vxlan_opts", vec![option.into()]);
        }
        if let Some(erspan) = opts.erspan()? {
            let mut option = Obj::default();
            option.opt("ver", erspan.ver()?);
            option.set("index", erspan.index()?.unwrap_or(0));
            option.set("dir", erspan.dir()?.unwrap_or(0));
            option.set("hwid", erspan.hwid()?.unwrap_or(0));
            out.set("erspan_opts", vec![option.into()]);
        }
    }
    out.opt("flag", view.no_csum()?.map(|v| if v != 0 { "nocsum" } else { "csum" }));
    out.opt("tos", view.enc_tos()?.filter(|v| *v != 0));
    out.opt("ttl", view.enc_ttl()?.filter(|v| *v != 0));
    Ok(())
}

/// A Geneve option.
pub(crate) fn geneve_option(class: u16, kind: u8, data: &[u8]) -> Json {
    let mut option = Obj::default();
    option.set("class", class);
    option.set("type", kind);
    option.set("data", data.iter().map(|byte| (*byte).into()).collect::<Vec<Json>>());
    option.into()
}

fn ife(out: &mut Obj, view: &IfeView<'_>) -> Result<()> {
    let parms = view.parms()?.expect("parameters");
    out.set("mode", if parms.flags == IfeDirection::ENCODE { "encode" } else { "decode" });
    // C's `%#x` of 0 has no prefix.
    out.opt("type", view.type_()?.map(|v| if v == 0 { "0".to_owned() } else { format!("{v:#x}") }));
    if let Some(list) = view.metalst()? {
        let carried = |value: Option<u32>| value.map_or(Json::from("allow"), Json::from);
        out.opt("mark", list.skbmark()?.map(|v| carried(v.get(0))));
        out.opt("prio", list.prio()?.map(|v| carried(v.get(0))));
        out.opt("tcindex", list.tcindex()?.map(|v| carried(v.get(0).map(u32::from))));
    }
    out.opt("dst", view.dmac()?);
    out.opt("src", view.smac()?);
    Ok(())
}

fn ct(out: &mut Obj, view: &CtView<'_>) -> Result<()> {
    let action = view.action()?.map_or(0, |action| action.0);
    let (commit, clear, nat) = (action & 1 != 0, action & 4 != 0, action & 8 != 0);
    out.opt("action", if commit { Some("commit") } else { clear.then_some("clear") });
    let mask = view.mark_mask()?;
    out.opt("mark", view.mark()?);
    out.opt("mark_mask", mask.filter(|mask| *mask != u32::MAX).map(|mask| format!("{mask:x}")));
    out.opt("zone", view.zone()?);
    if let Some(labels) = view.labels()? {
        let mask = view.labels_mask()?.unwrap_or_default();
        out.set("label", format!("{}/{}", hex_bytes(labels), hex_bytes(mask)));
    }
    if nat {
        let mut words = Vec::new();
        match action & 0x30 {
            0x10 => words.push("src".to_owned()),
            0x20 => words.push("dst".to_owned()),
            _ => {}
        }
        let range = |low: String, high: Option<String>| match high {
            Some(high) if high != low => format!("{low}-{high}"),
            _ => low,
        };
        if let Some(low) = view.nat_ipv4_min()? {
            words.push(format!(
                "addr {}",
                range(low.to_string(), view.nat_ipv4_max()?.map(|v| v.to_string()))
            ));
        }
        if let Some(low) = view.nat_ipv6_min()? {
            words.push(format!(
                "addr {}",
                range(low.to_string(), view.nat_ipv6_max()?.map(|v| v.to_string()))
            ));
        }
        if let Some(low) = view.nat_port_min()? {
            words.push(format!(
                "port {}",
                range(low.to_string(), view.nat_port_max()?.map(|v| v.to_string()))
            ));
        }
        out.set("nat", words.join(" "));
    }
    Ok(())
}

fn gate(out: &mut Obj, view: &GateView<'_>) -> Result<()> {
    out.opt("priority", view.priority()?);
    out.opt("clockid", view.clockid()?.map(|id| if id == 11 { "TAI" } else { "other" }));
    out.opt("flags", view.flags()?.map(|v| if v == 0 { "0".to_owned() } else { format!("{v:#x}") }));
    out.opt("base_time", view.base_time()?);
    out.opt("cycle_time", view.cycle_time()?);
    out.opt("cycle_time_ext", view.cycle_time_ext()?);
    let mut schedule = Vec::<Json>::new();
    if let Some(entries) = view.entry_list()? {
        for entry in entries.one_entry() {
            let (entry, mut line) = (entry?, Obj::default());
            line.opt("number", entry.index()?);
            line.set("gate_state", if entry.gate()? { "open" } else { "close" });
            line.opt("interval", entry.interval()?);
            line.opt("ipv", entry.ipv()?);
            line.opt("max_octets", entry.max_octets()?);
            schedule.push(line.into());
        }
    }
    out.set("schedule", schedule);
    Ok(())
}
