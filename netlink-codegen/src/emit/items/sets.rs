//! Attribute sets and sub-messages.

use super::{Field, Result, Row, Rows, SetRow, numbered};
use crate::emit::EmitError;
use crate::emit::docs;
use crate::emit::names::{Scope, attr_field};
use crate::emit::types::bounds;
use crate::ir::names;
use crate::ir::{Attr, Format, Item, Key, Model, SetId, Sub, SubId, Type};
use std::collections::BTreeSet;

impl Rows<'_> {
    pub(super) fn sets(&mut self) -> Result<Vec<SetRow>> {
        let mut out = Vec::new();
        for id in top_down(self.model, &self.family.sets) {
            let row = self.set(id).map_err(|e| e.at(format!("set `{}`", self.model[id].name)))?;
            out.push(row);
        }
        Ok(out)
    }

    fn set(&mut self, id: SetId) -> Result<SetRow> {
        let set = &self.model[id];
        let name = self.own(Item::Set(id))?;
        let mut scope = Scope::with(["rest"]);
        if set.header.is_some() {
            scope.claim("header".to_owned());
        }
        let (mut fields, mut pads, mut unused) = (Vec::new(), Vec::new(), Vec::new());
        for attr in &set.attrs {
            match attr.ty {
                Type::Pad => pads.push(numbered(&attr.c_name, attr.number)?),
                Type::Unused => unused.push(numbered(&attr.c_name, attr.number)?),
                _ => fields.extend(self.attr(id, attr, &mut scope).map_err(|e| e.at(&attr.c_name))?),
            }
        }
        let mut args = vec!["debug".to_owned()];
        for (word, list) in [("pad", pads), ("unused", unused)] {
            if !list.is_empty() {
                args.push(format!("{word}({})", list.join(", ")));
            }
        }
        let header = match set.header {
            Some(header) => Some(Field {
                doc: format!("The fixed header, {}.", c_struct(self.model, header)),
                args: "header".to_owned(),
                name: "header".to_owned(),
                ty: self.imports.word(Item::Struct(header))?,
                long_array: "",
            }),
            None => None,
        };
        let prefix = match set.c_prefix.as_str() {
            "" => String::new(),
            prefix => format!("C prefix `{prefix}*`."),
        };
        let intro =
            if set.doc.is_empty() { format!("The attributes of `{}`.", set.name) } else { String::new() };
        Ok(SetRow {
            row: Row { doc: docs::item(&intro, &set.doc, &prefix), args: args.join(", "), name, fields },
            derive: if set.message { "NetlinkMessage" } else { "NetlinkAttrs" },
            header,
        })
    }

    fn attr(&mut self, owner: SetId, attr: &Attr, scope: &mut Scope) -> Result<Option<Field>> {
        let Some(typed) = self.types().field(owner, attr)? else { return Ok(None) };
        let mut args = vec![numbered(&attr.c_name, attr.number)?];
        args.extend(typed.words);
        args.extend(bounds(attr));
        Ok(Some(Field {
            doc: docs::line(&attr.c_name, &attr.name, &attr.doc, &docs::lifetime(self.model, attr.life)),
            args: args.join(", "),
            name: scope.claim(attr_field(&attr.name)),
            ty: typed.ty,
            long_array: "",
        }))
    }

    pub(super) fn subs(&mut self) -> Result<Vec<Row>> {
        let mut out = Vec::new();
        for &id in &self.family.subs {
            let sub = &self.model[id];
            out.push(self.sub(id, sub).map_err(|e| e.at(format!("sub-message `{}`", sub.name)))?);
        }
        Ok(out)
    }

    fn sub(&mut self, id: SubId, sub: &Sub) -> Result<Row> {
        let mut scope = Scope::with(["Unknown"]);
        if sub.default.is_some() {
            scope.claim("Other".to_owned());
        }
        let mut fields = Vec::new();
        for format in &sub.formats {
            let shown: Vec<&str> = format.keys.iter().map(key_name).collect();
            let shown = shown.join(" ");
            let row = self.format(format, &shown, &mut scope).map_err(|e| e.at(format!("`{shown}`")))?;
            fields.push(row);
        }
        if let Some(default) = &sub.default {
            let typed = self.types().format(default).map_err(|e| e.at("default"))?;
            fields.push(Field {
                doc: "Any other selector.".to_owned(),
                args: [vec!["default".to_owned()], typed.words].concat().join(", "),
                name: "Other".to_owned(),
                ty: typed.ty,
                long_array: "",
            });
        }
        fields.push(Field {
            doc: "A form that this table does not know, as bytes.".to_owned(),
            args: "unknown".to_owned(),
            name: "Unknown".to_owned(),
            ty: "Vec<u8>".to_owned(),
            long_array: "",
        });
        let intro =
            if sub.doc.is_empty() { format!("The formats of `{}`.", sub.name) } else { String::new() };
        let name = self.own(Item::Sub(id))?;
        Ok(Row { doc: docs::item(&intro, &sub.doc, ""), args: "debug".to_owned(), name, fields })
    }

    fn format(&mut self, format: &Format, shown: &str, scope: &mut Scope) -> Result<Field> {
        let typed = self.types().format(&format.ty)?;
        let mut args = match format.keys.as_slice() {
            [] => return Err(EmitError::unsupported("a format without a key")),
            [Key::Number { c_name, value, .. }] if !c_name.is_empty() => vec![numbered(c_name, value)?],
            keys => keys.iter().map(key_literal).collect(),
        };
        args.extend(typed.words);
        let c_names: Vec<&str> = format
            .keys
            .iter()
            .map(|key| match key {
                Key::Text(text) => text,
                Key::Number { c_name, .. } => c_name.as_str(),
            })
            .filter(|c| !c.is_empty())
            .collect();
        Ok(Field {
            doc: docs::line(&c_names.join(" "), shown, &format.doc, ""),
            args: args.join(", "),
            name: scope.claim(names::type_name(shown)),
            ty: typed.ty,
            long_array: "",
        })
    }
}

fn key_name(key: &Key) -> &str {
    match key {
        Key::Text(text) => text,
        Key::Number { name, .. } => name,
    }
}

fn key_literal(key: &Key) -> String {
    match key {
        Key::Text(text) => format!("{text:?}"),
        Key::Number { value, .. } => value.to_string(),
    }
}

/// `` `struct ifinfomsg` ``, or the typedef's name alone.
pub(super) fn c_struct(model: &Model, id: crate::ir::StructId) -> String {
    let s = &model[id];
    match (s.typedef, s.union) {
        (true, _) => format!("`{}`", s.c_name),
        (false, true) => format!("`union {}`", s.c_name),
        (false, false) => format!("`struct {}`", s.c_name),
    }
}

/// The sets of a family with each message before what it nests; what no message reaches comes
/// last, in schema order.
fn top_down(model: &Model, sets: &[SetId]) -> Vec<SetId> {
    let own: BTreeSet<SetId> = sets.iter().copied().collect();
    let (messages, others): (Vec<SetId>, Vec<SetId>) = sets.iter().partition(|id| model[**id].message);
    let mut out = Vec::with_capacity(sets.len());
    let mut seen = BTreeSet::new();
    // A stack, not recursion: schemas may nest as deep as they like.
    let mut todo: Vec<SetId> = messages.into_iter().chain(others).rev().collect();
    while let Some(id) = todo.pop() {
        if !own.contains(&id) || !seen.insert(id) {
            continue;
        }
        out.push(id);
        let types = model[id].attrs.iter().map(|a| &a.ty);
        let inner: Vec<SetId> = types.flat_map(|ty| nested(model, ty)).collect();
        todo.extend(inner.into_iter().rev());
    }
    out
}

/// The sets a type leads to directly.
fn nested(model: &Model, ty: &Type) -> Vec<SetId> {
    match ty {
        Type::Nest(set) | Type::Records(set, _) => vec![*set],
        Type::Sub(sub, _) => {
            let sub = &model[*sub];
            let types = sub.formats.iter().map(|f| &f.ty).chain(&sub.default);
            types.filter(|ty| !matches!(ty, Type::Sub(..))).flat_map(|ty| nested(model, ty)).collect()
        }
        _ => Vec::new(),
    }
}
