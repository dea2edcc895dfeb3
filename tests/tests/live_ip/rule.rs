//! Routing rules.

use crate::json::Obj;
use crate::names;
use crate::world::{World, hex};
use netlink_families::common::RouteFamily;
use netlink_families::rt_rule::{self, FibRule, FibRuleHdr, FibRulePortRange, FrAct, RuleView};
use netlink_runtime::DecodeError;
use netlink_runtime::socket::Error;
use std::net::IpAddr;

/// All rules of a family.
pub(crate) fn rules(world: &mut World, family: RouteFamily) -> Result<Vec<Obj>, Error> {
    let header = FibRuleHdr { family, ..FibRuleHdr::default() };
    let request = rt_rule::GetRule::dump().with(|rule| rule.header(header));
    world.socket.dump_all(request, |view| rule(&view))
}

fn rule(view: &RuleView<'_>) -> Result<Obj, DecodeError> {
    let header = view.header();
    let mut out = Obj::default();
    out.set("priority", view.priority()?.unwrap_or_default());
    out.null("not", header.flags.contains(FibRule::INVERT));
    match view.src()? {
        Some(src) => prefix(&mut out, ["src", "srclen"], src, header.src_len),
        None => out.set("src", "all"),
    }
    if let Some(dst) = view.dst()? {
        prefix(&mut out, ["dst", "dstlen"], dst, header.dst_len);
    }
    out.opt("tos", Some(header.tos).filter(|tos| *tos != 0).map(|tos| format!("0x{tos:02x}")));
    let (mark, mask) = (view.fwmark()?, view.fwmask()?);
    if mark.is_some() || mask.is_some() {
        out.set("fwmark", hex(mark.unwrap_or_default()));
        out.opt("fwmask", mask.filter(|mask| *mask != u32::MAX).map(hex));
    }
    out.opt("iif", view.iifname()?);
    out.null("iif_detached", header.flags.contains(FibRule::IIF_DETACHED));
    out.opt("oif", view.oifname()?);
    out.null("oif_detached", header.flags.contains(FibRule::OIF_DETACHED));
    out.null("l3mdev", view.l3mdev()?.is_some_and(|v| v != 0));
    if let Some(range) = view.uid_range()? {
        out.set("uid_start", range.start);
        out.set("uid_end", range.end);
    }
    out.opt("ipproto", view.ip_proto()?.map(|protocol| names::ip_protocol(protocol.0)));
    ports(&mut out, ["sport", "sport_start", "sport_end"], view.sport_range()?);
    ports(&mut out, ["dport", "dport_start", "dport_end"], view.dport_range()?);
    out.opt("tun_id", view.tun_id()?);
    // A rule that sends to no table has none, also where the kernel names 0.
    let table = view.table()?.map_or(header.table.0, |table| table.0);
    out.opt("table", Some(table).filter(|table| *table != 0).map(names::table));
    out.opt("suppress_prefixlen", view.suppress_prefixlen()?.filter(|length| *length != u32::MAX));
    let group = view.suppress_ifgroup()?.filter(|group| *group != u32::MAX);
    out.opt("suppress_ifgroup", group.map(|group| group.to_string()));
    if let Some((from, to)) = view.flow()?.map(names::realms) {
        out.opt("flow_from", from);
        out.set("flow_to", to);
    }
    match header.action {
        FrAct::GOTO => {
            out.opt("goto", view.goto()?);
            out.null("unresolved", header.flags.contains(FibRule::UNRESOLVED));
        }
        FrAct::NOP => out.null("nop", true),
        FrAct::TO_TBL => {}
        // The other actions have the numbers of types of routes.
        action => out.set("action", names::route_type(action.0)),
    }
    out.opt("protocol", view.protocol()?.map(|protocol| names::protocol(protocol.0)));
    Ok(out)
}

fn prefix(out: &mut Obj, [key, length_key]: [&str; 2], address: IpAddr, length: u8) {
    let whole = if address.is_ipv4() { 32 } else { 128 };
    out.set(key, address);
    out.opt(length_key, Some(length).filter(|length| *length != whole));
}

fn ports(out: &mut Obj, [one, start, end]: [&str; 3], range: Option<FibRulePortRange>) {
    match range {
        Some(range) if range.start == range.end => out.set(one, range.start),
        Some(range) => {
            out.set(start, range.start);
            out.set(end, range.end);
        }
        None => {}
    }
}
