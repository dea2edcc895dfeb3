//! From declarations and values to the facts of one kernel.

use std::collections::HashSet;

use super::clang::{RawEnum, RawMacro, RawRecord};
use super::extract::{Extraction, Job, Options};
use super::facts::{Constant, Enum, Field, History, Home, Place, Record, Value};
use super::include::big_endian;
use super::macros::{Body, classify, enum_bounds, macro_bound};
use super::values::Values;

/// Fills `out` with the facts of `jobs`.
pub(super) fn assemble(options: &Options, jobs: &[Job], values: &Values, out: &mut Extraction) {
    let enums = || jobs.iter().flat_map(|job| &job.parsed.enums);
    let macros = jobs.iter().flat_map(|job| &job.parsed.macros).map(|m| m.name.as_str());
    let mut assembler = Assembler {
        values,
        big_endian: big_endian(&options.target),
        enumerators: enums().flat_map(|e| &e.entries).map(|entry| entry.name.as_str()).collect(),
        macros: macros.collect(),
        bounds: enums().flat_map(bounds_of).collect(),
        out,
    };
    assembler.out.store.kernels.push(options.kernel.clone());
    assembler.out.counts.headers = jobs.len();
    for (at, job) in jobs.iter().enumerate() {
        assembler.header(at, job);
    }
    for name in &out.absent {
        out.store.headers.push(name.clone());
        out.store.missing_headers.push((0, name.clone()));
    }
    out.store.headers.sort();
    out.store.headers.dedup();
}

fn bounds_of(e: &RawEnum) -> Vec<&str> {
    let entries: Vec<_> = e.entries.iter().map(|x| (x.name.as_str(), x.value, x.init.as_slice())).collect();
    entries.iter().zip(enum_bounds(&entries)).filter(|(_, bound)| *bound).map(|(entry, _)| entry.0).collect()
}

struct Assembler<'j, 'o> {
    values: &'j Values,
    big_endian: bool,
    /// Names in all headers.
    enumerators: HashSet<&'j str>,
    macros: HashSet<&'j str>,
    /// The enumerators that are bounds.
    bounds: HashSet<&'j str>,
    out: &'o mut Extraction,
}

impl<'j> Assembler<'j, '_> {
    /// Adds header number `at`. Macros come first, as in the store's text.
    fn header(&mut self, at: usize, job: &'j Job) {
        self.out.store.headers.push(job.name.clone());
        if !job.trusted {
            self.out.store.missing_headers.push((0, job.name.clone()));
            self.out.store.unknown_headers.push((0, job.name.clone()));
        }
        for m in job.parsed.macros.iter().filter(|m| !m.function_like) {
            self.define(at, job, m);
        }
        for e in &job.parsed.enums {
            self.enumeration(at, job, e);
        }
        for record in &job.parsed.records {
            self.record(job, record);
        }
    }

    fn define(&mut self, at: usize, job: &Job, m: &RawMacro) {
        let value = self.values.value(at, &m.name);
        match &value {
            Some(Value::Int(_) | Value::Big(..)) => self.out.counts.int_macros += 1,
            Some(Value::Str(_)) => self.out.counts.string_macros += 1,
            _ => {}
        }
        let value = match classify(&m.name, &m.body) {
            Body::Empty => return,
            Body::Itself => {
                self.out.counts.int_macros += usize::from(self.enumerators.contains(m.name.as_str()));
                return;
            }
            Body::Code => None,
            Body::Path => Some(Value::Text(path_text(&m.body))),
            Body::Name(target) if value.is_none() => Some(Value::Text(target.to_owned())),
            Body::Name(target) if self.enumerators.contains(target) || self.macros.contains(target) => {
                Some(Value::Alias(target.to_owned()))
            }
            Body::Name(_) | Body::Expression => value,
        };
        let Some(value) = value else {
            self.out.unsolved.push((job.name.clone(), m.name.clone()));
            return;
        };
        // Where an enumerator has the name too, code may mean either; and a name belongs to
        // the first header that defines it.
        if !self.enumerators.contains(m.name.as_str()) && !self.out.store.constants.contains_key(&m.name) {
            let sentinel = macro_bound(&m.name, &m.body, &self.bounds);
            self.constant(job, &m.name, Home::Macro, value, sentinel);
        }
    }

    fn enumeration(&mut self, at: usize, job: &Job, e: &RawEnum) {
        self.out.counts.enums += 1;
        self.out.counts.constants += e.entries.len();
        let home = self.out.store.enums.len();
        let mut entries = Vec::new();
        for entry in &e.entries {
            if self.out.store.constants.contains_key(&entry.name) {
                continue;
            }
            let value = match self.values.value(at, &entry.init.join(" ")) {
                Some(big @ Value::Big(..)) => big,
                _ => Value::Int(entry.value),
            };
            let sentinel = self.bounds.contains(entry.name.as_str());
            self.constant(job, &entry.name, Home::Enum(home), value, sentinel);
            entries.push(entry.name.clone());
        }
        self.out.store.enums.push(Enum { tag: e.tag.clone(), header: job.name.clone(), entries });
    }

    fn constant(&mut self, job: &Job, name: &str, home: Home, value: Value, sentinel: bool) {
        let constant = Constant {
            name: name.to_owned(),
            header: job.name.clone(),
            home,
            value: History::always(value),
            sentinel,
            private: job.private,
        };
        self.out.store.constants.insert(constant.name.clone(), constant);
    }

    fn record(&mut self, job: &Job, record: &RawRecord) {
        self.out.counts.records += 1;
        self.out.counts.fields += record.fields.len();
        let fields = record.fields.iter().map(|(name, place)| Field {
            name: name.clone(),
            place: History::always(if self.big_endian { mirrored(place) } else { place.clone() }),
            private: job.private,
        });
        let fact = Record {
            name: record.name.clone(),
            typedef: record.typedef,
            header: job.name.clone(),
            union: record.union,
            packed: record.packed,
            layout: History::always(record.layout),
            fields: fields.collect(),
            arch: Vec::new(),
        };
        self.out.store.records.entry(fact.name.clone()).or_insert(fact);
    }
}

/// A big-endian machine's compiler counts the bits of a bitfield from the most significant on.
fn mirrored(place: &Place) -> Place {
    let Some((bit, width)) = place.bits else { return place.clone() };
    let last = place.offset * 8 + u32::from(bit) + u32::from(width).saturating_sub(1);
    Place { offset: last / 8, bits: Some((7 - (last % 8) as u8, width)), ty: place.ty.clone() }
}

/// Tokens as one would write them: `a.b[0]`, `struct tag`.
fn path_text(tokens: &[String]) -> String {
    let mut text = String::new();
    for token in tokens {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if text.ends_with(word) && token.starts_with(word) {
            text.push(' ');
        }
        text += token;
    }
    text
}
