//! Facts extracted from Linux UAPI headers, as text.
#![no_std]
#![forbid(unsafe_code)]

/// The list of kernels, oldest first: package, version and checksum of each.
pub static MANIFEST: &str = "";

/// Every header: its path below the include directory and its facts.
pub static FACTS: &[(&str, &str)] = &[];
