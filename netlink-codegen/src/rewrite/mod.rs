//! A checked family back as a schema: in the short form ([`short`]) or as YNL ([`ynl`]).
//!
//! Both write what the model says, not what a file said: numbers that headers know are left out of
//! the short form, and items of other families are copied into a specification, which YNL wants whole.

mod layout;
mod short;
mod yaml;
mod ynl;

pub use short::short;
pub use ynl::{Exported, ynl};

use crate::headers::facts::Store;
use crate::ir::{Order, Scalar, names};
use crate::report::Diagnostics;
use crate::schema::node::{self, Kind, Node};
use std::collections::{BTreeMap, HashMap};

/// Keys of a specification that have no place in the model, and how often they stand: which attributes
/// an operation carries, what speaks to the kernel's own generators, how tools show values.
pub fn left_out(text: &str) -> BTreeMap<String, usize> {
    const KEYS: &[&str] = &[
        "uapi-header",
        "max-by-define",
        "cmd-max-name",
        "cmd-cnt-name",
        "kernel-policy",
        "kernel-family",
        "header",
        "scope",
        "render-max",
        "enum-cnt-name",
        "attr-cnt-name",
        "attr-max-name",
        "async-prefix",
        "async-enum",
        "flags",
        "dont-validate",
        "config-cond",
        "pre",
        "post",
    ];
    let mut out = Diagnostics::default();
    let source = out.sources.add("", text);
    let mut found = BTreeMap::new();
    let root = node::parse(source, text, &mut out);
    let mut todo: Vec<(String, Node)> = root.map(|node| (String::new(), node)).into_iter().collect();
    while let Some((parent, node)) = todo.pop() {
        match node.kind {
            Kind::Sequence(items) => todo.extend(items.into_iter().map(|item| (parent.clone(), item))),
            Kind::Scalar { .. } => {}
            Kind::Mapping(entries) => {
                let says = |key: &str, word: &str| {
                    let text = entries.iter().find(|(k, _)| k.text == key).map(|(_, v)| &v.kind);
                    matches!(text, Some(Kind::Scalar { text, .. }) if text.text == word)
                };
                if parent == "definitions" && says("type", "const") {
                    *found.entry("definitions of constants".to_owned()).or_default() += 1;
                }
                for (key, value) in entries {
                    let what = match (&*key.text, &value.kind) {
                        ("attributes", _) if matches!(&*parent, "request" | "reply" | "event") => {
                            Some("`attributes` of operations".to_owned())
                        }
                        ("display-hint", Kind::Scalar { text, .. })
                            if matches!(&*text.text, "hex" | "uuid" | "fddi") =>
                        {
                            Some(format!("`display-hint: {}`", text.text))
                        }
                        (known, _) if KEYS.contains(&known) => Some(format!("`{known}`")),
                        _ => None,
                    };
                    if let Some(what) = what {
                        *found.entry(what).or_default() += 1;
                    }
                    todo.push((key.text, value));
                }
            }
        }
    }
    found
}

/// The word for an integer: `be32`.
pub(crate) fn scalar_word(scalar: Scalar) -> String {
    let sign = if scalar.signed { "s" } else { "" };
    match scalar.order {
        Order::Native if scalar.signed => format!("s{}", scalar.bits),
        Order::Native => format!("u{}", scalar.bits),
        Order::Big => format!("{sign}be{}", scalar.bits),
        Order::Little => format!("{sign}le{}", scalar.bits),
        Order::Net => format!("net{}", scalar.bits),
    }
}

/// What stands before most names in their C names.
fn prefix_of<'n>(named: impl Iterator<Item = (&'n str, &'n str)>) -> String {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for (name, c_name) in named {
        if let Some(prefix) = c_name.strip_suffix(&names::c_name("", name)) {
            *count.entry(prefix).or_default() += 1;
        }
    }
    let best = count.into_iter().max_by_key(|(prefix, n)| (*n, std::cmp::Reverse(prefix.len()), *prefix));
    best.map(|(prefix, _)| prefix.to_owned()).unwrap_or_default()
}

/// Whether headers give a constant this number.
fn agrees(facts: &Store, c_name: &str, number: impl Into<i128>) -> bool {
    facts.int(c_name) == Some(number.into())
}

/// The most frequent of several, if there are any.
fn most<T: std::hash::Hash + Ord + Copy>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut count: HashMap<T, usize> = HashMap::new();
    all.for_each(|one| *count.entry(one).or_default() += 1);
    count.into_iter().max_by_key(|(one, n)| (*n, std::cmp::Reverse(*one))).map(|(one, _)| one)
}
