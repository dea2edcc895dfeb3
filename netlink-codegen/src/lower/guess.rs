//! The C constants behind names of YNL's that do not say their prefix.
//!
//! Upstream's netfilter specifications give attributes neither `name-prefix` nor `c-name`, and many
//! definitions are written the same way. The constants are still to be found: those in which most
//! names, in upper case behind one common prefix, have the numbers that they have here. With them the
//! other numbers can be compared, and their kernels are known.

use super::Lower;
use super::constants::literal;
use crate::headers::facts::{Store, Value};
use crate::ir::names;
use crate::schema::ast::{AttrSet, DefKind, Definition, Form};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What constants end in.
#[derive(Default)]
pub(super) struct Endings<'a> {
    /// Constants by what stands after each of their underscores.
    by_ending: HashMap<&'a str, Vec<&'a str>>,
    /// Headers with constants that sets of a file were found in by themselves.
    home: HashMap<usize, HashSet<&'a str>>,
}

impl<'a> Endings<'a> {
    fn of(facts: &'a Store) -> Self {
        let mut by_ending: HashMap<&str, Vec<&str>> = HashMap::new();
        let named = facts.constants.values().filter(|c| !c.name.starts_with("__"));
        for constant in named.filter(|c| !matches!(c.value.newest(), Some(Value::Str(_) | Value::Text(_)))) {
            for (at, _) in constant.name.match_indices('_') {
                by_ending.entry(&constant.name[at + 1..]).or_default().push(&constant.name);
            }
        }
        Endings { by_ending, home: HashMap::new() }
    }
}

/// Names with their numbers, and words that may stand in their prefix.
struct Wanted {
    numbers: Vec<(String, i128)>,
    words: String,
}

/// How well a prefix fits, the better the greater: names whose numbers agree, names that are constants,
/// whether they are of a header that other sets are of, words of the set that are in the prefix.
type Score = (usize, usize, bool, usize);

impl<'a> Lower<'a> {
    /// The prefix of a set's attributes when it can be found in one way only. `stated`: the one
    /// that YNL's rule makes.
    pub(super) fn guessed_prefix(&mut self, file: usize, set: &AttrSet, stated: &str) -> Option<String> {
        if set.form != Form::Ynl || set.prefix.is_some() || set.subset_of.is_some() {
            return None;
        }
        let wanted = wanted_attrs(set);
        if wanted.numbers.iter().any(|(name, _)| self.known(stated, name)) {
            return None;
        }
        self.at_home(file);
        let facts = self.facts;
        let endings = self.endings.get_or_insert_with(|| Endings::of(facts));
        best(facts, endings, &wanted, Some(file), loose)
    }

    /// Finds out which headers a file is about: those of its sets' constants.
    fn at_home(&mut self, file: usize) {
        let (files, facts) = (self.files, self.facts);
        if self.endings.as_ref().is_some_and(|endings| endings.home.contains_key(&file)) {
            return;
        }
        let mut home = HashSet::new();
        for (ix, set) in files[file].sets.iter().enumerate() {
            let wanted = wanted_attrs(set);
            let stated = self.set_prefix((file, ix));
            let endings = self.endings.get_or_insert_with(|| Endings::of(facts));
            let guessed = || best(facts, endings, &wanted, None, loose);
            let known = |prefix: &str| {
                let mut names = wanted.numbers.iter().map(|(name, _)| format!("{prefix}{name}"));
                names.find_map(|name| facts.constants.get(&name))
            };
            let constant = known(&stated).or_else(|| known(&guessed().filter(|_| set.prefix.is_none())?));
            home.extend(constant.map(|constant| constant.header.as_str()));
        }
        let endings = self.endings.get_or_insert_with(|| Endings::of(facts));
        endings.home.insert(file, home);
    }

    /// The prefix of a definition's entries, found in the same way. Where the numbers of enum
    /// entries differ from those of a similar enum, it is another enum.
    pub(super) fn guessed_entries(&mut self, file: usize, def: &Definition) -> Option<String> {
        let mut numbers = Vec::new();
        let mut next = def.value_start.as_ref().and_then(|v| literal(v)).unwrap_or(0);
        for entry in &def.entries {
            next = entry.value.as_ref().and_then(|v| literal(v)).unwrap_or(next);
            let mask = def.kind == DefKind::Flags && (0..64).contains(&next);
            numbers.push((names::c_name("", &entry.name), if mask { 1 << next } else { next }));
            next += 1;
        }
        let wanted = Wanted { numbers, words: def.name.to_ascii_uppercase() };
        self.at_home(file);
        let facts = self.facts;
        let endings = self.endings.get_or_insert_with(|| Endings::of(facts));
        best(facts, endings, &wanted, Some(file), strict)
    }

    /// The prefix of a file's operations.
    pub(super) fn guessed_operations(&mut self, file: usize) -> Option<String> {
        let ops = &self.files[file].operations.list;
        let numbers = ops.iter().filter_map(|op| {
            let value = op.value.as_ref().or(op.request.value.as_ref()).or(op.reply.value.as_ref())?;
            Some((names::c_name("", &op.name), self.compared(file, literal(value)?)))
        });
        let wanted = Wanted { numbers: numbers.collect(), words: String::new() };
        let facts = self.facts;
        let endings = self.endings.get_or_insert_with(|| Endings::of(facts));
        best(facts, endings, &wanted, Some(file), strict)
    }

    /// Whether a header has this name behind this prefix.
    pub(super) fn known(&self, prefix: &str, name: &str) -> bool {
        self.facts.constants.contains_key(&format!("{prefix}{name}"))
    }
}

fn wanted_attrs(set: &AttrSet) -> Wanted {
    let mut numbers = Vec::new();
    let mut next = 1;
    for attr in &set.attrs {
        next = attr.value.as_ref().and_then(|v| literal(v)).unwrap_or(next);
        numbers.push((names::c_name("", &attr.name), next));
        next += 1;
    }
    Wanted { numbers, words: set.name.to_ascii_uppercase() }
}

/// More than half must be constants, and one of them must have its number: the others may be mistakes.
/// Few say too little, unless they are of a header that the file is about; and a single one, unless it
/// is called like the set, too.
fn loose(score: Score, count: usize) -> bool {
    let (agreeing, known, home, words) = score;
    let few = if home { known >= 2 || (count == 1 && words > 0) } else { known >= 3 };
    known * 2 > count && agreeing > 0 && few
}

/// The same, and all of them must have their numbers.
fn strict(score: Score, count: usize) -> bool {
    let (agreeing, known, home, _) = score;
    known * 2 > count && known >= if home { 2 } else { 4 } && agreeing == known
}

/// The best prefix, when it is alone the best.
fn best(
    facts: &Store,
    endings: &Endings<'_>,
    wanted: &Wanted,
    file: Option<usize>,
    enough: fn(Score, usize) -> bool,
) -> Option<String> {
    let mut prefixes: BTreeSet<&str> = BTreeSet::new();
    for (name, _) in &wanted.numbers {
        let constants = endings.by_ending.get(name.as_str()).into_iter().flatten();
        prefixes.extend(constants.map(|c| &c[..c.len() - name.len()]));
    }
    let home = file.and_then(|file| endings.home.get(&file));
    let words: Vec<&str> = wanted.words.split(['-', '_', ' ']).filter(|w| w.len() > 1).collect();
    let score = |prefix: &str| -> Score {
        let (mut agreeing, mut known, mut at_home) = (0, 0, false);
        for (name, number) in &wanted.numbers {
            let c_name = format!("{prefix}{name}");
            let Some(fact) = facts.int(&c_name) else { continue };
            known += 1;
            agreeing += usize::from(fact == *number);
            let header = facts.constants.get(&c_name).map(|c| c.header.as_str());
            at_home |= header.is_some_and(|header| home.is_some_and(|home| home.contains(header)));
        }
        let first = wanted.numbers.first().map_or("", |(name, _)| name);
        let mut parts: Vec<&str> = prefix.split('_').chain(first.split('_')).collect();
        parts.retain(|part| words.contains(part));
        parts.sort_unstable();
        parts.dedup();
        let named = parts.len();
        (agreeing, known, at_home, named)
    };
    let mut scored: Vec<(Score, &str)> = prefixes.iter().map(|prefix| (score(prefix), *prefix)).collect();
    scored.retain(|(score, _)| enough(*score, wanted.numbers.len()));
    scored.sort();
    match &*scored {
        [.., (second, _), (first, _)] if first == second => None,
        [.., (_, prefix)] => Some((*prefix).to_owned()),
        [] => None,
    }
}
