//! A family as rows of text, ready for the template.

mod records;
mod sets;

use super::EmitError;
use super::docs;
use super::names::{Imports, Names};
use super::types::Types;
use crate::ir::names;
use crate::ir::{
    Enum, EnumId, Family, FamilyId, Group, Item, Lifetime, MemberType, Message, Model, Operation, Protocol,
    StructId, Type,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

type Result<T> = std::result::Result<T, EmitError>;

/// A family's module.
#[derive(Serialize)]
pub(super) struct Module {
    pub uses: Vec<String>,
    pub consts: Vec<Const>,
    pub operations: Vec<Row>,
    pub sets: Vec<SetRow>,
    pub subs: Vec<Row>,
    pub structs: Vec<StructRow>,
    pub unions: Vec<Row>,
    pub enums: Vec<EnumRow>,
}

#[derive(Serialize)]
pub(super) struct Const {
    pub doc: Vec<String>,
    pub name: String,
    pub ty: &'static str,
    pub value: String,
}

/// An item with its documentation and the inside of its `#[netlink(…)]`.
#[derive(Serialize)]
pub(super) struct Row {
    pub doc: Vec<String>,
    pub args: String,
    pub name: String,
    pub fields: Vec<Field>,
}

#[derive(Serialize)]
pub(super) struct SetRow {
    #[serde(flatten)]
    pub row: Row,
    pub derive: &'static str,
    pub header: Option<Field>,
}

#[derive(Serialize)]
pub(super) struct StructRow {
    #[serde(flatten)]
    pub row: Row,
    pub non_exhaustive: bool,
    /// A member's C name has two underscores in a row (`tcm__pad1`), which rustc dislikes.
    pub odd_names: bool,
}

#[derive(Serialize)]
pub(super) struct EnumRow {
    pub doc: Vec<String>,
    pub attribute: &'static str,
    pub repr: &'static str,
    pub name: String,
    pub entries: Vec<Field>,
}

/// A field, variant or entry.
#[derive(Serialize)]
pub(super) struct Field {
    pub doc: String,
    pub args: String,
    pub name: String,
    /// The Rust type; of an entry its value.
    pub ty: String,
    /// Of an array of more than 32 elements, the module of `netlink_runtime::serialize` for it.
    pub long_array: &'static str,
}

/// What the structs and enums of one family need to know of all sets.
#[derive(Default)]
pub(super) struct Uses {
    /// Structs that are a fixed header.
    headers: BTreeSet<StructId>,
    /// Structs that are the header of records, with the member that holds the length.
    lengths: BTreeMap<StructId, BTreeSet<String>>,
    /// Enums that name values of 64 bits, whatever their own values are.
    wide: BTreeSet<EnumId>,
}

impl Uses {
    fn of(model: &Model) -> Self {
        let mut out = Uses::default();
        out.headers.extend(model.sets.iter().filter_map(|set| set.header));
        let formats = model.subs.iter().flat_map(|s| s.formats.iter().map(|f| &f.ty).chain(&s.default));
        let attrs = model.sets.iter().flat_map(|set| set.attrs.iter().map(|a| &a.ty));
        attrs.chain(formats).for_each(|ty| out.ty(model, ty));
        let members = model.structs.iter().flat_map(|s| s.members.iter().map(|m| &m.ty));
        members.for_each(|ty| out.member(ty));
        out
    }

    fn ty(&mut self, model: &Model, ty: &Type) {
        match ty {
            Type::Records(records, length) => {
                if let Some(header) = model[*records].header {
                    self.lengths.entry(header).or_default().insert(length.clone());
                }
            }
            Type::Scalar(scalar, Some(names)) if scalar.bits == 64 => {
                self.wide.insert(*names);
            }
            Type::VarInt { names, .. } => self.wide.extend(names),
            Type::Array(element) => self.ty(model, element),
            _ => {}
        }
    }

    fn member(&mut self, ty: &MemberType) {
        match ty {
            MemberType::Scalar(scalar, Some(names)) if scalar.bits == 64 => {
                self.wide.insert(*names);
            }
            MemberType::Array(element, _) | MemberType::Tail(element) => self.member(element),
            _ => {}
        }
    }
}

/// The members of a record header that hold the record's length: one, or none where it is no such
/// header.
pub(super) fn length_members(model: &Model, header: StructId) -> Vec<String> {
    Uses::of(model).lengths.remove(&header).into_iter().flatten().collect()
}

/// Makes the rows of one family.
pub(super) struct Rows<'m> {
    model: &'m Model,
    names: &'m Names,
    id: FamilyId,
    family: &'m Family,
    imports: Imports<'m>,
}

/// Makes the rows of a family.
pub(super) fn module(model: &Model, names: &Names, id: FamilyId) -> Result<Module> {
    let Some(family) = model.families.get(id.0 as usize) else {
        return Err(EmitError::Dangling(format!("{id:?}")));
    };
    let rows = Rows { model, names, id, family, imports: Imports::new(model, names, id) };
    rows.module().map_err(|error| error.at(&family.name))
}

impl<'m> Rows<'m> {
    fn module(mut self) -> Result<Module> {
        let uses = Uses::of(self.model);
        let operations = self.operations()?;
        let sets = self.sets()?;
        let subs = self.subs()?;
        let structs = self.structs(&uses)?;
        let unions = self.unions()?;
        let mut enums = Vec::new();
        for &id in &self.family.enums {
            let wide = uses.wide.contains(&id);
            enums.push(self.enumeration(&self.model[id], wide, self.own(Item::Enum(id))?)?);
        }
        let mut consts = self.consts();
        match self.family.protocol {
            Protocol::Generic { .. } => consts.extend(self.family.groups.iter().map(group_const)),
            _ => enums.extend(self.group_enum()?),
        }
        Ok(Module { uses: self.imports.uses(), consts, operations, sets, subs, structs, unions, enums })
    }

    fn own(&self, item: Item) -> Result<String> {
        self.names.own(item).map(str::to_owned).ok_or_else(|| EmitError::Dangling(format!("{item:?}")))
    }

    fn types(&mut self) -> Types<'_, 'm> {
        Types { model: self.model, imports: &mut self.imports }
    }

    fn consts(&self) -> Vec<Const> {
        let protocol = |number: u16, c_name: &str| Const {
            doc: vec![format!("The netlink protocol, `{c_name}`.")],
            name: "PROTOCOL".to_owned(),
            ty: "Protocol",
            value: format!("Protocol({number})"),
        };
        match &self.family.protocol {
            Protocol::Raw { protonum, c_name } => vec![protocol(*protonum, c_name)],
            Protocol::Netfilter { .. } => vec![protocol(NETLINK_NETFILTER, "NETLINK_NETFILTER")],
            Protocol::Generic { name, .. } => vec![Const {
                doc: vec![docs::join(&[
                    "The name that the kernel registers with generic netlink.",
                    &docs::lifetime(
                        self.model,
                        Lifetime::together(self.family.operations.iter().map(|op| op.life)),
                    ),
                ])],
                name: "FAMILY".to_owned(),
                ty: "&str",
                value: format!("{name:?}"),
            }],
            Protocol::None => Vec::new(),
        }
    }

    fn operations(&mut self) -> Result<Vec<Row>> {
        let mut out = Vec::new();
        for (ix, op) in self.family.operations.iter().enumerate() {
            let row = self.operation(ix, op).map_err(|e| e.at(format!("operation `{}`", op.name)))?;
            out.push(row);
        }
        Ok(out)
    }

    fn operation(&mut self, ix: usize, op: &Operation) -> Result<Row> {
        let mut args = match &self.family.protocol {
            Protocol::Raw { protonum, .. } => vec![format!("protocol = {protonum}")],
            Protocol::Netfilter { .. } => vec![format!("protocol = {NETLINK_NETFILTER}")],
            Protocol::Generic { name, version, .. } => {
                vec![format!("family = {name:?}"), format!("version = {version}")]
            }
            Protocol::None => {
                return Err(EmitError::unsupported("an operation of a family without protocol"));
            }
        };
        let modes = [("do", op.do_), ("dump", op.dump), ("event", op.event)];
        args.extend(modes.iter().filter(|(_, on)| *on).map(|(word, _)| (*word).to_owned()));
        if !op.nlm_flags.is_empty() {
            op.nlm_flags.iter().try_for_each(|flag| identifier(flag).map(|_| ()))?;
            args.push(format!("flags({})", op.nlm_flags.join(", ")));
        }
        for (word, message) in [("request", &op.request), ("reply", &op.reply)] {
            if let Some(message) = message {
                args.push(format!("{word}({})", self.message(message)?));
            }
        }
        let c_name = op.request.as_ref().or(op.reply.as_ref()).map_or("", |m| m.c_name.as_str());
        let intro = if c_name.is_empty() { format!("`{}`:", op.name) } else { format!("`{c_name}`:") };
        let intro = if op.doc.is_empty() { format!("{}.", &intro[..intro.len() - 1]) } else { intro };
        let required: Vec<String> = op.required.iter().map(|r| format!("`{r}`")).collect();
        let required =
            if required.is_empty() { String::new() } else { format!("Needs {}.", required.join(", ")) };
        let group = op.group.as_ref().map_or_else(String::new, |g| format!("Sent to group `{g}`."));
        let ends = docs::join(&[&required, &group, &docs::lifetime(self.model, op.life)]);
        let name = self.names.operation(self.id, ix).unwrap_or_default().to_owned();
        Ok(Row { doc: docs::item(&intro, &op.doc, &ends), args: args.join(", "), name, fields: Vec::new() })
    }

    fn message(&mut self, message: &Message) -> Result<String> {
        let mut out = format!("{} = {}", identifier(&message.c_name)?, message.number);
        if let Some(set) = message.set {
            out.push_str(", ");
            out.push_str(&self.imports.word(Item::Set(set))?);
        }
        Ok(out)
    }

    fn enumeration(&self, e: &Enum, wide: bool, name: String) -> Result<EnumRow> {
        let intro = match &e.c_tag {
            Some(tag) => format!("`enum {tag}`"),
            None if e.doc.is_empty() => format!("Values of `{}`", e.name),
            None => String::new(),
        };
        let mark = if e.doc.is_empty() { "." } else { ":" };
        let intro = if intro.is_empty() { intro } else { format!("{intro}{mark}") };
        let rows =
            e.entries.iter().map(|x| (x.name.as_str(), x.c_name.as_str(), x.value, x.doc.as_str(), x.life));
        self.enum_row(docs::item(&intro, &e.doc, ""), (e.flags, wide), name, rows)
            .map_err(|error| error.at(format!("enum `{}`", e.name)))
    }

    /// The multicast groups of a classic protocol, which have numbers.
    fn group_enum(&self) -> Result<Option<EnumRow>> {
        let mut rows = Vec::new();
        for group in &self.family.groups {
            // Nobody can join a group without a number.
            let Some(number) = group.number else { continue };
            let name = group_name(group);
            rows.push((name, group.c_name.as_str(), number.into(), group.doc.as_str(), Lifetime::default()));
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let doc = vec!["Multicast groups.".to_owned()];
        self.enum_row(doc, (false, false), "Group".to_owned(), rows.into_iter()).map(Some)
    }

    fn enum_row<'r>(
        &self,
        doc: Vec<String>,
        (flags, wide): (bool, bool),
        name: String,
        rows: impl Iterator<Item = (&'r str, &'r str, i128, &'r str, Lifetime)>,
    ) -> Result<EnumRow> {
        let mut scope = super::names::Scope::default();
        let mut entries = Vec::new();
        let (mut least, mut most) = (0, 0);
        for (name, c_name, value, doc, life) in rows {
            least = value.min(least);
            most = value.max(most);
            entries.push(Field {
                doc: docs::line(c_name, name, doc, &docs::lifetime(self.model, life)),
                args: if c_name.is_empty() { String::new() } else { identifier(c_name)?.to_owned() },
                name: scope.claim(names::constant(name)),
                ty: if flags && value >= 0 { format!("{value:#x}") } else { value.to_string() },
                long_array: "",
            });
        }
        Ok(EnumRow {
            doc,
            attribute: if flags { "netlink_flags" } else { "netlink_enum" },
            repr: repr(least, most, wide)
                .ok_or_else(|| EmitError::unsupported("an enum of more than 64 bits"))?,
            name,
            entries,
        })
    }
}

/// `NETLINK_NETFILTER`, the protocol under all netfilter subsystems.
const NETLINK_NETFILTER: u16 = 12;

fn group_const(group: &Group) -> Const {
    let doc = if group.doc.is_empty() {
        format!("The multicast group `{}`.", group.name)
    } else {
        group.doc.clone()
    };
    Const {
        doc: docs::item("", &doc, ""),
        name: format!("GROUP_{}", names::constant(&group.name).trim_start_matches('_')),
        ty: "&str",
        value: format!("{:?}", group.name),
    }
}

/// `link` of `rtnlgrp-link`: the type's name says already that it is a group.
pub(super) fn group_name(group: &Group) -> &str {
    match group.name.split_once("grp-") {
        Some((protocol, rest)) if !protocol.contains('-') && !rest.is_empty() => rest,
        _ => &group.name,
    }
}

/// The smallest of the integer types an enum may have that holds all its values; of 64 bits where
/// such an integer is `wide`, because it may hold values without a name.
fn repr(least: i128, most: i128, wide: bool) -> Option<&'static str> {
    let fits = |low: i128, high: i128| low <= least && most <= high;
    match () {
        () if !wide && fits(0, u32::MAX.into()) => Some("u32"),
        () if fits(0, u64::MAX.into()) => Some("u64"),
        () if !wide && fits(i32::MIN.into(), i32::MAX.into()) => Some("i32"),
        () if fits(i64::MIN.into(), i64::MAX.into()) => Some("i64"),
        () => None,
    }
}

/// A C name, which stands as a word in `#[netlink(…)]`.
fn identifier(c_name: &str) -> Result<&str> {
    let first = c_name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if first && c_name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(c_name)
    } else {
        Err(EmitError::NotAnIdentifier(c_name.to_owned()))
    }
}

/// `C_NAME = 4`.
fn numbered(c_name: &str, number: impl std::fmt::Display) -> Result<String> {
    Ok(format!("{} = {number}", identifier(c_name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enums_are_as_wide_as_their_values() {
        assert_eq!(repr(0, 0xffff_ffff, false), Some("u32"));
        assert_eq!(repr(0, 0x1_0000_0000, false), Some("u64"));
        assert_eq!(repr(-1, 0x7fff_ffff, false), Some("i32"));
        assert_eq!(repr(-1, 0x8000_0000, false), Some("i64"));
        assert_eq!(repr(-1, u64::MAX.into(), false), None);
        // In a `uint` there may be a value that no entry names.
        assert_eq!(repr(0, 7, true), Some("u64"));
        assert_eq!(repr(-1, 7, true), Some("i64"));
    }

    #[test]
    fn only_words_become_words() {
        assert!(identifier("IFLA_MTU").is_ok() && identifier("_x").is_ok());
        for bad in ["", "6LOWPAN", "A B", "A)] pub fn x() {} #[netlink(B", "Ä"] {
            assert!(identifier(bad).is_err(), "{bad}");
        }
    }
}
