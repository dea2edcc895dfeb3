//! Selectors that stand outside of the set whose attribute they select a form for.

use super::select::attr_value;
use super::{Body, Container, Descend, Node, Value, Visitor, select};
use crate::meta::Selector as Place;
use crate::selected::Selector;
use crate::wire::{Attrs, MAX_DEPTH};

/// What a selector that is not an attribute of the own set says, for attributes that know the
/// message they are in. [`Selector::Absent`] where nothing says anything.
#[cold]
#[inline(never)]
pub fn outside<'a>(attrs: Attrs<'a>, place: Place) -> Selector<'a> {
    let found = match place {
        Place::Request(member) => {
            attrs.scope().request().and_then(|header| header.member(member)).and_then(select::selected)
        }
        Place::Outer(_) | Place::Header(_) => around(attrs).and_then(|around| around.find(place)),
        Place::Attr(_) => None,
    };
    found.unwrap_or(Selector::Absent)
}

/// The sets around these attributes.
fn around(attrs: Attrs<'_>) -> Option<Around<'_>> {
    let (set, payload) = attrs.scope().root()?;
    let root = Body::parse(set, payload).ok()?;
    let mut around = Around { of: range(attrs.bytes()), bodies: [None; DEPTH], len: 0 };
    if !around.reached(&root) {
        around.push(root);
        // A walk to its end has not come by: the attributes are not of this message.
        root.walk_reply(attrs.scope().request(), &mut around).err()?;
    }
    Some(around)
}

/// The message itself, and as many nests as a walk enters.
const DEPTH: usize = MAX_DEPTH as usize + 1;

/// Goes down to a set, and keeps those around it.
struct Around<'a> {
    /// Where the set's attributes are in memory.
    of: (usize, usize),
    bodies: [Option<Body<'a>>; DEPTH],
    len: usize,
}

/// The set is found.
struct Reached;

fn range(bytes: &[u8]) -> (usize, usize) {
    (bytes.as_ptr() as usize, bytes.as_ptr() as usize + bytes.len())
}

impl<'a> Around<'a> {
    fn reached(&self, body: &Body<'a>) -> bool {
        range(body.attrs().bytes()) == self.of
    }

    fn push(&mut self, body: Body<'a>) {
        if let Some(place) = self.bodies.get_mut(self.len) {
            *place = Some(body);
            self.len += 1;
        }
    }

    fn find(&self, place: Place) -> Option<Selector<'a>> {
        self.bodies.iter().take(self.len).rev().flatten().find_map(|body| match place {
            Place::Outer(name) => {
                let set = body.set();
                let attr = set.by_name(name).or_else(|| set.by_c_name(name))?;
                attr_value(body, attr.id)
            }
            Place::Header(member) => select::selected(body.header()?.member(member)?),
            Place::Attr(_) | Place::Request(_) => None,
        })
    }
}

impl<'a> Visitor<'a> for Around<'a> {
    type Stop = Reached;

    fn value(&mut self, _: &Node<'a>, _: Value<'a>) -> Result<(), Reached> {
        Ok(())
    }

    fn enter(&mut self, node: &Node<'a>, container: &Container<'a>) -> Result<Descend, Reached> {
        let (start, end) = range(node.payload);
        if start > self.of.0 || self.of.1 > end {
            return Ok(Descend::Skip);
        }
        if let Container::Nest(body) = container {
            if self.reached(body) {
                return Err(Reached);
            }
            self.push(*body);
        }
        Ok(Descend::Into)
    }
}
