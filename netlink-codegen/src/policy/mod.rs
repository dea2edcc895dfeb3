//! Policies: what the kernel's source says that it accepts for each attribute.
//!
//! A policy is a table, `struct nla_policy name[] = { [ATTR] = { .type = NLA_U32 }, … }`. [`source`]
//! finds them in a source tree, [`text`] keeps them as text that diffs well (they ship with the facts) and
//! reads the lines of JSON that another extractor makes. Values stay as C spells them, without spaces;
//! [`Values`] knows what they are.

pub mod source;
pub mod text;
mod token;
mod value;

use crate::headers::facts::Store;
use std::path::Path;

pub use value::Values;

/// One table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The file that has it, relative to the tree. Names of tables repeat between files.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Its rows, in the order of the source.
    pub rows: Vec<Row>,
}

/// What is accepted for one attribute; or, in a table of a generic netlink family's operations, that a
/// command answers (`do`, `dump`, `do-dump`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The attribute's C name; for `[A ... B]` the first and the last one.
    pub attr: String,
    /// Without `NLA_`, in lower case: `u32`, `nul-string`. `None`: the row does not say.
    pub ty: Option<String>,
    /// Everything else, by word.
    pub limits: Vec<(Limit, String)>,
}

/// What a row says besides the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// `.len`, whose meaning depends on the type: at most for text and bytes, at least for
    /// `NLA_UNSPEC`, nothing for integers.
    Len,
    /// Exact length of the payload.
    Exact,
    /// Least length of the payload.
    MinLen,
    /// Greatest length of the payload.
    MaxLen,
    /// Least value.
    Min,
    /// Greatest value.
    Max,
    /// Bits that may be set.
    Mask,
    /// The policy of what is inside.
    Nested,
    /// A function looks at the value.
    Validate,
}

impl Limit {
    /// All of them with the words that stand for them in the text.
    pub const ALL: &'static [(Limit, &'static str)] = &[
        (Limit::Len, "len"),
        (Limit::Exact, "exact"),
        (Limit::MinLen, "min-len"),
        (Limit::MaxLen, "max-len"),
        (Limit::Min, "min"),
        (Limit::Max, "max"),
        (Limit::Mask, "mask"),
        (Limit::Nested, "nested"),
        (Limit::Validate, "validate"),
    ];

    /// The word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(limit, _)| *limit == self).map_or("", |(_, word)| word)
    }

    /// What a word stands for.
    pub fn of(word: &str) -> Option<Limit> {
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(limit, _)| *limit)
    }
}

impl Row {
    /// A limit's value, as C spells it.
    pub fn limit(&self, limit: Limit) -> Option<&str> {
        self.limits.iter().find(|(l, _)| *l == limit).map(|(_, value)| value.as_str())
    }

    /// The attributes that it is about: all constants of a range `A...B`. Those that headers do not know
    /// are not among them.
    pub fn names<'s>(&'s self, facts: &'s Store) -> impl Iterator<Item = &'s str> {
        let (first, last) = self.attr.split_once("...").unwrap_or((&self.attr, &self.attr));
        let place = |name: &str| {
            let ix = facts.enum_of(name)?;
            Some((ix, facts.enums[ix].entries.iter().position(|entry| entry == name)?))
        };
        let range = match (place(first), place(last)) {
            (Some((of, from)), Some((same, to))) if of == same && from <= to => {
                facts.enums[of].entries[from..=to].as_ref()
            }
            _ => &[],
        };
        // A macro may be an attribute, too.
        let single =
            (range.is_empty() && first == last && facts.constants.contains_key(first)).then_some(first);
        range.iter().map(String::as_str).chain(single)
    }

    /// Adds a limit; an empty one and the second of a kind are nothing.
    fn add(&mut self, limit: Limit, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() && self.limit(limit).is_none() {
            self.limits.push((limit, value));
        }
    }

    /// Whether it is about a command, and whether that answers single requests and dumps.
    pub fn operation(&self) -> Option<(bool, bool)> {
        match self.ty.as_deref() {
            Some("do") => Some((true, false)),
            Some("dump") => Some((false, true)),
            Some("do-dump") => Some((true, true)),
            _ => None,
        }
    }

    /// Bounds of values, or of lengths where bytes and text are limited.
    fn bound(&mut self, min: Option<String>, max: Option<String>) {
        let (least, most) = match self.ty.as_deref() {
            Some("binary" | "string" | "nul-string") => (Limit::MinLen, Limit::MaxLen),
            _ => (Limit::Min, Limit::Max),
        };
        for (limit, value) in [(least, min), (most, max)] {
            self.add(limit, value.unwrap_or_default());
        }
    }
}

/// The policies that ship with the facts, of the newest kernel.
pub fn shipped() -> Result<Vec<Table>, String> {
    text::read(netlink_kernel_headers::POLICIES).map_err(|e| format!("policies.txt: {e}"))
}

/// The policies of a file in either form, or of a kernel's source tree.
pub fn open(path: &Path) -> Result<Vec<Table>, String> {
    let shown = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    if path.is_dir() {
        return source::tree(path).map_err(|e| shown(&e));
    }
    let text = std::fs::read_to_string(path).map_err(|e| shown(&e))?;
    text::read_any(&text).map_err(|e| shown(&e))
}
