//! Netlink attribute views, builders and sockets: the library under generated and derived
//! message types.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
// Derived code names this crate by its own name, in here too.
#[allow(unused_extern_crates)] // used by what derives expand to
extern crate self as netlink_runtime;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod build;
pub mod collect;
mod def;
pub mod error;
#[cfg(feature = "alloc")]
pub mod extack;
mod forms;
#[cfg(feature = "alloc")]
pub mod genl;
pub mod message;
pub mod meta;
mod named;
#[cfg(feature = "alloc")]
mod operation;
#[cfg(feature = "alloc")]
pub mod owned;
pub mod prelude;
pub mod project;
mod protocol;
#[cfg(feature = "alloc")]
mod request;
mod selected;
#[cfg(feature = "serde")]
pub mod serialize;
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
pub mod socket;
pub mod types;
mod view;
pub mod walk;
pub mod wire;

pub use def::{AttrDef, AttrKind, Chooses, Chosen, Many, NestKind};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use forms::Forms;
#[cfg(feature = "derive")]
pub use netlink_derive::{
    NetlinkAttrs, NetlinkMessage, NetlinkOp, NetlinkStruct, NetlinkSub, netlink_enum, netlink_flags,
    netlink_union,
};
#[cfg(feature = "alloc")]
pub use operation::{Builder, Call, Operation};
pub use project::Projection;
pub use protocol::{MessageType, Protocol};
#[cfg(feature = "alloc")]
pub use request::{Reply, Request, SetReply};
pub use selected::{Select, Selected, Selector};
pub use view::{AttrSet, CStruct, Headed, NamedValue, RecordHeader, View};

#[cfg(all(doctest, feature = "derive", feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// Brings in a family that a build script has generated: `$OUT_DIR/<module>.rs`.
///
/// The generator is `netlink_codegen::Builder`. The module's name is the family's with `_` for
/// `-`, and families stand side by side, because they refer to each other through `super`:
///
/// ```ignore
/// pub mod common { netlink_runtime::include_family!("common"); }
/// pub mod rt_link { netlink_runtime::include_family!("rt_link"); }
/// ```
#[macro_export]
macro_rules! include_family {
    ($module:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $module, ".rs"));
    };
}

/// A message without attributes.
#[cfg(feature = "derive")]
#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
pub struct Empty {}
