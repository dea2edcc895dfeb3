//! Netlink families of the Linux kernel, one module and one cargo feature each.
//!
//! The modules are generated from schemas and kernel headers: plain structs and enums whose
//! derives make views, owned values and builders of them. A module's items are documented with
//! the C names that the kernel's own headers use, and with the kernels that know them.
#![forbid(unsafe_code)]

// Generated from here on by `netlink-codegen generate`; do not edit below.
