//! `#[derive(NetlinkSub)]`: payloads whose form a selector chooses.

mod emit;

use crate::attr::{self, Item, Key};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::set::MAX_SELECTORS;
use crate::shape;
use crate::wire::{self, Keywords, Wire};
use crate::words;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, Type};

pub(crate) use emit::emit;

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
    /// There are errors: what is left serves the items that use it.
    broken: bool,
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
            let text = "sub-messages are enums: one variant for each form";
            cx.error(codes::ITEM, &input.ident, text);
            return None;
        };
        cx.refuse_generics(&input.generics, "sub-messages");
        let mut debug = false;
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Word(w) if w == "debug" => debug = true,
                other => words::SUB.refuse(cx, &other),
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
                unknown_form(cx, variant, &items);
                if let Some(before) = unknown.replace(variant.ident.clone()) {
                    let text = format!("one variant is `unknown`, and that is `{before}`");
                    cx.error(codes::ONE_ONLY, &variant.ident, text);
                }
                continue;
            }
            let Some(form) = form(cx, variant, items) else { continue };
            let Some(taken) = form.taken(&forms) else {
                if !form.keys.is_empty() {
                    forms.push(form);
                } else if let Some(before) = &default {
                    let text = format!("one variant is `default`, and that is `{}`", before.name);
                    cx.error(codes::ONE_ONLY, &form.name, text);
                } else {
                    default = Some(form);
                }
                continue;
            };
            let text = format!("`{}` has the same key: one of them would never be read", taken.name);
            cx.error(codes::KEY_TAKEN, &form.name, text);
        }
        let unknown = unknown.unwrap_or_else(|| {
            let text = "add `#[netlink(unknown)] Unknown(Vec<u8>)`: kernels add forms";
            cx.error(codes::NO_UNKNOWN, &input.ident, text);
            Ident::new("Unknown", input.ident.span())
        });
        let (name, vis) = (input.ident.clone(), input.vis.clone());
        let sub = Sub { name, vis, forms, default, unknown, debug, broken: cx.count() > 0 };
        input.generics.params.is_empty().then_some(sub)
    }
}

/// The variant that takes all forms that no other takes.
fn unknown_form(cx: &Ctxt, variant: &syn::Variant, items: &[Item]) {
    let bytes = |ty| shape::inside(ty, "Vec").is_some_and(|t| shape::is(t, "u8"));
    if !payload(variant).is_some_and(bytes) {
        let text = format!("`unknown` holds the payload's bytes: `{}(Vec<u8>)`", variant.ident);
        cx.error(codes::PAYLOAD, &variant.ident, text);
    }
    if let Some(other) = items.iter().find(|i| !matches!(i, Item::Word(w) if w == "unknown")) {
        let text = "`unknown` stands alone: it takes all forms that no other variant takes";
        cx.error(codes::EXCLUSIVE, other.at(), text);
    }
}

fn form(cx: &Ctxt, variant: &syn::Variant, items: Vec<Item>) -> Option<Form> {
    let mut keys = Vec::new();
    let mut default = None;
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
            Item::Word(w) if w == "default" => default = Some(w),
            Item::Word(w) if words.take(cx, &w) => {}
            Item::Type(w, ty) => cx.once(&mut words.names, &w, ty),
            other => words::FORM.refuse(cx, &other),
        }
    }
    if let Some(word) = default.as_ref().filter(|_| !keys.is_empty()) {
        let text = "`default` takes all selectors that no other form takes: it has no key";
        cx.error(codes::EXCLUSIVE, word, text);
    }
    if keys.len() > MAX_SELECTORS {
        let text = format!("at most {MAX_SELECTORS} selectors choose one form");
        cx.error(codes::SELECTOR_COUNT, &variant.ident, text);
    }
    if cx.count() > before {
        // What is wrong with the words says more than what follows from it.
        return None;
    }
    if keys.is_empty() && default.is_none() {
        let text = "which selector value is this? Say `#[netlink(\"name\", …)]`, `#[netlink(NAME = 1, …)]`, \
                    `#[netlink(default, …)]` or `#[netlink(unknown)]`";
        cx.error(codes::NO_KEY, &variant.ident, text);
        return None;
    }
    let Some(ty) = payload(variant) else {
        let text = format!("a form holds its payload: `{}(Type)`", variant.ident);
        cx.error(codes::PAYLOAD, &variant.ident, text);
        return None;
    };
    let (ty, boxed) = match shape::inside(ty, "Box") {
        Some(inner) => (inner, true),
        None => (ty, false),
    };
    if shape::is(ty, "bool") {
        let text = "a form holds its payload, and a flag has none: a form without payload is `Vec<u8>`";
        cx.error(codes::FIELD_TYPE, ty, text);
        return None;
    }
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
