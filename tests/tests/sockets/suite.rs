//! What every kind of socket does. `super` says which.

use super::{Socket, open, run};
use netlink_families::common::{RouteFamily, RouteTable, RouteType};
use netlink_families::rt_link::{GetLink, Ifinfomsg, NewLink};
use netlink_families::rt_route::{DelRoute, GetRoute, NewRoute, Rtmsg};
use netlink_runtime::Protocol;
use netlink_runtime::message::{NLM_F_ACK, NLM_F_DUMP};
use netlink_runtime::prelude::Address;
use netlink_runtime::socket::{self, Acknowledge, Error, Event, Overrun};
use std::net::Ipv4Addr;

const RTM_GETLINK: u16 = 18;
const RTM_GETROUTE: u16 = 26;
const RTM_NEWROUTE: u16 = 24;
const RTNLGRP_LINK: u32 = 1;
const RTNLGRP_IPV4_ROUTE: u32 = 7;
const LOOPBACK: i32 = 1;
const IFF_UP: u32 = 1;

fn loopback() -> Ifinfomsg {
    Ifinfomsg { ifi_index: LOOPBACK, ..Ifinfomsg::default() }
}

fn route(net: u32) -> impl netlink_runtime::Request {
    let header = Rtmsg {
        rtm_family: RouteFamily::INET,
        rtm_dst_len: 32,
        rtm_table: RouteTable::MAIN,
        rtm_protocol: 4.into(),
        rtm_type: 1.into(),
        ..Rtmsg::default()
    };
    NewRoute::request()
        .with(|r| r.header(header).dst(Ipv4Addr::from(0x0a00_0000 + net)).oif(LOOPBACK as u32))
        .create()
}

fn unroute(net: u32) -> impl netlink_runtime::Request {
    let header = Rtmsg { rtm_family: RouteFamily::INET, rtm_dst_len: 32, ..Rtmsg::default() };
    DelRoute::request().with(|r| r.header(header).dst(Ipv4Addr::from(0x0a00_0000 + net)))
}

async fn count_routes(socket: &mut Socket) -> usize {
    let all =
        GetRoute::dump().with(|r| r.header(Rtmsg { rtm_family: RouteFamily::INET, ..Rtmsg::default() }));
    let (mut dump, mut count) = (socket.dump(all).await.expect("a dump"), 0);
    while let Some(route) = dump.next().await.expect("a route") {
        count += usize::from(route.header().rtm_protocol == 4.into());
    }
    count
}

// S1-21, S3-4, S3-5: requests of every shape, their replies and refusals.
live!(requests, async |socket: &mut Socket| {
    let mut names = Vec::new();
    let mut dump = socket.dump(GetLink::dump()).await.expect("a dump");
    while let Some(link) = dump.next().await.expect("a link") {
        names.push(link.ifname().expect("well-formed").expect("there").to_string());
    }
    assert!(names.contains(&"lo".to_owned()), "{names:?}");
    assert!(dump.next().await.expect("the end again").is_none());
    drop(dump);
    let lo = socket.get(GetLink::request().with(|l| l.header(loopback()))).await.expect("lo");
    assert_eq!(lo.view().expect("a link").header().ifi_index, LOOPBACK);
    let error = socket.execute(NewLink::request().with(|l| l.header(loopback()).mtu(1))).await;
    error.expect("any MTU will do for lo");
    let nowhere = Ifinfomsg { ifi_index: 0x7fff_0000, ..Ifinfomsg::default() };
    let error = socket.get(GetLink::request().with(|l| l.header(nowhere))).await.expect_err("no such link");
    assert_eq!(error.errno(), Some(19), "{error}");
    let error = socket.family("nlctrl").await.expect_err("another protocol");
    assert!(matches!(error, Error::WrongProtocol { .. }), "{error}");
});

// S1-1: the kernel does what the flags of a request say.
live!(what_flags_say, async |socket: &mut Socket| {
    let of = |kind: RouteType| {
        let header = Rtmsg {
            rtm_family: RouteFamily::INET,
            rtm_dst_len: 32,
            rtm_table: RouteTable::MAIN,
            rtm_protocol: 4.into(),
            rtm_type: kind,
            ..Rtmsg::default()
        };
        // Only routes that lead somewhere have an interface.
        let oif = (kind == RouteType::UNICAST).then_some(LOOPBACK as u32);
        NewRoute::request().with(|r| {
            let r = r.header(header).dst(Ipv4Addr::new(10, 0, 0, 1));
            if let Some(oif) = oif { r.oif(oif) } else { r }
        })
    };
    let unicast = || of(RouteType::UNICAST);
    let refused = |done: socket::Result<()>| done.expect_err("it is refused").errno();
    assert_eq!(refused(socket.execute(unicast().change()).await), Some(2), "ENOENT: nothing to change");
    socket.execute(unicast().create()).await.expect("created");
    assert_eq!(refused(socket.execute(unicast().create()).await), Some(17), "EEXIST");
    socket.execute(unicast().change()).await.expect("changed");
    assert_eq!(count_routes(socket).await, 1);
    socket.execute(of(RouteType::THROW).append()).await.expect("appended");
    assert_eq!(count_routes(socket).await, 2);
    socket.execute(of(RouteType::UNREACHABLE).replace()).await.expect("replaced");
    assert_eq!(count_routes(socket).await, 2);
    let told = socket.get(of(RouteType::BLACKHOLE).append().echo()).await.expect("told");
    assert_eq!(told.view().expect("a route").header().rtm_type, RouteType::BLACKHOLE);
    assert_eq!(count_routes(socket).await, 3);
});

// S1-16: the kernel filters by fields of the request, and sends nothing else.
live!(filters, async |socket: &mut Socket| {
    for table in [254, 1000] {
        for n in 1..=3 {
            netlink_tests::ip(&format!("route add 198.51.{n}.0/24 dev lo table {table}"));
        }
    }
    let header = Rtmsg { rtm_family: RouteFamily::INET, ..Rtmsg::default() };
    let wanted = GetRoute::dump().with(|r| r.header(header).table(RouteTable(1000)));
    let (mut dump, mut tables) = (socket.dump(wanted).await.expect("a dump"), Vec::new());
    while let Some(route) = dump.next().await.expect("a route") {
        tables.push(route.table().expect("well-formed").map(|t| t.0));
    }
    assert_eq!(tables, [Some(1000); 3]);
});

// S1-14: notifications that come while a reply is read are kept, in order.
live!(
    notifications_during_dumps,
    socket::Socket::builder().group(RTNLGRP_LINK),
    async |socket: &mut Socket| {
        let mut other = socket::Socket::open(Protocol::Route).expect("a socket");
        let mut dump = socket.dump(GetLink::dump()).await.expect("a dump");
        for n in 0..50 {
            let header = Ifinfomsg { ifi_flags: (n & 1).into(), ifi_change: IFF_UP.into(), ..loopback() };
            other.execute(NewLink::request().with(|l| l.header(header))).expect("up and down");
        }
        while dump.next().await.expect("a link").is_some() {}
        drop(dump);
        assert_eq!(count_routes(socket).await, 0);
        let mut seen = Vec::new();
        while let Some(event) = socket.try_receive().expect("an event") {
            let Event::Notification { group: RTNLGRP_LINK, message, .. } = event else { panic!("{event:?}") };
            let flags = message.payload()[8..12].try_into().expect("struct ifinfomsg");
            seen.push(u32::from_ne_bytes(flags) & IFF_UP);
        }
        assert_eq!(seen, (0..50).map(|n| n & 1).collect::<Vec<u32>>());
        // One more is waited for.
        let header = Ifinfomsg { ifi_flags: 0.into(), ifi_change: IFF_UP.into(), ..loopback() };
        other.execute(NewLink::request().with(|l| l.header(header))).expect("down");
        assert!(matches!(socket.receive().await, Ok(Event::Notification { .. })));
    }
);

// S1-5: a dump that is dropped half-way.
live!(dumps_dropped_half_way, async |socket: &mut Socket| {
    let mut batch = socket.batch();
    for net in 0..3000 {
        batch.add(route(net)).await.expect("added");
    }
    batch.finish().await.expect("sent").ok().expect("all of them");
    for n in 0..1000 {
        let mut dump = socket.dump(GetRoute::dump()).await.expect("a dump");
        for _ in 0..n % 400 {
            assert!(dump.next().await.expect("a route").is_some());
        }
        drop(dump);
        if n % 10 == 0 {
            let lo = socket.get(GetLink::request().with(|l| l.header(loopback()))).await.expect("lo");
            assert_eq!(lo.view().expect("a link").header().ifi_index, LOOPBACK);
        }
    }
    assert_eq!(count_routes(socket).await, 3000);
});

// Batches: every refusal is that of its request.
live!(batches, async |socket: &mut Socket| {
    for (round, acknowledge) in [Acknowledge::Each, Acknowledge::Last].into_iter().enumerate() {
        let first = 100_000 * round as u32;
        let mut batch = socket.batch().acknowledge(acknowledge);
        for n in 0..5000 {
            // Twice the same one, in the middle and at the end.
            let net = if n == 2500 || n == 4999 { first } else { first + n };
            assert_eq!(batch.add(route(net)).await.expect("added"), n as usize);
        }
        let report = batch.finish().await.expect("sent");
        let refused: Vec<usize> = report.refused.iter().map(|r| r.index).collect();
        assert_eq!((report.sent, refused, report.lost.len()), (5000, vec![2500, 4999], 0), "{acknowledge:?}");
        assert!(report.refused.iter().all(|r| r.error.name() == Some("EEXIST")), "{:?}", report.refused);
        assert_eq!(report.ok().expect_err("a refusal").errno(), Some(17));
    }
    assert_eq!(count_routes(socket).await, 2 * 4998);
    // Nothing is left over for others.
    assert!(socket.try_receive().expect("nothing").is_none());
    // One that names the attribute: no such interface.
    let mut batch = socket.batch();
    for index in [0x7fff_0000, 0x7fff_0001] {
        let absent = NewLink::request().with(|l| l.link(index).linkinfo(|i| i.kind("vlan"))).create();
        batch.add(absent).await.expect("added");
    }
    batch.add(route(99)).await.expect("added");
    let report = batch.finish().await.expect("sent");
    assert_eq!(report.refused.len(), 3, "{report:?}");
    // Dropped before it is sent, a batch does nothing.
    let mut batch = socket.batch();
    batch.add(route(200)).await.expect("added");
    drop(batch);
    assert_eq!(count_routes(socket).await, 2 * 4998);
});

// S1-22: what the kernel had to drop is told once, and the socket goes on.
live!(
    floods,
    socket::Socket::builder().group(RTNLGRP_LINK).receive_buffer(16 * 1024),
    async |socket: &mut Socket| {
        let mut other = socket::Socket::open(Protocol::Route).expect("a socket");
        for n in 0..200 {
            let header = Ifinfomsg { ifi_flags: (n & 1).into(), ifi_change: IFF_UP.into(), ..loopback() };
            other.execute(NewLink::request().with(|l| l.header(header))).expect("up and down");
        }
        let (mut overruns, mut seen) = (0, 0);
        while overruns == 0 {
            match socket.receive().await.expect("an event") {
                Event::Overrun(Overrun::Kernel) => overruns += 1,
                _ => seen += 1,
            }
        }
        while let Some(event) = socket.try_receive().expect("an event") {
            overruns += usize::from(matches!(event, Event::Overrun(_)));
            seen += 1;
        }
        assert!(overruns == 1 && seen < 200, "{overruns} overruns, {seen} seen");
        let lo = socket.get(GetLink::request().with(|l| l.header(loopback()))).await.expect("lo");
        assert_eq!(lo.view().expect("a link").header().ifi_index, LOOPBACK);
    }
);

// S1-15, S3-5: any number in flight, each answer under its own number.
live!(requests_in_flight, async |socket: &mut Socket| {
    let ask = |index: i32| [&[0; 4][..], &index.to_ne_bytes(), &[0; 8]].concat();
    let mut asked = Vec::new();
    for n in 0..40 {
        // Every third one is for a link that is not there.
        let index = if n % 3 == 0 { 0x7fff_0000 } else { LOOPBACK };
        asked.push((socket.send(RTM_GETLINK, NLM_F_ACK, &ask(index)).expect("sent"), index == LOOPBACK));
    }
    // In between, one that is waited for.
    assert_eq!(count_routes(socket).await, 0);
    for (id, there) in asked {
        if there {
            let reply = socket.receive().await.expect("a reply");
            assert!(matches!(reply, Event::Reply { request, .. } if request == id), "{reply:?}");
        }
        let Event::End { request, message, .. } = socket.receive().await.expect("an end") else {
            panic!("an end is missing")
        };
        let errno = message.payload().first_chunk::<4>().map(|code| i32::from_ne_bytes(*code));
        assert_eq!((request, errno), (id, Some(if there { 0 } else { -19 })));
    }
    assert!(socket.try_receive().expect("nothing").is_none());
});

// S1-15: the kernel runs one dump per socket; the others wait for it.
live!(dumps_started_at_once, async |socket: &mut Socket| {
    let mut batch = socket.batch();
    for net in 0..1000 {
        batch.add(route(net)).await.expect("added");
    }
    batch.finish().await.expect("sent").ok().expect("all of them");
    let header = [&[2u8; 1][..], &[0; 11]].concat(); // AF_INET, struct rtmsg
    let ids: Vec<_> =
        (0..64).map(|_| socket.send(RTM_GETROUTE, NLM_F_DUMP, &header).expect("sent")).collect();
    let mut counts = vec![0; ids.len()];
    let place = |id| ids.iter().position(|known| *known == id).expect("one of ours");
    let mut ended = Vec::new();
    while ended.len() < ids.len() {
        match socket.receive().await.expect("an event") {
            Event::Reply { request, .. } => {
                assert!(!ended.contains(&request), "nothing comes after the end");
                counts[place(request)] += 1;
            }
            Event::End { request, message, interrupted } => {
                assert!(!interrupted && message.payload()[..4] == [0; 4], "{message:?}");
                ended.push(request);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ended, ids, "one after the other");
    assert!(counts[0] >= 1000 && counts.iter().all(|count| *count == counts[0]), "{counts:?}");
});

// Every socket is on its own.
live!(sockets_in_parallel, async |_: &mut Socket| {
    std::thread::scope(|scope| {
        for n in 0..64 {
            scope.spawn(move || {
                run(async {
                    let mut socket = open(socket::Socket::builder(), Protocol::Route).expect("a socket");
                    let mut batch = socket.batch();
                    for k in 0..50 {
                        batch.add(route(1000 * n + k)).await.expect("added");
                    }
                    batch.finish().await.expect("sent").ok().expect("all of them");
                    for _ in 0..5 {
                        assert!(count_routes(&mut socket).await >= 50);
                    }
                });
            });
        }
    });
});

// A program that is started has none of our sockets.
live!(children_have_no_sockets, async |socket: &mut Socket| {
    assert_eq!(count_routes(socket).await, 0);
    let output = std::process::Command::new("ls").args(["-l", "/proc/self/fd"]).output().expect("ls");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("/dev/null") || text.contains("pipe:"), "{text}");
    assert!(!text.contains("socket:"), "{text}");
});

/// Adds routes, or takes them away, in the order of their numbers: a notification each.
fn change_routes(socket: &mut socket::Socket, nets: std::ops::Range<u32>, add: bool) {
    let mut batch = socket.batch();
    for net in nets {
        if add { batch.add(route(net)) } else { batch.add(unroute(net)) }.expect("added");
    }
    batch.finish().expect("sent").ok().expect("all of them");
}

/// What a notification of a route is about: whether it was added, and its number.
fn changed(message: netlink_runtime::message::MessageRef<'_>) -> (bool, u32) {
    let route = <NewRoute as netlink_runtime::Reply>::view(message.payload()).expect("a route");
    let Ok(Some(Address::Ip(std::net::IpAddr::V4(to)))) = route.dst() else { panic!("{route:?}") };
    (message.header.message_type == RTM_NEWROUTE, u32::from(to) - 0x0a00_0000)
}

// S1-14: a hundred thousand notifications, all while dumps are read; none is lost, all are in order.
live!(
    notifications_without_end,
    socket::Socket::builder().receive_buffer(400_000).queue(64 << 20),
    async |socket: &mut Socket| {
        let mut other = socket::Socket::open(Protocol::Route).expect("a socket");
        change_routes(&mut other, 0..2000, true);
        let (mut wanted, mut nets) = (Vec::new(), 2000..);
        socket.join(RTNLGRP_IPV4_ROUTE).expect("joined");
        while wanted.len() < 100_000 {
            let first = nets.nth(49).expect("no end") - 49;
            let mut dump = socket.dump(GetRoute::dump()).await.expect("a dump");
            assert!(dump.next().await.expect("a route").is_some());
            for add in [true, false, true, false] {
                change_routes(&mut other, first..first + 50, add);
                wanted.extend((first..first + 50).map(|net| (add, net)));
            }
            while dump.next().await.expect("a route").is_some() {}
        }
        for (n, wanted) in wanted.into_iter().enumerate() {
            let event = socket.receive().await.expect("an event");
            let Event::Notification { group: RTNLGRP_IPV4_ROUTE, message, .. } = event else {
                panic!("{n}: {event:?}")
            };
            assert_eq!(changed(message), wanted, "{n}");
        }
        assert!(socket.try_receive().expect("nothing").is_none());
    }
);

// S1-14: what the queue has no room for is counted, at its place.
live!(
    queues_that_are_full,
    socket::Socket::builder().group(RTNLGRP_IPV4_ROUTE).receive_buffer(400_000).queue(10_000),
    async |socket: &mut Socket| {
        let mut other = socket::Socket::open(Protocol::Route).expect("a socket");
        change_routes(&mut other, 0..200, true);
        // All of them arrive before the end of this dump, and wait.
        count_routes(socket).await;
        change_routes(&mut other, 200..210, true);
        let (mut seen, mut missing) = (0, 0);
        for _ in 0..1000 {
            match socket.try_receive().expect("an event") {
                Some(Event::Notification { message, .. }) => {
                    assert_eq!(changed(message), (true, seen + missing));
                    seen += 1;
                }
                Some(Event::Overrun(Overrun::Queue(gap))) => missing += u32::try_from(gap).expect("a few"),
                Some(other) => panic!("{other:?}"),
                None => break,
            }
        }
        assert_eq!(seen + missing, 210, "{seen} seen, {missing} missing");
        assert!(missing > 50 && seen > 20);
    }
);
