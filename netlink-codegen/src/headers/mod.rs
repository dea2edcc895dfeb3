//! Facts from kernel headers: extraction, the store, its sources.

pub mod facts;
