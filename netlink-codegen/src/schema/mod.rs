//! Schemas: YAML files → [`ast`], with a place for every word.
//!
//! [`node`] makes a tree with places from YAML, `read` gives its objects their shapes,
//! [`expr`] understands type expressions, [`load`] finds files and follows references.
//! Nothing here knows headers or numbers: that is [`lower`](crate::lower)'s part.

pub mod ast;
mod decode;
pub mod expr;
pub mod load;
pub mod node;
mod read;
mod read_ops;

pub use load::Sources;
