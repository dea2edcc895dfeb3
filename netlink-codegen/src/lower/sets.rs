//! Sets of the model: an attribute set with a fixed header before it, for each pair in use.

use super::scope::Kind;
use super::selectors::Place;
use super::unions::has_arms;
use super::{Lower, origin};
use crate::ir::{Attr, Card, Checks, EnumId, Format, Key, Set, SetId, StructId, Sub, SubId, Type};
use crate::report::{Diagnostic, Span, codes};
use crate::schema::ast::Form;
use crate::schema::expr::{Base, NamesKind, TypeExpr, Word, Wrap};
use crate::schema::node::Text;

/// A set of the model and where it came from.
pub(super) struct Instance {
    pub(super) file: usize,
    pub(super) set: usize,
    pub(super) header: Option<StructId>,
    pub(super) id: SetId,
}

/// An item that has an id and no content yet.
#[derive(Clone, Copy)]
pub(super) enum Todo {
    Set((usize, usize), SetId),
    Sub((usize, usize), SubId),
}

impl Lower<'_> {
    /// Everything that is declared, whether or not something leads to it.
    pub(super) fn all_sets(&mut self) {
        for file in 0..self.files.len() {
            for ix in 0..self.files[file].subs.len() {
                // What chooses among arms of unions is part of those.
                if !has_arms(&self.files[file].subs[ix]) {
                    self.sub((file, ix));
                }
            }
        }
        self.fill();
        for file in 0..self.files.len() {
            for ix in 0..self.files[file].sets.len() {
                if !self.instances.iter().any(|i| (i.file, i.set) == (file, ix)) && !self.only_base(file, ix)
                {
                    self.instance((file, ix), None);
                    self.fill();
                }
            }
        }
        for file in 0..self.files.len() {
            for ix in 0..self.files[file].definitions.len() {
                if !self.used.contains(&(file, ix)) {
                    self.unused_definition((file, ix));
                }
            }
        }
    }

    /// Whether a set that nothing uses is what others of its file derive from.
    fn only_base(&self, file: usize, ix: usize) -> bool {
        let sets = &self.files[file].sets;
        let name = &sets[ix].name.text;
        sets.iter().any(|s| [&s.extends, &s.subset_of].into_iter().flatten().any(|base| base.text == *name))
    }

    fn unused_definition(&mut self, at: (usize, usize)) {
        use crate::schema::ast::DefKind;
        let def = self.definition(at);
        match def.kind {
            DefKind::Struct => {
                self.defined_struct(at, def.name.span);
            }
            DefKind::Enum | DefKind::Flags => self.unused_enum(at),
            DefKind::Const => {}
        }
    }

    /// The set that a reference names, with this header.
    pub(super) fn set_ref(&mut self, file: usize, word: &Word, header: Option<StructId>) -> Option<SetId> {
        let at = self.declared(Kind::Set, file, word, word.span)?;
        Some(self.instance(at, header))
    }

    pub(super) fn instance(&mut self, at: (usize, usize), header: Option<StructId>) -> SetId {
        let known = self.instances.iter().find(|i| (i.file, i.set) == at && i.header == header);
        if let Some(known) = known {
            return known.id;
        }
        let ast = &self.files[at.0].sets[at.1];
        let resolved = self.attrs(at, ast.name.span);
        // The id exists before the attributes do: sets nest in circles.
        let id = self.model.add_set(Set {
            family: Self::family(at.0),
            name: ast.name.text.clone(),
            doc: ast.doc.clone(),
            c_prefix: resolved.prefix.clone(),
            c_enums: Vec::new(),
            header,
            attrs: Vec::new(),
            message: false,
            origin: origin(ast.name.span),
        });
        self.instances.push(Instance { file: at.0, set: at.1, header, id });
        self.todo.push_back(Todo::Set(at, id));
        id
    }

    /// Fills the sets and sub-messages that were referred to since the last time. A list rather
    /// than recursion: nothing limits how long a chain of sets is.
    pub(super) fn fill(&mut self) {
        while let Some(todo) = self.todo.pop_front() {
            match todo {
                Todo::Set(at, id) => self.fill_set(at, id),
                Todo::Sub(at, id) => self.fill_sub(at, id),
            }
        }
    }

    fn fill_set(&mut self, at: (usize, usize), id: SetId) {
        let resolved = self.attrs(at, self.files[at.0].sets[at.1].name.span);
        let mut attrs = Vec::new();
        let mut c_enums = Vec::new();
        for attr in &resolved.attrs {
            c_enums.extend(self.facts.enum_of(&attr.c_name));
            let place = Place::Attr(id, attrs.len());
            let Some((card, ty)) = self.ty(attr.file, &attr.ty, place) else { continue };
            attrs.push(Attr {
                name: attr.name.clone(),
                c_name: attr.c_name.clone(),
                number: attr.number,
                ty,
                card,
                always: attr.always,
                doc: attr.doc.clone(),
                life: attr.life,
                checks: self.checks(attr.file, &attr.checks),
                unit: attr.unit,
                origin: origin(attr.span),
            });
        }
        c_enums.sort_unstable();
        c_enums.dedup();
        self.model[id].c_enums = c_enums;
        self.model[id].attrs = attrs;
    }

    fn checks(&mut self, file: usize, written: &[(Text, Text)]) -> Checks {
        let mut checks = Checks::default();
        for (key, text) in written {
            if &*key.text == "unterminated-ok" {
                checks.unterminated = &*text.text == "true";
                continue;
            }
            let Some(value) = self.check_value(file, text) else { continue };
            let len = u32::try_from(value).ok();
            match &*key.text {
                "min" => checks.min = Some(value),
                "max" => checks.max = Some(value),
                "min-len" => checks.min_len = len,
                "max-len" => checks.max_len = len,
                "exact-len" => checks.exact_len = len,
                "flags-mask" => checks.flags_mask = u64::try_from(value).ok(),
                _ => {}
            }
        }
        checks
    }

    /// A limit: a number, a constant, `NAME - 1`, or a type's own limit (`u32-max`).
    fn check_value(&mut self, file: usize, text: &Text) -> Option<i128> {
        let limit = match text.text.split_once('-') {
            Some((ty, "max")) => crate::schema::expr::scalar(ty)
                .map(|s| if s.signed { (1i128 << (s.bits - 1)) - 1 } else { (1i128 << s.bits) - 1 }),
            Some((ty, "min")) => {
                crate::schema::expr::scalar(ty).map(|s| if s.signed { -(1i128 << (s.bits - 1)) } else { 0 })
            }
            _ => None,
        };
        if limit.is_some() {
            return limit;
        }
        if let Some((name, less)) = text.text.split_once(" - ")
            && let (Some(value), Ok(less)) = (self.check_name(file, name.trim()), less.trim().parse::<i128>())
        {
            return Some(value - less);
        }
        match self.check_name(file, text) {
            Some(value) => Some(value),
            None => self.number(file, text),
        }
    }

    fn check_name(&self, file: usize, name: &str) -> Option<i128> {
        self.try_number(file, name).or_else(|| self.facts.int(&super::enums::c_prefix(name)))
    }

    /// A type in the terms of `file`; its selectors are noted for later under `place`.
    pub(super) fn ty(&mut self, file: usize, expr: &TypeExpr, place: Place) -> Option<(Card, Type)> {
        let card = match &expr.wrap {
            Wrap::One => Card::One,
            Wrap::Multi => Card::Multi,
            Wrap::Indexed => Card::Indexed,
            Wrap::TypeValue(levels) => Card::TypeValue(levels.iter().map(|l| l.text.clone()).collect()),
        };
        let names = match &expr.names {
            Some(names) => {
                if !matches!(expr.base, Base::Int(_) | Base::VarInt { .. } | Base::Bitfield32 | Base::Inherit)
                {
                    let message = "only integers have names for their values";
                    self.error(codes::BAD_TYPE, message, names.span);
                    return None;
                }
                // An integer keeps working without its names: the report stops the run anyway.
                self.names(file, names)
            }
            None => None,
        };
        if matches!(expr.wrap, Wrap::TypeValue(_)) && !matches!(expr.base, Base::Nest(_)) {
            self.error(codes::BAD_TYPE, "`type-value` wraps a nest", expr.span);
            return None;
        }
        let base = self.base(file, expr, names, place)?;
        if !expr.array {
            return Some((card, base));
        }
        match base {
            Type::Scalar(..) | Type::Struct(_) | Type::Ip4 | Type::Ip6 => {
                Some((card, Type::Array(Box::new(base))))
            }
            _ => {
                let message = "`array` is of integers, structs or addresses of known size";
                self.error(codes::BAD_TYPE, message, expr.span);
                None
            }
        }
    }

    fn base(&mut self, file: usize, expr: &TypeExpr, names: Option<EnumId>, place: Place) -> Option<Type> {
        Some(match &expr.base {
            Base::Inherit => {
                let kind = expr.names.as_ref().map_or(NamesKind::Enum, |n| n.kind);
                let message = "an attribute needs the width of its integer";
                let example = if kind == NamesKind::Enum { "u8 enum NAME" } else { "u32 flags NAME" };
                self.out.push(
                    Diagnostic::error(codes::BAD_TYPE, message)
                        .at(expr.span, "")
                        .help(format!("write it before: `{example}`")),
                );
                return None;
            }
            Base::Int(scalar) => Type::Scalar(*scalar, names),
            Base::VarInt { signed } => Type::VarInt { signed: *signed, names },
            Base::Flag => Type::Flag,
            Base::String => Type::String,
            Base::Binary => Type::Binary,
            Base::Bitfield32 => Type::Bitfield32(names),
            Base::Msecs => Type::Msecs,
            Base::Pad => Type::Pad,
            Base::Unused => Type::Unused,
            Base::Labels => Type::Labels,
            Base::Mac => Type::Mac,
            Base::Ip4 => Type::Ip4,
            Base::Ip6 => Type::Ip6,
            Base::NetIp4 => Type::NetIp4,
            Base::NetIp6 => Type::NetIp6,
            Base::SockAddr => Type::SockAddr,
            Base::Ip(None) => Type::Ip(None),
            Base::Ip(Some(by)) => Type::Ip(Some(self.selector(by, place))),
            Base::Nest(set) => Type::Nest(self.set_ref(file, set, None)?),
            Base::Struct(tag, None) => Type::Struct(self.struct_ref(file, tag)?),
            Base::Struct(tag, Some(set)) => {
                let header = self.header_for(file, tag, set)?;
                Type::Nest(self.set_ref(file, set, Some(header))?)
            }
            Base::Arm(_) => {
                let message =
                    "`arm` names an arm of a union: it stands in a table that a struct's member uses";
                self.error(codes::UNION, message, expr.span);
                return None;
            }
            Base::Records { tag, member, set } => {
                let header = self.header_for(file, tag, set)?;
                if !self.model[header].members.iter().any(|m| m.c_name == member.text) {
                    self.unknown_member(header, member, member.span);
                    return None;
                }
                Type::Records(self.set_ref(file, set, Some(header))?, member.text.clone())
            }
            Base::Sub(table, by) => {
                let at = self.declared(Kind::Sub, file, table, table.span)?;
                if has_arms(&self.files[at.0].subs[at.1]) {
                    let message = format!("`{}` chooses among arms of a union, not payloads", &**table);
                    self.error(codes::UNION, message, table.span);
                    return None;
                }
                let sub = self.sub(at);
                Type::Sub(sub, by.iter().map(|by| self.selector(by, place)).collect())
            }
        })
    }

    /// The struct before a set's attributes. The copy of the set's own file is taken when
    /// there is one, so that a set used from elsewhere keeps its header.
    pub(super) fn header_for(&mut self, file: usize, tag: &Word, set: &Word) -> Option<StructId> {
        let owner = match self.scope_set(file, set) {
            Some((owner, _)) if !tag.contains('/') && self.knows_struct(owner, tag) => owner,
            _ => file,
        };
        self.struct_ref(owner, tag)
    }

    fn scope_set(&self, file: usize, set: &Word) -> Option<(usize, usize)> {
        let (target, name) = match set.split_once('/') {
            Some((stem, name)) => (self.files.iter().position(|f| f.stem == stem)?, name),
            None => (file, &*set.text),
        };
        self.scope.find(Kind::Set, target, name).map(|ix| (target, ix))
    }

    pub(super) fn sub(&mut self, at: (usize, usize)) -> SubId {
        if let Some(id) = self.subs.get(&at) {
            return *id;
        }
        let ast = &self.files[at.0].subs[at.1];
        let id = self.model.add_sub(Sub {
            family: Self::family(at.0),
            name: ast.name.text.clone(),
            doc: ast.doc.clone(),
            formats: Vec::new(),
            default: None,
            origin: origin(ast.name.span),
        });
        self.subs.insert(at, id);
        self.todo.push_back(Todo::Sub(at, id));
        id
    }

    fn fill_sub(&mut self, at: (usize, usize), id: SubId) {
        let ast = &self.files[at.0].subs[at.1];
        let mut formats = Vec::new();
        let mut default = None;
        for format in &ast.formats {
            let is_default = format.form == Form::Short && &*format.key.text == "default";
            let place = if is_default { Place::Default(id) } else { Place::Format(id, formats.len()) };
            let ty = match &format.ty {
                // Nothing follows the selector: its presence is all there is.
                None => Some(Type::Flag),
                Some(expr) => self.format_type(at.0, expr, place),
            };
            let Some(ty) = ty else { continue };
            if is_default {
                default = Some(ty);
            } else {
                // Keys are texts until their selector is known.
                formats.push(Format {
                    keys: vec![Key::Text(format.key.text.clone())],
                    ty,
                    doc: format.doc.clone(),
                });
            }
        }
        self.model[id].formats = formats;
        self.model[id].default = default;
    }

    fn format_type(&mut self, file: usize, expr: &TypeExpr, place: Place) -> Option<Type> {
        if expr.wrap != Wrap::One {
            let message = "a format is one payload: the attribute says whether it repeats";
            self.error(codes::BAD_TYPE, message, expr.span);
            return None;
        }
        self.ty(file, expr, place).map(|(_, ty)| ty)
    }

    /// The place of a format's key, for reports.
    pub(super) fn format_key(&self, id: SubId, key: &str) -> Option<Span> {
        let (at, _) = self.subs.iter().find(|(_, sub)| **sub == id)?;
        let formats = &self.files[at.0].subs[at.1].formats;
        formats.iter().find(|f| f.key.text == key).map(|f| f.key.span)
    }
}
