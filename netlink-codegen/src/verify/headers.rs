//! Names, numbers and layouts, in every kernel of the store.

use super::{Report, Source, State, Writer};
use crate::headers::facts::{KernelIx, Store, Value};
use crate::ir::{Family, FamilyId, Lifetime, Model, Protocol, Struct};

/// Compares families (all of them when none is named) with every stored kernel.
pub fn headers(model: &Model, facts: &Store, wanted: &dyn Fn(&str) -> bool, report: &mut Report) {
    for (ix, family) in model.families.iter().enumerate().filter(|(_, f)| wanted(&f.name)) {
        for (kernel, known) in facts.kernels.iter().enumerate() {
            let writer = Writer { report, family: &family.name, source: Source::Headers };
            let mut check = Check { model, facts, kernel, place: &known.release, writer };
            check.family(FamilyId(ix as u32), family);
        }
    }
}

struct Check<'r, 'm> {
    model: &'m Model,
    facts: &'m Store,
    kernel: KernelIx,
    place: &'m str,
    writer: Writer<'r>,
}

impl Check<'_, '_> {
    fn family(&mut self, id: FamilyId, family: &Family) {
        let model = self.model;
        for set in model.sets.iter().filter(|s| s.family == id) {
            for attr in &set.attrs {
                self.constant(&attr.c_name, attr.number.into(), Some(attr.life), |_| false);
            }
        }
        for names in model.enums.iter().filter(|e| e.family == id) {
            for entry in &names.entries {
                let bit = |value: i128| names.flags && (0..64).contains(&value) && 1 << value == entry.value;
                self.constant(&entry.c_name, entry.value, Some(entry.life), bit);
            }
        }
        for record in model.structs.iter().filter(|s| s.family == id && !s.c_name.is_empty()) {
            self.record(record);
        }
        // Types of netfilter's messages are more than the constant.
        let mask = if matches!(family.protocol, Protocol::Netfilter { .. }) { 0xff } else { 0xffff };
        for operation in &family.operations {
            for message in operation.request.iter().chain(&operation.reply) {
                self.constant(&message.c_name, (message.number & mask).into(), Some(operation.life), |_| {
                    false
                });
            }
        }
        for group in &family.groups {
            match group.number {
                Some(number) => self.constant(&group.c_name, number.into(), None, |_| false),
                None if !group.c_name.is_empty() => self.text(&group.c_name, &group.name),
                None => {}
            }
        }
    }

    /// A number by C name. `also`: another way to write it.
    fn constant(&mut self, c_name: &str, number: i128, life: Option<Lifetime>, also: impl Fn(i128) -> bool) {
        if c_name.is_empty() {
            return;
        }
        let Some(fact) = self.facts.constants.get(c_name) else {
            return self.writer.add(self.place, c_name, "number", State::Unchecked, "no header has it");
        };
        let found = int_at(self.facts, c_name, self.kernel);
        match found {
            Some(found) if found == number || (found ^ number) & 0xffff_ffff == 0 || also(found) => {
                self.writer.add(self.place, c_name, "number", State::Equal, "");
            }
            Some(found) => self.writer.same(self.place, c_name, "number", &number, &found),
            None if self.untold(&fact.header) => {
                self.writer.add(self.place, c_name, "number", State::Unchecked, "its header is not there");
            }
            None if life.is_some_and(|life| life.at(self.kernel as u32)) => {
                self.writer.add(self.place, c_name, "number", State::Mismatch, "should be there");
            }
            None => self.writer.add(self.place, c_name, "number", State::Absent, ""),
        }
    }

    fn text(&mut self, c_name: &str, text: &str) {
        match self.facts.constants.get(c_name).and_then(|c| c.value.at(self.kernel)) {
            Some(Value::Str(found)) => self.writer.same(self.place, c_name, "name", &text, &found.as_str()),
            _ => self.writer.add(self.place, c_name, "name", State::Absent, ""),
        }
    }

    /// Whether the facts say nothing about a header in this kernel.
    fn untold(&self, header: &str) -> bool {
        self.facts.missing_headers.iter().any(|(kernel, missing)| *kernel == self.kernel && missing == header)
    }

    fn record(&mut self, record: &Struct) {
        let name = &record.c_name;
        let Some(fact) = self.facts.record(name) else {
            return self.writer.add(self.place, name, "size", State::Unchecked, "no header has it");
        };
        let Some(layout) = fact.layout.at(self.kernel) else {
            return self.writer.add(self.place, name, "size", State::Absent, "");
        };
        let size = record.sizes.iter().rev().find(|(since, _)| *since as usize <= self.kernel);
        let size = size.map_or(record.size, |(_, size)| *size);
        self.writer.same(self.place, name, "size", &size, &layout.size);
        for (offset, member) in record.members.iter().map(|m| (m.offset, m)).filter(|(_, m)| !m.anonymous) {
            let path = format!("{name}.{}", member.c_name);
            let field = fact.fields.iter().find(|f| f.name == member.c_name);
            match field.and_then(|f| f.place.at(self.kernel)) {
                Some(place) => self.writer.same(self.place, &path, "offset", &offset, &place.offset),
                None if member.life.at(self.kernel as u32) && field.is_some() => {
                    self.writer.add(self.place, &path, "offset", State::Mismatch, "should be there");
                }
                None => self.writer.add(self.place, &path, "offset", State::Absent, ""),
            }
        }
    }
}

/// An integer as one kernel has it.
fn int_at(facts: &Store, name: &str, kernel: KernelIx) -> Option<i128> {
    let mut name = name;
    for _ in 0..8 {
        match facts.constants.get(name)?.value.at(kernel)? {
            Value::Int(value) | Value::Big(value, _) => return Some(*value),
            Value::Alias(other) => name = other,
            Value::Str(_) | Value::Text(_) => return None,
        }
    }
    None
}
