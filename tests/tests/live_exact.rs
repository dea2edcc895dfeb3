//! Every message of every dump of the running kernel is read into owned types and written again:
//! the same bytes, nothing kept as raw bytes.

#[path = "exact/broken.rs"]
mod broken;
mod exact;
#[path = "exact/setup.rs"]
mod setup;

use exact::{Tally, dump, get};
use netlink_families::common::Af;
use netlink_families::rt_link::{GetLink, Ifinfomsg, Link, RtextFilter};
use netlink_families::{nlctrl, rt_addr, rt_neigh, rt_neightbl, rt_nexthop, rt_route, rt_rule};
use netlink_runtime::Protocol;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::Socket;
use std::collections::BTreeSet;

#[test]
fn route_families_round_trip() {
    if !netlink_tests::in_namespace("route_families_round_trip") {
        return;
    }
    let missing = setup::everything();
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let mut all = Tally::default();
    all.add(links(&mut socket));
    all.add(dump::<rt_addr::Addr, _>(&mut socket, "addresses", rt_addr::GetAddr::dump()));
    let inet6 = rt_addr::Ifaddrmsg { ifa_family: Af::INET6, ..Default::default() };
    let multicast = rt_addr::GetMulticast::dump().with(|b| b.header(inet6));
    all.add(dump::<rt_addr::Addr, _>(&mut socket, "IPv6 multicast addresses", multicast));
    let anycast = rt_addr::GetAnycast::dump().with(|b| b.header(inet6));
    all.add(dump::<rt_addr::Addr, _>(&mut socket, "IPv6 anycast addresses", anycast));
    all.add(routes(&mut socket));
    all.add(dump::<rt_rule::Rule, _>(&mut socket, "rules", rt_rule::GetRule::dump()));
    all.add(neighbours(&mut socket));
    let tables = rt_neightbl::GetNeightbl::dump();
    all.add(dump::<rt_neightbl::Neightbl, _>(&mut socket, "neighbour tables", tables));
    let nexthops = rt_nexthop::GetNexthop::dump();
    all.add(dump::<rt_nexthop::Nexthop, _>(&mut socket, "next hops", nexthops));
    let buckets = rt_nexthop::GetNexthopbucket::dump();
    all.add(dump::<rt_nexthop::Nexthop, _>(&mut socket, "next hop buckets", buckets));
    if netlink_tests::try_ip("nexthop get id 11").is_ok() {
        let one = rt_nexthop::GetNexthop::request().with(|b| b.id(11));
        all.add(get::<rt_nexthop::Nexthop, _>(&mut socket, "next hop 11", one));
    }
    eprintln!("{missing} of the wanted settings are not in this kernel");
    assert!(all.messages > 150 && all.paths.len() > 150, "too little was dumped: {all}");
    all.assert_clean();
}

/// Interfaces, as a whole, of one family's view, with and without what the mask asks for, one by
/// one.
fn links(socket: &mut Socket) -> Tally {
    let mut all = Tally::default();
    let masks = [
        ("", None),
        ("with VFs", Some(RtextFilter::VF)),
        ("with VLANs", Some(RtextFilter::BRVLAN)),
        ("with VLAN ranges", Some(RtextFilter::BRVLAN_COMPRESSED)),
        ("without statistics", Some(RtextFilter::SKIP_STATS)),
        ("with all of it", Some(RtextFilter(0x7f))),
    ];
    for family in [Af::UNSPEC, Af::BRIDGE, Af::INET6] {
        for (what, mask) in masks {
            if family == Af::INET6 && mask.is_some() {
                continue; // that dump takes no attributes
            }
            let call = GetLink::dump().with(|b| {
                let b = b.header(Ifinfomsg { ifi_family: family, ..Default::default() });
                match mask {
                    Some(mask) => b.ext_mask(mask),
                    None => b,
                }
            });
            all.add(dump::<Link, _>(socket, &format!("links of {family:?} {what}"), call));
        }
    }
    let mut indices = Vec::new();
    let mut kinds = BTreeSet::new();
    let mut dump = socket.dump(GetLink::dump()).expect("a dump");
    while let Some(link) = dump.next().expect("a link") {
        indices.push(link.header().ifi_index);
        if let Some(info) = link.linkinfo().expect("its kind") {
            kinds.extend(info.kind().expect("its name").map(|k| k.to_string()));
        }
    }
    drop(dump);
    eprintln!("{} kinds of links: {kinds:?}", kinds.len());
    for kind in ["bridge", "ifb", "macvlan", "veth", "vxlan"] {
        assert!(kinds.contains(kind), "no {kind} in the dump");
    }
    let mut single = Tally::default();
    for index in indices {
        let call = GetLink::request().with(|b| {
            b.header(Ifinfomsg { ifi_index: index, ..Default::default() }).ext_mask(RtextFilter::VF)
        });
        single.add(get::<Link, _>(socket, &format!("link {index}"), call));
    }
    all.add(single);
    all
}

fn routes(socket: &mut Socket) -> Tally {
    let mut all = dump::<rt_route::Route, _>(socket, "routes", rt_route::GetRoute::dump());
    for (label, family) in [
        ("routes of IPv4", netlink_families::common::RouteFamily::INET),
        ("routes of IPv6", netlink_families::common::RouteFamily::INET6),
        ("routes of MPLS", netlink_families::common::RouteFamily::MPLS),
    ] {
        let header = rt_route::Rtmsg { rtm_family: family, ..Default::default() };
        all.add(dump::<rt_route::Route, _>(
            socket,
            label,
            rt_route::GetRoute::dump().with(|b| b.header(header)),
        ));
    }
    let cached = rt_route::GetRoute::dump().with(|b| {
        let header = rt_route::Rtmsg { rtm_flags: rt_route::RouteFlags(0x200), ..Default::default() };
        b.header(header)
    });
    all.add(dump::<rt_route::Route, _>(socket, "cached routes", cached));
    let to = |address: &str, family, bits| {
        let header = rt_route::Rtmsg { rtm_family: family, rtm_dst_len: bits, ..Default::default() };
        let address: IpAddr = address.parse().expect("an address");
        rt_route::GetRoute::request().with(|b| b.header(header).dst(address))
    };
    let v4 = to("10.1.2.3", netlink_families::common::RouteFamily::INET, 32);
    all.add(get::<rt_route::Route, _>(socket, "route to 10.1.2.3", v4));
    let v6 = to("2001:db8:b::1", netlink_families::common::RouteFamily::INET6, 128);
    all.add(get::<rt_route::Route, _>(socket, "route to 2001:db8:b::1", v6));
    all
}

fn neighbours(socket: &mut Socket) -> Tally {
    let mut all = dump::<rt_neigh::Neigh, _>(socket, "neighbours", rt_neigh::GetNeigh::dump());
    let proxies = rt_neigh::GetNeigh::dump()
        .with(|b| b.header(rt_neigh::Ndmsg { ndm_flags: rt_neigh::NeighFlags::PROXY, ..Default::default() }));
    all.add(dump::<rt_neigh::Neigh, _>(socket, "proxies", proxies));
    let forwarding = rt_neigh::GetNeigh::dump()
        .with(|b| b.header(rt_neigh::Ndmsg { ndm_family: Af::BRIDGE, ..Default::default() }));
    all.add(dump::<rt_neigh::Neigh, _>(socket, "forwarding database", forwarding));
    let device = netlink_tests::ip("-o link show v0");
    let ndm_ifindex = device.split(':').next().and_then(|ix| ix.parse().ok()).expect("v0's index");
    let header = rt_neigh::Ndmsg { ndm_family: Af::INET, ndm_ifindex, ..Default::default() };
    let address = IpAddr::from([192, 0, 2, 77]);
    let one = rt_neigh::GetNeigh::request().with(|b| b.header(header).dst(address));
    all.add(get::<rt_neigh::Neigh, _>(socket, "neighbour 192.0.2.77", one));
    all
}

/// Generic netlink needs no namespace.
#[test]
fn generic_netlink_families_and_policies_round_trip() {
    let mut socket = Socket::open(Protocol::Generic).expect("a socket");
    let mut all = dump::<nlctrl::Ctrl, _>(&mut socket, "families", nlctrl::GetFamily::dump());
    let families = socket.dump_all(nlctrl::GetFamily::dump(), |family| {
        Ok(family.family_name()?.map(|name| name.to_string()).unwrap_or_default())
    });
    for name in families.expect("the families") {
        let call = nlctrl::GetFamily::request().with(|b| b.family_name(name.as_str()));
        all.add(get::<nlctrl::Ctrl, _>(&mut socket, &format!("family {name}"), call));
        let call = nlctrl::GetPolicy::dump().with(|b| b.family_name(name.as_str()));
        let mut policies = dump::<nlctrl::Ctrl, _>(&mut socket, &format!("policies of {name}"), call);
        // What a family without any answers.
        policies.failures.retain(|f| !f.ends_with("ENODATA"));
        all.add(policies);
    }
    assert!(all.messages > 3, "too little was dumped: {all}");
    all.assert_clean();
}
