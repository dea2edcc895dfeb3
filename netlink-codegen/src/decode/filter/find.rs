//! Finding the values that a path leads to.

use super::{Test, compare};
use crate::decode::{Decoded, encode};
use netlink_runtime::walk::{Body, Container, Descend, Key, Node, StructRef, Value, Visitor};

/// Whether a value at the end of the path is as wanted.
pub(super) fn matches(message: &Decoded<'_>, path: &[String], test: &Test) -> bool {
    let Some(set) = message.set() else { return false };
    let Ok(body) = Body::parse(set, message.known.body) else { return false };
    let mut find = Find { path, test, steps: Vec::new() };
    match path {
        [first, rest @ ..] if first == "attrs" && !rest.is_empty() => find.path = rest,
        _ => {
            if let Some(found) = find.header(&body, path) {
                return found;
            }
        }
    }
    body.walk_reply(message.request(), &mut find).is_err()
}

struct Find<'f> {
    /// What is left of the path.
    path: &'f [String],
    test: &'f Test,
    /// What was left of it around each container that was entered.
    steps: Vec<&'f [String]>,
}

/// A value is as wanted.
struct Found;

impl<'f> Find<'f> {
    /// The part of the path after this node; `None` if it leads elsewhere.
    fn after(&self, key: Key) -> Option<&'f [String]> {
        let (name, rest) = self.path.split_first()?;
        let number = name.parse::<usize>().ok();
        match (key, number) {
            (Key::Attr(meta), Some(n)) => (usize::from(meta.id) == n).then_some(rest),
            (Key::Attr(meta), None) => {
                // Field names differ where they would be no names in Rust.
                let field = meta.name.trim_matches('_');
                let same = encode::same_name(name, field) || encode::same_name(name, meta.c_name);
                same.then_some(rest)
            }
            (Key::Unknown(number), Some(n)) => (usize::from(number) == n).then_some(rest),
            (Key::Unknown(_), None) => None,
            (Key::Member(number), Some(n)) => (usize::from(number) == n).then_some(rest),
            (Key::Record(number), Some(n)) => (number == n).then_some(rest),
            // Any of them.
            (Key::Member(_) | Key::Record(_), None) => Some(self.path),
        }
    }

    /// Whether a member of the fixed header is as wanted; `None` if the path does not lead there.
    fn header(&self, body: &Body<'_>, path: &[String]) -> Option<bool> {
        match (path, body.header()) {
            ([name, member @ ..], Some(header)) if name == "header" => {
                Some(member.is_empty() || self.member(&header, member))
            }
            _ => None,
        }
    }

    fn member(&self, of: &StructRef<'_>, path: &[String]) -> bool {
        let Some((first, rest)) = path.split_first() else { return false };
        // Names of members may have dots in them.
        let whole = if rest.is_empty() { of.member(first) } else { of.member(&path.join(".")) };
        match (whole, rest.is_empty()) {
            (Some(value), _) => compare::value(&value, self.test),
            (None, true) => false,
            (None, false) => of.member(first).is_some_and(|value| self.inside(&value, rest)),
        }
    }

    fn inside(&self, value: &Value<'_>, path: &[String]) -> bool {
        match value {
            Value::Struct(of) => self.member(of, path),
            Value::Array(items) => items.iter().any(|item| self.inside(&item, path)),
            _ => false,
        }
    }
}

impl<'a> Visitor<'a> for Find<'_> {
    type Stop = Found;

    fn value(&mut self, node: &Node<'a>, value: Value<'a>) -> Result<(), Found> {
        let found = match self.after(node.key) {
            Some([]) => compare::value(&value, self.test),
            Some(path) => self.inside(&value, path),
            None => false,
        };
        if found { Err(Found) } else { Ok(()) }
    }

    fn enter(&mut self, node: &Node<'a>, container: &Container<'a>) -> Result<Descend, Found> {
        let Some(after) = self.after(node.key) else { return Ok(Descend::Skip) };
        if after.is_empty() {
            return if matches!(self.test, Test::Present) { Err(Found) } else { Ok(Descend::Skip) };
        }
        if let Container::Nest(body) = container {
            match self.header(body, after) {
                Some(true) => return Err(Found),
                Some(false) => return Ok(Descend::Skip),
                None => {}
            }
        }
        self.steps.push(std::mem::replace(&mut self.path, after));
        Ok(Descend::Into)
    }

    fn leave(&mut self, _: &Node<'a>, _: &Container<'a>) -> Result<(), Found> {
        if let Some(path) = self.steps.pop() {
            self.path = path;
        }
        Ok(())
    }
}
