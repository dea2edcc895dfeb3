//! Structs as sequences of members, packed: YNL's way, and the short form's where no header has the
//! struct.

use super::yaml::{Map, Yaml};
use crate::ir::{EnumId, Member, MemberType, Model, Order, Scalar, Struct, StructId};

/// Members that a sequence cannot say are bytes; their names.
#[derive(Default)]
pub(super) struct Layout {
    pub(super) members: Vec<Yaml>,
    pub(super) lost: Vec<String>,
}

/// What enums and structs are called where the sequence stands.
pub(super) trait Called {
    fn enum_name(&self, id: EnumId) -> String;
    fn struct_name(&self, id: StructId) -> String;
}

/// The members of a struct, with padding between them.
pub(super) fn members(model: &Model, item: &Struct, called: &impl Called) -> Layout {
    let mut layout = Layout::default();
    let mut at = 0;
    for (ix, member) in item.members.iter().enumerate() {
        if matches!(member.ty, MemberType::Tail(_)) {
            layout.lost.push(member.c_name.clone());
            continue;
        }
        // Of bits in one byte and of arms, the first stands for the bytes that they share.
        if member.offset < at || (item.union && ix > 0) {
            layout.lost.push(member.c_name.clone());
            continue;
        }
        if member.offset > at {
            layout.members.push(pad(layout.members.len(), member.offset - at));
        }
        let next = item.members[ix + 1..].iter().map(|m| m.offset).find(|next| *next > member.offset);
        let end = next.filter(|_| !item.union).unwrap_or(item.size);
        let size = size(model, &member.ty);
        let mut out = Map::default();
        out.text("name", &member.c_name.replace(['_', '.'], "-"));
        let whole = member.bits.is_none() && typed(member, called, &mut out);
        let size = if whole {
            size
        } else {
            bytes(&mut out, if member.bits.is_some() { end - member.offset } else { size })
        };
        if !whole {
            layout.lost.push(member.c_name.clone());
        }
        out.text("doc", &member.doc);
        layout.members.push(out.done());
        at = member.offset + size;
    }
    if at < item.size {
        layout.members.push(pad(layout.members.len(), item.size - at));
    }
    layout
}

fn pad(ix: usize, len: u32) -> Yaml {
    let mut out = Map::default();
    out.text("name", &format!("pad{ix}"));
    out.text("type", "pad");
    out.put("len", Yaml::number(len));
    out.done()
}

fn bytes(out: &mut Map, len: u32) -> u32 {
    out.text("type", "binary");
    out.put("len", Yaml::number(len));
    len
}

/// The keys of a member's type; false when there are none for it.
fn typed(member: &Member, called: &impl Called, out: &mut Map) -> bool {
    match &member.ty {
        MemberType::Scalar(scalar, names) => {
            self::scalar(*scalar, out);
            if let Some(id) = names {
                out.text("enum", &called.enum_name(*id));
            }
        }
        MemberType::Text(len) => {
            out.text("type", "string");
            out.put("len", Yaml::number(*len));
        }
        MemberType::Bytes(len) => {
            bytes(out, *len);
        }
        MemberType::Struct(id) if !member.anonymous => {
            out.text("type", "binary");
            out.text("struct", &called.struct_name(*id));
        }
        MemberType::Ip4 => {
            out.text("type", "u32");
            out.text("byte-order", "big-endian");
            out.text("display-hint", "ipv4");
        }
        MemberType::Ip6 => {
            bytes(out, 16);
            out.text("display-hint", "ipv6");
        }
        MemberType::Mac(len) => {
            bytes(out, *len);
            out.text("display-hint", "mac");
        }
        _ => return false,
    }
    true
}

/// An integer by YNL's keys.
pub(super) fn scalar(scalar: Scalar, out: &mut Map) {
    out.text("type", &format!("{}{}", if scalar.signed { "s" } else { "u" }, scalar.bits));
    match scalar.order {
        Order::Native => {}
        Order::Big | Order::Net => out.text("byte-order", "big-endian"),
        Order::Little => out.text("byte-order", "little-endian"),
    }
}

fn size(model: &Model, ty: &MemberType) -> u32 {
    match ty {
        MemberType::Scalar(scalar, _) => u32::from(scalar.bits) / 8,
        MemberType::Text(len) | MemberType::Bytes(len) | MemberType::Mac(len) => *len,
        MemberType::Struct(id) | MemberType::UnionBy(id, _) => model[*id].size,
        MemberType::Ip4 => 4,
        MemberType::Ip6 | MemberType::IpBy(_) => 16,
        MemberType::Array(element, count) => size(model, element).saturating_mul(*count),
        MemberType::Tail(_) => 0,
    }
}
