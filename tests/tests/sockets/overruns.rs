//! A listener that is too slow: every loss is told once, at its place, and who reads anew has it right.

use netlink_families::common::{RouteFamily, RouteTable};
use netlink_families::rt_route::{DelRoute, GetRoute, NewRoute, RouteView, Rtmsg};
use netlink_runtime::prelude::Address;
use netlink_runtime::socket::{Datagram, Event, Kernel, Overrun, Socket, Transport, Wait};
use netlink_runtime::{Protocol, Reply};
use std::collections::BTreeSet;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const RTNLGRP_IPV4_ROUTE: u32 = 7;
const RTM_NEWROUTE: u16 = 24;
const RTM_DELROUTE: u16 = 25;
const ENOBUFS: i32 = 105;

/// Counts how often the kernel says that it dropped something.
struct Counting(Kernel, Arc<AtomicUsize>);

impl Transport for Counting {
    fn port(&self) -> u32 {
        self.0.port()
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.0.send(datagram)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        self.0.receive(buffer, wait).inspect_err(|e| {
            let lost = e.raw_os_error() == Some(ENOBUFS);
            self.1.fetch_add(usize::from(lost), Ordering::Relaxed);
        })
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.0.join(group)
    }

    fn set_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.0.set_timeout(limit)
    }
}

fn header() -> Rtmsg {
    Rtmsg {
        rtm_family: RouteFamily::INET,
        rtm_dst_len: 32,
        rtm_table: RouteTable::MAIN,
        rtm_protocol: 4.into(),
        rtm_type: 1.into(),
        ..Rtmsg::default()
    }
}

/// Adds the even numbers of a range, and takes the odd ones away that are there.
fn churn(socket: &mut Socket, nets: std::ops::Range<u32>) {
    let mut batch = socket.batch();
    for net in nets {
        let to = Ipv4Addr::from(0x0a00_0000 + net / 2);
        if net % 4 < 3 {
            batch
                .add(NewRoute::request().with(|r| r.header(header()).dst(to).oif(1)).replace())
                .expect("added");
        } else {
            batch.add(DelRoute::request().with(|r| r.header(header()).dst(to))).expect("added");
        }
    }
    batch.finish().expect("sent").ok().expect("all of them");
}

fn net(route: RouteView<'_>) -> Option<u32> {
    match route.dst() {
        Ok(Some(Address::Ip(std::net::IpAddr::V4(to)))) if to.octets()[0] == 10 => Some(u32::from(to)),
        _ => None,
    }
}

fn read_anew(socket: &mut Socket) -> BTreeSet<u32> {
    let all =
        GetRoute::dump().with(|r| r.header(Rtmsg { rtm_family: RouteFamily::INET, ..Rtmsg::default() }));
    socket.dump_all(all, |route| Ok(net(route))).expect("a dump").into_iter().flatten().collect()
}

#[test]
fn every_loss_is_told_once_where_it_is() {
    if !netlink_tests::in_namespace("overruns::every_loss_is_told_once_where_it_is") {
        return;
    }
    netlink_tests::ip("link set lo up");
    let lost = Arc::new(AtomicUsize::new(0));
    let builder =
        Socket::builder().group(RTNLGRP_IPV4_ROUTE).receive_buffer(20_000).timeout(Duration::from_secs(5));
    let kernel = builder.connect(Protocol::Route).expect("a socket");
    let mut listener = builder.over(Protocol::Route, Counting(kernel, lost.clone())).expect("a socket");
    let mut other = Socket::open(Protocol::Route).expect("a socket");
    let mut table = read_anew(&mut listener);
    let (mut told, mut followed) = (0, 0);
    for round in 0..60 {
        // Few changes, which are all heard, and many, which are not.
        let count = if round % 3 == 0 { 400 } else { 8 };
        churn(&mut other, 400 * round..400 * round + count);
        let mut whole = true;
        while let Some(event) = listener.try_receive().expect("an event") {
            match event {
                // What comes after a loss may be older than what is read anew.
                Event::Notification { message, .. } if whole => {
                    let route = <NewRoute as Reply>::view(message.payload()).expect("a route");
                    let net = net(route).expect("one of ours");
                    match message.header.message_type {
                        RTM_NEWROUTE => table.insert(net),
                        RTM_DELROUTE => table.remove(&net),
                        other => panic!("type {other}"),
                    };
                    followed += 1;
                }
                Event::Notification { .. } => {}
                Event::Overrun(Overrun::Kernel) => {
                    told += 1;
                    assert_eq!(told, lost.load(Ordering::Relaxed), "as often as the kernel said so");
                    whole = false;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(whole, round % 3 != 0, "round {round}");
        if !whole {
            table = read_anew(&mut listener);
        }
        assert_eq!(table, read_anew(&mut other), "round {round}");
    }
    assert_eq!(told, lost.load(Ordering::Relaxed));
    eprintln!("{told} losses, {followed} changes followed, {} routes", table.len());
    assert!(told >= 20 && followed > 200);
}

/// A dump goes on although there is little room beside what waits: from 6.16 on, each try that fails is a
/// loss to the kernel, and none may keep the next datagram from being taken.
#[test]
fn dumps_end_in_little_room() {
    if !netlink_tests::in_namespace("overruns::dumps_end_in_little_room") {
        return;
    }
    netlink_tests::ip("link set lo up");
    let mut other = Socket::open(Protocol::Route).expect("a socket");
    churn(&mut other, 0..8000);
    let all = read_anew(&mut other);
    for peers in [false, true] {
        let builder = Socket::builder().group(RTNLGRP_IPV4_ROUTE).receive_buffer(20_000).peers(peers);
        let mut listener = builder.timeout(Duration::from_secs(5)).open(Protocol::Route).expect("a socket");
        churn(&mut other, 0..400);
        assert_eq!(read_anew(&mut listener), all);
        let mut events = 0;
        while listener.try_receive().expect("an event").is_some() {
            events += 1;
        }
        assert!(events > 1);
    }
}
