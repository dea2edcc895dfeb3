//! Sets with every kind of attribute, by hand. `schema/` says the same in the other form.

pub(crate) mod chosen;
pub(crate) mod common;
pub(crate) mod members;
pub(crate) mod numbers;
pub(crate) mod others;
pub(crate) mod own;
pub(crate) mod rows;
pub(crate) mod structs;
pub(crate) mod unions;
pub(crate) mod values;
