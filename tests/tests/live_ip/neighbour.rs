//! Neighbours and proxies.

use crate::json::Obj;
use crate::names;
use crate::world::{Links, World, words};
use netlink_families::rt_neigh::{self, Ndmsg, NeighExtFlags, NeighFlags, NeighView, Nud};
use netlink_runtime::DecodeError;
use netlink_runtime::socket::Error;

const STATES: &[(Nud, &str)] = &[
    (Nud::INCOMPLETE, "INCOMPLETE"),
    (Nud::REACHABLE, "REACHABLE"),
    (Nud::STALE, "STALE"),
    (Nud::DELAY, "DELAY"),
    (Nud::PROBE, "PROBE"),
    (Nud::FAILED, "FAILED"),
    (Nud::NOARP, "NOARP"),
    (Nud::PERMANENT, "PERMANENT"),
];

/// All neighbours, or all proxies.
pub(crate) fn neighbours(world: &mut World, flags: NeighFlags) -> Result<Vec<Obj>, Error> {
    let World { socket, links } = world;
    let header = Ndmsg { ndm_flags: flags, ..Ndmsg::default() };
    let request = rt_neigh::GetNeigh::dump().with(|neighbour| neighbour.header(header));
    socket.dump_all(request, |view| neighbour(&view, links))
}

fn neighbour(view: &NeighView<'_>, links: &Links) -> Result<Obj, DecodeError> {
    let header = view.header();
    let mut out = Obj::default();
    out.opt("dst", view.dst()?);
    out.set("dev", links.name(header.ndm_ifindex as u32));
    out.opt("lladdr", view.lladdr()?);
    out.null("router", header.ndm_flags.contains(NeighFlags::ROUTER));
    out.null("proxy", header.ndm_flags.contains(NeighFlags::PROXY));
    out.null("extern_learn", header.ndm_flags.contains(NeighFlags::EXT_LEARNED));
    out.null("offload", header.ndm_flags.contains(NeighFlags::OFFLOADED));
    let more = view.flags_ext()?.unwrap_or_default();
    out.null("managed", more.contains(NeighExtFlags::MANAGED));
    out.null("locked", more.contains(NeighExtFlags::LOCKED));
    if let Some(cache) = view.cacheinfo()? {
        out.opt("refcnt", Some(cache.ndm_refcnt).filter(|count| *count != 0));
        out.set("used", cache.ndm_used / 100);
        out.set("confirmed", cache.ndm_confirmed / 100);
        out.set("updated", cache.ndm_updated / 100);
    }
    out.opt("probes", view.probes()?);
    let state = words(header.ndm_state, STATES);
    out.opt("state", Some(state).filter(|state| !state.is_empty()));
    out.opt("protocol", view.protocol()?.map(|protocol| names::protocol(protocol.0)));
    Ok(out)
}
