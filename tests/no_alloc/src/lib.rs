//! Every kind of attribute, read and written without an allocator.
//!
//! The sets are those of `tests/tests/kinds/zoo`; [`read`] and [`build`] are what a program without an
//! allocator does with them. The tests build each row of that zoo into slices.
#![cfg_attr(not(test), no_std)]
#![deny(warnings)]
#![forbid(unsafe_code)]

pub mod build;
#[cfg(test)]
mod errors;
pub mod read;
#[cfg(test)]
mod rows;
#[allow(dead_code)] // of the zoo only some is used here
#[path = "../../tests/kinds/zoo/mod.rs"]
mod zoo;
