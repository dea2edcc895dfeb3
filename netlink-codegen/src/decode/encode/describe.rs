//! Types in words: what an attribute or a member takes, for errors and listings.

use crate::ir::{Attr, Card, EnumId, Key, MemberType, Model, Selector, SetId, StructId, Type};
use crate::rewrite::scalar_word;

/// The attributes of a set that a request may have, in order.
pub fn attributes(model: &Model, set: SetId) -> impl Iterator<Item = &Attr> {
    model[set].attrs.iter().filter(|attr| !matches!(attr.ty, Type::Pad | Type::Unused))
}

/// What an attribute takes, in the words of the schema language: `u32 enum oper-state`, `multi nest
/// link-info`.
pub fn attribute(model: &Model, attr: &Attr) -> String {
    let card = match &attr.card {
        Card::One => String::new(),
        Card::Multi => "multi ".to_owned(),
        Card::Indexed => "indexed ".to_owned(),
        Card::TypeValue(levels) => format!("by {} ", levels.join(" and ")),
    };
    let unit = attr.unit.map_or(String::new(), |unit| format!(", {}", unit.word()));
    format!("{card}{}{unit}", payload(model, &attr.ty))
}

/// What a payload is.
pub fn payload(model: &Model, ty: &Type) -> String {
    match ty {
        Type::Scalar(scalar, names) => format!("{}{}", scalar_word(*scalar), named(model, *names)),
        Type::VarInt { signed, names: names @ Some(_) } => {
            format!("{}{}", if *signed { "sint" } else { "uint" }, named(model, *names))
        }
        Type::Bitfield32(names @ Some(_)) => format!("bitfield32{}", named(model, *names)),
        Type::Nest(set) => match model[*set].header {
            Some(header) => format!("{} + {}", structure(model, header), model[*set].name),
            None => format!("nest {}", model[*set].name),
        },
        Type::Struct(id) => structure(model, *id),
        Type::Array(element) => format!("array {}", payload(model, element)),
        Type::Records(set, _) => format!("records {}", model[*set].name),
        Type::Sub(_, by) => {
            let by: Vec<_> = by.iter().map(selector).collect();
            format!("by {}", by.join(", "))
        }
        Type::Ip(Some(by)) => format!("ip by {}", selector(by)),
        word => word.word().unwrap_or_default().to_owned(),
    }
}

/// What a struct's member is.
pub fn member(model: &Model, ty: &MemberType) -> String {
    match ty {
        MemberType::Scalar(scalar, names) => format!("{}{}", scalar_word(*scalar), named(model, *names)),
        MemberType::Text(_) => "string".to_owned(),
        MemberType::Bytes(n) => format!("binary of {n}"),
        MemberType::Struct(id) => structure(model, *id),
        MemberType::UnionBy(id, by) => format!("{} by {by}", structure(model, *id)),
        MemberType::Ip4 => "ip4".to_owned(),
        MemberType::Ip6 => "ip6".to_owned(),
        MemberType::IpBy(by) => format!("ip by {by}"),
        MemberType::Mac(_) => "mac".to_owned(),
        MemberType::Array(element, n) => format!("array of {n} {}", member(model, element)),
        MemberType::Tail(element) => format!("array {}", member(model, element)),
    }
}

/// The enum or the flags that name values of an attribute.
pub fn names(ty: &Type) -> Option<EnumId> {
    match ty {
        Type::Scalar(_, names) | Type::VarInt { names, .. } | Type::Bitfield32(names) => *names,
        Type::Array(element) => names(element),
        _ => None,
    }
}

/// Where a selector's value stands, as requests say it.
pub fn selector(by: &Selector) -> String {
    match by {
        Selector::Attr(name) | Selector::Outer(name) => name.clone(),
        Selector::Header(member) | Selector::Request(member) => format!("header.{member}"),
    }
}

/// A selector's value, as requests say it.
pub fn key(key: &Key) -> &str {
    match key {
        Key::Text(text) => text,
        Key::Number { name, .. } => name,
    }
}

/// Attributes of a set with what they take, a line for each, as far as they fit on a screen.
pub(super) fn table(model: &Model, set: SetId) -> String {
    const SHOWN: usize = 24;
    let all: Vec<_> = attributes(model, set).collect();
    let shown = &all[..all.len().min(SHOWN)];
    let width = shown.iter().map(|attr| attr.name.len()).max().unwrap_or(0);
    let mut lines: Vec<_> =
        shown.iter().map(|attr| format!("  {:width$}  {}", attr.name, attribute(model, attr))).collect();
    if all.len() > SHOWN {
        lines.push(format!("  and {} more", all.len() - SHOWN));
    }
    lines.join("\n")
}

fn named(model: &Model, names: Option<EnumId>) -> String {
    match names {
        Some(id) if model[id].flags => format!(" flags {}", model[id].name),
        Some(id) => format!(" enum {}", model[id].name),
        None => String::new(),
    }
}

fn structure(model: &Model, id: StructId) -> String {
    let source = &model[id];
    match source.c_name.as_str() {
        "" => source.name.clone(),
        c_name => format!("struct {c_name}"),
    }
}
