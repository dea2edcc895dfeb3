//! Nexthop objects, their groups, and the buckets of resilient groups.

use crate::encap::encap;
use crate::json::{Json, Obj};
use crate::names;
use crate::world::{Links, World, seconds, words};
use netlink_families::common::NextHopFlags;
use netlink_families::rt_nexthop::{self, NexthopGrpType, NexthopView, ResGroupView};
use netlink_runtime::DecodeError;
use netlink_runtime::socket::Error;

type Result<T> = std::result::Result<T, DecodeError>;

const FLAGS: &[(NextHopFlags, &str)] = &[
    (NextHopFlags::DEAD, "dead"),
    (NextHopFlags::ONLINK, "onlink"),
    (NextHopFlags::PERVASIVE, "pervasive"),
    (NextHopFlags::OFFLOAD, "offload"),
    (NextHopFlags::TRAP, "trap"),
    (NextHopFlags::LINKDOWN, "linkdown"),
    (NextHopFlags::UNRESOLVED, "unresolved"),
];

/// All nexthop objects with their ids.
pub(crate) fn nexthops(world: &mut World) -> std::result::Result<Vec<(u32, Obj)>, Error> {
    let World { socket, links } = world;
    socket.dump_all(rt_nexthop::GetNexthop::dump(), |view| {
        Ok((view.id()?.unwrap_or_default(), nexthop(&view, links)?))
    })
}

/// All buckets.
pub(crate) fn buckets(world: &mut World) -> std::result::Result<Vec<Obj>, Error> {
    world.socket.dump_all(rt_nexthop::GetNexthopbucket::dump(), |view| {
        let mut out = Obj::default();
        out.opt("id", view.id()?);
        if let Some(bucket) = view.res_bucket()? {
            let mut inner = Obj::default();
            inner.opt("index", bucket.index()?);
            inner.opt("idle_time", bucket.idle_time()?.map(seconds));
            inner.opt("nhid", bucket.nh_id()?);
            out.set("bucket", inner);
        }
        out.set("flags", words(view.header().nh_flags, FLAGS));
        Ok(out)
    })
}

fn nexthop(view: &NexthopView<'_>, links: &Links) -> Result<Obj> {
    let header = view.header();
    let mut out = Obj::default();
    out.opt("id", view.id()?);
    if let Some(group) = view.group()? {
        let members = group.iter().map(|entry| {
            let mut member = Obj::default();
            member.set("id", entry.id);
            // The attribute holds one less.
            member.opt("weight", Some(u32::from(entry.weight) + 1).filter(|weight| *weight > 1));
            Json::from(member)
        });
        out.set("group", members.collect::<Vec<_>>());
    }
    let resilient = view.group_type()?.filter(|ty| *ty == NexthopGrpType::RES);
    out.opt("type", resilient.map(|_| "resilient"));
    out.opt("resilient_args", view.res_group()?.map(|group| resilience(&group)).transpose()?);
    encap(&mut out, view.encap()?, links)?;
    out.opt("gateway", view.gateway()?);
    out.opt("dev", view.oif()?.map(|index| links.name(index)));
    out.set("scope", names::scope(header.nh_scope.0));
    out.null("blackhole", view.blackhole()?);
    out.set("protocol", names::protocol(header.nh_protocol.0));
    out.set("flags", words(header.nh_flags, FLAGS));
    out.null("fdb", view.fdb()?);
    Ok(out)
}

fn resilience(group: &ResGroupView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("buckets", group.buckets()?);
    out.opt("idle_timer", group.idle_timer()?.map(|time| seconds(time.into())));
    out.opt("unbalanced_timer", group.unbalanced_timer()?.map(|time| seconds(time.into())));
    out.opt("unbalanced_time", group.unbalanced_time()?.map(seconds));
    Ok(out)
}
