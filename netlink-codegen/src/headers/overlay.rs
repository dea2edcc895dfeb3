//! A header of one's own over the facts of the kernels.

use super::facts::{Constant, Field, History, Home, Record, Store};

/// Puts the facts of `addition` over `facts`, for all kernels: what stands in a header of one's
/// own has no history. Returns the names that meant something else before.
pub(crate) fn overlay(facts: &mut Store, addition: &Store) -> Vec<String> {
    let mut changed = Vec::new();
    let first_enum = facts.enums.len();
    facts.enums.extend(addition.enums.iter().cloned());
    for (name, new) in &addition.constants {
        let Some(value) = new.value.newest() else { continue };
        let home = match new.home {
            Home::Enum(ix) => Home::Enum(first_enum + ix),
            Home::Macro => Home::Macro,
        };
        if facts.constants.get(name).is_some_and(|old| old.value.newest() != Some(value)) {
            changed.push(name.clone());
        }
        let constant = Constant { home, value: History::always(value.clone()), ..new.clone() };
        facts.constants.insert(name.clone(), constant);
        facts.moves.shift_remove(name);
    }
    for (name, new) in &addition.records {
        let Some(layout) = new.layout.newest() else { continue };
        let fields = new.fields.iter().filter_map(|field| {
            let place = History::always(field.place.newest()?.clone());
            Some(Field { place, ..field.clone() })
        });
        let record = Record { layout: History::always(*layout), fields: fields.collect(), ..new.clone() };
        if facts.records.get(name).is_some_and(|old| differs(old, &record)) {
            changed.push(name.clone());
        }
        facts.records.insert(name.clone(), record);
        facts.moves.shift_remove(name);
    }
    for header in &addition.headers {
        if let Err(at) = facts.headers.binary_search(header) {
            facts.headers.insert(at, header.clone());
        }
    }
    changed
}

/// Whether two records lie differently in memory today.
fn differs(old: &Record, new: &Record) -> bool {
    let places = |record: &Record| {
        let place = |f: &Field| f.place.newest().map(|p| (f.name.clone(), p.clone()));
        record.fields.iter().filter_map(place).collect::<Vec<_>>()
    };
    old.layout.newest() != new.layout.newest() || places(old) != places(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::facts::Value;
    use crate::headers::store;

    const OLD: &str = "define\n  A 1\n  B 2\nenum one\n  C 3\nstruct s 4/4\n  x 0 u32\n";
    const NEW: &str = "define\n  B 20\nenum two\n  C 3\n  D 4\nstruct s 8/4\n  x 0 u32\n  y 4 u32\n";

    fn read(releases: &[&str], header: &str, text: &str) -> Store {
        let manifest: String = releases
            .iter()
            .map(|r| {
                format!("[[kernel]]\nrelease = \"{r}\"\nversion = \"{r}.1\"\npackage = \"\"\nsha256 = \"\"\n")
            })
            .collect();
        store::read(&manifest, [(header, text)].into_iter()).unwrap()
    }

    #[test]
    fn a_header_counts_for_every_kernel() {
        let mut facts = read(&["1.0", "2.0"], "linux/old.h", OLD);
        let changed = overlay(&mut facts, &read(&["2.0"], "new.h", NEW));
        assert_eq!(changed, ["B", "s"]);
        assert_eq!((facts.int("A"), facts.int("B"), facts.int("D")), (Some(1), Some(20), Some(4)));
        assert_eq!(facts.constants["D"].value, History::always(Value::Int(4)));
        let home = facts.enum_of("C").unwrap();
        assert_eq!(facts.enums[home].tag.as_deref(), Some("two"));
        assert_eq!(facts.record("s").unwrap().fields.len(), 2);
        assert_eq!(facts.headers, ["linux/old.h", "new.h"]);
    }
}
