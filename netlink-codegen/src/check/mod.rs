//! Rules over the model. Only what passes them reaches a back end.
//!
//! Lowering reports what it cannot resolve; the rules here look at what was resolved. Each has
//! a code in [`report::codes`](crate::report::codes) and reports every violation it finds.

mod names;
mod unused;
mod values;

use crate::ir::{Model, Origin, UnknownKernel};
use crate::report::{Diagnostics, Span};

/// A model that passed every rule. Only [`check`](self) makes one.
#[derive(Clone, Debug)]
pub struct Checked(Model);

impl std::ops::Deref for Checked {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.0
    }
}

impl Checked {
    /// The model as one kernel has it; see [`Model::for_kernel`]. No rule can be broken by
    /// leaving things out, because selectors that lose their target are taken care of there.
    pub fn for_kernel(&self, release: &str) -> Result<Checked, UnknownKernel> {
        self.0.for_kernel(release).map(Checked)
    }
}

/// Applies every rule. `None` when `out` then has errors, of the rules or of passes before.
pub(crate) fn check(model: Model, lenient: bool, out: &mut Diagnostics) -> Option<Checked> {
    names::check(&model, out);
    values::check(&model, out);
    unused::check(&model, out);
    if lenient {
        out.relax();
    }
    out.sort();
    (!out.has_errors()).then_some(Checked(model))
}

/// The place of an item; the start of the first file for what has none.
fn span(origin: &Origin) -> Span {
    match origin {
        Origin::Schema { file, start, end } => Span { file: *file, start: *start, end: *end },
        Origin::Synthetic | Origin::Header(_) => Span::default(),
    }
}
