//! The path manager of MPTCP against the running kernel: endpoints, limits and flags as `ip mptcp`
//! shows them, events of listeners and connections, errors that say where.

#[allow(dead_code)] // what it sets up is for other tests
mod exact;

use exact::Tally;
use netlink_families::common::Af;
use netlink_families::mptcp_pm::{self, AddrFlags, Attr, Event as PmEvent, PmAddressBuilder};
use netlink_runtime::message::GenlHeader;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Socket};
use netlink_runtime::{Call, Operation, Reply};
use netlink_tests::{has_program, in_namespace, ip, skip, try_ip};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::Command;
use std::time::{Duration, Instant};

const EINVAL: i32 = 22;
const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// A socket, if the kernel has the family.
fn open(test: &str) -> Option<Socket> {
    let mut socket = Socket::open(Protocol::Generic).expect("generic netlink is open to everybody");
    match socket.family(mptcp_pm::FAMILY) {
        Ok(family) => {
            assert_eq!(family.version, 1);
            Some(socket)
        }
        Err(Error::UnknownFamily { .. }) => {
            skip(test, "the running kernel has no MPTCP");
            None
        }
        Err(error) => panic!("the family: {error}"),
    }
}

/// A link with two addresses; its index.
fn link() -> i32 {
    ip("link set lo up");
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    ip("link set v1 up");
    ip("addr add 192.0.2.1/24 dev v0");
    ip("addr add 2001:db8::1/64 dev v0 nodad");
    let line = ip("-o link show v0");
    line.split(':').next().and_then(|ix| ix.parse().ok()).expect("its index")
}

/// Adds an endpoint.
fn add<F>(socket: &mut Socket, fill: F)
where
    F: FnOnce(PmAddressBuilder<Vec<u8>>) -> PmAddressBuilder<Vec<u8>>,
{
    let call = mptcp_pm::AddAddr::request().with(|b| b.addr(fill));
    socket.execute(call).expect("an endpoint");
}

/// An endpoint as we and `ip` see it: address, id, port, interface, flags.
type Endpoint = (String, u8, u16, String, Vec<&'static str>);

/// The words of `ip` for flags.
const FLAGS: &[(&str, AddrFlags)] = &[
    ("signal", AddrFlags::SIGNAL),
    ("subflow", AddrFlags::SUBFLOW),
    ("backup", AddrFlags::BACKUP),
    ("fullmesh", AddrFlags::FULLMESH),
    ("implicit", AddrFlags::IMPLICIT),
    ("laminar", AddrFlags::LAMINAR),
];

/// Endpoints of the kernel, by our views.
fn ours(socket: &mut Socket) -> Vec<Endpoint> {
    let list = socket.dump_all(mptcp_pm::GetAddr::dump(), |attr| {
        let addr = attr.addr()?.expect("an address");
        let text = match addr.family()? {
            Some(Af::INET) => addr.addr4()?.expect("its bytes").to_string(),
            Some(Af::INET6) => addr.addr6()?.expect("its bytes").to_string(),
            other => panic!("{other:?}"),
        };
        let flags = addr.flags()?.expect("flags");
        assert_eq!(flags.0 & !0x3f, 0, "{flags:?}");
        let words = FLAGS.iter().filter(|(_, flag)| flags.contains(*flag)).map(|(word, _)| *word);
        let dev = match addr.if_idx()?.filter(|ix| *ix != 0) {
            Some(_) => "v0",
            None => "",
        };
        let (id, port) = (addr.id()?.expect("an id"), addr.port()?.unwrap_or(0));
        Ok((text, id, port, dev.to_owned(), words.collect()))
    });
    list.expect("endpoints")
}

/// The same by `ip`; `None` if it knows no MPTCP.
fn theirs() -> Option<Vec<Endpoint>> {
    let text = try_ip("-j mptcp endpoint show").ok()?;
    let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let endpoint = |e: &serde_json::Value| {
        let number = |key: &str| e[key].as_u64().unwrap_or(0);
        let text = |key: &str| e[key].as_str().unwrap_or_default().to_owned();
        let words = FLAGS.iter().filter(|(word, _)| e[*word] == true).map(|(word, _)| *word);
        let (id, port) = (u8::try_from(number("id")), u16::try_from(number("port")));
        (text("address"), id.expect("small"), port.expect("a port"), text("dev"), words.collect())
    };
    Some(list.as_array().expect("a list").iter().map(endpoint).collect())
}

/// Accepted addresses and subflows, by our view.
fn limits(socket: &mut Socket) -> (u32, u32) {
    let answer = socket.get(mptcp_pm::GetLimits::request()).expect("limits");
    let limits = answer.view().expect("a message");
    let number = |limit: Result<Option<u32>, _>| limit.expect("readable").expect("present");
    (number(limits.rcv_add_addrs()), number(limits.subflows()))
}

/// The number behind a word, in JSON or in text.
fn number_after(text: &str, word: &str) -> Option<u32> {
    let rest = text.split_once(word)?.1.trim_start_matches(|c: char| !c.is_ascii_digit());
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Compares with `ip`, if that can.
fn agree(socket: &mut Socket, what: &str) {
    match theirs() {
        Some(theirs) => assert_eq!(ours(socket), theirs, "{what}"),
        None => return eprintln!("{what}: this `ip` knows no MPTCP"),
    }
    let text = ip("-j mptcp limits show");
    let theirs = (number_after(&text, "add_addr_accepted"), number_after(&text, "subflows"));
    let (accepted, subflows) = limits(socket);
    assert_eq!((Some(accepted), Some(subflows)), theirs, "{what}: {text}");
}

#[test]
fn endpoints_and_limits_are_those_of_ip() {
    const NAME: &str = "endpoints_and_limits_are_those_of_ip";
    if !in_namespace(NAME) {
        return;
    }
    let Some(mut socket) = open(NAME) else { return };
    let index = link();
    assert_eq!(ours(&mut socket), []);
    agree(&mut socket, "nothing");
    add(&mut socket, |a| {
        let flags = AddrFlags::SUBFLOW | AddrFlags::BACKUP;
        a.family(Af::INET).addr4(V4).id(7).flags(flags).if_idx(index)
    });
    add(&mut socket, |a| a.family(Af::INET6).addr6(V6).flags(AddrFlags::SIGNAL).port(4321));
    let full = AddrFlags::SUBFLOW | AddrFlags::FULLMESH;
    add(&mut socket, |a| a.family(Af::INET).addr4(Ipv4Addr::new(192, 0, 2, 9)).flags(full));
    let mut seen = ours(&mut socket);
    seen.sort_by_key(|e| e.1);
    assert_eq!(seen.len(), 3, "{seen:?}");
    let first = &seen.iter().find(|e| e.1 == 7).expect("its id");
    assert_eq!(**first, ("192.0.2.1".to_owned(), 7, 0, "v0".to_owned(), vec!["subflow", "backup"]));
    assert!(seen.iter().any(|e| e.0 == "2001:db8::1" && e.2 == 4321 && e.4 == ["signal"]), "{seen:?}");
    agree(&mut socket, "three endpoints");

    let change = mptcp_pm::SetLimits::request().with(|b| b.rcv_add_addrs(4).subflows(3));
    socket.execute(change).expect("limits");
    assert_eq!(limits(&mut socket), (4, 3));
    agree(&mut socket, "limits");
    socket.execute(mptcp_pm::SetLimits::request().with(|b| b.subflows(5))).expect("one limit");
    assert_eq!(limits(&mut socket), (4, 5), "a limit left out stays");

    let mut all = exact::dump::<Attr, _>(&mut socket, "endpoints", mptcp_pm::GetAddr::dump());
    for (_, id, ..) in &seen {
        let call = mptcp_pm::GetAddr::request().with(|b| b.addr(|a| a.id(*id)));
        all.add(exact::get::<Attr, _>(&mut socket, &format!("endpoint {id}"), call));
    }
    all.add(exact::get::<Attr, _>(&mut socket, "limits", mptcp_pm::GetLimits::request()));
    assert_eq!(all.messages, 7);
    all.assert_clean();

    // Only backup and fullmesh are looked at.
    let change = |flags| mptcp_pm::SetFlags::request().with(|b| b.addr(|a| a.id(7).flags(flags)));
    socket.execute(change(AddrFlags(0))).expect("no backup");
    assert!(ours(&mut socket).iter().any(|e| e.1 == 7 && e.4 == ["subflow"]));
    socket.execute(change(AddrFlags::BACKUP)).expect("a backup");
    assert!(ours(&mut socket).iter().any(|e| e.1 == 7 && e.4 == ["subflow", "backup"]));
    agree(&mut socket, "flags");

    socket.execute(mptcp_pm::DelAddr::request().with(|b| b.addr(|a| a.id(7)))).expect("gone");
    assert!(ours(&mut socket).iter().all(|e| e.1 != 7));
    agree(&mut socket, "one less");
    socket.execute(mptcp_pm::FlushAddrs::request()).expect("all gone");
    assert_eq!(ours(&mut socket), []);
    agree(&mut socket, "none");
}

/// Takes what the kernel tells until an event of this kind came; all of it goes through types.
fn wait<O: Reply>(monitor: &mut Socket, seen: &mut BTreeMap<u8, usize>, tally: &mut Tally) -> bool {
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        let event = match monitor.receive() {
            Ok(Event::Notification { message, .. }) => message,
            Ok(other) => panic!("{other:?}"),
            Err(_) => return false,
        };
        let (header, payload) = GenlHeader::split(event.payload()).expect("a generic message");
        tally.check::<PmEvent>(payload);
        *seen.entry(header.command).or_default() += 1;
        if O::accepts(header.command.into()) {
            return true;
        }
    }
    false
}

/// A client and a server that talk MPTCP over the loopback.
const TALK: &str = "
import socket
MPTCP = 262
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
server.bind(('127.0.0.1', 0))
server.listen(1)
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
client.connect(server.getsockname())
peer, _ = server.accept()
client.sendall(b'one')
peer.recv(3)
peer.sendall(b'two')
client.recv(3)
client.close()
peer.recv(1)
peer.close()
";

#[test]
fn events_are_told() {
    const NAME: &str = "events_are_told";
    if !in_namespace(NAME) {
        return;
    }
    let Some(mut socket) = open(NAME) else { return };
    link();
    let mut monitor = open(NAME).expect("another socket");
    monitor.set_timeout(Some(Duration::from_secs(10))).expect("a limit");
    let family = monitor.family(mptcp_pm::FAMILY).expect("known");
    let Some(group) = family.group(mptcp_pm::GROUP_MPTCP_PM_EVENTS) else {
        return skip(NAME, "the running kernel tells no events of MPTCP");
    };
    assert!(family.group(mptcp_pm::GROUP_MPTCP_PM_CMDS).is_some());
    monitor.join(group).expect("joined");

    let (mut seen, mut tally) = (BTreeMap::new(), Tally::default());
    add(&mut socket, |a| a.family(Af::INET).addr4(V4).flags(AddrFlags::SIGNAL).port(4321));
    // Kernels before 6.3 do not tell it.
    let Ok(Event::Notification { message, .. }) = monitor.receive() else {
        return skip(NAME, "the running kernel tells nothing of listeners");
    };
    let (header, payload) = GenlHeader::split(message.payload()).expect("a generic message");
    assert!(mptcp_pm::EventListenerCreated::accepts(header.command.into()), "{header:?}");
    let event = mptcp_pm::EventListenerCreated::view(payload).expect("an event");
    assert_eq!(event.family(), Ok(Some(Af::INET)));
    assert_eq!((event.saddr4(), event.sport()), (Ok(Some(V4)), Ok(Some(4321))));
    tally.check::<PmEvent>(payload);
    socket.execute(mptcp_pm::FlushAddrs::request()).expect("all gone");
    assert!(wait::<mptcp_pm::EventListenerClosed>(&mut monitor, &mut seen, &mut tally));

    if has_program("python3") {
        let talk = Command::new("python3").args(["-c", TALK]).status().expect("python3 runs");
        assert!(talk.success(), "{talk}");
        assert!(wait::<mptcp_pm::EventCreated>(&mut monitor, &mut seen, &mut tally), "{seen:?}");
        assert!(wait::<mptcp_pm::EventEstablished>(&mut monitor, &mut seen, &mut tally), "{seen:?}");
        assert!(wait::<mptcp_pm::EventClosed>(&mut monitor, &mut seen, &mut tally), "{seen:?}");
        assert!(tally.messages >= 5, "{seen:?}");
    } else {
        skip(NAME, "the program `python3` is not installed: no connection to hear of");
    }
    eprintln!("events by number: {seen:?}");
    tally.assert_clean();
}

/// What the kernel says of a request that it refuses.
#[track_caller]
fn refused<O: Operation>(socket: &mut Socket, request: Call<O>) -> String {
    match socket.execute(request) {
        Err(Error::Kernel(error)) => {
            assert_eq!(error.errno, EINVAL, "{error}");
            error.to_string()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn errors_say_where() {
    const NAME: &str = "errors_say_where";
    if !in_namespace(NAME) {
        return;
    }
    let Some(mut socket) = open(NAME) else { return };
    let missing = |text: &str, name: &str| {
        // Older kernels have a text instead.
        assert!(
            text.contains(&format!("(missing: {name})")) || text.contains("missing address info"),
            "{text}"
        );
    };
    let text = refused(&mut socket, mptcp_pm::AddAddr::request());
    missing(&text, "MPTCP_PM_ENDPOINT_ADDR");
    let text = refused(&mut socket, mptcp_pm::GetAddr::request());
    missing(&text, "MPTCP_PM_ATTR_ADDR");
    let call = mptcp_pm::AddAddr::request().with(|b| b.addr(|a| a.family(Af::INET)));
    let text = refused(&mut socket, call);
    assert!(text.contains("at MPTCP_PM_ENDPOINT_ADDR") && text.contains("missing"), "{text}");
    let call = mptcp_pm::GetAddr::request().with(|b| b.addr(|a| a.id(99)));
    let text = refused(&mut socket, call);
    assert!(text.contains("address not found"), "{text}");
    let call = mptcp_pm::SetLimits::request().with(|b| b.subflows(u32::MAX));
    let text = refused(&mut socket, call);
    assert!(text.contains("MPTCP_PM_ATTR_SUBFLOWS") || text.contains("limit greater"), "{text}");
    let call = mptcp_pm::Announce::request()
        .with(|b| b.token(1).addr(|a| a.family(Af::INET).addr4(V4).id(3).flags(AddrFlags::SIGNAL)));
    let text = refused(&mut socket, call);
    assert!(text.contains("token"), "no such connection: {text}");
}
