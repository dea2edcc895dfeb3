//! A dump of a million routes: constant memory, no allocation per message.

use allocation_counter::{AllocationInfo, measure};
use netlink_families::common::{RouteFamily, RouteTable};
use netlink_families::rt_link::{GetLink, Ifinfomsg, NewLink};
use netlink_families::rt_route::{GetRoute, NewRoute, Rtmsg};
use netlink_runtime::Protocol;
use netlink_runtime::socket::Socket;
use std::net::Ipv4Addr;

/// Routes per step; the last is what is claimed.
const STEPS: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];

#[test]
fn a_dump_of_a_million_routes_needs_constant_memory() {
    if !netlink_tests::in_namespace("a_dump_of_a_million_routes_needs_constant_memory") {
        return;
    }
    netlink_tests::ip("link add v0 type veth peer name v1");
    netlink_tests::ip("link set v0 up");
    netlink_tests::ip("addr add 192.0.2.1/24 dev v0");
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let mut measured = Vec::new();
    let mut there = 0;
    for count in STEPS {
        add_routes(there..count);
        there = count;
        measured.push((count, dump(&mut socket, count)));
    }
    for (count, seen) in &measured {
        eprintln!(
            "{count} routes: {} allocations, {} bytes in all, {} bytes at most",
            seen.count_total, seen.bytes_total, seen.bytes_max
        );
    }
    let (_, first) = &measured[0];
    for (count, seen) in &measured {
        assert!(seen.count_total <= 8, "{count} routes took {} allocations", seen.count_total);
        assert_eq!(
            (seen.count_total, seen.bytes_max),
            (first.count_total, first.bytes_max),
            "{count} routes need other memory than {}",
            STEPS[0]
        );
        assert_eq!(seen.count_current, 0, "something was kept");
    }
}

/// Reads a dump through accessors, and what that allocates.
fn dump(socket: &mut Socket, expected: u32) -> AllocationInfo {
    // The receive buffer and the first use of everything are not the dump's.
    let (warm, _) = read(socket);
    assert!(warm >= expected, "{warm} routes");
    let mut counts = (0, 0);
    let info = measure(|| counts = read(socket));
    assert!(counts.0 >= expected, "{} routes", counts.0);
    assert_eq!(counts.1, expected, "metrics of every route that was added");
    info
}

/// How many routes there are in the main table, and how many of them say their MTU.
fn read(socket: &mut Socket) -> (u32, u32) {
    let header = Rtmsg { rtm_family: RouteFamily::INET, ..Default::default() };
    let mut routes = socket.dump(GetRoute::dump().with(|b| b.header(header))).expect("a dump");
    let (mut all, mut with_mtu) = (0, 0);
    while let Some(route) = routes.next().expect("a route") {
        let main = route.table().expect("a table").is_some_and(|t| t.0 == 254);
        if !main || route.dst().expect("a destination").is_none() {
            continue;
        }
        all += 1;
        let gateway = route.gateway().expect("a gateway").is_some();
        let device = route.oif().expect("a device").is_some();
        let priority = route.priority().expect("a priority") == Some(77);
        let mtu = match route.metrics().expect("metrics") {
            Some(metrics) => metrics.mtu().expect("an MTU") == Some(1400),
            None => false,
        };
        if gateway && device && priority && mtu {
            with_mtu += 1;
        }
    }
    (all, with_mtu)
}

/// Adds routes to 10.0.0.0/8, a host each, and one in the middle once more: it alone is refused.
fn add_routes(range: std::ops::Range<u32>) {
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let mut batch = socket.batch();
    let header = Rtmsg {
        rtm_family: RouteFamily::INET,
        rtm_dst_len: 32,
        rtm_table: RouteTable::MAIN,
        rtm_protocol: 3.into(),
        rtm_type: 1.into(),
        ..Default::default()
    };
    let middle = range.start + range.len() as u32 / 2;
    let mut twice = None;
    for n in range.clone() {
        let route = NewRoute::request().create().with(|r| {
            let r = r.header(header).dst(Ipv4Addr::from(0x0a00_0000 + n));
            r.gateway(Ipv4Addr::new(192, 0, 2, 2)).priority(77).metrics(|m| m.mtu(1400))
        });
        batch.add(&route).expect("added");
        if n == middle {
            twice = Some(batch.add(&route).expect("added"));
        }
    }
    let report = batch.finish().expect("sent");
    let refused: Vec<_> = report.refused.iter().map(|r| (r.index, r.error.name())).collect();
    assert_eq!(refused, [(twice.expect("a middle"), Some("EEXIST"))]);
    assert!(report.lost.is_empty());
}

/// S1-18: requests that are done leave nothing behind.
#[test]
fn requests_leave_nothing_behind() {
    if !netlink_tests::in_namespace("requests_leave_nothing_behind") {
        return;
    }
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let header = Ifinfomsg { ifi_index: 1, ..Default::default() };
    let mut ask = |times: u32| {
        for n in 0..times {
            let lo = socket.get(GetLink::request().with(|l| l.header(header)));
            assert_eq!(lo.expect("lo").view().expect("a link").header().ifi_index, 1);
            if n % 10 == 0 {
                drop(socket.dump(GetLink::dump()).expect("a dump"));
                assert!(socket.execute(NewLink::request().with(|l| l.link(0x7fff_ffff))).is_err());
            }
        }
    };
    ask(100);
    let info = measure(|| ask(20_000));
    assert_eq!((info.count_current, info.bytes_current), (0, 0));
}

/// The counter counts.
#[test]
fn an_allocation_per_message_would_be_seen() {
    let info = measure(|| {
        for n in 0..1000u32 {
            std::hint::black_box(vec![n]);
        }
    });
    assert_eq!(info.count_total, 1000);
}
