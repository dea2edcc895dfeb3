//! Attributes as constants, and what the type system knows of them: what projections and
//! collectors name.

use super::view::{inline, selector};
use crate::set::{Card, Field, Payload, Set};
use crate::shape;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, vis, .. } = set;
    let consts = set.fields.iter().map(|field| {
        let place = field.place();
        let (constant, number) = (field.constant(), &field.number);
        let c_name = &number.c_name;
        let alias = shape::alias(c_name, &constant);
        let doc = format!("`{c_name}`, as code names it: the number with its type.");
        let ty = definition(set, field);
        quote_spanned! {place=>
            #[doc = #doc]
            #alias
            #vis const #constant: #ty = ::netlink_runtime::AttrDef::new(#number);
        }
    });
    let choosers: Vec<_> = set.fields.iter().filter_map(|field| chooser(set, field)).collect();
    let choosers = (!choosers.is_empty()).then(|| quote!(const _: () = { #(#choosers)* };));
    quote! {
        impl #name {
            #(#consts)*
        }

        #choosers
    }
}

/// The type of an attribute's definition.
fn definition(set: &Set, field: &Field) -> TokenStream {
    let (place, number, name) = (field.place(), &field.number, &set.name);
    let kind = match (&field.payload, field.card) {
        (Payload::Wire(w), Card::Multi) => {
            let marker = &w.marker;
            quote_spanned!(place=> ::netlink_runtime::Many<#marker>)
        }
        (Payload::Wire(w), _) => w.marker.clone(),
        (Payload::Selected { .. }, Card::Multi) => {
            quote_spanned!(place=> ::netlink_runtime::Many<::netlink_runtime::Chosen<{ #number }>>)
        }
        (Payload::Selected { .. }, _) => quote_spanned!(place=> ::netlink_runtime::Chosen<{ #number }>),
    };
    quote_spanned!(place=> ::netlink_runtime::AttrDef<#name, #kind>)
}

/// The definitions as fields of a struct, and what `AttrSet` has of it.
pub(crate) fn attributes(set: &Set) -> (TokenStream, TokenStream) {
    let name = &set.name;
    let attributes = format_ident!("__{}Attributes", name.unraw());
    let fields: Vec<_> = set.fields.iter().map(|f| &f.name).collect();
    let types = set.fields.iter().map(|f| definition(set, f));
    let constants = set.fields.iter().map(Field::constant);
    let item = quote! {
        #[doc(hidden)]
        #[allow(unreachable_pub)] // only the trait reaches it
        pub struct #attributes {
            #(pub #fields: #types,)*
        }
    };
    let members = quote! {
        type Attributes = #attributes;
        const ATTRIBUTES: #attributes = #attributes { #(#fields: #name::#constants,)* };
    };
    (item, members)
}

/// A payload that selectors choose.
fn chooser(set: &Set, field: &Field) -> Option<TokenStream> {
    let place = field.place();
    let (name, number) = (&set.name, &field.number);
    let Payload::Selected { ty, selectors, .. } = &field.payload else { return None };
    let inline = inline(field);
    let view = format_ident!("{name}View");
    // Said in digits: Rust 1.85 does not infer a constant argument from `_`.
    let count = selectors.len();
    let selectors = selectors.iter().map(|s| selector(s, place));
    let form = shape::placed(ty);
    Some(quote_spanned! {place=>
        impl ::netlink_runtime::Chooses<{ #number }> for #name {
            type Form = #ty;

            #inline
            fn choose<'a>(
                view: &#view<'a>,
                payload: &'a [::core::primitive::u8],
            ) -> ::core::result::Result<
                <#ty as ::netlink_runtime::Selected>::View<'a>,
                ::netlink_runtime::DecodeError,
            > {
                ::netlink_runtime::__private::selected::<#form, #count>(
                    payload, view.attrs, #number, <#name as ::netlink_runtime::AttrSet>::meta(),
                    || ::core::result::Result::Ok([#(#selectors),*]),
                )
            }
        }
    })
}
