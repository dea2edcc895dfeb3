//! Netlink attribute views, builders and sockets.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod error;
#[cfg(feature = "alloc")]
pub mod extack;
#[cfg(feature = "alloc")]
pub mod genl;
pub mod message;
pub mod meta;
#[cfg(feature = "alloc")]
mod request;
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
pub mod socket;
mod view;

pub use error::{DecodeError, DecodeErrorKind, EncodeError};
#[cfg(feature = "alloc")]
pub use request::{MessageType, Protocol, Reply, Request};
pub use view::{AttrSet, View};
