//! The owned type: decoding in one pass, encoding through the setters.

use super::build;
use crate::set::{Card, Field, Payload, Set};
use crate::shape;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

/// The methods of `AttrSet` that need an allocator.
pub(crate) fn methods(set: &Set) -> TokenStream {
    let (decode, encode) = (decode(set), encode(set));
    quote! {
        ::netlink_runtime::__alloc! {
            #decode
            #encode
        }
    }
}

/// What owned values are besides.
pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, .. } = set;
    let debug = set.debug.then(|| {
        let text = name.unraw().to_string();
        quote! {
            impl ::core::fmt::Debug for #name {
                // Not compiled until it is used: it needs all of the encoder.
                #[inline]
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::netlink_runtime::__alloc! { ::netlink_runtime::__private::debug_owned(self, f) }
                    ::netlink_runtime::__no_alloc! { f.write_str(#text) }
                }
            }
        }
    });
    quote! {
        ::netlink_runtime::__alloc! {
            #[diagnostic::do_not_recommend] // no help to who has a type that is none
            impl ::netlink_runtime::project::FromNest<'_, #name> for #name {
                #[inline]
                fn from_nest(
                    view: <#name as ::netlink_runtime::AttrSet>::View<'_>,
                    depth: ::core::primitive::u8,
                ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                    <Self as ::netlink_runtime::AttrSet>::decode_at(view, depth)
                }
            }
        }
        #debug
    }
}

fn decode(set: &Set) -> TokenStream {
    let name = &set.name;
    if set.broken {
        return quote! {
            fn decode_in<P: ::netlink_runtime::owned::Place>(
                _: Self::View<'_>,
                _: ::core::primitive::u8,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                ::core::unreachable!()
            }
        };
    }
    let keep = set.rest.is_some();
    // Numbers that are paths become constants, so that they can be patterns.
    let consts = set.fields.iter().filter(|f| f.number.literal.is_none()).map(|f| {
        let (ident, number) = (constant(f), &f.number);
        quote!(const #ident: ::core::primitive::u16 = #number;)
    });
    let guards = set.guards();
    // Where all fields have a value before they are read, they are filled where they stand: variables that become a
    // struct at the end are copied.
    let in_place = set.fields.iter().all(|f| f.card != Card::Always);
    let slots = set.fields.iter().filter(|f| !(in_place && f.is_wire())).map(slot);
    let arms = set.fields.iter().map(|f| arm(f, in_place));
    let selected = set.fields.iter().filter_map(late);
    let header = set.header.as_ref().map(|(field, _)| quote!(#field: view.header,));
    let (before, after) = if in_place {
        let empty = set.fields.iter().map(empty);
        let rest = set.rest.as_ref().map(|f| quote!(#f: ::core::default::Default::default(),));
        let late = set.fields.iter().filter(|f| !f.is_wire()).map(|f| {
            let (name, local, boxed) = (&f.name, local(f), boxed(f));
            quote_spanned!(f.place()=> set.#name = #local #boxed;)
        });
        let kept = set.rest.as_ref().map(|f| quote!(set.#f = reader.rest();));
        (
            quote!(let mut set = Self { #header #(#empty)* #rest };),
            quote!(#(#late)* #kept ::core::result::Result::Ok(set)),
        )
    } else {
        let values = set.fields.iter().map(value);
        let rest = set.rest.as_ref().map(|f| quote!(#f: reader.rest(),));
        (quote!(), quote!(::core::result::Result::Ok(Self { #header #(#values)* #rest })))
    };
    quote! {
        fn decode_in<P: ::netlink_runtime::owned::Place>(
            view: Self::View<'_>,
            depth: ::core::primitive::u8,
        ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
            #(#guards)*
            #(#consts)*
            let attrs = view.attrs;
            let meta = <#name as ::netlink_runtime::AttrSet>::meta();
            let mut reader = ::netlink_runtime::owned::Reader::new(attrs, meta, depth, #keep)?;
            #before
            #(#slots)*
            let mut attributes = attrs.bytes();
            while let ::core::option::Option::Some(id) = reader.next(&mut attributes)? {
                let taken = match id {
                    #(#arms)*
                    _ => reader.unknown(),
                };
                reader.took(taken);
            }
            #(#selected)*
            #after
        }
    }
}

fn constant(field: &Field) -> Ident {
    format_ident!("__ATTR_{}", field.ordinal)
}

fn pattern(field: &Field) -> TokenStream {
    match field.number.literal {
        Some(_) => field.number.to_token_stream(),
        None => constant(field).to_token_stream(),
    }
}

fn local(field: &Field) -> Ident {
    format_ident!("f{}", field.ordinal)
}

fn slot(field: &Field) -> TokenStream {
    let place = field.place();
    let local = local(field);
    match (&field.payload, field.card) {
        (_, Card::Multi) => {
            quote_spanned!(place=> let mut #local = ::netlink_runtime::__private::Vec::new();)
        }
        (_, Card::Flag) => quote_spanned!(place=> let mut #local = false;),
        (Payload::Selected { .. } | Payload::Wire(_), Card::Optional | Card::Always) => {
            quote_spanned!(place=> let mut #local = ::core::option::Option::None;)
        }
    }
}

fn arm(field: &Field, in_place: bool) -> TokenStream {
    let place = field.place();
    let (pattern, ordinal, name) = (pattern(field), field.ordinal, &field.name);
    let slot = if in_place && field.is_wire() {
        quote_spanned!(place=> &mut set.#name)
    } else {
        let local = local(field);
        quote_spanned!(place=> &mut #local)
    };
    match (&field.payload, field.card) {
        (Payload::Wire(w), Card::Multi) => {
            let marker = &w.marker;
            quote_spanned!(place=> #pattern => reader.multi::<#marker>(#slot, #ordinal)?,)
        }
        (Payload::Wire(_), Card::Flag) => {
            quote_spanned!(place=> #pattern => reader.flag(#slot, #ordinal),)
        }
        (Payload::Wire(w), Card::Optional) if in_place && field.boxed => {
            let marker = &w.marker;
            quote_spanned!(place=> #pattern => reader.boxed::<#marker>(#slot, #ordinal)?,)
        }
        (Payload::Wire(w), Card::Optional | Card::Always) => {
            let marker = &w.marker;
            quote_spanned!(place=> #pattern => reader.one::<#marker>(#slot, #ordinal)?,)
        }
        (Payload::Selected { .. }, Card::Multi) => {
            quote_spanned!(place=> #pattern => reader.selected_each(#slot, #ordinal),)
        }
        (Payload::Selected { .. }, _) => {
            quote_spanned!(place=> #pattern => reader.selected(#slot, #ordinal),)
        }
    }
}

/// A field before anything is read.
fn empty(field: &Field) -> TokenStream {
    let (place, name) = (field.place(), &field.name);
    match field.card {
        Card::Multi => quote_spanned!(place=> #name: ::netlink_runtime::__private::Vec::new(),),
        Card::Flag => quote_spanned!(place=> #name: false,),
        Card::Optional | Card::Always => quote_spanned!(place=> #name: ::core::option::Option::None,),
    }
}

/// What makes a boxed field's value one.
fn boxed(field: &Field) -> Option<TokenStream> {
    field.boxed.then(|| quote_spanned!(field.place()=> .map(::netlink_runtime::__private::Box::new)))
}

/// A selected payload is read after the loop, when its selector is known wherever it stood.
fn late(field: &Field) -> Option<TokenStream> {
    let place = field.place();
    let Payload::Selected { ty, .. } = &field.payload else { return None };
    let (local, number) = (local(field), &field.number);
    let form = shape::placed(ty);
    if field.card == Card::Multi {
        return Some(quote_spanned! {place=>
            let #local = {
                let mut values = ::netlink_runtime::__private::Vec::new();
                for (nth, attr) in ::core::iter::Iterator::enumerate(::core::iter::IntoIterator::into_iter(#local)) {
                    let value = ::netlink_runtime::__private::choose_each::<Self, { #number }>(&view, attr)?;
                    values.push(reader.own_selected_each::<#form>(value, attr, nth)?);
                }
                values
            };
        });
    }
    Some(quote_spanned! {place=>
        let #local = match #local {
            ::core::option::Option::None => ::core::option::Option::None,
            ::core::option::Option::Some(payload) => {
                let value = <Self as ::netlink_runtime::Chooses<{ #number }>>::choose(&view, payload)?;
                ::core::option::Option::Some(reader.own_selected::<#form>(value, #number, payload)?)
            }
        };
    })
}

fn value(field: &Field) -> TokenStream {
    let place = field.place();
    let (name, local, number) = (&field.name, local(field), &field.number);
    let boxed = boxed(field);
    match field.card {
        Card::Multi | Card::Flag => quote_spanned!(place=> #name: #local,),
        Card::Optional => quote_spanned!(place=> #name: #local #boxed,),
        Card::Always => quote_spanned! {place=>
            #name: match #local #boxed {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => {
                    return ::core::result::Result::Err(
                        ::netlink_runtime::owned::missing(meta, #number, attrs)
                    );
                }
            },
        },
    }
}

fn encode(set: &Set) -> TokenStream {
    let count = set.fields.len() as u16;
    let guards = set.guards();
    let arms = set.fields.iter().map(put);
    let start = build::start(set);
    let header = set.header.as_ref().map(|(field, ty)| {
        let header = shape::placed(ty);
        quote_spanned!(shape::place(ty)=> .header::<#header>(&self.#field))
    });
    let run = match &set.rest {
        Some(rest) => {
            let name = &set.name;
            quote!(self.#rest.encode(<#name as ::netlink_runtime::AttrSet>::meta(), #count, set, put))
        }
        None => quote!(::netlink_runtime::__private::put_all(#count, set, put)),
    };
    quote! {
        fn encode_to<B: ::netlink_runtime::build::Buf>(
            &self,
            enc: ::netlink_runtime::build::Enc<B>,
        ) -> ::netlink_runtime::build::Enc<B> {
            #(#guards)*
            let set = #start #header;
            #[allow(unused_variables)] // sets without attributes have no arms
            let put = |set: ::netlink_runtime::build::Writing<B>,
                       ordinal: ::core::primitive::u16,
                       from: ::core::primitive::usize,
                       limit: ::core::primitive::usize| {
                match ordinal {
                    #(#arms)*
                    _ => set,
                }
            };
            ::netlink_runtime::build::SetBuilder::finish(#run)
        }
    }
}

/// Writes one field. What the kernel sent is not ours to judge: bounds are those of the setters.
fn put(field: &Field) -> TokenStream {
    let place = field.place();
    let Field { name, ordinal, number, .. } = field;
    let deref = field.boxed.then(|| quote_spanned!(place=> *));
    let (own, of) = match &field.payload {
        Payload::Wire(w) => {
            let marker = &w.marker;
            ("own", quote_spanned!(place=> ::<#marker>))
        }
        Payload::Selected { ty, .. } => {
            let form = shape::placed(ty);
            ("own_selected", quote_spanned!(place=> ::<#form>))
        }
    };
    let (method, of, arguments) = match field.card {
        Card::Flag => ("own_flag".to_owned(), None, quote_spanned!(place=> self.#name, from)),
        Card::Multi => (format!("{own}_each"), Some(of), quote_spanned!(place=> &self.#name, from, limit)),
        Card::Always => (own.to_owned(), Some(of), quote_spanned!(place=> &#deref self.#name, from)),
        Card::Optional if field.boxed => {
            (format!("{own}_boxed"), Some(of), quote_spanned!(place=> self.#name.as_deref(), from))
        }
        Card::Optional => (format!("{own}_optional"), Some(of), quote_spanned!(place=> &self.#name, from)),
    };
    let method = Ident::new(&method, place);
    quote_spanned!(place=> #ordinal => set.#method #of(#number, #arguments),)
}
