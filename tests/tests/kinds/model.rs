//! The zoo has every kind that the model knows.

use crate::schema::model;
use netlink_codegen::ir::{
    Card, Checks, EnumId, Key, MemberType, Model, Order, Protocol, Scalar, Selector, SetId, Type,
};
use std::collections::BTreeSet;

/// Every kind, by name. A new variant of the model's types does not compile below until it has a name,
/// and has to be in this list, in the zoo, and so in the table.
const ALL: &[&str] = &[
    "u8",
    "u16",
    "u32",
    "u64",
    "s8",
    "s16",
    "s32",
    "s64",
    "be16",
    "be32",
    "be64",
    "sbe16",
    "sbe32",
    "sbe64",
    "le16",
    "le32",
    "le64",
    "sle16",
    "sle32",
    "sle64",
    "net16",
    "net32",
    "net64",
    "integer with enum",
    "integer with flags",
    "uint",
    "sint",
    "uint with enum",
    "uint with flags",
    "sint with enum",
    "flag",
    "string",
    "string with least length",
    "string with greatest length",
    "string without its NUL",
    "binary",
    "binary of exact length",
    "bitfield32",
    "bitfield32 with names",
    "nest",
    "nest after a struct",
    "struct",
    "struct with a tail",
    "union",
    "array of integers",
    "array of named integers",
    "array of structs",
    "array of unions",
    "array of ip4",
    "array of ip6",
    "records",
    "sub",
    "mac",
    "ip4",
    "ip6",
    "netip4",
    "netip6",
    "sockaddr",
    "ip",
    "ip by selector",
    "label-stack",
    "msecs",
    "pad",
    "unused",
    "multi",
    "indexed",
    "type-value of 1",
    "type-value of 2",
    "always",
    "selector in the own set",
    "selector around",
    "selector in a header",
    "selector in the request",
    "two selectors",
    "text key",
    "number key",
    "default form",
    "classic protocol",
    "generic netlink",
    "user header",
    "netfilter subsystem",
    "member integer",
    "member with names",
    "member text",
    "member bytes",
    "member struct",
    "member union",
    "member union with a selector",
    "member ip4",
    "member ip6",
    "member address by another",
    "member mac",
    "member array",
    "member tail",
    "member bits",
    "member of a grown struct",
    "alias",
    "enum",
    "flags",
];

struct Kinds<'m> {
    model: &'m Model,
    found: BTreeSet<&'static str>,
}

impl Kinds<'_> {
    fn add(&mut self, kind: &'static str) {
        assert!(ALL.contains(&kind), "`{kind}` is not in the list");
        self.found.insert(kind);
    }

    fn protocol(&mut self, protocol: &Protocol) {
        match protocol {
            Protocol::Raw { .. } => self.add("classic protocol"),
            Protocol::Generic { user_header, .. } => {
                self.add("generic netlink");
                if user_header.is_some() {
                    self.add("user header");
                }
            }
            Protocol::Netfilter { .. } => self.add("netfilter subsystem"),
            // Items for others, which are then of those.
            Protocol::None => {}
        }
    }

    fn card(&mut self, card: &Card) {
        match card {
            Card::One => {}
            Card::Multi => self.add("multi"),
            Card::Indexed => self.add("indexed"),
            Card::TypeValue(levels) => {
                self.add(if levels.len() == 1 { "type-value of 1" } else { "type-value of 2" })
            }
        }
    }

    fn checks(&mut self, ty: &Type, checks: &Checks) {
        let Checks { min: _, max: _, min_len, max_len, exact_len, flags_mask: _, unterminated } = checks;
        match ty {
            Type::String => {
                let said = [
                    (min_len.is_some(), "string with least length"),
                    (max_len.is_some(), "string with greatest length"),
                    (*unterminated, "string without its NUL"),
                ];
                said.into_iter().filter(|(said, _)| *said).for_each(|(_, kind)| self.add(kind));
            }
            Type::Binary if exact_len.is_some() => self.add("binary of exact length"),
            _ => {}
        }
    }

    fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Scalar(scalar, names) => {
                self.add(integer(*scalar));
                self.names(*names, ["integer with enum", "integer with flags"]);
            }
            Type::VarInt { signed: false, names } => {
                self.add("uint");
                self.names(*names, ["uint with enum", "uint with flags"]);
            }
            Type::VarInt { signed: true, names } => {
                self.add("sint");
                self.names(*names, ["sint with enum", "sint with enum"]);
            }
            Type::Flag => self.add("flag"),
            Type::String => self.add("string"),
            Type::Binary => self.add("binary"),
            Type::Bitfield32(None) => self.add("bitfield32"),
            Type::Bitfield32(Some(_)) => self.add("bitfield32 with names"),
            Type::Nest(set) => {
                self.add(if self.model[*set].header.is_some() { "nest after a struct" } else { "nest" });
            }
            Type::Struct(id) => {
                let tail = self.model[*id].members.iter().any(|m| matches!(m.ty, MemberType::Tail(_)));
                let union = self.model[*id].union;
                self.add(if tail {
                    "struct with a tail"
                } else if union {
                    "union"
                } else {
                    "struct"
                });
            }
            Type::Array(element) => self.add(match **element {
                Type::Scalar(_, None) => "array of integers",
                Type::Scalar(_, Some(_)) => "array of named integers",
                Type::Struct(id) if self.model[id].union => "array of unions",
                Type::Struct(_) => "array of structs",
                Type::Ip4 => "array of ip4",
                Type::Ip6 => "array of ip6",
                _ => panic!("nothing else packs"),
            }),
            Type::Records(..) => self.add("records"),
            Type::Sub(sub, selectors) => {
                self.add("sub");
                if selectors.len() > 1 {
                    self.add("two selectors");
                }
                selectors.iter().for_each(|s| self.selector(s));
                let sub = &self.model[*sub];
                for key in sub.formats.iter().flat_map(|f| &f.keys) {
                    self.add(match key {
                        Key::Text(_) => "text key",
                        Key::Number { .. } => "number key",
                    });
                }
                if sub.default.is_some() {
                    self.add("default form");
                }
            }
            Type::Mac => self.add("mac"),
            Type::Ip4 => self.add("ip4"),
            Type::Ip6 => self.add("ip6"),
            Type::NetIp4 => self.add("netip4"),
            Type::NetIp6 => self.add("netip6"),
            Type::SockAddr => self.add("sockaddr"),
            Type::Ip(None) => self.add("ip"),
            Type::Ip(Some(selector)) => {
                self.add("ip by selector");
                self.selector(selector);
            }
            Type::Labels => self.add("label-stack"),
            Type::Msecs => self.add("msecs"),
            Type::Pad => self.add("pad"),
            Type::Unused => self.add("unused"),
        }
    }

    fn names(&mut self, names: Option<EnumId>, [values, flags]: [&'static str; 2]) {
        let Some(names) = names.map(|id| &self.model[id]) else { return };
        self.add(if names.flags { flags } else { values });
        self.add(if names.flags { "flags" } else { "enum" });
        let values: BTreeSet<i128> = names.entries.iter().map(|e| e.value).collect();
        if values.len() < names.entries.len() {
            self.add("alias");
        }
    }

    fn selector(&mut self, selector: &Selector) {
        self.add(match selector {
            Selector::Attr(_) => "selector in the own set",
            Selector::Outer(_) => "selector around",
            Selector::Header(_) => "selector in a header",
            Selector::Request(_) => "selector in the request",
        });
    }

    fn member(&mut self, ty: &MemberType) {
        self.add(match ty {
            MemberType::Scalar(_, None) => "member integer",
            MemberType::Scalar(_, Some(_)) => "member with names",
            MemberType::Text(_) => "member text",
            MemberType::Bytes(_) => "member bytes",
            MemberType::Struct(id) if self.model[*id].union => "member union",
            MemberType::Struct(_) => "member struct",
            MemberType::UnionBy(..) => "member union with a selector",
            MemberType::Ip4 => "member ip4",
            MemberType::Ip6 => "member ip6",
            MemberType::IpBy(_) => "member address by another",
            MemberType::Mac(_) => "member mac",
            MemberType::Array(..) => "member array",
            MemberType::Tail(_) => "member tail",
        });
    }
}

fn integer(scalar: Scalar) -> &'static str {
    let Scalar { bits, signed, order } = scalar;
    let order = match order {
        Order::Native => "",
        Order::Big => "be",
        Order::Little => "le",
        Order::Net => "net",
    };
    let sign = match (signed, order) {
        (true, _) => "s",
        (false, "") => "u",
        (false, _) => "",
    };
    let name = format!("{sign}{order}{bits}");
    ALL.iter().find(|kind| **kind == name).unwrap_or_else(|| panic!("`{name}` is not in the list"))
}

#[test]
fn the_zoo_has_every_kind() {
    let model = model();
    let mut kinds = Kinds { model: &model, found: BTreeSet::new() };
    for family in &model.families {
        kinds.protocol(&family.protocol);
    }
    for set in (0..model.sets.len() as u32).map(|ix| &model[SetId(ix)]) {
        for attr in &set.attrs {
            kinds.card(&attr.card);
            kinds.checks(&attr.ty, &attr.checks);
            kinds.ty(&attr.ty);
            if attr.always {
                kinds.add("always");
            }
        }
    }
    for sub in &model.subs {
        sub.formats.iter().map(|f| &f.ty).chain(&sub.default).for_each(|ty| kinds.ty(ty));
    }
    for member in model.structs.iter().flat_map(|s| &s.members) {
        if member.bits.is_some() {
            kinds.add("member bits");
        }
        if member.grown {
            kinds.add("member of a grown struct");
        }
        kinds.member(&member.ty);
    }
    let missing: Vec<&&str> = ALL.iter().filter(|kind| !kinds.found.contains(*kind)).collect();
    assert!(missing.is_empty(), "the zoo has no {missing:?}");
}
