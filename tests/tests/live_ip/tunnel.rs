//! Tunnels over IPv4 and IPv6.

use crate::json::{Json, Obj};
use crate::overlay::tos;
use crate::world::{Links, dotted, hex, word};
use netlink_families::rt_link::{
    GreFlags, GreView, Ip6GreView, Ip6TnlF, Ip6TunnelView, IpTunnelProto, IpipView, SitFlags, SitView,
    TunnelEncapFlag, TunnelEncapTypes, Vti6View, VtiView,
};
use netlink_runtime::DecodeError;
use std::net::IpAddr;

type Result<T> = std::result::Result<T, DecodeError>;

const SIT_PROTOCOLS: &[(IpTunnelProto, &str)] = &[
    (IpTunnelProto::IP, "any"),
    (IpTunnelProto::IPIP, "ipip"),
    (IpTunnelProto::IPV6, "ip6ip"),
    (IpTunnelProto::MPLS, "mplsip"),
];
const IP6TNL_PROTOCOLS: &[(IpTunnelProto, &str)] =
    &[(IpTunnelProto::IP, "any"), (IpTunnelProto::IPIP, "ipip6"), (IpTunnelProto::IPV6, "ip6ip6")];

pub(crate) fn gre(gre: &GreView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.mark("external", gre.collect_metadata()?);
    ends(&mut out, gre.remote()?, gre.local()?);
    link(&mut out, gre.link()?, links);
    out.opt("ttl", gre.ttl()?);
    tos(&mut out, gre.tos()?);
    out.truth("pmtudisc", gre.pmtudisc()?);
    keys(&mut out, gre.iflags()?, gre.ikey()?, gre.oflags()?, gre.okey()?);
    out.mark("ignore_df", gre.ignore_df()?.is_some_and(|v| v != 0));
    out.opt("erspan_index", gre.erspan_index()?);
    out.opt("erspan_ver", gre.erspan_ver()?);
    out.opt("erspan_dir", gre.erspan_dir()?.map(|dir| if dir == 0 { "ingress" } else { "egress" }));
    out.opt("erspan_hwid", gre.erspan_hwid()?.map(hex));
    fwmark(&mut out, gre.fwmark()?);
    let ports = (gre.encap_sport()?, gre.encap_dport()?);
    encap(&mut out, gre.encap_type()?, gre.encap_flags()?, ports);
    Ok(out)
}

pub(crate) fn ip6gre(gre: &Ip6GreView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.mark("external", gre.collect_metadata()?);
    ends(&mut out, gre.remote()?, gre.local()?);
    link(&mut out, gre.link()?, links);
    out.opt("ttl", gre.ttl()?);
    flow(&mut out, gre.flags()?, gre.encap_limit()?, gre.flowinfo()?);
    keys(&mut out, gre.iflags()?, gre.ikey()?, gre.oflags()?, gre.okey()?);
    out.opt("erspan_index", gre.erspan_index()?);
    out.opt("erspan_ver", gre.erspan_ver()?);
    out.opt("erspan_dir", gre.erspan_dir()?.map(|dir| if dir == 0 { "ingress" } else { "egress" }));
    out.opt("erspan_hwid", gre.erspan_hwid()?.map(hex));
    fwmark(&mut out, gre.fwmark()?);
    let ports = (gre.encap_sport()?, gre.encap_dport()?);
    encap(&mut out, gre.encap_type()?, gre.encap_flags()?, ports);
    Ok(out)
}

pub(crate) fn ipip(ipip: &IpipView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.mark("external", ipip.collect_metadata()?);
    out.opt("proto", ipip.proto()?.map(|proto| word(proto, SIT_PROTOCOLS)));
    ends(&mut out, ipip.remote()?, ipip.local()?);
    link(&mut out, ipip.link()?, links);
    out.opt("ttl", ipip.ttl()?);
    tos(&mut out, ipip.tos()?);
    out.truth("pmtudisc", ipip.pmtudisc()?);
    fwmark(&mut out, ipip.fwmark()?);
    let ports = (ipip.encap_sport()?, ipip.encap_dport()?);
    encap(&mut out, ipip.encap_type()?, ipip.encap_flags()?, ports);
    Ok(out)
}

pub(crate) fn sit(sit: &SitView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("proto", sit.proto()?.map(|proto| word(proto, SIT_PROTOCOLS)));
    ends(&mut out, sit.remote()?, sit.local()?);
    link(&mut out, sit.link()?, links);
    out.opt("ttl", sit.ttl()?);
    tos(&mut out, sit.tos()?);
    out.truth("pmtudisc", sit.pmtudisc()?);
    out.mark("isatap", sit.flags()?.is_some_and(|flags| flags.contains(SitFlags::ISATAP)));
    if let Some(length) = sit._6rd_prefixlen()?.filter(|length| *length != 0) {
        out.opt("prefix", sit._6rd_prefix()?);
        out.set("prefixlen", length);
        if let Some(relay) = sit._6rd_relay_prefix()?.filter(|relay| !relay.is_unspecified()) {
            out.set("relay_prefix", relay);
            out.opt("relay_prefixlen", sit._6rd_relay_prefixlen()?);
        }
    }
    fwmark(&mut out, sit.fwmark()?);
    let ports = (sit.encap_sport()?, sit.encap_dport()?);
    encap(&mut out, sit.encap_type()?, sit.encap_flags()?, ports);
    Ok(out)
}

pub(crate) fn ip6tnl(tunnel: &Ip6TunnelView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.mark("external", tunnel.collect_metadata()?);
    out.opt("proto", tunnel.proto()?.map(|proto| word(proto, IP6TNL_PROTOCOLS)));
    ends(&mut out, tunnel.remote()?, tunnel.local()?);
    link(&mut out, tunnel.link()?, links);
    out.opt("ttl", tunnel.ttl()?);
    flow(&mut out, tunnel.flags()?, tunnel.encap_limit()?, tunnel.flowinfo()?);
    fwmark(&mut out, tunnel.fwmark()?);
    let ports = (tunnel.encap_sport()?, tunnel.encap_dport()?);
    encap(&mut out, tunnel.encap_type()?, tunnel.encap_flags()?, ports);
    Ok(out)
}

pub(crate) fn vti(vti: &VtiView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    ends(&mut out, vti.remote()?, vti.local()?);
    link(&mut out, vti.link()?, links);
    out.opt("ikey", vti.ikey()?.filter(|key| *key != 0).map(dotted));
    out.opt("okey", vti.okey()?.filter(|key| *key != 0).map(dotted));
    fwmark(&mut out, vti.fwmark()?);
    Ok(out)
}

pub(crate) fn vti6(vti: &Vti6View<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    ends(&mut out, vti.remote()?, vti.local()?);
    link(&mut out, vti.link()?, links);
    out.opt("ikey", vti.ikey()?.filter(|key| *key != 0).map(dotted));
    out.opt("okey", vti.okey()?.filter(|key| *key != 0).map(dotted));
    fwmark(&mut out, vti.fwmark()?);
    Ok(out)
}

fn ends<A: Into<IpAddr>>(out: &mut Obj, remote: Option<A>, local: Option<A>) {
    for (key, end) in [("remote", remote), ("local", local)] {
        let end = end.map(Into::into).filter(|end: &IpAddr| !end.is_unspecified());
        out.set(key, end.map_or_else(|| Json::from("any"), Json::from));
    }
}

fn link(out: &mut Obj, index: Option<u32>, links: &Links) {
    out.opt("link", index.filter(|index| *index != 0).map(|index| links.name(index)));
}

fn fwmark(out: &mut Obj, mark: Option<u32>) {
    out.opt("fwmark", mark.filter(|mark| *mark != 0).map(hex));
}

fn keys(out: &mut Obj, i: Option<GreFlags>, ikey: Option<u32>, o: Option<GreFlags>, okey: Option<u32>) {
    let (i, o) = (i.unwrap_or_default(), o.unwrap_or_default());
    out.opt("ikey", ikey.filter(|_| i.contains(GreFlags::KEY)).map(dotted));
    out.opt("okey", okey.filter(|_| o.contains(GreFlags::KEY)).map(dotted));
    out.mark("iseq", i.contains(GreFlags::SEQ));
    out.mark("oseq", o.contains(GreFlags::SEQ));
    out.mark("icsum", i.contains(GreFlags::CSUM));
    out.mark("ocsum", o.contains(GreFlags::CSUM));
}

/// What an IPv6 tunnel does with the flow information and with the encapsulation limit.
fn flow(out: &mut Obj, flags: Option<Ip6TnlF>, encap_limit: Option<u8>, flowinfo: Option<u32>) {
    let (flags, flowinfo) = (flags.unwrap_or_default(), flowinfo.unwrap_or_default());
    if flags.contains(Ip6TnlF::IGN_ENCAP_LIMIT) {
        out.set("ip6_tnl_f_ign_encap_limit", true);
    } else {
        out.opt("encap_limit", encap_limit);
    }
    if flags.contains(Ip6TnlF::USE_ORIG_TCLASS) {
        out.set("ip6_tnl_f_use_orig_tclass", true);
    } else {
        out.set("tclass", format!("0x{:02x}", flowinfo >> 20 & 0xff));
    }
    if flags.contains(Ip6TnlF::USE_ORIG_FLOWLABEL) {
        out.set("ip6_tnl_f_use_orig_flowlabel", true);
    } else {
        out.set("flowlabel", format!("0x{:05x}", flowinfo & 0xf_ffff));
    }
    out.mark("ip6_tnl_f_rcv_dscp_copy", flags.contains(Ip6TnlF::RCV_DSCP_COPY));
    out.mark("ip6_tnl_f_mip6_dev", flags.contains(Ip6TnlF::MIP6_DEV));
    out.mark("ip6_tnl_f_allow_local_remote", flags.contains(Ip6TnlF::ALLOW_LOCAL_REMOTE));
    out.mark("ip6_tnl_f_use_orig_fwmark", flags.contains(Ip6TnlF::USE_ORIG_FWMARK));
}

/// The UDP encapsulation around a tunnel.
fn encap(
    out: &mut Obj,
    ty: Option<TunnelEncapTypes>,
    flags: Option<TunnelEncapFlag>,
    (sport, dport): (Option<u16>, Option<u16>),
) {
    let words = &[(TunnelEncapTypes::FOU, "fou"), (TunnelEncapTypes::GUE, "gue")];
    let Some(ty) = ty.filter(|ty| *ty != TunnelEncapTypes::NONE) else { return };
    let flags = flags.unwrap_or_default();
    let mut encap = Obj::default();
    encap.set("type", word(ty, words));
    encap.opt("sport", sport);
    encap.opt("dport", dport);
    encap.set("csum", flags.contains(TunnelEncapFlag::CSUM));
    encap.set("csum6", flags.contains(TunnelEncapFlag::CSUM6));
    encap.set("remcsum", flags.contains(TunnelEncapFlag::REMCSUM));
    out.set("encap", encap);
}
