//! Netlink attribute views, builders and sockets.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod error;
pub mod meta;
#[cfg(feature = "alloc")]
mod request;
mod view;

pub use error::{DecodeError, DecodeErrorKind, EncodeError};
#[cfg(feature = "alloc")]
pub use request::{MessageType, Protocol, Reply, Request};
pub use view::{AttrSet, View};
