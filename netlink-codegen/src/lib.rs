#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod builder;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod cli_netlink;
#[cfg(feature = "cli")]
pub mod complete;
pub mod coverage;
pub mod decode;
pub mod emit;
pub mod headers;
#[cfg(feature = "cli")]
mod help;
pub mod ir;
mod load;
mod lower;
#[cfg(feature = "cli")]
pub mod man;
pub mod policy;
pub mod report;
pub mod rewrite;
pub mod scaffold;
pub mod schema;
pub mod verify;

pub use builder::{Builder, Error};
pub use load::{Loaded, Loader, shipped_model};
