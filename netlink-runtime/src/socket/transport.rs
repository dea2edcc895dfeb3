//! What carries datagrams.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// Who sent a datagram, and to whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The sender's port; 0 is the kernel.
    pub port: u32,
    /// The multicast group it was sent to; 0 if it was sent to this socket alone.
    pub group: u32,
    /// The number of the network namespace that it comes from, if that is not the receiver's own
    /// (the control message `NETLINK_LISTEN_ALL_NSID`).
    pub namespace: Option<i32>,
}

/// A received datagram: the first `len` bytes of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Its length.
    pub len: usize,
    /// Its sender.
    pub source: Source,
}

/// Whether to wait for a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until one arrives or the time limit is over ([`io::ErrorKind::TimedOut`]).
    Yes,
    /// Not at all: [`io::ErrorKind::WouldBlock`] where none is there.
    No,
}

/// What a [`Socket`](super::Socket) sends and receives by: the kernel, or something that stands
/// in for it, such as a replayed capture.
pub trait Transport: Send {
    /// The port that replies are addressed to.
    fn port(&self) -> u32;

    /// Sends one datagram, whole.
    fn send(&mut self, datagram: &[u8]) -> io::Result<()>;

    /// Receives one datagram, whole, to the start of the buffer, which grows where it is too
    /// short and never shrinks.
    ///
    /// `ENOBUFS` means that datagrams were lost before this one.
    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram>;

    /// Joins a multicast group, by number.
    fn join(&mut self, _group: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Leaves a multicast group.
    fn leave(&mut self, _group: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Limits how long [`receive`](Self::receive) waits; `None` is for ever.
    fn set_timeout(&mut self, _limit: Option<Duration>) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// How many bytes of memory the kernel may spend on what waits to be received, if it is known
    /// (`SO_RCVBUF`).
    fn receive_buffer(&self) -> Option<usize> {
        None
    }

    /// The file descriptor to poll, if there is one.
    fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Whether a datagram is here already, so that [`receive`](Self::receive) does not wait although
    /// the [file descriptor](Self::fd) may not be readable. Who polls asks this first, or receives
    /// with [`Wait::No`] until [`io::ErrorKind::WouldBlock`].
    fn pending(&self) -> bool {
        false
    }
}

/// So that transports of several types can be wrapped and handed on.
impl<T: Transport + ?Sized> Transport for Box<T> {
    fn port(&self) -> u32 {
        (**self).port()
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        (**self).send(datagram)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        (**self).receive(buffer, wait)
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        (**self).join(group)
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        (**self).leave(group)
    }

    fn set_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        (**self).set_timeout(limit)
    }

    fn receive_buffer(&self) -> Option<usize> {
        (**self).receive_buffer()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        (**self).fd()
    }

    fn pending(&self) -> bool {
        (**self).pending()
    }
}

/// Puts a datagram where a transport is to receive it.
pub(super) fn deliver(bytes: &[u8], source: Source, buffer: &mut Vec<u8>) -> Datagram {
    if buffer.len() < bytes.len() {
        buffer.resize(bytes.len(), 0);
    }
    buffer[..bytes.len()].copy_from_slice(bytes);
    Datagram { len: bytes.len(), source }
}
