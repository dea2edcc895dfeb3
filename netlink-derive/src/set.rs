//! Attribute sets: from a struct to its model.

use crate::attr::{self, Item, Number, Selector};
use crate::ctxt::Ctxt;
use crate::shape;
use crate::wire::{self, Keywords, Kind, Wire};
use proc_macro2::Span;
use quote::{format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, Ident, Type};

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
    /// All fields could be read.
    complete: bool,
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
    /// Least and greatest length that setters accept.
    pub(crate) bounds: Option<Bounds>,
}

/// Lengths of a payload, in bytes; of text without its NUL.
#[derive(Clone, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Expr>,
    pub(crate) max: Option<Expr>,
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
        let name = self.name.unraw().to_string();
        format_ident!("{}_from", name.trim_end_matches('_'), span = self.place())
    }

    /// The setter that owned values of a field with bounds are written by: what the kernel sent is
    /// not ours to judge.
    pub(crate) fn unbounded_setter(&self) -> Ident {
        format_ident!("__{}", self.owned_setter(), span = self.place())
    }

    /// The associated constant's name.
    pub(crate) fn constant(&self) -> Ident {
        shape::constant(&self.name)
    }

    /// Where errors about the field's type are shown.
    pub(crate) fn place(&self) -> Span {
        match &self.payload {
            Payload::Wire(wire) => wire.place,
            Payload::Selected { ty, .. } => shape::place(ty),
        }
    }

    /// Whether there is such a setter, beside the one that builds in place.
    pub(crate) fn has_owned_setter(&self) -> bool {
        match &self.payload {
            Payload::Wire(wire) => !matches!(wire.kind, Kind::Scalar(_) | Kind::Value),
            Payload::Selected { address, .. } => !address,
        }
    }

    /// The wire type, for payloads that have one.
    pub(crate) fn wire(&self) -> Option<&Wire> {
        match &self.payload {
            Payload::Wire(wire) => Some(wire),
            Payload::Selected { .. } => None,
        }
    }
}

/// How a container numbers its members.
#[derive(Clone, Copy)]
enum Members {
    Indexed,
    /// So many levels.
    TypeValue(usize),
}

/// As many as `netlink_runtime::build::MAX_SELECTORS`.
const MAX_SELECTORS: usize = 4;

/// Words of a field that are not about its payload.
#[derive(Default)]
struct FieldWords {
    number: Option<Number>,
    keywords: Keywords,
    multi: bool,
    members: Option<(Ident, Members)>,
    header: bool,
    rest: bool,
    sub: Option<(Ident, Vec<Selector>)>,
    bounds: Option<(Ident, Bounds)>,
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
            cx.error(
                &input.generics.params,
                "attribute sets have no parameters: say the types themselves. To borrow fields from a message, \
                 derive a projection of the set: `#[netlink(of = Set)]`",
            );
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
            complete: true,
        };
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Word(w) if w == "debug" => set.debug = true,
                Item::Numbers(w, numbers) if w == "pad" => set.pads.extend(numbers),
                Item::Numbers(w, numbers) if w == "unused" => set.unused.extend(numbers),
                // Where the family is known: operations carry it.
                Item::Value(w, _) if w == "family" || w == "version" => {}
                other => cx.error(
                    other.tokens(),
                    "unknown keyword here; attribute sets take `debug`, `pad(…)`, `unused(…)`, `family = \"…\"`, \
                     `version = n`, `crate = path`",
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
        let before = cx.count();
        let words = FieldWords::read(cx, field);
        if cx.count() > before {
            // What is wrong with the words says more than what follows from it.
            self.complete = false;
            return;
        }
        if words.header {
            if let Some((before, _)) = &self.header {
                cx.error(&name, format!("a set has one header, and that is `{before}`"));
            }
            words.alone(cx, "the fixed header");
            self.header = Some((name, field.ty.clone()));
            return;
        }
        if words.rest {
            if let Some(before) = &self.rest {
                cx.error(&name, format!("a set has one `rest`, and that is `{before}`"));
            }
            words.alone(cx, "`rest`");
            self.rest = Some(name);
            return;
        }
        let Some(number) = words.number.clone() else {
            cx.error(
                &name,
                "which attribute is this? Say its number: `#[netlink(NAME = 1)]`, or the constant that holds it: \
                 `#[netlink(NAME)]`",
            );
            self.complete = false;
            return;
        };
        let Some((payload, card, boxed)) = words.payload(cx, &field.ty) else {
            self.complete = false;
            return;
        };
        let ordinal = self.fields.len() as u16;
        let docs = attr::docs(&field.attrs);
        let bounds = words.bounds(cx, &payload);
        self.fields.push(Field { name, docs, number, ordinal, payload, card, boxed, bounds });
    }

    fn check(&self, cx: &Ctxt) {
        for (ix, field) in self.fields.iter().enumerate() {
            let name = field.name.to_string();
            if self.header.is_some() && name == "header" {
                cx.error(
                    &field.name,
                    "a set with a fixed header has a method `header` already: give this attribute another name",
                );
            }
            let setter = self.fields.iter().find(|f| f.has_owned_setter() && f.owned_setter() == field.name);
            if let Some(other) = setter {
                cx.error(
                    &field.name,
                    format!(
                        "`{name}` is the setter of `{}` for owned values: give one another name",
                        other.name
                    ),
                );
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
                    Selector::Field(s) if self.complete && !self.fields.iter().any(|f| f.name == *s) => {
                        let fields: Vec<String> =
                            self.fields.iter().map(|f| format!("`{}`", f.name)).collect();
                        let message =
                            format!("no field `{s}` in `{}`, which has {}", self.name, fields.join(", "));
                        cx.error(s, message);
                    }
                    Selector::Header(s) if self.complete && self.header.is_none() => {
                        let message = format!("`{}` has no field marked `#[netlink(header)]`", self.name);
                        cx.error(s, message);
                    }
                    _ => {}
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
                        cx.push(syn::Error::new(
                            number.span,
                            "the attribute's number is said twice: a field is one attribute",
                        ));
                    }
                    words.number = Some(number);
                }
                Item::Word(w) if w == "multi" => words.multi = true,
                Item::Word(w) if w == "indexed" => words.members(cx, w, Members::Indexed),
                Item::Word(w) if w == "header" => words.header = true,
                Item::Word(w) if w == "rest" => words.rest = true,
                Item::Word(w) => {
                    if !words.keywords.take(cx, &w) {
                        cx.error(
                            &w,
                            format!("unknown netlink keyword `{w}`{}", attr::suggest(&w.to_string())),
                        );
                    }
                }
                Item::Type(_, ty) => words.keywords.names = Some(ty),
                Item::Selectors(w, selectors) => {
                    if selectors.is_empty() || (w == "by" && selectors.len() > 1) {
                        cx.error(
                            &w,
                            format!("say what selects the form: `{w}(field)` or `{w}(header.member)`"),
                        );
                    }
                    if selectors.len() > MAX_SELECTORS {
                        cx.error(&w, format!("at most {MAX_SELECTORS} selectors choose one form"));
                    }
                    words.sub = Some((w, selectors));
                }
                Item::Idents(w, names) if w == "type_value" => {
                    words.members(cx, w, Members::TypeValue(names.len()));
                }
                Item::Value(w, value) if w == "min_len" || w == "max_len" || w == "exact_len" => {
                    let (_, bounds) = words.bounds.get_or_insert_with(|| (w.clone(), Bounds::default()));
                    let twice = (w != "max_len" && bounds.min.replace(value.clone()).is_some())
                        | (w != "min_len" && bounds.max.replace(value).is_some());
                    if twice {
                        cx.error(&w, "this length is said twice");
                    }
                }
                Item::Int(int) => {
                    cx.error(&int, format!("whose number is this? Say the C name too: `NAME = {int}`"));
                }
                other => cx.error(
                    other.tokens(),
                    "this does not go with a field, which takes `NAME = number` and the keywords of its type",
                ),
            }
        }
        words
    }

    /// `indexed` or `type_value(…)`.
    fn members(&mut self, cx: &Ctxt, word: Ident, members: Members) {
        if let Some((before, _)) = &self.members {
            cx.error(&word, format!("`{word}` and `{before}` exclude each other"));
        }
        if matches!(members, Members::TypeValue(0)) {
            cx.error(&word, "name the levels: `type_value(cpu, index)`");
        }
        self.members = Some((word, members));
    }

    /// The field is no attribute, so it has no number.
    fn alone(&self, cx: &Ctxt, what: &str) {
        if let Some(number) = &self.number {
            cx.push(syn::Error::new(number.span, format!("{what} is no attribute: it has no number")));
        }
    }

    /// Bounds of the length, which text, bytes and addresses of any length have.
    fn bounds(&self, cx: &Ctxt, payload: &Payload) -> Option<Bounds> {
        let (word, bounds) = self.bounds.as_ref()?;
        if !matches!(payload, Payload::Wire(Wire { kind: Kind::Value, .. })) {
            cx.error(
                word,
                format!("`{word}` goes with text, bytes, arrays and structs: other lengths are fixed"),
            );
            return None;
        }
        Some(bounds.clone())
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
            let members = self.members.as_ref().map(|(w, _)| w);
            let several = self.keywords.several.as_ref().map(|(w, _)| w);
            if let Some(form) = self.keywords.form.as_ref().or(members).or(several) {
                cx.error(form, format!("`{word}(…)` already says the form of the payload"));
            }
            let payload = Payload::Selected { ty: inner.clone(), selectors: selectors.clone(), address };
            return Some((payload, card, boxed));
        }
        Some((Payload::Wire(self.wire(cx, inner)?), card, boxed))
    }

    /// The wire type, with members wrapped.
    fn wire(&self, cx: &Ctxt, ty: &Type) -> Option<Wire> {
        let rt = quote_spanned!(shape::place(ty)=> ::netlink_runtime::wire);
        let built = |marker, kind| Wire::of(marker, kind, ty);
        let Some((word, members)) = &self.members else { return wire::wire(cx, &self.keywords, ty) };
        let Some(inner) = shape::inside(ty, "Vec") else {
            cx.error(ty, format!("`{word}` fields hold a `Vec`"));
            return None;
        };
        let pair = |number: &str| {
            let member = shape::second(inner);
            if member.is_none() {
                cx.error(inner, format!("`{word}` members come with their numbers: `Vec<({number}, T)>`"));
            }
            wire::wire(cx, &self.keywords, member?)
        };
        Some(match *members {
            Members::Indexed => {
                let marker = pair("u16")?.marker;
                built(quote_spanned!(shape::place(ty)=> #rt::IndexedOf<#marker>), Kind::Indexed(marker))
            }
            Members::TypeValue(levels) => {
                let marker = pair(&format!("[u16; {levels}]"))?.marker;
                built(
                    quote_spanned!(shape::place(ty)=> #rt::TypeValueOf<#marker, #levels>),
                    Kind::TypeValue(marker, levels),
                )
            }
        })
    }
}
