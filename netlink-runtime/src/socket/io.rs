//! How sockets wait.

use super::transport::{Datagram, Transport, Wait};
use std::future::{Future, ready};
use std::io;
#[cfg(any(feature = "tokio", feature = "async-io"))]
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A transport, and a way to wait for its next datagram: what an asynchronous
/// [`Socket`](super::asynchronous::Socket) stands on. Implemented for tokio and async-io; another
/// runtime needs just this.
pub trait Io: Send {
    /// What carries the datagrams. Sending never waits: the kernel takes a message when it is sent.
    fn transport(&mut self) -> &mut dyn Transport;

    /// Waits for the next datagram and receives it, as [`Transport::receive`] does.
    ///
    /// A future that is dropped before it is ready has received nothing.
    fn receive(&mut self, buffer: &mut Vec<u8>) -> impl Future<Output = io::Result<Datagram>> + Send;
}

/// Waits in the system call.
pub(super) struct Blocking(pub(super) Box<dyn Transport>);

impl Io for Blocking {
    fn transport(&mut self) -> &mut dyn Transport {
        &mut *self.0
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> impl Future<Output = io::Result<Datagram>> + Send {
        ready(self.0.receive(buffer, Wait::Yes))
    }
}

/// The result of a future that waits for nothing but [`Blocking`], and so is ready at once.
#[inline]
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

/// The file of a transport, under a number of its own, to be waited for.
#[cfg(any(feature = "tokio", feature = "async-io"))]
pub(super) fn pollable(transport: &dyn Transport) -> io::Result<OwnedFd> {
    let text = "a transport without a file descriptor cannot be waited for";
    let fd = transport.fd().ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, text))?;
    fd.try_clone_to_owned()
}
