//! Collectors and projections over dumps of the live kernel.

use netlink_families::rt_link::{GetLink, Link, LinkInfo};
use netlink_families::rt_route::{GetRoute, Route};
use netlink_runtime::collect::{Flow, collector};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::Socket;
use netlink_tests::{in_namespace, ip};
use std::collections::BTreeMap;

#[derive(Debug, PartialEq, NetlinkMessage)]
#[netlink(of = Link)]
struct Row {
    #[netlink(header.ifi_index)]
    index: i32,
    ifname: String,
    mtu: u32,
    #[netlink(linkinfo.kind)]
    kind: Option<String>,
    #[netlink(master)]
    master: Option<u32>,
}

fn setup() -> Socket {
    ip("link set lo up");
    ip("link add v0 mtu 1300 type veth peer name v1 mtu 1300");
    ip("link add br0 type bridge");
    ip("link set v1 master br0");
    ip("link set v0 up");
    ip("addr add 192.0.2.1/24 dev v0");
    Socket::open(Protocol::Route).expect("a socket")
}

#[test]
fn every_way_to_read_gives_the_same() {
    if !in_namespace("every_way_to_read_gives_the_same") {
        return;
    }
    let mut socket = setup();
    let mut projected = Vec::new();
    let mut views = Vec::new();
    let mut links = socket.dump(GetLink::dump()).expect("links");
    while let Some(link) = links.next().expect("a link") {
        projected.push(link.project::<Row>().expect("a row"));
        let indexed = link.indexed();
        let info = link.linkinfo().expect("readable");
        let row = Row {
            index: link.header().ifi_index,
            ifname: indexed.ifname().expect("readable").expect("there").to_string(),
            mtu: indexed.mtu().expect("readable").expect("there"),
            kind: info.and_then(|i| i.kind().expect("readable")).map(|k| k.to_string()),
            master: link.master().expect("readable"),
        };
        views.push(row);
    }
    drop(links);
    let rows = collector::<Link, BTreeMap<&'static str, String>>()
        .on(Link::IFNAME, |row, name| {
            row.insert("name", name.to_string());
            Flow::Next
        })
        .inside(
            Link::LINKINFO,
            collector().on(LinkInfo::KIND, |row: &mut BTreeMap<_, _>, kind| {
                row.insert("kind", kind.to_string());
                Flow::Leave
            }),
        );
    let collected = socket.dump(GetLink::dump()).expect("links").collect(&rows, BTreeMap::new);
    let collected = collected.expect("collected");
    assert_eq!(projected, views);
    assert!(projected.iter().any(|row| row.kind.as_deref() == Some("bridge")), "{projected:?}");
    assert_eq!(collected.len(), projected.len());
    for (row, map) in projected.iter().zip(&collected) {
        assert_eq!((map.get("name"), map.get("kind")), (Some(&row.ifname), row.kind.as_ref()));
    }
}

/// Messages that are rejected end nothing: the default route comes after thousands of others.
#[test]
fn rejected_messages_end_nothing() {
    if !in_namespace("rejected_messages_end_nothing") {
        return;
    }
    let mut socket = setup();
    for i in 0..200 {
        ip(&format!("route add 10.0.{i}.0/24 via 192.0.2.2 table 10"));
    }
    ip("route add default via 192.0.2.3");
    let gateways = collector::<Route, Vec<IpAddr>>()
        .first(|_, route| {
            let header = route.header();
            if header.rtm_dst_len == 0 && header.rtm_family.0 == 2 { Flow::Next } else { Flow::Reject }
        })
        .on(Route::GATEWAY, |all, gateway| {
            all.push(gateway);
            Flow::Next
        });
    let mut all = Vec::new();
    socket.dump(GetRoute::dump()).expect("routes").fold(&gateways, &mut all).expect("folded");
    assert_eq!(all, [IpAddr::from([192, 0, 2, 3])]);
    // Ended early, the next dump is whole again.
    let first = collector::<Route, u32>().first(|count, _| {
        *count += 1;
        Flow::End
    });
    let mut count = 0;
    socket.dump(GetRoute::dump()).expect("routes").fold(&first, &mut count).expect("folded");
    assert_eq!(count, 1);
    let routes = socket.dump(GetRoute::dump()).expect("routes");
    let mut routes = routes;
    let mut total = 0;
    while routes.next().expect("a route").is_some() {
        total += 1;
    }
    assert!(total > 200, "{total}");
}
