//! Kernel headers and YAML schemas in, annotated Rust netlink bindings out.
#![forbid(unsafe_code)]

pub mod check;
pub mod headers;
pub mod ir;
pub mod report;
pub mod schema;
