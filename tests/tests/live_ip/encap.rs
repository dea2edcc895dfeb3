//! Lightweight tunnels of routes and nexthops; `ip` writes their keys among the route's own.

use crate::json::{Json, Obj};
use crate::names;
use crate::world::{Links, word, words};
use netlink_families::lwtunnel::{
    EncapView, Ipv6SrHdr, Seg6IptunMode, Seg6LocalAction, Seg6LocalFlvOp, Seg6LocalView, Seg6View, Sr6Flag1,
    TunnelFlags,
};
use netlink_runtime::DecodeError;
use netlink_runtime::wire::FlexView;
use std::net::Ipv6Addr;

type Result<T> = std::result::Result<T, DecodeError>;

const MODES: &[(Seg6IptunMode, &str)] = &[
    (Seg6IptunMode::INLINE, "inline"),
    (Seg6IptunMode::ENCAP, "encap"),
    (Seg6IptunMode::L2ENCAP, "l2encap"),
    (Seg6IptunMode::ENCAP_RED, "encap.red"),
    (Seg6IptunMode::L2ENCAP_RED, "l2encap.red"),
];
const ACTIONS: &[(Seg6LocalAction, &str)] = &[
    (Seg6LocalAction::END, "End"),
    (Seg6LocalAction::END_X, "End.X"),
    (Seg6LocalAction::END_T, "End.T"),
    (Seg6LocalAction::END_DX2, "End.DX2"),
    (Seg6LocalAction::END_DX6, "End.DX6"),
    (Seg6LocalAction::END_DX4, "End.DX4"),
    (Seg6LocalAction::END_DT6, "End.DT6"),
    (Seg6LocalAction::END_DT4, "End.DT4"),
    (Seg6LocalAction::END_DT46, "End.DT46"),
    (Seg6LocalAction::END_B6, "End.B6"),
    (Seg6LocalAction::END_B6_ENCAP, "End.B6.Encaps"),
];
const FLAVORS: &[(Seg6LocalFlvOp, &str)] = &[
    (Seg6LocalFlvOp::PSP, "psp"),
    (Seg6LocalFlvOp::USP, "usp"),
    (Seg6LocalFlvOp::USD, "usd"),
    (Seg6LocalFlvOp::NEXT_CSID, "next-csid"),
];

/// Adds an encapsulation.
pub(crate) fn encap(out: &mut Obj, encap: Option<EncapView<'_>>, links: &Links) -> Result<()> {
    match encap {
        None => {}
        Some(EncapView::Mpls(mpls)) => {
            out.set("encap", "mpls");
            out.opt("dst", mpls.dst()?.map(|labels| labels.to_string()));
            out.opt("ttl", mpls.ttl()?);
        }
        Some(EncapView::Ip(ip)) => {
            out.set("encap", "ip");
            out.opt("id", ip.id()?);
            out.opt("src", ip.src()?);
            out.opt("dst", ip.dst()?);
            out.opt("ttl", ip.ttl()?);
            out.opt("tos", ip.tos()?);
            tunnel_flags(out, ip.flags()?);
        }
        Some(EncapView::Ip6(ip)) => {
            out.set("encap", "ip6");
            out.opt("id", ip.id()?);
            out.opt("src", ip.src()?);
            out.opt("dst", ip.dst()?);
            out.opt("hoplimit", ip.hoplimit()?);
            out.opt("tc", ip.tc()?);
            tunnel_flags(out, ip.flags()?);
        }
        Some(EncapView::Seg6(seg6)) => {
            out.set("encap", "seg6");
            segments_of(out, &seg6)?;
        }
        Some(EncapView::Seg6Local(local)) => {
            out.set("encap", "seg6local");
            seg6local(out, &local, links)?;
        }
        Some(other) => panic!("no test sets up {other:?}"),
    }
    Ok(())
}

fn tunnel_flags(out: &mut Obj, flags: Option<TunnelFlags>) {
    let flags = flags.unwrap_or_default();
    out.mark("key", flags.contains(TunnelFlags::KEY));
    out.mark("csum", flags.contains(TunnelFlags::CSUM));
    out.mark("seq", flags.contains(TunnelFlags::SEQ));
}

fn segments_of(out: &mut Obj, seg6: &Seg6View<'_>) -> Result<()> {
    let Some(encap) = seg6.srh()? else { return Ok(()) };
    out.set("mode", word(encap.head.mode, MODES));
    out.set("segs", segments_in_order(encap.head.srh, encap.tail().collect()));
    Ok(())
}

/// The path as it is travelled: the header holds it backwards, and more after the last segment.
fn segments_in_order(header: Ipv6SrHdr, mut segments: Vec<Ipv6Addr>) -> Vec<Json> {
    assert!(!header.flags.contains(Sr6Flag1::HMAC), "no test sets up an HMAC");
    segments.truncate(usize::from(header.first_segment) + 1);
    segments.into_iter().rev().map(Json::from).collect()
}

fn routing_header(header: FlexView<'_, Ipv6SrHdr>) -> Obj {
    let mut out = Obj::default();
    out.set("segs", segments_in_order(header.head, header.tail().collect()));
    out
}

fn seg6local(out: &mut Obj, local: &Seg6LocalView<'_>, links: &Links) -> Result<()> {
    out.opt("action", local.action()?.map(|action| word(action, ACTIONS)));
    out.opt("srh", local.srh()?.map(routing_header));
    out.opt("table", local.table()?.map(|table| names::table(table.0)));
    out.opt("vrftable", local.vrftable()?.map(|table| names::table(table.0)));
    out.opt("nh4", local.nh4()?);
    out.opt("nh6", local.nh6()?);
    out.opt("iif", local.iif()?.map(|index| links.name(index)));
    out.opt("oif", local.oif()?.map(|index| links.name(index)));
    if let Some(counters) = local.counters()? {
        let mut stats = Obj::default();
        stats.opt("packets", counters.packets()?);
        stats.opt("bytes", counters.bytes()?);
        stats.opt("errors", counters.errors()?);
        out.set("stats64", stats);
    }
    if let Some(flavors) = local.flavors()? {
        out.opt("flavors", flavors.operation()?.map(|operations| words(operations, FLAVORS)));
        out.opt("lblen", flavors.lcblock_bits()?);
        out.opt("nflen", flavors.lcnode_fn_bits()?);
    }
    Ok(())
}
