//! The YAML schemas of the netlink families, as text.
#![no_std]
#![forbid(unsafe_code)]

/// Every schema: the file's stem and its text, sorted by name.
pub static SCHEMAS: &[(&str, &str)] = &[];
