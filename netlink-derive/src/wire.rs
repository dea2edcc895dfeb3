//! From a field's type and keywords to its wire type. The one place.

use crate::attr::{Order, Word};
use crate::ctxt::Ctxt;
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
    /// Which of `nested`, `struct`, `flex`, `uint`, `sint`, `msecs`, `text`, `opaque`, `mac`.
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
                cx.error(word, format!("`{word}` and `{before}` exclude each other"));
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
                cx.error(word, "the byte order is said twice");
            }
        } else if let Some(parsed) = Word::parse(&text) {
            if self.word.replace((word.clone(), parsed)).is_some() || self.order.is_some() {
                cx.error(word, "the integer on the wire is said twice");
            }
        } else if matches!(
            text.as_str(),
            "nested"
                | "struct"
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
                cx.error(word, format!("`{word}` and `{before}` exclude each other"));
            }
        } else {
            return false;
        }
        true
    }

    pub(crate) fn form(&self) -> String {
        self.form.as_ref().map(Ident::to_string).unwrap_or_default()
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
    /// Where errors about the field's type are shown.
    pub(crate) place: Span,
}

impl Wire {
    /// A container that holds another wire type.
    pub(crate) fn of(marker: TokenStream, kind: Kind, ty: &Type) -> Self {
        let place = shape::place(ty);
        let view = quote_spanned!(place=> <#marker as ::netlink_runtime::wire::wt::Wire>::View<'a>);
        Wire { marker, view, kind, place }
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
        cx.error(ty, format!("`{word}` fields hold a `Vec`"));
        return None;
    };
    let rt = quote_spanned!(shape::place(ty)=> ::netlink_runtime::wire);
    Some(match several {
        Several::Array => {
            let marker = single(cx, words, inner)?.marker;
            Wire::of(quote_spanned!(shape::place(ty)=> #rt::ArrayOf<#marker>), Kind::Value, ty)
        }
        Several::Records => {
            let kind = Kind::Records(inner.clone());
            Wire::of(quote_spanned!(shape::place(ty)=> #rt::RecordsOf<#inner>), kind, ty)
        }
    })
}

/// The wire type of one value of this Rust type.
fn single(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<Wire> {
    let place = shape::place(ty);
    let wt = quote_spanned!(place=> ::netlink_runtime::wire::wt);
    let form = words.form();
    if form != "nested" && form != "struct" && form != "flex" {
        if let Some(n) = &words.names {
            if !shape::is(ty, "Bitfield32") {
                cx.error(n, "`names(…)` goes with `Bitfield32`");
            }
        }
    }
    let scalar =
        |marker: TokenStream, view: TokenStream| Wire { marker, view, kind: Kind::Scalar(ty.clone()), place };
    let value = |marker: TokenStream, view: TokenStream| Wire { marker, view, kind: Kind::Value, place };
    match form.as_str() {
        "nested" => {
            return Some(Wire {
                marker: quote_spanned!(place=> #wt::Nest<#ty>),
                view: quote_spanned!(place=> <#ty as ::netlink_runtime::AttrSet>::View<'a>),
                kind: Kind::Nest(ty.clone()),
                place,
            });
        }
        "struct" => {
            return Some(value(quote_spanned!(place=> #wt::Struct<#ty>), quote_spanned!(place=> #ty)));
        }
        "flex" => {
            let Some(inner) = shape::inside(ty, "Flex") else {
                cx.error(ty, "`flex` fields hold `Flex<T>`");
                return None;
            };
            return Some(value(
                quote_spanned!(place=> ::netlink_runtime::wire::FlexOf<#inner>),
                quote_spanned!(place=> ::netlink_runtime::wire::FlexView<'a, #inner>),
            ));
        }
        "unterminated" if !shape::is(ty, "NlString") => {
            cx.error(ty, "`unterminated` fields hold `NlString`: text that is sent without its NUL");
            return None;
        }
        "unterminated" => {
            return Some(value(
                quote_spanned!(place=> #wt::Unterminated),
                quote_spanned!(place=> ::netlink_runtime::types::NlStr<'a>),
            ));
        }
        "msecs" if !shape::is(ty, "u64") => {
            cx.error(ty, "`msecs` fields hold `u64`");
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
                return Some(scalar(marker, quote_spanned!(place=> #ty)));
            }
            if shape::integer(ty).is_some() {
                cx.error(
                    ty,
                    format!("`{form}` fields hold `{plain}` or an enum: what is sent takes as many bytes as it needs"),
                );
                return None;
            }
            let marker = if form == "uint" {
                quote_spanned!(place=> #wt::NamedUint<#ty>)
            } else {
                quote_spanned!(place=> #wt::NamedSint<#ty>)
            };
            return Some(scalar(marker, quote_spanned!(place=> #ty)));
        }
        _ => {}
    }
    if let Some((ident, args)) = shape::last(ty) {
        let name = ident.to_string();
        if let Some(word) = shape::integer(ty) {
            return Some(integer(cx, words, ty, word));
        }
        if words.word.is_none() {
            let plain = match name.as_str() {
                "bool" => Some(scalar(quote_spanned!(place=> #wt::Flag), quote_spanned!(place=> ()))),
                "String" => Some(value(
                    quote_spanned!(place=> #wt::Utf8),
                    quote_spanned!(place=> ::netlink_runtime::types::NlStr<'a>),
                )),
                "NlString" => Some(value(
                    quote_spanned!(place=> #wt::Str),
                    quote_spanned!(place=> ::netlink_runtime::types::NlStr<'a>),
                )),
                "Vec" if args.first().is_some_and(|t| shape::is(t, "u8")) => Some(value(
                    quote_spanned!(place=> #wt::Bytes),
                    quote_spanned!(place=> &'a [::core::primitive::u8]),
                )),
                "Bitfield32" => Some(match &words.names {
                    Some(names) => {
                        value(quote_spanned!(place=> #wt::NamedBits<#names>), quote_spanned!(place=> #ty))
                    }
                    None => value(quote_spanned!(place=> #wt::Bits), quote_spanned!(place=> #ty)),
                }),
                "HwAddr" => Some(value(quote_spanned!(place=> #wt::Mac), quote_spanned!(place=> #ty))),
                "Ipv4Addr" => Some(value(quote_spanned!(place=> #wt::Ip4), quote_spanned!(place=> #ty))),
                "Ipv6Addr" => Some(value(quote_spanned!(place=> #wt::Ip6), quote_spanned!(place=> #ty))),
                "IpAddr" => Some(value(quote_spanned!(place=> #wt::Ip), quote_spanned!(place=> #ty))),
                "LabelStack" => Some(value(
                    quote_spanned!(place=> #wt::Labels),
                    quote_spanned!(place=> ::netlink_runtime::types::Labels<'a>),
                )),
                _ => None,
            };
            if let Some(wire) = plain {
                if let Some((order, _)) = &words.order {
                    cx.error(order, format!("`{order}` goes with integers"));
                }
                return Some(wire);
            }
        }
        if let Some((_, word)) = words.word {
            let marker = word.wire();
            return Some(scalar(
                quote_spanned!(place=> #wt::Named<#ty, #marker>),
                quote_spanned!(place=> #ty),
            ));
        }
    }
    cx.error(
        ty,
        "what is this on the wire? Say `nested` (attributes), `struct` (a C struct), `sub(selector)`, or the \
         integer that an enum is sent as (`u8`, `u32`, `be16`…)",
    );
    None
}

fn integer(cx: &Ctxt, words: &Keywords, ty: &Type, rust: Word) -> Wire {
    let mut word = rust;
    if let Some((said, on_wire)) = &words.word {
        if (on_wire.signed, on_wire.bits) != (rust.signed, rust.bits) {
            let kept = format!("{}{}", if on_wire.signed { "i" } else { "u" }, on_wire.bits);
            cx.error(said, format!("the field's type differs: `{said}` on the wire is `{kept}` in Rust"));
        }
        word = *on_wire;
    }
    if let Some((said, order)) = &words.order {
        if rust.bits == 8 {
            cx.error(said, "one byte has no order");
        } else if *order == Order::Net && rust.signed {
            cx.error(said, "`net` integers are unsigned");
        } else {
            word.order = *order;
        }
    }
    Wire { marker: word.wire(), view: quote!(#ty), kind: Kind::Scalar(ty.clone()), place: shape::place(ty) }
}

/// The fixed wire type of a C struct's member.
pub(crate) fn member(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<TokenStream> {
    let place = shape::place(ty);
    let wt = quote_spanned!(place=> ::netlink_runtime::wire::wt);
    let form = words.form();
    if let Type::Array(array) = shape::bare(ty) {
        let (elem, len) = (&array.elem, &array.len);
        match form.as_str() {
            "text" => return Some(quote_spanned!(place=> #wt::Text<{ #len }>)),
            "opaque" => return Some(quote_spanned!(place=> #wt::Opaque<{ #len }>)),
            "mac" => return Some(quote_spanned!(place=> #wt::FixedMac<{ #len }>)),
            _ => {}
        }
        let inner = member(cx, words, elem)?;
        return Some(quote_spanned!(place=> #wt::Fix<#inner, { #len }>));
    }
    if let Some((word, _)) = &words.several {
        cx.error(word, format!("`{word}` is for attributes: members of C structs have a fixed size"));
        return None;
    }
    match (form.as_str(), &words.form) {
        ("" | "struct", _) | (_, None) => {}
        ("text" | "opaque" | "mac", Some(word)) => {
            cx.error(ty, format!("`{word}` members are arrays: `[u8; N]`"));
            return None;
        }
        (_, Some(word)) => {
            cx.error(word, format!("`{word}` is for attributes: members of C structs have a fixed size"));
            return None;
        }
    }
    let plain = words.word.is_some()
        || shape::integer(ty).is_some()
        || shape::is(ty, "Ipv4Addr")
        || shape::is(ty, "Ipv6Addr");
    if form.is_empty() && !plain {
        cx.error(
            ty,
            "what is this in C? Members are integers, enums with the integer they are kept as (`u8`, `be32`…), \
             `Ipv4Addr`, `Ipv6Addr`, arrays (of bytes with `text`, `opaque` or `mac`), or say `struct`",
        );
        return None;
    }
    wire(cx, words, ty).map(|w| w.marker)
}
