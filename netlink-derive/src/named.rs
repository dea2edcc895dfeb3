//! `#[netlink_enum]` and `#[netlink_flags]`: open newtypes with named values.

use crate::attr::{self, Item};
use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Expr, Fields, Ident, ItemEnum};

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
    let item: ItemEnum = match syn::parse2(input) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let cx = Ctxt::new();
    let output = Named::read(&cx, args, &item, flags).map(|named| emit(&named));
    cx.finish(output)
}

impl Named {
    /// Reads an enum, where `args` is what the attribute macro got; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, args: TokenStream, item: &ItemEnum, flags: bool) -> Option<Named> {
        const WIDTHS: &[&str] = &["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
        let mut repr = Ident::new("u32", item.ident.span());
        for word in attr::args(cx, args) {
            match word {
                Item::Word(word) if WIDTHS.contains(&word.to_string().as_str()) => repr = word,
                other => cx.error(other.tokens(), "an integer type: `u8` to `u64`, `i8` to `i64`"),
            }
        }
        cx.refuse_generics(&item.generics, "enums and flags");
        let mut entries = Vec::new();
        for variant in &item.variants {
            let (name, docs) = (variant.ident.clone(), attr::docs(&variant.attrs));
            if !matches!(variant.fields, Fields::Unit) {
                cx.error(&variant.fields, "entries hold nothing: they are values of the integer");
                continue;
            }
            let Some((_, value)) = variant.discriminant.clone() else {
                cx.error(&name, format!("say the value: `{name} = 1`"));
                continue;
            };
            let mut c_name = name.unraw().to_string();
            for item in attr::items(cx, &variant.attrs) {
                match item {
                    Item::Number(number) if number.literal.is_none() => c_name = number.c_name,
                    Item::Word(word) => c_name = word.to_string(),
                    other => cx
                        .error(other.tokens(), "an entry takes its C name alone: the value stands after `=`"),
                }
            }
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
            ::core::clone::Clone, ::core::marker::Copy, ::core::cmp::PartialEq, ::core::cmp::Eq,
            ::core::hash::Hash, ::core::cmp::PartialOrd, ::core::cmp::Ord, ::core::default::Default,
        )]
        #[repr(transparent)]
        #vis struct #name(pub ::core::primitive::#repr);

        #[allow(non_upper_case_globals)] // constants are named as the entries were written
        impl #name {
            #(#consts)*
        }

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
