//! The inside of a message, a line for each attribute.

use super::page::{Page, Style};
use super::value;
use crate::decode::table::Found;
use crate::ir::Unit;
use netlink_runtime::meta::{AttrMeta, SetMeta, TypeMeta};
use netlink_runtime::walk::{Body, Container, Descend, Key, Node, StructRef, Value, Visitor};
use std::convert::Infallible;

/// Writes a message's own part, which starts `at` bytes after the message.
pub(super) fn write<'a>(
    page: &mut Page<'_>,
    found: Found,
    set: &'static SetMeta,
    payload: &'a [u8],
    at: usize,
    request: Option<StructRef<'a>>,
) {
    match Body::parse(set, payload) {
        Ok(body) => {
            let mut tree = Tree { page, found, at };
            tree.header(&body, at);
            let Ok(()) = body.walk_reply(request, &mut tree);
        }
        Err(malformed) => {
            page.line(Some(at));
            let name = set.header.map_or(set.name, |h| h.c_name);
            page.push(name);
            page.push(": ");
            value::malformed(page, &malformed);
        }
    }
}

struct Tree<'p, 'o> {
    page: &'p mut Page<'o>,
    /// The message, which knows the units of its attributes.
    found: Found,
    /// Where what is walked starts in the message.
    at: usize,
}

impl Tree<'_, '_> {
    fn header(&mut self, body: &Body<'_>, at: usize) {
        if let Some(header) = body.header() {
            self.page.line(Some(at));
            self.page.push(header.meta().c_name);
            self.page.push(":");
            value::members(self.page, &header, false);
        }
    }

    /// A new line, with what stands before a value.
    fn begin(&mut self, node: &Node<'_>) {
        self.page.line(Some(self.at + node.offset));
        match node.key {
            Key::Attr(meta) => self.page.paint(Style::Attribute, |page| page.push(meta.c_name)),
            Key::Unknown(number) => self.page.paint(Style::Unknown, |page| page.number(number.into())),
            Key::Member(number) => self.page.number(number.into()),
            Key::Record(index) => {
                self.page.push("[");
                self.page.number(index as u64);
                self.page.push("]");
            }
        }
        self.page.push(":");
    }
}

impl Tree<'_, '_> {
    /// What a number counts.
    fn unit(&mut self, meta: &AttrMeta) {
        let unit = match meta.ty {
            TypeMeta::Msecs => Some("ms"),
            _ => self.found.unit(meta).map(Unit::word),
        };
        if let Some(unit) = unit {
            self.page.push(" ");
            self.page.push(unit);
        }
    }
}

impl<'a> Visitor<'a> for Tree<'_, '_> {
    type Stop = Infallible;

    fn value(&mut self, node: &Node<'a>, value: Value<'a>) -> Result<(), Infallible> {
        self.begin(node);
        match (&value, node.key) {
            // Their members take the place of the value.
            (Value::Struct(of), _) => value::members(self.page, of, false),
            (Value::Unknown(bytes), _) => {
                self.page.push(" ");
                value::unknown(self.page, bytes, node.is_nested());
            }
            (_, key) => {
                self.page.push(" ");
                value::write(self.page, &value);
                if let (Value::Unsigned(_, None) | Value::Signed(_, None), Key::Attr(meta)) = (&value, key) {
                    self.unit(meta);
                }
            }
        }
        Ok(())
    }

    fn enter(&mut self, node: &Node<'a>, container: &Container<'a>) -> Result<Descend, Infallible> {
        self.begin(node);
        if node.payload.is_empty() {
            self.page.push(" {}");
        }
        self.page.level += 1;
        if let Container::Nest(body) = container {
            let header = match node.key {
                Key::Record(_) => node.offset,
                _ => node.offset + netlink_runtime::wire::ATTR_HEADER,
            };
            self.header(body, self.at + header);
        }
        Ok(Descend::Into)
    }

    fn leave(&mut self, _: &Node<'a>, _: &Container<'a>) -> Result<(), Infallible> {
        self.page.level -= 1;
        Ok(())
    }
}
