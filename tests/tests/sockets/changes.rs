//! What every kind of socket does about what changes meanwhile. `super` says which.

use super::{Follow, Socket, open, run, state};
use netlink_families::common::{Af, RouteFamily, RouteTable, RouteType};
use netlink_families::rt_addr::{AddrView, DelAddr, GetAddr, Ifaddrmsg, NewAddr};
use netlink_families::rt_link::Link;
use netlink_families::rt_link::{Ifinfomsg, LinkView, NewLink};
use netlink_families::rt_route::{DelRoute, GetRoute, NewRoute, Route, RouteView, Rtmsg};
use netlink_runtime::decoders::{Decoders, KeyRule};
use netlink_runtime::prelude::Address;
use netlink_runtime::socket::{self, Error, Followed, Overrun};
use netlink_runtime::{Call, DecodeError, Protocol};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const RTM_NEWLINK: u64 = 16;
const RTM_NEWROUTE: u64 = 24;
const RTM_DELROUTE: u64 = 25;
const RTNLGRP_LINK: u32 = 1;
const RTNLGRP_IPV4_ROUTE: u32 = 7;
const LOOPBACK: u32 = 1;

fn address(n: u32) -> (Ifaddrmsg, IpAddr) {
    let family = Af::INET;
    let header =
        Ifaddrmsg { ifa_family: family, ifa_prefixlen: 32, ifa_index: LOOPBACK, ..Ifaddrmsg::default() };
    (header, Ipv4Addr::from(0x0a00_0000 + n).into())
}

fn add(socket: &mut socket::Socket, n: u32) {
    let (header, local) = address(n);
    socket.execute(NewAddr::request().with(|a| a.header(header).local(local)).create()).expect("added");
}

fn remove(socket: &mut socket::Socket, n: u32) {
    let (header, local) = address(n);
    socket.execute(DelAddr::request().with(|a| a.header(header).local(local))).expect("removed");
}

fn number(view: AddrView<'_>) -> Result<u32, DecodeError> {
    let Some(Address::Ip(IpAddr::V4(local))) = view.local()? else { panic!("{view:?}") };
    Ok(u32::from(local).wrapping_sub(0x0a00_0000))
}

// S1-20: a dump of what changed meanwhile is told, and made again until it is right.
live!(interrupted_dumps, async |socket: &mut Socket| {
    const ALL: u32 = 2000;
    let header = Ifaddrmsg { ifa_family: Af::INET, ..Ifaddrmsg::default() };
    let all = || GetAddr::dump().with(|a| a.header(header));
    let mut other = socket::Socket::open(Protocol::Route).expect("a socket");
    (0..ALL).for_each(|n| add(&mut other, n));
    // By one change behind the first datagrams: everything comes, and then it is told.
    let (mut dump, mut seen) = (socket.dump(all()).await.expect("a dump"), 0);
    let end = loop {
        match dump.next().await {
            Ok(Some(_)) => seen += 1,
            Ok(None) => break None,
            Err(e) => break Some(e),
        }
        if seen == 1 {
            add(&mut other, ALL);
        }
    };
    drop(dump);
    assert!(matches!(end, Some(Error::DumpInterrupted)) && seen >= ALL, "{end:?} after {seen}");
    // By somebody who changes things all the time, until two tries were in vain.
    let changing = Arc::new(AtomicBool::new(true));
    let still = changing.clone();
    let churn = std::thread::spawn(move || {
        while still.load(Ordering::Relaxed) {
            add(&mut other, ALL + 1);
            remove(&mut other, ALL + 1);
        }
    });
    let (begun, mut tries, mut found) = (Instant::now(), 0, Vec::new());
    while tries < 3 && begun.elapsed() < Duration::from_secs(60) {
        tries = 0;
        let collected = socket.dump_all(all(), |view| {
            let n = number(view)?;
            tries += u32::from(n == 0);
            if tries == 3 {
                changing.store(false, Ordering::Relaxed);
            }
            Ok(n)
        });
        found = collected.await.expect("right in the end");
    }
    changing.store(false, Ordering::Relaxed);
    churn.join().expect("no panic");
    assert!(tries >= 3, "no dump was interrupted in a minute");
    let mut own: Vec<u32> = found.into_iter().filter(|n| *n <= ALL).collect();
    own.sort_unstable();
    assert_eq!(own, (0..=ALL).collect::<Vec<u32>>(), "each of them once");
});

#[derive(Clone, Debug, PartialEq)]
enum Change {
    Route(Option<u32>),
    Gone(Option<u32>),
    Link(i32),
}

fn change_routes(socket: &mut socket::Socket, nets: Range<u32>, add: bool) {
    let mut batch = socket.batch();
    for net in nets {
        let to = Ipv4Addr::from(0x0a00_0000 + net);
        let header = Rtmsg {
            rtm_family: RouteFamily::INET,
            rtm_dst_len: 32,
            rtm_table: RouteTable::MAIN,
            rtm_type: RouteType::UNICAST,
            ..Rtmsg::default()
        };
        if add {
            let new = NewRoute::request().with(|r| r.header(header).dst(to).oif(LOOPBACK)).create();
            batch.add(new).expect("added");
        } else {
            batch.add(DelRoute::request().with(|r| r.header(header).dst(to))).expect("added");
        }
    }
    batch.finish().expect("sent").ok().expect("all of them");
}

/// The number of a route of ours.
fn net(route: &RouteView<'_>) -> Result<Option<u32>, DecodeError> {
    Ok(match route.dst()? {
        Some(Address::Ip(IpAddr::V4(to))) if to.octets()[0] == 10 => Some(u32::from(to) - 0x0a00_0000),
        _ => None,
    })
}

fn routes() -> Call<GetRoute> {
    GetRoute::dump().with(|r| r.header(Rtmsg { rtm_family: RouteFamily::INET, ..Rtmsg::default() }))
}

fn of_routes() -> Decoders<Change> {
    Decoders::new(KeyRule::MessageType)
        .view::<Route>(RTM_NEWROUTE, |route| Ok(Some(Change::Route(net(&route)?))))
        .view::<Route>(RTM_DELROUTE, |route| Ok(Some(Change::Gone(net(&route)?))))
}

fn of_links() -> Decoders<Change> {
    let index = |link: LinkView<'_>| Ok(Some(Change::Link(link.header().ifi_index)));
    Decoders::new(KeyRule::MessageType).view::<Link>(RTM_NEWLINK, index)
}

fn listener(group: u32, room: u32) -> Socket {
    let builder = socket::Socket::builder().group(group).receive_buffer(room);
    open(builder, Protocol::Route).expect("a socket")
}

fn change_link(socket: &mut socket::Socket, times: u32) {
    let header = Ifinfomsg { ifi_index: LOOPBACK as i32, ..Ifinfomsg::default() };
    for n in 0..times {
        socket.execute(NewLink::request().with(|l| l.header(header).mtu(60_000 + n))).expect("any will do");
    }
}

// S1-22, S2-4: who applies what is told has the state right, whatever is lost on the way.
live!(states_that_are_followed, async |_: &mut Socket| {
    let mut other = socket::Socket::open(Protocol::Route).expect("a socket");
    change_routes(&mut other, 0..50, true);
    let follow = state(Follow::new(), listener(RTNLGRP_IPV4_ROUTE, 20_000), of_routes(), routes, |route| {
        Ok(Change::Route(net(&route)?))
    });
    let mut follow = follow.notifications(listener(RTNLGRP_LINK, 400_000), of_links());
    let (mut table, mut told, mut anew, mut links) = (BTreeSet::new(), 0, 0, 0);
    for round in 0..40 {
        let first = 1000 * (round + 1);
        match round % 4 {
            // Nothing is lost,
            0 => change_routes(&mut other, first..first + 10, true),
            1 => change_link(&mut other, 4),
            // and much. What is heard of the first half is older than what is read.
            _ => {
                change_routes(&mut other, first..first + 400, true);
                change_routes(&mut other, first..first + 395, false);
            }
        }
        while let Some(followed) = follow.try_receive().await.expect("a change") {
            match followed {
                Followed::Anew { source: 0, all } => {
                    anew += 1;
                    let net = |change| match change {
                        Change::Route(net) => net,
                        odd => panic!("{odd:?} in a dump of routes"),
                    };
                    table = all.into_iter().map(net).collect();
                }
                Followed::Told { source: 0, group: RTNLGRP_IPV4_ROUTE, namespace: None, value } => {
                    told += 1;
                    match value {
                        Change::Gone(net) => table.remove(&net),
                        Change::Route(net) => table.insert(net),
                        Change::Link(_) => panic!("a link among routes"),
                    };
                }
                Followed::Told { source: 1, group: RTNLGRP_LINK, value: Change::Link(1), .. } => links += 1,
                odd => panic!("{odd:?}"),
            }
        }
        let fresh: BTreeSet<_> =
            other.dump_all(routes(), |route| net(&route)).expect("a dump").into_iter().collect();
        assert_eq!(table, fresh, "round {round}");
    }
    // All that was small was heard, but for what was there at the start; all that was much was read.
    assert_eq!((told, links), (90, 40));
    assert!(anew > 20, "{anew}");
});

// S1-22: without a state, what is lost is told; what nobody decodes, as well. Sockets that nothing comes
// from do not keep the others waiting.
live!(notifications_that_are_followed, async |_: &mut Socket| {
    let mut other = socket::Socket::open(Protocol::Route).expect("a socket");
    let only_new = Decoders::new(KeyRule::MessageType)
        .view::<Route>(RTM_NEWROUTE, |route| Ok(net(&route)?.filter(|net| *net != 1).map(Some)));
    let quiet = Decoders::new(KeyRule::MessageType);
    let mut follow = Follow::new()
        .notifications(listener(RTNLGRP_LINK, 400_000), quiet)
        .notifications(listener(RTNLGRP_IPV4_ROUTE, 20_000), only_new);
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        change_routes(&mut other, 1..4, true);
        other
    });
    for wanted in [2, 3] {
        match follow.receive().await.expect("a change") {
            Followed::Told { source: 1, value, .. } => assert_eq!(value, Some(wanted)),
            odd => panic!("{odd:?}"),
        }
    }
    let mut other = later.join().expect("no panic");
    change_routes(&mut other, 1..2, false);
    let unknown = follow.receive().await.expect("a message");
    assert_eq!(unknown, Followed::Unknown { source: 1, key: Some(RTM_DELROUTE) });
    change_routes(&mut other, 1000..1400, true);
    let missed = follow.receive().await.expect("a loss");
    assert_eq!(missed, Followed::Missed { source: 1, overrun: Overrun::Kernel });
    // It goes on with what was there before the loss.
    let next = follow.receive().await.expect("a change");
    assert_eq!(
        next,
        Followed::Told { source: 1, group: RTNLGRP_IPV4_ROUTE, namespace: None, value: Some(1000) }
    );
});
