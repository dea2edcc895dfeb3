//! Internet sockets.

use crate::exact::{self, Tally};
use crate::{memory, open, ss};
use netlink_families::common::Af;
use netlink_families::inet_diag::{
    self, Ext, InetDiagBcOp, InetDiagHostcond, InetDiagReqV2, InfoView, OpCode,
};
use netlink_families::inet_diag::{Group, InetDiagReqRaw, Ipproto, MptcpSocket, MptcpSocketView, SocketView};
use netlink_families::nfnetlink::L4proto;
use netlink_families::sock_diag::{Memory, Shutdown, State, States};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Socket};
use netlink_runtime::types::Address;
use netlink_runtime::{CStruct, DecodeError};
use netlink_tests::skip;
use std::collections::BTreeMap;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

const ENOENT: i32 = 2;
const EOPNOTSUPP: i32 = 95;

/// All states, everything.
fn request(family: Af, protocol: L4proto) -> InetDiagReqV2 {
    InetDiagReqV2 {
        sdiag_family: family,
        sdiag_protocol: protocol,
        idiag_ext: Ext(0xff),
        idiag_states: States(!0),
        ..Default::default()
    }
}

/// This very TCP socket.
fn exactly(header: &inet_diag::InetDiagMsg) -> InetDiagReqV2 {
    InetDiagReqV2 {
        id_idiag_sport: header.id_idiag_sport,
        id_idiag_dport: header.id_idiag_dport,
        id_idiag_src: header.id_idiag_src,
        id_idiag_dst: header.id_idiag_dst,
        id_idiag_if: header.id_idiag_if,
        id_idiag_cookie: header.id_idiag_cookie,
        ..request(header.idiag_family, L4proto::TCP)
    }
}

/// What is compared with `ss`.
#[derive(Debug, PartialEq)]
struct Row {
    state: String,
    queues: (u32, u32),
    local: String,
    peer: String,
    cookie: u64,
    memory: Vec<u32>,
}

fn state(state: State) -> &'static str {
    match state {
        State::ESTABLISHED => "ESTAB",
        State::LISTEN => "LISTEN",
        State::CLOSE => "UNCONN",
        other => panic!("{other:?}"),
    }
}

fn end(address: Address, port: u16) -> String {
    let Address::Ip(ip) = address else { panic!("{address:?}") };
    match (port, ip) {
        (0, IpAddr::V4(_)) => format!("{ip}:*"),
        (0, IpAddr::V6(_)) => format!("[{ip}]:*"),
        (_, IpAddr::V4(_)) => format!("{ip}:{port}"),
        (_, IpAddr::V6(_)) => format!("[{ip}]:{port}"),
    }
}

fn row(header: &inet_diag::InetDiagMsg, sockets_memory: Option<Memory>) -> (u32, Row) {
    let cookie = header.id_idiag_cookie;
    let row = Row {
        state: state(header.idiag_state).to_owned(),
        queues: (header.idiag_rqueue, header.idiag_wqueue),
        local: end(header.id_idiag_src, header.id_idiag_sport),
        peer: end(header.id_idiag_dst, header.id_idiag_dport),
        cookie: u64::from(cookie[0]) | u64::from(cookie[1]) << 32,
        memory: sockets_memory.as_ref().map(memory).unwrap_or_default(),
    };
    (header.idiag_inode, row)
}

fn of(socket: &SocketView<'_>) -> Result<(u32, Row), DecodeError> {
    Ok(row(&socket.header(), socket.skmeminfo()?))
}

/// The same by `ss`.
fn theirs(line: &ss::Line) -> Row {
    let number = |text: &str| text.parse().unwrap_or(u32::MAX);
    Row {
        state: line.word(0).to_owned(),
        queues: (number(line.word(1)), number(line.word(2))),
        local: line.word(3).to_owned(),
        peer: line.word(4).to_owned(),
        cookie: u64::from_str_radix(line.after("sk:").unwrap_or_default(), 16).unwrap_or(0),
        memory: line.memory(),
    }
}

/// Sockets of both families, by inode.
fn dump(socket: &mut Socket, protocol: L4proto) -> BTreeMap<u32, Row> {
    let mut rows = BTreeMap::new();
    for family in [Af::INET, Af::INET6] {
        let call = inet_diag::Inet::dump().with(|b| b.header(request(family, protocol)));
        rows.extend(socket.dump_all(call, |s| of(&s)).expect("sockets"));
    }
    rows
}

fn agree(socket: &mut Socket, protocol: L4proto, args: &str) {
    let ours = dump(socket, protocol);
    assert!(ours.len() >= 4, "{ours:#?}");
    let inode = |line: &ss::Line| line.after("ino:")?.parse().ok();
    let Some(theirs_) = ss::list(args, inode) else { return };
    let theirs: BTreeMap<u32, Row> = theirs_.iter().map(|(inode, line)| (*inode, theirs(line))).collect();
    assert_eq!(ours, theirs, "{protocol:?}");
}

#[test]
fn internet_sockets_are_those_of_ss() {
    const NAME: &str = "inet::internet_sockets_are_those_of_ss";
    let Some((mut socket, world, says)) = open(NAME) else { return };
    if !netlink_tests::has_program("ss") {
        skip(NAME, "the program `ss` is not installed");
    }
    agree(&mut socket, L4proto::TCP, "-tanHem");
    agree(&mut socket, L4proto::UDP, "-uanHem");

    let mut all = Tally::default();
    for family in [Af::INET, Af::INET6] {
        for protocol in [L4proto::TCP, L4proto::UDP] {
            let call = inet_diag::Inet::dump().with(|b| b.header(request(family, protocol)));
            let label = format!("{family:?} {protocol:?}");
            all.add(exact::dump::<inet_diag::Socket, _>(&mut socket, &label, call));
        }
    }
    let old =
        inet_diag::InetDiagReq { idiag_family: Af::INET, idiag_states: States(!0), ..Default::default() };
    let call = inet_diag::GetSock::dump().with(|b| b.header(old));
    all.add(exact::dump::<inet_diag::TcpSocket, _>(&mut socket, "TCP the old way", call));
    assert!(all.messages > 16 && all.paths.len() > 12, "{all}");
    all.assert_clean();
    assert!(
        !says.iter().any(|s| s == "has tls") || all.paths.iter().any(|p| p.contains("TLS_INFO_TXCONF")),
        "{all}"
    );

    // A single one, by its addresses and cookie.
    let listening = |s: &SocketView<'_>| {
        s.header().id_idiag_sport == world.port && s.header().idiag_state == State::LISTEN
    };
    let call = inet_diag::Inet::dump().with(|b| b.header(request(Af::INET, L4proto::TCP)));
    let found = socket.dump_all(call, |s| Ok(listening(&s).then(|| s.header()))).expect("sockets");
    let one = exactly(&found.into_iter().flatten().next().expect("the listener"));
    let answer = socket.get(inet_diag::Inet::request().with(|b| b.header(one))).expect("the listener");
    let view = answer.view().expect("a socket");
    assert!(listening(&view));
    assert_eq!(view.shutdown(), Ok(Some(Shutdown(0))));
    let Some(InfoView::Other(info)) = view.info().expect("readable") else { panic!("no information") };
    assert_eq!(
        (info.tcpi_state, view.sockopt().expect("readable").is_some_and(|o| o.is_icsk == 1)),
        (State::LISTEN, true)
    );
}

/// Statistics of connections, beside those that `ss` prints.
#[test]
fn statistics_of_tcp() {
    const NAME: &str = "inet::statistics_of_tcp";
    let Some((mut socket, _world, _)) = open(NAME) else { return };
    let header = InetDiagReqV2 { idiag_states: States::ESTABLISHED, ..request(Af::INET, L4proto::TCP) };
    let ours = socket.dump_all(inet_diag::Inet::dump().with(|b| b.header(header)), |s| {
        let Some(InfoView::Other(info)) = s.info()? else { panic!("no information") };
        let cong = s.cong()?.map(|c| c.to_string()).unwrap_or_default();
        let counters = (info.tcpi_snd_mss, info.tcpi_pmtu, info.tcpi_snd_cwnd, info.tcpi_rto / 1000);
        Ok((s.header().idiag_inode, (cong, counters, info.tcpi_bytes_received, info.tcpi_segs_in)))
    });
    let ours: BTreeMap<_, _> = ours.expect("connections").into_iter().collect();
    assert!(ours.len() >= 2, "{ours:?}");
    let inode = |line: &ss::Line| line.after("ino:")?.parse().ok();
    let Some(lines) = ss::list("-4tnHei", inode) else {
        return skip(NAME, "the program `ss` is not installed");
    };
    assert!(lines.keys().eq(ours.keys()), "{ours:?}");
    for (inode, (cong, counters, received, segments)) in &ours {
        let line = &lines[inode];
        let number = |key: &str| line.after(key).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        assert!(line.has(cong), "{cong} {inode}");
        assert_eq!(*counters, (number("mss:"), number("pmtu:"), number("cwnd:"), number("rto:")), "{inode}");
        assert_eq!((*received, *segments), (number("bytes_received:").into(), number("segs_in:")), "{inode}");
    }
    assert!(ours.values().any(|row| row.2 == 300), "{ours:?}");
}

#[test]
fn mptcp_connections() {
    const NAME: &str = "inet::mptcp_connections";
    let Some((mut socket, _world, says)) = open(NAME) else { return };
    if !says.iter().any(|s| s == "has mptcp") {
        return skip(NAME, "no connections by MPTCP in this kernel");
    }
    let dump = || {
        let header = request(Af::INET, L4proto::IP);
        inet_diag::Mptcp::dump().with(|b| b.header(header).protocol(Ipproto::MPTCP))
    };
    let of =
        |s: &MptcpSocketView<'_>| Ok((row(&s.header(), s.skmeminfo()?), s.info()?.map(|i| i.mptcpi_token)));
    let ours = match socket.dump_all(dump(), |s| of(&s)) {
        Ok(rows) => rows,
        Err(Error::Kernel(error)) if error.errno == ENOENT => {
            return skip(NAME, "no diagnostics of MPTCP in this kernel");
        }
        Err(error) => panic!("{error}"),
    };
    let tokens: BTreeMap<u32, u32> =
        ours.iter().map(|((ino, _), token)| (*ino, token.unwrap_or(0))).collect();
    assert_eq!(tokens.values().filter(|token| **token != 0).count(), 2, "{ours:?}");
    let all = exact::dump::<MptcpSocket, _>(&mut socket, "MPTCP", dump());
    all.assert_clean();
    // Their subflows are TCP sockets.
    let call = inet_diag::Inet::dump().with(|b| b.header(request(Af::INET, L4proto::TCP)));
    let subflows = socket.dump_all(call, |s| {
        let Some(ulp) = s.ulp_info()? else { return Ok(None) };
        if ulp.name()?.is_none_or(|name| name != "mptcp") {
            return Ok(None);
        }
        Ok(ulp.mptcp()?.map(|m| m.token_loc()).transpose()?.flatten())
    });
    let mut subflows: Vec<u32> =
        subflows.expect("sockets").into_iter().flatten().filter(|t| *t != 0).collect();
    let mut connections: Vec<u32> = tokens.values().copied().filter(|t| *t != 0).collect();
    subflows.sort_unstable();
    connections.sort_unstable();
    assert_eq!(subflows, connections);
    let inode = |line: &ss::Line| line.after("ino:")?.parse().ok();
    let Some(lines) = ss::list("-ManHei", inode) else {
        return skip(NAME, "the program `ss` is not installed");
    };
    for (inode, token) in tokens.iter().filter(|(_, token)| **token != 0) {
        assert_eq!(lines[inode].after("token:"), Some(&*format!("{token:x}")), "{inode}");
    }
}

#[test]
fn raw_sockets() {
    const NAME: &str = "inet::raw_sockets";
    let Some((mut socket, _world, says)) = open(NAME) else { return };
    if !says.iter().any(|s| s == "has raw") {
        return skip(NAME, "no raw sockets here");
    }
    let dump = || {
        inet_diag::Raw::dump().with(|b| {
            b.header(InetDiagReqRaw {
                sdiag_family: Af::INET,
                sdiag_protocol: L4proto::RAW,
                idiag_states: States(!0),
                ..Default::default()
            })
        })
    };
    match socket.dump_all(dump(), |s| s.protocol()) {
        Ok(protocols) => assert!(protocols.contains(&Some(L4proto(89))), "{protocols:?}"),
        Err(Error::Kernel(error)) if error.errno == ENOENT => {
            return skip(NAME, "no diagnostics of raw sockets in this kernel");
        }
        Err(error) => panic!("{error}"),
    }
    exact::dump::<inet_diag::Socket, _>(&mut socket, "raw sockets", dump()).assert_clean();
}

/// An operation with its operand, and where it leads: on to the next, or past the end.
fn op(code: OpCode, operand: &[u8], rest: usize) -> Vec<u8> {
    let len = 4 + operand.len();
    let mut op = InetDiagBcOp::default();
    (op.code, op.yes, op.no) = (code, len as u8, (len + rest + 4) as u16);
    let mut bytes = vec![0; 4];
    op.write(&mut bytes);
    bytes.extend(operand);
    bytes
}

/// A filter that the kernel runs, and the same as words of `ss`.
#[test]
fn filters_choose() {
    const NAME: &str = "inet::filters_choose";
    let Some((mut socket, world, _)) = open(NAME) else { return };
    let (mut number, mut port) = (InetDiagBcOp::default(), vec![0; 4]);
    number.no = world.port;
    number.write(&mut port);
    let (mut prefix, mut host) = (InetDiagHostcond::default(), vec![0; InetDiagHostcond::META.size as usize]);
    (prefix.family, prefix.prefix_len, prefix.port) = (Af::INET, 8, -1);
    prefix.write(&mut host);
    host.extend(Ipv4Addr::LOCALHOST.octets());
    let second = op(OpCode::D_COND, &host, 0);
    let program = [op(OpCode::S_EQ, &port, second.len()), second].concat();
    let call = inet_diag::Inet::dump().with(|b| b.header(request(Af::INET, L4proto::TCP)).bytecode(&program));
    let ours = socket.dump_all(call, |s| of(&s)).expect("the kernel takes the filter");
    let ours: BTreeMap<u32, Row> = ours.into_iter().collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert!(ours.values().all(|row| row.state == "ESTAB" && row.queues.0 == 200), "{ours:?}");
    let words = format!("-4tanHem sport = :{} and dst 127.0.0.0/8", world.port);
    let inode = |line: &ss::Line| line.after("ino:")?.parse().ok();
    let Some(lines) = ss::list(&words, inode) else {
        return skip(NAME, "the program `ss` is not installed");
    };
    let theirs: BTreeMap<u32, Row> = lines.iter().map(|(inode, line)| (*inode, theirs(line))).collect();
    assert_eq!(ours, theirs);
}

/// A connection is ended from outside, and told of.
#[test]
fn sockets_are_destroyed() {
    const NAME: &str = "inet::sockets_are_destroyed";
    let Some((mut socket, _world, _)) = open(NAME) else { return };
    let mut monitor = Socket::open(Protocol::SockDiag).expect("another socket");
    monitor.set_timeout(Some(Duration::from_secs(10))).expect("a limit");
    // It is for administrators of the machine.
    let told = monitor.join(Group::INET_TCP_DESTROY.0).is_ok();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let mut client = TcpStream::connect(listener.local_addr().expect("its port")).expect("connected");
    let port = client.local_addr().expect("its port").port();
    let call = inet_diag::Inet::dump().with(|b| b.header(request(Af::INET, L4proto::TCP)));
    let found = socket.dump_all(call, |s| Ok((s.header().id_idiag_sport == port).then(|| s.header())));
    let one = exactly(&found.expect("sockets").into_iter().flatten().next().expect("the client"));
    match socket.execute(inet_diag::Destroy::request().with(|b| b.header(one))) {
        Ok(()) => {}
        Err(Error::Kernel(error)) if error.errno == EOPNOTSUPP => {
            return skip(NAME, "this kernel ends no sockets");
        }
        Err(error) => panic!("{error}"),
    }
    let error = client.read(&mut [0]).expect_err("an end");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted, "{error}");
    if !told {
        return skip(NAME, "the user of a namespace hears of no sockets that end");
    }
    // It is there, without a connection, until it is closed.
    drop(client);
    let Ok(Event::Notification { message, .. }) = monitor.receive() else { panic!("no event") };
    let view = SocketView::parse(message.payload()).expect("a socket");
    assert_eq!((view.header().idiag_family, view.protocol()), (Af::INET, Ok(Some(L4proto::TCP))));
    let mut tally = Tally::default();
    tally.check::<inet_diag::Socket>(message.payload());
    tally.assert_clean();
}
