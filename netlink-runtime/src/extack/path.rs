//! From an offset in a request to the names of the attributes that lead there.

use crate::meta::{SetMeta, StructMeta};
use crate::walk::{Body, Container, Descend, Key, Malformed, Node, Reason, Value, Visitor};
use crate::wire::{ATTR_HEADER, align};
use alloc::string::String;
use core::fmt::Write;

/// Names the attribute (or the member of a fixed header) at an offset of the request.
pub(super) fn of_offset(request: &[u8], body: usize, set: &'static SetMeta, target: usize) -> Option<String> {
    Path::find(request, body, set, target).map(|path| path.text)
}

/// Names an attribute that is missing in the message or in the nest at an offset.
pub(super) fn of_missing(
    request: &[u8],
    body: usize,
    set: &'static SetMeta,
    nest: Option<usize>,
    attr: u32,
) -> Option<String> {
    let mut path = match nest {
        Some(nest) => Path::find(request, body, set, nest)?,
        None => Path { target: 0, text: String::new(), nest: Some(set) },
    };
    let known = u16::try_from(attr).ok().and_then(|id| path.nest?.attr(id));
    match known {
        Some(meta) => path.name(meta.c_name),
        None => path.number(attr),
    }
    Some(path.text)
}

/// A path in the making: visits what reaches over the target and skips all else.
struct Path {
    /// From the start of the message's body.
    target: usize,
    text: String,
    /// The set inside the attribute that starts at the target, if that is a nest.
    nest: Option<&'static SetMeta>,
}

/// The target is found: what follows does not matter.
struct Found;

impl Path {
    /// The path to an offset of the request; `None` if nothing known stands there.
    fn find(request: &[u8], body: usize, set: &'static SetMeta, target: usize) -> Option<Path> {
        let mut path = Path { target: target.checked_sub(body)?, text: String::new(), nest: None };
        let in_header = set.header.is_some_and(|header| path.header(header, 0));
        if let (false, Ok(body)) = (in_header, Body::parse(set, request.get(body..)?)) {
            // It ends early where it has found the target.
            let (Ok(()) | Err(Found)) = body.walk_reply(body.header(), &mut path);
        }
        Some(path).filter(|path| !path.text.is_empty())
    }

    fn name(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('.');
        }
        self.text.push_str(name);
    }

    // Writing to a String cannot fail.
    fn number(&mut self, number: u32) {
        self.name("");
        let _ = write!(self.text, "{number}");
    }

    fn index(&mut self, index: usize) {
        let _ = write!(self.text, "[{index}]");
    }

    /// Names the fixed header that the target is in, and the member.
    fn header(&mut self, meta: &StructMeta, start: usize) -> bool {
        let Some(offset) = self.target.checked_sub(start).filter(|at| *at < meta.size as usize) else {
            return false;
        };
        self.name(meta.c_name);
        if let Some(member) = meta.member_at(offset as u32) {
            self.name(member.c_name);
        }
        true
    }

    /// Adds a node to the path if the target is in it.
    fn step(&mut self, node: &Node<'_>) -> bool {
        let (header, payload) = (header_of(node), node.payload.len());
        let len = match node.key {
            Key::Record(_) => align(payload),
            Key::Attr(_) | Key::Unknown(_) | Key::Member(_) => header + payload,
        };
        let covers = (node.offset..node.offset + len).contains(&self.target);
        if covers {
            match node.key {
                Key::Attr(meta) => self.name(meta.c_name),
                Key::Unknown(number) => self.number(number.into()),
                Key::Member(number) => self.index(number.into()),
                Key::Record(index) => self.index(index),
            }
        }
        covers
    }
}

/// Bytes before a node's payload.
fn header_of(node: &Node<'_>) -> usize {
    match node.key {
        Key::Record(_) => 0,
        Key::Attr(_) | Key::Unknown(_) | Key::Member(_) => ATTR_HEADER,
    }
}

impl<'a> Visitor<'a> for Path {
    type Stop = Found;

    fn value(&mut self, node: &Node<'a>, value: Value<'a>) -> Result<(), Found> {
        // Where a header is broken there is no attribute to name.
        if let Value::Malformed(Malformed { reason: Reason::Header { .. } | Reason::Record { .. }, .. }) =
            value
        {
            return Ok(());
        }
        if self.step(node) { Err(Found) } else { Ok(()) }
    }

    fn enter(&mut self, node: &Node<'a>, container: &Container<'a>) -> Result<Descend, Found> {
        if !self.step(node) {
            return Ok(Descend::Skip);
        }
        let inside = node.offset + header_of(node);
        let set = match container {
            Container::Nest(body) => Some(body.set()),
            Container::Members | Container::Records(_) => None,
        };
        if self.target < inside {
            self.nest = set;
            return Err(Found);
        }
        match set.and_then(|set| set.header) {
            Some(header) if self.header(header, inside) => Err(Found),
            _ => Ok(Descend::Into),
        }
    }

    fn leave(&mut self, _: &Node<'a>, _: &Container<'a>) -> Result<(), Found> {
        Err(Found)
    }
}
