//! What the body of a macro is, and which constants are bounds: decided from tokens alone.

use std::collections::{HashMap, HashSet};

use super::stubs::SWAPS;

/// What can be said of an object-like macro before evaluating it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// Nothing, as in include guards.
    Empty,
    /// Its own name: it marks an enumerator for the preprocessor.
    Itself,
    /// One other name.
    Name(&'a str),
    /// Perhaps an expression.
    Expression,
    /// A path to a member or a tag (`a.b`, `struct tag`): a name for something else.
    Path,
    /// Code, an attribute, or half an expression.
    Code,
}

/// Classifies the tokens of a macro's body.
pub(super) fn classify<'a>(name: &str, body: &'a [String]) -> Body<'a> {
    let mut bare = body;
    while let [open, inner @ .., close] = bare
        && open == "("
        && close == ")"
        && balanced(inner)
    {
        bare = inner;
    }
    match bare {
        [] if body.is_empty() => Body::Empty,
        [one] if one == name => Body::Itself,
        [one] if is_identifier(one) => Body::Name(one),
        tokens if !balanced(tokens) || tokens.iter().any(|t| ["{", "}", ";", "#", "##"].contains(&t.as_str())) => {
            Body::Code
        }
        tokens if is_path(tokens) => Body::Path,
        _ => Body::Expression,
    }
}

/// `struct tag`, `a.b`, `a.b[0]`; an array index alone makes no path, nor does a name.
fn is_path(tokens: &[String]) -> bool {
    let [first, second, ..] = tokens else { return false };
    is_identifier(first)
        && (second == "." || is_identifier(second))
        && tokens.iter().all(|t| {
            [".", "[", "]"].contains(&t.as_str()) || is_identifier(t) || t.bytes().all(|b| b.is_ascii_digit())
        })
}

fn balanced(tokens: &[String]) -> bool {
    let mut depth = 0_i32;
    for token in tokens {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Whether a token is a C identifier.
pub(super) fn is_identifier(token: &str) -> bool {
    token.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Macros that swap bytes, directly or through other macros, with the width in bits.
#[derive(Debug)]
pub(super) struct Swapped(HashMap<String, u8>);

impl Swapped {
    /// Only the primitives.
    pub(super) fn new() -> Swapped {
        Swapped(SWAPS.iter().map(|(name, bits)| ((*name).to_owned(), *bits)).collect())
    }

    /// How many are known.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The width when these tokens mention a macro that swaps.
    pub(super) fn width(&self, tokens: &[String]) -> Option<u8> {
        tokens.iter().filter_map(|t| self.0.get(t)).max().copied()
    }

    /// Adds a macro with this body, when it swaps.
    pub(super) fn learn(&mut self, name: &str, body: &[String]) {
        if let Some(bits) = self.width(body) {
            self.0.insert(name.to_owned(), bits);
        }
    }
}

/// Which entries of an enum are bounds rather than entries. `entries` are names, values and
/// the tokens of initialisers.
///
/// A bound is: a `__` name that counts what stands before it (`__X_MAX`, `__X_AFTER_LAST`);
/// whatever is initialised from such a name (`X_MAX = __X_MAX - 1`, `NUM_X = __X_AFTER_LAST`);
/// and, in enums without any `__` bound, a last name that ends in `_MAX`.
pub(super) fn enum_bounds(entries: &[(&str, i128, &[String])]) -> Vec<bool> {
    let mut bounds = vec![false; entries.len()];
    let mut known: HashSet<&str> = HashSet::new();
    let mut highest: Option<i128> = None;
    for (at, &(name, value, init)) in entries.iter().enumerate() {
        let counts = name.starts_with("__")
            && init.is_empty()
            && highest.is_some_and(|highest| value > highest)
            && counts_by_name(name);
        let refers = init.iter().any(|t| known.contains(t.as_str()));
        if counts || refers {
            bounds[at] = true;
            known.insert(name);
        } else {
            highest = Some(highest.map_or(value, |h| h.max(value)));
        }
    }
    if known.is_empty()
        && let Some((name, value, _)) = entries.last()
        && entries.len() > 1
        && name.ends_with("_MAX")
    {
        let before = entries[..entries.len() - 1].iter().map(|(_, v, _)| *v).max().unwrap_or(0);
        if *value == before || *value == before + 1 {
            bounds[entries.len() - 1] = true;
        }
    }
    bounds
}

/// `__` names that are no bounds are placeholders (`__X_INVALID`) or reserved entries.
fn counts_by_name(name: &str) -> bool {
    const WORDS: &[&str] = &["MAX", "LAST", "NUM", "CNT", "COUNT", "END", "NBITS", "SIZE", "N"];
    let mut words = name.split('_').filter(|w| !w.is_empty());
    words.any(|w| WORDS.contains(&w) || w.ends_with("MAX"))
}

/// Whether a macro is a bound: it is named as one and computed from a bound.
pub(super) fn macro_bound(name: &str, body: &[String], bounds: &HashSet<String>) -> bool {
    name.contains("MAX") && body.iter().any(|t| bounds.contains(t))
}
