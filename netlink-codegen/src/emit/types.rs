//! Types of the model → `#[netlink(…)]` keywords and Rust types. The one place.

use super::EmitError;
use super::names::{Imports, attr_field};
use crate::ir::names;
use crate::ir::{
    Attr, Card, EnumId, Item, Member, MemberType, Model, Order, Scalar, Selector, Set, SetId, Struct,
    StructId, Type,
};

/// Keywords and a Rust type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub words: Vec<String>,
    pub ty: String,
}

impl Typed {
    fn plain(ty: impl Into<String>) -> Self {
        Typed { words: Vec::new(), ty: ty.into() }
    }

    fn with(word: impl Into<String>, ty: impl Into<String>) -> Self {
        Typed { words: vec![word.into()], ty: ty.into() }
    }
}

type Result<T> = std::result::Result<T, EmitError>;

/// Whether lengths of the type differ, so that limits mean something.
pub(super) fn has_length(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Binary | Type::Array(_) | Type::Mac | Type::Labels)
}

/// The limits of an attribute's length, as keywords.
pub(super) fn bounds(attr: &Attr) -> Vec<String> {
    let checks = &attr.checks;
    if !has_length(&attr.ty) || matches!(attr.card, Card::Indexed | Card::TypeValue(_)) {
        return Vec::new();
    }
    let words = [("exact_len", checks.exact_len), ("min_len", checks.min_len), ("max_len", checks.max_len)];
    words.iter().filter_map(|(word, len)| len.map(|len| format!("{word} = {len}"))).collect()
}

/// Structs larger than this are boxed in sub-messages, so that the enum stays small.
const BOXED_ABOVE: u32 = 64;

/// Makes keywords and types for one module.
pub(super) struct Types<'a, 'm> {
    pub model: &'m Model,
    pub imports: &'a mut Imports<'m>,
}

impl Types<'_, '_> {
    /// A field of a set. `None` for attributes that have no field.
    pub(super) fn field(&mut self, owner: SetId, attr: &Attr) -> Result<Option<Typed>> {
        if matches!(attr.ty, Type::Pad | Type::Unused) {
            return Ok(None);
        }
        let mut out = self.payload(&attr.ty, Some(&self.model[owner]))?;
        if attr.ty == Type::String && attr.checks.unterminated {
            out.words.push("unterminated".to_owned());
        }
        let optional = match &attr.card {
            Card::One => {
                if matches!(attr.ty, Type::Nest(inner) if self.contains(inner, owner)) {
                    out.ty = format!("Box<{}>", out.ty);
                }
                attr.ty != Type::Flag && !(attr.always && has_default(&attr.ty))
            }
            Card::Multi | Card::TypeValue(_) | Card::Indexed if attr.ty == Type::Flag => {
                return Err(EmitError::unsupported("a flag that repeats"));
            }
            Card::TypeValue(_) | Card::Indexed if matches!(attr.ty, Type::Sub(..)) => {
                return Err(EmitError::unsupported("a payload by selector in numbered members"));
            }
            Card::Multi | Card::TypeValue(_) | Card::Indexed if matches!(attr.ty, Type::Ip(Some(_))) => {
                return Err(EmitError::unsupported("an address by selector that repeats"));
            }
            Card::Multi => {
                out.words.push("multi".to_owned());
                out.ty = format!("Vec<{}>", out.ty);
                false
            }
            Card::Indexed => {
                out.words.push("indexed".to_owned());
                out.ty = format!("Vec<(u16, {})>", out.ty);
                !attr.always
            }
            Card::TypeValue(levels) => {
                let fields: Vec<String> = levels.iter().map(|l| names::field(l)).collect();
                out.words.push(format!("type_value({})", fields.join(", ")));
                out.ty = format!("Vec<([u16; {}], {})>", levels.len(), out.ty);
                !attr.always
            }
        };
        if optional {
            out.ty = format!("Option<{}>", out.ty);
        }
        Ok(Some(out))
    }

    /// The payload of a sub-message's format.
    pub(super) fn format(&mut self, ty: &Type) -> Result<Typed> {
        if matches!(ty, Type::Sub(..) | Type::Ip(Some(_)) | Type::Pad | Type::Unused) {
            return Err(EmitError::unsupported("this type as a sub-message's format"));
        }
        // A selector that goes without a payload: there are no bytes, as a rule.
        let ty = if *ty == Type::Flag { &Type::Binary } else { ty };
        let mut out = self.payload(ty, None)?;
        let boxed = match ty {
            Type::Nest(_) => true,
            Type::Struct(id) => self.model[*id].size > BOXED_ABOVE,
            _ => false,
        };
        if boxed {
            out.ty = format!("Box<{}>", out.ty);
        }
        Ok(out)
    }

    /// One occurrence's payload. `set` is where selectors are looked up.
    fn payload(&mut self, ty: &Type, set: Option<&Set>) -> Result<Typed> {
        Ok(match ty {
            Type::Scalar(scalar, names) => self.scalar(*scalar, *names)?,
            Type::VarInt { signed: true, names: Some(names) } => {
                Typed::with("sint", self.item(Item::Enum(*names))?)
            }
            Type::VarInt { signed: true, .. } => Typed::with("sint", "i64"),
            Type::VarInt { names: Some(names), .. } => Typed::with("uint", self.item(Item::Enum(*names))?),
            Type::VarInt { .. } => Typed::with("uint", "u64"),
            Type::Flag => Typed::plain("bool"),
            Type::String => Typed::plain("NlString"),
            Type::Binary => Typed::plain("Vec<u8>"),
            Type::Bitfield32(None) => Typed::plain("Bitfield32"),
            Type::Bitfield32(Some(names)) => {
                Typed::with(format!("names({})", self.item(Item::Enum(*names))?), "Bitfield32")
            }
            Type::Nest(set) => Typed::with("nested", self.item(Item::Set(*set))?),
            Type::Struct(id) => {
                let name = self.item(Item::Struct(*id))?;
                match tail(self.model, *id) {
                    Some(_) => Typed::with("flex", format!("Flex<{name}>")),
                    None => Typed::with(self.struct_word(*id), name),
                }
            }
            Type::Array(element) => self.array(element)?,
            Type::Records(set, _) => Typed::with("records", format!("Vec<{}>", self.item(Item::Set(*set))?)),
            Type::Sub(sub, selectors) => {
                let words =
                    selectors.iter().map(|s| selector(self.model, s, set)).collect::<Result<Vec<_>>>()?;
                Typed::with(format!("sub({})", words.join(", ")), self.item(Item::Sub(*sub))?)
            }
            Type::Mac => Typed::plain("HwAddr"),
            Type::Ip4 => Typed::plain("Ipv4Addr"),
            Type::Ip6 => Typed::plain("Ipv6Addr"),
            Type::NetIp4 => Typed::with("net", "Ipv4Addr"),
            Type::NetIp6 => Typed::with("net", "Ipv6Addr"),
            Type::SockAddr => Typed::plain("SocketAddr"),
            Type::Ip(None) => Typed::plain("IpAddr"),
            Type::Ip(Some(by)) => Typed::with(format!("by({})", selector(self.model, by, set)?), "Address"),
            Type::Labels => Typed::plain("LabelStack"),
            Type::Msecs => Typed::with("msecs", "u64"),
            Type::Pad | Type::Unused => return Err(EmitError::unsupported("padding that holds values")),
        })
    }

    fn array(&mut self, element: &Type) -> Result<Typed> {
        let inner = match element {
            Type::Scalar(scalar, names) => self.scalar(*scalar, *names)?,
            Type::Struct(id) if tail(self.model, *id).is_none() => self.payload(element, None)?,
            Type::Ip4 | Type::Ip6 => self.payload(element, None)?,
            _ => {
                return Err(EmitError::unsupported(
                    "an array of anything but integers, addresses and structs of fixed size",
                ));
            }
        };
        let mut words = vec!["array".to_owned()];
        words.extend(inner.words);
        Ok(Typed { words, ty: format!("Vec<{}>", inner.ty) })
    }

    /// A number: byte order, and with names the whole wire type, because the Rust type is the
    /// enum's.
    fn scalar(&mut self, scalar: Scalar, names: Option<EnumId>) -> Result<Typed> {
        if !matches!(scalar.bits, 8 | 16 | 32 | 64) {
            return Err(EmitError::unsupported(format!("an integer of {} bits", scalar.bits)));
        }
        Ok(match names {
            Some(names) => Typed::with(wire_word(scalar), self.item(Item::Enum(names))?),
            None => {
                let sign = if scalar.signed { 'i' } else { 'u' };
                Typed {
                    words: order_word(scalar).map(str::to_owned).into_iter().collect(),
                    ty: format!("{sign}{}", scalar.bits),
                }
            }
        })
    }

    /// `struct` or `union`.
    fn struct_word(&self, id: StructId) -> &'static str {
        if self.model[id].union { "union" } else { "struct" }
    }

    /// A member of a C struct, or an arm of a union.
    pub(super) fn member(&mut self, of: &Struct, member: &Member) -> Result<Typed> {
        if let Some((first, width)) = member.bits {
            return self.bits(&member.ty, first, width);
        }
        let mut out = self.member_type(of, &member.ty)?;
        if member.anonymous {
            out.words.push("anonymous".to_owned());
        }
        if let MemberType::UnionBy(_, by) = &member.ty {
            out.words.push(format!("by({})", names::field(by)));
        }
        Ok(out)
    }

    fn member_type(&mut self, of: &Struct, ty: &MemberType) -> Result<Typed> {
        Ok(match ty {
            MemberType::Scalar(scalar, names) => self.scalar(*scalar, *names)?,
            MemberType::Text(n) => Typed::with("text", format!("[u8; {n}]")),
            MemberType::Bytes(n) => Typed::with("opaque", format!("[u8; {n}]")),
            MemberType::Mac(n) => Typed::with("mac", format!("[u8; {n}]")),
            MemberType::Struct(id) | MemberType::UnionBy(id, _) => {
                Typed::with(self.struct_word(*id), self.item(Item::Struct(*id))?)
            }
            MemberType::Ip4 => Typed::plain("Ipv4Addr"),
            MemberType::Ip6 => Typed::plain("Ipv6Addr"),
            MemberType::IpBy(by) if has_family(of, by) => {
                Typed::with(format!("by({})", names::field(by)), "Address")
            }
            MemberType::IpBy(_) => Typed::with("opaque", "[u8; 16]"),
            MemberType::Array(element, n) => {
                let inner = self.member_type(of, element)?;
                Typed { ty: format!("[{}; {n}]", inner.ty), ..inner }
            }
            MemberType::Tail(_) => {
                return Err(EmitError::unsupported("a flexible tail before the end of a struct"));
            }
        })
    }

    /// A bitfield: the smallest integer that holds it, or the enum that names its values.
    fn bits(&mut self, ty: &MemberType, first: u8, width: u8) -> Result<Typed> {
        let MemberType::Scalar(scalar, names) = ty else {
            return Err(EmitError::unsupported("a bitfield that is no integer"));
        };
        if width == 0 || width > 64 {
            return Err(EmitError::unsupported(format!("a bitfield of {width} bits")));
        }
        let bits = width.next_power_of_two().max(8);
        let mut out = self.scalar(Scalar { bits, order: Order::Native, ..*scalar }, *names)?;
        out.words.insert(0, format!("bits({first}, {width})"));
        Ok(out)
    }

    /// The element of a flexible tail, as `tail(offset, name: …)` says it.
    pub(super) fn tail(&mut self, of: &Struct, element: &MemberType) -> Result<String> {
        Ok(match element {
            // As many bytes as the family's address has.
            MemberType::IpBy(by) if has_family(of, by) => format!("by({}) u8", names::field(by)),
            // One text, one run of bytes.
            MemberType::Text(0 | 1) => "text u8".to_owned(),
            MemberType::Bytes(0 | 1) => "opaque u8".to_owned(),
            MemberType::IpBy(_) | MemberType::Mac(0 | 1) => "u8".to_owned(),
            _ => {
                let inner = self.member_type(of, element)?;
                [inner.words, vec![inner.ty]].concat().join(" ")
            }
        })
    }

    fn item(&mut self, item: Item) -> Result<String> {
        self.imports.word(item)
    }

    /// Whether a value of `from` holds one of `target` without a pointer between, so that the
    /// Rust type would be infinite.
    fn contains(&self, from: SetId, target: SetId) -> bool {
        let mut seen = vec![from];
        let mut todo = vec![from];
        while let Some(set) = todo.pop() {
            if set == target {
                return true;
            }
            for attr in &self.model[set].attrs {
                let (Card::One, Type::Nest(inner)) = (&attr.card, &attr.ty) else { continue };
                if !seen.contains(inner) {
                    seen.push(*inner);
                    todo.push(*inner);
                }
            }
        }
        false
    }
}

/// Whether the Rust type has a default, which a field without `Option` needs.
pub(super) fn has_default(ty: &Type) -> bool {
    let address =
        matches!(ty, Type::Ip4 | Type::Ip6 | Type::NetIp4 | Type::NetIp6 | Type::Ip(_) | Type::SockAddr);
    !address && !matches!(ty, Type::Sub(..))
}

/// Whether the family that decides about an address is a field beside it.
pub(super) fn has_family(of: &Struct, by: &str) -> bool {
    !of.union && of.members.iter().any(|m| m.c_name == by && !m.anonymous)
}

/// The flexible tail of a struct: name, offset and element. Of several, which are a union then,
/// the first.
pub(super) fn tail(model: &Model, id: StructId) -> Option<(&str, u32, &MemberType)> {
    model[id].members.iter().find_map(|member| match &member.ty {
        MemberType::Tail(element) => Some((member.c_name.as_str(), member.offset, element.as_ref())),
        _ => None,
    })
}

/// `be`, `le`, `net`; nothing for the machine's order and for single bytes.
fn order_word(scalar: Scalar) -> Option<&'static str> {
    match scalar.order {
        _ if scalar.bits == 8 => None,
        Order::Native => None,
        Order::Big => Some("be"),
        Order::Little => Some("le"),
        Order::Net => Some("net"),
    }
}

/// `u8`, `be16`, `ibe32`, `net32`.
fn wire_word(scalar: Scalar) -> String {
    let Scalar { bits, signed, .. } = scalar;
    match (order_word(scalar), signed) {
        (None, false) => format!("u{bits}"),
        (None, true) => format!("i{bits}"),
        (Some(order), false) => format!("{order}{bits}"),
        (Some(order), true) => format!("i{order}{bits}"),
    }
}

/// `kind`, `header.ifi_family`, `outer.kind`, `request.sdiag_protocol`.
fn selector(model: &Model, selector: &Selector, set: Option<&Set>) -> Result<String> {
    match selector {
        Selector::Attr(name) => {
            let known = set.is_some_and(|s| s.attrs.iter().any(|a| a.name == *name));
            if known { Ok(attr_field(name)) } else { Err(EmitError::NoSelector(name.clone())) }
        }
        Selector::Header(member) => {
            let header = set.and_then(|s| s.header);
            let known = header.is_some_and(|h| model[h].members.iter().any(|m| m.c_name == *member));
            // Of the sets around, the nearest whose header has it.
            let place = if known { "header" } else { "outer.header" };
            Ok(format!("{place}.{}", names::field(member)))
        }
        Selector::Outer(name) => Ok(format!("outer.{}", attr_field(name))),
        Selector::Request(member) => Ok(format!("request.{}", names::field(member))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::names::Names;
    use crate::ir::{FamilyId, Lifetime, Origin};

    fn member(ty: &MemberType, bits: Option<(u8, u8)>) -> std::result::Result<(String, String), String> {
        let model = Model::default();
        let names = Names::new(&model);
        let mut imports = Imports::new(&model, &names, FamilyId(0));
        let plain = |c_name: &str, ty: MemberType, bits| Member {
            c_name: c_name.to_owned(),
            offset: 0,
            bits,
            ty,
            anonymous: false,
            grown: false,
            doc: String::new(),
            life: Lifetime::default(),
        };
        let of = Struct {
            family: FamilyId(0),
            name: String::new(),
            c_name: String::new(),
            typedef: false,
            union: false,
            doc: String::new(),
            size: 0,
            sizes: Vec::new(),
            life: Lifetime::default(),
            members: vec![plain("family", MemberType::Scalar(BE16, None), None)],
            cases: Vec::new(),
            origin: Origin::Synthetic,
        };
        let typed =
            Types { model: &model, imports: &mut imports }.member(&of, &plain("it", ty.clone(), bits));
        typed.map(|t| (t.words.join(", "), t.ty)).map_err(|e| e.to_string())
    }

    fn some(words: &str, ty: &str) -> std::result::Result<(String, String), String> {
        Ok((words.to_owned(), ty.to_owned()))
    }

    const BE16: Scalar = Scalar { bits: 16, signed: false, order: Order::Big };

    #[test]
    fn members() {
        let array = |ty: MemberType, n| MemberType::Array(Box::new(ty), n);
        assert_eq!(member(&MemberType::Scalar(BE16, None), None), some("be", "u16"));
        assert_eq!(
            member(&array(array(MemberType::Scalar(BE16, None), 2), 3), None),
            some("be", "[[u16; 2]; 3]")
        );
        assert_eq!(member(&MemberType::Bytes(5), None), some("opaque", "[u8; 5]"));
        assert_eq!(member(&array(MemberType::Text(16), 4), None), some("text", "[[u8; 16]; 4]"));
        assert_eq!(member(&MemberType::IpBy("family".to_owned()), None), some("by(family)", "Address"));
        assert_eq!(member(&MemberType::IpBy("other".to_owned()), None), some("opaque", "[u8; 16]"));
        assert_eq!(
            member(&array(MemberType::IpBy("family".to_owned()), 2), None),
            some("by(family)", "[Address; 2]")
        );
    }

    #[test]
    fn bitfields() {
        let scalar = MemberType::Scalar(Scalar { bits: 32, signed: false, order: Order::Native }, None);
        assert_eq!(member(&scalar, Some((3, 8))), some("bits(3, 8)", "u8"));
        assert_eq!(member(&scalar, Some((0, 9))), some("bits(0, 9)", "u16"));
        assert_eq!(member(&scalar, Some((0, 33))), some("bits(0, 33)", "u64"));
        assert!(member(&scalar, Some((0, 0))).is_err());
        assert!(member(&scalar, Some((0, 255))).is_err());
        assert!(member(&MemberType::Ip4, Some((0, 4))).is_err());
    }

    #[test]
    fn words_of_integers() {
        let word = |bits, signed, order| wire_word(Scalar { bits, signed, order });
        assert_eq!(word(8, false, Order::Big), "u8");
        assert_eq!(word(16, true, Order::Native), "i16");
        assert_eq!(word(32, false, Order::Net), "net32");
        assert_eq!(word(64, true, Order::Little), "ile64");
    }
}
