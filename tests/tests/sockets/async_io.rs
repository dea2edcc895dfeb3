//! The socket for async-io.

use netlink_runtime::decoders::Decoders;
pub(crate) use netlink_runtime::socket::async_io::{Follow, Socket};
use netlink_runtime::socket::{Builder, Result};
use netlink_runtime::{DecodeError, Protocol, Reply, Request};

#[path = "changes.rs"]
mod changes;
#[path = "suite.rs"]
mod suite;

pub(crate) fn open(builder: Builder, protocol: Protocol) -> Result<Socket> {
    builder.open_async_io(protocol)
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    ::async_io::block_on(future)
}

/// A state that is read by a dump.
pub(crate) fn state<T: Send + 'static, R: Request + Send + Sync + 'static>(
    follow: Follow<T>,
    socket: Socket,
    decoders: Decoders<T>,
    request: impl Fn() -> R + Send + 'static,
    each: fn(<R::Reply as Reply>::View<'_>) -> Result<T, DecodeError>,
) -> Follow<T>
where
    R::Reply: 'static,
{
    follow.state(socket, decoders, move |socket| Box::pin(socket.dump_all(request(), each)))
}
