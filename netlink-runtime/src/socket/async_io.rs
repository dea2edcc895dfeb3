//! A socket for smol, async-std and others that have no reactor of their own (feature `async-io`).

use super::asynchronous::{self, Io};
use super::builder::Builder;
use super::error::Result;
use super::io::pollable;
use super::transport::{Datagram, Transport, Wait};
use crate::protocol::Protocol;
use async_io::Async;
use std::io;
use std::os::fd::OwnedFd;

/// A netlink socket for any executor.
///
/// ```
/// use netlink_runtime::{Protocol, genl::GetFamily, socket::async_io::Socket};
///
/// # async_io::block_on(async {
/// let mut generic = Socket::open(Protocol::Generic)?;
/// let answer = generic.get(GetFamily("nlctrl")).await?;
/// assert_eq!(answer.view()?.id, 16);
/// # Ok::<(), netlink_runtime::socket::Error>(())
/// # }).unwrap();
/// ```
pub type Socket = asynchronous::Socket<AsyncIo>;

/// What happens, heard by one socket or by several; see [`Follow`](super::Follow).
pub type Follow<T> = asynchronous::Follow<AsyncIo, T>;

/// Waits by the reactor of async-io.
pub struct AsyncIo {
    transport: Box<dyn Transport>,
    /// The transport's file, under a number of its own.
    ready: Async<OwnedFd>,
}

impl AsyncIo {
    /// Waits for a transport that has a file descriptor.
    pub fn new(transport: impl Transport + 'static) -> io::Result<Self> {
        // Whether to wait is said call by call, so the file stays as it is.
        let ready = Async::new_nonblocking(pollable(&transport)?)?;
        Ok(AsyncIo { transport: Box::new(transport), ready })
    }
}

impl Io for AsyncIo {
    fn transport(&mut self) -> &mut dyn Transport {
        &mut *self.transport
    }

    async fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Datagram> {
        loop {
            match self.transport.receive(buffer, Wait::No) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => self.ready.readable().await?,
                other => return other,
            }
        }
    }
}

impl Socket {
    /// Opens a socket with the usual options: strict checking, extended acknowledgements.
    pub fn open(protocol: Protocol) -> Result<Socket> {
        Builder::default().open_async_io(protocol)
    }
}

impl Builder {
    /// Opens a socket for async-io. Its waits have no [`timeout`](Builder::timeout) of their own.
    pub fn open_async_io(self, protocol: Protocol) -> Result<Socket> {
        let kernel = self.connect(protocol)?;
        self.over_io(protocol, AsyncIo::new(kernel)?)
    }
}
