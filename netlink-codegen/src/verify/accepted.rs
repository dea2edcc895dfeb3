//! What a kernel accepts for an attribute, and what that says about the schema's type.

use super::State;
use crate::ir::{Attr, Card, Lifetime, MemberType, Model, Order, SetId, SubId, Type};
use crate::policy::{Limit, Row, Values};
use crate::rewrite::scalar_word;
use netlink_runtime::genl::{IntWidth, Lengths, PolicyType};

/// What a payload may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An integer. Many policies give big-endian ones a native type and signed ones an unsigned type, so
    /// `big: false` and `signed: false` say nothing.
    Int {
        /// Its width.
        bits: u8,
        /// Certainly signed.
        signed: bool,
        /// Certainly big-endian.
        big: bool,
    },
    /// 4 or 8 bytes as the value needs.
    VarInt {
        /// Signed.
        signed: bool,
    },
    /// Nothing.
    Flag,
    /// Bytes.
    Bytes,
    /// Text.
    Text,
    /// Attributes.
    Nested,
    /// Members of any number with attributes in each.
    NestedArray,
    /// Value and selector.
    Bitfield32,
    /// Milliseconds.
    Msecs,
    /// Refused in requests.
    Refused,
    /// Anything.
    Any,
}

/// What a payload may be, with limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The type.
    pub kind: Kind,
    /// Least value.
    pub min: Option<i128>,
    /// Greatest value.
    pub max: Option<i128>,
    /// Bits.
    pub mask: Option<i128>,
    /// Least length.
    pub min_len: Option<i128>,
    /// Greatest length.
    pub max_len: Option<i128>,
}

impl Accepted {
    fn new(kind: Kind) -> Self {
        Accepted { kind, min: None, max: None, mask: None, min_len: None, max_len: None }
    }

    /// What a row of a table says. Limits that cannot be evaluated are left out.
    pub fn of_row(row: &Row, values: Values<'_>) -> Self {
        let value = |limit| row.limit(limit).and_then(|text| values.of(text));
        let int = |bits, signed, big| Kind::Int { bits, signed, big };
        let kind = match row.ty.as_deref() {
            Some("u8") => int(8, false, false),
            Some("u16") => int(16, false, false),
            Some("u32") => int(32, false, false),
            Some("u64") => int(64, false, false),
            Some("s8") => int(8, true, false),
            Some("s16") => int(16, true, false),
            Some("s32") => int(32, true, false),
            Some("s64") => int(64, true, false),
            Some("be16") => int(16, false, true),
            Some("be32") => int(32, false, true),
            Some("uint") => Kind::VarInt { signed: false },
            Some("sint") => Kind::VarInt { signed: true },
            Some("flag") => Kind::Flag,
            Some("binary" | "hw-addr") => Kind::Bytes,
            Some("string" | "nul-string") => Kind::Text,
            Some("nested") => Kind::Nested,
            Some("nested-array") => Kind::NestedArray,
            Some("bitfield32") => Kind::Bitfield32,
            Some("msecs") => Kind::Msecs,
            Some("reject") => Kind::Refused,
            Some("unspec") if row.limit(Limit::Len).is_some() => Kind::Bytes,
            _ => Kind::Any,
        };
        let len = value(Limit::Len);
        let (least, most) = match (kind, row.ty.as_deref()) {
            (Kind::Bytes, Some("unspec")) => (len, None),
            (Kind::Bytes | Kind::Text, _) => (None, len),
            _ => (None, None),
        };
        let exact = value(Limit::Exact);
        Accepted {
            kind,
            min: value(Limit::Min),
            max: value(Limit::Max),
            mask: value(Limit::Mask),
            min_len: exact.or(value(Limit::MinLen)).or(least),
            max_len: exact.or(value(Limit::MaxLen)).or(most),
        }
    }

    /// What the running kernel says. Limits that are those of the type are no limits.
    pub fn of_live(policy: &PolicyType) -> Self {
        let int = |width: IntWidth, signed| match width {
            IntWidth::Variable => Kind::VarInt { signed },
            _ => Kind::Int { bits: width.bits() as u8, signed, big: false },
        };
        let lengths = |kind, lengths: Lengths| Accepted {
            min_len: lengths.min.map(i128::from),
            max_len: lengths.max.map(i128::from),
            ..Accepted::new(kind)
        };
        match *policy {
            PolicyType::Flag => Accepted::new(Kind::Flag),
            PolicyType::Unsigned { width, min, max } => Accepted {
                min: (min > 0).then(|| min.into()),
                max: (max < u64::MAX >> (64 - width.bits())).then(|| max.into()),
                ..Accepted::new(int(width, false))
            },
            PolicyType::Mask { width, mask } => {
                Accepted { mask: Some(mask.into()), ..Accepted::new(int(width, false)) }
            }
            PolicyType::Signed { width, min, max } => Accepted {
                min: (min > i64::MIN >> (64 - width.bits())).then(|| min.into()),
                max: (max < i64::MAX >> (64 - width.bits())).then(|| max.into()),
                ..Accepted::new(int(width, true))
            },
            PolicyType::Binary(lens) => lengths(Kind::Bytes, lens),
            PolicyType::String(lens) | PolicyType::NulString(lens) => lengths(Kind::Text, lens),
            PolicyType::Nested { .. } => Accepted::new(Kind::Nested),
            PolicyType::NestedArray { .. } => Accepted::new(Kind::NestedArray),
            PolicyType::Bitfield32 { mask } => {
                Accepted { mask: mask.map(i128::from), ..Accepted::new(Kind::Bitfield32) }
            }
            _ => Accepted::new(Kind::Any),
        }
    }

    /// In a schema's words.
    pub fn words(&self) -> String {
        let sign = |signed, unsigned: &'static str, with: &'static str| if signed { with } else { unsigned };
        let mut out = match self.kind {
            Kind::Int { bits, big: true, .. } => format!("be{bits}"),
            Kind::Int { bits, signed, .. } => format!("{}{bits}", sign(signed, "u", "s")),
            Kind::VarInt { signed } => sign(signed, "uint", "sint").to_owned(),
            Kind::Flag => "flag".to_owned(),
            Kind::Bytes => "binary".to_owned(),
            Kind::Text => "string".to_owned(),
            Kind::Nested => "nest".to_owned(),
            Kind::NestedArray => "indexed nest".to_owned(),
            Kind::Bitfield32 => "bitfield32".to_owned(),
            Kind::Msecs => "msecs".to_owned(),
            Kind::Refused => "refused".to_owned(),
            Kind::Any => "anything".to_owned(),
        };
        for (word, limit) in [
            ("min", self.min),
            ("max", self.max),
            ("mask", self.mask),
            ("min-len", self.min_len),
            ("max-len", self.max_len),
        ] {
            if let Some(limit) = limit {
                out += &format!(" {word} {limit}");
            }
        }
        out
    }
}

/// What came of one property.
pub(super) type Outcome = (&'static str, State, String);

/// Compares an attribute with what is accepted for it. `there`: whether a name exists in that kernel.
pub(super) fn compare(
    model: &Model,
    attr: &Attr,
    accepted: &Accepted,
    there: &dyn Fn(Lifetime) -> bool,
) -> Vec<Outcome> {
    let mut out = Vec::new();
    kind(model, attr, accepted, &mut out);
    limits(attr, accepted, &mut out);
    names(model, attr, accepted, there, &mut out);
    out
}

fn kind(model: &Model, attr: &Attr, accepted: &Accepted, out: &mut Vec<Outcome>) {
    let differ = || format!("schema {}, kernel {}", shown(model, attr), accepted.words());
    let mut say = |what, state| {
        let detail = if state == State::Equal { String::new() } else { differ() };
        out.push((what, state, detail));
    };
    match accepted.kind {
        Kind::Refused | Kind::Any => return say("type", State::Unchecked),
        _ => {}
    }
    if matches!(attr.card, Card::Indexed | Card::TypeValue(_)) {
        return say(
            "type",
            match accepted.kind {
                Kind::Nested | Kind::NestedArray => State::Equal,
                Kind::Bytes => State::Unchecked,
                _ => State::Mismatch,
            },
        );
    }
    match (&attr.ty, accepted.kind) {
        (Type::Scalar(scalar, _), Kind::Int { bits, signed, big }) => {
            if scalar.bits != bits {
                return say("type", State::Mismatch);
            }
            say("type", State::Equal);
            let is_big = matches!(scalar.order, Order::Big | Order::Net);
            if big || is_big || bits > 8 && scalar.order == Order::Little {
                say(
                    "order",
                    match (big, is_big) {
                        (true, false) => State::Mismatch,
                        (true, true) => State::Equal,
                        _ => State::Unchecked,
                    },
                );
            }
            if signed || scalar.signed {
                say(
                    "sign",
                    match (signed, scalar.signed) {
                        (true, false) => State::Mismatch,
                        (true, true) => State::Equal,
                        _ => State::Unchecked,
                    },
                );
            }
        }
        // A list, whose members have a number of their own.
        (Type::Nest(id), Kind::NestedArray) if member(model, *id).is_some() => say("type", State::Equal),
        (Type::VarInt { signed, .. }, Kind::VarInt { signed: theirs }) => {
            say("type", if *signed == theirs { State::Equal } else { State::Mismatch });
        }
        (Type::Flag, Kind::Flag)
        | (Type::String, Kind::Text)
        | (Type::Binary | Type::Mac | Type::Ip(_) | Type::Labels, Kind::Bytes)
        | (Type::Nest(_) | Type::Records(..), Kind::Nested)
        | (Type::Bitfield32(_), Kind::Bitfield32)
        | (Type::Msecs, Kind::Msecs)
        | (Type::Msecs, Kind::Int { bits: 64, .. })
        | (Type::Ip4 | Type::NetIp4 | Type::Ip(_) | Type::Labels, Kind::Int { bits: 32, .. }) => {
            say("type", State::Equal)
        }
        // What the bytes are is not said; how many may be.
        (ty, Kind::Bytes) => say("type", size(model, ty, accepted)),
        (Type::Sub(id, _), _) => say("type", chosen(model, *id, attr, accepted)),
        (Type::Binary | Type::Pad | Type::Unused, _) => say("type", State::Unchecked),
        // A nest whose policy is another's business.
        (Type::Struct(id), Kind::Int { bits, .. }) if model[*id].size * 8 == u32::from(bits) => {
            say("type", State::Unchecked);
        }
        _ => say("type", State::Mismatch),
    }
}

/// A payload that something else chooses: one of its forms has to be what is accepted.
fn chosen(model: &Model, id: SubId, attr: &Attr, accepted: &Accepted) -> State {
    let forms = model[id].formats.iter().map(|form| &form.ty).chain(&model[id].default);
    let state = |ty: &Type| {
        let mut found = Vec::new();
        kind(model, &Attr { ty: ty.clone(), ..attr.clone() }, accepted, &mut found);
        match found.iter().any(|(_, state, _)| *state == State::Mismatch) {
            true => State::Mismatch,
            // The type itself comes first.
            false => found.first().map_or(State::Unchecked, |(_, state, _)| *state),
        }
    };
    let states: Vec<State> = forms.filter(|ty| !matches!(ty, Type::Sub(..))).map(state).collect();
    match states.iter().all(|state| *state == State::Mismatch) {
        true if !states.is_empty() && model[id].default.is_some() => State::Mismatch,
        _ if states.contains(&State::Equal) => State::Equal,
        // Other values may choose other forms.
        _ => State::Unchecked,
    }
}

/// The set that is in each member of a set that is a list: a single attribute, any number of times.
fn member(model: &Model, list: SetId) -> Option<SetId> {
    let mut attrs = model[list].attrs.iter().filter(|a| !matches!(a.ty, Type::Pad | Type::Unused));
    match (attrs.next(), attrs.next()) {
        (Some(Attr { ty: Type::Nest(inner), card: Card::Multi, .. }), None) => Some(*inner),
        _ => None,
    }
}

/// The set that a policy inside of this one is about.
pub(super) fn inside(model: &Model, attr: &Attr, kind: Kind) -> Option<SetId> {
    match (&attr.ty, &attr.card, kind) {
        (Type::Nest(id), Card::One | Card::Multi, Kind::NestedArray) => member(model, *id),
        (Type::Nest(id), Card::One | Card::Multi, Kind::Nested) => Some(*id),
        (Type::Nest(id), Card::Indexed, Kind::NestedArray) => Some(*id),
        (Type::Records(id, _), _, Kind::Nested) => Some(*id),
        _ => None,
    }
}

/// What the length of a payload says about its type.
fn size(model: &Model, ty: &Type, accepted: &Accepted) -> State {
    let sizes: Vec<i128> = match ty {
        Type::Scalar(scalar, _) => vec![i128::from(scalar.bits / 8)],
        Type::Ip4 | Type::NetIp4 => vec![4],
        Type::Ip6 | Type::NetIp6 => vec![16],
        // `struct sockaddr_in` and `struct sockaddr_in6`.
        Type::SockAddr => vec![16, 28],
        Type::Struct(id) => {
            let record = &model[*id];
            let sizes = record.sizes.iter().map(|(_, size)| *size).chain([record.size]);
            sizes.map(i128::from).collect()
        }
        Type::Msecs => vec![8],
        _ => return State::Unchecked,
    };
    let flexible = matches!(ty, Type::Struct(id) if model[*id].members.iter().any(|m| matches!(m.ty, MemberType::Tail(_))));
    let exact = |limit: Option<i128>| limit.is_some_and(|limit| sizes.contains(&limit));
    match (accepted.min_len, accepted.max_len) {
        (min, max) if exact(min) || exact(max) => State::Equal,
        (_, Some(max)) if !sizes.iter().any(|size| *size <= max) => State::Mismatch,
        (Some(min), _) if !flexible && !sizes.iter().any(|size| *size >= min) => State::Mismatch,
        _ => State::Unchecked,
    }
}

fn limits(attr: &Attr, accepted: &Accepted, out: &mut Vec<Outcome>) {
    let checks = &attr.checks;
    let exact = checks.exact_len.map(i128::from);
    for (what, ours, theirs) in [
        ("min", checks.min, accepted.min),
        ("max", checks.max, accepted.max),
        ("min-len", checks.min_len.map(i128::from).or(exact), accepted.min_len),
        ("max-len", checks.max_len.map(i128::from).or(exact), accepted.max_len),
        ("mask", checks.flags_mask.map(i128::from), accepted.mask),
    ] {
        let Some(ours) = ours else { continue };
        out.push(match theirs {
            Some(theirs) if theirs == ours => (what, State::Equal, String::new()),
            Some(theirs) => (what, State::Mismatch, format!("schema {ours}, kernel {theirs}")),
            None => (what, State::Unchecked, format!("schema {ours}, kernel says nothing")),
        });
    }
}

/// Whether the values that the schema names are accepted. A kernel may refuse some of them in requests.
fn names(
    model: &Model,
    attr: &Attr,
    accepted: &Accepted,
    there: &dyn Fn(Lifetime) -> bool,
    out: &mut Vec<Outcome>,
) {
    let (Type::Scalar(_, Some(id)) | Type::VarInt { names: Some(id), .. } | Type::Bitfield32(Some(id))) =
        attr.ty
    else {
        return;
    };
    if accepted.min.or(accepted.max).or(accepted.mask).is_none() {
        return;
    }
    let refused = model[id].entries.iter().filter(|entry| there(entry.life)).filter(|entry| {
        accepted.min.is_some_and(|min| entry.value < min)
            || accepted.max.is_some_and(|max| entry.value > max)
            || accepted.mask.is_some_and(|mask| entry.value & !mask != 0)
    });
    let refused: Vec<&str> = refused.map(|entry| entry.c_name.as_str()).collect();
    out.push(match refused.is_empty() {
        true => ("values", State::Equal, String::new()),
        false => ("values", State::Unchecked, format!("requests may not hold {}", refused.join(", "))),
    });
}

/// A type in a schema's words, as far as a policy could tell.
fn shown(model: &Model, attr: &Attr) -> String {
    let prefix = match &attr.card {
        Card::One => "",
        Card::Multi => "multi ",
        Card::Indexed => "indexed ",
        Card::TypeValue(_) => "type-value ",
    };
    format!("{prefix}{}", type_words(model, &attr.ty))
}

fn type_words(model: &Model, ty: &Type) -> String {
    match ty {
        Type::Scalar(scalar, _) => scalar_word(*scalar),
        Type::VarInt { signed, .. } => format!("{}int", if *signed { "s" } else { "u" }),
        Type::Bitfield32(_) => "bitfield32".to_owned(),
        Type::Nest(id) => format!("nest {}", model[*id].name),
        Type::Struct(id) => format!("struct {}, {} bytes", model[*id].c_name, model[*id].size),
        Type::Array(element) => format!("array {}", type_words(model, element)),
        Type::Records(id, _) => format!("records {}", model[*id].name),
        Type::Sub(id, _) => format!("sub {}", model[*id].name),
        Type::Ip(_) => "ip".to_owned(),
        word => word.word().unwrap_or_default().to_owned(),
    }
}
