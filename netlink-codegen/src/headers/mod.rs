//! Facts from kernel headers: extraction, the store, its sources.

pub mod facts;
pub mod sources;
pub mod store;

#[cfg(feature = "headers")]
mod clang;
#[cfg(feature = "headers")]
pub mod extract;
#[cfg(feature = "headers")]
mod macros;
#[cfg(feature = "headers")]
mod stubs;
