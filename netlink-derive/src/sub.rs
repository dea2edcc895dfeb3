//! `#[derive(NetlinkSub)]`: payloads whose form a selector chooses.

use crate::attr::{self, Item, Key};
use crate::ctxt::Ctxt;
use crate::emit::build::form as form_setter;
use crate::shape;
use crate::wire::{self, Keywords, Wire};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, Type};

/// A sub-message.
pub(crate) struct Sub {
    pub(crate) name: Ident,
    vis: syn::Visibility,
    pub(crate) forms: Vec<Form>,
    /// The form of all other selectors.
    pub(crate) default: Option<Form>,
    unknown: Ident,
    /// Derive `Debug` for the owned type.
    debug: bool,
}

/// One form.
pub(crate) struct Form {
    pub(crate) name: Ident,
    docs: Vec<syn::Attribute>,
    /// Empty: the default.
    pub(crate) keys: Vec<Key>,
    pub(crate) wire: Wire,
    boxed: bool,
}

impl Form {
    /// The form that has these very keys already.
    fn taken<'f>(&self, forms: &'f [Form]) -> Option<&'f Form> {
        let text = |form: &Form| -> Vec<String> { form.keys.iter().map(Key::text).collect() };
        forms.iter().find(|f| !self.keys.is_empty() && text(f) == text(self))
    }
}

impl Sub {
    /// Reads an enum; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Sub> {
        let Data::Enum(data) = &input.data else {
            cx.error(&input.ident, "sub-messages are enums: one variant for each form");
            return None;
        };
        cx.refuse_generics(&input.generics, "sub-messages");
        let mut debug = false;
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Word(w) if w == "debug" => debug = true,
                other => cx.error(
                    other.tokens(),
                    "unknown keyword here; sub-messages take `debug` and `crate = path`",
                ),
            }
        }
        let (mut forms, mut default, mut unknown) = (Vec::<Form>::new(), None::<Form>, None::<Ident>);
        for variant in &data.variants {
            let before = cx.count();
            let items = attr::items(cx, &variant.attrs);
            if cx.count() > before {
                continue;
            }
            if items.iter().any(|i| matches!(i, Item::Word(w) if w == "unknown")) {
                if let Some(before) = unknown.replace(variant.ident.clone()) {
                    cx.error(&variant.ident, format!("one variant is `unknown`, and that is `{before}`"));
                }
                let bytes = |ty| shape::inside(ty, "Vec").is_some_and(|t| shape::is(t, "u8"));
                if !payload(variant).is_some_and(bytes) {
                    cx.error(
                        &variant.ident,
                        format!("`unknown` holds the payload's bytes: `{}(Vec<u8>)`", variant.ident),
                    );
                }
                continue;
            }
            let Some(form) = form(cx, variant, items) else { continue };
            let Some(taken) = form.taken(&forms) else {
                if !form.keys.is_empty() {
                    forms.push(form);
                } else if let Some(before) = &default {
                    cx.error(&form.name, format!("one variant is `default`, and that is `{}`", before.name));
                } else {
                    default = Some(form);
                }
                continue;
            };
            cx.error(
                &form.name,
                format!("`{}` has the same key: one of them would never be read", taken.name),
            );
        }
        let Some(unknown) = unknown else {
            cx.error(&input.ident, "add `#[netlink(unknown)] Unknown(Vec<u8>)`: kernels add forms");
            return None;
        };
        let (name, vis) = (input.ident.clone(), input.vis.clone());
        Some(Sub { name, vis, forms, default, unknown, debug })
    }
}

fn form(cx: &Ctxt, variant: &syn::Variant, items: Vec<Item>) -> Option<Form> {
    let mut keys = Vec::new();
    let mut default = false;
    let mut words = Keywords::default();
    let before = cx.count();
    for item in items {
        match item {
            Item::Text(text) => keys.push(Key::Text(text)),
            Item::Number(number) => keys.push(Key::Number(number)),
            Item::Int(int) => keys.push(Key::Number(attr::Number {
                c_name: int.base10_digits().to_owned(),
                literal: int.base10_parse().ok(),
                span: int.span(),
                value: {
                    let bare = syn::LitInt::new(int.base10_digits(), int.span());
                    quote!(#bare)
                },
            })),
            Item::Word(w) if w == "default" => default = true,
            Item::Word(w) if words.take(cx, &w) => {}
            Item::Word(w) => {
                cx.error(&w, format!("unknown netlink keyword `{w}`{}", attr::suggest(&w.to_string())));
            }
            other => cx.error(
                other.tokens(),
                "this does not go with a form, which takes its key and the keywords of its type",
            ),
        }
    }
    if cx.count() > before {
        // What is wrong with the words says more than what follows from it.
        return None;
    }
    if keys.is_empty() && !default {
        cx.error(
            &variant.ident,
            "which selector value is this? Say `#[netlink(\"name\", …)]`, `#[netlink(NAME = 1, …)]`, \
             `#[netlink(default, …)]` or `#[netlink(unknown)]`",
        );
        return None;
    }
    let Some(ty) = payload(variant) else {
        cx.error(&variant.ident, format!("a form holds its payload: `{}(Type)`", variant.ident));
        return None;
    };
    let (ty, boxed) = match shape::inside(ty, "Box") {
        Some(inner) => (inner, true),
        None => (ty, false),
    };
    let wire = wire::wire(cx, &words, ty)?;
    Some(Form { name: variant.ident.clone(), docs: attr::docs(&variant.attrs), keys, wire, boxed })
}

/// The type of a variant's one field.
fn payload(variant: &syn::Variant) -> Option<&Type> {
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first().map(|f| &f.ty),
        _ => None,
    }
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
    let Sub { name, vis, forms, default, unknown, debug } = item;
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
        let (name, wire) = (&f.name, f.wire.as_wire());
        quote_spanned! {f.wire.place=>
            match #wire::read_in(payload, scope) {
                ::core::option::Option::Some(value) => ::core::option::Option::Some(#view::#name(value)),
                ::core::option::Option::None => ::core::option::Option::None,
            }
        }
    };
    let reads = forms.iter().enumerate().map(|(ix, f)| {
        let (pattern, read) = (pattern(ix, &f.keys), read(f));
        quote!(#pattern => #read,)
    });
    let otherwise = match default {
        Some(f) => read(f),
        None => quote!(::core::option::Option::Some(#view::#unknown(payload))),
    };
    let owns = all().map(|f| {
        let place = f.wire.place;
        let (name, own) = (&f.name, f.wire.as_own());
        let boxed = f.boxed.then(|| quote_spanned!(place=> .map(::netlink_runtime::__private::Box::new)));
        quote_spanned!(place=> #view::#name(v) => {
            #own::own(v, depth) #boxed .map(Self::#name)
        })
    });
    let puts = all().map(|f| {
        let place = f.wire.place;
        let (name, own) = (&f.name, f.wire.as_own());
        quote_spanned!(place=> Self::#name(v) => #own::put(v, enc, id),)
    });
    let exacts = all().map(|f| {
        let place = f.wire.place;
        let (name, own) = (&f.name, f.wire.as_own());
        quote_spanned!(place=> Self::#name(v) => #own::exact(v, payload),)
    });
    let formats = forms.iter().map(|f| {
        let place = f.wire.place;
        let (wire, keys) = (f.wire.as_wire(), f.keys.iter().map(key));
        quote_spanned!(place=> ::netlink_runtime::meta::FormatMeta { keys: &[#(#keys),*], ty: #wire::TYPE })
    });
    let default_meta = match default {
        Some(f) => {
            let place = f.wire.place;
            let wire = f.wire.as_wire();
            quote_spanned!(place=> ::core::option::Option::Some(#wire::TYPE))
        }
        None => quote!(::core::option::Option::None),
    };
    let methods = all().map(method);
    let (raw, raw_doc) =
        (method_name(unknown), "A form that is not known. Its selectors are the caller's to write.");
    let debug = debug.then(|| {
        let arms = all().map(|f| {
            let name = &f.name;
            quote!(Self::#name(v) => ::core::fmt::Debug::fmt(v, f),)
        });
        quote! {
            impl ::core::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    match self {
                        #(#arms)*
                        Self::#unknown(v) => ::core::fmt::Debug::fmt(v, f),
                    }
                }
            }
        }
    });
    quote! {
        #[doc = #view_doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[non_exhaustive]
        #vis enum #view<'a> {
            #(#variants)*
            /// A form that is not known, as bytes.
            #unknown(&'a [::core::primitive::u8]),
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
            impl ::netlink_runtime::Selected for #name {
                type View<'a> = #view<'a>;

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
            }

            impl ::netlink_runtime::SubMessage for #name {
                const META: &'static ::netlink_runtime::meta::SubMeta = &::netlink_runtime::meta::SubMeta {
                    name: #text,
                    formats: &[#(#formats),*],
                    default: #default_meta,
                };
            }

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
            impl ::netlink_runtime::project::FromForm<'_, #name> for #name {
                fn from_form(
                    view: #view<'_>,
                    depth: ::core::primitive::u8,
                ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                    <Self as ::netlink_runtime::owned::OwnSelected>::own(view, depth)
                }
            }

            impl ::netlink_runtime::owned::OwnSelected for #name {
                fn own(
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

            impl ::netlink_runtime::build::BuildSub for #name {
                type Builder<B: ::netlink_runtime::build::Buf> = #builder<B>;

                #[inline]
                fn builder<B: ::netlink_runtime::build::Buf>(
                    slot: ::netlink_runtime::build::SubSlot<B>,
                ) -> #builder<B> {
                    #builder { slot }
                }
            }
        };

        #debug
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
