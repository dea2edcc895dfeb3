//! What selectors say.

use super::{Body, StructRef, Value, value};
use crate::meta::{Key, Selector, SubMeta, TypeMeta};
use crate::selected::Selector as Selected;
use crate::wire::Attrs;

/// A set that is being walked, and those around it.
pub(super) struct Scope<'s, 'a> {
    pub(super) body: Body<'a>,
    pub(super) request: Option<StructRef<'a>>,
    pub(super) outer: Option<&'s Scope<'s, 'a>>,
    pub(super) depth: u8,
}

impl<'a> Scope<'_, 'a> {
    /// The format that the selectors choose.
    pub(super) fn format(&self, sub: &'static SubMeta, selectors: &[Selector]) -> Option<&'static TypeMeta> {
        // The first selector is read once for all rows; others only for rows that it leaves.
        let first = selectors.first().map_or(Selected::Absent, |s| self.value(s));
        let row = sub.formats.iter().find(|row| {
            let mut pairs = row.keys.iter().zip(selectors);
            row.keys.len() == selectors.len()
                && pairs.next().is_some_and(|(key, _)| is(first, key))
                && pairs.all(|(key, selector)| is(self.value(selector), key))
        });
        row.map(|r| &r.ty).or(sub.default.as_ref())
    }

    /// A number that a selector gives.
    pub(super) fn family(&self, selector: &Selector) -> Option<u64> {
        match self.value(selector) {
            Selected::Number(n) => Some(n),
            _ => None,
        }
    }

    fn value(&self, selector: &Selector) -> Selected<'a> {
        let found = match selector {
            Selector::Attr(id) => self.attr(*id),
            Selector::Outer(name) => self.outer_attr(name),
            Selector::Header(member) => self.header(member),
            Selector::Request(member) => self.request.and_then(|r| r.member(member)).and_then(selected),
        };
        found.unwrap_or(Selected::Absent)
    }

    /// The first occurrence of an attribute of the own set, wherever it stands.
    fn attr(&self, id: u16) -> Option<Selected<'a>> {
        attr_value(&self.body, id)
    }

    fn outer_attr(&self, name: &str) -> Option<Selected<'a>> {
        let mut around = self.outer;
        while let Some(scope) = around {
            let set = scope.body.set;
            let known = set.by_name(name).or_else(|| set.by_c_name(name));
            if let Some(found) = known.and_then(|a| scope.attr(a.id)) {
                return Some(found);
            }
            around = scope.outer;
        }
        None
    }

    fn header(&self, member: &str) -> Option<Selected<'a>> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.body.header().and_then(|h| h.member(member)) {
                return selected(value);
            }
            scope = scope.outer?;
        }
    }
}

/// The first occurrence of an attribute, wherever it stands in its set, as a selector.
pub(super) fn attr_value<'a>(body: &Body<'a>, id: u16) -> Option<Selected<'a>> {
    let ty = &body.set.attr(id)?.ty;
    let attrs: Attrs<'a> = body.attrs;
    let attr = attrs.iter(body.set).map_while(Result::ok).find(|a| a.id() == id)?;
    selected(value::read(ty, attr.payload, |_| None))
}

pub(super) fn selected(value: Value<'_>) -> Option<Selected<'_>> {
    match value {
        Value::Unsigned(n, _) => Some(Selected::Number(n)),
        Value::Signed(n, _) => Some(Selected::Number(n as u64)),
        Value::Text(text) => Some(Selected::Text(text.bytes())),
        _ => None,
    }
}

fn is(value: Selected<'_>, key: &Key) -> bool {
    match (value, key) {
        (Selected::Text(text), Key::Text(key)) => text == key.as_bytes(),
        (Selected::Number(n), Key::Number(key)) => n == *key,
        _ => false,
    }
}
