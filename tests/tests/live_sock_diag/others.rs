//! Local, packet and netlink sockets.

use crate::{exact, memory, open, ss};
use netlink_families::common::Af;
use netlink_families::netlink_diag::{self, NetlinkDiagReq, SdiagProtocol};
use netlink_families::packet_diag::{self, PacketDiagReq};
use netlink_families::sock_diag::{Shutdown, SocketType, State, States};
use netlink_families::unix_diag::{self, UnixDiagReq};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::Error;
use netlink_tests::skip;
use std::collections::BTreeMap;

const ENOENT: i32 = 2;

fn unix() -> UnixDiagReq {
    UnixDiagReq {
        sdiag_family: Af::UNIX,
        udiag_states: States(!0),
        udiag_show: unix_diag::Show(!0),
        ..Default::default()
    }
}

/// Type and state, queues, name, peer, memory.
type Local = ([String; 2], [u32; 2], String, u32, Vec<u32>);

fn local(socket: &unix_diag::SocketView<'_>) -> Result<(u32, Local), netlink_runtime::DecodeError> {
    let header = socket.header();
    let kind = match header.udiag_type {
        SocketType::STREAM => "u_str",
        SocketType::DGRAM => "u_dgr",
        SocketType::SEQPACKET => "u_seq",
        other => panic!("{other:?}"),
    };
    let state = match header.udiag_state {
        State::ESTABLISHED => "ESTAB",
        State::LISTEN => "LISTEN",
        State::CLOSE => "UNCONN",
        other => panic!("{other:?}"),
    };
    let name = match socket.name()? {
        None => "*".to_owned(),
        Some([0, name @ ..]) => format!("@{}", String::from_utf8_lossy(name)),
        Some(path) => String::from_utf8_lossy(path).trim_end_matches('\0').to_owned(),
    };
    let queues = socket.rqlen()?.map(|q| [q.udiag_rqueue, q.udiag_wqueue]).expect("queues");
    let memory = socket.meminfo()?.as_ref().map(memory).unwrap_or_default();
    let row = ([kind.to_owned(), state.to_owned()], queues, name, socket.peer()?.unwrap_or(0), memory);
    Ok((header.udiag_ino, row))
}

#[test]
fn local_sockets_are_those_of_ss() {
    const NAME: &str = "others::local_sockets_are_those_of_ss";
    let Some((mut socket, world, _)) = open(NAME) else { return };
    let ours = match socket.dump_all(unix_diag::Unix::dump().with(|b| b.header(unix())), |s| local(&s)) {
        Ok(rows) => rows,
        Err(Error::Kernel(error)) if error.errno == ENOENT => {
            return skip(NAME, "no diagnostics of local sockets in this kernel");
        }
        Err(error) => panic!("{error}"),
    };
    let ours: BTreeMap<u32, Local> = ours.into_iter().collect();
    let find = |name: &str| ours.iter().find(|(_, row)| row.2 == name).expect("a socket");
    find(world.path.to_str().expect("a path of text"));
    let (&listener, row) = find("@netlink test");
    assert_eq!(row.1[0], 1, "one connection waits: {row:?}");

    let mut all = exact::dump::<unix_diag::Socket, _>(
        &mut socket,
        "local sockets",
        unix_diag::Unix::dump().with(|b| b.header(unix())),
    );
    let one = UnixDiagReq { udiag_ino: listener, udiag_cookie: [!0; 2], ..unix() };
    let call = || unix_diag::Unix::request().with(|b| b.header(one));
    all.add(exact::get::<unix_diag::Socket, _>(&mut socket, "one local socket", call()));
    assert!(all.messages >= 6, "{all}");
    all.assert_clean();
    let answer = socket.get(call()).expect("the listener");
    let icons: Vec<u32> =
        answer.view().and_then(|v| v.icons()).expect("readable").expect("there").iter().collect();
    assert!(icons.len() == 1 && ours.contains_key(&icons[0]), "{icons:?}");
    let shut = socket.dump_all(unix_diag::Unix::dump().with(|b| b.header(unix())), |s| s.shutdown());
    let shut: Vec<Shutdown> = shut.expect("sockets").into_iter().flatten().collect();
    assert!(shut.contains(&Shutdown::SEND) && shut.contains(&Shutdown::RECEIVE), "{shut:?}");
    let _ = std::fs::remove_file(&world.path);

    // `u_str LISTEN 1 3 @name 1464405 * 0 skmem:…`; a name may have spaces.
    let number = |line: &ss::Line| (5..8).find_map(|ix| line.word(ix).parse().ok());
    let Some(lines) = ss::list("-xanHem", number) else {
        return skip(NAME, "the program `ss` is not installed");
    };
    assert!(lines.keys().eq(ours.keys()), "{ours:?}");
    for (inode, (words, queues, name, peer, memory)) in &ours {
        let line = &lines[inode];
        assert_eq!(words, &[line.word(0), line.word(1)], "{inode}");
        assert_eq!(queues.map(|q| q.to_string()), [line.word(2), line.word(3)], "{inode}");
        let at = 4 + name.split(' ').count();
        let theirs: Vec<&str> = (4..at).map(|ix| line.word(ix)).collect();
        assert_eq!(*name, theirs.join(" "));
        assert_eq!((peer.to_string().as_str(), memory), (line.word(at + 2), &line.memory()), "{inode}");
    }
}

#[test]
fn packet_sockets_are_those_of_ss() {
    const NAME: &str = "others::packet_sockets_are_those_of_ss";
    let Some((mut socket, _world, says)) = open(NAME) else { return };
    if !says.iter().any(|s| s == "has packet") {
        return;
    }
    let dump = || {
        let show = packet_diag::Show(0x3f);
        let header = PacketDiagReq { sdiag_family: Af::PACKET, pdiag_show: show, ..Default::default() };
        packet_diag::Packet::dump().with(|b| b.header(header))
    };
    let ours = match socket.dump_all(dump(), |s| s.meminfo().map(|m| (s.header(), m))) {
        Ok(rows) => rows,
        Err(Error::Kernel(error)) if error.errno == ENOENT => {
            return skip(NAME, "no diagnostics of packet sockets in this kernel");
        }
        Err(error) => panic!("{error}"),
    };
    let all = exact::dump::<packet_diag::Socket, _>(&mut socket, "packet sockets", dump());
    assert!(all.messages == 2 && all.paths.len() == 7, "{all}");
    all.assert_clean();
    let details = socket.dump_all(dump(), |s| {
        let ring = s.rx_ring()?.map(|r| (r.pdr_block_size, r.pdr_block_nr, r.pdr_retire_tmo));
        let filter = s.filter()?.map(|f| f.iter().map(|op| (op.code, op.k)).collect::<Vec<_>>());
        let members = s.mclist()?.map(|m| m.iter().map(|m| m.pdmc_type).collect::<Vec<_>>());
        Ok((s.info()?.expect("options").pdi_flags, ring, s.fanout()?, filter, members))
    });
    let details = details.expect("sockets");
    let flags = packet_diag::Pdi::RUNNING;
    assert!(details.iter().any(|d| d.1 == Some((4096, 4, 100)) && d.0.contains(flags)), "{details:?}");
    let promiscuous = packet_diag::Membership::PROMISC;
    let shared = details.iter().find(|d| d.2 == Some(7 | 1 << 16)).expect("a group");
    assert_eq!((&shared.3, &shared.4), (&Some(vec![(6, 0xffff)]), &Some(vec![promiscuous])));
    let inode = |line: &ss::Line| line.after("ino:")?.parse().ok();
    let Some(lines) = ss::list("-0anHem", inode) else {
        return skip(NAME, "the program `ss` is not installed");
    };
    assert_eq!(lines.len(), 2);
    for (header, sockets_memory) in &ours {
        let line = &lines[&header.pdiag_ino];
        let kind = if header.pdiag_type == SocketType::RAW { "p_raw" } else { "p_dgr" };
        assert_eq!(line.word(0), kind);
        let cookie = format!("{:x}", header.pdiag_cookie[0]);
        assert_eq!(line.after("sk:"), Some(&*cookie));
        assert_eq!(sockets_memory.as_ref().map(memory), Some(line.memory()));
    }
}

#[test]
fn netlink_sockets_are_those_of_ss() {
    const NAME: &str = "others::netlink_sockets_are_those_of_ss";
    let Some((mut socket, _world, _)) = open(NAME) else { return };
    let dump = || {
        let header = NetlinkDiagReq {
            sdiag_family: Af::NETLINK,
            sdiag_protocol: 0xff,
            ndiag_show: netlink_diag::Show(!0),
            ..Default::default()
        };
        netlink_diag::Netlink::dump().with(|b| b.header(header))
    };
    let ours = match socket.dump_all(dump(), |s| {
        let groups = s.groups()?.map(|g| g.iter().collect::<Vec<u32>>()).unwrap_or_default();
        let header = s.header();
        Ok(((header.ndiag_protocol, header.ndiag_portid), (groups, header.ndiag_state, s.flags()?)))
    }) {
        Ok(rows) => rows,
        Err(Error::Kernel(error)) if error.errno == ENOENT => {
            return skip(NAME, "no diagnostics of netlink sockets in this kernel");
        }
        Err(error) => panic!("{error}"),
    };
    let ours: BTreeMap<_, _> = ours.into_iter().collect();
    let (groups, state, flags) = &ours[&(SdiagProtocol::SOCK_DIAG, socket.port())];
    assert!(groups.is_empty() || groups.iter().all(|word| *word == 0), "{groups:?}");
    assert_eq!(*state, State::CLOSE);
    let running = netlink_diag::SocketFlags::CB_RUNNING | netlink_diag::SocketFlags::CAP_ACK;
    assert!(flags.is_some_and(|flags| flags.contains(running)), "this very dump runs: {flags:?}");
    exact::dump::<netlink_diag::Socket, _>(&mut socket, "netlink sockets", dump()).assert_clean();

    // `UNCONN 0 0 4:27661 * sk=0 cb=0 groups=0x00000011`; ss has a socket of its own.
    let port = std::cell::Cell::new(0);
    let Some(lines) = ss::list("-f netlink -anHe", |_| Some(port.replace(port.get() + 1))) else {
        return skip(NAME, "the program `ss` is not installed");
    };
    let theirs: BTreeMap<String, String> = lines
        .values()
        .map(|line| (line.word(3).to_owned(), line.after("groups=0x").unwrap_or_default().to_owned()))
        .collect();
    for ((protocol, port), (groups, ..)) in &ours {
        let word = groups.first().copied().unwrap_or(0);
        assert_eq!(theirs[&format!("{}:{port}", protocol.0)], format!("{word:08x}"), "{protocol:?} {port}");
    }
    assert_eq!(theirs.len(), ours.len() + 1);
}
