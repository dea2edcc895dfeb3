//! Which descriptors are netlink sockets.

use super::call::Call;
use super::value;
use crate::decode::protocol_number;
use std::collections::HashMap;

/// As many descriptors as are remembered.
const REMEMBERED: usize = 1 << 16;

/// A netlink socket, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) protocol: Option<u16>,
    pub(super) port: Option<u32>,
}

/// The descriptors of all processes. Threads and children have their parent's, and nothing says who is
/// whose: a descriptor that a process is not known to have is the one that another process opened last.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    /// `None`: something else.
    known: HashMap<(u32, u32), Option<Socket>>,
    latest: HashMap<u32, Socket>,
}

impl Sockets {
    /// Sees a call that makes, closes or names a descriptor.
    pub(super) fn learn(&mut self, process: u32, call: &Call<'_>) {
        let Some(result) = call.result else { return };
        let Ok(made) = u32::try_from(result) else { return };
        match call.name {
            b"socket" => {
                let netlink = call.args.first().is_some_and(|a| matches!(*a, b"AF_NETLINK" | b"PF_NETLINK"));
                let protocol = call.args.get(2).and_then(|p| protocol(p));
                self.put(process, made, netlink.then_some(Socket { protocol, port: None }));
            }
            b"dup" | b"dup2" | b"dup3" => self.copy(process, call, made),
            b"fcntl" | b"fcntl64" if call.args.get(1).is_some_and(|a| a.starts_with(b"F_DUPFD")) => {
                self.copy(process, call, made);
            }
            b"accept" | b"accept4" | b"open" | b"openat" => self.put(process, made, None),
            b"close" => {
                if let Some(fd) = call.fd() {
                    self.put(process, fd, None);
                }
            }
            b"getsockname" => {
                let address = call.args.get(1).copied().unwrap_or_default();
                let port = value::member(address, b"nl_pid").and_then(value::number);
                if let (Some(port), Some(fd)) = (port.and_then(|p| p.try_into().ok()), call.fd())
                    && let Some(socket) = self.find(process, call)
                {
                    self.put(process, fd, Some(Socket { port: Some(port), ..socket }));
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, process: u32, fd: u32, socket: Option<Socket>) {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
            self.latest.clear();
        }
        self.known.insert((process, fd), socket);
        if let Some(socket) = socket {
            self.latest.insert(fd, socket);
        }
    }

    fn copy(&mut self, process: u32, call: &Call<'_>, made: u32) {
        let socket = self.find(process, call);
        self.put(process, made, socket);
    }

    /// The netlink socket that a call works on, if it is one.
    pub(super) fn find(&self, process: u32, call: &Call<'_>) -> Option<Socket> {
        let fd = call.fd()?;
        let remembered = match self.known.get(&(process, fd)) {
            Some(known) => *known,
            None => self.latest.get(&fd).copied(),
        };
        match decoration(call.args.first()?) {
            Some(Decoration::Netlink(said)) => {
                let known = remembered.unwrap_or_default();
                return Some(Socket {
                    protocol: said.protocol.or(known.protocol),
                    port: said.port.or(known.port),
                });
            }
            Some(Decoration::Other) => return None,
            None => {}
        }
        let says = |word: &[u8]| {
            // The address or the first message; both stand near the beginning or the end.
            let near = |a: &[u8]| {
                let ends = [&a[..a.len().min(256)], &a[a.len().saturating_sub(256)..]];
                ends.iter().any(|end| end.windows(word.len()).any(|w| w == word))
            };
            call.args.iter().skip(1).any(|a| near(a))
        };
        let network = !matches!(call.name, b"read" | b"write" | b"readv" | b"writev");
        remembered.or_else(|| {
            let seen = network && (says(b"sa_family=AF_NETLINK") || says(b"{nlmsg_len="));
            seen.then_some(Socket::default())
        })
    }
}

enum Decoration {
    Netlink(Socket),
    Other,
}

/// What `-y` or `-yy` says of a descriptor: `3<NETLINK:[ROUTE:7]>`. A number of an inode says nothing.
fn decoration(fd: &[u8]) -> Option<Decoration> {
    let at = fd.iter().position(|b| *b == b'<')?;
    let text = std::str::from_utf8(&fd[at + 1..]).unwrap_or("?").trim_end_matches('>');
    if text.starts_with("socket:[") {
        return None;
    }
    let Some(netlink) = text.strip_prefix("NETLINK:[") else { return Some(Decoration::Other) };
    let (name, port) = netlink.trim_end_matches(']').rsplit_once(':').unwrap_or((netlink, ""));
    let inode = port.is_empty();
    Some(Decoration::Netlink(Socket {
        protocol: if inode { None } else { protocol(name.as_bytes()) },
        port: port.parse().ok(),
    }))
}

/// A protocol's number: `NETLINK_ROUTE`, `ROUTE`, `0`, `0x1f /* NETLINK_??? */`.
fn protocol(text: &[u8]) -> Option<u16> {
    let word = std::str::from_utf8(text).ok()?.split_whitespace().next()?;
    match word.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        // An old name of the same.
        None if word.ends_with("INET_DIAG") => protocol_number("sock-diag"),
        None => protocol_number(word),
    }
}
