//! `#[derive(NetlinkSub)]`: payloads whose form a selector chooses.

use crate::attr::{self, Item, Key};
use crate::ctxt::Ctxt;
use crate::shape;
use crate::wire::{self, Keywords, Kind, Wire};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident};

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

impl Sub {
    /// Reads an enum; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Sub> {
        let Data::Enum(data) = &input.data else {
            cx.error(&input.ident, "sub-messages are enums: one variant for each form");
            return None;
        };
        let mut debug = false;
        for item in attr::items(cx, &input.attrs) {
            match item {
                Item::Word(w) if w == "debug" => debug = true,
                other => cx.error(other.tokens(), "unknown keyword here; sub-messages take `debug`"),
            }
        }
        let (mut forms, mut default, mut unknown) = (Vec::new(), None, None);
        for variant in &data.variants {
            let items = attr::items(cx, &variant.attrs);
            if items.iter().any(|i| matches!(i, Item::Word(w) if w == "unknown")) {
                unknown = Some(variant.ident.clone());
                continue;
            }
            let Some(form) = form(cx, variant, items) else { continue };
            if form.keys.is_empty() { default = Some(form) } else { forms.push(form) }
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
            other => cx.error(other.tokens(), "this keyword does not go with a form"),
        }
    }
    if keys.is_empty() && !default {
        cx.error(
            variant,
            "which selector value is this? Say `#[netlink(\"name\", …)]`, `#[netlink(NAME = 1, …)]`, \
                           `#[netlink(default, …)]` or `#[netlink(unknown)]`",
        );
        return None;
    }
    let field = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first(),
        _ => None,
    };
    let Some(field) = field else {
        cx.error(variant, "a form holds its payload: one unnamed field");
        return None;
    };
    let (ty, boxed) = match shape::inside(&field.ty, "Box") {
        Some(inner) => (inner, true),
        None => (&field.ty, false),
    };
    let wire = wire::wire(cx, &words, ty)?;
    Some(Form { name: variant.ident.clone(), docs: attr::docs(&variant.attrs), keys, wire, boxed })
}

/// A pattern for the selectors.
fn pattern(keys: &[Key]) -> TokenStream {
    let keys = keys.iter().map(|k| match k {
        Key::Text(text) => {
            let bytes = syn::LitByteStr::new(text.value().as_bytes(), text.span());
            quote!(::netlink_runtime::Selector::Text(#bytes))
        }
        Key::Number(number) => {
            let value = &number.value;
            match number.literal {
                Some(_) => quote!(::netlink_runtime::Selector::Number(#value)),
                None => {
                    quote!(::netlink_runtime::Selector::Number(n) if *n == (#value) as ::core::primitive::u64)
                }
            }
        }
    });
    quote!([#(#keys,)* ..])
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
    let text = name.to_string();
    let (view, builder) = (format_ident!("{name}View"), format_ident!("{name}Builder"));
    let (view_doc, builder_doc) =
        (format!("Lazy view of a [`{name}`]."), format!("Builds a [`{name}`] in place."));
    let all = || forms.iter().chain(default);

    let variants = all().map(|f| {
        let (name, docs, view) = (&f.name, &f.docs, &f.wire.view);
        quote!(#(#docs)* #name(#view),)
    });
    let reads = forms.iter().map(|f| {
        let (name, marker, pattern) = (&f.name, &f.wire.marker, pattern(&f.keys));
        quote!(#pattern => <#marker as ::netlink_runtime::wire::wt::Wire>::read(payload).map(#view::#name),)
    });
    let otherwise = match default {
        Some(f) => {
            let (name, marker) = (&f.name, &f.wire.marker);
            quote!(<#marker as ::netlink_runtime::wire::wt::Wire>::read(payload).map(#view::#name))
        }
        None => quote!(::core::option::Option::Some(#view::#unknown(payload))),
    };
    let owns = all().map(|f| {
        let (name, marker) = (&f.name, &f.wire.marker);
        let boxed = f.boxed.then(|| quote!(.map(::netlink_runtime::__private::Box::new)));
        quote!(#view::#name(v) => {
            <#marker as ::netlink_runtime::owned::Own>::own(v, depth) #boxed .map(Self::#name)
        })
    });
    let puts = all().map(|f| {
        let (name, marker) = (&f.name, &f.wire.marker);
        quote!(Self::#name(v) => <#marker as ::netlink_runtime::owned::Own>::put(v, enc, id),)
    });
    let exacts = all().map(|f| {
        let (name, marker) = (&f.name, &f.wire.marker);
        quote!(Self::#name(v) => <#marker as ::netlink_runtime::owned::Own>::exact(v, payload),)
    });
    let formats = forms.iter().map(|f| {
        let (marker, keys) = (&f.wire.marker, f.keys.iter().map(key));
        quote!(::netlink_runtime::meta::FormatMeta {
            keys: &[#(#keys),*], ty: <#marker as ::netlink_runtime::wire::wt::Wire>::TYPE,
        })
    });
    let default_meta = match default {
        Some(f) => {
            let marker = &f.wire.marker;
            quote!(::core::option::Option::Some(<#marker as ::netlink_runtime::wire::wt::Wire>::TYPE))
        }
        None => quote!(::core::option::Option::None),
    };
    let methods = forms.iter().map(method);
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
        #[derive(Debug)]
        #vis struct #builder<B> {
            slot: ::netlink_runtime::containers::SubSlot<B>,
        }

        impl<B: ::netlink_runtime::build::Buf> #builder<B> {
            #(#methods)*
        }

        const _: () = {
            impl ::netlink_runtime::Selected for #name {
                type View<'a> = #view<'a>;

                #[allow(clippy::match_single_binding)] // tables of a default alone
                fn read<'a>(
                    payload: &'a [::core::primitive::u8],
                    selectors: &[::netlink_runtime::Selector<'a>],
                ) -> ::core::option::Option<#view<'a>> {
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

            impl ::netlink_runtime::containers::BuildSub for #name {
                type Builder<B: ::netlink_runtime::build::Buf> = #builder<B>;

                #[inline]
                fn builder<B: ::netlink_runtime::build::Buf>(
                    slot: ::netlink_runtime::containers::SubSlot<B>,
                ) -> #builder<B> {
                    #builder { slot }
                }
            }
        };

        #debug
    }
}

/// A builder's method for one form: writes the selector and the payload.
fn method(form: &Form) -> TokenStream {
    let Form { docs, keys, wire, .. } = form;
    let method = format_ident!("{}", snake(&form.name.to_string()));
    let marker = &wire.marker;
    let Some(first) = keys.first() else { return TokenStream::new() };
    let key = key(first);
    let (argument, write) = match &wire.kind {
        Kind::Nest(ty) => {
            let builder = quote!(<#ty as ::netlink_runtime::build::BuildSet>::Builder<B>);
            (
                quote!(build: impl ::core::ops::FnOnce(#builder) -> #builder),
                quote!(|enc, id| ::netlink_runtime::build::nest::<#ty, B>(enc, id, build)),
            )
        }
        _ => (
            quote!(value: &<#marker as ::netlink_runtime::owned::Own>::Owned),
            quote!(|enc, id| <#marker as ::netlink_runtime::owned::Own>::put(value, enc, id)),
        ),
    };
    quote! {
        #(#docs)*
        #[inline]
        pub fn #method(self, #argument) -> ::netlink_runtime::build::Enc<B> {
            self.slot.put(#key, #write)
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
