//! What a running kernel accepts, by the names that headers have for it.

use super::{Parts, Policy, Scaffold, Set};
use crate::headers::facts::{Constant, Store, Value};
use crate::headers::sources;
use crate::policy::Table;
use crate::verify::Accepted;
use netlink_runtime::genl::{Policies, PolicySet};
use std::collections::{BTreeMap, BTreeSet};

/// One attribute of a running kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its C name, if a header has one.
    pub c_name: Option<String>,
    /// Its number.
    pub number: u16,
    /// What the kernel accepts.
    pub accepted: Accepted,
    /// What a scaffold without the running kernel says; empty if no header has it.
    pub guess: String,
}

/// The header with the attributes of a generic netlink family.
pub fn header_of(family: &str, facts: &Store) -> Option<String> {
    let text = |value: &Value| matches!(value, Value::Str(text) if text == family);
    let is_name = |c: &&Constant| c.name.contains("NAME") && c.value.newest().is_some_and(text);
    let Some(name) = facts.constants.values().find(is_name) else {
        // Else by a prefix of constants that is the name.
        let prefix = format!("{}_", family.to_ascii_uppercase());
        let named = facts.constants.values().find(|constant| constant.name.starts_with(&prefix));
        return named.map(|constant| constant.header.clone());
    };
    let header = &name.header;
    if !Parts::of(std::slice::from_ref(header), facts).sets.is_empty() {
        return Some(header.clone());
    }
    // Another header of the family, with the last word of the macro in its own name.
    let listed = sources::listed();
    let families = sources::families_of(&listed, header);
    let word =
        name.name.trim_end_matches("_NAME").rsplit('_').next().unwrap_or_default().to_ascii_lowercase();
    let other = facts.headers.iter().find(|other| {
        let file = other.rsplit('/').next().unwrap_or_default().replace('_', "");
        file.contains(&word) && sources::families_of(&listed, other).iter().any(|f| families.contains(f))
    });
    Some(other.unwrap_or(header).clone())
}

/// The attributes of a family's policies, named by a header's enums, with guesses beside them.
pub fn seen(policies: &Policies, header: Option<&str>, facts: &Store, tables: &[Table]) -> Vec<Seen> {
    let headers: Vec<String> = header.into_iter().map(str::to_owned).collect();
    let parts = Parts::of(&headers, facts);
    let none = BTreeMap::new();
    let policy = Policy::new(facts, tables, &none, &parts);
    let mut out: Vec<Seen> = Vec::new();
    let mut known = BTreeSet::new();
    // Many operations have the same attributes.
    for accepted in policies.sets.values() {
        let set = set_of(accepted, &parts, facts, &policy);
        for (number, accepted) in accepted {
            let accepted = Accepted::of_live(accepted);
            let attr = set.and_then(|set| Some((set, named(set, *number, facts)?)));
            if !known.insert((attr.map(|(_, attr)| &attr.c_name), *number)) {
                continue;
            }
            let guess = attr.map_or_else(String::new, |(set, attr)| policy.guess(set, attr).words());
            let c_name = attr.map(|(_, attr)| attr.c_name.clone());
            out.push(Seen { c_name, number: *number, accepted, guess });
        }
    }
    out
}

impl Scaffold<'_> {
    /// The name of the family, when a header has it.
    pub fn family(&self) -> Option<&str> {
        let parts = Parts::of(&self.headers, self.facts);
        self.facts.string(parts.name.as_deref()?)
    }

    /// Adds what a running kernel accepts; tables of the source stay in force where both know.
    pub fn with_live(mut self, policies: &Policies) -> Self {
        let parts = Parts::of(&self.headers, self.facts);
        let none = BTreeMap::new();
        let policy = Policy::new(self.facts, self.tables, &none, &parts);
        for accepted in policies.sets.values() {
            let Some(set) = set_of(accepted, &parts, self.facts, &policy) else { continue };
            for (number, accepted) in accepted {
                if let Some(attr) = named(set, *number, self.facts) {
                    self.live.entry(attr.c_name.clone()).or_insert_with(|| Accepted::of_live(accepted));
                }
            }
        }
        self
    }
}

/// The set that has all numbers of a policy, and whose policies in the source are most like it; of several,
/// the first one.
fn set_of<'p>(live: &PolicySet, parts: &'p Parts, facts: &Store, policy: &Policy<'_>) -> Option<&'p Set> {
    let like = |set: &Set| -> Option<usize> {
        let attrs = live.iter().map(|(number, live)| {
            Some(policy.likeness(&named(set, *number, facts)?.c_name, &Accepted::of_live(live)))
        });
        attrs.sum()
    };
    let scored = parts.sets.iter().filter_map(|set| Some((set, like(set)?)));
    // The first of those that are equally like it.
    scored.rev().max_by_key(|(_, score)| *score).map(|(set, _)| set)
}

fn named<'s>(set: &'s Set, number: u16, facts: &Store) -> Option<&'s super::parts::Name> {
    set.attrs.iter().find(|attr| facts.int(&attr.c_name) == Some(number.into()))
}
