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
        tokens
            if !balanced(tokens)
                || tokens.iter().any(|t| ["{", "}", ";", "#", "##"].contains(&t.as_str())) =>
        {
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

/// One enumerator: name, value, and the tokens of its initialiser.
pub(super) type Entry<'a> = (&'a str, i128, &'a [String]);

/// Which entries of an enum are bounds rather than entries.
///
/// A bound is: a `__` name that counts what stands before it (`__X_MAX`, `__X_AFTER_LAST`),
/// or any name that does (`NUM_X`, `__X` followed by `X_MAX = __X - 1`); what is named as a
/// bound and initialised from one, or from the last entry (`X_LAST = X_C`); and, where there
/// is no such name, a last entry that ends in `_MAX` or the like.
pub(super) fn enum_bounds(entries: &[Entry<'_>]) -> Vec<bool> {
    let mut bounds = vec![false; entries.len()];
    let mut known: HashSet<&str> = HashSet::new();
    let mut highest: Option<i128> = None;
    for (at, &(name, value, init)) in entries.iter().enumerate() {
        let counts = init.is_empty()
            && highest.is_some_and(|highest| value > highest)
            && (name.starts_with("__") && says_bound(name)
                || name.starts_with("NUM_")
                || entries.get(at + 1).is_some_and(|next| is_less_one(next, name)));
        let always = name.starts_with("__") && (name.ends_with("_MAX") || name.ends_with("_MAX_BIT"));
        let refers = says_bound(name) && init.iter().any(|t| known.contains(t.as_str()));
        let last = says_bound(name)
            && highest == Some(value)
            && matches!(init, [one] if entries[..at].iter().any(|(other, ..)| other == one));
        if counts || always || refers || last {
            bounds[at] = true;
            known.insert(name);
        } else {
            highest = Some(highest.map_or(value, |h| h.max(value)));
        }
    }
    if known.is_empty()
        && let Some(at) = entries.iter().rposition(|(_, _, init)| init.is_empty())
        && at > 0
        && ends_as_bound(entries[at].0)
    {
        let before = entries[..at].iter().map(|(_, v, _)| *v).max();
        bounds[at] = before.is_some_and(|before| entries[at].1 == before + 1);
    }
    // The same, written with a number.
    if known.is_empty()
        && let [before @ .., (name, value, _)] = entries
        && name.ends_with("_MAX")
        && before.iter().map(|(_, v, _)| *v).max().is_some_and(|max| *value == max || *value == max + 1)
    {
        bounds[before.len()] = true;
    }
    bounds
}

/// `X_MAX = NAME - 1`, perhaps in parentheses.
fn is_less_one(entry: &Entry<'_>, name: &str) -> bool {
    let mut tokens = entry.2.iter().map(String::as_str).filter(|t| !["(", ")"].contains(t));
    says_bound(entry.0)
        && [Some(name), Some("-"), Some("1"), None].into_iter().all(|want| tokens.next() == want)
}

/// Whether a word of the name says that it bounds or counts. Other `__` names are
/// placeholders (`__X_INVALID`) or reserved entries.
fn says_bound(name: &str) -> bool {
    const WORDS: &[&str] = &["LAST", "NUM", "CNT", "COUNT", "END", "NBITS", "SIZE", "N"];
    let mut words = name.split('_').filter(|w| !w.is_empty());
    words.any(|w| WORDS.contains(&w) || w.ends_with("MAX"))
}

fn ends_as_bound(name: &str) -> bool {
    ["_MAX", "_CNT", "_COUNT", "_NUMHOOKS", "_NUMPROTO"].iter().any(|end| name.ends_with(end))
}

/// Whether a macro is a bound: it is named as one and computed from a bound.
pub(super) fn macro_bound(name: &str, body: &[String], bounds: &HashSet<&str>) -> bool {
    name.contains("MAX") && body.iter().any(|t| bounds.contains(t.as_str()))
}
