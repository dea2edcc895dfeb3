//! The YAML schemas of the netlink families, as text.
#![no_std]
#![forbid(unsafe_code)]

/// Every schema: the file's stem and its text, sorted by name.
pub static SCHEMAS: &[(&str, &str)] = &[];

/// Attribute enums and values that no schema describes, with reasons.
pub static COVERAGE: &str = include_str!("coverage.txt");
