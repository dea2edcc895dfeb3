//! The inside of network devices against the running kernel: features, queues and NAPI instances as
//! `ip` and sysfs have them, events of devices; what takes hardware, byte by byte.

#[allow(dead_code)] // what it sets up is for other tests
mod exact;

use exact::{Tally, exactly};
use netlink_families::netdev::{
    self, Dev, Dmabuf, Napi, NapiThreaded, PagePool, PagePoolStats, Qstats, Queue,
};
use netlink_families::netdev::{QstatsScope, QueueType, XdpAct, XdpRxMetadata, XskFlags};
use netlink_runtime::message::GenlHeader;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Socket};
use netlink_runtime::{Reply, Request};
use netlink_tests::bytes::{attr, nest, number};
use netlink_tests::{has_program, in_namespace, ip, skip};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

const EPERM: i32 = 1;

/// A socket in a namespace, if the kernel has the family.
fn open(test: &str) -> Option<Socket> {
    if !in_namespace(test) {
        return None;
    }
    let mut socket = Socket::open(Protocol::Generic).expect("generic netlink is open to everybody");
    match socket.family(netdev::FAMILY) {
        Ok(family) => assert_eq!(family.version, 1),
        Err(Error::UnknownFamily { .. }) => {
            skip(test, "the running kernel has no netdev family");
            return None;
        }
        Err(error) => panic!("the family: {error}"),
    }
    Some(socket)
}

/// A pair of links with queues, one of which polls; the index of that one.
fn links() -> u32 {
    ip("link set lo up");
    ip("link add v0 numrxqueues 3 numtxqueues 2 type veth peer name v1");
    ip("link set v1 up");
    ip("link set v0 up");
    let line = ip("-o link show v0");
    line.split(':').next().and_then(|ix| ix.parse().ok()).expect("its index")
}

/// Runs a shell where `/sys` is that of this namespace.
fn in_sysfs(script: &str) -> Option<String> {
    let script = format!("mount -t sysfs sysfs /sys && cd /sys/class/net/v0 && {script}");
    let output = Command::new("unshare").args(["-m", "sh", "-c", &script]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

#[test]
fn devices_and_their_events() {
    const NAME: &str = "devices_and_their_events";
    let Some(mut socket) = open(NAME) else { return };
    let mut monitor = Socket::open(Protocol::Generic).expect("another socket");
    monitor.set_timeout(Some(Duration::from_secs(10))).expect("a limit");
    let family = monitor.family(netdev::FAMILY).expect("known");
    assert!(family.group(netdev::GROUP_PAGE_POOL).is_some());
    let group = family.group(netdev::GROUP_MGMT).expect("a group");
    monitor.join(group).expect("joined");
    let index = links();

    let mut all = exact::dump::<Dev, _>(&mut socket, "devices", netdev::DevGet::dump());
    let one = netdev::DevGet::request().with(|b| b.ifindex(index));
    all.add(exact::get::<Dev, _>(&mut socket, "one device", one));
    // Modules of tunnels put one into every namespace.
    let links = ip("-o link show").lines().count();
    assert!(links >= 3 && all.messages == links + 1, "{all}");
    let answer = socket.get(netdev::DevGet::request().with(|b| b.ifindex(index))).expect("a device");
    let dev = answer.view().expect("a message");
    let features = dev.xdp_features().expect("readable").expect("features");
    assert!(features.contains(XdpAct::BASIC | XdpAct::REDIRECT | XdpAct::RX_SG), "{features:?}");
    let metadata = dev.xdp_rx_metadata_features().expect("readable").expect("features");
    assert!(metadata.contains(XdpRxMetadata::TIMESTAMP | XdpRxMetadata::HASH), "{metadata:?}");

    if has_program("ethtool") {
        let off = Command::new("ethtool").args(["-K", "v0", "gro", "on"]).status().expect("ethtool runs");
        assert!(off.success(), "{off}");
    } else {
        skip(NAME, "the program `ethtool` is not installed: no features that change");
    }
    ip("link del v0");
    let (mut seen, mut tally) = (BTreeMap::<u8, usize>::new(), Tally::default());
    let end = Instant::now() + Duration::from_secs(10);
    while !seen.contains_key(&3) && Instant::now() < end {
        let Ok(Event::Notification { message, .. }) = monitor.receive() else { break };
        let (header, payload) = GenlHeader::split(message.payload()).expect("a generic message");
        tally.check::<Dev>(payload);
        *seen.entry(header.command).or_default() += 1;
    }
    eprintln!("events by number: {seen:?}");
    assert!(
        netdev::DevAddNtf::accepts(2) && netdev::DevDelNtf::accepts(3) && netdev::DevChangeNtf::accepts(4)
    );
    assert!(seen[&2] >= 2 && seen[&3] >= 1, "{seen:?}");
    assert!(!has_program("ethtool") || seen.contains_key(&4), "{seen:?}");
    all.add(tally);
    all.assert_clean();
}

#[test]
fn queues_and_napi_instances() {
    const NAME: &str = "queues_and_napi_instances";
    let Some(mut socket) = open(NAME) else { return };
    let index = links();
    if !has_program("ethtool") {
        return skip(NAME, "the program `ethtool` is not installed: nothing polls");
    }
    // With GRO a veth has NAPI instances.
    let on = Command::new("ethtool").args(["-K", "v0", "gro", "on"]).status().expect("ethtool runs");
    assert!(on.success(), "{on}");
    let mut queues = Vec::new();
    let call = netdev::QueueGet::dump().with(|b| b.ifindex(index));
    let listed = socket.dump_all(call, |queue| {
        assert_eq!(queue.ifindex()?, Some(index));
        Ok((queue.type_()?.expect("a type"), queue.id()?.expect("a number")))
    });
    match listed {
        Ok(list) => queues.extend(list),
        Err(Error::Kernel(error)) => return skip(NAME, &format!("no queues in this kernel ({error})")),
        Err(error) => panic!("{error}"),
    }
    let count = |of| queues.iter().filter(|(kind, _)| *kind == of).count();
    assert_eq!((count(QueueType::RX), count(QueueType::TX)), (3, 2), "{queues:?}");
    let link: serde_json::Value = serde_json::from_str(&ip("-d -j link show v0")).expect("JSON");
    let number = |key: &str| link[0][key].as_u64();
    assert_eq!((number("num_rx_queues"), number("num_tx_queues")), (Some(3), Some(2)), "{link}");
    let settings = "echo 70000 > gro_flush_timeout && echo 5 > napi_defer_hard_irqs && ls queues";
    let sysfs = in_sysfs(settings);
    let set = sysfs.as_ref().map_or((0, 0), |text| {
        let files = |prefix: &str| text.lines().filter(|l| l.starts_with(prefix)).count();
        assert_eq!((files("rx-"), files("tx-")), (3, 2), "{text}");
        (70_000, 5)
    });
    if sysfs.is_none() {
        skip(NAME, "no sysfs of an own namespace for this user: its settings are not compared");
    }

    let mut all = exact::dump::<Queue, _>(&mut socket, "queues", netdev::QueueGet::dump());
    let one = netdev::QueueGet::request().with(|b| b.ifindex(index).type_(QueueType::RX).id(1));
    all.add(exact::get::<Queue, _>(&mut socket, "one queue", one));
    let call = netdev::NapiGet::dump().with(|b| b.ifindex(index));
    all.add(exact::dump::<Napi, _>(&mut socket, "NAPI instances", call));
    let call = netdev::NapiGet::dump().with(|b| b.ifindex(index));
    let list = socket.dump_all(call, |napi| {
        let settings = (napi.gro_flush_timeout()?, napi.defer_hard_irqs()?, napi.threaded()?);
        Ok((napi.id()?.expect("a number"), settings))
    });
    let list = list.expect("instances");
    assert_eq!(list.len(), 3, "{list:?}");
    for (id, (timeout, irqs, threaded)) in &list {
        // Older kernels tell less.
        assert!(timeout.is_none_or(|t| t == set.0) && irqs.is_none_or(|i| i == set.1), "{list:?}");
        assert!(threaded.is_none_or(|t| t == NapiThreaded::DISABLED), "{list:?}");
        let one = netdev::NapiGet::request().with(|b| b.id(*id));
        all.add(exact::get::<Napi, _>(&mut socket, "one instance", one));
    }
    all.add(exact::dump::<PagePool, _>(&mut socket, "page pools", netdev::PagePoolGet::dump()));
    let call = netdev::PagePoolStatsGet::dump();
    all.add(exact::dump::<PagePoolStats, _>(&mut socket, "statistics of page pools", call));
    let call = netdev::QstatsGet::dump().with(|b| b.scope(QstatsScope::QUEUE));
    all.add(exact::dump::<Qstats, _>(&mut socket, "statistics of queues", call));
    all.assert_clean();

    // It is for administrators of the machine, which the user of a namespace is not.
    let change = netdev::NapiSet::request().with(|b| b.id(list[0].0).defer_hard_irqs(9));
    match socket.execute(change) {
        Err(Error::Kernel(error)) if error.errno == EPERM => {}
        Err(Error::Kernel(error)) if error.to_string().contains("EOPNOTSUPP") => {}
        other => panic!("{other:?}"),
    }
}

/// The messages of `net/core/page_pool_user.c` and `net/core/netdev-genl.c`.
#[test]
fn what_hardware_has() {
    let big = 1_u64 << 40;
    let bytes = exactly::<PagePool>(&[
        number(1, 7),
        number(2, 3),
        number(3, 8193),
        number(4, 64),
        attr(5, big.to_ne_bytes()),
        number(6, 900),
        number(7, 2),
        nest(8, &[number(1, 4096)]),
    ]);
    let pool = netdev::PagePoolView::parse(&bytes).expect("a pool");
    assert_eq!((pool.id(), pool.inflight(), pool.inflight_mem()), (Ok(Some(7)), Ok(Some(64)), Ok(Some(big))));
    assert_eq!((pool.detach_time(), pool.dmabuf()), (Ok(Some(900)), Ok(Some(2))));
    let memory = pool.io_uring().expect("readable").expect("there");
    assert_eq!(memory.rx_buf_len(), Ok(Some(4096)));

    let counters: Vec<_> = (8..=18).map(|n| number(n, n.into())).collect();
    let info = nest(1, &[number(1, 7), number(2, 3)]);
    let bytes = exactly::<PagePoolStats>(&[&[info], &counters[..]].concat());
    let stats = netdev::PagePoolStatsView::parse(&bytes).expect("statistics");
    assert_eq!((stats.alloc_fast(), stats.recycle_released_refcnt()), (Ok(Some(8)), Ok(Some(18))));
    assert_eq!(stats.info().expect("readable").expect("there").ifindex(), Ok(Some(3)));

    let bytes = exactly::<Queue>(&[
        number(1, 2),
        number(2, 3),
        number(3, 0),
        number(5, 9),
        attr(7, []),
        nest(8, &[number(1, 5), nest(2, &[number(1, 4), number(3, 1)]), attr(3, 6_i32.to_ne_bytes())]),
    ]);
    let queue = netdev::QueueView::parse(&bytes).expect("a queue");
    assert_eq!((queue.type_(), queue.dmabuf()), (Ok(Some(QueueType::RX)), Ok(Some(9))));
    assert!(queue.xsk().expect("readable").is_some() && queue.io_uring().expect("readable").is_none());
    let lease = queue.lease().expect("readable").expect("there");
    let of = lease.queue().expect("readable").expect("there");
    assert_eq!((lease.ifindex(), lease.netns_id()), (Ok(Some(5)), Ok(Some(6))));
    assert_eq!((of.id(), of.type_()), (Ok(Some(4)), Ok(Some(QueueType::TX))));

    let counters: Vec<_> = (8..=34).map(|n| number(n, n.into())).collect();
    let bytes = exactly::<Qstats>(&[&[number(1, 3), number(2, 1), number(3, 0)], &counters[..]].concat());
    let stats = netdev::QstatsView::parse(&bytes).expect("statistics");
    assert_eq!((stats.rx_packets(), stats.tx_wake()), (Ok(Some(8)), Ok(Some(34))));

    let bytes = exactly::<Dev>(&[
        number(1, 3),
        attr(3, 0x7f_u64.to_ne_bytes()),
        attr(5, 7_u64.to_ne_bytes()),
        attr(6, 7_u64.to_ne_bytes()),
        number(4, 17),
    ]);
    let dev = netdev::DevView::parse(&bytes).expect("a device");
    assert_eq!(dev.xdp_zc_max_segs(), Ok(Some(17)));
    let all = XskFlags::TX_TIMESTAMP | XskFlags::TX_CHECKSUM | XskFlags::TX_LAUNCH_TIME_FIFO;
    assert_eq!(dev.xsk_features(), Ok(Some(all)));
}

#[test]
fn a_dmabuf_is_bound_to_queues() {
    let mut bytes = Vec::new();
    let bind = netdev::BindRx::request().with(|b| {
        let b = b.ifindex(3).fd(5).rx_page_size(16384);
        b.queues(|q| q.type_(QueueType::RX).id(1)).queues(|q| q.type_(QueueType::RX).id(2))
    });
    bind.encode(&mut bytes).expect("a request");
    let queue = |id| nest(2, &[number(3, 0), number(1, id)]);
    let wanted = [number(1, 3), number(3, 5), number(5, 16384), queue(1), queue(2)].concat();
    assert_eq!(bytes, wanted);
    exactly::<Dmabuf>(&[number(4, 1)]);
}
