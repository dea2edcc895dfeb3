//! The socket for async-io.

use netlink_runtime::Protocol;
pub(crate) use netlink_runtime::socket::async_io::Socket;
use netlink_runtime::socket::{Builder, Result};

#[path = "suite.rs"]
mod suite;

pub(crate) fn open(builder: Builder, protocol: Protocol) -> Result<Socket> {
    builder.open_async_io(protocol)
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    ::async_io::block_on(future)
}
