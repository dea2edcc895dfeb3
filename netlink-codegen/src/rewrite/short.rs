//! The short form: what headers know is not said again.

use super::layout::{self, Called};
use super::yaml::{Map, Yaml, document};
use super::{agrees, most, prefix_of, scalar_word};
use crate::check::Checked;
use crate::headers::facts::{CType, Order as COrder, Record, Store};
use crate::ir::{
    Attr, Card, Checks, Enum, EnumId, Family, FamilyId, Group, Key, Member, MemberType, Message, Model,
    Operation, Order, Origin, Protocol, Selector, Set, SetId, Struct, StructId, Sub, Type, names,
};

/// A family as a schema in the short form. What it uses of other families it refers to.
pub fn short(model: &Checked, facts: &Store, family: FamilyId) -> String {
    let writer = Short { model, facts, own: family };
    document(&writer.family(&model[family]))
}

struct Short<'a> {
    model: &'a Model,
    facts: &'a Store,
    own: FamilyId,
}

impl Called for Short<'_> {
    fn enum_name(&self, id: EnumId) -> String {
        let item = &self.model[id];
        match (&item.origin, &item.c_tag) {
            (Origin::Header(_), Some(tag)) => tag.clone(),
            _ => self.path(item.family, &item.name),
        }
    }

    fn struct_name(&self, id: StructId) -> String {
        let item = &self.model[id];
        match item.origin {
            Origin::Schema { .. } => self.path(item.family, &item.name),
            _ => item.c_name.clone(),
        }
    }
}

impl Short<'_> {
    /// A name here, or `file/name` of another family.
    fn path(&self, family: FamilyId, name: &str) -> String {
        if family == self.own { name.to_owned() } else { format!("{}/{name}", self.model[family].name) }
    }

    fn set_name(&self, id: SetId) -> String {
        self.path(self.model[id].family, &self.model[id].name)
    }

    fn family(&self, family: &Family) -> Yaml {
        let mut out = Map::default();
        match &family.protocol {
            Protocol::Generic { name, version, .. } => {
                out.text("name", name);
                out.text("doc", &family.doc);
                out.text("protocol", "genetlink");
                if *version != 1 {
                    out.put("version", Yaml::number(*version));
                }
            }
            protocol => {
                out.text("name", &family.name);
                out.text("doc", &family.doc);
                match protocol {
                    Protocol::Raw { protonum, c_name } => {
                        out.text("protocol", "netlink-raw");
                        let known = agrees(self.facts, c_name, *protonum);
                        out.put("protonum", if known { Yaml::text(c_name) } else { Yaml::number(*protonum) });
                    }
                    Protocol::Netfilter { subsystem, c_name } => {
                        let known = agrees(self.facts, c_name, *subsystem);
                        out.put(
                            "subsystem",
                            if known { Yaml::text(c_name) } else { Yaml::number(*subsystem) },
                        );
                    }
                    _ => out.text("protocol", "none"),
                }
            }
        }
        self.operations(family, &mut out);
        let generic = matches!(family.protocol, Protocol::Generic { .. });
        self.groups(&family.groups, generic, &mut out);
        let mut definitions = Map::default();
        for item in family.structs.iter().map(|id| &self.model[*id]) {
            // Unions without a name come with the structs that they are in.
            if matches!(item.origin, Origin::Schema { .. }) && !item.c_name.is_empty() {
                definitions.put(&item.name, self.structure(item));
            }
        }
        for item in family.enums.iter().map(|id| &self.model[*id]) {
            if matches!(item.origin, Origin::Schema { .. }) {
                definitions.put(&item.name, self.names(item));
            }
        }
        if !definitions.is_empty() {
            out.put("definitions", definitions.done());
        }
        let mut sets = Map::default();
        for set in family.sets.iter().map(|id| &self.model[*id]) {
            sets.put(&set.name, self.set(set));
        }
        if !sets.is_empty() {
            out.put("attribute-sets", sets.done());
        }
        let mut subs = Map::default();
        for sub in family.subs.iter().map(|id| &self.model[*id]) {
            subs.put(&sub.name, self.sub(sub));
        }
        if !subs.is_empty() {
            out.put("sub-messages", subs.done());
        }
        out.done()
    }

    fn operations(&self, family: &Family, out: &mut Map) {
        if family.operations.is_empty() {
            return;
        }
        let model = self.model;
        let messages = || family.operations.iter().flat_map(|op| [&op.request, &op.reply]).flatten();
        let named = family.operations.iter().filter_map(|op| Some((op.name.as_str(), c_name(op)?)));
        let prefix = prefix_of(named);
        let mut operations = Map::default();
        operations.text("name-prefix", &prefix);
        // A default must not reach a message without any.
        let set = match messages().all(|m| m.set.is_some()) {
            true => most(messages().filter_map(|m| m.set)),
            false => None,
        };
        let header = |id: SetId| model[id].header;
        let fixed = match &family.protocol {
            Protocol::Generic { user_header, .. } => *user_header,
            _ if messages().all(|m| m.set.is_some_and(|id| header(id).is_some())) => {
                most(messages().filter_map(|m| header(m.set?)))
            }
            _ => None,
        };
        if let Some(fixed) = fixed {
            operations.text("fixed-header", &self.struct_name(fixed));
        }
        if let Some(set) = set {
            operations.text("attribute-set", &self.set_name(set));
        }
        let mut list = Map::default();
        for (ix, op) in family.operations.iter().enumerate() {
            if c_name(op).is_none() {
                list.put(&op.name, self.reserved(&family.operations, ix, &prefix));
                continue;
            }
            list.put(&op.name, self.operation(op, &prefix, set, fixed));
        }
        operations.put("list", list.done());
        out.put("operations", operations.done());
    }

    fn operation(&self, op: &Operation, prefix: &str, set: Option<SetId>, fixed: Option<StructId>) -> Yaml {
        let mut out = Map::default();
        let message = op.request.as_ref().or(op.reply.as_ref());
        let mut modes: Vec<String> = [(op.do_, "do"), (op.dump, "dump"), (op.event, "event")]
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| (*word).to_owned())
            .collect();
        let mut request = Map::default();
        let mut reply = Map::default();
        if let (Some(asks), Some(answers)) = (&op.request, &op.reply) {
            if asks.c_name != answers.c_name {
                let short = names::schema_name(prefix, &answers.c_name);
                let short = if names::c_name(prefix, &short) == answers.c_name {
                    short
                } else {
                    answers.c_name.clone()
                };
                modes.push(format!("-> {short}"));
            }
            let same = asks.c_name == answers.c_name && asks.number == answers.number;
            if !same && !agrees(self.facts, &answers.c_name, answers.number) {
                reply.put("value", Yaml::number(answers.number));
            }
        }
        out.text("modes", &modes.join(" "));
        if let Some(message) = message {
            if names::c_name(prefix, &op.name) != message.c_name {
                out.text("c-name", &message.c_name);
            }
            if !agrees(self.facts, &message.c_name, message.number) {
                out.put("value", Yaml::number(message.number));
            }
        }
        out.text("doc", &op.doc);
        match (&op.request, &op.reply) {
            (Some(a), Some(b)) if a.set != b.set => {
                self.carries(a, set, fixed, &mut request);
                self.carries(b, set, fixed, &mut reply);
            }
            _ => {
                if let Some(message) = message {
                    self.carries(message, set, fixed, &mut out);
                }
            }
        }
        let words = |list: &[String]| list.iter().map(Yaml::text).collect::<Vec<_>>();
        request.list("required", words(&op.required));
        request.list("nlm-flags", words(&op.nlm_flags));
        if !request.is_empty() {
            out.put("request", request.done());
        }
        if op.request.is_some() && op.reply.is_none() {
            out.put("reply", Yaml::Plain("null".to_owned()));
        } else if !reply.is_empty() {
            out.put("reply", reply.done());
        }
        if !op.match_.is_empty() {
            let values = |list: &[i128]| Yaml::Seq(list.iter().map(|v| Yaml::number(*v)).collect());
            let entries = op.match_.iter().map(|(member, list)| (member.clone(), values(list)));
            out.put("match", Yaml::Map(entries.collect()));
        }
        if let Some(group) = &op.group {
            out.text("mcgrp", group);
        }
        out.or_alone("modes")
    }

    /// An operation without a message, whose number is the one between its neighbours.
    fn reserved(&self, ops: &[Operation], ix: usize, prefix: &str) -> Yaml {
        let number = |op: &Operation| op.request.as_ref().or(op.reply.as_ref()).map(|m| i128::from(m.number));
        let after = ops[ix + 1..].iter().position(|op| number(op).is_some());
        let after = after.and_then(|more| Some(number(&ops[ix + 1 + more])? - 1 - more as i128));
        let before = ops[..ix].iter().rev().position(|op| number(op).is_some());
        let before = before.and_then(|less| Some(number(&ops[ix - 1 - less])? + 1 + less as i128));
        let mut out = Map::default();
        let c_name = names::c_name(prefix, &ops[ix].name);
        if let Some(value) = after.or(before).filter(|value| !agrees(self.facts, &c_name, *value)) {
            out.put("value", Yaml::number(value));
        }
        out.text("doc", &ops[ix].doc);
        out.or_alone("modes")
    }

    /// The set and header of a message, where they are not the family's.
    fn carries(&self, message: &Message, set: Option<SetId>, fixed: Option<StructId>, out: &mut Map) {
        let Some(id) = message.set else { return };
        let header = self.model[id].header;
        if let Some(header) = header.filter(|header| Some(*header) != fixed) {
            out.text("fixed-header", &self.struct_name(header));
        }
        if Some(id) != set {
            out.text("attribute-set", &self.set_name(id));
        }
    }

    fn groups(&self, groups: &[Group], generic: bool, out: &mut Map) {
        let mut list = Map::default();
        // One without a number cannot be joined.
        let known = |group: &&Group| generic || group.number.is_some();
        for group in groups.iter().filter(known) {
            let mut body = Map::default();
            body.text("c-name", &group.c_name);
            if let Some(number) = group.number.filter(|n| !agrees(self.facts, &group.c_name, *n)) {
                body.put("value", Yaml::number(number));
            }
            body.text("doc", &group.doc);
            list.put(&group.name, body.or_alone("c-name"));
        }
        if list.is_empty() {
            return;
        }
        let mut groups = Map::default();
        groups.put("list", list.done());
        out.put("mcast-groups", groups.done());
    }

    fn names(&self, item: &Enum) -> Yaml {
        let mut out = Map::default();
        // Headers may give bits where masks are meant.
        let index = |value: i128| (value.count_ones() == 1).then(|| i128::from(value.trailing_zeros()));
        let by_bit = |e: &crate::ir::Entry| {
            index(e.value).is_some_and(|ix| ix != e.value && agrees(self.facts, &e.c_name, ix))
        };
        let bits = item.flags && item.entries.iter().any(by_bit);
        out.text(
            "type",
            if bits {
                "bits"
            } else if item.flags {
                "flags"
            } else {
                "enum"
            },
        );
        out.text("doc", &item.doc);
        let named = item.entries.iter().map(|e| (e.name.as_str(), e.c_name.as_str()));
        // A prefix would name the nameless.
        let prefix = match item.entries.iter().any(|e| e.c_name.is_empty()) {
            true => String::new(),
            false => prefix_of(named),
        };
        out.text("name-prefix", &prefix);
        let mut entries = Map::default();
        for entry in &item.entries {
            let mut body = Map::default();
            let value = if bits { index(entry.value).unwrap_or(entry.value) } else { entry.value };
            if !agrees(self.facts, &entry.c_name, value) {
                body.put("value", Yaml::number(value));
            }
            if !entry.c_name.is_empty() && names::c_name(&prefix, &entry.name) != entry.c_name {
                body.text("c-name", &entry.c_name);
            }
            body.text("doc", &entry.doc);
            entries.put(&entry.name, body.or_alone("value"));
        }
        out.put("entries", entries.done());
        out.done()
    }

    fn structure(&self, item: &Struct) -> Yaml {
        let mut out = Map::default();
        let record = self.facts.record(&item.c_name);
        let own = item.name.replace('-', "_") == item.c_name && record.is_none();
        out.text("type", &if own { "struct".to_owned() } else { format!("struct {}", item.c_name) });
        out.text("doc", &item.doc);
        let Some(record) = record else {
            out.list("members", layout::members(self.model, item, self).members);
            return out.done();
        };
        let mut members = Map::default();
        for member in &item.members {
            let mut body = Map::default();
            body.text("type", &self.annotation(record, member).unwrap_or_default());
            body.text("doc", &member.doc);
            if !body.is_empty() {
                members.put(&member.c_name, body.or_alone("type"));
            }
        }
        if !members.is_empty() {
            out.put("members", members.done());
        }
        out.or_alone("type")
    }

    /// What a member is, where C does not say it.
    fn annotation(&self, record: &Record, member: &Member) -> Option<String> {
        let field = record.fields.iter().find(|f| f.name == member.c_name)?;
        let (mut c, mut ty) = (&field.place.newest()?.ty, &member.ty);
        loop {
            match (c, ty) {
                (CType::Array(c_inner, _), MemberType::Array(inner, _))
                | (CType::Flexible(c_inner), MemberType::Tail(inner)) => (c, ty) = (c_inner, inner),
                _ => break,
            }
        }
        match (ty, c) {
            (MemberType::Scalar(scalar, Some(id)), _) => {
                let kind = if self.model[*id].flags { "flags" } else { "enum" };
                let header =
                    matches!(self.model[*id].origin, Origin::Header(_)) && matches!(c, CType::Enum(_));
                (!header).then(|| format!("{} {kind} {}", scalar_word(*scalar), self.enum_name(*id)))
            }
            (MemberType::Scalar(scalar, None), CType::Int { order, .. }) => {
                let same = matches!(
                    (order, scalar.order),
                    (COrder::Native, Order::Native)
                        | (COrder::Big, Order::Big)
                        | (COrder::Little, Order::Little)
                );
                (!same).then(|| scalar_word(*scalar))
            }
            (MemberType::Ip4, c) if *c != CType::Record("in_addr".to_owned()) => Some("ip4".to_owned()),
            (MemberType::Ip6, c) if *c != CType::Record("in6_addr".to_owned()) => Some("ip6".to_owned()),
            (MemberType::Mac(_), _) => Some("mac".to_owned()),
            (MemberType::Text(_), CType::Array(inner, _)) if **inner != CType::Char => {
                Some("string".to_owned())
            }
            (MemberType::Bytes(_), CType::Array(..)) => Some("binary".to_owned()),
            (MemberType::Struct(id), CType::Array(..) | CType::Int { .. }) => {
                Some(format!("struct {}", self.struct_name(*id)))
            }
            (MemberType::IpBy(by), _) => Some(format!("ip by {by}")),
            _ => None,
        }
    }

    fn set(&self, set: &Set) -> Yaml {
        let mut out = Map::default();
        out.text("doc", &set.doc);
        out.text("name-prefix", &set.c_prefix);
        let mut attrs = Map::default();
        for attr in &set.attrs {
            attrs.put(&attr.name, self.attr(set, attr));
        }
        out.put("attributes", attrs.done());
        out.done()
    }

    fn attr(&self, set: &Set, attr: &Attr) -> Yaml {
        let mut out = Map::default();
        let card = match &attr.card {
            Card::One => String::new(),
            Card::Multi => "multi ".to_owned(),
            Card::Indexed => "indexed ".to_owned(),
            Card::TypeValue(levels) => format!("type-value {} ", levels.join(" ")),
        };
        out.text("type", &format!("{card}{}", self.ty(&attr.ty)));
        if names::c_name(&set.c_prefix, &attr.name) != attr.c_name {
            out.text("c-name", &attr.c_name);
        }
        if !agrees(self.facts, &attr.c_name, attr.number) {
            out.put("value", Yaml::number(attr.number));
        }
        if attr.always {
            out.put("always", Yaml::Plain("true".to_owned()));
        }
        if let Some(checks) = checks(&attr.checks) {
            out.put("checks", checks);
        }
        out.text("doc", &attr.doc);
        out.or_alone("type")
    }

    fn ty(&self, ty: &Type) -> String {
        let named = |id: &Option<EnumId>| match id {
            Some(id) if self.model[*id].flags => format!(" flags {}", self.enum_name(*id)),
            Some(id) => format!(" enum {}", self.enum_name(*id)),
            None => String::new(),
        };
        match ty {
            Type::Scalar(scalar, names) => format!("{}{}", scalar_word(*scalar), named(names)),
            Type::VarInt { signed, names } => {
                format!("{}{}", if *signed { "sint" } else { "uint" }, named(names))
            }
            Type::Flag => "flag".to_owned(),
            Type::String => "string".to_owned(),
            Type::Binary => "binary".to_owned(),
            Type::Bitfield32(names) => format!("bitfield32{}", named(names)),
            Type::Nest(id) => match self.model[*id].header {
                Some(header) => format!("struct {} + {}", self.struct_name(header), self.set_name(*id)),
                None => format!("nest {}", self.set_name(*id)),
            },
            Type::Struct(id) => format!("struct {}", self.struct_name(*id)),
            Type::Array(element) => format!("array {}", self.ty(element)),
            Type::Records(id, member) => {
                let header = self.model[*id].header.map(|id| self.struct_name(id)).unwrap_or_default();
                format!("records {header}.{member} {}", self.set_name(*id))
            }
            Type::Sub(id, by) => {
                let by: Vec<String> = by.iter().map(selector).collect();
                format!(
                    "sub {} by {}",
                    self.path(self.model[*id].family, &self.model[*id].name),
                    by.join(", ")
                )
            }
            Type::Mac => "mac".to_owned(),
            Type::Ip4 => "ip4".to_owned(),
            Type::Ip6 => "ip6".to_owned(),
            Type::Ip(None) => "ip".to_owned(),
            Type::Ip(Some(by)) => format!("ip by {}", selector(by)),
            Type::Labels => "label-stack".to_owned(),
            Type::Msecs => "msecs".to_owned(),
            Type::Pad => "pad".to_owned(),
            Type::Unused => "unused".to_owned(),
        }
    }

    fn sub(&self, sub: &Sub) -> Yaml {
        let mut rows = Map::default();
        for format in &sub.formats {
            let keys: Vec<&str> = format
                .keys
                .iter()
                .map(|key| match key {
                    Key::Text(text) => text.as_str(),
                    Key::Number { name, .. } => name,
                })
                .collect();
            let mut body = Map::default();
            // A flag stands for nothing at all.
            if format.ty != Type::Flag {
                body.text("type", &self.ty(&format.ty));
            }
            body.text("doc", &format.doc);
            rows.put(&keys.join(", "), body.or_alone("type"));
        }
        if let Some(default) = &sub.default {
            rows.put("default", Yaml::text(self.ty(default)));
        }
        let mut out = Map::default();
        out.text("doc", &sub.doc);
        out.put("formats", rows.done());
        out.done()
    }
}

fn c_name(op: &Operation) -> Option<&str> {
    op.request.as_ref().or(op.reply.as_ref()).map(|message| message.c_name.as_str())
}

fn selector(selector: &Selector) -> String {
    match selector {
        Selector::Attr(name) | Selector::Outer(name) => name.clone(),
        Selector::Header(member) => format!("header.{member}"),
        Selector::Request(member) => format!("request.{member}"),
    }
}

/// Limits, by the keys that both forms share.
pub(super) fn checks(checks: &Checks) -> Option<Yaml> {
    let mut out = Map::default();
    let len = |len: Option<u32>| len.map(i128::from);
    for (key, limit) in [
        ("min", checks.min),
        ("max", checks.max),
        ("min-len", len(checks.min_len)),
        ("max-len", len(checks.max_len)),
        ("exact-len", len(checks.exact_len)),
        ("flags-mask", checks.flags_mask.map(i128::from)),
    ] {
        if let Some(limit) = limit {
            out.put(key, Yaml::number(limit));
        }
    }
    if checks.unterminated {
        out.put("unterminated-ok", Yaml::Plain("true".to_owned()));
    }
    (!out.is_empty()).then(|| out.done())
}
