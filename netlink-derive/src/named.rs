//! `#[netlink_enum]` and `#[netlink_flags]`: open newtypes with named values.

use crate::attr::{self, Item};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::words;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, Ident};

/// An open enum or flags.
pub(crate) struct Named {
    pub(crate) name: Ident,
    vis: syn::Visibility,
    attrs: Vec<syn::Attribute>,
    repr: Ident,
    pub(crate) flags: bool,
    pub(crate) entries: Vec<Entry>,
}

/// A named value.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) c_name: String,
    pub(crate) value: Expr,
    docs: Vec<syn::Attribute>,
}

pub(crate) fn expand(args: TokenStream, input: TokenStream, flags: bool) -> TokenStream {
    let cx = Ctxt::new();
    let output = match syn::parse2::<DeriveInput>(input) {
        Ok(item) => Named::read(&cx, args, &item, flags).map(|named| emit(&named)),
        Err(error) => {
            cx.syntax(error);
            None
        }
    };
    cx.finish(output)
}

impl Named {
    /// Reads an enum, where `args` is what the attribute macro got; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, args: TokenStream, item: &DeriveInput, flags: bool) -> Option<Named> {
        let Data::Enum(data) = &item.data else {
            let text = format!("values with names are an enum: `enum {} {{ NAME = 1 }}`", item.ident);
            cx.error(codes::ITEM, &item.ident, text);
            return None;
        };
        const WIDTHS: &[&str] = &["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
        let mut repr = None;
        for item in attr::args(cx, args) {
            match item {
                Item::Word(word) if WIDTHS.contains(&word.to_string().as_str()) && repr.is_none() => {
                    repr = Some(word);
                }
                Item::Word(word) if WIDTHS.contains(&word.to_string().as_str()) => {
                    cx.error(codes::TWICE, &word, "the integer is said twice");
                }
                Item::Word(word) => {
                    let text = "say the integer that it is kept as: `u8` to `u64` or `i8` to `i64`. A byte order is \
                                said where it is used: `#[netlink(NAME = 1, be16)]` on the field";
                    cx.error(codes::INTEGER, word, text);
                }
                other => words::ENUM.refuse(cx, &other),
            }
        }
        let repr = repr.unwrap_or_else(|| Ident::new("u32", item.ident.span()));
        cx.refuse_generics(&item.generics, "enums and flags");
        let mut entries = Vec::new();
        for variant in &data.variants {
            let (name, docs) = (variant.ident.clone(), attr::docs(&variant.attrs));
            if entries.iter().any(|entry: &Entry| entry.name == name) {
                cx.error(codes::NAME_TAKEN, &name, format!("there is an entry `{name}` before this one"));
                continue;
            }
            if !matches!(variant.fields, Fields::Unit) {
                let text = "entries hold nothing: they are values of the integer";
                cx.error(codes::ENTRY_FIELDS, &variant.fields, text);
            }
            let value = match &variant.discriminant {
                Some((_, value)) => value.clone(),
                None => {
                    cx.error(codes::ENTRY_VALUE, &name, format!("say the value: `{name} = 1`"));
                    syn::parse_quote!(0)
                }
            };
            let mut c_name = None;
            for item in attr::items(cx, &variant.attrs) {
                let at = item.at();
                let said = match item {
                    Item::Number(number) if number.literal.is_none() => number.c_name,
                    Item::Word(word) => word.to_string(),
                    other => {
                        words::ENTRY.refuse(cx, &other);
                        continue;
                    }
                };
                if c_name.replace(said).is_some() {
                    cx.error(codes::TWICE, at, "the C name is said twice");
                }
            }
            let c_name = c_name.unwrap_or_else(|| name.unraw().to_string());
            entries.push(Entry { name, c_name, value, docs });
        }
        let (name, vis, attrs) = (item.ident.clone(), item.vis.clone(), item.attrs.clone());
        Some(Named { name, vis, attrs, repr, flags, entries })
    }
}

/// What an enum expands to.
fn emit(item: &Named) -> TokenStream {
    let Named { name, vis, attrs, repr, flags, entries } = item;
    let text = name.unraw().to_string();
    let consts = entries
        .iter()
        .map(|Entry { name, value, docs, .. }| quote!(#(#docs)* pub const #name: Self = Self(#value);));
    let rows = entries.iter().map(|Entry { name, c_name, .. }| {
        quote!((#c_name, Self::#name.0 as ::core::primitive::i64 as ::core::primitive::u64))
    });
    let kind = if *flags { quote!(flags) } else { quote!(values) };
    quote! {
        #(#attrs)*
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::cmp::PartialEq,
            ::core::hash::Hash, ::core::cmp::PartialOrd, ::core::cmp::Ord, ::core::default::Default,
        )]
        #[repr(transparent)]
        #vis struct #name(pub ::core::primitive::#repr);

        // Not derived: that would be a function, which says that integers have it, too.
        impl ::core::cmp::Eq for #name {}

        #[allow(non_upper_case_globals)] // constants are named as the entries were written
        impl #name {
            #(#consts)*
        }

        #[diagnostic::do_not_recommend] // no help to who has a type that is none
        impl ::netlink_runtime::NamedValue for #name {
            const META: &'static ::netlink_runtime::meta::EnumMeta = &::netlink_runtime::meta::EnumMeta {
                name: #text,
                flags: #flags,
                entries: &[#(#rows),*],
            };
            const BYTES: ::core::primitive::usize = ::core::mem::size_of::<::core::primitive::#repr>();

            #[inline]
            fn from_bits(bits: ::core::primitive::u64) -> Self {
                Self(bits as ::core::primitive::#repr)
            }

            #[inline]
            fn to_bits(self) -> ::core::primitive::u64 {
                self.0 as ::core::primitive::i64 as ::core::primitive::u64
            }
        }

        ::netlink_runtime::__named!(#kind #name, ::core::primitive::#repr);
    }
}
