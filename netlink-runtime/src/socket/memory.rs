//! A transport in memory. All of it is `#[inline]`: compiled where it is used,
//! which is in few programs.

use super::transport::{Datagram, Source, Transport, Wait, deliver};
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One end of a connection in memory: what it sends, the other end receives.
///
/// A [`pair`](Self::pair) has an end for a [`Socket`](super::Socket) and one that stands for the
/// kernel. So programs can talk to themselves, and tests to a kernel of their own making.
///
/// ```
/// use netlink_runtime::message::{Header, Messages, NLM_F_DUMP, NLMSG_DONE};
/// use netlink_runtime::socket::{Memory, Socket, Transport, Wait};
/// use netlink_runtime::Protocol;
///
/// let (ours, mut kernel) = Memory::pair(7);
/// let mut socket = Socket::builder().over(Protocol::Route, ours)?;
/// let mut dump = socket.raw_request(18, NLM_F_DUMP, b"anyone?")?;
///
/// let mut buffer = Vec::new();
/// let datagram = kernel.receive(&mut buffer, Wait::Yes)?;
/// let asked = Messages::new(&buffer[..datagram.len]).next().unwrap()?;
/// assert_eq!(asked.payload(), b"anyone?");
/// let (len, message_type) = (Header::LEN as u32, NLMSG_DONE);
/// kernel.send(&Header { len, message_type, flags: 0, ..asked.header }.to_bytes())?;
///
/// assert_eq!(dump.next()?.unwrap().header.message_type, NLMSG_DONE);
/// # Ok::<(), netlink_runtime::socket::Error>(())
/// ```
#[derive(Debug)]
pub struct Memory {
    port: u32,
    timeout: Option<Duration>,
    inbox: Arc<Inbox>,
    peer: Arc<Inbox>,
}

/// What waits for one end.
#[derive(Debug, Default)]
struct Inbox {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    datagrams: VecDeque<(Vec<u8>, Source)>,
    groups: BTreeSet<u32>,
    /// The end that this inbox belongs to, or the other one, is gone.
    closed: bool,
}

impl Inbox {
    /// Nothing is left half-done under the lock, so a thread that panicked with it spoils nothing.
    #[inline]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }
}

impl Memory {
    /// Two connected ends: a socket's, which has this port, and the kernel's, whose port is 0.
    #[inline]
    pub fn pair(port: u32) -> (Memory, Memory) {
        let (ours, kernels) = (Arc::new(Inbox::default()), Arc::new(Inbox::default()));
        let end = |port, inbox: &Arc<Inbox>, peer: &Arc<Inbox>| {
            let (inbox, peer) = (inbox.clone(), peer.clone());
            Memory { port, timeout: None, inbox, peer }
        };
        (end(port, &ours, &kernels), end(0, &kernels, &ours))
    }

    /// Sends a datagram to a multicast group: it arrives if the other end has joined it.
    #[inline]
    pub fn notify(&mut self, group: u32, datagram: &[u8]) -> io::Result<()> {
        self.put(datagram, group)
    }

    #[inline]
    fn put(&self, datagram: &[u8], group: u32) -> io::Result<()> {
        let mut state = self.peer.lock();
        if state.closed {
            // What the kernel says about a port that nobody has.
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        if group == 0 || state.groups.contains(&group) {
            state
                .datagrams
                .push_back((datagram.to_vec(), Source { port: self.port, group, namespace: None }));
            self.peer.arrived.notify_one();
        }
        Ok(())
    }
}

impl Transport for Memory {
    #[inline]
    fn port(&self) -> u32 {
        self.port
    }

    #[inline]
    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.put(datagram, 0)
    }

    /// Once the other end is gone and all that it sent is read, this is
    /// [`io::ErrorKind::UnexpectedEof`].
    #[inline]
    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        let end = self.timeout.and_then(|limit| Instant::now().checked_add(limit));
        let mut state = self.inbox.lock();
        loop {
            if let Some((bytes, source)) = state.datagrams.pop_front() {
                return Ok(deliver(&bytes, source, buffer));
            }
            if state.closed {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if wait == Wait::No {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Err(io::ErrorKind::TimedOut.into()),
                Some(left) => {
                    let waited = self.inbox.arrived.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.inbox.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    #[inline]
    fn join(&mut self, group: u32) -> io::Result<()> {
        self.inbox.lock().groups.insert(group);
        Ok(())
    }

    #[inline]
    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.inbox.lock().groups.remove(&group);
        Ok(())
    }

    #[inline]
    fn set_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.timeout = limit;
        Ok(())
    }

    #[inline]
    fn pending(&self) -> bool {
        !self.inbox.lock().datagrams.is_empty()
    }
}

impl Drop for Memory {
    #[inline]
    fn drop(&mut self) {
        self.inbox.close();
        self.peer.close();
    }
}
