//! From a field's type and keywords to its wire type. The one place.

use crate::attr::{Order, Word};
use crate::ctxt::Ctxt;
use crate::shape;
use proc_macro2::TokenStream;
use quote::quote;
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
    /// `names(T)`.
    pub(crate) names: Option<Type>,
}

impl Keywords {
    /// Takes a word, if it is one of these.
    pub(crate) fn take(&mut self, cx: &Ctxt, word: &Ident) -> bool {
        let text = word.to_string();
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
            "nested" | "struct" | "flex" | "uint" | "sint" | "msecs" | "text" | "opaque" | "mac"
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
    /// Owned members; so many levels.
    TypeValue(usize),
    /// A closure that adds records of this set.
    Records(Type),
}

/// The wire type of one payload of this Rust type.
pub(crate) fn wire(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<Wire> {
    let wt = quote!(::netlink_runtime::wire::wt);
    let form = words.form();
    if form != "nested" && form != "struct" && form != "flex" {
        if let Some(n) = &words.names {
            if !shape::is(ty, "Bitfield32") {
                cx.error(n, "`names(…)` goes with `Bitfield32`");
            }
        }
    }
    let scalar =
        |marker: TokenStream, view: TokenStream| Wire { marker, view, kind: Kind::Scalar(ty.clone()) };
    let value = |marker: TokenStream, view: TokenStream| Wire { marker, view, kind: Kind::Value };
    match form.as_str() {
        "nested" => {
            return Some(Wire {
                marker: quote!(#wt::Nest<#ty>),
                view: quote!(<#ty as ::netlink_runtime::AttrSet>::View<'a>),
                kind: Kind::Nest(ty.clone()),
            });
        }
        "struct" => return Some(value(quote!(#wt::Struct<#ty>), quote!(#ty))),
        "flex" => {
            let Some(inner) = shape::inside(ty, "Flex") else {
                cx.error(ty, "`flex` fields hold `Flex<T>`");
                return None;
            };
            return Some(value(
                quote!(::netlink_runtime::wire::FlexOf<#inner>),
                quote!(::netlink_runtime::wire::FlexView<'a, #inner>),
            ));
        }
        "msecs" => return Some(scalar(quote!(#wt::Msecs), quote!(::core::primitive::u64))),
        "uint" | "sint" => {
            let plain = if form == "uint" { "u64" } else { "i64" };
            if shape::is(ty, plain) {
                let marker = if form == "uint" { quote!(#wt::Uint) } else { quote!(#wt::Sint) };
                return Some(scalar(marker, quote!(#ty)));
            }
            if form == "sint" {
                cx.error(ty, "`sint` fields hold `i64`");
                return None;
            }
            return Some(scalar(quote!(#wt::NamedUint<#ty>), quote!(#ty)));
        }
        _ => {}
    }
    if let Some((ident, args)) = shape::last(ty) {
        let name = ident.to_string();
        if let Some(word) = Word::parse(&name).filter(|w| w.order == Order::Native) {
            return Some(integer(cx, words, ty, word));
        }
        if words.word.is_none() {
            let plain = match name.as_str() {
                "bool" => Some(scalar(quote!(#wt::Flag), quote!(()))),
                "String" => Some(value(
                    quote!(::netlink_runtime::own_wire::Utf8),
                    quote!(::netlink_runtime::types::NlStr<'a>),
                )),
                "NlString" => Some(value(quote!(#wt::Str), quote!(::netlink_runtime::types::NlStr<'a>))),
                "Vec" if args.first().is_some_and(|t| shape::is(t, "u8")) => {
                    Some(value(quote!(#wt::Bytes), quote!(&'a [::core::primitive::u8])))
                }
                "Bitfield32" => Some(match &words.names {
                    Some(names) => value(quote!(#wt::NamedBits<#names>), quote!(#ty)),
                    None => value(quote!(#wt::Bits), quote!(#ty)),
                }),
                "HwAddr" => Some(value(quote!(#wt::Mac), quote!(#ty))),
                "Ipv4Addr" => Some(value(quote!(#wt::Ip4), quote!(#ty))),
                "Ipv6Addr" => Some(value(quote!(#wt::Ip6), quote!(#ty))),
                "IpAddr" => Some(value(quote!(#wt::Ip), quote!(#ty))),
                "LabelStack" => {
                    Some(value(quote!(#wt::Labels), quote!(::netlink_runtime::types::Labels<'a>)))
                }
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
            return Some(scalar(quote!(#wt::Named<#ty, #marker>), quote!(#ty)));
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
            cx.error(said, "the integer on the wire and the field's type differ");
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
    Wire { marker: word.wire(), view: quote!(#ty), kind: Kind::Scalar(ty.clone()) }
}

/// The fixed wire type of a C struct's member.
pub(crate) fn member(cx: &Ctxt, words: &Keywords, ty: &Type) -> Option<TokenStream> {
    let wt = quote!(::netlink_runtime::wire::wt);
    if let Type::Array(array) = ty {
        let (elem, len) = (&array.elem, &array.len);
        match words.form().as_str() {
            "text" => return Some(quote!(#wt::Text<{ #len }>)),
            "opaque" => return Some(quote!(#wt::Opaque<{ #len }>)),
            "mac" => return Some(quote!(#wt::FixedMac<{ #len }>)),
            _ => {}
        }
        let inner = member(cx, words, elem)?;
        return Some(quote!(#wt::Fix<#inner, { #len }>));
    }
    wire(cx, words, ty).map(|w| w.marker)
}
