//! What a header's enums and macros are for.

use crate::headers::facts::{Constant, Home, Store, Value};
use crate::ir::names;
use crate::lower::common_prefix;
use std::collections::BTreeSet;

/// A header's constants by their uses.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The macro with the family's name.
    pub name: Option<String>,
    /// The macro with its version.
    pub version: Option<String>,
    /// Enums of commands.
    pub commands: Vec<Messages>,
    /// Enums of events and the like.
    pub events: Vec<Messages>,
    /// Multicast groups: name and macro.
    pub groups: Vec<(String, String)>,
    /// Attribute sets.
    pub sets: Vec<Set>,
    /// Runs of integer macros, as `PREFIX_*`.
    pub macros: Vec<String>,
    /// C enums that name values: their tags.
    pub values: Vec<String>,
    /// Records.
    pub records: Vec<String>,
}

/// An enum of message numbers.
#[derive(Clone, Debug)]
pub struct Messages {
    /// Its prefix.
    pub prefix: String,
    /// Its entries.
    pub entries: Vec<String>,
}

/// An enum of attributes.
#[derive(Clone, Debug)]
pub struct Set {
    /// Name in the schema.
    pub name: String,
    /// Prefix of its constants.
    pub prefix: String,
    /// Its attributes.
    pub attrs: Vec<Name>,
}

/// A constant and its name in the schema.
#[derive(Clone, Debug)]
pub struct Name {
    /// `tz-id`.
    pub key: String,
    /// `THERMAL_GENL_ATTR_TZ_ID`.
    pub c_name: String,
}

impl Set {
    /// Attributes whose names begin with another one's, and with no longer one of `others`.
    pub(super) fn below(&self, head: &str, others: &[&str]) -> Vec<&str> {
        let under = |key: &str, head: &str| key.strip_prefix(head).is_some_and(|rest| rest.starts_with('-'));
        let longer =
            |key: &str| others.iter().any(|other| under(other, head) && (*other == key || under(key, other)));
        let keys = self.attrs.iter().map(|attr| attr.key.as_str());
        keys.filter(|key| under(key, head) && !longer(key)).collect()
    }
}

/// What an enum is.
#[derive(PartialEq)]
enum Use {
    Attributes,
    Commands,
    Events,
    Values,
}

impl Parts {
    /// The set of this name.
    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.iter().find(|set| set.name == name)
    }

    pub(super) fn of(headers: &[String], facts: &Store) -> Self {
        let mut parts = Parts::default();
        for header in headers {
            parts.strings(header, facts);
            parts.integers(header, facts);
            parts.enums(header, facts);
            let records = facts.records.values().filter(|r| r.header == *header);
            parts.records.extend(records.map(|r| r.name.clone()));
        }
        parts.name_sets();
        parts
    }

    fn strings(&mut self, header: &str, facts: &Store) {
        let current = |c: &&Constant| c.header == *header && c.value.gone().is_none();
        for constant in facts.constants.values().filter(current) {
            let Some(Value::Str(text)) = constant.value.newest() else { continue };
            let name = constant.name.as_str();
            if ["GROUP", "_GRP", "MCGRP", "MCAST"].iter().any(|word| name.contains(word)) {
                self.groups.push((text.clone(), name.to_owned()));
            } else if name.contains("NAME") && self.name.is_none() {
                self.name = Some(name.to_owned());
            }
        }
    }

    fn integers(&mut self, header: &str, facts: &Store) {
        let mut runs: Vec<(String, usize)> = Vec::new();
        let mut versions = Vec::new();
        for constant in facts
            .constants
            .values()
            .filter(|c| c.header == *header && c.home == Home::Macro && c.value.gone().is_none())
        {
            let name = constant.name.as_str();
            if constant.sentinel || facts.int(name).is_none() {
                continue;
            }
            if name.ends_with("_VERSION") || name.ends_with("_VER") {
                versions.push(name.to_owned());
                continue;
            }
            let prefix = format!("{}*", &name[..name.rfind('_').map_or(0, |ix| ix + 1)]);
            match runs.last_mut() {
                Some((last, count)) if *last == prefix => *count += 1,
                _ => runs.push((prefix, 1)),
            }
        }
        self.macros.extend(runs.into_iter().filter(|(_, count)| *count > 1).map(|(prefix, _)| prefix));
        if self.version.is_none() {
            let generic = versions.iter().position(|name| name.contains("GENL"));
            self.version = versions.get(generic.unwrap_or(0)).cloned();
        }
    }

    fn enums(&mut self, header: &str, facts: &Store) {
        for found in facts.enums.iter().filter(|e| e.header == *header) {
            let is_bound = |name: &String| facts.constants.get(name).is_none_or(|c| c.sentinel);
            let all: Vec<String> =
                found.entries.iter().filter(|n| !n.starts_with("__") && !is_bound(n)).cloned().collect();
            let prefix = common_prefix(&all);
            let zero = all.first().filter(|name| name.contains("UNSPEC"));
            let entries: Vec<String> = all.iter().filter(|name| Some(*name) != zero).cloned().collect();
            let ended = found.entries.iter().any(is_bound);
            match use_of(&prefix, zero.is_some(), ended) {
                Use::Commands => self.commands.push(Messages { prefix, entries }),
                Use::Events => self.events.push(Messages { prefix, entries }),
                Use::Attributes => {
                    let name = |c_name: String| Name { key: names::schema_name(&prefix, &c_name), c_name };
                    // Of several names for a number, the first one.
                    let mut numbers = BTreeSet::new();
                    let entries = entries.into_iter().filter(|name| numbers.insert(facts.int(name)));
                    let attrs = entries.map(name).collect();
                    self.sets.push(Set { name: String::new(), prefix, attrs });
                }
                Use::Values => self.values.extend(found.tag.clone()),
            }
        }
    }

    /// Names of sets: what the first header's prefixes do not have in common, less the word for attributes.
    fn name_sets(&mut self) {
        let words = |prefix: &str| -> Vec<String> {
            prefix.trim_end_matches('_').split('_').map(str::to_ascii_lowercase).collect()
        };
        let family = self.name.as_deref().or(self.sets.first().map(|set| set.prefix.as_str()));
        let family = family.map(words).unwrap_or_default();
        let mut taken: Vec<String> = Vec::new();
        for set in &mut self.sets {
            let own = words(&set.prefix);
            let common = own.iter().zip(&family).take_while(|(a, b)| a == b).count();
            let rest = &own[common.min(own.len() - 1)..];
            let mut kept: Vec<&str> = rest
                .iter()
                .map(String::as_str)
                .filter(|word| !matches!(*word, "attr" | "a" | "attrs"))
                .collect();
            if kept.is_empty() {
                kept.push("attr");
            }
            let mut name = kept.join("-");
            while taken.contains(&name) {
                name.push_str("-2");
            }
            taken.push(name.clone());
            set.name = name;
        }
    }
}

fn use_of(prefix: &str, zero: bool, ended: bool) -> Use {
    let words: Vec<&str> = prefix.trim_end_matches('_').split('_').collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    if has(&["ATTR", "ATTRS", "A"]) {
        Use::Attributes
    } else if has(&["CMD", "CMDS", "MSG"]) {
        Use::Commands
    } else if has(&["EVENT", "EVENTS", "SAMPLING"]) && ended {
        Use::Events
    } else if zero && ended {
        Use::Attributes
    } else {
        Use::Values
    }
}
