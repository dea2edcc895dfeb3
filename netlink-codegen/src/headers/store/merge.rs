//! Many kernels into one store, and back.
//!
//! A store is a function of its kernels alone: [`merge`] takes it apart into kernels
//! ([`only`]), adds one, and puts them together again ([`compose`]). What a store does not
//! keep of an older kernel (the order of its names, the grouping of its enums) is therefore
//! never used: order comes from the newest kernel that has the header, and names that are
//! gone from there stand at the end, sorted. So the order of insertion does not matter.
//!
//! One exception is accepted: a name that is gone joins the enum where its companions are
//! now. Where those were split over several enums or headers since, or were macros for a
//! while, a store built in another order may choose another enum for it. The kernels of the
//! store do not do that.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::source::Source;
use crate::headers::facts::{
    Constant, Enum, Field, History, Home, Kernel, KernelIx, Move, Record, Store, Value,
};

/// Adds a kernel (a store of one, as extraction gives it). When the store has that release
/// already, the headers of the addition replace the same headers there.
pub fn merge(store: &Store, addition: &Store) -> Store {
    let mut kernels: Vec<Store> = (0..store.kernels.len()).map(|at| only(store, at)).collect();
    for at in 0..addition.kernels.len() {
        let new = only(addition, at);
        match kernels.iter_mut().find(|old| old.kernels[0].release == new.kernels[0].release) {
            Some(old) => *old = replace_headers(old, &new),
            None => kernels.push(new),
        }
    }
    compose(&kernels)
}

/// Where each name stood, and which headers a kernel is known to have.
pub(super) struct Homes<'s> {
    store: &'s Store,
    missing: HashSet<(KernelIx, &'s str)>,
}

impl<'s> Homes<'s> {
    pub(super) fn of(store: &'s Store) -> Homes<'s> {
        Homes { store, missing: store.missing_headers.iter().map(|(k, h)| (*k, h.as_str())).collect() }
    }

    /// Header of `name` in `kernel`, and whether it is a macro there; `None` when the kernel
    /// does not tell.
    fn at(&self, name: &str, header: &'s str, define: bool, kernel: KernelIx) -> Option<(&'s str, bool)> {
        let stay = self.store.moves.get(name).into_iter().flatten();
        let mut stay = stay.filter(|m| (m.from..=m.to).contains(&kernel));
        let home = stay.next().map_or((header, define), |m| (m.header.as_str(), m.define));
        (!self.missing.contains(&(kernel, home.0))).then_some(home)
    }

    pub(super) fn newest_record(&self, record: &'s Record) -> Option<KernelIx> {
        (0..self.store.kernels.len()).rev().find(|&kernel| {
            record.layout.at(kernel).is_some()
                && self.at(&record.name, &record.header, false, kernel).is_some()
        })
    }
}

/// The facts of one kernel, as a store of one.
pub fn only(store: &Store, kernel: KernelIx) -> Store {
    let homes = Homes::of(store);
    let mut one = Store {
        kernels: store.kernels.get(kernel).cloned().into_iter().collect(),
        headers: store.headers.clone(),
        ..Store::default()
    };
    let missing = store.missing_headers.iter().filter(|(k, _)| *k == kernel);
    one.missing_headers = missing.map(|(_, header)| (0, header.clone())).collect();
    let unknown = store.unknown_headers.iter().filter(|(k, _)| *k == kernel);
    // What else is unknown follows from the headers that are there.
    let source = Source::of(&one);
    let unreadable = unknown.filter(|(_, header)| source.lacks(header));
    one.unknown_headers = unreadable.map(|(_, header)| (0, header.clone())).collect();

    let mut groups: HashMap<(Option<usize>, &str), usize> = HashMap::new();
    for constant in store.constants.values() {
        let define = constant.home == Home::Macro;
        let Some(value) = constant.value.at(kernel) else { continue };
        let Some((header, define)) = homes.at(&constant.name, &constant.header, define, kernel) else {
            continue;
        };
        let home = if define {
            Home::Macro
        } else {
            let group = match constant.home {
                Home::Enum(at) => Some(at),
                Home::Macro => None,
            };
            let at = *groups.entry((group, header)).or_insert_with(|| {
                let tag = group.and_then(|at| store.enums.get(at)).and_then(|e| e.tag.clone());
                one.enums.push(Enum { tag, header: header.to_owned(), entries: Vec::new() });
                one.enums.len() - 1
            });
            one.enums[at].entries.push(constant.name.clone());
            Home::Enum(at)
        };
        let value = History::always(value.clone());
        let constant = Constant { header: header.to_owned(), home, value, ..constant.clone() };
        one.constants.insert(constant.name.clone(), constant);
    }
    for record in store.records.values() {
        let Some(layout) = record.layout.at(kernel) else { continue };
        let Some((header, _)) = homes.at(&record.name, &record.header, false, kernel) else { continue };
        let fields = record.fields.iter().filter_map(|field| {
            let place = History::always(field.place.at(kernel)?.clone());
            Some(Field { place, ..field.clone() })
        });
        let newest = homes.newest_record(record) == Some(kernel);
        let part = Record {
            header: header.to_owned(),
            layout: History::always(*layout),
            fields: fields.collect(),
            arch: if newest { record.arch.clone() } else { Vec::new() },
            ..record.clone()
        };
        one.records.insert(part.name.clone(), part);
    }
    one
}

/// `old` with the headers of `new` in place of its own.
fn replace_headers(old: &Store, new: &Store) -> Store {
    let fresh: HashSet<&str> = new.headers.iter().map(String::as_str).collect();
    let mut out = new.clone();
    if out.kernels[0].package.is_empty() && out.kernels[0].version == old.kernels[0].version {
        out.kernels = old.kernels.clone();
    }
    let kept = |header: &str| !fresh.contains(header);
    out.headers.extend(old.headers.iter().filter(|h| kept(h)).cloned());
    out.headers.sort();
    out.missing_headers.extend(old.missing_headers.iter().filter(|(_, h)| kept(h)).cloned());
    out.unknown_headers.extend(old.unknown_headers.iter().filter(|(_, h)| kept(h)).cloned());
    let mut enums: HashMap<usize, usize> = HashMap::new();
    for constant in old.constants.values().filter(|c| kept(&c.header)) {
        // What user space sees counts more than the kernel's own copy.
        if let Some(other) = out.constants.get(&constant.name) {
            if constant.private || !other.private {
                continue;
            }
            if let Home::Enum(at) = other.home {
                out.enums[at].entries.retain(|name| *name != constant.name);
            }
            out.constants.shift_remove(&constant.name);
        }
        let mut constant = constant.clone();
        if let Home::Enum(at) = constant.home {
            let at = *enums.entry(at).or_insert_with(|| {
                out.enums.push(Enum { entries: Vec::new(), ..old.enums[at].clone() });
                out.enums.len() - 1
            });
            out.enums[at].entries.push(constant.name.clone());
            constant.home = Home::Enum(at);
        }
        out.constants.insert(constant.name.clone(), constant);
    }
    // Other architectures were compared with these very layouts.
    for record in out.records.values_mut().filter(|r| r.arch.is_empty()) {
        let before = old.records.get(&record.name);
        if let Some(before) = before.filter(|b| b.layout == record.layout && b.fields == record.fields) {
            record.arch.clone_from(&before.arch);
        }
    }
    for record in old.records.values().filter(|r| kept(&r.header)) {
        let private = |r: &Record| r.fields.iter().any(|f| f.private);
        if out.records.get(&record.name).is_none_or(|other| private(other) && !private(record)) {
            out.records.insert(record.name.clone(), record.clone());
        }
    }
    out
}

/// Puts stores of one kernel each together.
pub fn compose(kernels: &[Store]) -> Store {
    let mut kernels: Vec<&Store> = kernels.iter().filter(|k| k.kernels.len() == 1).collect();
    kernels.sort_by_key(|one| version_key(&one.kernels[0]));
    Composer::new(&kernels).compose()
}

/// Versions compare by their numbers; what is no number comes last as text.
fn version_key(kernel: &Kernel) -> (Vec<u64>, String) {
    let numbers = kernel.version.split(['.', '-', '~', '+']).map_while(|part| part.parse().ok());
    (numbers.collect(), kernel.version.clone())
}

struct Composer<'k> {
    kernels: &'k [&'k Store],
    /// Per header, in which kernels it is known.
    known: BTreeMap<&'k str, Vec<bool>>,
    out: Store,
}

/// A name in the kernels that have it.
type Seen<'k, T> = Vec<(KernelIx, &'k T)>;

impl<'k> Composer<'k> {
    fn new(kernels: &'k [&'k Store]) -> Composer<'k> {
        let mut known: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
        for (at, one) in kernels.iter().enumerate() {
            let missing: HashSet<&str> = one.missing_headers.iter().map(|(_, h)| h.as_str()).collect();
            for header in one.headers.iter().map(String::as_str).filter(|h| !missing.contains(h)) {
                known.entry(header).or_insert_with(|| vec![false; kernels.len()])[at] = true;
            }
            // That it is there is known of a header that cannot be read.
            for (_, header) in &one.unknown_headers {
                known.entry(header).or_insert_with(|| vec![false; kernels.len()]);
            }
        }
        let mut out = Store {
            kernels: kernels.iter().map(|one| one.kernels[0].clone()).collect(),
            headers: known.keys().map(|h| (*h).to_owned()).collect(),
            ..Store::default()
        };
        let sources: Vec<Source<'_>> = kernels.iter().map(|one| Source::of(one)).collect();
        for (header, known) in &known {
            for at in (0..kernels.len()).filter(|at| !known[*at]) {
                out.missing_headers.push((at, (*header).to_owned()));
                if !sources[at].lacks(header) {
                    out.unknown_headers.push((at, (*header).to_owned()));
                }
            }
        }
        out.missing_headers.sort();
        out.unknown_headers.sort();
        Composer { kernels, known, out }
    }

    fn knows(&self, kernel: KernelIx, header: &str) -> bool {
        self.known.get(header).is_some_and(|known| known[kernel])
    }

    /// The newest kernel that is known to have the header: its order counts.
    fn newest_of(&self, header: &str) -> Option<KernelIx> {
        self.known.get(header)?.iter().rposition(|known| *known)
    }

    fn compose(mut self) -> Store {
        self.constants();
        self.records();
        self.out.moves.sort_keys();
        self.out
    }

    /// Values over the kernels; where the header of the last value is unknown, it goes on.
    /// Also the stays: header and kind per run of kernels.
    fn over_time<T, V: Clone + PartialEq>(
        &self,
        seen: &Seen<'k, T>,
        home: impl Fn(&'k T) -> (&'k str, bool),
        value: impl Fn(&'k T) -> Option<V>,
    ) -> (History<V>, Vec<Move>) {
        let mut history: History<V> = History::default();
        let mut stays: Vec<Move> = Vec::new();
        let mut present = false;
        for kernel in 0..self.kernels.len() {
            if let Some((_, item)) = seen.iter().find(|(k, _)| *k == kernel) {
                let now = value(item);
                if history.0.last().map_or(now.is_some(), |(_, last)| *last != now) {
                    history.0.push((kernel, now));
                }
                let (header, define) = home(item);
                match stays.last_mut().filter(|s| s.header == header && s.define == define) {
                    Some(stay) => stay.to = kernel,
                    None => stays.push(Move { from: kernel, to: kernel, header: header.to_owned(), define }),
                }
                present = true;
            } else if present && let Some(stay) = stays.last_mut() {
                if self.known.get(stay.header.as_str()).is_some_and(|known| known[kernel]) {
                    present = false;
                    if history.0.last().is_some_and(|(_, last)| last.is_some()) {
                        history.0.push((kernel, None));
                    }
                } else {
                    stay.to = kernel;
                }
            }
        }
        (history, stays)
    }

    fn constants(&mut self) {
        let mut seen: IndexMap<&str, Seen<'k, Constant>> = IndexMap::new();
        for (at, one) in self.kernels.iter().enumerate() {
            for constant in one.constants.values().filter(|c| self.knows(at, &c.header)) {
                seen.entry(&constant.name).or_default().push((at, constant));
            }
        }
        let enums = self.group_enums(&seen);
        let place: HashMap<&str, usize> = enums
            .iter()
            .enumerate()
            .flat_map(|(at, e)| e.entries.iter().map(move |name| (name.as_str(), at)))
            .collect();

        let mut macros: BTreeMap<&str, (Vec<&str>, BTreeSet<&str>)> = BTreeMap::new();
        for one in self.kernels {
            for (name, constant) in &one.constants {
                let Some((last, newest)) = seen.get(name.as_str()).and_then(|s| s.last()) else { continue };
                // Each name once, in the order of its newest kernel.
                if newest.home != Home::Macro || !std::ptr::eq(*newest, constant) {
                    continue;
                }
                let (living, gone) = macros.entry(&newest.header).or_default();
                if self.newest_of(&newest.header) == Some(*last) {
                    living.push(name);
                } else {
                    gone.insert(name);
                }
            }
        }

        let headers: Vec<&str> = self.known.keys().copied().collect();
        for header in headers {
            let (living, gone) = macros.remove(header).unwrap_or_default();
            for name in living.into_iter().chain(gone) {
                self.constant(&seen[name], header, Home::Macro);
            }
            for e in enums.iter().filter(|e| e.header == header) {
                let home = self.out.enums.len();
                for name in &e.entries {
                    debug_assert_eq!(enums[place[name.as_str()]].header, header);
                    self.constant(&seen[name.as_str()], header, Home::Enum(home));
                }
                self.out.enums.push(e.clone());
            }
        }
    }

    fn constant(&mut self, seen: &Seen<'k, Constant>, header: &str, home: Home) {
        let Some((_, newest)) = seen.last() else { return };
        let (value, stays) = self.over_time(
            seen,
            |c| (c.header.as_str(), c.home == Home::Macro),
            |c| c.value.newest().cloned(),
        );
        self.moved(&newest.name, stays, header, home == Home::Macro);
        let constant = Constant { header: header.to_owned(), home, value, ..(*newest).clone() };
        self.out.constants.insert(constant.name.clone(), constant);
    }

    fn moved(&mut self, name: &str, mut stays: Vec<Move>, header: &str, define: bool) {
        stays.retain(|stay| stay.header != header || stay.define != define);
        if !stays.is_empty() {
            self.out.moves.insert(name.to_owned(), stays);
        }
    }

    /// The enums of the result. Each name is in the enum of its newest kernel; names that the
    /// newest headers lack join the enum where most of their companions are now.
    fn group_enums(&self, seen: &IndexMap<&str, Seen<'k, Constant>>) -> Vec<Enum> {
        let mut enums: Vec<(Enum, Vec<&'k str>)> = Vec::new();
        let mut placed: HashMap<&str, usize> = HashMap::new();
        let newest = |name: &str| seen.get(name).and_then(|s| s.last()).map(|(kernel, _)| *kernel);
        let sort_key = |name: &&'k str| {
            let value = seen.get(*name).and_then(|s| s.last()).and_then(|(_, c)| c.value.newest());
            match value {
                Some(Value::Int(v) | Value::Big(v, _)) => (*v, *name),
                _ => (i128::MAX, *name),
            }
        };
        for (at, one) in self.kernels.iter().enumerate() {
            for e in one.enums.iter().filter(|e| self.newest_of(&e.header) == Some(at)) {
                let entries: Vec<String> =
                    e.entries.iter().filter(|name| newest(name) == Some(at)).cloned().collect();
                if !entries.is_empty() {
                    e.entries.iter().filter(|name| newest(name) == Some(at)).for_each(|name| {
                        placed.insert(name, enums.len());
                    });
                    enums.push((Enum { entries, ..e.clone() }, Vec::new()));
                }
            }
        }
        let living = enums.len();
        for (at, one) in self.kernels.iter().enumerate().rev() {
            for e in &one.enums {
                let gone: Vec<&'k str> = e
                    .entries
                    .iter()
                    .map(String::as_str)
                    .filter(|name| newest(name) == Some(at) && !placed.contains_key(name))
                    .collect();
                if gone.is_empty() {
                    continue;
                }
                let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
                for name in &e.entries {
                    if let Some(home) = placed.get(name.as_str()) {
                        *votes.entry(*home).or_default() += 1;
                    }
                }
                let most = votes.iter().max_by_key(|(home, votes)| (**votes, std::cmp::Reverse(**home)));
                let home = most.map(|(home, _)| *home).unwrap_or_else(|| {
                    enums.push((Enum { entries: Vec::new(), ..e.clone() }, Vec::new()));
                    enums.len() - 1
                });
                gone.iter().for_each(|name| {
                    placed.insert(name, home);
                });
                enums[home].1.extend(gone);
            }
        }
        for (e, gone) in &mut enums {
            gone.sort_by_key(sort_key);
            e.entries.extend(gone.iter().map(|name| (*name).to_owned()));
        }
        let mut enums: Vec<Enum> = enums.into_iter().map(|(e, _)| e).collect();
        let mut wholly_gone = enums.split_off(living);
        wholly_gone.sort_by(|a, b| (&a.tag, &a.entries).cmp(&(&b.tag, &b.entries)));
        enums.extend(wholly_gone);
        // Stable: the order within a header stays.
        enums.sort_by(|a, b| a.header.cmp(&b.header));
        enums
    }

    fn records(&mut self) {
        let mut seen: IndexMap<&str, Seen<'k, Record>> = IndexMap::new();
        for (at, one) in self.kernels.iter().enumerate() {
            for record in one.records.values().filter(|r| self.knows(at, &r.header)) {
                seen.entry(&record.name).or_default().push((at, record));
            }
        }
        let mut order: Vec<(&str, bool, usize, &str)> = Vec::new();
        for (name, seen) in &seen {
            let Some((last, newest)) = seen.last() else { continue };
            let living = self.newest_of(&newest.header) == Some(*last);
            let at = if living { self.kernels[*last].records.get_index_of(*name).unwrap_or(0) } else { 0 };
            order.push((newest.header.as_str(), !living, at, name));
        }
        order.sort_unstable();
        for (header, _, _, name) in order {
            let seen = &seen[name];
            let Some((_, newest)) = seen.last() else { continue };
            let (layout, stays) =
                self.over_time(seen, |r| (r.header.as_str(), false), |r| r.layout.newest().copied());
            self.moved(name, stays, header, false);
            // Other architectures are described from the last time that someone looked at them.
            let alike =
                |(_, r): &&(KernelIx, &Record)| r.layout == newest.layout && r.fields == newest.fields;
            let looked = seen.iter().rev().take_while(alike).find(|(_, r)| !r.arch.is_empty());
            let arch = looked.map_or_else(Vec::new, |(_, r)| r.arch.clone());
            let record = Record { layout, fields: self.fields(seen), arch, ..(*newest).clone() };
            self.out.records.insert(name.to_owned(), record);
        }
    }

    fn fields(&self, seen: &Seen<'k, Record>) -> Vec<Field> {
        let mut latest: IndexMap<&str, (KernelIx, &Field)> = IndexMap::new();
        let last = seen.last().map_or(0, |(kernel, _)| *kernel);
        for (kernel, record) in seen.iter().rev() {
            for field in &record.fields {
                latest.entry(&field.name).or_insert((*kernel, field));
            }
        }
        let mut fields: Vec<(KernelIx, Field)> = latest
            .into_iter()
            .map(|(name, (newest, field))| {
                let (place, _) = self.over_time(
                    seen,
                    |r| (r.header.as_str(), false),
                    |r| r.fields.iter().find(|f| f.name == name)?.place.newest().cloned(),
                );
                (newest, Field { place, ..field.clone() })
            })
            .collect();
        let place = |field: &Field| field.place.newest().map(|p| (p.offset, p.bits));
        let living = fields.iter().take_while(|(newest, _)| *newest == last).count();
        fields[living..].sort_by(|(_, a), (_, b)| (place(a), &a.name).cmp(&(place(b), &b.name)));
        fields.into_iter().map(|(_, field)| field).collect()
    }
}
