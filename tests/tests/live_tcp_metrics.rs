//! What TCP remembers of destinations, against the running kernel: after connections of a namespace,
//! as `ip tcp_metrics` shows it.

#[allow(dead_code)] // what it sets up is for other tests
mod exact;

use netlink_families::tcp_metrics::{self, Entry, EntryView};
use netlink_runtime::DecodeError;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Socket};
use netlink_tests::bytes::{attr, nest, number};
use netlink_tests::{has_program, in_namespace, ip, skip, try_ip};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::process::Command;

const EPERM: i32 = 1;
const ESRCH: i32 = 3;

/// A socket in a namespace with the loopback up, if the kernel has the family.
fn open(test: &str) -> Option<Socket> {
    if !in_namespace(test) {
        return None;
    }
    let mut socket = Socket::open(Protocol::Generic).expect("generic netlink is open to everybody");
    match socket.family(tcp_metrics::FAMILY) {
        Ok(family) => assert_eq!(family.version, 1),
        Err(Error::UnknownFamily { .. }) => {
            skip(test, "the running kernel has no tcp_metrics");
            return None;
        }
        Err(error) => panic!("the family: {error}"),
    }
    ip("link set lo up");
    Some(socket)
}

/// Two ends that talk for a while, so that there is something to remember.
fn talk(address: IpAddr) {
    let listener = TcpListener::bind((address, 0)).expect("a free port");
    let mut client = TcpStream::connect(listener.local_addr().expect("its port")).expect("a connection");
    let (mut server, _) = listener.accept().expect("the connection");
    let mut buffer = [0; 1000];
    for _ in 0..50 {
        client.write_all(&buffer).expect("written");
        server.read_exact(&mut buffer).expect("read");
        server.write_all(&[1]).expect("written");
        client.read_exact(&mut [0]).expect("read");
    }
    drop(client);
    assert_eq!(server.read(&mut buffer).expect("the end"), 0);
}

/// Destination, source, congestion window, round trip time and its deviation in microseconds.
type Row = (String, String, u64, u64, u64);

fn of(entry: &EntryView<'_>) -> Result<Row, DecodeError> {
    let text = |v4: Option<Ipv4Addr>, v6: Option<Ipv6Addr>| {
        let address = v4.map(IpAddr::from).or(v6.map(IpAddr::from));
        address.expect("an address").to_string()
    };
    let vals = entry.vals()?.expect("metrics");
    let number = |value: Option<u32>| u64::from(value.unwrap_or(0));
    Ok((
        text(entry.addr_ipv4()?, entry.addr_ipv6()?),
        text(entry.saddr_ipv4()?, entry.saddr_ipv6()?),
        number(vals.cwnd()?),
        number(vals.rtt_us()?) >> 3,
        number(vals.rttvar_us()?) >> 2,
    ))
}

fn ours(socket: &mut Socket) -> BTreeSet<Row> {
    let list = socket.dump_all(tcp_metrics::Get::dump(), |entry| of(&entry));
    list.expect("entries").into_iter().collect()
}

/// The same by `ip`; `None` if it cannot.
fn theirs() -> Option<BTreeSet<Row>> {
    let text = try_ip("-j tcp_metrics show").ok()?;
    let list: serde_json::Value = serde_json::from_str(&text).ok()?;
    let micros = |v: &serde_json::Value| (v.as_f64().unwrap_or(0.0) * 1e6).round() as u64;
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let row = |e: &serde_json::Value| {
        let cwnd = e["cwnd"].as_u64().unwrap_or(0);
        (text(&e["dst"]), text(&e["source"]), cwnd, micros(&e["rtt"]), micros(&e["rttvar"]))
    };
    Some(list.as_array()?.iter().map(row).collect())
}

fn agree(test: &str, socket: &mut Socket) {
    match theirs() {
        Some(theirs) => assert_eq!(ours(socket), theirs),
        None => skip(test, "this `ip` shows no metrics of TCP as JSON"),
    }
}

#[test]
fn entries_are_those_of_ip() {
    const NAME: &str = "entries_are_those_of_ip";
    let Some(mut socket) = open(NAME) else { return };
    assert_eq!(ours(&mut socket), BTreeSet::new());
    let second = Ipv4Addr::new(127, 0, 0, 2);
    for address in [Ipv4Addr::LOCALHOST.into(), second.into(), Ipv6Addr::LOCALHOST.into()] {
        talk(address);
    }
    let rows = ours(&mut socket);
    assert!(rows.len() >= 3, "{rows:?}");
    assert!(rows.iter().all(|row| row.2 > 0 && row.3 > 0 && row.3 < 1_000_000), "{rows:?}");
    agree(NAME, &mut socket);

    let mut all = exact::dump::<Entry, _>(&mut socket, "entries", tcp_metrics::Get::dump());
    let one = tcp_metrics::Get::request().with(|b| b.addr_ipv4(second));
    all.add(exact::get::<Entry, _>(&mut socket, "one of IPv4", one));
    let one = tcp_metrics::Get::request().with(|b| b.addr_ipv6(Ipv6Addr::LOCALHOST));
    all.add(exact::get::<Entry, _>(&mut socket, "one of IPv6", one));
    assert!(all.messages >= 5, "{all}");
    all.assert_clean();

    match socket.execute(tcp_metrics::Del::request().with(|b| b.addr_ipv4(second))) {
        Ok(()) => {}
        Err(Error::Kernel(error)) if error.errno == EPERM => {
            return skip(NAME, "only administrators of the machine, not of a namespace, have TCP forget");
        }
        Err(error) => panic!("{error}"),
    }
    let less = ours(&mut socket);
    assert_eq!(less, rows.iter().filter(|row| row.0 != "127.0.0.2").cloned().collect());
    agree(NAME, &mut socket);
    match socket.get(tcp_metrics::Get::request().with(|b| b.addr_ipv4(second))) {
        Err(Error::Kernel(error)) => assert_eq!(error.errno, ESRCH, "{error}"),
        other => panic!("still there: {other:?}"),
    }
    socket.execute(tcp_metrics::Del::request()).expect("all forgotten");
    assert_eq!(ours(&mut socket), BTreeSet::new());
}

/// A connection that gets a cookie, and one that uses it.
const FAST_OPEN: &str = "
import socket
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
server.listen(2)
for _ in range(2):
    client = socket.socket()
    client.sendto(b'hello', socket.MSG_FASTOPEN, server.getsockname())
    peer, _ = server.accept()
    peer.recv(5)
    client.close()
    peer.recv(1)
    peer.close()
";

#[test]
fn fast_open_is_remembered() {
    const NAME: &str = "fast_open_is_remembered";
    let Some(mut socket) = open(NAME) else { return };
    if std::fs::write("/proc/sys/net/ipv4/tcp_fastopen", "3").is_err() {
        return skip(NAME, "fast open of TCP cannot be switched on here");
    }
    if !has_program("python3") {
        return skip(NAME, "the program `python3` is not installed");
    }
    let done = Command::new("python3").args(["-c", FAST_OPEN]).status().expect("python3 runs");
    assert!(done.success(), "{done}");
    let seen = socket.dump_all(tcp_metrics::Get::dump(), |entry| {
        Ok((entry.fopen_mss()?, entry.fopen_cookie()?.map(<[u8]>::len), entry.fopen_syn_drops()?))
    });
    let seen = seen.expect("entries");
    assert!(
        seen.iter().any(|(mss, cookie, drops)| {
            mss.is_some_and(|mss| mss > 500) && *cookie == Some(8) && drops.is_none()
        }),
        "{seen:?}"
    );
    exact::dump::<Entry, _>(&mut socket, "fast open", tcp_metrics::Get::dump()).assert_clean();
}

/// What old kernels and lossy paths have besides, byte by byte.
#[test]
fn rarely_sent_attributes() {
    let bytes = exact::exactly::<Entry>(&[
        attr(1, [192, 0, 2, 1]),
        attr(3, 5000_u64.to_ne_bytes()),
        number(4, 7),
        attr(5, (-3_i32).to_ne_bytes()),
        nest(6, &[number(3, 9), number(5, 4)]),
        attr(8, 2_u16.to_ne_bytes()),
        attr(9, 1500_u64.to_ne_bytes()),
    ]);
    let entry = EntryView::parse(&bytes).expect("a message");
    assert_eq!(
        (entry.age(), entry.tw_tsval(), entry.tw_ts_stamp()),
        (Ok(Some(5000)), Ok(Some(7)), Ok(Some(-3)))
    );
    let vals = entry.vals().expect("readable").expect("metrics");
    assert_eq!((vals.ssthresh(), vals.reordering(), vals.cwnd()), (Ok(Some(9)), Ok(Some(4)), Ok(None)));
    assert_eq!((entry.fopen_syn_drops(), entry.fopen_syn_drop_ts()), (Ok(Some(2)), Ok(Some(1500))));
}
