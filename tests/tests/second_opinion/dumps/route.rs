//! Links, addresses, routes and what belongs to them.

use super::take;
use crate::take::Taken;
use netlink_tests::ip;
use std::collections::BTreeSet;

#[path = "../../exact/setup.rs"]
mod exact;
#[path = "../../live_ip/setup.rs"]
#[allow(dead_code)] // some of it is for other tests
mod live_ip;

pub(crate) fn all(taken: &mut Taken<'_>) {
    exact::everything();
    take(
        taken,
        &[
            ("links", "dump rt-link getlink"),
            ("links with virtual functions", "dump rt-link getlink ext_mask=1"),
            ("links without statistics", "dump rt-link getlink ext_mask=8"),
            ("ports of bridges", "dump rt-link getlink --header ifi_family=7"),
            ("VLANs of bridges", "dump rt-link getlink --header ifi_family=7 ext_mask=2"),
            ("ranges of VLANs", "dump rt-link getlink --header ifi_family=7 ext_mask=4"),
            ("links of IPv6", "dump rt-link getlink --header ifi_family=10"),
            ("a link", "do rt-link getlink ifname=br0 ext_mask=1"),
            ("addresses of IPv4", "dump rt-addr getaddr --header ifa_family=2"),
            ("addresses of IPv6", "dump rt-addr getaddr --header ifa_family=10"),
            ("multicast addresses", "dump rt-addr getmulticast --header ifa_family=10"),
            ("anycast addresses", "dump rt-addr getanycast --header ifa_family=10"),
            ("neighbours", "dump rt-neigh getneigh"),
            ("proxies", "dump rt-neigh getneigh --header ndm_flags=8"),
            ("forwarding database", "dump rt-neigh getneigh --header ndm_family=7"),
            ("neighbour tables", "dump rt-neightbl getneightbl"),
            ("buckets of next hops", "dump rt-nexthop getnexthopbucket"),
        ],
    );
    routes(taken);
}

/// More links, by kind, and more routes.
pub(crate) fn kinds(taken: &mut Taken<'_>) {
    live_ip::set_up(live_ip::LINKS);
    live_ip::set_up("addr add 10.0.0.1/24 brd + dev va\n-6 addr add fd00::1/64 dev va nodad");
    let details = ip("-d -j link show");
    let links: serde_json::Value = serde_json::from_str(&details).expect("JSON of `ip`");
    let kinds: BTreeSet<&str> = links
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|link| link["linkinfo"]["info_kind"].as_str())
        .collect();
    for kind in kinds {
        taken.take(&format!("links: {kind}"), &format!("dump rt-link getlink linkinfo.kind={kind}"));
    }
    for lines in [live_ip::ADDRESSES, live_ip::NEXTHOPS, live_ip::ROUTES, live_ip::RULES, live_ip::NEIGHBOURS]
    {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            super::wanted("ip", line.trim_start_matches('?'));
        }
    }
    take(
        taken,
        &[
            ("addresses of IPv4", "dump rt-addr getaddr --header ifa_family=2"),
            ("addresses of IPv6", "dump rt-addr getaddr --header ifa_family=10"),
            ("neighbours", "dump rt-neigh getneigh"),
        ],
    );
    routes(taken);
}

fn routes(taken: &mut Taken<'_>) {
    let to = "do rt-route getroute --header";
    take(
        taken,
        &[
            ("routes of IPv4", "dump rt-route getroute --header rtm_family=2"),
            ("routes of IPv6", "dump rt-route getroute --header rtm_family=10"),
            ("a route of IPv4", &format!("{to} rtm_family=2 --header rtm_dst_len=32 dst=127.0.0.1")),
            ("a route of IPv6", &format!("{to} rtm_family=10 --header rtm_dst_len=128 dst=::1")),
            ("rules of IPv4", "dump rt-rule getrule --header family=2"),
            ("rules of IPv6", "dump rt-rule getrule --header family=10"),
            ("next hops", "dump rt-nexthop getnexthop"),
        ],
    );
}
