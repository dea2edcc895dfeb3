//! Which arm of a union counts: a table from the values of another member to arms.

use super::Lower;
use super::scope::Kind;
use super::selectors::Value;
use crate::ir::{Case, Key, MemberType, Struct, StructId};
use crate::report::{Diagnostic, codes, did_you_mean, list};
use crate::schema::ast::Form;
use crate::schema::expr::{Base, Word};

/// A member that is a union of which another member chooses an arm: `sub TABLE by MEMBER`.
pub(super) struct Chosen {
    /// Its index.
    pub(super) member: usize,
    pub(super) union: StructId,
    pub(super) table: Word,
    pub(super) by: Vec<Word>,
}

impl Lower<'_> {
    /// Finds the members that choose, now that all are known, and what their values mean.
    pub(super) fn choose(&mut self, file: usize, built: &mut Struct, chosen: Vec<Chosen>) {
        for Chosen { member, union, table, by } in chosen {
            let [by] = by.as_slice() else {
                self.error(codes::UNION, "one member chooses an arm", table.span);
                continue;
            };
            let names = match self.chooser(built, by) {
                Some(MemberType::Scalar(_, names)) => names,
                Some(_) => {
                    let message = format!("`{}` cannot choose: it is no integer", &**by);
                    self.error(codes::SELECTOR_KIND, message, by.span);
                    continue;
                }
                None => {
                    let message = format!("struct {} has no member `{}`", built.c_name, &**by);
                    let known: Vec<&str> = built.members.iter().map(|m| m.c_name.as_str()).collect();
                    let help = did_you_mean(by, known.iter().copied());
                    let help = help.unwrap_or_else(|| format!("it has {}", list(known)));
                    let error = Diagnostic::error(codes::UNKNOWN_MEMBER, message).at(by.span, "");
                    self.out.push(error.help(help));
                    continue;
                }
            };
            let Some(cases) = self.cases(file, union, &table, Value::Number(names)) else { continue };
            let union = self.union_with(union, cases);
            built.members[member].ty = MemberType::UnionBy(union, by.text.clone());
        }
    }

    /// The type of the member that chooses; arms of anonymous unions are members.
    fn chooser(&self, built: &Struct, by: &Word) -> Option<MemberType> {
        let plain = built.members.iter().find(|m| m.c_name == by.text && !m.anonymous);
        if let Some(plain) = plain {
            return Some(plain.ty.clone());
        }
        let unions = built.members.iter().filter(|m| m.anonymous);
        let arms = unions.filter_map(|m| match m.ty {
            MemberType::Struct(id) | MemberType::UnionBy(id, _) => Some(&self.model[id].members),
            _ => None,
        });
        arms.flatten().find(|arm| arm.c_name == by.text).map(|arm| arm.ty.clone())
    }

    /// The rows of a table, as cases of a union.
    fn cases(&mut self, file: usize, union: StructId, table: &Word, value: Value) -> Option<Vec<Case>> {
        let (owner, ix) = self.declared(Kind::Sub, file, table, table.span)?;
        let rows = &self.files[owner].subs[ix];
        let mut cases: Vec<Case> = Vec::new();
        for row in &rows.formats {
            let Some(Base::Arm(word)) = row.ty.as_ref().map(|ty| &ty.base) else {
                let message = format!("`{}` chooses among arms of a union", rows.name.text);
                let place = row.ty.as_ref().map_or(row.key.span, |ty| ty.span);
                let error = Diagnostic::error(codes::UNION, message).at(place, "this is none");
                self.out.push(error.at(table.span, "for this union").help("write `arm NAME`"));
                continue;
            };
            let key = if row.form == Form::Short && &*row.key.text == "default" {
                None
            } else {
                match self.key(&row.key.text, value, row.key.span) {
                    Some(key) => Some(key),
                    None => continue,
                }
            };
            if cases.iter().any(|case| number(&case.key) == number(&key)) {
                let message = format!("`{}` stands twice in `{}`", row.key.text, rows.name.text);
                self.error(codes::KEY_TWICE, message, row.key.span);
                continue;
            }
            let arms = self.arms(union, word);
            cases.extend(arms.into_iter().map(|arm| Case { key: key.clone(), arm }));
        }
        Some(cases)
    }

    /// The arms that a word names: one, or those of a struct that is one in C.
    fn arms(&mut self, union: StructId, word: &Word) -> Vec<String> {
        let known: Vec<&str> = self.model[union].members.iter().map(|m| m.c_name.as_str()).collect();
        let inside = format!("{}.", word.text);
        let found = known.iter().filter(|name| **name == word.text || name.starts_with(&inside));
        let found: Vec<String> = found.map(|name| (*name).to_owned()).collect();
        if found.is_empty() {
            let message = format!("the union has no arm `{}`", word.text);
            let help = did_you_mean(word, known.iter().copied());
            let help = help.unwrap_or_else(|| format!("it has {}", list(known)));
            self.out.push(Diagnostic::error(codes::UNKNOWN_MEMBER, message).at(word.span, "").help(help));
        }
        found
    }

    /// The union with these cases. A union that several structs have may be chosen from in several
    /// ways; then it becomes several.
    fn union_with(&mut self, id: StructId, cases: Vec<Case>) -> StructId {
        let same = |s: &Struct| {
            let (a, b) = (&self.model[id], s);
            (a.family, &a.c_name, &a.members) == (b.family, &b.c_name, &b.members) && s.cases == cases
        };
        if let Some(known) = self.model.structs.iter().position(same) {
            return StructId(known as u32);
        }
        if self.model[id].cases.is_empty() {
            self.model[id].cases = cases;
            return id;
        }
        let copy = Struct { cases, ..self.model[id].clone() };
        self.model.add_struct(copy)
    }
}

fn number(key: &Option<Key>) -> Option<i128> {
    match key {
        Some(Key::Number { value, .. }) => Some(*value),
        _ => None,
    }
}
