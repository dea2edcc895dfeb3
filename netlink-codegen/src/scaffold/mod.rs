//! A schema to begin with: what headers and policies tell of a family, as YAML.
//!
//! Lines that need a look end in `# CHECK: …`; the others are as a finished schema has them, but for `doc`s.
//! What is known comes from facts (names, numbers), policies (types, limits) and tables of operations;
//! what is guessed comes from names.

mod guess;
mod live;
mod parts;

pub use guess::{Guess, Policy};
pub use live::{Seen, header_of, seen};
pub use parts::{Messages, Name, Parts, Set};

use crate::headers::facts::Store;
use crate::headers::sources;
use crate::ir::names;
use crate::policy::Table;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a scaffold is made of.
#[derive(Clone, Debug)]
pub struct Scaffold<'f> {
    /// Headers of the family, the one that defines it first.
    pub headers: Vec<String>,
    /// Facts.
    pub facts: &'f Store,
    /// Policies and operations of the kernel's source; there may be none.
    pub tables: &'f [Table],
    /// What a running kernel says it accepts, by C name.
    pub live: BTreeMap<String, crate::verify::Accepted>,
}

impl Scaffold<'_> {
    /// The schema. An error: nothing is known of a header.
    pub fn yaml(&self) -> Result<String, String> {
        for header in &self.headers {
            if !self.facts.headers.contains(header) {
                return Err(format!("there are no facts about {header}"));
            }
        }
        let parts = Parts::of(&self.headers, self.facts);
        let policy = Policy::new(self.facts, self.tables, &self.live, &parts);
        let mut out = String::from("# SPDX-License-Identifier: MIT OR Apache-2.0\n");
        self.head(&parts, &mut out);
        self.operations(&parts, &policy, &mut out);
        groups(&parts, &mut out);
        if !parts.macros.is_empty() {
            let _ = writeln!(
                out,
                "\n{}",
                check("definitions: {}", &format!("names for values? {}", parts.macros.join(" ")))
            );
        }
        sets(&parts, &policy, &mut out);
        Ok(out)
    }

    fn head(&self, parts: &Parts, out: &mut String) {
        let listed = sources::listed();
        let header = self.headers.first().map_or("", String::as_str);
        let family = sources::families_of(&listed, header).first().map(|name| (*name).to_owned());
        let stem = || header.rsplit('/').next().unwrap_or(header).trim_end_matches(".h").replace('_', "-");
        let _ = writeln!(out, "name: {}", family.unwrap_or_else(stem));
        let _ = writeln!(out, "uapi-header: {header}");
        match (&parts.name, &parts.version) {
            (Some(name), Some(version)) => {
                let _ = writeln!(out, "c-family-name: {name}\nc-version-name: {version}");
            }
            (Some(name), None) => {
                let _ = writeln!(out, "c-family-name: {name}\n{}", check("version: 1", "no header has it"));
            }
            (None, _) if parts.commands.is_empty() => {}
            (None, _) => {
                let _ = writeln!(out, "{}", check("version: 1", "no header has it, nor the name"));
            }
        }
    }

    fn operations(&self, parts: &Parts, policy: &Policy<'_>, out: &mut String) {
        let (Some(first), Some(set)) = (parts.commands.first(), parts.sets.first()) else { return };
        let prefix = &first.prefix;
        let _ =
            writeln!(out, "\noperations:\n  name-prefix: {prefix}\n  attribute-set: {}\n  list:", set.name);
        for command in &parts.commands {
            for c_name in &command.entries {
                let own = command.prefix == *prefix;
                // An enum that continues another's numbers keeps a name of its own.
                let key = names::schema_name(if own { prefix } else { "" }, c_name);
                let key = if own { key } else { key.replace("-cmd-", "-") };
                let name = if own { String::new() } else { format!("c-name: {c_name}, ") };
                let (modes, doubt) = match policy.operation(c_name) {
                    Some((false, _)) => ("dump", ""),
                    Some((true, false)) => ("do", "what it needs, whether it answers"),
                    Some((true, true)) => ("do dump", "what it needs, which number replies have"),
                    None if c_name.contains("_GET") => ("do dump", "no table of operations has it"),
                    None => ("event", "no table of operations has it: an event, a reply, or nothing"),
                };
                let line = format!("    {key}: {{{name}modes: {modes}}}");
                let _ = writeln!(out, "{}", if doubt.is_empty() { line } else { check(&line, doubt) });
            }
        }
        for event in &parts.events {
            let word = names::schema_name("", event.prefix.trim_end_matches('_'));
            let word = word.rsplit('-').next().unwrap_or_default().to_owned();
            let group =
                parts.groups.iter().find(|(name, c_name)| **name == word || c_name.contains(&event.prefix));
            for c_name in &event.entries {
                let key = names::schema_name(&event.prefix, c_name);
                let line =
                    |group: &str| format!("    {word}-{key}: {{c-name: {c_name}, modes: event{group}}}");
                let line = match group {
                    Some((name, _)) => line(&format!(", mcgrp: {name}")),
                    None => check(&line(""), "its group"),
                };
                let _ = writeln!(out, "{line}");
            }
        }
    }
}

fn groups(parts: &Parts, out: &mut String) {
    if !parts.groups.is_empty() {
        out.push_str("\nmcast-groups:\n  list:\n");
        for (name, c_name) in &parts.groups {
            let _ = writeln!(out, "    {name}: {{c-name: {c_name}}}");
        }
    }
}

fn sets(parts: &Parts, policy: &Policy<'_>, out: &mut String) {
    if !parts.sets.is_empty() {
        out.push_str("\nattribute-sets:\n");
    }
    for (ix, set) in parts.sets.iter().enumerate() {
        let gap = if ix > 0 { "\n" } else { "" };
        let _ = writeln!(out, "{gap}  {}:\n    name-prefix: {}\n    attributes:", set.name, set.prefix);
        let mut subsets = Vec::new();
        for attr in &set.attrs {
            let guess = policy.guess(set, attr);
            if guess.ty == format!("nest {}", attr.key) && parts.set(&attr.key).is_none() {
                subsets.push(attr.key.as_str());
            }
            let _ = writeln!(out, "{}", guess.line(set, attr));
        }
        for subset in &subsets {
            let members: Vec<&str> = set.below(subset, &subsets);
            let attributes = format!("    attributes: [{}]", members.join(", "));
            let attributes = check(&attributes, "which of them, with what types, how often");
            let _ = writeln!(out, "\n  {subset}:\n    subset-of: {}\n{attributes}", set.name);
        }
    }
}

fn check(line: &str, why: &str) -> String {
    format!("{line}  # CHECK: {why}")
}
