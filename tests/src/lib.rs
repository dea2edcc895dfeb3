//! Helpers for the tests that cross the crates.
#![forbid(unsafe_code)]
