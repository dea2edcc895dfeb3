//! What a sub-message expands to.

use super::{Form, Sub};
use crate::attr::Key;
use crate::emit::build::form as form_setter;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt;

/// The name at another place.
fn at(name: &Ident, place: Span) -> Ident {
    let mut name = name.clone();
    name.set_span(place);
    name
}

/// A pattern for the selectors.
fn pattern(form: usize, keys: &[Key]) -> TokenStream {
    let keys = keys.iter().enumerate().map(|(ix, k)| match k {
        Key::Text(text) => {
            let bytes = syn::LitByteStr::new(text.value().as_bytes(), text.span());
            quote!(::netlink_runtime::Selector::Text(#bytes))
        }
        Key::Number(number) => {
            let value = &number.value;
            match number.literal {
                Some(_) => quote!(::netlink_runtime::Selector::Number(#value)),
                None => {
                    let constant = constant(form, ix);
                    quote!(::netlink_runtime::Selector::Number(#constant))
                }
            }
        }
    });
    quote!([#(#keys,)* ..])
}

/// The constant of a form's key that is a path.
fn constant(form: usize, key: usize) -> Ident {
    format_ident!("__KEY_{form}_{key}")
}

fn key(key: &Key) -> TokenStream {
    let rt = quote!(::netlink_runtime::meta::Key);
    match key {
        Key::Text(text) => quote!(#rt::Text(#text)),
        Key::Number(number) => {
            let value = &number.value;
            quote!(#rt::Number((#value) as ::core::primitive::u64))
        }
    }
}

/// What a sub-message expands to.
pub(crate) fn emit(item: &Sub) -> TokenStream {
    let Sub { name, vis, forms, default, unknown, debug, broken } = item;
    let default = default.as_ref();
    let text = name.unraw().to_string();
    let (view, builder) = (format_ident!("{name}View"), format_ident!("{name}Builder"));
    let (view_doc, builder_doc) =
        (format!("Lazy view of a [`{name}`]."), format!("Builds a [`{name}`] in place."));
    let all = || forms.iter().chain(default);

    let variants = all().map(|f| {
        let place = f.wire.place;
        let (name, docs, view) = (&f.name, &f.docs, &f.wire.view);
        quote_spanned!(place=> #(#docs)* #name(#view),)
    });
    let clones = all().map(|f| {
        let place = f.wire.place;
        let (name, guard) = (&f.name, &f.wire.guard);
        quote_spanned! {place=>
            Self::#name(v) => {
                #guard
                Self::#name(::core::clone::Clone::clone(v))
            }
        }
    });
    let debugs = all().map(|f| {
        let place = f.wire.place;
        let (name, text, guard) = (&f.name, f.name.unraw().to_string(), &f.wire.guard);
        quote_spanned! {place=>
            Self::#name(v) => {
                #guard
                f.debug_tuple(#text).field(v).finish()
            }
        }
    });
    let unknown_text = unknown.unraw().to_string();
    // Keys that are paths become constants, so that they can be patterns.
    let consts = forms.iter().enumerate().flat_map(|(ix, f)| {
        f.keys.iter().enumerate().filter_map(move |(i, key)| match key {
            Key::Number(number) if number.literal.is_none() => {
                let (ident, value) = (constant(ix, i), &number.value);
                Some(quote!(const #ident: ::core::primitive::u64 = (#value) as ::core::primitive::u64;))
            }
            _ => None,
        })
    });
    let read = |f: &Form| {
        let (name, wire, guard) = (&f.name, f.wire.as_wire(), &f.wire.guard);
        let view = at(&view, f.wire.place);
        quote_spanned! {f.wire.place=> {
            #guard
            match #wire::read_in(payload, scope) {
                ::core::option::Option::Some(value) => ::core::option::Option::Some(#view::#name(value)),
                ::core::option::Option::None => ::core::option::Option::None,
            }
        }}
    };
    let reads = forms.iter().enumerate().map(|(ix, f)| {
        let (pattern, read) = (pattern(ix, &f.keys), read(f));
        quote!(#pattern => #read,)
    });
    let otherwise = match default {
        Some(f) => read(f),
        None => quote!(::core::option::Option::Some(#view::#unknown(payload))),
    };
    let formats = forms.iter().map(|f| {
        let place = f.wire.place;
        let (wire, guard, keys) = (f.wire.as_wire(), &f.wire.guard, f.keys.iter().map(key));
        quote_spanned! {place=>
            ::netlink_runtime::meta::FormatMeta { keys: &[#(#keys),*], ty: { #guard #wire::TYPE } }
        }
    });
    let default_meta = match default {
        Some(f) => {
            let place = f.wire.place;
            let (wire, guard) = (f.wire.as_wire(), &f.wire.guard);
            quote_spanned!(place=> ::core::option::Option::Some({ #guard #wire::TYPE }))
        }
        None => quote!(::core::option::Option::None),
    };
    let methods = all().map(method);
    let raw = method_name(unknown);
    let raw_doc = "A form that is not known. Its selectors are the caller's to write.";
    let owned = owned(item, &view);
    let debug = debug.then(|| {
        let arms = all().map(|f| {
            let name = &f.name;
            quote!(Self::#name(v) => ::core::fmt::Debug::fmt(v, f),)
        });
        let body = if *broken {
            quote!(f.write_str(#text))
        } else {
            quote! {
                match self {
                    #(#arms)*
                    Self::#unknown(v) => ::core::fmt::Debug::fmt(v, f),
                }
            }
        };
        quote! {
            impl ::core::fmt::Debug for #name {
                #[inline]
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #body
                }
            }
        }
    });
    quote! {
        #[doc = #view_doc]
        #[non_exhaustive]
        #vis enum #view<'a> {
            #(#variants)*
            /// A form that is not known, as bytes.
            #unknown(&'a [::core::primitive::u8]),
        }

        // Not derived: errors about the forms would be those of the derives, once more for each.
        impl ::core::clone::Clone for #view<'_> {
            #[inline]
            fn clone(&self) -> Self {
                match self {
                    #(#clones)*
                    Self::#unknown(v) => Self::#unknown(v),
                }
            }
        }

        impl ::core::fmt::Debug for #view<'_> {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#debugs)*
                    Self::#unknown(v) => f.debug_tuple(#unknown_text).field(v).finish(),
                }
            }
        }

        #[doc = #builder_doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #builder<B> {
            slot: ::netlink_runtime::build::SubSlot<B>,
        }

        impl<B: ::netlink_runtime::build::Buf> #builder<B> {
            #(#methods)*

            #[doc = #raw_doc]
            #[inline]
            pub fn #raw(self, payload: &[::core::primitive::u8]) -> ::netlink_runtime::build::Enc<B> {
                self.slot.put(&[], |mut enc, id| {
                    enc.bytes(id, payload);
                    enc
                })
            }
        }

        const _: () = {
            #[diagnostic::do_not_recommend] // no help to who has a type that is none
            impl ::netlink_runtime::Selected for #name {
                type View<'a> = #view<'a>;
                type Builder<B: ::netlink_runtime::build::Buf> = #builder<B>;

                const META: &'static ::netlink_runtime::meta::SubMeta = &::netlink_runtime::meta::SubMeta {
                    name: #text,
                    formats: &[#(#formats),*],
                    default: #default_meta,
                };

                #[allow(clippy::match_single_binding)] // tables of a default alone
                fn read<'a>(
                    payload: &'a [::core::primitive::u8],
                    selectors: &[::netlink_runtime::Selector<'a>],
                    scope: ::netlink_runtime::wire::Scope<'a>,
                ) -> ::core::option::Option<#view<'a>> {
                    #(#consts)*
                    match selectors {
                        #(#reads)*
                        _ => #otherwise,
                    }
                }

                #[inline]
                fn builder<B: ::netlink_runtime::build::Buf>(
                    slot: ::netlink_runtime::build::SubSlot<B>,
                ) -> #builder<B> {
                    #builder { slot }
                }

                ::netlink_runtime::__alloc! { #owned }
            }

            #[diagnostic::do_not_recommend] // no help to who has a type that is none
            impl<'a> ::netlink_runtime::project::FromForm<'a, #name> for #view<'a> {
                #[inline]
                fn from_form(
                    view: #view<'a>,
                    _depth: ::core::primitive::u8,
                ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                    ::core::result::Result::Ok(view)
                }
            }

            ::netlink_runtime::__alloc! {
                #[diagnostic::do_not_recommend] // no help to who has a type that is none
                impl ::netlink_runtime::project::FromForm<'_, #name> for #name {
                    #[inline]
                    fn from_form(
                        view: #view<'_>,
                        depth: ::core::primitive::u8,
                    ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                        <Self as ::netlink_runtime::Selected>::own(view, depth)
                    }
                }
            }
        };

        #debug
    }
}

/// The methods that need an allocator.
fn owned(item: &Sub, view: &Ident) -> TokenStream {
    if item.broken {
        return quote! {
            fn own_in<P: ::netlink_runtime::owned::Place>(
                _: #view<'_>,
                _: ::core::primitive::u8,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                ::core::unreachable!()
            }

            fn put<B: ::netlink_runtime::build::Buf>(
                &self,
                _: ::netlink_runtime::build::Enc<B>,
                _: ::core::primitive::u16,
            ) -> ::netlink_runtime::build::Enc<B> {
                ::core::unreachable!()
            }
        };
    }
    let Sub { forms, default, unknown, .. } = item;
    let all = || forms.iter().chain(default);
    let owns = all().map(|f| {
        let place = f.wire.place;
        let (name, own, guard) = (&f.name, f.wire.as_own(), &f.wire.guard);
        let boxed = f.boxed.then(|| quote_spanned!(place=> .map(::netlink_runtime::__private::Box::new)));
        let view = at(view, place);
        quote_spanned!(place=> #view::#name(v) => {
            #guard
            #own::own(v, depth) #boxed .map(Self::#name)
        })
    });
    let puts = all().map(|f| {
        let place = f.wire.place;
        let (name, own, guard) = (&f.name, f.wire.as_own(), &f.wire.guard);
        quote_spanned!(place=> Self::#name(v) => { #guard #own::put(v, enc, id) })
    });
    let flags = all().map(|f| {
        let place = f.wire.place;
        let (name, own, guard) = (&f.name, f.wire.as_own(), &f.wire.guard);
        quote_spanned!(place=> Self::#name(v) => { #guard #own::flags(v) })
    });
    let exacts = all().map(|f| {
        let place = f.wire.place;
        let (name, own, guard) = (&f.name, f.wire.as_own(), &f.wire.guard);
        quote_spanned!(place=> Self::#name(v) => { #guard #own::exact(v, payload) })
    });
    quote! {
        fn own_in<P: ::netlink_runtime::owned::Place>(
            view: #view<'_>,
            depth: ::core::primitive::u8,
        ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
            match view {
                #(#owns)*
                #view::#unknown(v) => {
                    ::core::result::Result::Ok(Self::#unknown(::netlink_runtime::__private::Vec::from(v)))
                }
            }
        }

        #[inline]
        fn flags(&self) -> ::core::primitive::u16 {
            match self {
                #(#flags)*
                Self::#unknown(_) => 0,
            }
        }

        #[inline]
        fn exact(&self, payload: &[::core::primitive::u8]) -> ::core::primitive::bool {
            match self {
                #(#exacts)*
                Self::#unknown(_) => true,
            }
        }

        fn put<B: ::netlink_runtime::build::Buf>(
            &self,
            enc: ::netlink_runtime::build::Enc<B>,
            id: ::core::primitive::u16,
        ) -> ::netlink_runtime::build::Enc<B> {
            match self {
                #(#puts)*
                Self::#unknown(v) => {
                    <::netlink_runtime::wire::wt::Bytes as ::netlink_runtime::owned::Own>::put(v, enc, id)
                }
            }
        }
    }
}

/// A form's method in the builder.
fn method_name(form: &Ident) -> Ident {
    format_ident!("{}", snake(&form.unraw().to_string()))
}

/// A builder's method for one form: writes the selectors that choose it, and the payload. Those of
/// the default are the caller's to write.
fn method(form: &Form) -> TokenStream {
    let Form { docs, keys, wire, .. } = form;
    let method = method_name(&form.name);
    let place = wire.place;
    let keys = keys.iter().map(key);
    let (argument, write) = form_setter(wire);
    quote_spanned! {place=>
        #(#docs)*
        #[inline]
        pub fn #method(self, #argument) -> ::netlink_runtime::build::Enc<B> {
            self.slot.put(&[#(#keys),*], #write)
        }
    }
}

/// `PfifoFast` → `pfifo_fast`; words that are Rust's get an underscore.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && i > 0 && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    if syn::parse_str::<Ident>(&out).is_err() {
        out.push('_');
    }
    out
}
