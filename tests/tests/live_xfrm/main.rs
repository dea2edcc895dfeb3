//! IPsec against the running kernel: policies and states made by our builders and by `ip`, read by both,
//! events of all kinds; states with algorithms, which take more of a kernel, byte by byte.

mod by_hand;
#[path = "../exact/mod.rs"]
#[allow(dead_code)] // what it sets up is for other tests
mod exact;
mod policies;

use exact::{Tally, dump, get};
use netlink_families::common::Af;
use netlink_families::nfnetlink::L4proto;
use netlink_families::xfrm::{
    self, Aevent, AeventFlags, Dir, Group, Mode, Policy, Sa, SaId, SaView, XfrmMark,
};
use netlink_families::xfrm::{XfrmUserpolicyId, XfrmUsersaId, XfrmUsersaInfo, XfrmUserspiInfo};
use netlink_runtime::Reply;
use netlink_runtime::message::MessageRef;
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Socket};
use netlink_runtime::types::Address;
use netlink_tests::{in_namespace, ip, skip, try_ip};
use policies::{policies, policy, prefixes, template};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

const ESRCH: i32 = 3;

/// A socket in a namespace, if the kernel has IPsec.
fn open(test: &str) -> Option<Socket> {
    if !in_namespace(test) {
        return None;
    }
    match Socket::open(Protocol::Xfrm) {
        Ok(socket) => Some(socket),
        Err(error) => {
            skip(test, &format!("no IPsec in this kernel ({error})"));
            None
        }
    }
}

fn v4(a: u8, b: u8, c: u8, d: u8) -> Address {
    Address::Ip(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
}

fn v6(last: u16) -> Address {
    Address::Ip(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last)))
}

/// A state with an SPI and nothing else.
fn larval(socket: &mut Socket, last: u8) -> XfrmUsersaInfo {
    let mut info = XfrmUserspiInfo::default();
    (info.info.family, info.info.mode, info.info.reqid) = (Af::INET, Mode::TUNNEL, 7);
    (info.info.id_daddr, info.info.saddr) = (v4(192, 0, 2, last), v4(192, 0, 2, 1));
    info.info.id_proto = L4proto::ESP;
    (info.min, info.max) = (0x1000, 0x1fff);
    let answer = socket.get(xfrm::Allocspi::request().with(|b| b.header(info))).expect("an SPI");
    answer.view().expect("a state").header()
}

fn name(state: &XfrmUsersaInfo) -> XfrmUsersaId {
    XfrmUsersaId { daddr: state.id_daddr, spi: state.id_spi, family: state.family, proto: state.id_proto }
}

#[test]
fn states_are_those_of_ip() {
    const NAME: &str = "states_are_those_of_ip";
    let Some(mut socket) = open(NAME) else { return };
    let made: Vec<XfrmUsersaInfo> = (2..5).map(|last| larval(&mut socket, last)).collect();
    assert!(made.iter().all(|s| (0x1000..=0x1fff).contains(&s.id_spi)), "{made:?}");
    let row = |s: &XfrmUsersaInfo| {
        let Address::Ip(to) = s.id_daddr else { panic!("{s:?}") };
        (to.to_string(), s.id_spi, s.reqid)
    };
    let list = socket.dump_all(xfrm::Listsa::dump(), |s: SaView<'_>| Ok(row(&s.header()))).expect("states");
    let listed: BTreeSet<_> = list.into_iter().collect();
    assert_eq!(listed, made.iter().map(row).collect());
    let said = ip("xfrm state");
    let words: Vec<&str> = said.split_whitespace().collect();
    let after = |key: &str| -> Vec<&str> { words.windows(2).filter(|w| w[0] == key).map(|w| w[1]).collect() };
    let theirs: BTreeSet<_> = after("spi")
        .iter()
        .zip(after("reqid"))
        .zip(after("dst").into_iter().filter(|w| !w.contains('/')))
        .map(|((spi, reqid), dst)| {
            let spi = u32::from_str_radix(spi.trim_start_matches("0x"), 16).expect("a number");
            (dst.to_owned(), spi, reqid.parse().expect("a number"))
        })
        .collect();
    assert_eq!(listed, theirs, "{said}");

    let mut all = dump::<Sa, _>(&mut socket, "states", xfrm::Listsa::dump());
    let mut filter = xfrm::XfrmAddressFilter::default();
    (filter.family, filter.daddr, filter.dplen) = (Af::INET, v4(192, 0, 2, 3), 32);
    (filter.saddr, filter.splen) = (v4(192, 0, 2, 0), 24);
    let call = xfrm::Listsa::dump().with(|b| b.address_filter(filter).proto(L4proto::ESP));
    let some = dump::<Sa, _>(&mut socket, "states of a prefix", call);
    assert_eq!(some.messages, 1, "{some}");
    all.add(some);
    let call = xfrm::Getsa::request().with(|b| b.header(name(&made[0])));
    all.add(get::<Sa, _>(&mut socket, "one state", call));
    let count = socket.get(xfrm::GetSadinfo::request()).and_then(|a| Ok(a.view()?.cnt()?));
    assert_eq!(count.expect("a number"), Some(3));
    all.assert_clean();

    socket.execute(xfrm::Delsa::request().with(|b| b.header(name(&made[0])))).expect("removed");
    match socket.get(xfrm::Getsa::request().with(|b| b.header(name(&made[0])))) {
        Err(Error::Kernel(error)) => assert_eq!(error.errno, ESRCH, "{error}"),
        other => panic!("still there: {other:?}"),
    }
    let all_of_esp = xfrm::XfrmUsersaFlush { proto: L4proto::ESP };
    socket.execute(xfrm::Flushsa::request().with(|b| b.header(all_of_esp))).expect("removed");
    assert_eq!(ip("xfrm state").trim(), "");
}

/// Algorithms take modules that few kernels have built in.
#[test]
fn a_state_with_keys() {
    const NAME: &str = "a_state_with_keys";
    let Some(mut socket) = open(NAME) else { return };
    let state = "xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 reqid 7 mode tunnel \
                 aead rfc4106(gcm(aes)) 0x0102030405060708090a0b0c0d0e0f1011121314 128 flag esn replay-window 64 \
                 mark 5 mask 0xff output-mark 9 if_id 3";
    if let Err(error) = try_ip(state) {
        return skip(NAME, &format!("no ESP in this kernel ({error})"));
    }
    let list = socket.dump_all(xfrm::Listsa::dump(), |s: SaView<'_>| {
        let aead = s.alg_aead()?.expect("an algorithm");
        let key: Vec<u8> = aead.tail().collect();
        Ok((s.header().id_spi, key.len(), s.set_mark()?, s.if_id()?))
    });
    assert_eq!(list.expect("a state"), [(0x1001, 20, Some(9), Some(3))]);
    dump::<Sa, _>(&mut socket, "a state with keys", xfrm::Listsa::dump()).assert_clean();
    let which = XfrmUsersaId { daddr: v4(192, 0, 2, 2), spi: 0x1001, family: Af::INET, proto: L4proto::ESP };
    let mut id = xfrm::XfrmAeventId::default();
    (id.sa_id, id.flags) = (which, AeventFlags::RTHR | AeventFlags::ETHR);
    let call = xfrm::Getae::request().with(|b| b.header(id).mark(mark(5, 0xff)).if_id(3));
    get::<Aevent, _>(&mut socket, "its counters", call).assert_clean();
}

fn mark(v: u32, m: u32) -> XfrmMark {
    let mut mark = XfrmMark::default();
    (mark.v, mark.m) = (v, m);
    mark
}

/// What the kernel tells, by message type; each through its type.
fn events(monitor: &mut Socket, until: u16, seen: &mut BTreeSet<u16>, tally: &mut Tally) -> bool {
    fn check<T: OwnedSet>(tally: &mut Tally, message: MessageRef<'_>) {
        tally.check::<T>(message.payload());
    }
    while let Ok(Event::Notification { message, .. }) = monitor.receive() {
        let kind = message.header.message_type;
        match () {
            () if xfrm::Newsa::accepts(kind) || xfrm::Updsa::accepts(kind) => check::<Sa>(tally, message),
            () if xfrm::Delsa::accepts(kind) => check::<SaId>(tally, message),
            () if xfrm::Flushsa::accepts(kind) => check::<xfrm::Flush>(tally, message),
            () if xfrm::NewPolicy::accepts(kind) || xfrm::Updpolicy::accepts(kind) => {
                check::<Policy>(tally, message)
            }
            () if xfrm::DelPolicy::accepts(kind) => check::<xfrm::PolicyId>(tally, message),
            () if xfrm::Flushpolicy::accepts(kind) => check::<xfrm::PolicyType>(tally, message),
            () if xfrm::AcquireOp::accepts(kind) => check::<xfrm::Acquire>(tally, message),
            () if xfrm::ExpireOp::accepts(kind) => check::<xfrm::Expire>(tally, message),
            () if xfrm::PolexpireOp::accepts(kind) => check::<xfrm::Polexpire>(tally, message),
            () if xfrm::MigrateOp::accepts(kind) => check::<xfrm::Migrate>(tally, message),
            () if xfrm::SetDefault::accepts(kind) => check::<xfrm::Defaults>(tally, message),
            () => panic!("a message of type {kind}"),
        }
        seen.insert(kind);
        if kind == until {
            return true;
        }
    }
    false
}

#[test]
fn events_are_told() {
    const NAME: &str = "events_are_told";
    let Some(mut socket) = open(NAME) else { return };
    let mut monitor = Socket::open(Protocol::Xfrm).expect("another socket");
    monitor.set_timeout(Some(Duration::from_secs(10))).expect("a limit");
    for group in [Group::ACQUIRE, Group::EXPIRE, Group::SA, Group::POLICY, Group::AEVENTS, Group::MIGRATE] {
        monitor.join(group.0).expect("a group");
    }
    // Not the loopback, which is never protected.
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    ip("link set v1 up");
    ip("addr add 192.0.2.1/24 dev v0");
    let (mut seen, mut tally) = (BTreeSet::new(), Tally::default());

    policies(&mut socket);
    let which = XfrmUserpolicyId { dir: Dir::IN, sel: prefixes(v6(0), 64, v6(1), 128), ..Default::default() };
    socket.execute(xfrm::DelPolicy::request().with(|b| b.header(which))).expect("removed");
    assert!(events(&mut monitor, 20, &mut seen, &mut tally), "XFRM_MSG_DELPOLICY after {seen:?}");

    // A packet that needs a state which is not there.
    let mut needs = policy(Dir::OUT, prefixes(v4(192, 0, 2, 1), 32, v4(192, 0, 2, 9), 32));
    needs.lft.hard_add_expires_seconds = 2;
    let esp = template(v4(192, 0, 2, 1), v4(192, 0, 2, 9), L4proto::ESP, Mode::TRANSPORT);
    socket.execute(xfrm::NewPolicy::request().with(|b| b.header(needs).tmpl(&[esp]))).expect("a policy");
    let sender = UdpSocket::bind((Ipv4Addr::new(192, 0, 2, 1), 0)).expect("a port");
    let _ = sender.send_to(b"secret", (Ipv4Addr::new(192, 0, 2, 9), 9));
    assert!(events(&mut monitor, 23, &mut seen, &mut tally), "XFRM_MSG_ACQUIRE after {seen:?}");
    assert!(events(&mut monitor, 27, &mut seen, &mut tally), "XFRM_MSG_POLEXPIRE after {seen:?}");

    let state = larval(&mut socket, 77);
    // That a lifetime ended may also be said by a key manager.
    let mut expire = xfrm::XfrmUserExpire::default();
    (expire.state, expire.hard) = (state, 1);
    match socket.execute(xfrm::ExpireOp::request().with(|b| b.header(expire))) {
        Ok(()) => assert!(events(&mut monitor, 24, &mut seen, &mut tally), "XFRM_MSG_EXPIRE after {seen:?}"),
        // Only of complete states.
        Err(Error::Kernel(error)) => eprintln!("a larval state does not expire by request: {error}"),
        Err(error) => panic!("{error}"),
    }
    socket.execute(xfrm::Flushpolicy::request()).expect("removed");
    assert!(events(&mut monitor, 29, &mut seen, &mut tally), "XFRM_MSG_FLUSHPOLICY after {seen:?}");
    let all_of_esp = xfrm::XfrmUsersaFlush { proto: L4proto::ESP };
    socket.execute(xfrm::Flushsa::request().with(|b| b.header(all_of_esp))).expect("removed");
    assert!(events(&mut monitor, 28, &mut seen, &mut tally), "XFRM_MSG_FLUSHSA after {seen:?}");
    eprintln!("events by number: {seen:?}");
    tally.assert_clean();
}
