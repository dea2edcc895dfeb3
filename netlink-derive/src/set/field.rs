//! A field's words and its type: what the attribute is.

use super::{Bounds, Card, MAX_SELECTORS, Payload};
use crate::attr::{self, Item, Number, Selector};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::shape;
use crate::wire::{self, Keywords, Kind, Wire};
use crate::words;
use quote::quote_spanned;
use syn::{Expr, Ident, Lit, Type};

/// How a container numbers its members.
#[derive(Clone, Copy)]
enum Members {
    Indexed,
    /// So many levels.
    TypeValue(usize),
}

/// The words of a field.
#[derive(Default)]
pub(super) struct FieldWords {
    pub(super) number: Option<Number>,
    keywords: Keywords,
    multi: Option<Ident>,
    members: Option<(Ident, Members)>,
    pub(super) header: Option<Ident>,
    pub(super) rest: Option<Ident>,
    sub: Option<(Ident, Vec<Selector>)>,
    bounds: Option<(Ident, Bounds)>,
}

impl FieldWords {
    pub(super) fn read(cx: &Ctxt, field: &syn::Field) -> Self {
        let mut words = FieldWords::default();
        for item in attr::items(cx, &field.attrs) {
            match item {
                Item::Number(number) => {
                    if words.number.is_some() {
                        let text = "the attribute's number is said twice: a field is one attribute";
                        cx.error(codes::TWICE, number.at(), text);
                    }
                    words.number = Some(number);
                }
                Item::Word(w) if w == "multi" => words.multi = Some(w),
                Item::Word(w) if w == "indexed" => words.members(cx, w, Members::Indexed),
                Item::Word(w) if w == "header" => words.header = Some(w),
                Item::Word(w) if w == "rest" => words.rest = Some(w),
                Item::Word(w) if words.keywords.take(cx, &w) => {}
                Item::Type(w, ty) => cx.once(&mut words.keywords.names, &w, ty),
                Item::Selectors(w, selectors) => words.selectors(cx, w, selectors),
                Item::Idents(w, names) if w == "type_value" => {
                    if names.is_empty() {
                        cx.error(codes::LEVELS, &w, "name the levels: `type_value(cpu, index)`");
                    }
                    words.members(cx, w, Members::TypeValue(names.len()));
                }
                Item::Value(w, value) if w == "min_len" || w == "max_len" || w == "exact_len" => {
                    let (_, bounds) = words.bounds.get_or_insert_with(|| (w.clone(), Bounds::default()));
                    let twice = (w != "max_len" && bounds.min.replace(value.clone()).is_some())
                        | (w != "min_len" && bounds.max.replace(value).is_some());
                    if twice {
                        cx.error(codes::TWICE, &w, "this length is said twice");
                    }
                }
                Item::Int(int) => {
                    let text = format!("whose number is this? Say the C name too: `NAME = {int}`");
                    cx.error(codes::NO_C_NAME, &int, text);
                }
                other => words::FIELD.refuse(cx, &other),
            }
        }
        words
    }

    /// `indexed` or `type_value(…)`.
    fn members(&mut self, cx: &Ctxt, word: Ident, members: Members) {
        if let Some((before, _)) = &self.members {
            cx.error(codes::EXCLUSIVE, &word, format!("`{word}` and `{before}` exclude each other"));
        }
        self.members = Some((word, members));
    }

    fn selectors(&mut self, cx: &Ctxt, word: Ident, selectors: Vec<Selector>) {
        if selectors.is_empty() || (word == "by" && selectors.len() > 1) {
            let text = format!("say what selects the form: `{word}(field)` or `{word}(header.member)`");
            cx.error(codes::SELECTOR_COUNT, &word, text);
        }
        if selectors.len() > MAX_SELECTORS {
            let text = format!("at most {MAX_SELECTORS} selectors choose one form");
            cx.error(codes::SELECTOR_COUNT, &word, text);
        }
        if let Some((before, _)) = &self.sub {
            cx.error(codes::EXCLUSIVE, &word, format!("`{word}(…)` and `{before}(…)` exclude each other"));
        }
        self.sub = Some((word, selectors));
    }

    /// The field is no attribute, so it has nothing that attributes have.
    pub(super) fn alone(&self, cx: &Ctxt, what: &str) {
        if let Some(number) = &self.number {
            let text = format!("{what} is no attribute: it has no number");
            cx.error(codes::NO_ATTRIBUTE, number.at(), text);
        }
        if let Some(word) = self.form().or(self.bounds.as_ref().map(|(w, _)| w)) {
            let text = format!("{what} is no attribute: `{word}` does not go with it");
            cx.error(codes::NO_ATTRIBUTE, word, text);
        }
        if let Some(names) = &self.keywords.names {
            let text = format!("{what} is no attribute: `names(…)` does not go with it");
            cx.error(codes::NO_ATTRIBUTE, names, text);
        }
    }

    /// A word that says what the payload is.
    fn form(&self) -> Option<&Ident> {
        let members = self.members.as_ref().map(|(w, _)| w);
        let sub = self.sub.as_ref().map(|(w, _)| w);
        self.keywords.first().or(members).or(sub).or(self.multi.as_ref())
    }

    /// Bounds of the length, which text, bytes and addresses of any length have.
    pub(super) fn bounds(&self, cx: &Ctxt, payload: &Payload) -> Option<Bounds> {
        let (word, bounds) = self.bounds.as_ref()?;
        if !matches!(payload, Payload::Wire(wire) if matches!(wire.kind, Kind::Value)) {
            let text = format!("`{word}` goes with text, bytes, arrays and structs: other lengths are fixed");
            cx.error(codes::BOUNDS, word, text);
            return None;
        }
        if let (Some(min), Some(max)) = (literal(&bounds.min), literal(&bounds.max)) {
            if min > max {
                let text = format!("no length is at least {min} and at most {max}");
                cx.error(codes::BOUNDS, word, text);
            }
        }
        Some(bounds.clone())
    }

    /// Payload, cardinality and whether the owned field is boxed.
    pub(super) fn payload(&self, cx: &Ctxt, ty: &Type) -> Option<(Payload, Card, bool)> {
        if shape::is(ty, "bool") && self.form().is_none() {
            let wire = wire::wire(cx, &self.keywords, ty)?;
            return Some((Payload::Wire(wire), Card::Flag, false));
        }
        let (inner, card) = if let Some(word) = &self.multi {
            let Some(inner) = shape::inside(ty, "Vec") else {
                cx.error(
                    codes::FIELD_TYPE,
                    ty,
                    format!("`{word}` fields hold `Vec<T>`: the attribute repeats"),
                );
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
            Some(_) if card == Card::Multi => return unboxed(cx, inner),
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        if let Some((word, selectors)) = &self.sub {
            return Some((self.selected(cx, word, selectors, inner)?, card, boxed));
        }
        if shape::is(inner, "bool") && self.form().is_none_or(|word| word == "multi") {
            cx.error(codes::FIELD_TYPE, ty, "a flag is there or not: the field holds `bool`");
            return None;
        }
        Some((Payload::Wire(self.wire(cx, inner)?), card, boxed))
    }

    /// A payload whose form selectors choose.
    fn selected(&self, cx: &Ctxt, word: &Ident, selectors: &[Selector], ty: &Type) -> Option<Payload> {
        let address = word == "by";
        if let Some(multi) = self.multi.as_ref().filter(|_| address) {
            let text = format!("`multi` does not go with `{word}(…)`: one family says what one address is");
            cx.error(codes::SELECTED, multi, text);
            return None;
        }
        if let Some(form) = self.keywords.first().or(self.members.as_ref().map(|(w, _)| w)) {
            cx.error(codes::SELECTED, form, format!("`{word}(…)` already says the form of the payload"));
            return None;
        }
        if address && !shape::is(ty, "Address") {
            cx.error(codes::FIELD_TYPE, ty, "`by(…)` fields hold `Address`");
            return None;
        }
        Some(Payload::Selected { ty: ty.clone(), selectors: selectors.to_vec(), address })
    }

    /// The wire type, with members wrapped.
    fn wire(&self, cx: &Ctxt, ty: &Type) -> Option<Wire> {
        let Some((word, members)) = &self.members else { return wire::wire(cx, &self.keywords, ty) };
        let Some(inner) = shape::inside(ty, "Vec") else {
            cx.error(codes::FIELD_TYPE, ty, format!("`{word}` fields hold a `Vec`"));
            return None;
        };
        match *members {
            Members::Indexed => {
                let member = self.numbered(cx, word, inner, "u16")?;
                let (place, marker) = (member.place, &member.marker);
                let rt = quote_spanned!(place=> ::netlink_runtime::wire);
                let wire = quote_spanned!(place=> #rt::IndexedOf<#marker>);
                let view = quote_spanned!(place=> #rt::Indexed<'a, #marker>);
                let kind = Kind::Indexed(marker.clone());
                Some(member.within(ty, wire, view, kind))
            }
            Members::TypeValue(levels) => {
                let member = self.numbered(cx, word, inner, &format!("[u16; {levels}]"))?;
                let (place, marker) = (member.place, &member.marker);
                let rt = quote_spanned!(place=> ::netlink_runtime::wire);
                let wire = quote_spanned!(place=> #rt::TypeValueOf<#marker, #levels>);
                let view = quote_spanned!(place=> #rt::TypeValue<'a, #marker, #levels>);
                let kind = Kind::TypeValue(marker.clone(), levels);
                Some(member.within(ty, wire, view, kind))
            }
        }
    }

    /// Members that come with their numbers.
    fn numbered(&self, cx: &Ctxt, word: &Ident, ty: &Type, number: &str) -> Option<Wire> {
        let member = shape::second(ty);
        if member.is_none() {
            let text = format!("`{word}` members come with their numbers: `Vec<({number}, T)>`");
            cx.error(codes::FIELD_TYPE, ty, text);
        }
        let member = member?;
        if shape::is(member, "bool") {
            let text = format!("members of `{word}` hold a value, and a flag has none: say `Vec<u8>`");
            cx.error(codes::FIELD_TYPE, member, text);
            return None;
        }
        if shape::inside(member, "Box").is_some() {
            return unboxed(cx, member);
        }
        wire::wire(cx, &self.keywords, member)
    }
}

/// Members of a `Vec` are on the heap as they are.
fn unboxed<T>(cx: &Ctxt, ty: &Type) -> Option<T> {
    cx.error(codes::FIELD_TYPE, ty, "a `Vec` holds its members on the heap already: they need no `Box`");
    None
}

/// The number that an expression is, where it is a literal.
fn literal(expr: &Option<Expr>) -> Option<u64> {
    match expr {
        Some(Expr::Lit(syn::ExprLit { lit: Lit::Int(int), .. })) => int.base10_parse().ok(),
        _ => None,
    }
}
