//! How much of what headers define the schemas describe.
//!
//! The unit is the C enum that holds attributes. A set is bound to the enum that holds its
//! constants, and an enum is covered when each of its *values* is an attribute of some set:
//! by value, because enums hold several names for one number. Enums that no schema binds,
//! and values that schemas leave out on purpose, stand in a list with reasons
//! (`schemas/coverage.txt`).

use crate::headers::facts::Store;
use crate::headers::sources::{self, Listed};
use crate::ir::{Model, Type};
use std::collections::BTreeMap;

/// The reason that lists are made with: it goes as soon as some schema binds the enum.
pub const NO_SCHEMA: &str = "no schema yet";

/// Enums and values that schemas leave out, with reasons.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// First constants of enums that hold attributes and have no schema, or hold none.
    enums: BTreeMap<String, Exception>,
    /// Constants of bound enums.
    values: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
struct Exception {
    attributes: bool,
    reason: String,
}

/// What is known about one value of an attribute enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Some set has it, with a type.
    Typed,
    /// Some set has it, as bytes.
    Opaque,
    /// It is left out with a reason.
    Excused,
    /// No set has it.
    Missing,
}

/// An attribute enum.
#[derive(Clone, Debug)]
pub struct EnumCoverage {
    /// Its tag, or its first constant.
    pub name: String,
    /// The header.
    pub header: String,
    /// Families: those of the sets bound to it, else those that use its header.
    pub families: Vec<String>,
    /// Sets bound to it, as `file/set`.
    pub sets: Vec<String>,
    /// Its values: number, first C name, state.
    pub values: Vec<(i128, String, State)>,
    /// Why no schema binds it, or only some of it.
    pub reason: Option<String>,
}

/// The whole picture.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Enums that hold attributes, in the order of headers.
    pub enums: Vec<EnumCoverage>,
    /// Enums that look like attributes and are neither bound nor listed: their first constants.
    pub unknown: Vec<String>,
    /// Lines of the list that no longer say anything: bound or gone.
    pub stale: Vec<String>,
}

impl Exceptions {
    /// The list that ships with the schemas.
    pub fn shipped() -> Result<Self, String> {
        Self::parse(netlink_schemas::COVERAGE)
    }

    /// Reads a list: `later CONSTANT reason` for an attribute enum without (all of) a schema, `not
    /// CONSTANT reason` for an enum of something else, `skip CONSTANT reason` for a value.
    /// The constant of an enum is its first one that is not 0.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut list = Self::default();
        for (ix, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.splitn(3, char::is_whitespace);
            let (Some(kind), Some(constant), Some(reason)) = (words.next(), words.next(), words.next())
            else {
                return Err(format!("line {}: expected `later|not|skip CONSTANT reason`", ix + 1));
            };
            let (constant, reason) = (constant.to_owned(), reason.trim().to_owned());
            match kind {
                "later" => drop(list.enums.insert(constant, Exception { attributes: true, reason })),
                "not" => drop(list.enums.insert(constant, Exception { attributes: false, reason })),
                "skip" => drop(list.values.insert(constant, reason)),
                _ => return Err(format!("line {}: `{kind}` is none of `later`, `not`, `skip`", ix + 1)),
            }
        }
        Ok(list)
    }
}

impl EnumCoverage {
    /// How many values are in this state.
    pub fn count(&self, state: State) -> usize {
        self.values.iter().filter(|(_, _, s)| *s == state).count()
    }
}

/// Measures a model against facts.
pub fn measure(model: &Model, facts: &Store, exceptions: &Exceptions) -> Coverage {
    let listed = sources::listed();
    let mut bound: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (ix, set) in model.sets.iter().enumerate() {
        for c_enum in &set.c_enums {
            bound.entry(*c_enum).or_default().push(ix);
        }
    }
    let mut coverage = Coverage::default();
    let mut used = Vec::new();
    for (ix, found) in facts.enums.iter().enumerate() {
        let values = values(facts, ix);
        let Some((_, first)) = values.iter().find(|(n, _)| **n != 0).map(|(n, c)| (n, c[0].clone())) else {
            continue;
        };
        let row = |families, sets, values, reason| EnumCoverage {
            name: found.tag.clone().unwrap_or_else(|| first.clone()),
            header: found.header.clone(),
            families,
            sets,
            values,
            reason,
        };
        if let Some(sets) = bound.get(&ix) {
            let states = values
                .iter()
                .filter_map(|(n, names)| {
                    let state = state(model, sets, *n, names, exceptions, &mut used)?;
                    Some((*n, names[0].clone(), state))
                })
                .collect();
            let mut families: Vec<String> =
                sets.iter().map(|s| model.families[model.sets[*s].family.0 as usize].name.clone()).collect();
            families.sort();
            families.dedup();
            let mut names: Vec<String> = sets.iter().map(|s| set_name(model, *s)).collect();
            names.sort();
            let row = row(families, names, states, None);
            // Some families borrow a few attributes of another one's enum.
            let reason = exceptions.enums.get(&first).map(|e| e.reason.clone());
            let reason = reason.filter(|r| r != NO_SCHEMA && row.count(State::Missing) > 0);
            if reason.is_some() {
                used.push(first);
            }
            coverage.enums.push(EnumCoverage { reason, ..row });
            continue;
        }
        match exceptions.enums.get(&first) {
            Some(exception) => {
                used.push(first.clone());
                if exception.attributes {
                    let families = families_of(&listed, &found.header);
                    let values = values.iter().filter(|(n, _)| **n != 0);
                    let values = values.map(|(n, c)| (*n, c[0].clone(), State::Missing)).collect();
                    coverage.enums.push(row(families, Vec::new(), values, Some(exception.reason.clone())));
                }
            }
            None if looks_like_attributes(facts, ix) && !families_of(&listed, &found.header).is_empty() => {
                coverage.unknown.push(first);
            }
            None => {}
        }
    }
    let known = exceptions.enums.keys().chain(exceptions.values.keys());
    coverage.stale = known.filter(|k| !used.contains(k)).cloned().collect();
    coverage
}

fn families_of(listed: &[Listed], header: &str) -> Vec<String> {
    sources::families_of(listed, header).into_iter().map(str::to_owned).collect()
}

fn set_name(model: &Model, ix: usize) -> String {
    let set = &model.sets[ix];
    format!("{}/{}", model.families[set.family.0 as usize].name, set.name)
}

/// Values of an enum with their names, bounds left out.
fn values(facts: &Store, ix: usize) -> BTreeMap<i128, Vec<String>> {
    let mut values: BTreeMap<i128, Vec<String>> = BTreeMap::new();
    let Some(found) = facts.enums.get(ix) else { return values };
    for name in &found.entries {
        let bound = facts.constants.get(name).is_none_or(|c| c.sentinel || c.name.starts_with("__"));
        if !bound && let Some(value) = facts.int(name) {
            values.entry(value).or_default().push(name.clone());
        }
    }
    values
}

/// `None` for a zero that no set uses: it is every enum's "unspecified".
fn state(
    model: &Model,
    sets: &[usize],
    number: i128,
    names: &[String],
    exceptions: &Exceptions,
    used: &mut Vec<String>,
) -> Option<State> {
    let mut found = None;
    for attr in sets.iter().flat_map(|s| &model.sets[*s].attrs) {
        // A set bound to two enums may use the number for the other one.
        if i128::from(attr.number) == number && names.contains(&attr.c_name) {
            match attr.ty {
                Type::Binary => found = found.or(Some(State::Opaque)),
                _ => return Some(State::Typed),
            }
        }
    }
    if found.is_some() {
        return found;
    }
    if let Some(name) = names.iter().find(|n| exceptions.values.contains_key(*n)) {
        used.push(name.clone());
        return Some(State::Excused);
    }
    (number != 0).then_some(State::Missing)
}

/// An enum with an "unspecified" zero and a bound at its end, as attribute enums have.
fn looks_like_attributes(facts: &Store, ix: usize) -> bool {
    let Some(found) = facts.enums.get(ix) else { return false };
    let is = |name: &String, test: &dyn Fn(&crate::headers::facts::Constant) -> bool| {
        facts.constants.get(name).is_some_and(test)
    };
    let zero = found.entries.iter().any(|name| {
        (name.ends_with("_UNSPEC") || name.ends_with("_UNSPECIFIED")) && facts.int(name) == Some(0)
    });
    zero && found.entries.iter().any(|name| is(name, &|c| c.sentinel))
}
