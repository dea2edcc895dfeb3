//! Attribute sets: from a struct to its model.

use crate::attr::{self, Item, Number, Selector};
use crate::ctxt::Ctxt;
use crate::shape;
use crate::wire::{self, Keywords, Kind, Wire};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident, Type};

/// An attribute set.
pub(crate) struct Set {
    pub(crate) name: Ident,
    pub(crate) vis: syn::Visibility,
    pub(crate) header: Option<(Ident, Type)>,
    pub(crate) rest: Option<Ident>,
    pub(crate) fields: Vec<Field>,
    pub(crate) pads: Vec<Number>,
    pub(crate) unused: Vec<Number>,
    /// Derive `Debug` for the owned type.
    pub(crate) debug: bool,
}

/// An attribute.
pub(crate) struct Field {
    pub(crate) name: Ident,
    pub(crate) docs: Vec<syn::Attribute>,
    pub(crate) number: Number,
    /// Position among the fields.
    pub(crate) ordinal: u16,
    pub(crate) payload: Payload,
    pub(crate) card: Card,
    /// The owned field is a `Box`.
    pub(crate) boxed: bool,
}

pub(crate) enum Payload {
    /// Of one wire type.
    Wire(Wire),
    /// Of a form that selectors choose.
    Selected { ty: Type, selectors: Vec<Selector>, address: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Card {
    /// `Option<T>`.
    Optional,
    /// `T`: every message has it.
    Always,
    /// `bool`.
    Flag,
    /// `Vec<T>`, the attribute repeats.
    Multi,
}

impl Field {
    /// The setter's name for owned values.
    pub(crate) fn owned_setter(&self) -> Ident {
        format_ident!("{}_from", self.name.to_string().trim_end_matches('_'))
    }

    /// The wire type, for payloads that have one.
    pub(crate) fn wire(&self) -> Option<&Wire> {
        match &self.payload {
            Payload::Wire(wire) => Some(wire),
            Payload::Selected { .. } => None,
        }
    }
}

/// Words of a field that are not about its payload.
#[derive(Default)]
struct FieldWords {
    number: Option<Number>,
    keywords: Keywords,
    multi: bool,
    indexed: bool,
    array: bool,
    records: bool,
    header: bool,
    rest: bool,
    type_value: Option<(Ident, usize)>,
    sub: Option<(Ident, Vec<Selector>)>,
}

impl Set {
    /// Reads a struct; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Set> {
        let Data::Struct(data) = &input.data else {
            cx.error(&input.ident, "attribute sets are structs with named fields");
            return None;
        };
        let Fields::Named(named) = &data.fields else {
            cx.error(&input.ident, "attribute sets are structs with named fields");
            return None;
        };
        if !input.generics.params.is_empty() {
            cx.error(&input.generics, "attribute sets have no parameters: their views borrow by themselves");
        }
        let mut set = Set {
            name: input.ident.clone(),
            vis: input.vis.clone(),
            header: None,
            rest: None,
            fields: Vec::new(),
            pads: Vec::new(),
            unused: Vec::new(),
            debug: false,
        };
        for item in attr::items(cx, &input.attrs) {
            match item {
                Item::Word(w) if w == "debug" => set.debug = true,
                Item::Numbers(w, numbers) if w == "pad" => set.pads.extend(numbers),
                Item::Numbers(w, numbers) if w == "unused" => set.unused.extend(numbers),
                // Where the family is known: operations carry it.
                Item::Value(w, _) if w == "family" || w == "version" => {}
                other => cx.error(
                    other.tokens(),
                    "unknown keyword here; attribute sets take `debug`, `pad(…)`, `unused(…)`, `family = \"…\"`, \
                     `version = n`",
                ),
            }
        }
        for field in &named.named {
            set.field(cx, field);
        }
        set.check(cx);
        Some(set)
    }

    fn field(&mut self, cx: &Ctxt, field: &syn::Field) {
        let Some(name) = field.ident.clone() else { return };
        let words = FieldWords::read(cx, field);
        if words.header {
            if self.header.replace((name, field.ty.clone())).is_some() {
                cx.error(field, "a set has one header");
            }
            return;
        }
        if words.rest {
            if self.rest.replace(name).is_some() {
                cx.error(field, "a set has one `rest`");
            }
            return;
        }
        let Some(number) = words.number.clone() else {
            cx.error(
                &name,
                "which attribute is this? Say its number: `#[netlink(NAME = 1)]`, or the constant that holds it: \
                 `#[netlink(NAME)]`",
            );
            return;
        };
        let Some((payload, card, boxed)) = words.payload(cx, &field.ty) else { return };
        let ordinal = self.fields.len() as u16;
        let docs = attr::docs(&field.attrs);
        self.fields.push(Field { name, docs, number, ordinal, payload, card, boxed });
    }

    fn check(&self, cx: &Ctxt) {
        for (ix, field) in self.fields.iter().enumerate() {
            let name = field.name.to_string();
            if self.header.is_some() && name == "header" {
                cx.error(&field.name, "a set with a fixed header has a method `header` already");
            }
            if let Some(literal) = field.number.literal {
                if literal > 0x3fff {
                    let error = "attribute numbers are 14 bits: at most 16383";
                    cx.push(syn::Error::new(field.number.span, error));
                }
                let taken = self.fields[..ix].iter().find(|f| f.number.literal == Some(literal));
                if let Some(taken) = taken {
                    let message =
                        format!("number {literal} is taken by `{}` ({})", taken.name, taken.number.c_name);
                    cx.push(syn::Error::new(field.number.span, message));
                }
            }
            let Payload::Selected { selectors, .. } = &field.payload else { continue };
            for selector in selectors {
                match selector {
                    Selector::Field(s) if !self.fields.iter().any(|f| f.name == *s) => {
                        cx.error(s, format!("no field `{s}` in `{}`", self.name));
                    }
                    Selector::Header(s) if self.header.is_none() => {
                        cx.error(s, format!("`{}` has no field marked `#[netlink(header)]`", self.name));
                    }
                    Selector::Outer(s) | Selector::Request(s) => {
                        cx.error(s, "selectors outside of the set and its header are not supported yet");
                    }
                    Selector::Field(_) | Selector::Header(_) => {}
                }
            }
        }
    }
}

impl FieldWords {
    fn read(cx: &Ctxt, field: &syn::Field) -> Self {
        let mut words = FieldWords::default();
        for item in attr::items(cx, &field.attrs) {
            match item {
                Item::Number(number) => {
                    if words.number.is_some() {
                        cx.push(syn::Error::new(number.span, "the attribute's number is said twice"));
                    }
                    words.number = Some(number);
                }
                Item::Word(w) if w == "multi" => words.multi = true,
                Item::Word(w) if w == "indexed" => words.indexed = true,
                Item::Word(w) if w == "array" => words.array = true,
                Item::Word(w) if w == "records" => words.records = true,
                Item::Word(w) if w == "header" => words.header = true,
                Item::Word(w) if w == "rest" => words.rest = true,
                Item::Word(w) => {
                    if !words.keywords.take(cx, &w) {
                        cx.error(&w, format!("unknown netlink keyword `{w}`{}", suggest(&w.to_string())));
                    }
                }
                Item::Type(_, ty) => words.keywords.names = Some(ty),
                Item::Selectors(w, selectors) => words.sub = Some((w, selectors)),
                Item::Idents(w, names) if w == "type_value" => words.type_value = Some((w, names.len())),
                other => cx.error(other.tokens(), "this keyword does not go with a field"),
            }
        }
        words
    }

    /// Payload, cardinality and whether the owned field is boxed.
    fn payload(&self, cx: &Ctxt, ty: &Type) -> Option<(Payload, Card, bool)> {
        if shape::is(ty, "bool") && self.keywords.form.is_none() && self.keywords.word.is_none() {
            let wire = wire::wire(cx, &self.keywords, ty)?;
            return Some((Payload::Wire(wire), Card::Flag, false));
        }
        let (inner, card) = if self.multi {
            let Some(inner) = shape::inside(ty, "Vec") else {
                cx.error(ty, "`multi` fields hold `Vec<T>`: the attribute repeats");
                return None;
            };
            (inner, Card::Multi)
        } else {
            match shape::inside(ty, "Option") {
                Some(inner) => (inner, Card::Optional),
                None => (ty, Card::Always),
            }
        };
        let (inner, boxed) = match shape::inside(inner, "Box") {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        if let Some((word, selectors)) = &self.sub {
            let address = word == "by";
            if card == Card::Multi {
                cx.error(word, "`multi` does not go with a selector");
            }
            let payload = Payload::Selected { ty: inner.clone(), selectors: selectors.clone(), address };
            return Some((payload, card, boxed));
        }
        Some((Payload::Wire(self.wire(cx, inner)?), card, boxed))
    }

    /// The wire type, with members wrapped.
    fn wire(&self, cx: &Ctxt, ty: &Type) -> Option<Wire> {
        let rt = quote!(::netlink_runtime::wire);
        let list = |what: &str| match shape::inside(ty, "Vec") {
            Some(inner) => Some(inner),
            None => {
                cx.error(ty, format!("`{what}` fields hold a `Vec`"));
                None
            }
        };
        let built = |marker: TokenStream, kind: Kind| {
            let view = quote!(<#marker as #rt::wt::Wire>::View<'a>);
            Wire { marker, view, kind }
        };
        if self.indexed || self.type_value.is_some() {
            let pair = list("indexed")?;
            let Some(member) = shape::second(pair) else {
                cx.error(pair, "members come with their numbers: `Vec<(u16, T)>`, or `Vec<([u16; 2], T)>`");
                return None;
            };
            let marker = wire::wire(cx, &self.keywords, member)?.marker;
            return Some(match self.type_value {
                Some((_, levels)) => {
                    built(quote!(#rt::TypeValueOf<#marker, #levels>), Kind::TypeValue(levels))
                }
                None => built(quote!(#rt::IndexedOf<#marker>), Kind::Indexed(marker)),
            });
        }
        if self.array {
            let marker = wire::wire(cx, &self.keywords, list("array")?)?.marker;
            return Some(built(quote!(#rt::ArrayOf<#marker>), Kind::Value));
        }
        if self.records {
            let set = list("records")?;
            return Some(built(quote!(#rt::RecordsOf<#set>), Kind::Records(set.clone())));
        }
        wire::wire(cx, &self.keywords, ty)
    }
}

/// The word that was meant, perhaps.
fn suggest(word: &str) -> String {
    const WORDS: &[&str] = &[
        "nested",
        "struct",
        "flex",
        "multi",
        "indexed",
        "array",
        "records",
        "sub",
        "by",
        "be",
        "le",
        "net",
        "uint",
        "sint",
        "msecs",
        "header",
        "rest",
        "names",
        "type_value",
    ];
    let near = WORDS.iter().find(|w| {
        let common = w.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
        common >= 3 && w.len().abs_diff(word.len()) <= 2
    });
    near.map_or_else(String::new, |w| format!("; did you mean `{w}`?"))
}

impl Item {
    /// Tokens to point at.
    pub(crate) fn tokens(&self) -> TokenStream {
        let span = match self {
            Item::Number(n) | Item::Message(_, n, _) => n.span,
            Item::Text(t) => t.span(),
            Item::Int(i) | Item::Tail(i, ..) => i.span(),
            Item::Word(w)
            | Item::Selectors(w, _)
            | Item::Idents(w, _)
            | Item::Numbers(w, _)
            | Item::Type(w, _)
            | Item::Ints(w, _)
            | Item::Value(w, _) => w.span(),
        };
        let at = Ident::new("here", span);
        quote!(#at)
    }
}
