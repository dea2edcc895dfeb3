//! Attribute sets: from a struct to its model.

mod field;

use crate::attr::{self, Item, Number, Selector};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::guard::Guard;
use crate::shape;
use crate::wire::{Kind, Wire};
use crate::words;
use field::FieldWords;
use proc_macro2::Span;
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{DeriveInput, Expr, Ident, Type};

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
    /// Fields that could not be read.
    lost: Vec<Ident>,
    /// There are errors: what is left serves the items that use it.
    pub(crate) broken: bool,
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

#[expect(clippy::large_enum_variant, reason = "a few of them live, for as long as a macro runs")]
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
    /// The payload is of one wire type.
    pub(crate) fn is_wire(&self) -> bool {
        matches!(self.payload, Payload::Wire(_))
    }

    /// The setter's name for owned values.
    pub(crate) fn owned_setter(&self) -> Ident {
        let name = self.name.unraw().to_string();
        format_ident!("{}_from", name.trim_end_matches('_'), span = self.place())
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

    /// Whether it can select the form of another attribute.
    fn selects(&self) -> bool {
        self.card != Card::Multi && self.wire().is_some_and(|wire| wire.selects)
    }

    /// What the type has to be.
    pub(crate) fn guard(&self) -> Option<Guard> {
        match &self.payload {
            Payload::Wire(wire) => wire.guard.clone(),
            Payload::Selected { ty, .. } => Some(Guard::selected(ty)),
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

impl Set {
    /// What its types have to be.
    pub(crate) fn guards(&self) -> impl Iterator<Item = Guard> {
        let header = self.header.iter().map(|(_, ty)| Guard::c_struct(ty));
        header.chain(self.fields.iter().filter_map(Field::guard))
    }
}

/// As many as `netlink_runtime::build::MAX_SELECTORS`.
pub(crate) const MAX_SELECTORS: usize = 4;

/// Two of the type's 16 bits are flags.
pub(crate) const MAX_NUMBER: u64 = 0x3fff;

/// What is said of larger ones.
pub(crate) const NUMBERS: &str = "attribute numbers are 14 bits";

impl Set {
    /// Reads a struct; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Set> {
        let named = shape::named_fields(cx, input, "attribute sets")?;
        if !input.generics.params.is_empty() {
            let text = "attribute sets have no parameters: say the types themselves. To borrow fields from a \
                        message, derive a projection of the set: `#[netlink(of = Set)]`";
            cx.error(codes::GENERICS, &input.generics.params, text);
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
            lost: Vec::new(),
            broken: false,
        };
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Word(w) if w == "debug" => set.debug = true,
                Item::Numbers(w, numbers) if w == "pad" => set.pads.extend(numbers),
                Item::Numbers(w, numbers) if w == "unused" => set.unused.extend(numbers),
                // Where the family is known: operations carry it.
                Item::Value(w, _) if w == "family" || w == "version" => {}
                other => words::SET.refuse(cx, &other),
            }
        }
        for field in named {
            set.field(cx, field);
        }
        for number in set.pads.iter().chain(&set.unused) {
            number.check(cx, MAX_NUMBER, NUMBERS);
        }
        for number in &set.unused {
            if let Some(field) = set.fields.iter().find(|f| f.number.literal == number.literal) {
                let text = format!("this number is used: by `{}` ({})", field.name, field.number.c_name);
                cx.error(codes::NUMBER_TAKEN, number.at(), text);
            }
        }
        let found: Vec<bool> = set.fields.iter().map(|field| set.finds(cx, field)).collect();
        let mut found = found.into_iter();
        set.fields.retain(|_| found.next().unwrap_or_default());
        set.broken = cx.count() > 0;
        input.generics.params.is_empty().then_some(set)
    }

    fn field(&mut self, cx: &Ctxt, field: &syn::Field) {
        let Some(name) = field.ident.clone() else { return };
        let before = cx.count();
        let words = FieldWords::read(cx, field);
        if cx.count() > before {
            // What is wrong with the words says more than what follows from it.
            self.lost.push(name);
            return;
        }
        if let Some(word) = &words.header {
            words.alone(cx, "the fixed header");
            if let Some(rest) = &words.rest {
                let text = "the header stands before the attributes, and `rest` holds those that are unknown: \
                            they are two fields";
                cx.error(codes::EXCLUSIVE, rest, text);
                self.lost.push(name);
                return;
            }
            if let Some((before, _)) = &self.header {
                let text = format!("a set has one header, and that is `{before}`");
                cx.error(codes::ONE_ONLY, word, text);
                self.lost.push(name);
            } else {
                self.header = Some((name, field.ty.clone()));
            }
            return;
        }
        if let Some(word) = &words.rest {
            words.alone(cx, "`rest`");
            if !shape::is(&field.ty, "Rest") {
                let text = "`rest` fields hold `Rest`: the attributes that no other field takes";
                cx.error(codes::FIELD_TYPE, &field.ty, text);
                self.lost.push(name);
            } else if let Some(before) = &self.rest {
                cx.error(codes::ONE_ONLY, word, format!("a set has one `rest`, and that is `{before}`"));
                self.lost.push(name);
            } else {
                self.rest = Some(name);
            }
            return;
        }
        let Some(number) = words.number.clone() else {
            let text = "which attribute is this? Say its number: `#[netlink(NAME = 1)]`, or the constant that \
                        holds it: `#[netlink(NAME)]`";
            cx.error(codes::NO_NUMBER, &name, text);
            self.lost.push(name);
            return;
        };
        let Some((payload, card, boxed)) = words.payload(cx, &field.ty) else {
            self.lost.push(name);
            return;
        };
        let ordinal = self.fields.len() as u16;
        let docs = attr::docs(&field.attrs);
        let bounds = words.bounds(cx, &payload);
        let field = Field { name, docs, number, ordinal, payload, card, boxed, bounds };
        if self.check(cx, &field) {
            self.fields.push(field);
        } else {
            self.lost.push(field.name);
        }
    }

    /// Whether a field agrees with those before it.
    fn check(&self, cx: &Ctxt, field: &Field) -> bool {
        let before = cx.count();
        let Field { name, number, .. } = field;
        number.check(cx, MAX_NUMBER, NUMBERS);
        let taken =
            self.fields.iter().find(|f| number.literal.is_some() && f.number.literal == number.literal);
        if let (Some(literal), Some(taken)) = (number.literal, taken) {
            let text = format!("number {literal} is taken by `{}` ({})", taken.name, taken.number.c_name);
            cx.error(codes::NUMBER_TAKEN, number.at(), text);
        }
        let setter = |one: &Field, other: &Field| one.has_owned_setter() && one.owned_setter() == other.name;
        for other in &self.fields {
            let text = if setter(other, field) {
                format!("`{name}` is the setter of `{}` for owned values: give one another name", other.name)
            } else if setter(field, other) {
                format!("`{}` is the setter of `{name}` for owned values: give one another name", other.name)
            } else if field.constant() == other.constant() {
                let constant = field.constant();
                format!("the constant `{constant}` would be `{}` as well: give one another name", other.name)
            } else {
                continue;
            };
            cx.error(codes::NAME_TAKEN, name, text);
        }
        cx.count() == before
    }

    /// Whether a field finds in the whole set what it wants of it.
    fn finds(&self, cx: &Ctxt, field: &Field) -> bool {
        let before = cx.count();
        if self.header.is_some() && field.name == "header" {
            let text =
                "a set with a fixed header has a method `header` already: give this attribute another name";
            cx.error(codes::NAME_TAKEN, &field.name, text);
        }
        let Payload::Selected { selectors, .. } = &field.payload else { return cx.count() == before };
        for selector in selectors {
            match selector {
                Selector::Field(s) if self.lost.contains(s) => return false,
                Selector::Field(s) => match self.fields.iter().find(|f| f.name == *s) {
                    None if s == "header" || s == "outer" || s == "request" => {
                        let text = format!("a selector in another place has a name there: `{s}.name`");
                        cx.error(codes::SELECTOR_PLACE, s, text);
                    }
                    None => cx.error(codes::NO_SUCH_FIELD, s, self.no_field(s)),
                    Some(chooser) if chooser.name == field.name => {
                        let text = format!("`{s}` cannot select its own form");
                        cx.error(codes::NO_SELECTOR, s, text);
                    }
                    Some(chooser) if !chooser.selects() => {
                        let text = format!(
                            "`{s}` cannot select a form: selectors are `NlString`s, integers and enums that \
                             stand once"
                        );
                        cx.error(codes::NO_SELECTOR, s, text);
                    }
                    Some(_) => {}
                },
                Selector::Header(_) if self.header.is_none() && !self.lost.is_empty() => return false,
                Selector::Header(s) if self.header.is_none() => {
                    let text = format!("`{}` has no field marked `#[netlink(header)]`", self.name);
                    cx.error(codes::NO_HEADER, s, text);
                }
                _ => {}
            }
        }
        cx.count() == before
    }

    /// What is said of a name that no field has.
    fn no_field(&self, name: &Ident) -> String {
        let names: Vec<String> = self.fields.iter().map(|f| f.name.unraw().to_string()).collect();
        format!("no field `{name}` in `{}`{}", self.name, words::which_has(&name.to_string(), &names))
    }
}
