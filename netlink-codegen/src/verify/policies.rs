//! Types and limits, by the policies of the kernel's source.

use super::accepted::{Accepted, Outcome, compare, inside};
use super::{Report, Source, State, Writer};
use crate::headers::facts::Store;
use crate::ir::{Attr, FamilyId, Model, Operation, Protocol, SetId};
use crate::policy::{Limit, Row, Table, Values};
use std::collections::BTreeMap;

/// Compares families with tables of the newest kernel.
pub fn policies(
    model: &Model,
    facts: &Store,
    tables: &[Table],
    wanted: &dyn Fn(&str) -> bool,
    report: &mut Report,
) {
    let index = Index::new(model, tables, facts);
    for (ix, family) in model.families.iter().enumerate().filter(|(_, f)| wanted(&f.name)) {
        let mut writer = Writer { report, family: &family.name, source: Source::Policies };
        for set in model.sets.iter().filter(|s| s.family == FamilyId(ix as u32)) {
            for attr in set.attrs.iter().filter(|a| !a.c_name.is_empty()) {
                index.attr(attr, &mut writer);
            }
        }
        if matches!(family.protocol, Protocol::Generic { .. }) {
            for op in &family.operations {
                index.operation(op, &mut writer);
            }
        }
    }
}

/// Rows by the attributes they are about.
struct Index<'t> {
    model: &'t Model,
    facts: &'t Store,
    tables: &'t [Table],
    rows: BTreeMap<&'t str, Vec<(&'t Table, &'t Row)>>,
    /// The attributes of all sets by C name.
    attrs: BTreeMap<&'t str, Vec<&'t Attr>>,
}

impl<'t> Index<'t> {
    fn new(model: &'t Model, tables: &'t [Table], facts: &'t Store) -> Self {
        let mut rows: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for table in tables {
            for row in &table.rows {
                for name in row.names(facts) {
                    rows.entry(name).or_default().push((table, row));
                }
            }
        }
        let mut attrs: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for attr in model.sets.iter().flat_map(|set| &set.attrs).filter(|a| !a.c_name.is_empty()) {
            attrs.entry(&attr.c_name).or_default().push(attr);
        }
        Index { model, facts, tables, rows, attrs }
    }

    fn attr(&self, attr: &Attr, writer: &mut Writer<'_>) {
        if !attr.life.at(self.facts.newest() as u32) {
            return writer.add("", &attr.c_name, "type", State::Absent, "");
        }
        let rows = self.rows.get(attr.c_name.as_str()).map_or(&[][..], Vec::as_slice);
        if rows.is_empty() {
            return writer.add("", &attr.c_name, "type", State::Unchecked, "in no policy");
        }
        let fit = |found: &[Outcome]| found.iter().all(|(_, state, _)| *state != State::Mismatch);
        let outcomes: Vec<_> = rows.iter().map(|(table, row)| self.compare(attr, table, row)).collect();
        let has_one = outcomes.iter().any(|found| fit(found));
        for ((table, row), found) in rows.iter().zip(&outcomes) {
            // One number with two meanings: the row is about another set, and this set has other rows.
            let mut others = self.attrs[attr.c_name.as_str()].iter();
            if !fit(found) && has_one && others.any(|other| fit(&self.compare(other, table, row))) {
                continue;
            }
            let place = format!("{} {}", table.file, table.name);
            for (what, state, detail) in found {
                writer.add(&place, &attr.c_name, what, *state, detail.as_str());
            }
        }
    }

    fn operation(&self, op: &Operation, writer: &mut Writer<'_>) {
        let Some(request) = &op.request else { return };
        let name = request.c_name.as_str();
        let mut found = self.rows.get(name).map_or(&[][..], Vec::as_slice).iter();
        match found.find_map(|(table, row)| Some((table, row.operation()?))) {
            Some((table, (can_do, can_dump))) => {
                let place = format!("{} {}", table.file, table.name);
                writer.same(&place, name, "do", &op.do_, &can_do);
                writer.same(&place, name, "dump", &op.dump, &can_dump);
            }
            None => writer.add("", name, "do", State::Unchecked, "in no table of operations"),
        }
    }

    fn compare(&self, attr: &Attr, table: &Table, row: &Row) -> Vec<Outcome> {
        let newest = self.facts.newest() as u32;
        let accepted = Accepted::of_row(row, Values(self.facts));
        let mut found = compare(self.model, attr, &accepted, &|life| life.at(newest));
        if let Some((set, nested)) = inside(self.model, attr, accepted.kind).zip(row.limit(Limit::Nested)) {
            let (state, detail) = self.nested(set, table, nested);
            found.push(("nest", state, detail));
        }
        found
    }

    /// The attributes of a nest: those of the set that the schema says.
    fn nested(&self, set: SetId, table: &Table, name: &str) -> (State, String) {
        let here = self.tables.iter().find(|t| t.file == table.file && t.name == name);
        let mut elsewhere = self.tables.iter().filter(|t| t.name == name);
        let only = || elsewhere.next().filter(|_| elsewhere.next().is_none());
        let Some(found) = here.or_else(only) else {
            return (State::Unchecked, format!("there is no single {name}"));
        };
        let model = self.model;
        let known = |name: &&str| model[set].attrs.iter().any(|a| a.c_name == **name);
        let accepted = |row: &&Row| !matches!(row.ty.as_deref(), None | Some("reject"));
        let names = || found.rows.iter().filter(accepted).flat_map(|row| row.names(self.facts));
        let unknown: Vec<&str> = names().filter(|name| !known(name)).collect();
        match unknown.is_empty() {
            true => (State::Equal, String::new()),
            false => {
                let detail =
                    format!("schema {}, which lacks {} of {name}", model[set].name, unknown.join(", "));
                (State::Mismatch, detail)
            }
        }
    }
}
