//! Netlink attribute views, builders and sockets.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod build;
#[cfg(feature = "alloc")]
pub mod containers;
pub mod error;
pub mod meta;
#[cfg(feature = "alloc")]
pub mod own_wire;
#[cfg(feature = "alloc")]
pub mod owned;
#[cfg(feature = "alloc")]
mod request;
mod selected;
pub mod types;
mod view;
pub mod walk;
pub mod wire;

pub use error::{DecodeError, DecodeErrorKind, EncodeError};
#[cfg(feature = "alloc")]
pub use request::{MessageType, Protocol, Reply, Request};
pub use selected::{Select, Selected, Selector, SubMessage};
pub use view::{AttrSet, CStruct, NamedValue, RecordHeader, View};
