//! The builder: one setter for each attribute, writing in place.

use crate::attr::Selector;
use crate::set::{Card, Field, Payload, Set};
use crate::wire::Kind;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, vis, .. } = set;
    let builder = format_ident!("{name}Builder");
    let doc = format!("Builds a [`{name}`] in place.");
    let setters = set.fields.iter().map(|f| setter(set, f));
    let header = set.header.as_ref().map(|(_, ty)| {
        quote! {
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
        #[derive(Debug)]
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
    let Field { name, docs, number, .. } = field;
    let check = if field.card == Card::Multi {
        quote!(true)
    } else {
        quote!(self.once.check(&mut self.enc, #number))
    };
    let method = |name: TokenStream, argument: TokenStream, write: TokenStream| {
        quote! {
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
    let own = |marker: &TokenStream, value: TokenStream| quote!(<#marker as ::netlink_runtime::owned::Own>::put(#value, self.enc, #number));
    let owned = |marker: &TokenStream| {
        method(
            {
                let from = field.owned_setter();
                quote!(#from)
            },
            quote!(value: &<#marker as ::netlink_runtime::owned::Own>::Owned),
            own(marker, quote!(value)),
        )
    };
    match &field.payload {
        Payload::Wire(w) => {
            let marker = &w.marker;
            match &w.kind {
                _ if field.card == Card::Flag => method(quote!(#name), quote!(), own(marker, quote!(&()))),
                Kind::Scalar(ty) => method(quote!(#name), quote!(value: #ty), own(marker, quote!(&value))),
                Kind::Value => method(
                    quote!(#name),
                    quote!(value: impl ::netlink_runtime::own_wire::ToWire<#marker>),
                    quote!(::netlink_runtime::own_wire::ToWire::<#marker>::put_as(value, self.enc, #number)),
                ),
                Kind::Nest(ty) => {
                    let builder = quote!(<#ty as ::netlink_runtime::build::BuildSet>::Builder<B>);
                    let build = method(
                        quote!(#name),
                        quote!(build: impl ::core::ops::FnOnce(#builder) -> #builder),
                        quote!(::netlink_runtime::build::nest::<#ty, B>(self.enc, #number, build)),
                    );
                    let from = owned(marker);
                    quote!(#build #from)
                }
                Kind::Indexed(member) => {
                    let builder = quote!(::netlink_runtime::containers::IndexedBuilder<B, #member>);
                    let build = method(
                        quote!(#name),
                        quote!(build: impl ::core::ops::FnOnce(#builder) -> #builder),
                        quote!(<#builder>::build(self.enc, #number, build)),
                    );
                    let from = owned(marker);
                    quote!(#build #from)
                }
                Kind::Records(ty) => {
                    let builder = quote!(::netlink_runtime::containers::RecordsBuilder<B, #ty>);
                    let build = method(
                        quote!(#name),
                        quote!(build: impl ::core::ops::FnOnce(#builder) -> #builder),
                        quote!(<#builder>::build(self.enc, #number, build)),
                    );
                    let from = owned(marker);
                    quote!(#build #from)
                }
                Kind::TypeValue(_) => owned(marker),
            }
        }
        Payload::Selected { ty, address: true, .. } => method(
            quote!(#name),
            quote!(value: impl ::core::convert::Into<#ty>),
            quote!(::netlink_runtime::owned::OwnSelected::put(
                &::core::convert::Into::<#ty>::into(value), self.enc, #number
            )),
        ),
        Payload::Selected { ty, selectors, .. } => {
            let builder = quote!(<#ty as ::netlink_runtime::containers::BuildSub>::Builder<B>);
            let (selector, check_selector) = match selectors.as_slice() {
                [Selector::Field(selector)] => selector_slot(set, selector),
                _ => (quote!(::core::option::Option::None), quote!()),
            };
            let build = quote! {
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
                    quote!(#from)
                },
                quote!(value: &#ty),
                quote!(::netlink_runtime::owned::OwnSelected::put(value, self.enc, #number)),
            );
            quote!(#build #from)
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
