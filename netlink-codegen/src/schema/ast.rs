//! What a schema file says, before any reference is followed and any number is known.
//!
//! One tree for both spellings: a YAML sequence means what YNL says, a mapping is the short
//! form, and every named thing remembers which of the two it was ([`Form`]).

use super::expr::{Names, TypeExpr, Word};
use super::node::Text;
use crate::report::Span;

/// How a named thing was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// In a sequence: numbers by `value` or position, struct layouts as written.
    Ynl,
    /// In a mapping: numbers and layouts from headers, by C name.
    #[default]
    Short,
}

/// A schema file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Index of the text in the source map.
    pub source: u32,
    /// The file's name without folder and `.yaml`: how other files refer to it.
    pub stem: String,
    /// `name`.
    pub name: Option<Text>,
    /// `doc`.
    pub doc: String,
    /// `protocol`.
    pub protocol: Option<Text>,
    /// `protonum`.
    pub protonum: Option<Text>,
    /// `version`.
    pub version: Option<Text>,
    /// `c-family-name`.
    pub c_family_name: Option<Text>,
    /// `c-version-name`.
    pub c_version_name: Option<Text>,
    /// `subsystem`.
    pub subsystem: Option<Text>,
    /// `definitions`.
    pub definitions: Vec<Definition>,
    /// `attribute-sets`.
    pub sets: Vec<AttrSet>,
    /// `sub-messages`.
    pub subs: Vec<SubTable>,
    /// `operations`.
    pub operations: Operations,
    /// `mcast-groups`.
    pub groups: Groups,
}

/// What a definition defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefKind {
    /// A constant.
    Const,
    /// Values.
    Enum,
    /// Masks that combine (in YNL written as bit indices).
    Flags,
    /// A C struct.
    Struct,
}

/// A definition.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: Text,
    /// How it was written.
    pub form: Form,
    /// `doc`.
    pub doc: String,
    /// What it defines.
    pub kind: DefKind,
    /// `c-name`.
    pub c_name: Option<Text>,
    /// `name-prefix`.
    pub prefix: Option<Text>,
    /// `enum-name`.
    pub enum_name: Option<Text>,
    /// `type: bits`: entries are bit numbers of flags.
    pub bits: bool,
    /// `type: enum NAME+`: where entries come from.
    pub names: Option<Names>,
    /// `type: struct TAG`.
    pub tag: Option<Word>,
    /// `value` of a constant.
    pub value: Option<Text>,
    /// `value-start`.
    pub value_start: Option<Text>,
    /// `entries`.
    pub entries: Vec<Entry>,
    /// `members`.
    pub members: Vec<Member>,
}

/// An entry of an enum or flags definition.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: Text,
    /// How it was written.
    pub form: Form,
    /// `c-name`.
    pub c_name: Option<Text>,
    /// `value`.
    pub value: Option<Text>,
    /// `doc`.
    pub doc: String,
}

/// A member of a struct definition.
#[derive(Clone, Debug)]
pub struct Member {
    /// The C name (short form: perhaps a path), or YNL's name.
    pub name: Text,
    /// How it was written.
    pub form: Form,
    /// The annotation, in the short form.
    pub ty: Option<TypeExpr>,
    /// YNL's keys.
    pub ynl: YnlType,
    /// `doc`.
    pub doc: String,
}

/// YNL's keys that together say a type.
#[derive(Clone, Debug, Default)]
pub struct YnlType {
    /// `type`: a word of YNL's or a type expression.
    pub ty: Option<Text>,
    /// `byte-order`.
    pub byte_order: Option<Text>,
    /// `enum`.
    pub names: Option<Text>,
    /// `enum-as-flags`.
    pub as_flags: Option<bool>,
    /// `nested-attributes`.
    pub nested: Option<Text>,
    /// `multi-attr`.
    pub multi: Option<bool>,
    /// `sub-type`.
    pub sub_type: Option<Text>,
    /// `struct`.
    pub structure: Option<Text>,
    /// `sub-message`.
    pub sub_message: Option<Text>,
    /// `selector`.
    pub selector: Option<Text>,
    /// `type-value`.
    pub type_value: Vec<Text>,
    /// `display-hint`.
    pub hint: Option<Text>,
    /// `len` of a struct member.
    pub len: Option<Text>,
}

/// An attribute set.
#[derive(Clone, Debug)]
pub struct AttrSet {
    /// Its name.
    pub name: Text,
    /// How it was written.
    pub form: Form,
    /// `doc`.
    pub doc: String,
    /// `name-prefix`.
    pub prefix: Option<Text>,
    /// `enum-name`.
    pub enum_name: Option<Text>,
    /// `subset-of`.
    pub subset_of: Option<Text>,
    /// `extends`.
    pub extends: Option<Text>,
    /// `attributes`.
    pub attrs: Vec<Attr>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attr {
    /// Its name.
    pub name: Text,
    /// How it was written.
    pub form: Form,
    /// `c-name`.
    pub c_name: Option<Text>,
    /// Its own `name-prefix` (YNL).
    pub prefix: Option<Text>,
    /// The type expression, in the short form.
    pub ty: Option<TypeExpr>,
    /// YNL's keys.
    pub ynl: YnlType,
    /// `value`.
    pub value: Option<Text>,
    /// `always`.
    pub always: bool,
    /// `doc`.
    pub doc: String,
    /// `checks`, as written.
    pub checks: Vec<(Text, Text)>,
    /// `unit`.
    pub unit: Option<Text>,
    /// `since`.
    pub since: Option<Text>,
}

/// A sub-message table.
#[derive(Clone, Debug)]
pub struct SubTable {
    /// Its name.
    pub name: Text,
    /// `doc`.
    pub doc: String,
    /// Its rows.
    pub formats: Vec<Format>,
}

/// One row of a sub-message table.
#[derive(Clone, Debug)]
pub struct Format {
    /// The selector's value, as written; `default` for the rest.
    pub key: Text,
    /// How it was written.
    pub form: Form,
    /// The payload. `None`: nothing follows.
    pub ty: Option<TypeExpr>,
    /// `doc`.
    pub doc: String,
}

/// The operations.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    /// `name-prefix`.
    pub prefix: Option<Text>,
    /// `fixed-header`.
    pub fixed_header: Option<Text>,
    /// `attribute-set`.
    pub attribute_set: Option<Text>,
    /// `enum-model: directional`.
    pub directional: bool,
    /// `list`.
    pub list: Vec<Op>,
}

/// What an operation does, as a line: `do dump event -> newlink`.
#[derive(Clone, Debug, Default)]
pub struct Modes {
    /// A single request.
    pub single: bool,
    /// A dump.
    pub dump: bool,
    /// The kernel sends it on its own.
    pub event: bool,
    /// The reply's name where it differs.
    pub reply: Option<Word>,
}

/// An operation.
#[derive(Clone, Debug)]
pub struct Op {
    /// Its name.
    pub name: Text,
    /// How it was written.
    pub form: Form,
    /// `doc`.
    pub doc: String,
    /// `c-name`.
    pub c_name: Option<Text>,
    /// `value`.
    pub value: Option<Text>,
    /// What it does.
    pub modes: Modes,
    /// `fixed-header`, for both directions.
    pub fixed_header: Option<Text>,
    /// `attribute-set`, for both directions.
    pub attribute_set: Option<Text>,
    /// What the request says for itself.
    pub request: Direction,
    /// What the reply says for itself.
    pub reply: Direction,
    /// `notify` (YNL): the operation whose reply is sent.
    pub notify: Option<Text>,
    /// `mcgrp`.
    pub group: Option<Text>,
    /// `match`.
    pub matches: Vec<(Text, Vec<Text>)>,
}

/// What one direction of an operation says for itself.
#[derive(Clone, Debug, Default)]
pub struct Direction {
    /// The direction is mentioned (YNL).
    pub present: bool,
    /// The direction is said not to exist (`reply: null`).
    pub none: bool,
    /// `fixed-header`.
    pub fixed_header: Option<Text>,
    /// `attribute-set`.
    pub attribute_set: Option<Text>,
    /// `value` (in YNL of directional families; in the short form of a reply that no header names).
    pub value: Option<Text>,
    /// `attributes` (YNL): those that the message may hold.
    pub attributes: Vec<Text>,
    /// `required`.
    pub required: Vec<Text>,
    /// `nlm-flags`.
    pub nlm_flags: Vec<Text>,
}

/// The multicast groups.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// `name-prefix`.
    pub prefix: Option<Text>,
    /// `list`.
    pub list: Vec<Group>,
}

/// A multicast group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Text,
    /// How it was written.
    pub form: Form,
    /// `c-name`.
    pub c_name: Option<Text>,
    /// `value`.
    pub value: Option<Text>,
    /// `doc`.
    pub doc: String,
}

impl File {
    /// Files that this one refers to, each with the place of the first reference.
    pub fn references(&self) -> Vec<(String, Span)> {
        let mut found: Vec<(String, Span)> = Vec::new();
        self.visit_references(&mut |text, span| {
            if let Some((file, _)) = text.split_once('/')
                && !found.iter().any(|(f, _)| f == file)
            {
                found.push((file.to_owned(), span));
            }
        });
        found
    }

    fn visit_references(&self, visit: &mut dyn FnMut(&str, Span)) {
        let mut text = |t: &Option<Text>| {
            if let Some(t) = t {
                visit(t, t.span);
            }
        };
        for set in &self.sets {
            text(&set.subset_of);
            text(&set.extends);
            text(&set.enum_name);
            for attr in &set.attrs {
                let ynl = &attr.ynl;
                for key in [&ynl.names, &ynl.nested, &ynl.structure, &ynl.sub_message] {
                    text(key);
                }
            }
        }
        text(&self.operations.fixed_header);
        text(&self.operations.attribute_set);
        for op in &self.operations.list {
            for key in [
                &op.fixed_header,
                &op.attribute_set,
                &op.request.fixed_header,
                &op.request.attribute_set,
                &op.reply.fixed_header,
                &op.reply.attribute_set,
            ] {
                text(key);
            }
        }
        for reply in self.operations.list.iter().filter_map(|op| op.modes.reply.as_ref()) {
            visit(&reply.text, reply.span);
        }
        let exprs = self
            .sets
            .iter()
            .flat_map(|s| &s.attrs)
            .filter_map(|a| a.ty.as_ref())
            .chain(self.subs.iter().flat_map(|s| &s.formats).filter_map(|f| f.ty.as_ref()))
            .chain(self.definitions.iter().flat_map(|d| &d.members).filter_map(|m| m.ty.as_ref()));
        for expr in exprs {
            expr.visit_references(visit);
        }
        for names in self.definitions.iter().filter_map(|d| d.names.as_ref()) {
            names.visit_references(visit);
        }
    }
}

impl TypeExpr {
    fn visit_references(&self, visit: &mut dyn FnMut(&str, Span)) {
        use super::expr::Base;
        let words: Vec<&Word> = match &self.base {
            Base::Struct(tag, set) => std::iter::once(tag).chain(set).collect(),
            Base::Nest(set) => vec![set],
            Base::Records { tag, set, .. } => vec![tag, set],
            Base::Sub(table, _) => vec![table],
            _ => vec![],
        };
        for word in words {
            visit(word, word.span);
        }
        if let Some(names) = &self.names {
            names.visit_references(visit);
        }
    }
}

impl Names {
    fn visit_references(&self, visit: &mut dyn FnMut(&str, Span)) {
        for name in &self.list {
            if let super::expr::NameRef::Named(word) = name {
                visit(word, word.span);
            }
        }
    }
}
