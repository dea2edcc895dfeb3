//! Attributes as constants, and what the type system knows of them: what projections and
//! collectors name.

use super::view::selector;
use crate::set::{Card, Field, Payload, Set};
use crate::shape;
use crate::wire::Kind;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, vis, .. } = set;
    let consts = set.fields.iter().map(|field| {
        let place = field.place();
        let (constant, number) = (field.constant(), &field.number);
        let c_name = &number.c_name;
        let alias = shape::alias(c_name, &constant);
        let doc = format!("`{c_name}`, as code names it: the number with its type.");
        let kind = match (&field.payload, field.card) {
            (Payload::Wire(w), Card::Multi) => {
                let marker = &w.marker;
                quote_spanned!(place=> ::netlink_runtime::Many<#marker>)
            }
            (Payload::Wire(w), _) => w.marker.clone(),
            (Payload::Selected { .. }, _) => quote_spanned!(place=> ::netlink_runtime::Chosen<{ #number }>),
        };
        quote_spanned! {place=>
            #[doc = #doc]
            #alias
            #vis const #constant: ::netlink_runtime::AttrDef<#name, #kind> = ::netlink_runtime::AttrDef::new(#number);
        }
    });
    let facts = set.fields.iter().filter_map(|field| fact(set, field));
    quote! {
        #[allow(dead_code)] // an attribute for which nobody has a use yet
        impl #name {
            #(#consts)*
        }

        const _: () = {
            #(#facts)*
        };
    }
}

/// Nests that paths may go through; payloads that selectors choose.
fn fact(set: &Set, field: &Field) -> Option<TokenStream> {
    let place = field.place();
    let (name, number) = (&set.name, &field.number);
    match &field.payload {
        Payload::Wire(w) if field.card != Card::Multi => {
            let Kind::Nest(ty) = &w.kind else { return None };
            let hash = shape::hash(&field.name);
            Some(quote_spanned! {place=>
                impl ::netlink_runtime::NestAt<#hash> for #name {
                    type Set = #ty;
                }
            })
        }
        Payload::Wire(_) => None,
        Payload::Selected { ty, selectors, .. } => {
            let view = format_ident!("{name}View");
            let selectors = selectors.iter().map(|s| selector(s, place));
            let (form, form_is) = shape::named(ty);
            Some(quote_spanned! {place=>
                impl ::netlink_runtime::Chooses<{ #number }> for #name {
                    type Form = #ty;

                    #[inline]
                    fn choose<'a>(
                        view: &#view<'a>,
                        payload: &'a [::core::primitive::u8],
                    ) -> ::core::result::Result<
                        <#ty as ::netlink_runtime::Selected>::View<'a>,
                        ::netlink_runtime::DecodeError,
                    > {
                        #form_is
                        ::netlink_runtime::__private::selected::<#form, _>(
                            payload, view.attrs, #number, <#name as ::netlink_runtime::AttrSet>::meta(),
                            || ::core::result::Result::Ok([#(#selectors),*]),
                        )
                    }
                }
            })
        }
    }
}
