//! The socket for tokio.

use netlink_runtime::Protocol;
pub(crate) use netlink_runtime::socket::tokio::Socket;
use netlink_runtime::socket::{Builder, Result};

#[path = "suite.rs"]
mod suite;

pub(crate) fn open(builder: Builder, protocol: Protocol) -> Result<Socket> {
    builder.open_tokio(protocol)
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_io().build();
    runtime.expect("a runtime").block_on(future)
}
