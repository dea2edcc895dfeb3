//! Facts from kernel headers: extraction, the store, its sources.

pub mod diff;
pub mod facts;
pub mod sources;
pub mod store;

#[cfg(feature = "headers")]
mod assemble;
#[cfg(feature = "headers")]
mod clang;
#[cfg(feature = "headers")]
pub mod extract;
#[cfg(feature = "headers")]
mod include;
#[cfg(feature = "headers")]
mod macros;
#[cfg(feature = "headers")]
pub(crate) mod overlay;
#[cfg(feature = "headers")]
pub mod own;
#[cfg(feature = "headers")]
mod stubs;
#[cfg(feature = "headers")]
mod values;
