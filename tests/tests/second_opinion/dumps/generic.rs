//! Families of generic netlink.

use super::{take, wanted};
use crate::take::Taken;
use netlink_tests::{ip, try_ip};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// Operations of ethtool that read.
const ETHTOOL: &[&str] = &[
    "strset",
    "linkinfo",
    "linkmodes",
    "linkstate",
    "debug",
    "features",
    "privflags",
    "rings",
    "channels",
    "coalesce",
    "pause",
    "eee",
    "tsinfo",
    "tunnel-info",
    "fec",
    "phc-vclocks",
    "module",
    "rss",
    "mm",
    "tsconfig",
];

pub(crate) fn all(taken: &mut Taken<'_>) {
    for words in [
        "link set lo up",
        "link add v0 numtxqueues 4 numrxqueues 4 type veth peer name v1 numtxqueues 4 numrxqueues 4",
        "link add vx0 type vxlan id 42 dstport 4789 dev v0",
        "link set v0 up",
        "link set v1 up",
        "link set vx0 up",
        "addr add 192.0.2.1/24 dev v0",
        "addr add 2001:db8::1/64 dev v0 nodad",
    ] {
        ip(words);
    }
    take(
        taken,
        &[("families", "dump nlctrl getfamily"), ("a family", "do nlctrl getfamily family-name=nlctrl")],
    );
    for family in ["nlctrl", "ethtool", "netdev", "mptcp_pm", "tcp_metrics", "TASKSTATS"] {
        let words = format!("dump nlctrl getpolicy family-name={family}");
        taken.take(&format!("policies of {family}"), &words);
    }
    for operation in ETHTOOL {
        taken.take(&format!("ethtool: {operation}"), &format!("dump ethtool {operation}-get"));
    }
    let bits = "dump ethtool features-get header.flags=1";
    take(
        taken,
        &[
            ("ethtool: compact features", bits),
            ("netdev: devices", "dump netdev dev-get"),
            ("netdev: queues", "dump netdev queue-get"),
            ("netdev: NAPI", "dump netdev napi-get"),
            ("netdev: statistics", "dump netdev qstats-get"),
            ("netdev: page pools", "dump netdev page-pool-get"),
        ],
    );
    taken.listen_to("events: ethtool", "ethtool", "monitor", || {
        wanted("ethtool", "-K v0 tx off");
        wanted("ethtool", "-L v0 rx 2 tx 2");
        wanted("ethtool", "-C v0 rx-usecs 5");
    });
    for words in [
        "mptcp endpoint add 192.0.2.1 dev v0 id 7 signal port 1000",
        "mptcp endpoint add 2001:db8::1 id 8 subflow backup",
        "mptcp limits set subflow 3 add_addr_accepted 2",
    ] {
        wanted("ip", words);
    }
    take(
        taken,
        &[("mptcp: endpoints", "dump mptcp_pm get-addr"), ("mptcp: limits", "do mptcp_pm get-limits")],
    );
    talk();
    take(
        taken,
        &[
            ("metrics of TCP", "dump tcp_metrics get"),
            ("statistics of a task", &format!("do taskstats get pid={}", std::process::id())),
        ],
    );
    if try_ip("link add wg0 type wireguard").is_ok() {
        taken.take("wireguard", "dump wireguard get-device ifname=wg0");
    } else {
        taken.skip("wireguard", "wireguard", "not in this kernel");
    }
    taken.take("thermal zones", "dump thermal tz-get-id");
}

/// A connection that ended, which the kernel remembers metrics of.
fn talk() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let listener = TcpListener::bind(address).expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("its port")).expect("connected");
        let (mut server, _) = listener.accept().expect("the connection");
        for _ in 0..10 {
            client.write_all(&[0; 100]).expect("sent");
            server.read_exact(&mut [0; 100]).expect("received");
        }
    }
}
