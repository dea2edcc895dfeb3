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
}
