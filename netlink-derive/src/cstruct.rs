//! `#[derive(NetlinkStruct)]`: C structs, read and written by offset.

mod emit;

use crate::attr::{self, Item, Number, Order, Selector};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::shape;
use crate::wire::{self, Keywords};
use crate::words::{self, Place};
use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{DeriveInput, Expr, Ident, LitInt, LitStr, Type};

pub(crate) use emit::emit;

/// A C struct.
pub(crate) struct CStruct {
    pub(crate) name: Ident,
    pub(crate) c_name: String,
    pub(crate) size: Expr,
    pub(crate) members: Vec<Member>,
    /// The member that holds a record's length.
    pub(crate) length: Option<Ident>,
    pub(crate) tail: Option<Tail>,
}

/// A member of a [`CStruct`].
pub(crate) struct Member {
    pub(crate) name: Ident,
    pub(crate) c_name: String,
    pub(crate) ty: Type,
    pub(crate) offset: LitInt,
    pub(crate) form: Form,
    /// An `Option`: the struct grew by it.
    pub(crate) grown: bool,
}

/// What a member is.
pub(crate) enum Form {
    /// Of this fixed wire type.
    Wire(TokenStream),
    /// A union that is more to the struct than a member of that wire type.
    Union {
        marker: TokenStream,
        /// The struct has the arms as its own members.
        anonymous: bool,
        /// The member that says which arms count.
        by: Option<Ident>,
    },
    /// Bits of an integer.
    Bits(Bits),
    /// An address whose family is in this member.
    By(Ident),
}

impl Form {
    /// The fixed wire type, if it has one.
    pub(crate) fn marker(&self) -> Option<&TokenStream> {
        match self {
            Form::Wire(marker) | Form::Union { marker, .. } => Some(marker),
            Form::Bits(_) | Form::By(_) => None,
        }
    }
}

/// A C bitfield.
pub(crate) struct Bits {
    pub(crate) first: LitInt,
    pub(crate) width: LitInt,
    pub(crate) signed: bool,
    /// The type is an enum or flags.
    pub(crate) named: bool,
}

/// Elements up to the end of the payload.
pub(crate) struct Tail {
    pub(crate) offset: LitInt,
    pub(crate) c_name: String,
    /// The fixed wire type of one.
    pub(crate) marker: TokenStream,
    pub(crate) whole: Whole,
}

/// What all elements of a [`Tail`] of bytes are together.
pub(crate) enum Whole {
    /// Nothing more.
    Elements,
    /// Text.
    Text,
    /// Opaque bytes.
    Opaque,
    /// An address whose family is in this member.
    Address(Ident),
}

#[derive(Default)]
struct Container {
    c_name: Option<String>,
    size: Option<Expr>,
    length: Option<Expr>,
    tail: Option<Tail>,
}

impl CStruct {
    /// Reads a struct; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<CStruct> {
        let fields = shape::named_fields(cx, input, "C structs")?;
        cx.refuse_generics(&input.generics, "C structs");
        let container = Container::read(cx, input);
        let before = cx.count();
        let members: Vec<Member> = fields.iter().filter_map(|f| member(cx, f)).collect();
        let Some(size) = container.size else {
            let text = "how large is it? Say `#[netlink(size = 16)]`, as C's sizeof gives";
            cx.error(codes::NO_SIZE, &input.ident, text);
            return None;
        };
        if cx.count() == before {
            choosers(cx, &members, container.tail.as_ref());
        }
        let name = input.ident.clone();
        let c_name = container.c_name.unwrap_or_else(|| name.unraw().to_string());
        let length = container.length.and_then(|length| length_member(cx, &length, &members));
        Some(CStruct { name, c_name, size, members, length, tail: container.tail })
    }
}

impl Container {
    fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let mut out = Container::default();
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Value(w, value) if w == "size" => cx.once(&mut out.size, &w, value),
                Item::Value(w, value) if w == "length" => cx.once(&mut out.length, &w, value),
                Item::Tail(w, tail) => {
                    if let Some(tail) = read_tail(cx, *tail) {
                        cx.once(&mut out.tail, &w, tail);
                    }
                }
                Item::Word(w) if out.c_name.is_none() => out.c_name = Some(w.unraw().to_string()),
                // With capitals it reads like a constant.
                Item::Number(n) if n.literal.is_none() && out.c_name.is_none() => out.c_name = Some(n.c_name),
                other => words::STRUCT.refuse(cx, &other),
            }
        }
        out
    }
}

fn read_tail(cx: &Ctxt, tail: attr::Tail) -> Option<Tail> {
    let attr::Tail { offset, name, words, by, ty } = tail;
    let mut keywords = Keywords::default();
    for word in words {
        if !keywords.take(cx, &word) {
            words::MEMBER.refuse(cx, &Item::Word(word));
        }
    }
    let bytes = shape::is(&ty, "u8");
    let whole = match (by, keywords.form().as_str()) {
        (Some(by), _) => {
            if !bytes {
                cx.error(
                    codes::FIELD_TYPE,
                    &by,
                    "an address is as long as its family has it: a tail with `by(…)` holds `u8`",
                );
            }
            if !family_alone(cx, &keywords) {
                return None;
            }
            Whole::Address(by)
        }
        (None, "text") if bytes => Whole::Text,
        (None, "opaque") if bytes => Whole::Opaque,
        _ => Whole::Elements,
    };
    if matches!(whole, Whole::Text | Whole::Opaque) {
        keywords.form = None;
    }
    let c_name = match name {
        attr::Name::Field(name) => c_name(&name),
        attr::Name::C(text) => text.value(),
    };
    let marker = wire::member(cx, &keywords, &ty)?;
    Some(Tail { offset, c_name, marker, whole })
}

/// What the words on a member, or on an arm of a union, say.
#[derive(Default)]
pub(crate) struct Words {
    pub(crate) offset: Option<LitInt>,
    /// The C name, where the field's does not give it.
    c_name: Option<LitStr>,
    pub(crate) cases: Vec<Number>,
    pub(crate) default: bool,
    bits: Option<(LitInt, LitInt)>,
    keywords: Keywords,
    anonymous: Option<Ident>,
    by: Option<(Ident, Ident)>,
}

impl Words {
    /// Reads the words of a member; of an arm, `arm` is set.
    pub(crate) fn read(cx: &Ctxt, attrs: &[syn::Attribute], arm: bool) -> Option<Self> {
        let place: &Place = if arm { &words::ARM } else { &words::MEMBER };
        let mut words = Words::default();
        let before = cx.count();
        for item in attr::items(cx, attrs) {
            match item {
                Item::Int(int) if words.offset.is_none() => words.offset = Some(int),
                Item::Int(int) => cx.error(codes::TWICE, int, "the offset is said twice"),
                Item::Text(text) if words.c_name.is_none() => words.c_name = Some(text),
                Item::Text(text) => cx.error(codes::TWICE, text, "the C name is said twice"),
                Item::Ints(w, ints) => match ints.as_slice() {
                    [first, width] => cx.once(&mut words.bits, &w, (first.clone(), width.clone())),
                    _ => cx.error(codes::ARGUMENTS, w, "bits have a first bit and a width: `bits(0, 4)`"),
                },
                Item::Numbers(w, numbers) if arm && w == "case" => words.cases.extend(numbers),
                Item::Word(w) if arm && w == "default" => words.default = true,
                Item::Word(w) if !arm && w == "anonymous" => words.anonymous = Some(w),
                Item::Selectors(w, selectors) if !arm && w == "by" => match selectors.as_slice() {
                    [Selector::Field(member)] => words.by = Some((w, member.clone())),
                    _ => cx.error(
                        codes::ARGUMENTS,
                        w,
                        "say the member of this struct that decides: `by(member)`",
                    ),
                },
                Item::Word(w) if words.keywords.take(cx, &w) => {}
                other => place.refuse(cx, &other),
            }
        }
        // What is wrong with the words says more than what follows from it.
        (cx.count() == before).then_some(words)
    }

    /// The C name of a member that Rust calls so.
    pub(crate) fn c_name(&self, name: &Ident) -> String {
        self.c_name.as_ref().map_or_else(|| c_name(name), LitStr::value)
    }

    /// What a member of this type is.
    pub(crate) fn form(self, cx: &Ctxt, ty: &Type) -> Option<Form> {
        let union = self.keywords.form() == "union";
        let one = union && !matches!(shape::bare(ty), Type::Array(_));
        if let Some(word) = &self.anonymous {
            if !one {
                cx.error(
                    codes::FIELD_TYPE,
                    word,
                    "`anonymous` goes with one union, whose arms are members of this struct",
                );
                return None;
            }
        }
        if let Some((first, width)) = self.bits {
            let other = self.keywords.form.as_ref().or(self.by.as_ref().map(|(word, _)| word));
            if let Some(word) = other {
                cx.error(codes::EXCLUSIVE, word, format!("`{word}` does not go with `bits(…)`"));
                return None;
            }
            return Bits::read(cx, &self.keywords, ty, first, width).map(Form::Bits);
        }
        match self.by {
            Some((word, _)) if union && !one => {
                cx.error(codes::FIELD_TYPE, word, "`by(…)` goes with one union");
                None
            }
            Some((_, member)) if !union => family_alone(cx, &self.keywords).then_some(Form::By(member)),
            by => {
                let marker = wire::member(cx, &self.keywords, ty)?;
                let (by, anonymous) = (by.map(|(_, member)| member), self.anonymous.is_some());
                Some(if by.is_some() || anonymous {
                    Form::Union { marker, anonymous, by }
                } else {
                    Form::Wire(marker)
                })
            }
        }
    }
}

/// An address whose family another member has stands without words of its form.
fn family_alone(cx: &Ctxt, keywords: &Keywords) -> bool {
    if let Some(word) = keywords.first() {
        let text = format!("`{word}` does not go with `by(…)`: the family says the form of the address");
        cx.error(codes::EXCLUSIVE, word, text);
        return false;
    }
    true
}

impl Bits {
    fn read(cx: &Ctxt, keywords: &Keywords, ty: &Type, first: LitInt, width: LitInt) -> Option<Self> {
        let integer = shape::integer(ty);
        let named = keywords.word.as_ref().map(|(_, word)| word);
        let Some(word) = integer.as_ref().or(named) else {
            let text = "what are these bits? An integer, or an enum with the integer it is kept as: \
                        `bits(0, 4), u8`";
            cx.error(codes::MEMBER_TYPE, ty, text);
            return None;
        };
        let order = keywords.order.as_ref().map(|(said, _)| said);
        let ordered = keywords.word.as_ref().filter(|(_, word)| !matches!(word.order, Order::Native));
        if let Some(said) = order.or(ordered.map(|(said, _)| said)) {
            let text = "bits are counted from the first byte's lowest, on every machine: they have no order";
            cx.error(codes::BYTE_ORDER, said, text);
            return None;
        }
        if let (Some((said, kept)), Some(rust)) = (&keywords.word, &integer) {
            if (kept.bits, kept.signed) != (rust.bits, rust.signed) {
                let text = format!("the field's type is the integer that the bits are kept as, not `{said}`");
                cx.error(codes::INTEGERS_DIFFER, said, text);
                return None;
            }
        }
        if !matches!(width.base10_parse::<u8>(), Ok(bits) if bits > 0 && bits <= word.bits) {
            let text = format!("a bitfield of this type has 1 to {} bits", word.bits);
            cx.error(codes::NUMBER_RANGE, width, text);
            return None;
        }
        let signed = word.signed;
        Some(Bits { first, width, signed, named: integer.is_none() })
    }
}

fn member(cx: &Ctxt, field: &syn::Field) -> Option<Member> {
    let name = field.ident.clone()?;
    let words = Words::read(cx, &field.attrs, false)?;
    let Some(offset) = words.offset.clone() else {
        cx.error(codes::NO_OFFSET, &name, "where is it? Say the offset in bytes: `#[netlink(4)]`");
        return None;
    };
    let (ty, grown) = match shape::inside(&field.ty, "Option") {
        Some(inner) => (inner, true),
        None => (&field.ty, false),
    };
    let c_name = words.c_name(&name);
    let form = words.form(cx, ty)?;
    Some(Member { name, c_name, ty: ty.clone(), offset, form, grown })
}

/// The C name of a member: `type_` and `r#type` are `type`, which no field can be called.
pub(crate) fn c_name(field: &Ident) -> String {
    let text = field.to_string();
    let text = text.trim_start_matches("r#");
    match text.strip_suffix('_') {
        Some(word) if !word.is_empty() && syn::parse_str::<Ident>(word).is_err() => word.to_owned(),
        _ => text.to_owned(),
    }
}

/// Members that `by(…)` names are there, and may be integers.
fn choosers(cx: &Ctxt, members: &[Member], tail: Option<&Tail>) {
    // Which arms an anonymous union has is known to its own type alone.
    let hidden = members.iter().any(|m| matches!(m.form, Form::Union { anonymous: true, .. }));
    let named = members.iter().filter_map(|m| match &m.form {
        Form::Union { by: Some(by), .. } => Some((by, hidden)),
        Form::By(by) => Some((by, false)),
        _ => None,
    });
    let of_tail = tail.and_then(|t| match &t.whole {
        Whole::Address(by) => Some((by, false)),
        _ => None,
    });
    for (by, hidden) in named.chain(of_tail) {
        match members.iter().find(|m| m.name == *by).map(|m| &m.form) {
            Some(Form::Wire(_) | Form::Bits(_)) => {}
            Some(_) => cx.error(codes::DECIDES, by, format!("an integer decides, and `{by}` is none")),
            None if hidden => {}
            None => {
                let names: Vec<String> = members.iter().map(|m| m.name.to_string()).collect();
                let hint = words::which_has(&by.to_string(), &names);
                cx.error(codes::NO_MEMBER, by, format!("no member `{by}` in this struct{hint}"));
            }
        }
    }
}

/// `length = member`: the member that says how long a record is.
fn length_member(cx: &Ctxt, length: &Expr, members: &[Member]) -> Option<Ident> {
    let name = shape::path(length).and_then(|path| path.get_ident());
    let member = name.and_then(|name| members.iter().find(|m| m.name == *name));
    match member {
        Some(Member { form: Form::Wire(_), name, .. }) => Some(name.clone()),
        _ => {
            let text = "no member of this name: say the one that holds the record's length";
            cx.error(codes::LENGTH_MEMBER, length, text);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_their_c_names() {
        let name = |field: &str| c_name(&syn::parse_str(field).expect("an identifier"));
        assert_eq!(name("type_"), "type");
        assert_eq!(name("r#type"), "type");
        assert_eq!(name("__ifi_pad"), "__ifi_pad");
        assert_eq!(name("odd_"), "odd_");
    }
}
