//! What single rows do not show.

mod chosen;
mod members;
mod numbers;
mod others;
mod own;
mod structs;
mod unions;
mod values;
