//! The builder: one setter for each attribute, writing in place.

use crate::attr::Selector;
use crate::set::{Card, Field, Payload, Set};
use crate::shape;
use crate::wire::{Kind, Wire};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, vis, .. } = set;
    let builder = format_ident!("{name}Builder");
    let doc = format!("Builds a [`{name}`] in place.");
    let setters = set.fields.iter().map(|f| setter(set, f));
    let header = set.header.as_ref().map(|(_, ty)| {
        quote_spanned! {shape::place(ty)=>
            /// Sets the fixed header; until then it is zero.
            #[inline]
            pub fn header(mut self, header: #ty) -> Self {
                ::netlink_runtime::__private::set_header(&mut self.enc, self.start, &header);
                self
            }
        }
    });
    let header_ty = set.header.as_ref().map_or_else(|| quote!(()), |(_, ty)| quote!(#ty));
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #builder<B> {
            enc: ::netlink_runtime::build::Enc<B>,
            /// Where the set starts: its fixed header.
            #[allow(dead_code)] // sets without a header do not look back
            start: ::core::primitive::usize,
            #[allow(dead_code)] // sets of nothing but repeated attributes do not need it
            once: ::netlink_runtime::build::Once,
        }

        impl<B: ::netlink_runtime::build::Buf> #builder<B> {
            #header
            #(#setters)*
        }

        impl<B: ::netlink_runtime::build::Buf> ::netlink_runtime::build::SetBuilder<B> for #builder<B> {
            #[inline]
            fn enc(&mut self) -> &mut ::netlink_runtime::build::Enc<B> {
                &mut self.enc
            }

            #[inline]
            fn finish(self) -> ::netlink_runtime::build::Enc<B> {
                self.enc
            }
        }

        impl ::netlink_runtime::build::BuildSet for #name {
            type Builder<B: ::netlink_runtime::build::Buf> = #builder<B>;

            #[inline]
            fn builder<B: ::netlink_runtime::build::Buf>(
                mut enc: ::netlink_runtime::build::Enc<B>,
            ) -> #builder<B> {
                let start = enc.position();
                ::netlink_runtime::__private::put_header::<#header_ty, B>(&mut enc);
                let once = ::netlink_runtime::build::Once::new(enc.position());
                #builder { enc, start, once }
            }
        }
    }
}

fn setter(set: &Set, field: &Field) -> TokenStream {
    let place = field.place();
    let Field { name, docs, number, .. } = field;
    let check = if field.card == Card::Multi {
        quote_spanned!(place=> true)
    } else {
        quote_spanned!(place=> self.once.check(&mut self.enc, #number))
    };
    let method = |name: TokenStream, argument: TokenStream, write: TokenStream| {
        quote_spanned! {place=>
            #(#docs)*
            #[inline]
            pub fn #name(mut self, #argument) -> Self {
                if #check {
                    self.enc = #write;
                }
                self
            }
        }
    };
    let own = |wire: &Wire, value: TokenStream| {
        let own = wire.as_own();
        quote_spanned!(place=> #own::put(#value, self.enc, #number))
    };
    let owned = |wire: &Wire| {
        let argument = wire.as_own();
        method(
            {
                let from = field.owned_setter();
                quote_spanned!(place=> #from)
            },
            quote_spanned!(place=> value: &#argument::Owned),
            own(wire, quote_spanned!(place=> value)),
        )
    };
    match &field.payload {
        Payload::Wire(w) => {
            let marker = &w.marker;
            match &w.kind {
                _ if field.card == Card::Flag => {
                    method(quote_spanned!(place=> #name), quote!(), own(w, quote_spanned!(place=> &())))
                }
                Kind::Scalar(ty) => method(
                    quote_spanned!(place=> #name),
                    quote_spanned!(place=> value: #ty),
                    own(w, quote_spanned!(place=> &value)),
                ),
                Kind::Value => method(
                    quote_spanned!(place=> #name),
                    quote_spanned!(place=> value: impl ::netlink_runtime::own_wire::ToWire<#marker>),
                    quote_spanned!(place=> ::netlink_runtime::own_wire::ToWire::<#marker>::put_as(value, self.enc, #number)),
                ),
                Kind::Nest(ty) => {
                    let builder =
                        quote_spanned!(place=> <#ty as ::netlink_runtime::build::BuildSet>::Builder<B>);
                    let build = method(
                        quote_spanned!(place=> #name),
                        quote_spanned!(place=> build: impl ::core::ops::FnOnce(#builder) -> #builder),
                        quote_spanned!(place=> ::netlink_runtime::build::nest::<#ty, B>(self.enc, #number, build)),
                    );
                    let from = owned(w);
                    quote_spanned!(place=> #build #from)
                }
                Kind::Indexed(member) => {
                    let builder =
                        quote_spanned!(place=> ::netlink_runtime::containers::IndexedBuilder<B, #member>);
                    let build = method(
                        quote_spanned!(place=> #name),
                        quote_spanned!(place=> build: impl ::core::ops::FnOnce(#builder) -> #builder),
                        quote_spanned!(place=> <#builder>::build(self.enc, #number, build)),
                    );
                    let from = owned(w);
                    quote_spanned!(place=> #build #from)
                }
                Kind::Records(ty) => {
                    let builder =
                        quote_spanned!(place=> ::netlink_runtime::containers::RecordsBuilder<B, #ty>);
                    let build = method(
                        quote_spanned!(place=> #name),
                        quote_spanned!(place=> build: impl ::core::ops::FnOnce(#builder) -> #builder),
                        quote_spanned!(place=> <#builder>::build(self.enc, #number, build)),
                    );
                    let from = owned(w);
                    quote_spanned!(place=> #build #from)
                }
                Kind::TypeValue(_) => owned(w),
            }
        }
        Payload::Selected { ty, address: true, .. } => method(
            quote_spanned!(place=> #name),
            quote_spanned!(place=> value: impl ::core::convert::Into<#ty>),
            quote_spanned!(place=> ::netlink_runtime::owned::OwnSelected::put(
                &::core::convert::Into::<#ty>::into(value), self.enc, #number
            )),
        ),
        Payload::Selected { ty, selectors, .. } => {
            let builder =
                quote_spanned!(place=> <#ty as ::netlink_runtime::containers::BuildSub>::Builder<B>);
            let (selector, check_selector) = match selectors.as_slice() {
                [Selector::Field(selector)] => selector_slot(set, selector),
                _ => (quote_spanned!(place=> ::core::option::Option::None), quote!()),
            };
            let build = quote_spanned! {place=>
                #(#docs)*
                #[inline]
                pub fn #name(
                    mut self,
                    build: impl ::core::ops::FnOnce(#builder) -> ::netlink_runtime::build::Enc<B>,
                ) -> Self {
                    if #check #check_selector {
                        let slot = ::netlink_runtime::containers::SubSlot::new(self.enc, #number, #selector);
                        self.enc = build(<#ty as ::netlink_runtime::containers::BuildSub>::builder(slot));
                    }
                    self
                }
            };
            let from = method(
                {
                    let from = field.owned_setter();
                    quote_spanned!(place=> #from)
                },
                quote_spanned!(place=> value: &#ty),
                quote_spanned!(place=> ::netlink_runtime::owned::OwnSelected::put(value, self.enc, #number)),
            );
            quote_spanned!(place=> #build #from)
        }
    }
}

/// A selector in an attribute of the own set is written with the payload.
fn selector_slot(set: &Set, selector: &proc_macro2::Ident) -> (TokenStream, TokenStream) {
    let none = (quote!(::core::option::Option::None), quote!());
    let Some(field) = set.fields.iter().find(|f| f.name == *selector) else { return none };
    let Some(wire) = field.wire() else { return none };
    let (number, marker) = (&field.number, &wire.marker);
    (
        quote!(::core::option::Option::Some((
            #number,
            <#marker as ::netlink_runtime::containers::PutKey>::put_key::<B>,
        ))),
        quote!(&& self.once.check(&mut self.enc, #number)),
    )
}
