//! The lazy view: one accessor for each attribute.

use crate::attr::Selector;
use crate::cstruct;
use crate::guard::Guard;
use crate::set::{Card, Field, Payload, Set};
use crate::shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, vis, .. } = set;
    let view = format_ident!("{name}View");
    let accessors = set.fields.iter().map(|f| accessor(set, f));
    let doc = format!(
        "Lazy view of a [`{name}`]: an accessor decodes its attribute when called. `A` is what it reads from: \
         the attributes, or an index of them."
    );
    let (field, method, parse, build, bytes) = match &set.header {
        Some((_, ty)) => {
            let guard = Guard::c_struct(ty);
            let header = shape::placed(ty);
            (
                quote!(header: #ty,),
                quote_spanned! {shape::place(ty)=>
                    /// The fixed header.
                    #[inline]
                    pub fn header(&self) -> #ty {
                        self.header
                    }
                },
                quote_spanned! {shape::place(ty)=>
                    #guard
                    let set = <#name as ::netlink_runtime::AttrSet>::meta();
                    let (header, attrs): (#ty, _) =
                        ::netlink_runtime::__private::split_header(payload, scope, set)?;
                },
                quote!(header,),
                quote_spanned! {shape::place(ty)=>
                    let mut header = [0; <#header as ::netlink_runtime::CStruct>::META.size as usize];
                    <#header as ::netlink_runtime::CStruct>::write(&self.header, &mut header);
                },
            )
        }
        None => (
            quote!(),
            quote!(),
            quote!(let attrs = ::netlink_runtime::wire::Attrs::within(payload, scope);),
            quote!(),
            quote!(let header = [];),
        ),
    };
    let headed = set.header.as_ref().map(|(_, ty)| {
        quote! {
            #[diagnostic::do_not_recommend] // no help to who has a set that is none
            impl ::netlink_runtime::Headed for #name {
                type Value = #ty;

                #[inline]
                fn header(view: &#view<'_>) -> #ty {
                    view.header
                }
            }
        }
    });
    let copy = set.header.as_ref().map(|_| quote!(header: self.header,));
    quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        #vis struct #view<'a, A = ::netlink_runtime::wire::Attrs<'a>> {
            #field
            attrs: A,
            message: ::core::marker::PhantomData<&'a ()>,
        }

        impl<'a, A: ::netlink_runtime::wire::Source<'a>> #view<'a, A> {
            #method
            #(#accessors)*
        }

        #headed

        impl<'a> ::netlink_runtime::View<'a> for #view<'a> {
            type Set = #name;

            #[inline]
            fn parse_in(
                payload: &'a [::core::primitive::u8],
                scope: ::netlink_runtime::wire::Scope<'a>,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                #parse
                ::core::result::Result::Ok(Self { #build attrs, message: ::core::marker::PhantomData })
            }

            #[inline]
            fn attrs(&self) -> ::netlink_runtime::wire::Attrs<'a> {
                self.attrs
            }

            #[inline]
            fn indexed(&self) -> <#name as ::netlink_runtime::AttrSet>::Indexed<'a> {
                let attrs = ::netlink_runtime::wire::Index::new(self.attrs);
                #view { #copy attrs, message: ::core::marker::PhantomData }
            }
        }

        impl<'a, A: ::netlink_runtime::wire::Source<'a>> ::core::fmt::Debug for #view<'a, A> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #bytes
                let meta = <#name as ::netlink_runtime::AttrSet>::meta();
                ::netlink_runtime::__private::debug(f, meta, &header, ::netlink_runtime::wire::Source::attrs(&self.attrs))
            }
        }

        #[diagnostic::do_not_recommend] // no help to who has a type that is none
        impl<'a> ::netlink_runtime::project::FromNest<'a, #name> for #view<'a> {
            #[inline]
            fn from_nest(
                view: #view<'a>,
                _depth: ::core::primitive::u8,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                ::core::result::Result::Ok(view)
            }
        }
    }
}

fn accessor(set: &Set, field: &Field) -> TokenStream {
    let place = field.place();
    let Set { name: owner, .. } = set;
    let Field { name, docs, number, .. } = field;
    let alias = shape::alias(&number.c_name, name);
    let meta = quote_spanned!(place=> <#owner as ::netlink_runtime::AttrSet>::meta());
    let error = quote_spanned!(place=> ::netlink_runtime::DecodeError);
    let source = quote_spanned!(place=> ::netlink_runtime::wire::Source);
    let (ty, body) = match (&field.payload, field.card) {
        (Payload::Wire(w), Card::Multi) => {
            let marker = &w.marker;
            (
                quote_spanned!(place=> ::netlink_runtime::wire::Multi<'a, #marker>),
                quote_spanned!(place=> #source::all::<#marker>(&self.attrs, #number, #meta)),
            )
        }
        (Payload::Wire(w), Card::Flag) => {
            let marker = &w.marker;
            (
                quote_spanned!(place=> ::core::result::Result<::core::primitive::bool, #error>),
                quote_spanned!(place=> ::core::result::Result::map(
                    #source::get::<#marker>(&self.attrs, #number, #meta),
                    |flag| flag.is_some()
                )),
            )
        }
        (Payload::Wire(w), Card::Always) => {
            let (marker, view) = (&w.marker, &w.view);
            (
                quote_spanned!(place=> ::core::result::Result<#view, #error>),
                quote_spanned!(place=> #source::require::<#marker>(&self.attrs, #number, #meta)),
            )
        }
        (Payload::Wire(w), Card::Optional) => {
            let (marker, view) = (&w.marker, &w.view);
            (
                quote_spanned!(place=> ::core::result::Result<::core::option::Option<#view>, #error>),
                quote_spanned!(place=> #source::get::<#marker>(&self.attrs, #number, #meta)),
            )
        }
        (Payload::Selected { .. }, Card::Multi) => {
            let (plain, header) =
                (format_ident!("{owner}View"), set.header.as_ref().map(|_| quote!(header: self.header,)));
            let forms = quote_spanned!(place=> ::netlink_runtime::Forms);
            (
                quote_spanned!(place=> #forms<'a, #owner, { #number }>),
                quote_spanned!(place=> #forms::new(
                    #plain { #header attrs: #source::attrs(&self.attrs), message: ::core::marker::PhantomData },
                )),
            )
        }
        (Payload::Selected { ty, .. }, card) => {
            let view = quote_spanned!(place=> <#ty as ::netlink_runtime::Selected>::View<'a>);
            let bytes = quote_spanned!(place=> ::netlink_runtime::wire::wt::Bytes);
            let (plain, header) =
                (format_ident!("{owner}View"), set.header.as_ref().map(|_| quote!(header: self.header,)));
            let choose = quote_spanned! {place=>
                <#owner as ::netlink_runtime::Chooses<{ #number }>>::choose(
                    &#plain { #header attrs: #source::attrs(&self.attrs), message: ::core::marker::PhantomData },
                    payload,
                )
            };
            if card == Card::Always {
                (
                    quote_spanned!(place=> ::core::result::Result<#view, #error>),
                    quote_spanned! {place=>
                        let payload = #source::require::<#bytes>(&self.attrs, #number, #meta)?;
                        #choose
                    },
                )
            } else {
                (
                    quote_spanned!(place=> ::core::result::Result<::core::option::Option<#view>, #error>),
                    quote_spanned! {place=>
                        match #source::get::<#bytes>(&self.attrs, #number, #meta)? {
                            ::core::option::Option::None => {
                                ::core::result::Result::Ok(::core::option::Option::None)
                            }
                            ::core::option::Option::Some(payload) => {
                                ::core::result::Result::map(#choose, ::core::option::Option::Some)
                            }
                        }
                    },
                )
            }
        }
    };
    let guard = field.guard();
    let inline = inline(field);
    quote_spanned! {place=>
        #(#docs)*
        #alias
        #inline
        pub fn #name(&self) -> #ty {
            #guard
            #body
        }
    }
}

/// How what reads a field is inlined.
///
/// A view that a call takes by reference has to be written to memory, with all of its header; LLVM would
/// call what reads addresses, for all the families that they may be of.
pub(crate) fn inline(field: &Field) -> TokenStream {
    let place = field.place();
    match &field.payload {
        Payload::Selected { address: true, .. } => quote_spanned!(place=> #[inline(always)]),
        Payload::Selected { .. } | Payload::Wire(_) => quote_spanned!(place=> #[inline]),
    }
}

/// The value of a selector of the set whose view is `view`.
pub(crate) fn selector(selector: &Selector, place: Span) -> TokenStream {
    let outside = |kind: &str, name: String| {
        let kind = Ident::new(kind, place);
        quote_spanned!(place=> ::netlink_runtime::__private::outside(
            view.attrs, ::netlink_runtime::meta::Selector::#kind(#name),
        ))
    };
    match selector {
        Selector::Field(name) => quote_spanned!(place=> ::netlink_runtime::Select::select(view.#name()?)),
        Selector::Header(member) => {
            quote_spanned!(place=> ::netlink_runtime::Select::select(view.header.#member))
        }
        Selector::Outer(name) => outside("Outer", name.unraw().to_string()),
        Selector::OuterHeader(member) => outside("Header", cstruct::c_name(member)),
        Selector::Request(member) => outside("Request", cstruct::c_name(member)),
    }
}
