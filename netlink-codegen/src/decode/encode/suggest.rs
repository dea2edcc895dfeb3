//! What a request may go on with, for people who type one.

use super::select::Scope;
use super::{Input, describe, entries, structs, value};
use crate::ir::{Attr, Card, EnumId, Key, Member, MemberType, Model, Selector, SetId, StructId, Type};
use serde_json::Value;

/// A word that an argument may become, and what it is. One that ends with `=` or `.` goes on.
pub type Suggestion = (String, String);

/// What `typed`, the beginning of `path=value`, may become in a request that has `input` already.
pub fn attribute(model: &Model, set: SetId, input: &Input, typed: &str) -> Vec<Suggestion> {
    let given = Value::Object(input.header.clone());
    let header = model[set].header.and_then(|header| structs::structure(model, header, &given).ok());
    let header = header.unwrap_or_default();
    let attrs = input.attrs.iter().map(|(name, value)| (name.as_str(), value));
    in_set(&scope(model, set, &header, attrs, None), &Typed::read(typed))
}

/// What `typed`, the beginning of `member=value`, may become.
pub fn header(model: &Model, set: SetId, typed: &str) -> Vec<Suggestion> {
    model[set].header.map(|header| in_struct(model, header, &Typed::read(typed))).unwrap_or_default()
}

/// A path, perhaps with the beginning of a value.
struct Typed<'t> {
    path: &'t str,
    value: Option<&'t str>,
}

impl<'t> Typed<'t> {
    fn read(text: &'t str) -> Self {
        match text.split_once('=') {
            Some((path, value)) => Typed { path, value: Some(value) },
            None => Typed { path: text, value: None },
        }
    }

    /// What leads into something, and the rest.
    fn inward(&self) -> Option<(&'t str, Typed<'t>)> {
        let (first, path) = self.path.split_once('.')?;
        Some((first, Typed { path, value: self.value }))
    }
}

fn scope<'s>(
    model: &'s Model,
    set: SetId,
    header: &'s [u8],
    attrs: impl Iterator<Item = (&'s str, &'s Value)>,
    outer: Option<&'s Scope<'s>>,
) -> Scope<'s> {
    let known = attrs.filter_map(|(name, value)| Some((find(model, set, name)?, value))).collect();
    Scope { model, set, header, known, outer }
}

fn find<'m>(model: &'m Model, set: SetId, name: &str) -> Option<&'m Attr> {
    let is = |attr: &&Attr| value::same_name(name, &attr.name) || value::same_name(name, &attr.c_name);
    describe::attributes(model, set).find(is)
}

fn in_set(scope: &Scope<'_>, typed: &Typed<'_>) -> Vec<Suggestion> {
    let model = scope.model;
    if let Some((first, rest)) = typed.inward() {
        let Some(attr) = find(model, scope.set, first) else { return Vec::new() };
        let given = scope.known.iter().rev().find(|(known, _)| std::ptr::eq(*known, attr));
        let levels = match &attr.card {
            Card::One | Card::Multi => 0,
            Card::Indexed => 1,
            Card::TypeValue(levels) => levels.len(),
        };
        return after(&format!("{first}."), in_members(scope, attr, levels, given.map(|(_, v)| *v), rest));
    }
    match typed.value {
        Some(value) => {
            let attr = find(model, scope.set, typed.path);
            let words = attr.map(|attr| values(scope, attr, value)).unwrap_or_default();
            after(&format!("{}=", typed.path), words)
        }
        None => {
            let all = describe::attributes(model, scope.set);
            let all = all.filter(|attr| starts(&attr.name, typed.path));
            all.map(|attr| (format!("{}{}", attr.name, end(scope, attr)), attr.doc.clone())).collect()
        }
    }
}

/// Inside of an attribute, below so many levels of numbers.
fn in_members(
    scope: &Scope<'_>,
    attr: &Attr,
    levels: usize,
    given: Option<&Value>,
    typed: Typed<'_>,
) -> Vec<Suggestion> {
    if levels == 0 {
        return in_type(scope, &attr.ty, given, &typed);
    }
    let Some((number, rest)) = typed.inward() else { return Vec::new() };
    let inner = given.and_then(|value| value.get(number));
    after(&format!("{number}."), in_members(scope, attr, levels - 1, inner, rest))
}

fn in_type(scope: &Scope<'_>, ty: &Type, given: Option<&Value>, typed: &Typed<'_>) -> Vec<Suggestion> {
    let model = scope.model;
    match ty {
        Type::Nest(set) => {
            let attrs = given.and_then(|value| entries(value).ok()).unwrap_or_default();
            let attrs = attrs.iter().map(|(name, value)| (name.as_ref(), *value));
            in_set(&self::scope(model, *set, &[], attrs, Some(scope)), typed)
        }
        Type::Struct(id) => in_struct(model, *id, typed),
        Type::Sub(id, by) => match scope.format(*id, by) {
            Ok(Ok(format)) if !matches!(format, Type::Sub(..)) => in_type(scope, format, given, typed),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn in_struct(model: &Model, id: StructId, typed: &Typed<'_>) -> Vec<Suggestion> {
    let mut members = model.flat_members(id).map(|(_, member)| member);
    if let Some(value) = typed.value {
        let member = members.find(|member| value::same_name(typed.path, &member.c_name));
        let words = match member.map(|member| &member.ty) {
            Some(MemberType::Scalar(_, Some(names))) => named(model, *names, value),
            Some(MemberType::Struct(inner)) => in_struct(model, *inner, &Typed { path: "", value: None }),
            _ => Vec::new(),
        };
        return after(&format!("{}=", typed.path), words);
    }
    let word = |member: &Member| (format!("{}=", member.c_name), describe::member(model, &member.ty));
    // C marks what nobody should touch.
    let meant = |member: &&Member| starts(&member.c_name, typed.path) && !member.c_name.starts_with('_');
    members.filter(meant).map(word).collect()
}

/// What follows an attribute's name.
fn end(scope: &Scope<'_>, attr: &Attr) -> &'static str {
    let ty = match &attr.ty {
        Type::Sub(id, by) => match scope.format(*id, by) {
            Ok(Ok(format)) => format,
            _ => return ".",
        },
        ty => ty,
    };
    match (ty, &attr.card) {
        (_, Card::Indexed | Card::TypeValue(_)) | (Type::Nest(_) | Type::Struct(_), _) => ".",
        (Type::Flag, _) => "",
        _ => "=",
    }
}

/// Names of values: of an enum, or of the forms that the attribute chooses among.
fn values(scope: &Scope<'_>, attr: &Attr, typed: &str) -> Vec<Suggestion> {
    if let Some(names) = describe::names(&attr.ty) {
        return named(scope.model, names, typed);
    }
    let mut words: Vec<Suggestion> = Vec::new();
    for other in &scope.model[scope.set].attrs {
        let Type::Sub(sub, by) = &other.ty else { continue };
        let Some(at) = by.iter().position(|by| *by == Selector::Attr(attr.name.clone())) else { continue };
        for format in &scope.model[*sub].formats {
            let Some(Key::Text(key)) = format.keys.get(at) else { continue };
            if key.starts_with(typed) && !words.iter().any(|(word, _)| word == key) {
                words.push((key.clone(), format.doc.clone()));
            }
        }
    }
    words
}

/// Names of an enum's values; of flags, the last of a list.
fn named(model: &Model, id: EnumId, typed: &str) -> Vec<Suggestion> {
    let source = &model[id];
    let (start, typed) = match typed.rfind([',', '|']).filter(|_| source.flags) {
        Some(comma) => typed.split_at(comma + 1),
        None => ("", typed),
    };
    let entries = source.entries.iter().filter(|entry| starts(&entry.name, typed));
    after(start, entries.map(|entry| (entry.name.clone(), entry.doc.clone())).collect())
}

/// Whether a name may be meant by its beginning.
fn starts(name: &str, typed: &str) -> bool {
    name.get(..typed.len()).is_some_and(|start| value::same_name(typed, start))
}

fn after(start: &str, words: Vec<Suggestion>) -> Vec<Suggestion> {
    words.into_iter().map(|(word, doc)| (format!("{start}{word}"), doc)).collect()
}
