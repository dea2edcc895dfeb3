//! What there is to dump.

use super::family;
use netlink_families::conntrack::{
    Conntrack, CtNew, NfCtTcpFlags, SctpState, Status, TcpFlags, TcpState, Tuple,
};
use netlink_families::conntrack_exp::{ExpNew, ExpectFlags};
use netlink_families::nfnetlink::{L4proto, Nfproto};
use netlink_runtime::Builder;
use netlink_runtime::message::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_runtime::socket::Socket;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};

/// Connections of sockets, which live as long as it.
pub(crate) struct Held {
    _sockets: Vec<TcpStream>,
}

/// Rules that make the kernel look at connections. `nft` may miss, or parts of the kernel.
const RULES: &[&str] = &[
    "add table inet t",
    "add chain inet t pre { type filter hook prerouting priority 0; }",
    "add rule inet t pre ct state new counter",
    "add rule inet t pre ct mark set 7",
    "add rule inet t pre ct label set 5",
    "add ct helper inet t ftp { type \"ftp\" protocol tcp; }",
    "add rule inet t pre tcp dport 21 ct helper set \"ftp\"",
    "add chain inet t nat_out { type nat hook output priority -100; }",
    "add rule inet t nat_out ip daddr 127.0.0.9 dnat ip to 127.0.0.1",
];

/// A tuple of a protocol with ports.
pub(crate) fn tuple(
    src: &str,
    dst: &str,
    proto: u8,
    sport: u16,
    dport: u16,
) -> impl FnOnce(Builder<Tuple>) -> Builder<Tuple> {
    let [src, dst] = [src, dst].map(|a| a.parse::<Ipv4Addr>().expect("an address"));
    move |t| {
        t.ip(|i| i.v4_src(src).v4_dst(dst))
            .proto(|p| p.num(L4proto(proto.into())).src_port(sport).dst_port(dport))
    }
}

/// Sends a datagram to a port of this machine.
pub(crate) fn udp(address: &str, port: u16) {
    let any = if address.contains(':') { "[::1]:0" } else { "127.0.0.1:0" };
    let socket = UdpSocket::bind(any).expect("a socket");
    let to: std::net::IpAddr = address.parse().expect("an address");
    let _ = socket.send_to(b"hello", (to, port)); // nobody listens
}

fn wanted(what: &str, result: Result<(), impl std::fmt::Display>) {
    if let Err(error) = result {
        eprintln!("not here: {what}: {error}");
    }
}

/// Rules, connections of sockets, and connections and expectations that we add.
pub(crate) fn everything(socket: &mut Socket) -> Held {
    netlink_tests::ip("link set lo up");
    for name in ["acct", "timestamp", "events"] {
        let file = format!("/proc/sys/net/netfilter/nf_conntrack_{name}");
        wanted(name, std::fs::write(file, "1"));
    }
    for rule in RULES {
        let run = || {
            let mut nft = Command::new("nft");
            let mut nft = nft.args(["-f", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
            nft.stdin.take().expect("a pipe").write_all(format!("{rule}\n").as_bytes())?;
            let output = nft.wait_with_output()?;
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.success() { Ok(()) } else { Err(std::io::Error::other(error)) }
        };
        wanted(rule, run());
    }
    udp("127.0.0.1", 9);
    udp("::1", 9);
    let mut sockets = tcp("127.0.0.9", 8080, &[]);
    // The helper reads along, and expects a connection to port 1025.
    sockets.extend(tcp("127.0.0.1", 21, &["USER x\r\n", "PORT 127,0,0,1,4,1\r\n"]));
    add(socket);
    Held { _sockets: sockets }
}

/// Both ends of a connection, over which these lines went.
fn tcp(address: &str, port: u16, lines: &[&str]) -> Vec<TcpStream> {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port");
    let to: Ipv4Addr = address.parse().expect("an address");
    let Ok(mut client) = TcpStream::connect((to, port)) else { return Vec::new() };
    let (mut server, _) = listener.accept().expect("a connection");
    for line in lines {
        client.write_all(line.as_bytes()).expect("sent");
        let mut buffer = vec![0; line.len()];
        server.read_exact(&mut buffer).expect("received");
    }
    vec![client, server]
}

/// Connections of nobody.
fn add(socket: &mut Socket) {
    let new = |build: &dyn Fn(Builder<Conntrack>) -> Builder<Conntrack>| {
        CtNew::request()
            .flags(NLM_F_CREATE | NLM_F_EXCL)
            .with(|b| build(b.header(family(Nfproto::IPV4)).timeout(600)))
    };
    let (a, b) = ("192.0.2.1", "198.51.100.1");
    let mut flags = NfCtTcpFlags::default();
    (flags.flags, flags.mask) = (TcpFlags::BE_LIBERAL, TcpFlags::BE_LIBERAL);
    let tcp = new(&|ct| {
        ct.tuple_orig(tuple(a, b, 6, 1000, 80))
            .tuple_reply(tuple(b, a, 6, 80, 1000))
            .status(Status::ASSURED | Status::SEEN_REPLY | Status::CONFIRMED)
            .protoinfo(|p| {
                p.tcp(|t| {
                    t.state(TcpState::ESTABLISHED)
                        .wscale_original(7)
                        .wscale_reply(8)
                        .flags_original(flags)
                        .flags_reply(flags)
                })
            })
            .mark(0x77)
    });
    socket.execute(tcp).expect("a connection of TCP");
    let udp = new(&|ct| ct.tuple_orig(tuple(a, b, 17, 1000, 53)).tuple_reply(tuple(b, a, 17, 53, 1000)));
    socket.execute(udp).expect("a connection of UDP");
    let zone =
        new(&|ct| ct.tuple_orig(tuple(a, b, 17, 1001, 53)).tuple_reply(tuple(b, a, 17, 53, 1001)).zone(5));
    wanted("zones", socket.execute(zone));
    let direction = new(&|ct| {
        ct.tuple_orig(|t| tuple(a, b, 17, 1002, 53)(t).zone(6)).tuple_reply(tuple(b, a, 17, 53, 1002))
    });
    wanted("zones of one direction", socket.execute(direction));
    let fixed = new(&|ct| {
        ct.tuple_orig(tuple(a, b, 17, 1003, 53))
            .tuple_reply(tuple(b, a, 17, 53, 1003))
            .status(Status::FIXED_TIMEOUT | Status::CONFIRMED)
            .labels(&[1; 16])
    });
    wanted("labels", socket.execute(fixed));
    let sctp = new(&|ct| {
        ct.tuple_orig(tuple(a, b, 132, 1000, 80)).tuple_reply(tuple(b, a, 132, 80, 1000)).protoinfo(|p| {
            p.sctp(|s| s.state(SctpState::ESTABLISHED).vtag_original(0x1234).vtag_reply(0x5678))
        })
    });
    wanted("SCTP", socket.execute(sctp));
    let icmp = new(&|ct| {
        let way = |src: &'static str, dst: &'static str, kind| {
            move |t: Builder<Tuple>| {
                let [src, dst] = [src, dst].map(|a| a.parse::<Ipv4Addr>().expect("an address"));
                t.ip(|i| i.v4_src(src).v4_dst(dst))
                    .proto(|p| p.num(L4proto::ICMP).icmp_id(77).icmp_type(kind).icmp_code(0))
            }
        };
        ct.tuple_orig(way(a, b, 8)).tuple_reply(way(b, a, 0))
    });
    wanted("ICMP", socket.execute(icmp));
    let gre = new(&|ct| ct.tuple_orig(tuple(a, b, 47, 1, 2)).tuple_reply(tuple(b, a, 47, 2, 1)));
    wanted("GRE", socket.execute(gre));
    let translated = new(&|ct| {
        let to: Ipv4Addr = "203.0.113.5".parse().expect("an address");
        ct.tuple_orig(tuple(a, b, 17, 1004, 53))
            .tuple_reply(tuple(b, a, 17, 53, 1004))
            .nat_src(|n| n.v4_minip(to).proto(|p| p.port_min(2000).port_max(2009)))
    });
    wanted("translation", socket.execute(translated));
    let adjusted = new(&|ct| {
        ct.tuple_orig(tuple(a, b, 6, 1005, 21))
            .tuple_reply(tuple(b, a, 6, 21, 1005))
            .status(Status::SEQ_ADJUST | Status::CONFIRMED)
            .protoinfo(|p| p.tcp(|t| t.state(TcpState::ESTABLISHED)))
            .seq_adj_orig(|s| s.correction_pos(5).offset_before(-3).offset_after(4))
            .seq_adj_reply(|s| s.correction_pos(6).offset_before(3).offset_after(-4))
            .help(|h| h.name("ftp"))
    });
    wanted("sequence numbers", socket.execute(adjusted));
    let proxied = new(&|ct| {
        ct.tuple_orig(tuple(a, b, 6, 1006, 80))
            .tuple_reply(tuple(b, a, 6, 80, 1006))
            .protoinfo(|p| p.tcp(|t| t.state(TcpState::SYN_SENT)))
            .synproxy(|s| s.isn(1).its(2).tsoff(3))
    });
    wanted("SYN proxy", socket.execute(proxied));
    let child = new(&|ct| {
        ct.tuple_orig(tuple(b, a, 6, 20, 1007))
            .tuple_reply(tuple(a, b, 6, 1007, 20))
            .protoinfo(|p| p.tcp(|t| t.state(TcpState::SYN_SENT)))
            .tuple_master(tuple(a, b, 6, 1000, 80))
    });
    wanted("a connection that another announced", socket.execute(child));
    let expectation = ExpNew::request().flags(NLM_F_CREATE | NLM_F_EXCL).with(|e| {
        e.header(family(Nfproto::IPV4))
            .master(tuple(a, b, 6, 1005, 21))
            .tuple(tuple(b, a, 6, 0, 1008))
            .mask(tuple("255.255.255.255", "255.255.255.255", 6, 0, 0xffff))
            .timeout(300)
            .flags(ExpectFlags::PERMANENT)
            .class(0)
    });
    wanted("an expectation", socket.execute(expectation));
}
