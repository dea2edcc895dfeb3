//! Sockets.
//!
//! [`Socket`] is the blocking one, [`asynchronous`] has those for tokio and others. They do the same by
//! the same code, and stand on [`engine`], which knows the protocol and does no I/O, and on a
//! [`Transport`], which is the kernel unless somebody puts another in its place, such as [`Memory`].
//!
//! What a socket does with what it receives:
//!
//! - A message is not truncated: there is room for a mebibyte, and the kernel's datagrams have 32 KiB or
//!   one message that is longer. Other processes, if they are let in, are asked how much they send.
//! - Replies are told apart by sequence number, port and multicast group. Notifications that come
//!   while a reply is read wait, in order, for [`Socket::receive`]; where too many wait or the
//!   kernel had to drop some, an [`Event::Overrun`] stands in their place. [`Follow`] makes values of
//!   them, of several sockets, and reads anew what they are about where some are missing.
//! - A dump ends at its `NLMSG_DONE`, whose error code counts, or at an error.
//! - A dump that is dropped half-read is read to its end when the next one starts, because the
//!   kernel runs one per socket.
//!
//! ```
//! use netlink_runtime::meta::SetMeta;
//! use netlink_runtime::socket::Socket;
//! use netlink_runtime::{DecodeError, EncodeError, MessageType, Protocol, Reply, Request};
//!
//! // Derived types write this for you.
//! struct GetFamilies;
//! struct Family;
//!
//! impl Request for GetFamilies {
//!     type Reply = Family;
//!     const PROTOCOL: Protocol = Protocol::Generic;
//!     fn message_type(&self) -> MessageType {
//!         MessageType::Generic { family: "nlctrl", command: 3, version: 2 } // CTRL_CMD_GETFAMILY
//!     }
//!     fn flags(&self) -> u16 {
//!         0
//!     }
//!     fn encode(&self, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
//!         Ok(()) // no attributes: all families
//!     }
//!     fn set(&self) -> Option<&'static SetMeta> {
//!         None
//!     }
//! }
//!
//! impl Reply for Family {
//!     type View<'a> = &'a [u8];
//!     fn view(payload: &[u8]) -> Result<&[u8], DecodeError> {
//!         Ok(payload)
//!     }
//!     fn accepts(message_type: u16) -> bool {
//!         message_type == 1 // CTRL_CMD_NEWFAMILY
//!     }
//! }
//!
//! let mut generic = Socket::open(Protocol::Generic)?;
//! let mut families = generic.dump(GetFamilies)?;
//! let mut count = 0;
//! while let Some(family) = families.next()? {
//!     assert!(family.len() > 8);
//!     count += 1;
//! }
//! assert!(count > 0, "nlctrl itself is always there");
//! # Ok::<(), netlink_runtime::socket::Error>(())
//! ```

mod answer;
#[cfg(feature = "async-io")]
pub mod async_io;
pub mod asynchronous;
mod backlog;
mod batch;
mod blocking;
mod builder;
pub mod capture;
mod core;
pub mod engine;
mod error;
mod event;
mod exchange;
mod families;
mod follow;
mod following;
mod intercept;
mod io;
mod memory;
mod netns;
mod parse;
mod record;
mod replay;
mod replies;
mod save;
mod sys;
#[cfg(feature = "tokio")]
pub mod tokio;
mod transport;

pub use answer::Answer;
pub use batch::{Acknowledge, Refused, Report};
pub use blocking::Socket;
pub use builder::{Builder, Interrupted};
pub use engine::{Dropped, Overrun, RequestId};
pub use error::{Error, Result};
pub use event::Event;
pub use exchange::{Batch, Dump, Exchange};
pub use follow::{Follow, Followed};
pub use intercept::{Intercept, OnReceive, OnSend, ack, done, error};
pub use memory::Memory;
pub use netns::Netns;
pub use record::{Record, Tape};
pub use replay::Replay;
pub use save::Saved;
pub use sys::Kernel;
pub use transport::{Datagram, Source, Transport, Wait};
