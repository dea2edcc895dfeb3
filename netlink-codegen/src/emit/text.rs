//! A family's model in canonical text: what its module says, without Rust around it.
//!
//! The derive can print what it reads in a generated file in the same form, from its own types;
//! a test there holds the two against each other. So this text is made from the model alone and
//! knows nothing of keywords.
//!
//! One block for each item, the blocks sorted. Items have their Rust names, those of other
//! families with the module in front.

use super::EmitError;
use super::items::{group_name, length_members};
use super::names::{Names, Scope, attr_field};
use super::types::{bounds, has_default, has_family, tail};
use crate::check::Checked;
use crate::ir::names::{constant, field, type_name};
use crate::ir::{
    Attr, Card, Entry, Enum, EnumId, Family, FamilyId, Item, Key, Member, MemberType, Message, Model,
    Operation, Order, Protocol, Scalar, Selector, SetId, Struct, StructId, SubId, Type,
};

type Result<T> = std::result::Result<T, EmitError>;

/// The canonical text of one family.
pub fn text(model: &Checked, family: FamilyId) -> Result<String> {
    let Some(what) = model.families.get(family.0 as usize) else {
        return Err(EmitError::Dangling(format!("{family:?}")));
    };
    let text = Text { model, names: &Names::new(model), id: family };
    let mut blocks = text.family(what)?;
    blocks.sort();
    Ok(blocks.join("\n"))
}

struct Text<'m> {
    model: &'m Model,
    names: &'m Names,
    id: FamilyId,
}

impl Text<'_> {
    fn family(&self, family: &Family) -> Result<Vec<String>> {
        let mut out = Vec::new();
        match &family.protocol {
            Protocol::Raw { protonum, .. } => out.push(format!("protocol {protonum}\n")),
            Protocol::Netfilter { .. } => out.push("protocol 12\n".to_owned()),
            Protocol::Generic { name, .. } => out.push(format!("family {name:?}\n")),
            Protocol::None => {}
        }
        for (ix, op) in family.operations.iter().enumerate() {
            let name = self.names.operation(self.id, ix).unwrap_or_default();
            out.push(self.operation(name, op, &family.protocol)?);
        }
        for &id in &family.sets {
            out.push(self.set(id)?);
        }
        for &id in &family.subs {
            out.push(self.sub(id)?);
        }
        for &id in &family.structs {
            out.push(self.structure(id)?);
        }
        for &id in &family.enums {
            out.push(self.enumeration(id)?);
        }
        if let Protocol::Generic { .. } = family.protocol {
            out.extend(family.groups.iter().map(|g| format!("group {:?}\n", g.name)));
        } else if !family.groups.is_empty() {
            let rows = family.groups.iter();
            let rows = rows.map(|g| (group_name(g), g.c_name.as_str(), i128::from(g.number.unwrap_or(0))));
            out.push(entries("enum Group", rows));
        }
        Ok(out)
    }

    /// The Rust name, with the module where it is another family's.
    fn item(&self, item: Item) -> Result<String> {
        let Some(name) = self.names.own(item) else {
            return Err(EmitError::Dangling(format!("{item:?}")));
        };
        let owner = self.model.family_of(item);
        if owner == self.id {
            return Ok(name.to_owned());
        }
        Ok(format!("{}::{name}", field(&self.model[owner].name)))
    }

    fn operation(&self, name: &str, op: &Operation, protocol: &Protocol) -> Result<String> {
        let mut out = format!("op {name}");
        out += &match protocol {
            Protocol::Raw { protonum, .. } => format!(" protocol {protonum}"),
            Protocol::Generic { name, version, .. } => format!(" family {name:?} version {version}"),
            Protocol::Netfilter { .. } => " protocol 12".to_owned(),
            Protocol::None => String::new(),
        };
        for (word, on) in [("do", op.do_), ("dump", op.dump), ("event", op.event)] {
            if on {
                out += &format!(" {word}");
            }
        }
        if !op.nlm_flags.is_empty() {
            out += &format!(" flags {}", op.nlm_flags.join(" "));
        }
        out.push('\n');
        for (word, message) in [("request", &op.request), ("reply", &op.reply)] {
            if let Some(Message { c_name, number, set }) = message {
                let set = set.map(|s| self.item(Item::Set(s))).transpose()?.unwrap_or_default();
                out += format!("  {word} {c_name} = {number} {set}").trim_end();
                out.push('\n');
            }
        }
        Ok(out)
    }

    fn set(&self, id: SetId) -> Result<String> {
        let set = &self.model[id];
        let mut out = format!("set {}", self.item(Item::Set(id))?);
        if set.message {
            out += " message";
        }
        let mut scope = Scope::with(["rest"]);
        if let Some(header) = set.header {
            scope.claim("header".to_owned());
            out += &format!(" header {}", self.item(Item::Struct(header))?);
        }
        out.push('\n');
        let mut last = Vec::new();
        for attr in &set.attrs {
            let head = format!("  {} {}", attr.number, attr.c_name);
            match attr.ty {
                Type::Pad => last.push(format!("{head} pad\n")),
                Type::Unused => last.push(format!("{head} unused\n")),
                _ => {
                    let name = scope.claim(attr_field(&attr.name));
                    out += &format!("{head} {name}: {}\n", self.attribute(id, attr)?);
                }
            }
        }
        last.sort();
        Ok(out + &last.concat())
    }

    fn attribute(&self, owner: SetId, attr: &Attr) -> Result<String> {
        let ty = match attr.ty {
            Type::String if attr.checks.unterminated => "unterminated".to_owned(),
            _ => self.ty(&attr.ty, Some(owner))?,
        };
        let bounds: String = bounds(attr).iter().map(|bound| format!(" {bound}")).collect();
        let card = match &attr.card {
            Card::One => String::new(),
            Card::Multi => "multi ".to_owned(),
            Card::Indexed => "indexed ".to_owned(),
            Card::TypeValue(levels) => format!("type-value {} ", levels.len()),
        };
        // Values without a default are optional all the same.
        let always = match attr.card {
            Card::One => attr.always && attr.ty != Type::Flag && has_default(&attr.ty),
            Card::Multi => false,
            Card::Indexed | Card::TypeValue(_) => attr.always,
        };
        Ok(format!("{card}{ty}{}{bounds}", if always { " always" } else { "" }))
    }

    fn named(&self, what: String, names: Option<EnumId>) -> Result<String> {
        Ok(match names {
            Some(names) => format!("{what} {}", self.item(Item::Enum(names))?),
            None => what,
        })
    }

    /// A type; `set` is where selectors are looked up.
    fn ty(&self, ty: &Type, set: Option<SetId>) -> Result<String> {
        Ok(match ty {
            Type::Scalar(scalar, names) => self.named(word(*scalar), *names)?,
            Type::VarInt { signed: true, names } => self.named("sint".to_owned(), *names)?,
            Type::VarInt { signed: false, names } => self.named("uint".to_owned(), *names)?,
            Type::Flag => "flag".to_owned(),
            Type::String => "string".to_owned(),
            Type::Binary => "binary".to_owned(),
            Type::Bitfield32(names) => self.named("bitfield32".to_owned(), *names)?,
            Type::Nest(set) => format!("nest {}", self.item(Item::Set(*set))?),
            Type::Struct(id) => {
                let word =
                    if tail(self.model, *id).is_some() { "flex" } else { struct_word(&self.model[*id]) };
                format!("{word} {}", self.item(Item::Struct(*id))?)
            }
            Type::Array(element) => format!("array {}", self.ty(element, None)?),
            Type::Records(set, _) => format!("records {}", self.item(Item::Set(*set))?),
            Type::Sub(sub, by) => {
                let by: Vec<String> = by.iter().map(|s| selector(self.model, set, s)).collect();
                format!("sub {} by {}", self.item(Item::Sub(*sub))?, by.join(" "))
            }
            Type::Mac => "mac".to_owned(),
            Type::Ip4 => "ip4".to_owned(),
            Type::Ip6 => "ip6".to_owned(),
            Type::NetIp4 => "netip4".to_owned(),
            Type::NetIp6 => "netip6".to_owned(),
            Type::SockAddr => "sockaddr".to_owned(),
            Type::Ip(None) => "ip".to_owned(),
            Type::Ip(Some(by)) => format!("address by {}", selector(self.model, set, by)),
            Type::Labels => "labels".to_owned(),
            Type::Msecs => "msecs".to_owned(),
            Type::Pad => "pad".to_owned(),
            Type::Unused => "unused".to_owned(),
        })
    }

    fn sub(&self, id: SubId) -> Result<String> {
        let sub = &self.model[id];
        let mut out = format!("sub {}\n", self.item(Item::Sub(id))?);
        let mut scope = Scope::with(["Unknown"]);
        if sub.default.is_some() {
            scope.claim("Other".to_owned());
        }
        for format in &sub.formats {
            let shown: Vec<&str> = format
                .keys
                .iter()
                .map(|key| match key {
                    Key::Text(text) => text.as_str(),
                    Key::Number { name, .. } => name.as_str(),
                })
                .collect();
            let keys: Vec<String> = format.keys.iter().map(|k| key(k, format.keys.len())).collect();
            let name = scope.claim(type_name(&shown.join(" ")));
            // A selector without a payload: Rust has the bytes, none as a rule.
            let ty = if format.ty == Type::Flag { &Type::Binary } else { &format.ty };
            out += &format!("  {} {name}: {}\n", keys.join(", "), self.ty(ty, None)?);
        }
        if let Some(default) = &sub.default {
            out += &format!("  default Other: {}\n", self.ty(default, None)?);
        }
        Ok(out)
    }

    fn structure(&self, id: StructId) -> Result<String> {
        let s = &self.model[id];
        let (word, name) = (struct_word(s), self.item(Item::Struct(id))?);
        // A union without a C name goes by its own.
        let c_name = if s.c_name.is_empty() { name.as_str() } else { s.c_name.as_str() };
        let mut out = format!("{word} {name} {c_name} size {}", s.size);
        for length in length_members(self.model, id) {
            out += &format!(" length {}", field(&length));
        }
        out.push('\n');
        let mut scope = Scope::default();
        for member in s.members.iter().filter(|m| !matches!(m.ty, MemberType::Tail(_))) {
            let name = field(&member.c_name);
            let name = if s.union { scope.claim_arm(name) } else { scope.claim(name) };
            out += &format!("  {} {} {name}: {}", member.offset, member.c_name, self.member(s, member)?);
            for case in s.cases.iter().filter(|case| case.arm == member.c_name) {
                out += &match &case.key {
                    Some(key) => format!(" case {}", self::key(key, 1)),
                    None => " default".to_owned(),
                };
            }
            out += if member.grown { " grown\n" } else { "\n" };
        }
        if let Some((name, offset, element)) = tail(self.model, id) {
            let element = match element {
                MemberType::IpBy(by) if has_family(s, by) => format!("u8 by {}", field(by)),
                MemberType::Text(0 | 1) => "u8 text".to_owned(),
                MemberType::Bytes(0 | 1) => "u8 opaque".to_owned(),
                MemberType::IpBy(_) | MemberType::Mac(0 | 1) => "u8".to_owned(),
                _ => self.member_type(s, element)?,
            };
            out += &format!("  {offset} {name} tail: {element}\n");
        }
        Ok(out)
    }

    fn member(&self, of: &Struct, member: &Member) -> Result<String> {
        match (&member.bits, &member.ty) {
            (Some((first, width)), MemberType::Scalar(scalar, names)) => {
                let sign = if scalar.signed { 'i' } else { 'u' };
                let holder = match names {
                    Some(names) => self.item(Item::Enum(*names))?,
                    None => format!("{sign}{}", width.next_power_of_two().max(8)),
                };
                Ok(format!("bits {first} {width} {holder}"))
            }
            (_, ty) => {
                let anonymous = if member.anonymous { "anonymous " } else { "" };
                Ok(format!("{anonymous}{}", self.member_type(of, ty)?))
            }
        }
    }

    fn member_type(&self, of: &Struct, ty: &MemberType) -> Result<String> {
        let structure = |id: StructId| {
            Ok::<_, EmitError>(format!("{} {}", struct_word(&self.model[id]), self.item(Item::Struct(id))?))
        };
        Ok(match ty {
            MemberType::Scalar(scalar, names) => self.named(word(*scalar), *names)?,
            MemberType::Text(n) => format!("text {n}"),
            MemberType::Bytes(n) => format!("opaque {n}"),
            MemberType::Mac(n) => format!("mac {n}"),
            MemberType::Struct(id) => structure(*id)?,
            MemberType::UnionBy(id, by) => format!("{} by {}", structure(*id)?, field(by)),
            MemberType::Ip4 => "ip4".to_owned(),
            MemberType::Ip6 => "ip6".to_owned(),
            MemberType::IpBy(by) if has_family(of, by) => format!("ip by {}", field(by)),
            MemberType::IpBy(_) => "opaque 16".to_owned(),
            MemberType::Array(element, n) => format!("{n} x {}", self.member_type(of, element)?),
            MemberType::Tail(element) => format!("tail {}", self.member_type(of, element)?),
        })
    }

    fn enumeration(&self, id: EnumId) -> Result<String> {
        let Enum { flags, entries: rows, .. } = &self.model[id];
        let kind = if *flags { "flags" } else { "enum" };
        let rows =
            rows.iter().map(|Entry { name, c_name, value, .. }| (name.as_str(), c_name.as_str(), *value));
        Ok(entries(&format!("{kind} {}", self.item(Item::Enum(id))?), rows))
    }
}

/// An enum with its entries. Where no header has a name, the constant's stands for it.
fn entries<'r>(head: &str, rows: impl Iterator<Item = (&'r str, &'r str, i128)>) -> String {
    let mut scope = Scope::default();
    let mut out = format!("{head}\n");
    for (name, c_name, value) in rows {
        let name = scope.claim(constant(name));
        let c_name = if c_name.is_empty() { name.as_str() } else { c_name };
        out += &format!("  {value} {c_name} {name}\n");
    }
    out
}

/// A key: text, a number with its C name or, where a format has several keys, a number alone.
fn key(key: &Key, keys: usize) -> String {
    match key {
        Key::Text(text) => format!("{text:?}"),
        Key::Number { c_name, value, .. } if keys == 1 && !c_name.is_empty() => format!("{c_name} = {value}"),
        Key::Number { value, .. } => value.to_string(),
    }
}

fn struct_word(s: &Struct) -> &'static str {
    if s.union { "union" } else { "struct" }
}

fn selector(model: &Model, set: Option<SetId>, by: &Selector) -> String {
    match by {
        Selector::Attr(name) => attr_field(name),
        Selector::Outer(name) => format!("outer.{}", attr_field(name)),
        Selector::Header(name) => {
            let header = set.and_then(|set| model[set].header);
            let own = header.is_some_and(|h| model[h].members.iter().any(|m| m.c_name == *name));
            format!("{}.{}", if own { "header" } else { "outer.header" }, field(name))
        }
        Selector::Request(name) => format!("request.{}", field(name)),
    }
}

/// `u8`, `be16`, `ibe32`, `net32`. Single bytes have no order.
fn word(scalar: Scalar) -> String {
    let Scalar { bits, signed, order } = scalar;
    let order = match order {
        _ if bits == 8 => "",
        Order::Native => "",
        Order::Big => "be",
        Order::Little => "le",
        Order::Net => "net",
    };
    match (signed, order) {
        (true, _) => format!("i{order}{bits}"),
        (false, "") => format!("u{bits}"),
        (false, _) => format!("{order}{bits}"),
    }
}
