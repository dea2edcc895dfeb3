//! The C enum behind a set of YNL's that does not say its prefix.
//!
//! Upstream's netfilter specifications give attributes neither `name-prefix` nor `c-name`. The
//! enum is still to be found: it is the one in which most attributes, in upper case behind one
//! common prefix, are constants, most of them with the number that they have here. With it the
//! other numbers can be compared, and their kernels are known.

use super::Lower;
use super::constants::{common_prefix, literal};
use crate::ir::names;
use crate::schema::ast::{AttrSet, Form};
use std::collections::BTreeSet;

impl Lower<'_> {
    /// The prefix of a set's attributes when it can be found in one way only. `stated`: the one
    /// that YNL's rule makes.
    pub(super) fn guessed_prefix(&self, set: &AttrSet, stated: &str) -> Option<String> {
        let own = set.form == Form::Ynl && set.prefix.is_none() && set.subset_of.is_none();
        let mut numbers = Vec::new();
        let mut next = 1;
        for attr in &set.attrs {
            next = attr.value.as_ref().and_then(|v| literal(v)).unwrap_or(next);
            numbers.push((names::c_name("", &attr.name), next));
            next += 1;
        }
        // A single attribute says too little.
        if !own
            || numbers.len() < 2
            || numbers.iter().any(|(name, _)| self.facts.constants.contains_key(&format!("{stated}{name}")))
        {
            return None;
        }
        let mut prefixes = BTreeSet::new();
        for found in &self.facts.enums {
            let entries: Vec<String> =
                found.entries.iter().filter(|e| !e.starts_with("__")).cloned().collect();
            prefixes.insert(common_prefix(&entries));
            let behind = |entry: &String, name: &str| {
                entry.strip_suffix(name).filter(|head| head.ends_with('_')).map(str::to_owned)
            };
            prefixes.extend(entries.iter().flat_map(|e| numbers.iter().filter_map(|(n, _)| behind(e, n))));
        }
        // Two thirds must be constants, and one of them must have its number.
        let score = |prefix: &String| {
            let facts = numbers
                .iter()
                .filter_map(|(name, n)| Some((self.facts.int(&format!("{prefix}{name}"))?, *n)));
            let (known, agreeing) =
                facts.fold((0, 0), |(known, same), (fact, n)| (known + 1, same + usize::from(fact == n)));
            (known >= 2 && known * 3 >= numbers.len() * 2 && agreeing > 0).then_some((agreeing, known))
        };
        let mut scored: Vec<_> = prefixes.iter().filter_map(|p| Some((score(p)?, p))).collect();
        scored.sort();
        match &*scored {
            [.., (second, _), (first, _)] if first == second => None,
            [.., (_, prefix)] => Some((*prefix).clone()),
            [] => None,
        }
    }
}
