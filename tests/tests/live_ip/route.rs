//! Routes.

use crate::encap::encap;
use crate::json::{Json, Obj};
use crate::names;
use crate::nexthop;
use crate::world::{Links, World, hex, lower, words};
use netlink_families::common::Af;
use netlink_families::common::{NextHopFlags, RouteFamily, RouteTable};
use netlink_families::rt_route::{
    self, MetricsView, NexthopView, RouteFlags, RouteView, RtaCacheinfo, Rtmsg, Rtvia, TcpFeatures,
};
use netlink_runtime::DecodeError;
use netlink_runtime::socket::Error;
use netlink_runtime::types::Address;
use netlink_runtime::wire::FlexView;
use std::collections::BTreeMap;
use std::net::IpAddr;

type Result<T> = std::result::Result<T, DecodeError>;

const FLAGS: &[(RouteFlags, &str)] = &[
    (RouteFlags::DEAD, "dead"),
    (RouteFlags::ONLINK, "onlink"),
    (RouteFlags::PERVASIVE, "pervasive"),
    (RouteFlags::RTNH_F_OFFLOAD, "offload"),
    (RouteFlags::RTNH_F_TRAP, "trap"),
    (RouteFlags::NOTIFY, "notify"),
    (RouteFlags::LINKDOWN, "linkdown"),
    (RouteFlags::UNRESOLVED, "unresolved"),
    (RouteFlags::OFFLOAD, "rt_offload"),
    (RouteFlags::TRAP, "rt_trap"),
    (RouteFlags::OFFLOAD_FAILED, "rt_offload_failed"),
];
const HOP_FLAGS: &[(NextHopFlags, &str)] = &[
    (NextHopFlags::DEAD, "dead"),
    (NextHopFlags::ONLINK, "onlink"),
    (NextHopFlags::PERVASIVE, "pervasive"),
    (NextHopFlags::OFFLOAD, "offload"),
    (NextHopFlags::TRAP, "trap"),
    (NextHopFlags::LINKDOWN, "linkdown"),
    (NextHopFlags::UNRESOLVED, "unresolved"),
];

/// Nexthop objects by id.
type Hops = BTreeMap<u32, Obj>;

/// All routes of a family.
pub(crate) fn routes(world: &mut World, family: RouteFamily) -> std::result::Result<Vec<Obj>, Error> {
    let hops = hops(world)?;
    let World { socket, links } = world;
    let header = Rtmsg { rtm_family: family, ..Rtmsg::default() };
    let request = rt_route::GetRoute::dump().with(|route| route.header(header));
    let all = socket.dump_all(request, |view| {
        let header = view.header();
        // IPv6 dumps cached entries too, which `ip` shows in a view of their own; and a kernel
        // that does not know the family answers with all others.
        let wanted = !header.rtm_flags.contains(RouteFlags::CLONED) && header.rtm_family == family;
        wanted.then(|| route(&view, links, &hops)).transpose()
    })?;
    Ok(all.into_iter().flatten().collect())
}

/// The route that a packet to this address takes.
pub(crate) fn lookup(world: &mut World, to: IpAddr) -> std::result::Result<Vec<Obj>, Error> {
    let hops = hops(world)?;
    let World { socket, links } = world;
    // IPv4 names the table only when asked to, IPv6 always.
    let (rtm_family, rtm_dst_len, rtm_flags) = match to {
        IpAddr::V4(_) => (RouteFamily::INET, 32, RouteFlags::LOOKUP_TABLE),
        IpAddr::V6(_) => (RouteFamily::INET6, 128, RouteFlags::empty()),
    };
    let header = Rtmsg { rtm_family, rtm_dst_len, rtm_flags, ..Rtmsg::default() };
    let answer =
        socket.get(rt_route::GetRoute::request().with(|r| r.header(header).dst(Address::from(to))))?;
    Ok(vec![route(&answer.view()?, links, &hops)?])
}

fn hops(world: &mut World) -> std::result::Result<Hops, Error> {
    let hops = nexthop::nexthops(world)?;
    Ok(hops.into_iter().collect())
}

fn route(view: &RouteView<'_>, links: &Links, hops: &Hops) -> Result<Obj> {
    let header = view.header();
    let cloned = header.rtm_flags.contains(RouteFlags::CLONED);
    let mut out = Obj::default();
    out.set("type", names::route_type(header.rtm_type.0));
    match view.dst()? {
        Some(dst) => out.set("dst", prefix(dst, header.rtm_dst_len)),
        None if header.rtm_dst_len != 0 => out.set("dst", format!("0/{}", header.rtm_dst_len)),
        None => out.set("dst", "default"),
    }
    match view.src()? {
        Some(src) => out.set("from", prefix(src.into(), header.rtm_src_len)),
        None if header.rtm_src_len != 0 => out.set("from", format!("0/{}", header.rtm_src_len)),
        None => {}
    }
    out.opt("to", view.newdst()?.map(|labels| labels.to_string()));
    encap(&mut out, view.encap()?, links)?;
    out.opt("tos", Some(header.rtm_tos).filter(|tos| *tos != 0).map(|tos| format!("0x{tos:02x}")));
    out.opt("nhid", view.nh_id()?);
    out.opt("gateway", view.gateway()?);
    out.opt("via", view.via()?.map(via));
    out.opt("dev", view.oif()?.map(|index| links.name(index)));
    let table = view.table()?.unwrap_or(RouteTable(header.rtm_table.0));
    out.set("table", names::table(table.0));
    if !cloned {
        out.set("protocol", names::protocol(header.rtm_protocol.0));
        out.set("scope", names::scope(header.rtm_scope.0));
    }
    out.opt("prefsrc", view.prefsrc()?);
    out.opt("metric", view.priority()?);
    out.set("flags", words(header.rtm_flags, FLAGS));
    out.opt("mark", view.mark()?.filter(|mark| *mark != 0).map(hex));
    out.opt("flow", view.flow()?.map(flow));
    out.opt("uid", view.uid()?);
    if cloned && header.rtm_family == RouteFamily::INET {
        out.set("cache", Vec::new());
    }
    if let Some(cache) = view.cacheinfo()? {
        cacheinfo(&mut out, &cache);
    }
    if let Some(metrics) = view.metrics()? {
        out.set("metrics", vec![self::metrics(&metrics)?.into()]);
    }
    out.opt("iif", view.iif()?.map(|index| links.name(index)));
    out.opt("pref", view.pref()?.map(|pref| lower(pref, "ICMPV6_ROUTER_PREF_")));
    out.opt("ttl-propogate", view.ttl_propagate()?.map(|v| v != 0));
    if let Some(multipath) = view.multipath()? {
        let family = header.rtm_family;
        let nexthops = multipath.map(|hop| Ok(nexthop(&hop?, links, family)?.into()));
        out.set("nexthops", nexthops.collect::<Result<Vec<Json>>>()?);
    }
    out.opt("nh_info", view.nh_id()?.and_then(|id| hops.get(&id)).cloned());
    Ok(out)
}

/// `10.0.0.0/8`, or the address alone when the whole of it counts.
fn prefix(address: Address, length: u8) -> String {
    let whole = match address {
        Address::Ip(IpAddr::V4(_)) => 32,
        Address::Ip(IpAddr::V6(_)) => 128,
        Address::Label(_) => 20,
        Address::Other(address) => 8 * address.as_bytes().len() as u8,
    };
    if length == whole { address.to_string() } else { format!("{address}/{length}") }
}

fn via(via: FlexView<'_, Rtvia>) -> Obj {
    let bytes = via.tail_bytes();
    let host = match via.head.rtvia_family {
        Af::INET => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        Af::INET6 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    };
    let mut out = Obj::default();
    out.set("family", names::family(via.head.rtvia_family));
    out.opt("host", host);
    out
}

fn flow(flow: u32) -> Obj {
    let (from, to) = names::realms(flow);
    let mut out = Obj::default();
    out.opt("from", from);
    out.set("to", to);
    out
}

fn cacheinfo(out: &mut Obj, cache: &RtaCacheinfo) {
    out.opt("expires", Some(cache.rta_expires).filter(|time| *time != 0).map(|time| time / 100));
    out.opt("error", Some(cache.rta_error).filter(|error| *error != 0));
    out.opt("users", Some(cache.rta_clntref).filter(|users| *users != 0));
    out.opt("used", Some(cache.rta_used).filter(|used| *used != 0));
    out.opt("age", Some(cache.rta_lastuse).filter(|age| *age != 0).map(|age| age / 100));
}

fn metrics(metrics: &MetricsView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("mtu", metrics.mtu()?);
    out.opt("window", metrics.window()?);
    // Kept in eighths and quarters of a millisecond.
    out.opt("rtt", metrics.rtt()?.map(|time| time / 8));
    out.opt("rttvar", metrics.rttvar()?.map(|time| time / 4));
    out.opt("ssthresh", metrics.ssthresh()?);
    out.opt("cwnd", metrics.cwnd()?);
    out.opt("advmss", metrics.advmss()?);
    out.opt("reordering", metrics.reordering()?);
    out.opt("hoplimit", metrics.hoplimit()?);
    out.opt("initcwnd", metrics.initcwnd()?);
    let features = metrics.features()?.unwrap_or_default();
    out.null("ecn", features.contains(TcpFeatures::ECN));
    out.opt("rto_min", metrics.rto_min()?);
    out.opt("initrwnd", metrics.initrwnd()?);
    out.opt("quickack", metrics.quickack()?);
    out.opt("congestion", metrics.cc_algo()?);
    out.opt("fastopen_no_cookie", metrics.fastopen_no_cookie()?);
    Ok(out)
}

fn nexthop(hop: &NexthopView<'_>, links: &Links, family: RouteFamily) -> Result<Obj> {
    let header = hop.header();
    let mut out = Obj::default();
    encap(&mut out, hop.encap()?, links)?;
    out.opt("to", hop.newdst()?.map(|labels| labels.to_string()));
    out.opt("gateway", hop.gateway()?);
    out.opt("via", hop.via()?.map(via));
    out.opt("flow", hop.flow()?.map(flow));
    out.set("dev", links.name(header.rtnh_ifindex as u32));
    if family != RouteFamily::MPLS {
        out.set("weight", u32::from(header.rtnh_hops) + 1);
    }
    out.set("flags", words(header.rtnh_flags, HOP_FLAGS));
    Ok(out)
}
