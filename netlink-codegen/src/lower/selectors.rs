//! Where selectors stand, and what the keys of sub-messages mean.
//!
//! A selector is an attribute of its own set, else of an enclosing one, or a member of a fixed
//! header. Which sets enclose which is known only when all types are lowered, hence this pass.

use super::Lower;
use super::constants::literal;
use crate::ir::{EnumId, Key, MemberType, Model, Protocol, Selector, SetId, StructId, SubId, Type, names};
use crate::report::{Diagnostic, Span, codes, did_you_mean, list, plural};
use crate::schema::expr::Word;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a type belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An attribute, by index.
    Attr(SetId, usize),
    /// A format of a sub-message, by index.
    Format(SubId, usize),
    /// A sub-message's default format.
    Default(SubId),
}

/// A selector to be resolved.
pub(super) struct Pending {
    place: Place,
    word: Word,
}

/// What a selector's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text,
    Number(Option<EnumId>),
}

/// Who encloses whom.
#[derive(Default)]
struct Parents {
    sets: HashMap<SetId, BTreeSet<SetId>>,
    /// Sets whose attributes hold a sub-message.
    users: HashMap<SubId, BTreeSet<SetId>>,
}

impl Parents {
    fn of(model: &Model) -> Self {
        let mut parents = Parents::default();
        for (ix, set) in model.sets.iter().enumerate() {
            let id = SetId(ix as u32);
            for attr in &set.attrs {
                parents.visit(model, id, &attr.ty);
            }
        }
        parents
    }

    fn visit(&mut self, model: &Model, owner: SetId, ty: &Type) {
        let mut types = vec![ty];
        while let Some(ty) = types.pop() {
            match ty {
                Type::Nest(set) | Type::Records(set, _) => {
                    self.sets.entry(*set).or_default().insert(owner);
                }
                // A set that uses a table twice need not be followed twice, which also ends circles.
                Type::Sub(sub, _) if self.users.entry(*sub).or_default().insert(owner) => {
                    let sub = &model[*sub];
                    types.extend(sub.formats.iter().map(|f| &f.ty).chain(&sub.default));
                }
                _ => {}
            }
        }
    }

    /// The sets themselves and all that enclose them, nearest first.
    fn up(&self, from: &[SetId]) -> Vec<SetId> {
        let mut found = from.to_vec();
        let mut next = 0;
        while let Some(set) = found.get(next).copied() {
            next += 1;
            for parent in self.sets.get(&set).into_iter().flatten() {
                if !found.contains(parent) {
                    found.push(*parent);
                }
            }
        }
        found
    }
}

impl Lower<'_> {
    /// A selector as written; the pass at the end finds where it stands.
    pub(super) fn selector(&mut self, word: &Word, place: Place) -> Selector {
        self.selectors.push(Pending { place, word: word.clone() });
        match word.split_once('.') {
            Some(("header", member)) => Selector::Header(member.to_owned()),
            Some(("request", member)) => Selector::Request(member.to_owned()),
            _ => Selector::Attr(word.text.clone()),
        }
    }

    pub(super) fn resolve_selectors(&mut self) {
        let parents = Parents::of(&self.model);
        let mut keys: BTreeMap<SubId, Vec<(Value, Span)>> = BTreeMap::new();
        let pending = std::mem::take(&mut self.selectors);
        // Selectors of one place follow each other, in the order of its list.
        for group in pending.chunk_by(|a, b| a.place == b.place) {
            let place = group[0].place;
            let users: Vec<SetId> = match place {
                Place::Attr(set, _) => vec![set],
                Place::Format(sub, _) | Place::Default(sub) => {
                    parents.users.get(&sub).into_iter().flatten().copied().collect()
                }
            };
            let mut values = Vec::new();
            for (ix, pending) in group.iter().enumerate() {
                let Some(selector) = selector_at(&mut self.model, place, ix).map(|s| s.clone()) else {
                    continue;
                };
                let Some((found, value)) = self.resolve_selector(&parents, &users, selector, &pending.word)
                else {
                    continue;
                };
                if let Some(slot) = selector_at(&mut self.model, place, ix) {
                    *slot = found;
                }
                values.push((value, pending.word.span));
            }
            let sub = match type_at(&mut self.model, place) {
                Some(Type::Sub(sub, by)) if values.len() == by.len() => Some(*sub),
                _ => None,
            };
            match sub {
                Some(sub) => self.agree(sub, values, &mut keys),
                None => self.check_family_selector(place, &values),
            }
        }
        for (sub, values) in keys {
            self.resolve_keys(sub, &values);
        }
    }

    /// `ip by X`: X must be an integer.
    fn check_family_selector(&mut self, place: Place, values: &[(Value, Span)]) {
        if let (Some(Type::Ip(_)), [(Value::Text, span)]) = (type_at(&mut self.model, place), values) {
            let message = "an address family is an integer, this selector is text";
            self.error(codes::SELECTOR_KIND, message, *span);
        }
    }

    fn resolve_selector(
        &mut self,
        parents: &Parents,
        users: &[SetId],
        selector: Selector,
        word: &Word,
    ) -> Option<(Selector, Value)> {
        let around = parents.up(users);
        let found = match &selector {
            Selector::Header(member) => {
                let headers: Vec<StructId> = around.iter().filter_map(|s| self.model[*s].header).collect();
                self.member_value(&headers, member).map(|value| (selector.clone(), value))
            }
            Selector::Request(member) => {
                let headers = self.request_headers(&around);
                self.member_value(&headers, member).map(|value| (selector.clone(), value))
            }
            Selector::Attr(name) | Selector::Outer(name) => {
                let set = around.iter().find(|s| self.model[**s].attrs.iter().any(|a| a.name == *name));
                set.map(|set| {
                    let own = users.contains(set);
                    let attr = self.model[*set].attrs.iter().find(|a| a.name == *name);
                    let value = attr.map(|a| attr_value(&a.ty));
                    let name = name.clone();
                    (if own { Selector::Attr(name) } else { Selector::Outer(name) }, value.unwrap_or(Err(())))
                })
            }
        };
        match found {
            Some((selector, Ok(value))) => Some((selector, value)),
            Some((_, Err(()))) => {
                let message = format!("`{}` cannot select: it is neither text nor an integer", &**word);
                self.error(codes::SELECTOR_KIND, message, word.span);
                None
            }
            None => {
                // A set for other files may find its selector where it is used.
                let message = users.iter().any(|s| {
                    let family = &self.model.families[self.model[*s].family.0 as usize];
                    family.protocol != Protocol::None
                });
                if message {
                    self.no_selector(&around, &selector, word);
                }
                None
            }
        }
    }

    fn no_selector(&mut self, around: &[SetId], selector: &Selector, word: &Word) {
        let (what, known): (String, Vec<String>) = match selector {
            Selector::Header(_) => {
                let headers: Vec<StructId> = around.iter().filter_map(|s| self.model[*s].header).collect();
                (
                    format!("no fixed header has the member of `{}`", word.text),
                    self.members(&headers, "header"),
                )
            }
            Selector::Request(_) => {
                let headers = self.request_headers(around);
                (
                    format!("no request's header has the member of `{}`", word.text),
                    self.members(&headers, "request"),
                )
            }
            Selector::Attr(name) | Selector::Outer(name) => {
                let mut known: Vec<String> =
                    around.iter().flat_map(|s| &self.model[*s].attrs).map(|a| a.name.clone()).collect();
                let headers: Vec<StructId> = around.iter().filter_map(|s| self.model[*s].header).collect();
                known.extend(self.members(&headers, "header"));
                (format!("neither this set nor one around it has the attribute `{name}`"), known)
            }
        };
        let names: BTreeSet<&str> = around.iter().map(|s| self.model[*s].name.as_str()).collect();
        let looked = format!("looked in {}", list(names));
        let help = did_you_mean(word, known.iter().map(String::as_str));
        self.out.push(
            Diagnostic::error(codes::NO_SELECTOR, what).at(word.span, "").maybe_help(help).help(looked),
        );
    }

    fn members(&self, headers: &[StructId], before: &str) -> Vec<String> {
        let members = headers.iter().flat_map(|h| &self.model[*h].members);
        members.map(|m| format!("{before}.{}", m.c_name)).collect()
    }

    /// Fixed headers of the requests that these sets are, or answer.
    fn request_headers(&self, around: &[SetId]) -> Vec<StructId> {
        let ops = self.model.families.iter().flat_map(|f| &f.operations);
        let answers = ops.filter(|op| {
            let sets = [&op.reply, &op.request].into_iter().flatten().filter_map(|m| m.set);
            sets.into_iter().any(|set| around.contains(&set))
        });
        let requests = answers.filter_map(|op| op.request.as_ref()?.set);
        let mut headers: Vec<StructId> = requests.filter_map(|set| self.model[set].header).collect();
        headers.dedup();
        headers
    }

    fn member_value(&self, headers: &[StructId], member: &str) -> Option<Result<Value, ()>> {
        let members = headers.iter().flat_map(|h| &self.model[*h].members);
        let found = members.into_iter().find(|m| m.c_name == member)?;
        Some(match &found.ty {
            MemberType::Scalar(_, names) => Ok(Value::Number(*names)),
            MemberType::Text(_) => Ok(Value::Text),
            _ => Err(()),
        })
    }

    /// All uses of a table must mean its keys in the same way.
    fn agree(
        &mut self,
        sub: SubId,
        values: Vec<(Value, Span)>,
        keys: &mut BTreeMap<SubId, Vec<(Value, Span)>>,
    ) {
        let Some(known) = keys.get(&sub) else {
            keys.insert(sub, values);
            return;
        };
        let same = known.len() == values.len()
            && known.iter().zip(&values).all(|((a, _), (b, _))| match (a, b) {
                (Value::Number(Some(a)), Value::Number(Some(b))) => {
                    a == b || self.model[*a].entries == self.model[*b].entries
                }
                (Value::Number(_), Value::Number(_)) | (Value::Text, Value::Text) => true,
                _ => false,
            });
        if !same && let (Some((_, first)), Some((_, again))) = (known.first(), values.first()) {
            let message = format!("`{}` is selected by values of different kinds", self.model[sub].name);
            self.out.push(
                Diagnostic::error(codes::SELECTOR_KIND, message).at(*again, "here").at(*first, "and here"),
            );
        }
    }

    fn resolve_keys(&mut self, sub: SubId, values: &[(Value, Span)]) {
        let formats = std::mem::take(&mut self.model[sub].formats);
        let mut resolved: Vec<(crate::ir::Format, Option<Span>)> = Vec::new();
        for mut format in formats {
            let Some(Key::Text(written)) = format.keys.first().cloned() else { continue };
            let span = self.format_key(sub, &written);
            let parts: Vec<&str> = match values.len() {
                1 => vec![&*written],
                _ => written.split(',').map(str::trim).collect(),
            };
            if parts.len() != values.len() {
                let found = plural(parts.len() as u64, "value");
                let message = format!("`{written}` has {found}, the selector has {}", values.len());
                self.error(codes::KEY_COUNT, message, span.unwrap_or_default());
                continue;
            }
            let keys: Vec<Key> = parts
                .iter()
                .zip(values)
                .filter_map(|(part, (value, _))| self.key(part, *value, span.unwrap_or_default()))
                .collect();
            if keys.len() != values.len() {
                continue;
            }
            if let Some((_, first)) = resolved.iter().find(|(f, _)| same_keys(&f.keys, &keys)) {
                let message = format!("`{written}` stands twice in `{}`", self.model[sub].name);
                let mut diagnostic =
                    Diagnostic::error(codes::KEY_TWICE, message).at(span.unwrap_or_default(), "again here");
                if let Some(first) = first {
                    diagnostic = diagnostic.at(*first, "first here");
                }
                self.out.push(diagnostic);
                continue;
            }
            format.keys = keys;
            resolved.push((format, span));
        }
        self.model[sub].formats = resolved.into_iter().map(|(f, _)| f).collect();
    }

    pub(super) fn key(&mut self, text: &str, value: Value, span: Span) -> Option<Key> {
        let Value::Number(names) = value else { return Some(Key::Text(text.to_owned())) };
        let entries = names.map(|id| &self.model[id].entries[..]).unwrap_or_default();
        let number = literal(text);
        let entry = entries.iter().find(|e| e.name == text || e.c_name == text || Some(e.value) == number);
        if let Some(entry) = entry {
            let (name, c_name) = (entry.name.clone(), entry.c_name.clone());
            return Some(Key::Number { name, c_name, value: entry.value });
        }
        if let Some(value) = number {
            return Some(Key::Number { name: text.to_owned(), c_name: String::new(), value });
        }
        if let Some(value) = self.facts.int(text).or_else(|| self.schema_constant(text)) {
            let (name, c_name) = (names::schema_name("", text), text.to_owned());
            return Some(Key::Number { name, c_name, value });
        }
        let of = names.map(|id| format!(" of `{}`", self.model[id].name)).unwrap_or_default();
        let message = format!("`{text}` is no entry{of}, no constant and no number");
        let help = did_you_mean(text, entries.iter().map(|e| e.name.as_str()));
        self.out.push(Diagnostic::error(codes::UNKNOWN_KEY_VALUE, message).at(span, "").maybe_help(help));
        None
    }
}

fn same_keys(a: &[Key], b: &[Key]) -> bool {
    a.iter().zip(b).all(|pair| match pair {
        (Key::Text(a), Key::Text(b)) => a == b,
        (Key::Number { value: a, .. }, Key::Number { value: b, .. }) => a == b,
        _ => false,
    })
}

fn attr_value(ty: &Type) -> Result<Value, ()> {
    match ty {
        Type::String => Ok(Value::Text),
        Type::Scalar(_, names) | Type::VarInt { names, .. } => Ok(Value::Number(*names)),
        _ => Err(()),
    }
}

fn type_at(model: &mut Model, place: Place) -> Option<&mut Type> {
    match place {
        Place::Attr(set, ix) => model[set].attrs.get_mut(ix).map(|a| &mut a.ty),
        Place::Format(sub, ix) => model[sub].formats.get_mut(ix).map(|f| &mut f.ty),
        Place::Default(sub) => model[sub].default.as_mut(),
    }
}

fn selector_at(model: &mut Model, place: Place, ix: usize) -> Option<&mut Selector> {
    match type_at(model, place)? {
        Type::Sub(_, by) => by.get_mut(ix),
        Type::Ip(by) if ix == 0 => by.as_mut(),
        _ => None,
    }
}
