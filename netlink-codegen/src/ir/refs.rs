//! Which item refers to which.

use super::{EnumId, FamilyId, Member, MemberType, Model, SetId, StructId, SubId, Type};

/// Any item of a [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    /// An attribute set.
    Set(SetId),
    /// A C struct.
    Struct(StructId),
    /// An enum or flags.
    Enum(EnumId),
    /// A sub-message table.
    Sub(SubId),
}

impl Model {
    /// Every item.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        let sets = (0..self.sets.len() as u32).map(|ix| Item::Set(SetId(ix)));
        let structs = (0..self.structs.len() as u32).map(|ix| Item::Struct(StructId(ix)));
        let enums = (0..self.enums.len() as u32).map(|ix| Item::Enum(EnumId(ix)));
        let subs = (0..self.subs.len() as u32).map(|ix| Item::Sub(SubId(ix)));
        sets.chain(structs).chain(enums).chain(subs)
    }

    /// The family an item belongs to.
    pub fn family_of(&self, item: Item) -> FamilyId {
        match item {
            Item::Set(id) => self[id].family,
            Item::Struct(id) => self[id].family,
            Item::Enum(id) => self[id].family,
            Item::Sub(id) => self[id].family,
        }
    }

    /// The items that an item names, repeats included.
    pub fn references(&self, item: Item) -> Vec<Item> {
        let mut out = Vec::new();
        match item {
            Item::Set(id) => {
                let set = &self[id];
                out.extend(set.header.map(Item::Struct));
                out.extend(set.attrs.iter().filter_map(|a| of_type(&a.ty)));
            }
            Item::Sub(id) => {
                let sub = &self[id];
                out.extend(sub.formats.iter().map(|f| &f.ty).chain(&sub.default).filter_map(of_type));
            }
            Item::Struct(id) => out.extend(self[id].members.iter().filter_map(|m| of_member(&m.ty))),
            Item::Enum(_) => {}
        }
        out
    }

    /// A struct's member by C name, and where it lies; arms of anonymous unions are members.
    pub fn member(&self, id: StructId, c_name: &str) -> Option<(u32, &Member)> {
        self.flat_members(id).find(|(_, m)| m.c_name == c_name)
    }

    /// A struct's member by C name, which may be without the struct's own prefix: `family` is
    /// `sdiag_family` in requests of socket diagnostics, `idiag_family` in replies.
    pub fn member_by_suffix(&self, id: StructId, name: &str) -> Option<&Member> {
        let members = &self[id].members;
        let prefixed = |m: &&Member| m.c_name.strip_suffix(name).is_some_and(|p| p.ends_with('_'));
        members.iter().find(|m| m.c_name == name).or_else(|| members.iter().find(prefixed))
    }

    /// A struct's members with their offsets, arms of anonymous unions among them.
    pub fn flat_members(&self, id: StructId) -> impl Iterator<Item = (u32, &Member)> {
        self[id].members.iter().flat_map(|member| {
            let (arms, own) = match member.ty {
                MemberType::Struct(union) | MemberType::UnionBy(union, _) if member.anonymous => {
                    (self[union].members.as_slice(), None)
                }
                _ => (&[][..], Some((member.offset, member))),
            };
            own.into_iter().chain(arms.iter().map(|arm| (member.offset + arm.offset, arm)))
        })
    }

    /// The sets that a family's operations send and receive.
    pub fn message_sets(&self, family: FamilyId) -> impl Iterator<Item = SetId> {
        let messages = self[family].operations.iter().flat_map(|op| [&op.request, &op.reply]);
        messages.flatten().filter_map(|m| m.set)
    }
}

fn of_type(ty: &Type) -> Option<Item> {
    match ty {
        Type::Scalar(_, names) | Type::VarInt { names, .. } | Type::Bitfield32(names) => {
            names.map(Item::Enum)
        }
        Type::Nest(id) | Type::Records(id, _) => Some(Item::Set(*id)),
        Type::Struct(id) => Some(Item::Struct(*id)),
        Type::Array(element) => of_type(element),
        Type::Sub(id, _) => Some(Item::Sub(*id)),
        _ => None,
    }
}

fn of_member(ty: &MemberType) -> Option<Item> {
    match ty {
        MemberType::Scalar(_, names) => names.map(Item::Enum),
        MemberType::Struct(id) | MemberType::UnionBy(id, _) => Some(Item::Struct(*id)),
        MemberType::Array(element, _) | MemberType::Tail(element) => of_member(element),
        _ => None,
    }
}
