//! Sockets of a namespace through socket diagnostics: TCP, UDP, raw, MPTCP, local, packet and netlink
//! sockets; every message is read into owned types and written again, and `ss` says the same of it.

mod by_hand;
#[path = "../exact/mod.rs"]
#[allow(dead_code)] // what it sets up is for other tests
mod exact;
mod inet;
mod others;
mod ss;
mod world;

use netlink_families::sock_diag::Memory;
use netlink_runtime::Protocol;
use netlink_runtime::socket::Socket;
use world::World;

/// Goes into a namespace with sockets of all kinds; nothing outside of it.
fn open(test: &str) -> Option<(Socket, World, Vec<String>)> {
    if !netlink_tests::in_namespace(test) {
        return None;
    }
    let socket = match Socket::open(Protocol::SockDiag) {
        Ok(socket) => socket,
        Err(error) => {
            netlink_tests::skip(test, &format!("no socket diagnostics in this kernel ({error})"));
            return None;
        }
    };
    let (world, says) = world::everything(test);
    Some((socket, world, says))
}

/// In the order of `SK_MEMINFO_*`.
fn memory(m: &Memory) -> Vec<u32> {
    vec![
        m.rmem_alloc,
        m.rcvbuf,
        m.wmem_alloc,
        m.sndbuf,
        m.fwd_alloc,
        m.wmem_queued,
        m.optmem,
        m.backlog,
        m.drops,
    ]
}
