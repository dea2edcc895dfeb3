//! Schemas + facts → the model.
//!
//! Ordered passes, one file each:
//!
//! 1. [`scope`]: every declared name of every file, so that references resolve in any order.
//! 2. [`attrs`]: attribute sets with derivation (`subset-of`, `extends`) applied, C names and
//!    numbers found.
//! 3. [`protocol`] and [`ops`]: families, their operations and groups; operations say which
//!    sets are messages.
//! 4. [`sets`]: a set of the model for each pair of attribute set and fixed header that is in
//!    use; types, and through them [`enums`] and [`structs`], follow on demand.
//! 5. [`selectors`]: where each selector's value stands, and what the keys of sub-messages mean.
//! 6. [`finish`]: names of the items, their order, who uses whom.
//!
//! Nothing fails fast: a pass that cannot resolve something reports it and leaves it out, so
//! one run shows all mistakes. [`constants`] asks the facts, [`ynl`] turns YNL's keys into type
//! expressions, [`guess`] finds prefixes that YNL leaves out, [`fields`] finds a struct's
//! members and [`members`] fits annotations to them, [`unions`] sorts out those that share bytes, [`arms`] says which of them count.

mod arms;
mod attrs;
mod constants;
mod enums;
mod fields;
mod finish;
mod guess;
mod members;
mod ops;
mod protocol;
mod scope;
mod selectors;
mod sets;
mod structs;
mod unions;
mod ynl;

pub(crate) use constants::common_prefix;

use crate::headers::facts::Store;
use crate::ir::{EnumId, FamilyId, KernelSet, Lifetime, Model, Origin, StructId};
use crate::report::{Diagnostic, Diagnostics, Span, codes};
use crate::schema::ast::File;
use crate::schema::expr::Word;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Lowers files to a model. The model is complete only if `out` has no errors.
pub(crate) fn lower(files: &[File], facts: &Store, out: &mut Diagnostics) -> Model {
    let scope = scope::Scope::new(files, out);
    let mut lower = Lower {
        files,
        facts,
        out,
        scope,
        model: Model::default(),
        enums: HashMap::new(),
        structs: HashMap::new(),
        structs_open: Vec::new(),
        attrs: HashMap::new(),
        attrs_open: 0,
        instances: Vec::new(),
        todo: VecDeque::new(),
        subs: HashMap::new(),
        used: BTreeSet::new(),
        endings: None,
        selectors: Vec::new(),
    };
    lower.model.kernels = facts.kernels.iter().map(|k| k.release.clone()).collect();
    lower.families();
    lower.all_attrs();
    lower.operations();
    lower.all_sets();
    lower.resolve_selectors();
    lower.finish();
    lower.model
}

struct Lower<'a> {
    files: &'a [File],
    facts: &'a Store,
    out: &'a mut Diagnostics,
    scope: scope::Scope,
    model: Model,
    enums: HashMap<enums::Key, Option<EnumId>>,
    /// By file and C tag (or definition's name).
    structs: HashMap<(usize, String), Option<StructId>>,
    /// Structs whose members are being lowered, to see one that contains itself.
    structs_open: Vec<(usize, String)>,
    attrs: HashMap<(usize, usize), attrs::State>,
    /// How many sets deep derivation is.
    attrs_open: usize,
    instances: Vec<sets::Instance>,
    /// Items to be filled.
    todo: VecDeque<sets::Todo>,
    subs: HashMap<(usize, usize), crate::ir::SubId>,
    /// Definitions that something refers to, by file and index.
    used: BTreeSet<(usize, usize)>,
    /// What constants end in, once something asks.
    endings: Option<guess::Endings<'a>>,
    /// Selector words with their places, to be resolved when all sets are known.
    selectors: Vec<selectors::Pending>,
}

impl Lower<'_> {
    fn family(file: usize) -> FamilyId {
        FamilyId(file as u32)
    }

    fn error(&mut self, code: crate::report::Code, message: impl Into<String>, span: Span) {
        self.out.push(Diagnostic::error(code, message).at(span, ""));
    }

    /// The file that a reference names, and the rest of the reference.
    fn reference<'w>(&mut self, file: usize, word: &'w str, span: Span) -> Option<(usize, &'w str)> {
        let Some((stem, name)) = word.split_once('/') else { return Some((file, word)) };
        if stem.is_empty() || name.is_empty() || name.contains('/') {
            let message = format!("`{word}` is neither a name nor `file/name`");
            self.error(codes::BAD_REFERENCE, message, span);
            return None;
        }
        // A file that could not be loaded has been reported by the loader.
        let target = self.files.iter().position(|f| f.stem == stem)?;
        Some((target, name))
    }
}

fn origin(span: Span) -> Origin {
    Origin::Schema { file: span.file, start: span.start, end: span.end }
}

/// A lifetime without a beginning where the store's oldest kernel has the name already.
fn lifetime<T: Clone + PartialEq>(history: &crate::headers::facts::History<T>) -> Lifetime {
    let entries = history.0.iter().map(|(kernel, value)| (*kernel as u32, value.is_some()));
    let gaps = entries.clone().zip(entries.skip(1)).filter(|((_, there), _)| !there);
    Lifetime {
        since: history.since().filter(|k| *k > 0).map(|k| k as u32),
        gone: history.gone().map(|k| k as u32),
        lacking: gaps.flat_map(|((from, _), (until, _))| from..until).collect(),
        unknown: KernelSet::default(),
    }
}

fn word(text: &crate::schema::node::Text) -> Word {
    Word::from(text)
}
