//! Decoding and encoding by schema, at run time.
//!
//! The model becomes the metadata that derived types carry ([`Registry`]), so that messages are
//! decoded by the runtime's one walker. [`Decoder`] finds out what messages are, and [`Decoded`]
//! writes them as JSON or [`text`]; a [`Filter`] says which are meant; [`encode`] makes requests
//! from text and JSON, [`input`] reads datagrams from files.

mod ack;
pub mod encode;
pub mod filter;
mod flags;
pub mod input;
mod json;
mod message;
mod meta;
pub mod table;
pub mod text;

pub use filter::Filter;
pub use message::{Decoded, Decoder, Origin};
pub use meta::Registry;
pub use table::protocol_number;
