//! Types of attributes, known or guessed.

use super::check;
use super::parts::{Name, Parts, Set};
use crate::headers::facts::Store;
use crate::ir::names;
use crate::policy::{Limit, Row, Table, Values};
use crate::verify::{Accepted, Kind};
use std::collections::BTreeMap;

/// A type, and what is doubtful about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guess {
    /// In a schema's words.
    pub ty: String,
    /// Limits, by key.
    pub checks: Vec<(&'static str, i128)>,
    /// Why it needs a look; empty if it does not.
    pub doubt: String,
}

impl Guess {
    fn sure(ty: impl Into<String>) -> Self {
        Guess { ty: ty.into(), ..Guess::default() }
    }

    fn doubt(self, doubt: impl Into<String>) -> Self {
        Guess { doubt: doubt.into(), ..self }
    }

    fn limits(mut self, limits: [(&'static str, Option<i128>); 2]) -> Self {
        self.checks.extend(limits.into_iter().filter_map(|(key, limit)| Some((key, limit?))));
        self
    }

    /// The type with its limits, in a schema's words.
    pub(super) fn words(&self) -> String {
        let limits = self.checks.iter().map(|(key, limit)| format!(" {key} {limit}"));
        format!("{}{}", self.ty, limits.collect::<String>())
    }

    /// The line of a schema.
    pub(super) fn line(&self, set: &Set, attr: &Name) -> String {
        let mut more = Vec::new();
        if names::c_name(&set.prefix, &attr.key) != attr.c_name {
            more.push(format!("c-name: {}", attr.c_name));
        }
        if !self.checks.is_empty() {
            let checks: Vec<String> =
                self.checks.iter().map(|(key, limit)| format!("{key}: {limit}")).collect();
            more.push(format!("checks: {{{}}}", checks.join(", ")));
        }
        let Name { key, .. } = attr;
        let line = match more.is_empty() {
            true => format!("      {key}: {}", self.ty),
            false => format!("      {key}: {{type: {}, {}}}", self.ty, more.join(", ")),
        };
        if self.doubt.is_empty() { line } else { check(&line, &self.doubt) }
    }
}

/// All that policies tell about the attributes of some headers.
#[derive(Debug)]
pub struct Policy<'f> {
    facts: &'f Store,
    tables: &'f [Table],
    live: &'f BTreeMap<String, Accepted>,
    parts: &'f Parts,
    rows: BTreeMap<&'f str, Vec<(&'f Table, &'f Row)>>,
    /// Rows of files that have any of these attributes, by the last words of their names.
    kin: Vec<&'f Row>,
}

/// Ends of names of integers that count or number something, in the machine's byte order and without sign.
const PLAIN: &[&str] = &[
    "id", "pid", "tgid", "uid", "gid", "portid", "ifindex", "index", "idx", "fd", "count", "num", "len",
    "size", "timeout",
];
/// Ends of names of integers whose values have names.
const NAMED: &[&str] = &[
    "type",
    "mode",
    "state",
    "status",
    "flags",
    "direction",
    "kind",
    "action",
    "reason",
    "proto",
    "protocol",
    "family",
    "operation",
    "class",
    "suite",
    "validate",
    "scope",
    "cmd",
];

impl<'f> Policy<'f> {
    pub(super) fn new(
        facts: &'f Store,
        tables: &'f [Table],
        live: &'f BTreeMap<String, Accepted>,
        parts: &'f Parts,
    ) -> Self {
        let mut rows: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for table in tables {
            for row in &table.rows {
                for name in row.names(facts) {
                    rows.entry(name).or_default().push((table, row));
                }
            }
        }
        let own = parts.sets.iter().flat_map(|set| &set.attrs).filter_map(|a| rows.get(a.c_name.as_str()));
        let files: Vec<&str> = own.flatten().map(|(table, _)| table.file.as_str()).collect();
        let kin = tables.iter().filter(|t| files.contains(&t.file.as_str())).flat_map(|t| &t.rows).collect();
        Policy { facts, tables, live, parts, rows, kin }
    }

    /// Whether a command answers single requests and dumps.
    pub(super) fn operation(&self, c_name: &str) -> Option<(bool, bool)> {
        self.rows.get(c_name)?.iter().find_map(|(_, row)| row.operation())
    }

    /// How much like the source's policies for an attribute this is.
    pub(super) fn likeness(&self, c_name: &str, live: &Accepted) -> usize {
        let rows = self.rows.get(c_name).into_iter().flatten();
        let accepted = rows.map(|(_, row)| Accepted::of_row(row, Values(self.facts)));
        let like = |row: Accepted| usize::from(row.kind == live.kind) + usize::from(row == *live);
        accepted.map(like).max().unwrap_or(0)
    }

    /// The type of an attribute.
    pub fn guess(&self, set: &Set, attr: &Name) -> Guess {
        let concrete = |accepted: &Accepted| !matches!(accepted.kind, Kind::Any | Kind::Refused);
        for (table, row) in self.rows.get(attr.c_name.as_str()).into_iter().flatten() {
            let accepted = Accepted::of_row(row, Values(self.facts));
            if concrete(&accepted) {
                return self.known(set, attr, &accepted, Some((table, row)));
            }
        }
        match self.live.get(&attr.c_name) {
            Some(accepted) if concrete(accepted) => self.known(set, attr, accepted, None),
            _ => self.unknown(set, attr),
        }
    }

    fn known(&self, set: &Set, attr: &Name, accepted: &Accepted, row: Option<(&Table, &Row)>) -> Guess {
        let bare = Accepted { min: None, max: None, mask: None, min_len: None, max_len: None, ..*accepted };
        let lengths = [("min-len", accepted.min_len), ("max-len", accepted.max_len)];
        match accepted.kind {
            Kind::Int { bits, signed, big } => {
                let values = [("min", accepted.min), ("max", accepted.max)];
                let guess = Guess::sure(bare.words()).limits(values);
                if let Some(names) = self.names(&attr.key) {
                    let named = names.map_or(bare.words(), |tag| format!("{} enum {tag}", bare.words()));
                    return Guess { ty: named, ..guess }.doubt("names for its values");
                }
                let plain = PLAIN.contains(&last(&attr.key));
                if bits > 8 && !signed && !big && !plain {
                    return guess.doubt("byte order and sign, which the policy does not say");
                }
                guess
            }
            Kind::VarInt { .. } => {
                Guess::sure(bare.words()).limits([("min", accepted.min), ("max", accepted.max)])
            }
            Kind::Flag | Kind::Msecs => Guess::sure(bare.words()),
            Kind::Text => Guess::sure("string").limits(lengths),
            Kind::Bitfield32 => Guess::sure("bitfield32").doubt("names for its bits"),
            Kind::Nested | Kind::NestedArray => self.nest(set, attr, accepted.kind, row),
            Kind::Bytes => self.bytes(accepted, row.map(|(_, row)| row)),
            Kind::Any | Kind::Refused => self.unknown(set, attr),
        }
    }

    fn bytes(&self, accepted: &Accepted, row: Option<&Row>) -> Guess {
        let limits = [Limit::Exact, Limit::Len, Limit::MaxLen, Limit::MinLen];
        let text = limits.iter().find_map(|limit| row?.limit(*limit)).unwrap_or_default();
        let tag = text.strip_prefix("sizeof(struct:").and_then(|rest| rest.strip_suffix(')'));
        match (text, tag) {
            ("ETH_ALEN" | "MAX_ADDR_LEN", _) => Guess::sure("mac"),
            (_, Some("in6_addr")) => Guess::sure("ip6"),
            (_, Some("in_addr")) => Guess::sure("ip4"),
            ("sizeof_field(struct:iphdr,saddr)" | "sizeof_field(struct:iphdr,daddr)", _) => {
                Guess::sure("ip4")
            }
            (_, Some(tag)) if self.facts.record(tag).is_some() => Guess::sure(format!("struct {tag}")),
            _ => {
                let guess = match (accepted.min_len, accepted.max_len) {
                    (Some(min), Some(max)) if min == max => {
                        Guess { checks: vec![("exact-len", min)], ..Guess::sure("binary") }
                    }
                    (min, max) => Guess::sure("binary").limits([("min-len", min), ("max-len", max)]),
                };
                guess.doubt("what the bytes are")
            }
        }
    }

    fn nest(&self, set: &Set, attr: &Name, kind: Kind, row: Option<(&Table, &Row)>) -> Guess {
        let wrap = if kind == Kind::NestedArray { "indexed " } else { "" };
        if let Some((table, name)) = row.and_then(|(table, row)| Some((table, row.limit(Limit::Nested)?))) {
            let inner = self.tables.iter().filter(|t| t.name == name);
            let inner = inner.clone().find(|t| t.file == table.file).or_else(|| inner.clone().next());
            let names = inner.into_iter().flat_map(|t| &t.rows).flat_map(|row| row.names(self.facts));
            let target = names.into_iter().find_map(|name| {
                self.parts.sets.iter().find(|set| set.attrs.iter().any(|attr| attr.c_name == name))
            });
            if let Some(target) = target {
                return Guess::sure(format!("{wrap}nest {}", target.name));
            }
        }
        if let Some(guess) = self.nest_by_name(set, attr) {
            return guess;
        }
        // Attributes of the same enum, in a subset of the name.
        match set.below(&attr.key, &[]).is_empty() {
            false => Guess::sure(format!("nest {}", attr.key)),
            true => Guess::sure(format!("{wrap}nest {}", set.name)).doubt("which attributes are in it"),
        }
    }

    /// A set whose name is in the attribute's.
    fn nest_by_name(&self, set: &Set, attr: &Name) -> Option<Guess> {
        let (base, list, whole) = match attr.key.rsplit_once('-') {
            Some((base, "list" | "table")) => (base, true, false),
            Some((base, "config" | "info" | "entry" | "attrs")) => (base, false, false),
            _ => (attr.key.as_str(), false, true),
        };
        let own = format!("{}-{base}", set.name);
        let other = |name: &str| self.parts.sets.iter().find(|s| s.name == name && s.name != set.name);
        let ends = || self.parts.sets.iter().find(|s| s.name != set.name && base.ends_with(&s.name));
        let exact = other(base).or_else(|| other(&own));
        let found = exact.or_else(|| ends().filter(|_| !whole))?;
        let wrap = if list { "indexed " } else { "" };
        let guess = Guess::sure(format!("{wrap}nest {}", found.name));
        // Two names that are the same are hardly so by chance.
        Some(if whole { guess } else { guess.doubt("guessed by its name") })
    }

    /// Whether its values have names: those of a C enum of the headers, or none that is known.
    fn names(&self, key: &str) -> Option<Option<&str>> {
        let word = key.replace('-', "_");
        let ends =
            |tag: &&String| tag.ends_with(&word) || tag.ends_with(last(key)) && tag.len() > last(key).len();
        let best = self.parts.values.iter().filter(ends);
        // The longest common end.
        let common =
            |tag: &&String| tag.bytes().rev().zip(word.bytes().rev()).take_while(|(a, b)| a == b).count();
        let tag = best.max_by_key(common).map(String::as_str);
        (tag.is_some() || NAMED.contains(&last(key))).then_some(tag)
    }

    /// The type of an attribute in no policy: what others of its name have.
    fn unknown(&self, set: &Set, attr: &Name) -> Guess {
        let key = attr.key.as_str();
        if last(key) == "pad" {
            return Guess::sure("pad");
        }
        if let Some(guess) = self.nest_by_name(set, attr) {
            return guess;
        }
        if last(key) == "stats"
            && let Some(record) = self.record(&attr.c_name)
        {
            return Guess::sure(format!("struct {record}")).doubt("in no policy");
        }
        let same = |row: &&&Row| {
            row.attr != attr.c_name
                && row.attr.to_ascii_lowercase().replace('_', "-").ends_with(&format!("-{key}"))
        };
        let kin = self.kin.iter().find(same);
        let kin = kin.map(|row| (row, Accepted::of_row(row, Values(self.facts))));
        if let Some((row, accepted)) =
            kin.filter(|(_, accepted)| matches!(accepted.kind, Kind::Int { .. } | Kind::Text))
        {
            let guess = Guess { checks: Vec::new(), ..self.known(set, attr, &accepted, None) };
            // Of a byte there is nothing more to know.
            let sure = guess.doubt.is_empty() && matches!(accepted.kind, Kind::Int { bits: 8, .. });
            return if sure { guess } else { guess.doubt(format!("in no policy; as {}", row.attr)) };
        }
        let ty = match last(key) {
            "name" => "string",
            word if PLAIN.contains(&word) => "u32",
            _ if set.name.contains("stats") => "u64",
            _ => "binary",
        };
        Guess::sure(ty).doubt("in no policy")
    }

    /// The record that a name ends in, or the only one of the header.
    fn record(&self, c_name: &str) -> Option<&str> {
        let name = c_name.to_ascii_lowercase();
        let header = &self.facts.constants.get(c_name)?.header;
        let near = |record: &&String| self.facts.record(record).is_some_and(|r| r.header == *header);
        let records = || self.parts.records.iter().filter(near);
        let named = records().find(|record| name.ends_with(record.as_str()));
        let only = || Some(records().next()?).filter(|_| records().count() == 1);
        named.or_else(only).map(String::as_str)
    }
}

/// The last word of a key.
fn last(key: &str) -> &str {
    key.rsplit('-').next().unwrap_or(key)
}
