//! Facts extracted from Linux UAPI headers, as text.
//!
//! Written by `netlink-codegen extract`; not edited by hand.
#![no_std]
#![forbid(unsafe_code)]

/// The kernels, oldest first: release, version, package and checksum of each.
pub static MANIFEST: &str = include_str!("MANIFEST.toml");

/// The headers that are extracted, and the families that use them.
pub static HEADERS: &str = include_str!("headers.txt");

/// Every header: its path below the include directory and its facts.
#[rustfmt::skip]
pub static FACTS: &[(&str, &str)] = &[
];
