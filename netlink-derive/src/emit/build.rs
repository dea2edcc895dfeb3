//! The builder: one setter for each attribute, writing in place.

use crate::attr::Selector;
use crate::guard::Guard;
use crate::set::{Bounds, Card, Field, Payload, Set};
use crate::shape;
use crate::wire::{Kind, Wire};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, vis, .. } = set;
    let builder = format_ident!("{name}Builder");
    let doc = format!("Builds a [`{name}`] in place.");
    let setters = set.fields.iter().map(|f| setter(set, f));
    let owned = set.fields.iter().filter_map(owned);
    let header = set.header.as_ref().map(|(_, ty)| {
        let guard = Guard::c_struct(ty);
        quote_spanned! {shape::place(ty)=>
            /// Sets the fixed header; until then it is zero.
            #[inline]
            pub fn header(mut self, header: #ty) -> Self {
                #guard
                self.set = self.set.header(&header);
                self
            }
        }
    });
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #builder<B> {
            set: ::netlink_runtime::build::Writing<B>,
        }

        impl<B: ::netlink_runtime::build::Buf> #builder<B> {
            #header
            #(#setters)*
        }

        ::netlink_runtime::__alloc! {
            impl<B: ::netlink_runtime::build::Buf> #builder<B> {
                #(#owned)*
            }
        }

        impl<B: ::netlink_runtime::build::Buf> ::netlink_runtime::build::SetBuilder<B> for #builder<B> {
            #[inline]
            fn enc(&mut self) -> &mut ::netlink_runtime::build::Enc<B> {
                ::netlink_runtime::build::SetBuilder::enc(&mut self.set)
            }

            #[inline]
            fn finish(self) -> ::netlink_runtime::build::Enc<B> {
                ::netlink_runtime::build::SetBuilder::finish(self.set)
            }
        }
    }
}

/// The builder as `AttrSet` has it.
pub(crate) fn methods(set: &Set) -> TokenStream {
    let builder = format_ident!("{}Builder", set.name);
    let start = start(set);
    quote! {
        type Builder<B: ::netlink_runtime::build::Buf> = #builder<B>;

        #[inline]
        fn builder<B: ::netlink_runtime::build::Buf>(
            enc: ::netlink_runtime::build::Enc<B>,
        ) -> #builder<B> {
            #builder { set: #start }
        }
    }
}

/// The beginning of a set, in `enc`.
pub(crate) fn start(set: &Set) -> TokenStream {
    match &set.header {
        Some((_, ty)) => {
            let header = shape::placed(ty);
            quote_spanned! {shape::place(ty)=>
                ::netlink_runtime::build::Writing::headed(enc, <#header as ::netlink_runtime::CStruct>::META)
            }
        }
        None => quote!(::netlink_runtime::build::Writing::new(enc)),
    }
}

/// `#[inline] pub fn name(mut self, argument) -> Self`: one call of what it wraps.
struct Method<'f> {
    field: &'f Field,
    name: &'f Ident,
    argument: TokenStream,
    write: TokenStream,
}

impl Method<'_> {
    fn tokens(self, attributes: &TokenStream) -> TokenStream {
        let Method { field, name, argument, write } = self;
        let place = field.place();
        let guard = field.guard();
        quote_spanned! {place=>
            #attributes
            #[inline]
            pub fn #name(mut self, #argument) -> Self {
                #guard
                self.set = #write;
                self
            }
        }
    }
}

fn docs(field: &Field) -> TokenStream {
    let docs = &field.docs;
    let alias = shape::alias(&field.number.c_name, &field.name);
    quote!(#(#docs)* #alias)
}

/// The setter that a field has in every build.
fn setter(set: &Set, field: &Field) -> TokenStream {
    let place = field.place();
    let Field { name, number, .. } = field;
    let rt = quote_spanned!(place=> ::netlink_runtime::build);
    // What repeats has its own methods of `Writing`.
    let method = |once, each| Ident::new(if field.card == Card::Multi { each } else { once }, place);
    let (argument, write) = match &field.payload {
        Payload::Wire(w) => {
            let marker = &w.marker;
            let put = |value: TokenStream| {
                let put = method("put", "put_each");
                quote_spanned!(place=> self.set.#put::<#marker>(#number, #value))
            };
            let closure = |builder: TokenStream, write: TokenStream| {
                (quote_spanned!(place=> build: impl ::core::ops::FnOnce(#builder) -> #builder), write)
            };
            let container = |builder: TokenStream| {
                let write = write(field, quote_spanned!(place=> <#builder>::build(enc, id, build)));
                closure(builder, write)
            };
            match &w.kind {
                _ if field.card == Card::Flag => (quote!(), put(quote_spanned!(place=> ()))),
                Kind::Scalar(ty) => (quote_spanned!(place=> value: #ty), put(quote!(value))),
                Kind::Value => {
                    let argument = quote_spanned!(place=> value: impl #rt::ToWire<#marker>);
                    let write = match &field.bounds {
                        Some(bounds) => bounded(field, bounds),
                        None => put(quote!(value)),
                    };
                    (argument, write)
                }
                Kind::Nest(ty) => {
                    let nest = method("nest", "nest_each");
                    closure(
                        quote_spanned!(place=> <#ty as ::netlink_runtime::AttrSet>::Builder<B>),
                        quote_spanned!(place=> self.set.#nest::<#ty>(#number, build)),
                    )
                }
                Kind::Indexed(member) => container(quote_spanned!(place=> #rt::IndexedBuilder<B, #member>)),
                Kind::TypeValue(member, levels) => {
                    container(quote_spanned!(place=> #rt::TypeValueBuilder<B, #member, #levels>))
                }
                Kind::Records(ty) => container(quote_spanned!(place=> #rt::RecordsBuilder<B, #ty>)),
            }
        }
        Payload::Selected { ty, address: true, .. } => {
            let put =
                quote_spanned!(place=> #rt::put_address(::core::convert::Into::<#ty>::into(value), enc, id));
            (quote_spanned!(place=> value: impl ::core::convert::Into<#ty>), write(field, put))
        }
        Payload::Selected { ty, selectors, .. } => {
            let builder = quote_spanned!(place=> <#ty as ::netlink_runtime::Selected>::Builder<B>);
            let slots = selector_slots(set, selectors, field);
            let form = shape::placed(ty);
            let selected = method("selected", "selected_each");
            (
                quote_spanned!(place=> build: impl ::core::ops::FnOnce(#builder) -> #rt::Enc<B>),
                quote_spanned! {place=>
                    self.set.#selected(#number, #slots, |slot| build(<#form as ::netlink_runtime::Selected>::builder(slot)))
                },
            )
        }
    };
    Method { field, name, argument, write }.tokens(&docs(field))
}

/// Writes `code`, an expression of `enc` and `id`, once or as often as it is called.
fn write(field: &Field, code: TokenStream) -> TokenStream {
    let (place, number) = (field.place(), &field.number);
    let method = Ident::new(if field.card == Card::Multi { "each" } else { "once" }, place);
    quote_spanned!(place=> self.set.#method(#number, |enc, id| #code))
}

/// Checks the length of what was written.
fn bounded(field: &Field, Bounds { min, max }: &Bounds) -> TokenStream {
    let place = field.place();
    let bound = |bound: &Option<syn::Expr>| match bound {
        Some(bound) => quote_spanned!(place=> ::core::option::Option::Some(#bound)),
        None => quote_spanned!(place=> ::core::option::Option::None),
    };
    let (min, max) = (bound(min), bound(max));
    let marker = field.wire().map(|w| &w.marker);
    let code = quote_spanned!(place=> ::netlink_runtime::__private::put_bounded::<#marker, B>(value, enc, id, #min, #max));
    write(field, code)
}

/// The setter for owned values, beside the one that builds in place.
fn owned(field: &Field) -> Option<TokenStream> {
    let place = field.place();
    let name = field.owned_setter();
    let (argument, code) = match &field.payload {
        Payload::Wire(w) if field.has_owned_setter() => {
            let (own, ty) = (w.as_own(), &w.ty);
            (quote_spanned!(place=> value: &#ty), quote_spanned!(place=> #own::put(value, enc, id)))
        }
        Payload::Selected { ty, address: false, .. } => (
            quote_spanned!(place=> value: &#ty),
            quote_spanned!(place=> ::netlink_runtime::Selected::put(value, enc, id)),
        ),
        Payload::Wire(_) | Payload::Selected { .. } => return None,
    };
    let write = write(field, code);
    Some(Method { field, name: &name, argument, write }.tokens(&docs(field)))
}

/// Selectors in attributes of the own set are written with the payload.
fn selector_slots(set: &Set, selectors: &[Selector], field: &Field) -> TokenStream {
    let place = field.place();
    let slots = (0..4).map(|ix| {
        let own = match selectors.get(ix) {
            Some(Selector::Field(name)) => set.fields.iter().find(|f| f.name == *name),
            _ => None,
        };
        let Some((number, wire)) = own.and_then(|f| Some((&f.number, f.wire()?))) else {
            return quote_spanned!(place=> ::core::option::Option::None);
        };
        let marker = &wire.marker;
        quote_spanned! {place=>
            ::core::option::Option::Some((
                #number,
                <#marker as ::netlink_runtime::build::PutKey>::put_key::<B>,
                <#marker as ::netlink_runtime::build::PutKey>::is_key,
            ))
        }
    });
    quote_spanned!(place=> [#(#slots),*])
}

/// What a form's setter in a sub-message's builder takes and does: the argument, and a closure that
/// writes the payload.
pub(crate) fn form(wire: &Wire) -> (TokenStream, TokenStream) {
    let place = wire.place;
    let rt = quote_spanned!(place=> ::netlink_runtime::build);
    let marker = &wire.marker;
    let closure = |builder: TokenStream, write: TokenStream| {
        (
            quote_spanned!(place=> build: impl ::core::ops::FnOnce(#builder) -> #builder),
            quote_spanned!(place=> |enc, id| #write(enc, id, build)),
        )
    };
    match &wire.kind {
        Kind::Nest(ty) => closure(
            quote_spanned!(place=> <#ty as ::netlink_runtime::AttrSet>::Builder<B>),
            quote_spanned!(place=> #rt::nest::<#ty, B>),
        ),
        Kind::Records(ty) => {
            let builder = quote_spanned!(place=> #rt::RecordsBuilder<B, #ty>);
            closure(builder.clone(), quote_spanned!(place=> <#builder>::build))
        }
        kind => {
            let ty = match kind {
                Kind::Scalar(ty) if !is_flag(ty) => quote_spanned!(place=> #ty),
                Kind::Scalar(_) => quote_spanned!(place=> ()),
                _ => quote_spanned!(place=> impl #rt::ToWire<#marker>),
            };
            (
                quote_spanned!(place=> value: #ty),
                quote_spanned!(place=> |enc, id| #rt::ToWire::<#marker>::put_as(value, enc, id)),
            )
        }
    }
}

fn is_flag(ty: &Type) -> bool {
    shape::is(ty, "bool")
}
