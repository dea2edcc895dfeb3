//! TCP sockets.

use crate::Result;
use crate::capture::Capture;
use netlink_families::common::Af;
use netlink_families::inet_diag::{Ext, Inet, InetDiagReqV2};
use netlink_families::nfnetlink::L4proto;
use netlink_families::sock_diag::States;
use netlink_runtime::Protocol;
use netlink_runtime::socket::Socket;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

/// Connections: twice as many sockets.
const COUNT: usize = 4096;

const LISTENERS: usize = 8;

/// Makes about 8,000, with connections to ourselves, and everything that there is to say of each.
pub(crate) fn capture(file: &mut Capture) -> Result<()> {
    let needed = (2 * COUNT + 100) as u64;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if hard < needed {
        return Err(format!("{needed} open files are needed, {hard} allowed").into());
    }
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(needed), hard)?;
    let listen = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = (0..LISTENERS).map(listen).collect::<std::io::Result<Vec<_>>>()?;
    let mut ends = Vec::new();
    for n in 0..COUNT {
        let listener = &listeners[n % LISTENERS];
        ends.push(TcpStream::connect(listener.local_addr()?)?);
        ends.push(listener.accept()?.0);
    }
    let header = InetDiagReqV2 {
        sdiag_family: Af::INET,
        sdiag_protocol: L4proto::TCP,
        idiag_ext: Ext(0xff),
        idiag_states: States(!0),
        ..InetDiagReqV2::default()
    };
    let mut socket = Socket::open(Protocol::SockDiag)?;
    file.dump(&mut socket, Inet::dump().with(|r| r.header(header)))
}
