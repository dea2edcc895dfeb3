//! The short form: what headers know is not said again.

mod definitions;
mod operations;

use super::layout::Called;
use super::yaml::{Map, Yaml, document};
use super::{agrees, scalar_word};
use crate::check::Checked;
use crate::headers::facts::Store;
use crate::ir::{
    Attr, Card, Checks, EnumId, Family, FamilyId, Group, Key, Model, Origin, Protocol, Selector, Set, SetId,
    StructId, Sub, Type, names,
};
use crate::schema::ast::File;

/// A family as a schema in the short form. What it uses of other families it refers to; sets that its
/// file chooses from others stay so.
pub fn short(model: &Checked, facts: &Store, family: FamilyId, file: Option<&File>) -> String {
    let writer = Short { model, facts, own: family, file };
    document(&writer.family(&model[family]))
}

struct Short<'a> {
    model: &'a Model,
    facts: &'a Store,
    own: FamilyId,
    file: Option<&'a File>,
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

    fn set(&self, set: &Set) -> Yaml {
        if let Some(chosen) = self.chosen(set) {
            return chosen;
        }
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

    /// A set that the file chooses from another one, where both are sets of the model under their own
    /// names.
    fn chosen(&self, set: &Set) -> Option<Yaml> {
        let written = self.file?.sets.iter().find(|s| s.name.text == set.name)?;
        let base_name = &written.subset_of.as_ref()?.text;
        let mut sets = self.model[self.own].sets.iter().map(|id| &self.model[*id]);
        let base = sets.find(|s| s.name == *base_name && s.c_prefix == set.c_prefix)?;
        let mut attrs = Map::default();
        for attr in &set.attrs {
            let from = base.attrs.iter().find(|b| b.name == attr.name && b.number == attr.number)?;
            let mut body = Map::default();
            if (&attr.card, &attr.ty) != (&from.card, &from.ty) {
                body.text("type", &self.whole_type(attr));
            }
            if attr.checks != from.checks {
                body.put("checks", checks(&attr.checks)?);
            }
            if attr.unit != from.unit {
                body.text("unit", attr.unit?.word());
            }
            if attr.doc != from.doc {
                body.text("doc", &attr.doc);
            }
            attrs.put(&attr.name, body.or_alone("type"));
        }
        let mut out = Map::default();
        out.text("doc", &set.doc);
        out.text("subset-of", base_name);
        out.put("attributes", attrs.names_alone());
        Some(out.done())
    }

    fn attr(&self, set: &Set, attr: &Attr) -> Yaml {
        let mut out = Map::default();
        out.text("type", &self.whole_type(attr));
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
        if let Some(unit) = attr.unit {
            out.text("unit", unit.word());
        }
        out.text("doc", &attr.doc);
        out.or_alone("type")
    }

    fn whole_type(&self, attr: &Attr) -> String {
        let card = match &attr.card {
            Card::One => String::new(),
            Card::Multi => "multi ".to_owned(),
            Card::Indexed => "indexed ".to_owned(),
            Card::TypeValue(levels) => format!("type-value {} ", levels.join(" ")),
        };
        format!("{card}{}", self.ty(&attr.ty))
    }

    fn ty(&self, ty: &Type) -> String {
        let named = |id: &Option<EnumId>| match id {
            Some(id) if self.model[*id].flags => format!(" flags {}", self.enum_name(*id)),
            Some(id) => format!(" enum {}", self.enum_name(*id)),
            None => String::new(),
        };
        match ty {
            Type::Scalar(scalar, names) => format!("{}{}", scalar_word(*scalar), named(names)),
            Type::VarInt { signed, names: names @ Some(_) } => {
                format!("{}{}", if *signed { "sint" } else { "uint" }, named(names))
            }
            Type::Bitfield32(names @ Some(_)) => format!("bitfield32{}", named(names)),
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
            Type::Ip(Some(by)) => format!("ip by {}", selector(by)),
            word => word.word().unwrap_or_default().to_owned(),
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
