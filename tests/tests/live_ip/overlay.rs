//! VXLAN and Geneve.

use crate::json::Obj;
use crate::world::{Links, hex, lower};
use netlink_families::rt_link::{GeneveView, VxlanView};
use netlink_runtime::DecodeError;
use std::net::IpAddr;

type Result<T> = std::result::Result<T, DecodeError>;

pub(crate) fn vxlan(vxlan: &VxlanView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.mark("external", vxlan.collect_metadata()?.is_some_and(|v| v != 0));
    out.mark("vnifilter", vxlan.vnifilter()?.is_some_and(|v| v != 0));
    out.opt("id", vxlan.id()?);
    let group = vxlan.group()?.map(|group| (IpAddr::from(group), "group", "remote"));
    let group = group.or(vxlan.group6()?.map(|group| (group.into(), "group6", "remote6")));
    if let Some((address, group, remote)) = group {
        out.set(if address.is_multicast() { group } else { remote }, address);
    }
    out.opt("local", vxlan.local()?.filter(|local| !local.is_unspecified()));
    out.opt("local6", vxlan.local6()?.filter(|local| !local.is_unspecified()));
    out.opt("link", vxlan.link()?.filter(|index| *index != 0).map(|index| links.name(index)));
    if let Some(ports) = vxlan.port_range()? {
        let mut range = Obj::default();
        range.set("low", ports.low);
        range.set("high", ports.high);
        out.set("port_range", range);
    }
    out.opt("port", vxlan.port()?);
    out.opt("learning", vxlan.learning()?.map(|v| v != 0));
    out.mark("proxy", vxlan.proxy()?.is_some_and(|v| v != 0));
    out.mark("rsc", vxlan.rsc()?.is_some_and(|v| v != 0));
    out.mark("l2miss", vxlan.l2miss()?.is_some_and(|v| v != 0));
    out.mark("l3miss", vxlan.l3miss()?.is_some_and(|v| v != 0));
    tos(&mut out, vxlan.tos()?);
    ttl(&mut out, vxlan.ttl()?, vxlan.ttl_inherit()?.is_some_and(|v| v != 0));
    out.opt("df", vxlan.df()?.map(|df| lower(df, "VXLAN_DF_")));
    out.opt("label", vxlan.label()?.filter(|label| *label != 0).map(hex));
    out.opt("ageing", vxlan.ageing()?);
    out.opt("limit", vxlan.limit()?.filter(|limit| *limit != 0));
    out.truth("udp_csum", vxlan.udp_csum()?);
    out.truth("udp_zero_csum6_tx", vxlan.udp_zero_csum6_tx()?);
    out.truth("udp_zero_csum6_rx", vxlan.udp_zero_csum6_rx()?);
    out.mark("remcsum_tx", vxlan.remcsum_tx()?.is_some_and(|v| v != 0));
    out.mark("remcsum_rx", vxlan.remcsum_rx()?.is_some_and(|v| v != 0));
    out.mark("gbp", vxlan.gbp()?);
    out.mark("gpe", vxlan.gpe()?);
    Ok(out)
}

pub(crate) fn geneve(geneve: &GeneveView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.mark("external", geneve.collect_metadata()?);
    out.opt("id", geneve.id()?);
    out.opt("remote", geneve.remote()?.filter(|remote| !remote.is_unspecified()));
    out.opt("remote6", geneve.remote6()?.filter(|remote| !remote.is_unspecified()));
    ttl(&mut out, geneve.ttl()?, geneve.ttl_inherit()?.is_some_and(|v| v != 0));
    tos(&mut out, geneve.tos()?);
    out.opt("df", geneve.df()?.map(|df| lower(df, "GENEVE_DF_")));
    out.opt("label", geneve.label()?.filter(|label| *label != 0).map(hex));
    out.opt("port", geneve.port()?);
    out.truth("udp_csum", geneve.udp_csum()?);
    out.truth("udp_zero_csum6_tx", geneve.udp_zero_csum6_tx()?);
    out.truth("udp_zero_csum6_rx", geneve.udp_zero_csum6_rx()?);
    out.mark("inner_proto_inherit", geneve.inner_proto_inherit()?);
    Ok(out)
}

/// Type of service, unless it is 0.
pub(crate) fn tos(out: &mut Obj, tos: Option<u8>) {
    out.opt("tos", tos.filter(|tos| *tos != 0).map(hex));
}

/// Time to live; that it is taken from the inner packet `ip` says in its text only.
fn ttl(out: &mut Obj, ttl: Option<u8>, inherit: bool) {
    out.opt("ttl", ttl.filter(|_| !inherit));
}
