//! Our views against `ip -j -d`: every key that `ip` prints about links, addresses, routes,
//! nexthops, rules and neighbours has the value that our views have, and the other way round.
//!
//! Each test makes its own network namespace. What `ip` prints is rebuilt from our views, in its
//! words; keys that are left out stand in `data/ip-keys.txt` with a reason. Written for iproute2
//! 6.1; a later one that prints more keys fails here until they are compared too.
#![forbid(unsafe_code)]

mod address;
mod bond;
mod bridge;
mod compare;
mod encap;
mod json;
mod keys;
mod link;
mod names;
mod neighbour;
mod nexthop;
mod overlay;
mod route;
mod rule;
mod setup;
mod stacked;
mod tunnel;
mod world;

use compare::Check;
use link::Style;
use netlink_families::rt_neigh::NeighFlags;

use netlink_tests::in_namespace;

#[test]
fn links() {
    if !in_namespace("links") {
        return;
    }
    setup::set_up(setup::LINKS);
    let _elsewhere = setup::peer_elsewhere();
    let mut check = Check::new("links");
    check.run("-s -s link show", |world| link::links(world, Style { link: true, counters: true }));
    check.finish();
}

#[test]
fn addresses() {
    if !in_namespace("addresses") {
        return;
    }
    setup::over_pairs(setup::ADDRESSES);
    let mut check = Check::new("addresses");
    check.run("-s addr show", address::addresses);
    check.finish();
}

#[test]
fn routes() {
    use netlink_families::common::RouteFamily as Family;
    if !in_namespace("routes") {
        return;
    }
    setup::sysctl("mpls/platform_labels", "1000");
    setup::set_up("? link add vrf7 type vrf table 77\n ? link set vrf7 up");
    setup::sysctl("vrf/strict_mode", "1");
    setup::over_pairs(setup::ROUTES);
    let mut check = Check::new("routes");
    check.run("-s -4 route show table all", |world| route::routes(world, Family::INET));
    check.run("-s -6 route show table all", |world| route::routes(world, Family::INET6));
    check.run("-s -f mpls route show table all", |world| route::routes(world, Family::MPLS));
    for to in ["10.11.0.5", "fd10::5"] {
        let address = to.parse().expect("an address");
        check.run(&format!("-s route get {to}"), |world| route::lookup(world, address));
    }
    check.finish();
}

#[test]
fn nexthops() {
    if !in_namespace("nexthops") {
        return;
    }
    setup::over_pairs(setup::NEXTHOPS);
    let mut check = Check::new("nexthops");
    check.run("-s nexthop show", |world| {
        Ok(nexthop::nexthops(world)?.into_iter().map(|(_, nexthop)| nexthop).collect())
    });
    check.run("-s nexthop bucket show", nexthop::buckets);
    check.finish();
}

#[test]
fn rules() {
    use netlink_families::common::RouteFamily as Family;
    if !in_namespace("rules") {
        return;
    }
    setup::over_pairs(setup::RULES);
    let mut check = Check::new("rules");
    check.run("-s -4 rule show", |world| rule::rules(world, Family::INET));
    check.run("-s -6 rule show", |world| rule::rules(world, Family::INET6));
    check.finish();
}

#[test]
fn neighbours() {
    if !in_namespace("neighbours") {
        return;
    }
    setup::over_pairs(setup::NEIGHBOURS);
    let mut check = Check::new("neighbours");
    check.run("-s neigh show nud all", |world| neighbour::neighbours(world, NeighFlags::empty()));
    check.run("-s neigh show proxy", |world| neighbour::neighbours(world, NeighFlags::PROXY));
    check.finish();
}
