//! Store → text.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::manifest;
use super::syntax::{ABSENT, HERE, UNKNOWN, layout_out, spot_out};
use crate::headers::facts::{Constant, Enum, History, Home, KernelIx, Move, Record, Store, Value};

/// The manifest, and each header's text by path.
pub fn write(store: &Store) -> (String, BTreeMap<String, String>) {
    let mut files: BTreeMap<String, Parts> =
        store.headers.iter().map(|header| (header.clone(), Parts::default())).collect();
    let mut states: HashMap<(KernelIx, &str), &str> = HashMap::new();
    for (word, list) in [(ABSENT, &store.missing_headers), (UNKNOWN, &store.unknown_headers)] {
        states.extend(list.iter().map(|(kernel, header)| ((*kernel, header.as_str()), word)));
    }
    for (header, parts) in &mut files {
        let mut last = HERE;
        for kernel in 0..store.kernels.len() {
            let state = states.get(&(kernel, header.as_str())).copied().unwrap_or(HERE);
            if state != last {
                mark(store, state, kernel, 0, &mut parts.states);
                last = state;
            }
        }
    }
    for constant in store.constants.values().filter(|c| c.home == Home::Macro) {
        let parts = files.entry(constant.header.clone()).or_default();
        parts.private |= constant.private;
        let bound = constant.sentinel.then(|| bound_of_macro(store, constant)).flatten();
        constant_line(store, constant, bound, &mut parts.defines);
    }
    for (at, e) in store.enums.iter().enumerate() {
        let parts = files.entry(e.header.clone()).or_default();
        enum_block(store, at, e, parts);
    }
    for record in store.records.values() {
        let parts = files.entry(record.header.clone()).or_default();
        parts.private |= record.fields.iter().any(|f| f.private);
        record_block(store, record, &mut parts.records);
    }
    let facts = files.into_iter().map(|(header, parts)| (header, parts.text())).collect();
    (manifest::write(&store.kernels), facts)
}

/// The blocks of one file, in their order.
#[derive(Default)]
struct Parts {
    private: bool,
    states: String,
    defines: String,
    enums: String,
    records: String,
}

impl Parts {
    fn text(self) -> String {
        let mut text = String::new();
        if self.private {
            text += "private\n";
        }
        if !self.states.is_empty() {
            text = text + "header" + &self.states + "\n";
        }
        if !self.defines.is_empty() {
            text += "define\n";
        }
        text + &self.defines + &self.enums + &self.records
    }
}

fn release(store: &Store, kernel: KernelIx) -> &str {
    store.kernels.get(kernel).map_or("?", |k| &k.release)
}

/// The value of a bound, said by what it follows, when that holds in every kernel.
type Bound = Option<String>;

fn bound_of_macro(store: &Store, constant: &Constant) -> Bound {
    let other = format!("__{}", constant.name);
    let other = store.constants.get(&other)?;
    holds(store, constant, |kernel| match other.value.at(kernel)? {
        Value::Int(v) => Some(*v - 1),
        _ => None,
    })
    .then(|| format!("end:={}-1", other.name))
}

fn bound_in_enum(store: &Store, e: &Enum, constant: &Constant) -> Bound {
    let entries = e.entries.iter().filter_map(|name| store.constants.get(name));
    let all = last_entries(store.kernels.len(), entries);
    let last = |kernel: KernelIx| all.get(kernel).copied().flatten();
    if holds(store, constant, |kernel| last(kernel).map(|v| v + 1)) {
        Some("end".to_owned())
    } else if holds(store, constant, last) {
        Some("end-1".to_owned())
    } else {
        None
    }
}

/// The highest value among an enum's entries (not bounds), in each of so many kernels.
pub(super) fn last_entries<'s>(
    kernels: usize,
    entries: impl Iterator<Item = &'s Constant>,
) -> Vec<Option<i128>> {
    let mut last = vec![None; kernels];
    for constant in entries.filter(|c| !c.sentinel) {
        for (kernel, last) in last.iter_mut().enumerate() {
            if let Some(Value::Int(v)) = constant.value.at(kernel) {
                *last = (*last).max(Some(*v));
            }
        }
    }
    last
}

fn holds(store: &Store, constant: &Constant, expected: impl Fn(KernelIx) -> Option<i128>) -> bool {
    (0..store.kernels.len()).all(|kernel| match constant.value.at(kernel) {
        None => true,
        Some(Value::Int(v)) => expected(kernel) == Some(*v),
        Some(_) => false,
    })
}

fn constant_line(store: &Store, constant: &Constant, bound: Bound, out: &mut String) {
    out.push_str("  ");
    out.push_str(&constant.name);
    match bound {
        // Only where it exists is left to say.
        Some(text) => {
            let mut present = false;
            for (kernel, value) in &constant.value.0 {
                match value {
                    Some(_) if !present => mark(store, &text, *kernel, 0, out),
                    Some(_) => {}
                    None => mark(store, "-", *kernel, 0, out),
                }
                present = value.is_some();
            }
        }
        None => {
            let flag = if constant.sentinel { "end:" } else { "" };
            history(store, &constant.value, 0, out, |at, v| {
                format!("{}{}", if at == 0 { flag } else { "" }, v)
            });
        }
    }
    moves(store, &constant.name, &constant.header, constant.home == Home::Macro, out);
    out.push('\n');
}

fn moves(store: &Store, name: &str, header: &str, define: bool, out: &mut String) {
    for Move { from, to, header: old, define: was_define } in store.moves.get(name).into_iter().flatten() {
        let kind = match (was_define, define) {
            (true, false) => "define",
            (false, true) => "enum",
            _ => "",
        };
        let old = if old == header { "" } else { old.as_str() };
        let comma = if kind.is_empty() || old.is_empty() { "" } else { "," };
        // From the beginning, and until the next kernel: what stays as it is needs no new mark.
        let from = if *from == 0 { "" } else { release(store, *from) };
        let until = if *to == store.newest() { "" } else { release(store, *to + 1) };
        let _ = write!(out, " ~{kind}{comma}{old}@{from}..{until}");
    }
}

/// Appends ` text@K`, the mark left out where `kernel` is `from`.
fn mark(store: &Store, text: &str, kernel: KernelIx, from: KernelIx, out: &mut String) {
    out.push(' ');
    out.push_str(text);
    if kernel != from {
        out.push('@');
        out.push_str(release(store, kernel));
    }
}

fn history<T>(
    store: &Store,
    history: &History<T>,
    from: KernelIx,
    out: &mut String,
    text: impl Fn(usize, &T) -> String,
) {
    for (at, (kernel, value)) in history.0.iter().enumerate() {
        match value {
            Some(value) => mark(store, &text(at, value), *kernel, from, out),
            None => mark(store, "-", *kernel, from, out),
        }
    }
}

fn enum_block(store: &Store, at: usize, e: &Enum, parts: &mut Parts) {
    parts.enums.push_str("enum");
    if let Some(tag) = &e.tag {
        parts.enums.push(' ');
        parts.enums.push_str(tag);
    }
    parts.enums.push('\n');
    for name in &e.entries {
        let Some(constant) = store.constants.get(name).filter(|c| c.home == Home::Enum(at)) else { continue };
        parts.private |= constant.private;
        let bound = constant.sentinel.then(|| bound_in_enum(store, e, constant)).flatten();
        constant_line(store, constant, bound, &mut parts.enums);
    }
}

fn record_block(store: &Store, record: &Record, out: &mut String) {
    out.push_str(if record.union { "union " } else { "struct " });
    out.push_str(&record.name);
    if record.typedef {
        out.push_str(" typedef");
    }
    if record.packed {
        out.push_str(" packed");
    }
    history(store, &record.layout, 0, out, |_, layout| layout_out(layout));
    moves(store, &record.name, &record.header, false, out);
    out.push('\n');
    let from = record.layout.since().unwrap_or(0);
    for field in &record.fields {
        out.push_str("  ");
        out.push_str(&field.name);
        history(store, &field.place, from, out, |_, place| place.to_string());
        out.push('\n');
    }
    for other in &record.arch {
        let _ = write!(out, "  arch {} {}", other.arch, layout_out(&other.layout));
        for spot in &other.spots {
            out.push(' ');
            out.push_str(&spot.as_ref().map_or_else(|| "-".to_owned(), spot_out));
        }
        out.push('\n');
    }
}
