//! Kernel headers and YAML schemas in, annotated Rust netlink bindings out.
#![forbid(unsafe_code)]

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod emit;
pub mod headers;
pub mod ir;
