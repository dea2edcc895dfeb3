//! Definitions: names for values, and what C does not say of structs.

use super::super::layout::{self, Called};
use super::super::yaml::{Map, Yaml};
use super::super::{agrees, prefix_of, scalar_word};
use super::Short;
use crate::headers::facts::{CType, Order as COrder, Record};
use crate::ir::{Entry, Enum, Member, MemberType, Order, Origin, Struct, names};

impl Short<'_> {
    pub(super) fn names(&self, item: &Enum) -> Yaml {
        let mut out = Map::default();
        // Headers may give bits where masks are meant.
        let index = |value: i128| (value.count_ones() == 1).then(|| i128::from(value.trailing_zeros()));
        let by_bit =
            |e: &Entry| index(e.value).is_some_and(|ix| ix != e.value && agrees(self.facts, &e.c_name, ix));
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

    pub(super) fn structure(&self, item: &Struct) -> Yaml {
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
        while let (CType::Array(c_inner, _), MemberType::Array(inner, _))
        | (CType::Flexible(c_inner), MemberType::Tail(inner)) = (c, ty)
        {
            (c, ty) = (c_inner, inner);
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
}
