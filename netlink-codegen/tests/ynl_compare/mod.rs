//! Two models of one family, compared from its operations on: items may have other names and places.

use netlink_codegen::ir::{
    Attr, EnumId, Family, Member, MemberType, Message, Model, SetId, StructId, SubId, Type,
};
use std::collections::HashSet;

/// What differs, each with the place that the second model has for it: `link.mtu: type`.
pub(crate) struct Comparison<'a> {
    a: &'a Model,
    b: &'a Model,
    sets: HashSet<(SetId, SetId)>,
    structs: HashSet<(StructId, StructId)>,
    enums: HashSet<(EnumId, EnumId)>,
    pub(crate) different: Vec<String>,
    pub(crate) compared: usize,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(a: &'a Model, b: &'a Model) -> Self {
        let (sets, structs, enums) = Default::default();
        Self { a, b, sets, structs, enums, different: Vec::new(), compared: 0 }
    }

    fn same(&mut self, place: &str, what: &str, same: bool) {
        self.compared += 1;
        if !same {
            self.different.push(format!("{place}: {what}"));
        }
    }

    pub(crate) fn family(&mut self, name: &str) {
        let of = |model: &'a Model| -> &'a Family { &model[model.family(name).expect("the family")] };
        let (a, b) = (of(self.a), of(self.b));
        self.same(
            "protocol",
            "protocol",
            format!("{:?}", no_ids(&a.protocol)) == format!("{:?}", no_ids(&b.protocol)),
        );
        for op in &a.operations {
            let place = format!("operation {}", op.name);
            let Some(other) = b.operations.iter().find(|o| o.name == op.name) else {
                self.same(&place, "gone", false);
                continue;
            };
            self.same(&place, "modes", (op.do_, op.dump, op.event) == (other.do_, other.dump, other.event));
            self.same(&place, "doc, group", (&op.doc, &op.group) == (&other.doc, &other.group));
            self.same(&place, "match", op.match_ == other.match_ && op.required == other.required);
            self.same(&place, "flags", op.nlm_flags == other.nlm_flags);
            let set = |message: &Option<Message>| message.as_ref().map(|m| m.set);
            // YNL has one set for both: the reply's.
            let own = op.request.is_some() && op.reply.is_some() && set(&op.request) != set(&op.reply);
            self.same(&place, "the request's own attributes", !own);
            if !own {
                self.message(&place, op.request.as_ref(), other.request.as_ref());
            }
            self.message(&place, op.reply.as_ref(), other.reply.as_ref());
        }
        for group in &a.groups {
            let place = format!("group {}", group.name);
            let other = b.groups.iter().find(|g| g.name == group.name);
            self.same(
                &place,
                "group",
                other.is_some_and(|o| {
                    (o.number, &o.c_name, &o.doc) == (group.number, &group.c_name, &group.doc)
                }),
            );
        }
    }

    fn message(&mut self, place: &str, a: Option<&Message>, b: Option<&Message>) {
        match (a, b) {
            (Some(a), Some(b)) => {
                self.same(place, "C name", a.c_name == b.c_name);
                self.same(place, "number", a.number == b.number);
                match (a.set, b.set) {
                    (Some(a), Some(b)) => self.set(a, b),
                    (a, b) => self.same(place, "set", a.is_none() && b.is_none()),
                }
            }
            (a, b) => self.same(place, "direction", a.is_none() && b.is_none()),
        }
    }

    fn set(&mut self, a: SetId, b: SetId) {
        if !self.sets.insert((a, b)) {
            return;
        }
        let name = self.b[b].name.clone();
        match (self.a[a].header, self.b[b].header) {
            (Some(a), Some(b)) => self.structure(a, b),
            (a, b) => self.same(&name, "header", a.is_none() && b.is_none()),
        }
        self.same(&name, "count", self.a[a].attrs.len() == self.b[b].attrs.len());
        for attr in &self.a[a].attrs {
            let place = format!("{name}.{}", attr.name);
            let same_name = |o: &&Attr| o.number == attr.number && o.c_name == attr.c_name;
            let Some(other) = self.b[b].attrs.iter().find(same_name) else {
                self.same(&place, "gone", false);
                continue;
            };
            self.same(&place, "name", attr.name == other.name);
            self.same(&place, "doc", attr.doc == other.doc);
            self.same(&place, "card", attr.card == other.card && attr.checks == other.checks);
            self.same(&place, "always, life", (attr.always, attr.life) == (other.always, other.life));
            self.ty(&place, &attr.ty, &other.ty);
        }
    }

    fn ty(&mut self, place: &str, a: &Type, b: &Type) {
        match (a, b) {
            (Type::Scalar(a, x), Type::Scalar(b, y)) => {
                self.same(place, "integer", a == b);
                self.names(place, *x, *y);
            }
            (Type::VarInt { signed: a, names: x }, Type::VarInt { signed: b, names: y }) => {
                self.same(place, "integer", a == b);
                self.names(place, *x, *y);
            }
            (Type::Bitfield32(x), Type::Bitfield32(y)) => self.names(place, *x, *y),
            (Type::Nest(a), Type::Nest(b)) => self.set(*a, *b),
            (Type::Struct(a), Type::Struct(b)) => self.structure(*a, *b),
            (Type::Array(a), Type::Array(b)) => self.ty(place, a, b),
            (Type::Sub(a, x), Type::Sub(b, y)) => {
                self.same(place, "selectors", x == y);
                self.sub(*a, *b);
            }
            (a, b) => self.same(place, "type", a == b),
        }
    }

    fn sub(&mut self, a: SubId, b: SubId) {
        let (a, b) = (&self.a[a], &self.b[b]);
        self.same(&b.name, "rest", (&a.doc, &a.default) == (&b.doc, &b.default));
        for format in &a.formats {
            let key = match format.keys.as_slice() {
                [netlink_codegen::ir::Key::Text(text)] => text.clone(),
                keys => format!("{keys:?}"),
            };
            let place = format!("{}.{key}", b.name);
            match b.formats.iter().find(|o| o.keys == format.keys) {
                Some(other) if self.sets.len() < 10_000 => self.ty(&place, &format.ty, &other.ty),
                _ => self.same(&place, "gone", false),
            }
        }
    }

    fn names(&mut self, place: &str, a: Option<EnumId>, b: Option<EnumId>) {
        let (Some(a), Some(b)) = (a, b) else { return self.same(place, "names", a == b) };
        if !self.enums.insert((a, b)) {
            return;
        }
        let (a, b) = (&self.a[a], &self.b[b]);
        self.same(&b.name, "kind", a.flags == b.flags);
        for entry in &a.entries {
            let place = format!("{}.{}", b.name, entry.name);
            let other = b.entries.iter().find(|o| o.value == entry.value && o.name == entry.name);
            self.same(&place, "entry", other.is_some_and(|o| o == entry));
        }
    }

    fn structure(&mut self, a: StructId, b: StructId) {
        if !self.structs.insert((a, b)) {
            return;
        }
        let (a, b) = (&self.a[a], &self.b[b]);
        self.same(&b.name, "layout", (&a.c_name, &a.sizes, a.union) == (&b.c_name, &b.sizes, b.union));
        for member in &a.members {
            let place = format!("{}.{}", b.name, member.c_name);
            let at =
                |m: &&Member| (m.offset, m.bits, &m.c_name) == (member.offset, member.bits, &member.c_name);
            let Some(other) = b.members.iter().find(at) else {
                self.same(&place, "gone", false);
                continue;
            };
            self.same(&place, "doc", member.doc == other.doc);
            self.member(&place, &member.ty, &other.ty);
        }
    }

    fn member(&mut self, place: &str, a: &MemberType, b: &MemberType) {
        match (a, b) {
            (MemberType::Scalar(a, x), MemberType::Scalar(b, y)) => {
                self.same(place, "integer", a == b);
                self.names(place, *x, *y);
            }
            (MemberType::Struct(a), MemberType::Struct(b)) => self.structure(*a, *b),
            (MemberType::Array(a, n), MemberType::Array(b, m)) => {
                self.same(place, "count", n == m);
                self.member(place, a, b);
            }
            (MemberType::Tail(a), MemberType::Tail(b)) => self.member(place, a, b),
            (a, b) => self.same(place, "type", a == b),
        }
    }
}

/// A protocol without references to items, whose places are their own.
fn no_ids(protocol: &netlink_codegen::ir::Protocol) -> netlink_codegen::ir::Protocol {
    use netlink_codegen::ir::Protocol;
    match protocol.clone() {
        Protocol::Generic { name, version, .. } => Protocol::Generic { name, version, user_header: None },
        other => other,
    }
}
