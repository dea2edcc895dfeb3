//! Addresses, below the links that have them.

use crate::json::{Json, Obj};
use crate::link::{Style, links};
use crate::names;
use crate::world::World;
use netlink_families::common::Af;
use netlink_families::rt_addr::{self, AddrView, IfaF};
use netlink_runtime::DecodeError;
use netlink_runtime::socket::Error;

/// Every link with its addresses.
pub(crate) fn addresses(world: &mut World) -> Result<Vec<Obj>, Error> {
    let mut objects = links(world, Style { link: false, counters: false })?;
    let addresses = world.socket.dump_all(rt_addr::GetAddr::dump(), |view| {
        Ok((i128::from(view.header().ifa_index), address(&view)?))
    })?;
    for object in &mut objects {
        let index = object.0.iter().find_map(|(key, value)| match value {
            Json::Int(index) if key == "ifindex" => Some(*index),
            _ => None,
        });
        let own = addresses.iter().filter(|(owner, _)| Some(*owner) == index);
        let own: Vec<Json> = own.map(|(_, address)| address.clone().into()).collect();
        object.set("addr_info", own);
    }
    Ok(objects)
}

fn address(view: &AddrView<'_>) -> Result<Obj, DecodeError> {
    let header = view.header();
    let mut out = Obj::default();
    out.set("family", names::family(header.ifa_family));
    // Without a local address the other one is it; otherwise it is the peer's, or the prefix.
    let (address, local) = (view.address()?, view.local()?);
    out.opt("local", local.or(address));
    out.opt("address", address.filter(|address| local.is_some_and(|local| local != *address)));
    out.set("prefixlen", header.ifa_prefixlen);
    out.opt("metric", view.rt_priority()?.filter(|metric| *metric != 0));
    out.opt("broadcast", view.broadcast()?);
    out.opt("anycast", view.anycast()?);
    out.set("scope", names::scope(header.ifa_scope.0));
    let flags = view.flags()?.unwrap_or(header.ifa_flags);
    let secondary = if header.ifa_family == Af::INET6 { "temporary" } else { "secondary" };
    for (flag, key) in [
        (IfaF::SECONDARY, secondary),
        (IfaF::NODAD, "nodad"),
        (IfaF::OPTIMISTIC, "optimistic"),
        (IfaF::DADFAILED, "dadfailed"),
        (IfaF::HOMEADDRESS, "home"),
        (IfaF::DEPRECATED, "deprecated"),
        (IfaF::TENTATIVE, "tentative"),
        (IfaF::MANAGETEMPADDR, "mngtmpaddr"),
        (IfaF::NOPREFIXROUTE, "noprefixroute"),
        (IfaF::MCAUTOJOIN, "autojoin"),
        (IfaF::STABLE_PRIVACY, "stable-privacy"),
    ] {
        out.mark(key, flags.contains(flag));
    }
    out.mark("dynamic", !flags.contains(IfaF::PERMANENT));
    out.opt("label", view.label()?);
    if let Some(cache) = view.cacheinfo()? {
        out.set("valid_life_time", cache.ifa_valid);
        out.set("preferred_life_time", cache.ifa_prefered);
    }
    Ok(out)
}
