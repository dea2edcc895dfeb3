//! What selectors say about a request that is being made.

use super::{Error, describe, value};
use crate::ir::{Attr, Key, Model, Selector, SetId, SubId, Type};
use serde_json::Value;

/// A set that is being written, and those around it.
pub(super) struct Scope<'s> {
    pub(super) model: &'s Model,
    pub(super) set: SetId,
    pub(super) header: &'s [u8],
    /// Attributes that are given, in their order.
    pub(super) known: Vec<(&'s Attr, &'s Value)>,
    pub(super) outer: Option<&'s Scope<'s>>,
}

enum Selected {
    Text(String),
    Number(i128),
}

impl<'s> Scope<'s> {
    /// The format of a sub-message, or why there is none.
    pub(super) fn format(
        &self,
        id: SubId,
        selectors: &[Selector],
    ) -> Result<Result<&'s Type, String>, Error> {
        let sub = &self.model[id];
        let mut values = Vec::new();
        for selector in selectors {
            match self.value(selector)? {
                Some(value) => values.push(value),
                None => {
                    let missing =
                        format!("its form depends on `{}`, which is not given", describe::selector(selector));
                    return Ok(sub.default.as_ref().ok_or(missing));
                }
            }
        }
        let is = |key: &Key, value: &Selected| match (key, value) {
            (Key::Text(key), Selected::Text(text)) => key == text,
            (Key::Number { value: key, .. }, Selected::Number(n)) => key == n,
            _ => false,
        };
        let row = sub.formats.iter().find(|row| {
            row.keys.len() == values.len() && row.keys.iter().zip(&values).all(|(key, value)| is(key, value))
        });
        let shown = || {
            let value = |v: &Selected| match v {
                Selected::Text(text) => format!("`{text}`"),
                Selected::Number(n) => n.to_string(),
            };
            let values: Vec<_> = values.iter().map(value).collect();
            format!("the schema has no form for {} (give it as hexadecimal bytes)", values.join(", "))
        };
        Ok(row.map(|row| &row.ty).or(sub.default.as_ref()).ok_or_else(shown))
    }

    /// The number that a selector gives.
    pub(super) fn number(&self, selector: &Selector) -> Option<i128> {
        match self.value(selector) {
            Ok(Some(Selected::Number(n))) => Some(n),
            _ => None,
        }
    }

    fn value(&self, selector: &Selector) -> Result<Option<Selected>, Error> {
        let outward = || std::iter::successors(Some(self), |s| s.outer);
        let number = |scope: &Scope<'_>, member: &str| {
            let header = self.model[scope.set].header?;
            self.model.read_member(header, member, scope.header).map(Selected::Number)
        };
        match selector {
            Selector::Attr(name) => self.attr(name),
            Selector::Outer(name) => {
                outward().skip(1).map(|s| s.attr(name)).find(|v| !matches!(v, Ok(None))).unwrap_or(Ok(None))
            }
            Selector::Header(member) => Ok(outward().find_map(|s| number(s, member))),
            Selector::Request(member) => Ok(outward().last().and_then(|s| number(s, member))),
        }
    }

    fn attr(&self, name: &str) -> Result<Option<Selected>, Error> {
        let Some((attr, value)) = self.known.iter().find(|(a, _)| a.name == name) else { return Ok(None) };
        let selected = match &attr.ty {
            Type::Scalar(_, names) | Type::VarInt { names, .. } => {
                value::integer(self.model, *names, value).map(Selected::Number)
            }
            _ => value::text(value).map(|bytes| Selected::Text(String::from_utf8_lossy(&bytes).into_owned())),
        };
        selected.map(Some).map_err(|e| e.inside(name))
    }
}
