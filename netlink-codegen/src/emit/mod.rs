//! Checked model → annotated Rust: what a person would have written by hand.
//!
//! One module per family, of plain structs and enums with `#[netlink(…)]`; the derives make
//! implementations of them, here nothing does. The way of the data: `items` turns a family
//! into plain rows of text (with `types`, `docs` and `names`), a template under
//! `templates/` lays them out, `file` parses and formats the result, [`tree`] puts files
//! together into a crate or a directory.
//!
//! The text depends on the model alone: no times, no paths, schema order.

pub mod disk;
mod docs;
mod file;
pub mod index;
mod items;
mod names;
mod template;
mod text;
pub mod tree;
mod types;

pub use text::text;
pub use tree::{Options, OutFile, Serde, crate_files, flat_files};

use crate::check::Checked;
use crate::ir::FamilyId;

/// Why a family has no Rust form. What a schema may say is the business of
/// [`check`](crate::check); these are combinations that pass there and that the annotated form
/// has no words for, and mistakes of the tool itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The annotated form has no words for it.
    #[error("{0} cannot be written as annotated Rust")]
    Unsupported(String),
    /// A selector names nothing in reach.
    #[error("the selector `{0}` is neither an attribute of the set nor a member of its header")]
    NoSelector(String),
    /// A C name that is no identifier.
    #[error("`{0}` is no identifier")]
    NotAnIdentifier(String),
    /// A reference to an item that no family lists.
    #[error("{0} belongs to no family")]
    Dangling(String),
    /// The template or what it made is broken.
    #[error("the generated text is broken: {0}")]
    Broken(String),
    /// A file that is partly generated does not say where.
    #[error("{path} has no line with the words \"{line}\"")]
    NoBorder {
        /// The file.
        path: String,
        /// The words.
        line: &'static str,
    },
    /// Where it happened.
    #[error("{place}: {error}")]
    At {
        /// Family and item: ``rt-link: set `link`: IFLA_AF_SPEC``.
        place: String,
        /// What happened.
        error: Box<EmitError>,
    },
}

impl EmitError {
    fn unsupported(what: impl Into<String>) -> Self {
        EmitError::Unsupported(what.into())
    }

    fn at(self, place: impl Into<String>) -> Self {
        let place = place.into();
        match self {
            EmitError::At { place: inner, error } => {
                EmitError::At { place: format!("{place}: {inner}"), error }
            }
            error => EmitError::At { place, error: Box::new(error) },
        }
    }
}

/// The text of one family's module.
pub fn family(model: &Checked, family: FamilyId, options: &Options) -> Result<String, EmitError> {
    file::family(model, &names::Names::new(model), family, options)
}
