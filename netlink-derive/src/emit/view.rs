//! The lazy view: one accessor for each attribute.

use crate::attr::Selector;
use crate::set::{Card, Field, Payload, Set};
use crate::shape;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, vis, .. } = set;
    let view = format_ident!("{name}View");
    let accessors = set.fields.iter().map(|f| accessor(set, f));
    let doc = format!("Lazy view of a [`{name}`]: an accessor decodes its attribute when called.");
    let (field, method, parse, build, bytes) = match &set.header {
        Some((_, ty)) => (
            quote!(header: #ty,),
            quote_spanned! {shape::place(ty)=>
                /// The fixed header.
                #[inline]
                pub fn header(&self) -> #ty {
                    self.header
                }
            },
            quote_spanned! {shape::place(ty)=>
                let (header, attrs) = ::netlink_runtime::__private::split_header::<#name>(payload)?;
            },
            quote!(header,),
            quote_spanned! {shape::place(ty)=>
                let mut header = [0; <#ty as ::netlink_runtime::CStruct>::META.size as usize];
                ::netlink_runtime::CStruct::write(&self.header, &mut header);
            },
        ),
        None => (
            quote!(),
            quote!(),
            quote!(let attrs = ::netlink_runtime::wire::Attrs::new(payload);),
            quote!(),
            quote!(let header = [];),
        ),
    };
    quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        #vis struct #view<'a> {
            #field
            attrs: ::netlink_runtime::wire::Attrs<'a>,
        }

        impl<'a> #view<'a> {
            #method
            #(#accessors)*
        }

        impl<'a> ::netlink_runtime::View<'a> for #view<'a> {
            #[inline]
            fn parse(payload: &'a [::core::primitive::u8]) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                #parse
                ::core::result::Result::Ok(Self { #build attrs })
            }

            #[inline]
            fn attrs(&self) -> ::netlink_runtime::wire::Attrs<'a> {
                self.attrs
            }

            #[inline]
            fn meta(&self) -> &'static ::netlink_runtime::meta::SetMeta {
                <#name as ::netlink_runtime::AttrSet>::meta()
            }
        }

        impl ::core::fmt::Debug for #view<'_> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #bytes
                let meta = <#name as ::netlink_runtime::AttrSet>::meta();
                ::netlink_runtime::__private::debug(f, meta, &header, self.attrs)
            }
        }
    }
}

fn accessor(set: &Set, field: &Field) -> TokenStream {
    let place = field.place();
    let Set { name: owner, .. } = set;
    let Field { name, docs, number, .. } = field;
    let meta = quote_spanned!(place=> <#owner as ::netlink_runtime::AttrSet>::meta());
    let error = quote_spanned!(place=> ::netlink_runtime::DecodeError);
    let (ty, body) = match (&field.payload, field.card) {
        (Payload::Wire(w), Card::Multi) => {
            let marker = &w.marker;
            (
                quote_spanned!(place=> ::netlink_runtime::wire::Multi<'a, #marker>),
                quote_spanned!(place=> self.attrs.all::<#marker>(#number, #meta)),
            )
        }
        (Payload::Wire(w), Card::Flag) => {
            let marker = &w.marker;
            (
                quote_spanned!(place=> ::core::result::Result<::core::primitive::bool, #error>),
                quote_spanned!(place=> ::core::result::Result::map(
                    self.attrs.get::<#marker>(#number, #meta),
                    |flag| flag.is_some()
                )),
            )
        }
        (Payload::Wire(w), Card::Always) => {
            let (marker, view) = (&w.marker, &w.view);
            (
                quote_spanned!(place=> ::core::result::Result<#view, #error>),
                quote_spanned!(place=> self.attrs.require::<#marker>(#number, #meta)),
            )
        }
        (Payload::Wire(w), Card::Optional) => {
            let (marker, view) = (&w.marker, &w.view);
            (
                quote_spanned!(place=> ::core::result::Result<::core::option::Option<#view>, #error>),
                quote_spanned!(place=> self.attrs.get::<#marker>(#number, #meta)),
            )
        }
        (Payload::Selected { ty, selectors, .. }, card) => {
            // Said in digits: Rust 1.85 does not infer a constant argument from `_`.
            let count = selectors.len();
            let selectors = selectors.iter().map(|s| selector(s, place));
            let view = quote_spanned!(place=> <#ty as ::netlink_runtime::Selected>::View<'a>);
            let bytes = quote_spanned!(place=> ::netlink_runtime::wire::wt::Bytes);
            let read = quote_spanned!(place=> ::netlink_runtime::__private::selected::<#ty, #count>(
                payload, self.attrs, #number, #meta, || ::core::result::Result::Ok([#(#selectors),*]),
            ));
            if card == Card::Always {
                (
                    quote_spanned!(place=> ::core::result::Result<#view, #error>),
                    quote_spanned! {place=>
                        let payload = self.attrs.require::<#bytes>(#number, #meta)?;
                        #read
                    },
                )
            } else {
                (
                    quote_spanned!(place=> ::core::result::Result<::core::option::Option<#view>, #error>),
                    quote_spanned! {place=>
                        match self.attrs.get::<#bytes>(#number, #meta)? {
                            ::core::option::Option::None => {
                                ::core::result::Result::Ok(::core::option::Option::None)
                            }
                            ::core::option::Option::Some(payload) => {
                                ::core::result::Result::map(#read, ::core::option::Option::Some)
                            }
                        }
                    },
                )
            }
        }
    };
    quote_spanned! {place=>
        #(#docs)*
        #[inline]
        pub fn #name(&self) -> #ty {
            #body
        }
    }
}

/// A selector's value.
fn selector(selector: &Selector, place: Span) -> TokenStream {
    match selector {
        Selector::Field(name) => quote_spanned!(place=> ::netlink_runtime::Select::select(self.#name()?)),
        Selector::Header(member) => {
            quote_spanned!(place=> ::netlink_runtime::Select::select(self.header.#member))
        }
        Selector::Outer(_) | Selector::Request(_) => quote!(::netlink_runtime::Selector::Absent),
    }
}
