//! A socket for tokio (feature `tokio`).

use super::asynchronous::{self, Io};
use super::builder::Builder;
use super::error::Result;
use super::io::pollable;
use super::transport::{Datagram, Transport, Wait};
use crate::protocol::Protocol;
use std::io;
use std::os::fd::OwnedFd;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A netlink socket for tokio.
///
/// ```
/// use netlink_runtime::{Protocol, genl::GetFamily, socket::tokio::Socket};
///
/// # tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap().block_on(async {
/// let mut generic = Socket::open(Protocol::Generic)?;
/// let answer = generic.get(GetFamily("nlctrl")).await?;
/// assert_eq!(answer.view()?.id, 16);
/// # Ok::<(), netlink_runtime::socket::Error>(())
/// # }).unwrap();
/// ```
pub type Socket = asynchronous::Socket<Tokio>;

/// What happens, heard by one socket or by several; see [`Follow`](super::Follow).
pub type Follow<T> = asynchronous::Follow<Tokio, T>;

/// Waits by tokio's reactor.
pub struct Tokio {
    transport: Box<dyn Transport>,
    /// The transport's file, under a number of its own.
    ready: AsyncFd<OwnedFd>,
}

/// What wakes: data, and the error that stands for data that had to be dropped (`ENOBUFS`).
const WANTED: Interest = Interest::READABLE.add(Interest::ERROR);

impl Tokio {
    /// Waits for a transport that has a file descriptor.
    ///
    /// # Panics
    ///
    /// As [`AsyncFd::new`]: outside of a runtime with I/O.
    pub fn new(transport: impl Transport + 'static) -> io::Result<Self> {
        // Deprecated for files that change their number under way, which an `OwnedFd` does not; the
        // other way to say it is `unsafe`.
        #[allow(deprecated)]
        let ready = AsyncFd::with_interest(pollable(&transport)?, WANTED)?;
        Ok(Tokio { transport: Box::new(transport), ready })
    }
}

impl Io for Tokio {
    fn transport(&mut self) -> &mut dyn Transport {
        &mut *self.transport
    }

    async fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Datagram> {
        if self.transport.pending() {
            return self.transport.receive(buffer, Wait::No);
        }
        // Asked before each call, tokio can have a task with much to read give way to others.
        loop {
            let mut guard = self.ready.ready(WANTED).await?;
            match self.transport.receive(buffer, Wait::No) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => guard.clear_ready(),
                other => return other,
            }
        }
    }
}

impl Socket {
    /// Opens a socket with the usual options: strict checking, extended acknowledgements.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O enabled.
    pub fn open(protocol: Protocol) -> Result<Socket> {
        Builder::default().open_tokio(protocol)
    }
}

impl Builder {
    /// Opens a socket for tokio. Its waits have no [`timeout`](Builder::timeout) of their own.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O enabled.
    pub fn open_tokio(self, protocol: Protocol) -> Result<Socket> {
        let kernel = self.connect(protocol)?;
        self.over_io(protocol, Tokio::new(kernel)?)
    }
}
