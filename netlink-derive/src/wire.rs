//! From a field's type and keywords to its wire type. The one place.

use crate::attr::{Order, Word};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::guard::Guard;
use crate::shape;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Type};

/// What the keywords of a field say about its payload.
#[derive(Clone, Default)]
pub(crate) struct Keywords {
    /// `be`, `le`, `net`.
    pub(crate) order: Option<(Ident, Order)>,
    /// `u8`, `be32`…
    pub(crate) word: Option<(Ident, Word)>,
    /// Which of `nested`, `struct`, `union`, `flex`, `uint`, `sint`, `msecs`, `text`, `opaque`, `mac`.
    pub(crate) form: Option<Ident>,
    /// `array`, `records`: the payload is several of what the other words say.
    pub(crate) several: Option<(Ident, Several)>,
    /// `names(T)`.
    pub(crate) names: Option<Type>,
}

/// How values stand in one payload, one after the other.
#[derive(Clone, Copy)]
pub(crate) enum Several {
    Array,
    Records,
}

impl Keywords {
    /// Takes a word, if it is one of these.
    pub(crate) fn take(&mut self, cx: &Ctxt, word: &Ident) -> bool {
        let text = word.to_string();
        let several = match text.as_str() {
            "array" => Some(Several::Array),
            "records" => Some(Several::Records),
            _ => None,
        };
        if let Some(several) = several {
            if let Some((before, _)) = self.several.replace((word.clone(), several)) {
                cx.error(codes::EXCLUSIVE, word, format!("`{word}` and `{before}` exclude each other"));
            }
            return true;
        }
        let order = match text.as_str() {
            "be" => Some(Order::Big),
            "le" => Some(Order::Little),
            "net" => Some(Order::Net),
            _ => None,
        };
        if let Some(order) = order {
            if self.order.replace((word.clone(), order)).is_some() || self.word.is_some() {
                cx.error(codes::TWICE, word, "the byte order is said twice");
            }
        } else if let Some(parsed) = Word::parse(&text) {
            if self.word.replace((word.clone(), parsed)).is_some() || self.order.is_some() {
                cx.error(codes::TWICE, word, "the integer on the wire is said twice");
            }
        } else if matches!(
            text.as_str(),
            "nested"
                | "struct"
                | "union"
                | "flex"
                | "uint"
                | "sint"
                | "msecs"
                | "text"
                | "opaque"
                | "mac"
                | "unterminated"
        ) {
            if let Some(before) = self.form.replace(word.clone()) {
                cx.error(codes::EXCLUSIVE, word, format!("`{word}` and `{before}` exclude each other"));
            }
        } else {
            return false;
        }
        true
    }

    pub(crate) fn form(&self) -> String {
        self.form.as_ref().map(Ident::to_string).unwrap_or_default()
    }

    /// One of them, to point at; `names(…)`, which has no word here, aside.
    pub(crate) fn first(&self) -> Option<&Ident> {
        self.several.as_ref().map(|(word, _)| word).or_else(|| self.element())
    }

    /// The same of those that say what one value is.
    fn element(&self) -> Option<&Ident> {
        let order = self.order.as_ref().map(|(word, _)| word);
        self.form.as_ref().or(order).or(self.word.as_ref().map(|(word, _)| word))
    }

    /// Whether the form stands without an integer's words, as it has to: all errors are about them.
    fn form_alone(&self, cx: &Ctxt) -> bool {
        let order = self.order.as_ref().map(|(word, _)| word);
        match (&self.form, order.or(self.word.as_ref().map(|(word, _)| word))) {
            (Some(form), Some(word)) => {
                cx.error(codes::EXCLUSIVE, word, format!("`{word}` does not go with `{form}`"));
                false
            }
            _ => true,
        }
    }
}

/// A wire type with what derived code needs to know of it.
#[derive(Clone)]
pub(crate) struct Wire {
    /// The runtime's marker.
    pub(crate) marker: TokenStream,
    /// What reading gives, with lifetime `'a`.
    pub(crate) view: TokenStream,
    pub(crate) kind: Kind,
    /// The type as it was written: that of owned values.
    pub(crate) ty: Type,
    /// What the type has to be.
    pub(crate) guard: Option<Guard>,
    /// Its values can select the form of another attribute.
    pub(crate) selects: bool,
    /// Where errors about the field's type are shown.
    pub(crate) place: Span,
}

impl Wire {
    fn of(ty: &Type, marker: TokenStream, view: TokenStream, kind: Kind) -> Self {
        Wire { marker, view, kind, ty: ty.clone(), guard: None, selects: false, place: shape::place(ty) }
    }

    /// The same, where the type has to be something.
    fn guarded(self, guard: Guard) -> Self {
        Wire { guard: Some(guard), ..self }
    }

    /// A container of this type that holds it.
    pub(crate) fn within(self, ty: &Type, marker: TokenStream, view: TokenStream, kind: Kind) -> Self {
        Wire { marker, view, kind, ty: ty.clone(), selects: false, ..self }
    }

    /// `<marker as Wire>`, at the field's type: if that does not fit, the error stands there.
    pub(crate) fn as_wire(&self) -> TokenStream {
        let marker = &self.marker;
        quote_spanned!(self.place=> <#marker as ::netlink_runtime::wire::wt::Wire>)
    }

    /// `<marker as Own>`, at the field's type.
    pub(crate) fn as_own(&self) -> TokenStream {
        let marker = &self.marker;
        quote_spanned!(self.place=> <#marker as ::netlink_runtime::owned::Own>)
    }
}

/// What setters take.
#[derive(Clone)]
pub(crate) enum Kind {
    /// The type itself.
    Scalar(Type),
    /// Whatever can be written as the wire type.
    Value,
    /// A closure that builds this set.
    Nest(Type),
    /// A closure that adds members of this wire type.
    Indexed(TokenStream),
    /// A closure that adds members of this wire type, so many levels deep.
    TypeValue(TokenStream, usize),
    /// A closure that adds records of this set.
    Records(Type),
}

/// The wire type of one payload of this Rust type.
pub(crate) fn wire(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<Wire> {
    let Some((word, several)) = &words.several else { return single(cx, words, ty) };
    let Some(inner) = shape::inside(ty, "Vec") else {
        cx.error(codes::FIELD_TYPE, ty, format!("`{word}` fields hold a `Vec`"));
        return None;
    };
    match several {
        Several::Array => {
            let member = element(cx, words, inner)?;
            let (place, marker) = (member.place, &member.marker);
            let rt = quote_spanned!(place=> ::netlink_runtime::wire);
            let wire = quote_spanned!(place=> #rt::ArrayOf<#marker>);
            let view = quote_spanned!(place=> #rt::Array<'a, #marker>);
            Some(member.within(ty, wire, view, Kind::Value))
        }
        Several::Records => records(cx, words, ty, inner),
    }
}

/// Attribute sets one after the other.
fn records(cx: &Ctxt, words: &Keywords, ty: &Type, set: &Type) -> Option<Wire> {
    if let Some(other) = words.element() {
        let text = "records are attribute sets whose header says their length: no other word is needed";
        cx.error(codes::EXCLUSIVE, other, text);
        return None;
    }
    let place = shape::place(set);
    let rt = quote_spanned!(place=> ::netlink_runtime::wire);
    let marker = quote_spanned!(place=> #rt::RecordsOf<#set>);
    let view = quote_spanned!(place=> #rt::Records<'a, #set>);
    Some(Wire {
        place,
        ..Wire::of(ty, marker, view, Kind::Records(set.clone())).guarded(Guard::records(set))
    })
}

/// The wire type of one value of this Rust type.
fn single(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<Wire> {
    let place = shape::place(ty);
    let wt = quote_spanned!(place=> ::netlink_runtime::wire::wt);
    let form = words.form();
    if !words.form_alone(cx) {
        return None;
    }
    if let Some(n) = words.names.as_ref().filter(|_| !form.is_empty() || !shape::is(ty, "Bitfield32")) {
        cx.error(codes::FIELD_TYPE, n, "`names(…)` goes with `Bitfield32`");
        return None;
    }
    let scalar =
        |marker: TokenStream, view: TokenStream| Wire::of(ty, marker, view, Kind::Scalar(ty.clone()));
    let value = |marker: TokenStream, view: TokenStream| Wire::of(ty, marker, view, Kind::Value);
    match form.as_str() {
        "nested" => {
            let marker = quote_spanned!(place=> #wt::Nest<#ty>);
            let view = quote_spanned!(place=> <#ty as ::netlink_runtime::AttrSet>::View<'a>);
            let wire = Wire::of(ty, marker, view, Kind::Nest(ty.clone()));
            return Some(wire.guarded(Guard::set(ty)));
        }
        "struct" => {
            let wire = value(quote_spanned!(place=> #wt::Struct<#ty>), quote_spanned!(place=> #ty));
            return Some(wire.guarded(Guard::c_struct(ty)));
        }
        "union" => {
            let wire = value(quote_spanned!(place=> #wt::Union<#ty>), quote_spanned!(place=> #ty));
            return Some(wire.guarded(Guard::union(ty)));
        }
        "flex" => {
            let Some(inner) = shape::inside(ty, "Flex") else {
                cx.error(codes::FIELD_TYPE, ty, "`flex` fields hold `Flex<T>`");
                return None;
            };
            let place = shape::place(inner);
            let marker = quote_spanned!(place=> ::netlink_runtime::wire::FlexOf<#inner>);
            let view = quote_spanned!(place=> ::netlink_runtime::wire::FlexView<'a, #inner>);
            return Some(Wire { place, ..value(marker, view).guarded(Guard::flex(inner)) });
        }
        "unterminated" if !shape::is(ty, "NlString") => {
            let text = "`unterminated` fields hold `NlString`: text that is sent without its NUL";
            cx.error(codes::FIELD_TYPE, ty, text);
            return None;
        }
        "unterminated" => {
            let view = quote_spanned!(place=> ::netlink_runtime::types::NlStr<'a>);
            return Some(Wire { selects: true, ..value(quote_spanned!(place=> #wt::Unterminated), view) });
        }
        "msecs" if !shape::is(ty, "u64") => {
            cx.error(codes::FIELD_TYPE, ty, "`msecs` fields hold `u64`");
            return None;
        }
        "msecs" => {
            return Some(scalar(
                quote_spanned!(place=> #wt::Msecs),
                quote_spanned!(place=> ::core::primitive::u64),
            ));
        }
        "uint" | "sint" => {
            let plain = if form == "uint" { "u64" } else { "i64" };
            if shape::is(ty, plain) {
                let marker = if form == "uint" {
                    quote_spanned!(place=> #wt::Uint)
                } else {
                    quote_spanned!(place=> #wt::Sint)
                };
                return Some(Wire { selects: true, ..scalar(marker, quote_spanned!(place=> #ty)) });
            }
            if shape::integer(ty).is_some() {
                let text = format!(
                    "`{form}` fields hold `{plain}` or an enum: what is sent takes as many bytes as it needs"
                );
                cx.error(codes::FIELD_TYPE, ty, text);
                return None;
            }
            let marker = if form == "uint" {
                quote_spanned!(place=> #wt::NamedUint<#ty>)
            } else {
                quote_spanned!(place=> #wt::NamedSint<#ty>)
            };
            let wire = scalar(marker, quote_spanned!(place=> #ty));
            return Some(Wire { selects: true, ..wire.guarded(Guard::named(ty)) });
        }
        "text" | "opaque" | "mac" => {
            let text = format!(
                "`{form}` is for members of C structs: attributes are `NlString` (text), `Vec<u8>` (bytes), \
                 `HwAddr` (addresses of links) without a word"
            );
            cx.error(codes::MISPLACED, words.first(), text);
            return None;
        }
        _ => {}
    }
    if let Some((ident, args)) = shape::last(ty) {
        let name = ident.to_string();
        if let Some(word) = shape::integer(ty) {
            return integer(cx, words, ty, word);
        }
        if words.word.is_none() {
            let plain = match name.as_str() {
                "bool" => Some(scalar(quote_spanned!(place=> #wt::Flag), quote_spanned!(place=> ()))),
                "String" | "NlString" => {
                    let marker = Ident::new(if name == "String" { "Utf8" } else { "Str" }, place);
                    let view = quote_spanned!(place=> ::netlink_runtime::types::NlStr<'a>);
                    Some(Wire { selects: true, ..value(quote_spanned!(place=> #wt::#marker), view) })
                }
                "Vec" if args.first().is_some_and(|t| shape::is(t, "u8")) => Some(value(
                    quote_spanned!(place=> #wt::Bytes),
                    quote_spanned!(place=> &'a [::core::primitive::u8]),
                )),
                "Bitfield32" => Some(match &words.names {
                    Some(names) => {
                        let marker = quote_spanned!(place=> #wt::NamedBits<#names>);
                        value(marker, quote_spanned!(place=> #ty)).guarded(Guard::named(names))
                    }
                    None => value(quote_spanned!(place=> #wt::Bits), quote_spanned!(place=> #ty)),
                }),
                "HwAddr" => Some(value(quote_spanned!(place=> #wt::Mac), quote_spanned!(place=> #ty))),
                "Ipv4Addr" => Some(value(quote_spanned!(place=> #wt::Ip4), quote_spanned!(place=> #ty))),
                "Ipv6Addr" => Some(value(quote_spanned!(place=> #wt::Ip6), quote_spanned!(place=> #ty))),
                "IpAddr" => Some(value(quote_spanned!(place=> #wt::Ip), quote_spanned!(place=> #ty))),
                "SocketAddr" => {
                    Some(value(quote_spanned!(place=> #wt::SockAddr), quote_spanned!(place=> #ty)))
                }
                "LabelStack" => Some(value(
                    quote_spanned!(place=> #wt::Labels),
                    quote_spanned!(place=> ::netlink_runtime::types::Labels<'a>),
                )),
                _ => None,
            };
            if let Some(wire) = plain {
                let net = match name.as_str() {
                    "Ipv4Addr" => Some(quote_spanned!(place=> #wt::NetIp4)),
                    "Ipv6Addr" => Some(quote_spanned!(place=> #wt::NetIp6)),
                    _ => None,
                };
                return match (&words.order, net) {
                    (None, _) => Some(wire),
                    // Addresses are big-endian anyway: it is the flag that is asked for.
                    (Some((_, Order::Net)), Some(net)) => Some(value(net, quote_spanned!(place=> #ty))),
                    (Some((order, _)), _) => {
                        cx.error(codes::BYTE_ORDER, order, format!("`{order}` goes with integers"));
                        None
                    }
                };
            }
        }
        if let Some((_, word)) = words.word {
            let marker = word.wire();
            let wire = scalar(quote_spanned!(place=> #wt::Named<#ty, #marker>), quote_spanned!(place=> #ty));
            return Some(Wire { selects: true, ..wire.guarded(Guard::named(ty)) });
        }
    }
    cx.error(codes::WIRE_TYPE, ty, what_is(ty));
    None
}

/// What to say about a type that says too little.
fn what_is(ty: &Type) -> &'static str {
    let name = shape::last(ty).map(|(name, _)| name.to_string()).unwrap_or_default();
    match (shape::bare(ty), name.as_str()) {
        (Type::Reference(_), _) => {
            "attribute sets own what they hold: `NlString`, `String`, `Vec<u8>`. To borrow from a message, use the \
             view, or derive a projection of the set: `#[netlink(of = Set)]`"
        }
        (_, "Vec") => {
            "several of what? Say `array` (one packed array), `indexed` (numbered members, `Vec<(u16, T)>`), or \
             `multi` (the attribute repeats, and the field is `Vec<T>` without `Option`)"
        }
        (Type::Array(_), _) => {
            "bytes are `Vec<u8>`, perhaps with `exact_len = n`; integers are `Vec<T>` with `array`"
        }
        (_, "Address") => {
            "whose address is this? Say where its family stands: `by(header.member)` or `by(field)`"
        }
        (_, "Flex") => "say `flex`: a C struct with a flexible tail",
        (_, "usize" | "isize" | "u128" | "i128" | "f32" | "f64" | "char") => {
            "integers have 8 to 64 bits on every machine: `u8` to `u64`, `i8` to `i64`"
        }
        _ => {
            "what is this on the wire? Say `nested` (attributes), `struct` (a C struct), `sub(selector)`, or the \
             integer that an enum is sent as (`u8`, `u32`, `be16`…)"
        }
    }
}

fn integer(cx: &Ctxt, words: &Keywords, ty: &Type, rust: Word) -> Option<Wire> {
    let mut word = rust;
    let before = cx.count();
    if let Some((said, on_wire)) = &words.word {
        if (on_wire.signed, on_wire.bits) != (rust.signed, rust.bits) {
            let kept = format!("{}{}", if on_wire.signed { "i" } else { "u" }, on_wire.bits);
            let text = format!("the field's type differs: `{said}` on the wire is `{kept}` in Rust");
            cx.error(codes::INTEGERS_DIFFER, said, text);
        }
        word = *on_wire;
    }
    if let Some((said, order)) = &words.order {
        if rust.bits == 8 {
            cx.error(codes::BYTE_ORDER, said, "one byte has no order");
        } else if *order == Order::Net && rust.signed {
            cx.error(codes::BYTE_ORDER, said, "`net` integers are unsigned");
        } else {
            word.order = *order;
        }
    }
    let wire = Wire::of(ty, word.wire(), quote!(#ty), Kind::Scalar(ty.clone()));
    (cx.count() == before).then_some(Wire { selects: true, ..wire })
}

/// The wire type of an element of a packed array.
fn element(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<Wire> {
    let wire = single(cx, words, ty)?;
    let form = words.form();
    let fixed = matches!(form.as_str(), "struct" | "union")
        || words.word.is_some()
        || shape::integer(ty).is_some()
        || (form.is_empty() && (shape::is(ty, "Ipv4Addr") || shape::is(ty, "Ipv6Addr")));
    if !fixed {
        let text = "elements of an `array` are integers, enums with the integer they are sent as (`u8`, `be32`…), \
                    addresses, or C structs and unions with `struct` and `union`. Attributes repeat with \
                    `multi`, or are numbered with `indexed`";
        cx.error(codes::FIELD_TYPE, ty, text);
        return None;
    }
    Some(wire)
}

/// The fixed wire type of a C struct's member.
pub(crate) fn member(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<TokenStream> {
    let place = shape::place(ty);
    let wt = quote_spanned!(place=> ::netlink_runtime::wire::wt);
    let form = words.form();
    if let Type::Array(array) = shape::bare(ty) {
        let (elem, len) = (&array.elem, &array.len);
        // The innermost array is what such a word is about.
        let innermost = !matches!(shape::bare(elem), Type::Array(_));
        match form.as_str() {
            _ if !innermost => {}
            "text" => return Some(quote_spanned!(place=> #wt::Text<{ #len }>)),
            "opaque" => return Some(quote_spanned!(place=> #wt::Opaque<{ #len }>)),
            "mac" => return Some(quote_spanned!(place=> #wt::FixedMac<{ #len }>)),
            _ => {}
        }
        let inner = member(cx, words, elem)?;
        return Some(quote_spanned!(place=> #wt::Fix<#inner, { #len }>));
    }
    if let Some((word, _)) = &words.several {
        let text = format!("`{word}` is for attributes: members of C structs have a fixed size");
        cx.error(codes::FIXED_SIZE, word, text);
        return None;
    }
    match (form.as_str(), &words.form) {
        ("union", _) => {
            let marker = quote_spanned!(place=> ::netlink_runtime::wire::Union<#ty>);
            return words.form_alone(cx).then_some(marker);
        }
        ("" | "struct", _) | (_, None) => {}
        ("text" | "opaque" | "mac", Some(word)) => {
            cx.error(codes::FIELD_TYPE, ty, format!("`{word}` members are arrays: `[u8; N]`"));
            return None;
        }
        (_, Some(word)) => {
            let text = format!("`{word}` is for attributes: members of C structs have a fixed size");
            cx.error(codes::FIXED_SIZE, word, text);
            return None;
        }
    }
    let plain = words.word.is_some()
        || shape::integer(ty).is_some()
        || shape::is(ty, "Ipv4Addr")
        || shape::is(ty, "Ipv6Addr");
    if form.is_empty() && !plain {
        let text = "what is this in C? Members are integers, enums with the integer they are kept as (`u8`, \
                    `be32`…), `Ipv4Addr`, `Ipv6Addr`, arrays (of bytes with `text`, `opaque` or `mac`), \
                    `Address` with `by(member)`, or say `struct` or `union`";
        cx.error(codes::MEMBER_TYPE, ty, text);
        return None;
    }
    wire(cx, words, ty).map(|w| w.marker)
}
