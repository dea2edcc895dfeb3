//! YNL: a specification that stands alone. What it has no words for is bytes, and is listed.

mod operations;

use super::layout::{self, Called};
use super::prefix_of;
use super::short::checks;
use super::yaml::{Map, Yaml, document};
use crate::check::Checked;
use crate::ir::{
    Attr, Card, Enum, EnumId, Family, FamilyId, Item, Key, Model, Operation, Protocol, Scalar, Selector, Set,
    SetId, Struct, StructId, Sub, SubId, Type, names,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A family as a specification.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The YAML text, without the licence that upstream wants in the first line.
    pub text: String,
    /// What YNL cannot say, one thing each: `link.af-spec: sub-message by header.ifi_family`.
    pub lost: Vec<String>,
}

/// A family as a specification of YNL's, with all that it uses of other families.
pub fn ynl(model: &Checked, family: FamilyId) -> Exported {
    let mut writer = Ynl { model, own: family, called: HashMap::new(), lost: Vec::new() };
    let items = writer.reachable();
    writer.name(&items);
    let root = writer.family(&model[family], &items);
    let text = document(&root);
    Exported { text, lost: writer.lost }
}

struct Ynl<'a> {
    model: &'a Model,
    own: FamilyId,
    called: HashMap<Item, String>,
    lost: Vec<String>,
}

impl Called for Ynl<'_> {
    fn enum_name(&self, id: EnumId) -> String {
        self.item_name(Item::Enum(id))
    }

    fn struct_name(&self, id: StructId) -> String {
        self.item_name(Item::Struct(id))
    }
}

impl<'a> Ynl<'a> {
    /// The family's items and all that they lead to, in the model's order.
    fn reachable(&self) -> BTreeSet<Item> {
        let own = self.own;
        let mut todo: Vec<Item> =
            self.model.items().filter(|item| self.model.family_of(*item) == own).collect();
        todo.extend(self.model.message_sets(own).map(Item::Set));
        let mut found = BTreeSet::new();
        while let Some(item) = todo.pop() {
            if found.insert(item) {
                todo.extend(self.model.references(item));
            }
        }
        found
    }

    /// Names for items of all kinds, those of the family itself first.
    fn name(&mut self, items: &BTreeSet<Item>) {
        let mut taken: HashSet<(u8, String)> = HashSet::new();
        let (own, other): (Vec<Item>, Vec<Item>) =
            items.iter().partition(|item| self.model.family_of(**item) == self.own);
        for item in own.into_iter().chain(other) {
            let (space, name) = match item {
                Item::Set(id) => (0, &self.model[id].name),
                Item::Sub(id) => (1, &self.model[id].name),
                Item::Struct(id) => (2, &self.model[id].name),
                Item::Enum(id) => (2, &self.model[id].name),
            };
            let family = &self.model[self.model.family_of(item)].name;
            let plain = name.to_ascii_lowercase().replace(['_', ' '], "-");
            let tries = [plain.clone(), format!("{family}-{plain}")].into_iter();
            let numbered = (2..).map(|n| format!("{family}-{plain}-{n}"));
            let free = tries.chain(numbered).find(|name| taken.insert((space, name.clone())));
            self.called.insert(item, free.unwrap_or(plain));
        }
    }

    fn item_name(&self, item: Item) -> String {
        self.called.get(&item).cloned().unwrap_or_default()
    }

    /// A name as YNL allows it.
    fn spec_name(&mut self, place: &str, name: &str) -> String {
        let allowed = spec_name(name);
        if allowed != name {
            self.lose(place, &format!("the name {name}"));
        }
        allowed
    }

    fn lose(&mut self, place: impl std::fmt::Display, what: &str) {
        self.lost.push(format!("{place}: {what}"));
    }

    fn family(&mut self, family: &Family, items: &BTreeSet<Item>) -> Yaml {
        let model = self.model;
        let mut out = Map::default();
        let structs = items.iter().any(|item| matches!(item, Item::Struct(_)));
        match &family.protocol {
            Protocol::Generic { name, version, user_header } => {
                out.text("name", name);
                let legacy = structs || user_header.is_some() || *version != 1 || directional(family);
                out.text("protocol", if legacy { "genetlink-legacy" } else { "genetlink" });
                if *version != 1 {
                    out.put("version", Yaml::number(*version));
                }
            }
            protocol => {
                out.text("name", &family.name);
                out.text("protocol", "netlink-raw");
                let protonum = match protocol {
                    Protocol::Raw { protonum, .. } => *protonum,
                    Protocol::Netfilter { .. } => {
                        self.lose("protocol", "the netfilter subsystem is in the numbers of operations");
                        12
                    }
                    _ => {
                        self.lose("protocol", "a schema without messages is no specification");
                        0
                    }
                };
                out.put("protonum", Yaml::number(protonum));
            }
        }
        out.text("doc", if family.doc.is_empty() { &family.name } else { &family.doc });
        let mut definitions = Vec::new();
        for item in items {
            match item {
                Item::Enum(id) => definitions.push(self.names(*id, &model[*id])),
                Item::Struct(id) if !model[*id].union => definitions.push(self.structure(*id, &model[*id])),
                _ => {}
            }
        }
        out.list("definitions", definitions);
        let mut sets = Vec::new();
        let mut subs = Vec::new();
        for item in items {
            match item {
                Item::Set(id) => sets.push(self.set(*id, &model[*id])),
                Item::Sub(id) => subs.push(self.sub(*id, &model[*id])),
                _ => {}
            }
        }
        out.put("attribute-sets", Yaml::Seq(sets));
        out.list("sub-messages", subs);
        self.operations(family, &mut out);
        let mut groups = Vec::new();
        for group in &family.groups {
            let mut body = Map::default();
            body.text("name", &group.name);
            body.text("c-define-name", &group.c_name.to_ascii_lowercase().replace('_', "-"));
            if let Some(number) = group.number {
                body.put("value", Yaml::number(number));
            }
            if !group.doc.is_empty() {
                self.lose(format!("group {}", group.name), "documentation");
            }
            groups.push(body.done());
        }
        if !groups.is_empty() {
            let mut list = Map::default();
            list.list("list", groups);
            out.put("mcast-groups", list.done());
        }
        out.done()
    }

    fn names(&mut self, id: EnumId, item: &Enum) -> Yaml {
        let mut out = Map::default();
        let name = self.enum_name(id);
        out.text("name", &name);
        out.text("type", if item.flags { "flags" } else { "enum" });
        out.text("doc", &item.doc);
        let prefix = prefix_of(item.entries.iter().map(|e| (e.name.as_str(), e.c_name.as_str())));
        out.text("name-prefix", &spec_prefix(&prefix));
        let mut entries = Vec::new();
        let mut next = 0;
        for entry in &item.entries {
            let place = format!("{name}.{}", entry.name);
            let value = match item.flags {
                true if entry.value.count_ones() == 1 && entry.value > 0 => {
                    i128::from(entry.value.trailing_zeros())
                }
                true => {
                    self.lose(place, "a mask of several bits or of none");
                    continue;
                }
                false => entry.value,
            };
            let name = self.spec_name(&place, &entry.name);
            if names::c_name(&prefix, &name) != entry.c_name {
                let shown = if entry.c_name.is_empty() { "that it has none" } else { &entry.c_name };
                self.lose(&place, &format!("the C name {shown}"));
            }
            let mut body = Map::default();
            body.text("name", &name);
            if value != next {
                body.put("value", Yaml::number(value));
            }
            next = value + 1;
            body.text("doc", &entry.doc);
            entries.push(body.or_alone("name"));
        }
        out.put("entries", Yaml::Seq(entries));
        out.done()
    }

    fn structure(&mut self, id: StructId, item: &Struct) -> Yaml {
        let mut out = Map::default();
        let name = self.struct_name(id);
        out.text("name", &name);
        out.text("type", "struct");
        if name.replace('-', "_") != item.c_name {
            out.text("enum-name", &item.c_name.replace('_', "-"));
        }
        out.text("doc", &item.doc);
        let layout = layout::members(self.model, item, self);
        for member in
            item.members.iter().filter(|m| m.c_name.contains('.') && !layout.lost.contains(&m.c_name))
        {
            self.lose(format!("{name}.{}", member.c_name), "the C name of a member of a member");
        }
        for member in layout.lost {
            self.lose(format!("{name}.{member}"), "a member that is no plain value");
        }
        out.put("members", Yaml::Seq(layout.members));
        out.done()
    }

    fn set(&mut self, id: SetId, set: &Set) -> Yaml {
        let mut out = Map::default();
        let name = self.item_name(Item::Set(id));
        out.text("name", &name);
        out.text("name-prefix", &spec_prefix(&set.c_prefix));
        out.text("doc", &set.doc);
        let attrs = set.attrs.iter().map(|attr| self.attr(&name, set, attr)).collect();
        out.put("attributes", Yaml::Seq(attrs));
        out.done()
    }

    fn attr(&mut self, set_name: &str, set: &Set, attr: &Attr) -> Yaml {
        let mut out = Map::default();
        let place = format!("{set_name}.{}", attr.name);
        let name = self.spec_name(&place, &attr.name);
        out.text("name", &name);
        if names::c_name(&set.c_prefix, &name) != attr.c_name {
            match attr.c_name.strip_suffix(&names::c_name("", &name)) {
                Some(prefix) if !prefix.is_empty() => out.text("name-prefix", &spec_prefix(prefix)),
                _ => self.lose(&place, &format!("the C name {}", attr.c_name)),
            }
        }
        out.put("value", Yaml::number(attr.number));
        self.ty(&place, &attr.card, &attr.ty, &mut out);
        if attr.always {
            self.lose(&place, "`always`");
        }
        if let Some(checks) = checks(&attr.checks) {
            out.put("checks", checks);
        }
        out.text("doc", &attr.doc);
        out.done()
    }

    fn ty(&mut self, place: &str, card: &Card, ty: &Type, out: &mut Map) {
        let nested = |this: &Self, id: &SetId, out: &mut Map| {
            out.text("nested-attributes", &this.item_name(Item::Set(*id)));
        };
        match (card, ty) {
            (Card::TypeValue(levels), Type::Nest(id)) => {
                out.text("type", "nest-type-value");
                out.put("type-value", Yaml::Seq(levels.iter().map(Yaml::text).collect()));
                nested(self, id, out);
            }
            (Card::Indexed, Type::Nest(id)) if self.model[*id].header.is_none() => {
                out.text("type", "indexed-array");
                out.text("sub-type", "nest");
                nested(self, id, out);
            }
            (Card::Indexed, ty) => {
                let mut inner = Map::default();
                if self.base(place, ty, &mut inner) {
                    out.text("type", "indexed-array");
                    let Yaml::Map(keys) = inner.done() else { return };
                    for (key, value) in keys {
                        out.put(if key == "type" { "sub-type" } else { &key }, value);
                    }
                } else {
                    out.text("type", "binary");
                }
            }
            (card, ty) => {
                self.base(place, ty, out);
                if *card == Card::Multi {
                    out.put("multi-attr", Yaml::Plain("true".to_owned()));
                }
            }
        }
    }

    /// The keys of a payload; false when there are none for it and it is bytes.
    fn base(&mut self, place: &str, ty: &Type, out: &mut Map) -> bool {
        let mut names = None;
        match ty {
            Type::Scalar(scalar, id) => {
                self.scalar(place, *scalar, out);
                names = *id;
            }
            Type::VarInt { signed, names: id } => {
                out.text("type", if *signed { "sint" } else { "uint" });
                names = *id;
            }
            Type::Bitfield32(id) => {
                out.text("type", "bitfield32");
                names = *id;
            }
            Type::Flag | Type::String | Type::Binary | Type::Pad | Type::Unused => {
                out.text("type", &format!("{ty:?}").to_lowercase());
            }
            Type::Nest(id) if self.model[*id].header.is_none() => {
                out.text("type", "nest");
                out.text("nested-attributes", &self.item_name(Item::Set(*id)));
            }
            Type::Struct(id) if !self.model[*id].union => {
                out.text("type", "binary");
                out.text("struct", &self.struct_name(*id));
            }
            Type::Array(element) => match &**element {
                Type::Scalar(scalar, id) => {
                    out.text("type", "binary");
                    let mut inner = Map::default();
                    self.scalar(place, *scalar, &mut inner);
                    let Yaml::Map(keys) = inner.done() else { return false };
                    for (key, value) in keys {
                        out.put(if key == "type" { "sub-type" } else { &key }, value);
                    }
                    names = *id;
                }
                Type::Ip4 => {
                    out.text("type", "binary");
                    out.text("sub-type", "u32");
                    out.text("byte-order", "big-endian");
                    out.text("display-hint", "ipv4");
                }
                _ => return self.bytes(place, "an array of other than integers", out),
            },
            Type::Sub(id, by) => match by.as_slice() {
                [Selector::Attr(name) | Selector::Outer(name)] if self.texts(*id) => {
                    out.text("type", "sub-message");
                    out.text("sub-message", &self.item_name(Item::Sub(*id)));
                    out.text("selector", &spec_name(name));
                }
                _ => return self.bytes(place, "a sub-message by other than one text", out),
            },
            Type::Mac | Type::Ip6 | Type::NetIp6 => {
                if *ty == Type::NetIp6 {
                    self.lose(place, "NLA_F_NET_BYTEORDER");
                }
                out.text("type", "binary");
                out.text("display-hint", if *ty == Type::Mac { "mac" } else { "ipv6" });
            }
            Type::Ip4 | Type::NetIp4 => {
                if *ty == Type::NetIp4 {
                    self.lose(place, "NLA_F_NET_BYTEORDER");
                }
                out.text("type", "u32");
                out.text("byte-order", "big-endian");
                out.text("display-hint", "ipv4");
            }
            Type::Ip(by) => {
                if by.is_some() {
                    self.lose(place, "what tells the address family");
                }
                out.text("type", "binary");
                out.text("display-hint", "ipv4-or-v6");
            }
            Type::Msecs => {
                self.lose(place, "milliseconds");
                out.text("type", "u64");
            }
            Type::Nest(_) => return self.bytes(place, "attributes after a struct", out),
            Type::Records(..) => return self.bytes(place, "records", out),
            Type::Struct(_) => return self.bytes(place, "a union", out),
            Type::SockAddr => return self.bytes(place, "a socket address", out),
            Type::Labels => return self.bytes(place, "a label stack", out),
        }
        if let Some(id) = names {
            out.text("enum", &self.enum_name(id));
        }
        true
    }

    fn bytes(&mut self, place: &str, what: &str, out: &mut Map) -> bool {
        self.lose(place, what);
        out.text("type", "binary");
        false
    }

    fn scalar(&mut self, place: &str, scalar: Scalar, out: &mut Map) {
        if scalar.order == crate::ir::Order::Net {
            self.lose(place, "NLA_F_NET_BYTEORDER");
        }
        layout::scalar(scalar, out);
    }

    /// Whether a table is chosen from by text.
    fn texts(&self, id: SubId) -> bool {
        self.model[id].formats.iter().all(|format| matches!(format.keys.as_slice(), [Key::Text(_)]))
    }

    fn sub(&mut self, id: SubId, sub: &Sub) -> Yaml {
        let mut out = Map::default();
        let name = self.item_name(Item::Sub(id));
        out.text("name", &name);
        if !sub.doc.is_empty() {
            self.lose(&name, "documentation");
        }
        if sub.default.is_some() {
            self.lose(&name, "a format for every other value");
        }
        let mut rows = Vec::new();
        for format in &sub.formats {
            let [Key::Text(key)] = format.keys.as_slice() else { continue };
            let place = format!("{name}.{key}");
            let mut row = Map::default();
            row.text("value", key);
            match &format.ty {
                Type::Flag => {}
                Type::Nest(id) => {
                    if let Some(header) = self.model[*id].header {
                        row.text("fixed-header", &self.struct_name(header));
                    }
                    row.text("attribute-set", &self.item_name(Item::Set(*id)));
                }
                Type::Struct(id) if !self.model[*id].union => {
                    row.text("fixed-header", &self.struct_name(*id))
                }
                _ => {
                    self.lose(place, "a payload that is neither attributes nor a struct");
                    continue;
                }
            }
            rows.push(row.done());
        }
        out.put("formats", Yaml::Seq(rows));
        out.done()
    }
}

/// Whether requests and replies have numbers of their own.
fn directional(family: &Family) -> bool {
    let apart =
        |op: &Operation| matches!((&op.request, &op.reply), (Some(a), Some(b)) if a.number != b.number);
    let mut seen = HashSet::new();
    // In one enum, one number is one operation.
    let twice = |op: &Operation| {
        op.request.as_ref().or(op.reply.as_ref()).is_some_and(|message| !seen.insert(message.number))
    };
    family.operations.iter().any(apart) || family.operations.iter().any(twice)
}

/// `IFLA_INFO_` as YNL writes it.
fn spec_prefix(prefix: &str) -> String {
    prefix.to_ascii_lowercase().replace('_', "-")
}

/// Names are lower-case words with dashes.
fn spec_name(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', ' '], "-")
}
