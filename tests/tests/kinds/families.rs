//! Generated families under damage: link kinds and routes as kernels send them.

use crate::agree::{ByForm as _, Held as _, Paths, Single as _, paths};
use crate::damage::{flipped, flips, survives, walks};
use crate::fill::Fill;
use crate::properties::{config, exact};
use netlink_families::lwtunnel::Encap;
use netlink_families::rt_link::{Link, LinkData, LinkInfo, LinkInfoView, LinkView};
use netlink_families::rt_route::{Metrics, MetricsView, Route, RouteView};
use netlink_families::{nlctrl, rt_addr, rt_neigh, rt_neightbl, rt_nexthop, rt_rule};
use netlink_runtime::meta::AttrMeta;
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::walk::StructRef;
use netlink_runtime::wire::Scope;
use netlink_runtime::{AttrSet, Selected, View};
use proptest::prelude::*;
use proptest::sample::Index;
use std::fmt::Debug;
use std::sync::LazyLock;

paths!(Link LinkView [] {
    address ADDRESS, broadcast BROADCAST, ifname IFNAME, mtu MTU, link LINK, qdisc QDISC, stats STATS, master MASTER, wireless WIRELESS, protinfo PROTINFO, txqlen TXQLEN, map MAP, weight WEIGHT, operstate OPERSTATE, linkmode LINKMODE, linkinfo LINKINFO, net_ns_pid NET_NS_PID, ifalias IFALIAS, num_vf NUM_VF, vfinfo_list VFINFO_LIST, stats64 STATS64, vf_ports VF_PORTS, port_self PORT_SELF, af_spec AF_SPEC, group GROUP, net_ns_fd NET_NS_FD, ext_mask EXT_MASK, promiscuity PROMISCUITY, num_tx_queues NUM_TX_QUEUES, num_rx_queues NUM_RX_QUEUES, carrier CARRIER, phys_port_id PHYS_PORT_ID, carrier_changes CARRIER_CHANGES, phys_switch_id PHYS_SWITCH_ID, link_netnsid LINK_NETNSID, phys_port_name PHYS_PORT_NAME, proto_down PROTO_DOWN, gso_max_segs GSO_MAX_SEGS, gso_max_size GSO_MAX_SIZE, xdp XDP, event EVENT, new_netnsid NEW_NETNSID, target_netnsid TARGET_NETNSID, carrier_up_count CARRIER_UP_COUNT, carrier_down_count CARRIER_DOWN_COUNT, new_ifindex NEW_IFINDEX, min_mtu MIN_MTU, max_mtu MAX_MTU, prop_list PROP_LIST, alt_ifname ALT_IFNAME, perm_address PERM_ADDRESS, proto_down_reason PROTO_DOWN_REASON, parent_dev_name PARENT_DEV_NAME, parent_dev_bus_name PARENT_DEV_BUS_NAME, gro_max_size GRO_MAX_SIZE, tso_max_size TSO_MAX_SIZE, tso_max_segs TSO_MAX_SEGS, allmulti ALLMULTI, devlink_port DEVLINK_PORT, gso_ipv4_max_size GSO_IPV4_MAX_SIZE, gro_ipv4_max_size GRO_IPV4_MAX_SIZE, dpll_pin DPLL_PIN, max_pacing_offload_horizon MAX_PACING_OFFLOAD_HORIZON, netns_immutable NETNS_IMMUTABLE, headroom HEADROOM, tailroom TAILROOM,
});

paths!(LinkInfo LinkInfoView [] {
    kind KIND, data DATA, xstats XSTATS, slave_kind SLAVE_KIND, slave_data SLAVE_DATA,
});

paths!(Route RouteView [] {
    dst DST, src SRC, iif IIF, oif OIF, gateway GATEWAY, priority PRIORITY, prefsrc PREFSRC, metrics METRICS, multipath MULTIPATH, flow FLOW, cacheinfo CACHEINFO, table TABLE, mark MARK, mfc_stats MFC_STATS, via VIA, newdst NEWDST, pref PREF, encap_type ENCAP_TYPE, encap ENCAP, expires EXPIRES, uid UID, ttl_propagate TTL_PROPAGATE, ip_proto IP_PROTO, sport SPORT, dport DPORT, nh_id NH_ID, flowlabel FLOWLABEL, del_reason DEL_REASON,
});

paths!(Metrics MetricsView [] {
    lock LOCK, mtu MTU, window WINDOW, rtt RTT, rttvar RTTVAR, ssthresh SSTHRESH, cwnd CWND, advmss ADVMSS, reordering REORDERING, hoplimit HOPLIMIT, initcwnd INITCWND, features FEATURES, rto_min RTO_MIN, initrwnd INITRWND, quickack QUICKACK, cc_algo CC_ALGO, fastopen_no_cookie FASTOPEN_NO_COOKIE,
});

/// What the walker and the owned form make of a message, for sets without a list of their fields.
fn reads<T: OwnedSet + Debug>(bytes: &[u8]) {
    walks(T::meta(), bytes);
    if let Ok(view) = T::View::parse(bytes) {
        assert!(!format!("{view:?}").is_empty());
        if let Ok(value) = T::decode(view) {
            assert_eq!(value.to_bytes().as_deref(), Ok(bytes));
            assert!(!format!("{value:?}").is_empty());
        }
    }
}

/// A message of every attribute; each form of sub-messages in one of them.
fn messages<T: AttrSet>(forms: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..forms).map(|form| Fill::new(form).set(T::meta(), 3, &|_| true))
}

/// A link of each kind: little else, but all that the kind has.
static LINKS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let kinds = LinkData::META.formats.len();
    assert!(kinds > 40, "{kinds}");
    let wanted = |attr: &AttrMeta| matches!(attr.name, "ifname" | "mtu" | "linkinfo");
    (0..kinds).map(|kind| Fill::new(kind).set(Link::meta(), 3, &wanted)).collect()
});

/// A route with each encapsulation.
static ROUTES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    (0..Encap::META.formats.len()).map(|encap| Fill::new(encap).set(Route::meta(), 1, &|_| true)).collect()
});

fn whole<T: Paths>(bytes: &[u8]) -> T {
    let value = T::from_bytes(bytes).unwrap_or_else(|error| panic!("{error}"));
    exact::<T>(bytes);
    survives::<T>(bytes);
    value
}

#[test]
fn every_link_kind_is_read_and_written() {
    for bytes in LINKS.iter() {
        let link = whole::<Link>(bytes);
        let info = link.linkinfo.expect("there");
        assert!(!matches!(info.data, None | Some(LinkData::Unknown(_))), "{:?}", info.kind);
        whole::<LinkInfo>(&info.to_bytes().expect("written"));
    }
    for bytes in messages::<Link>(4) {
        whole::<Link>(&bytes);
    }
}

#[test]
fn every_encapsulation_is_read_and_written() {
    for bytes in ROUTES.iter() {
        let route = whole::<Route>(bytes);
        assert!(!matches!(route.encap, None | Some(Encap::Unknown(_))), "{:?}", route.encap_type);
        assert_eq!(route.multipath.map(|hops| hops.len()), Some(2));
        whole::<Metrics>(&route.metrics.expect("there").to_bytes().expect("written"));
    }
}

#[test]
fn every_other_message_is_read_and_written() {
    fn all<T: OwnedSet + Debug>() {
        for bytes in messages::<T>(3) {
            T::from_bytes(&bytes).unwrap_or_else(|error| panic!("{error}"));
            reads::<T>(&bytes);
            for end in (0..bytes.len()).step_by(7) {
                reads::<T>(&bytes[..end]);
            }
        }
    }
    all::<rt_addr::Addr>();
    all::<rt_neigh::Neigh>();
    all::<rt_neightbl::Neightbl>();
    all::<rt_rule::Rule>();
    all::<rt_nexthop::Nexthop>();
    all::<nlctrl::Ctrl>();
}

#[test]
fn truncated_links() {
    for bytes in LINKS.iter() {
        for end in 0..bytes.len() {
            reads::<Link>(&bytes[..end]);
        }
    }
}

#[test]
fn truncated_routes() {
    for bytes in ROUTES.iter() {
        for end in 0..bytes.len() {
            survives::<Route>(&bytes[..end]);
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn flipped_links(kind in any::<Index>(), flips in flips()) {
        flipped::<Link>(&LINKS[kind.index(LINKS.len())], &flips);
    }

    #[test]
    fn flipped_link_infos(kind in any::<Index>(), flips in flips()) {
        let info = Fill::new(kind.index(LinkData::META.formats.len())).set(LinkInfo::meta(), 2, &|_| true);
        flipped::<LinkInfo>(&info, &flips);
    }

    #[test]
    fn flipped_routes(encap in any::<Index>(), flips in flips()) {
        flipped::<Route>(&ROUTES[encap.index(ROUTES.len())], &flips);
    }
}
