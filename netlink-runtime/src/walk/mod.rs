//! Any message, by its metadata: one walker for collectors, `Debug` and JSON.
//!
//! [`Body::walk`] goes through the attributes of a set in wire order and tells a [`Visitor`]
//! what it meets: values with their types, nests to enter or to skip, attributes that the set
//! does not know, and what is malformed, in its place. It allocates nothing and its errors are
//! the visitor's own.
//!
//! ```
//! use netlink_runtime::meta::*;
//! use netlink_runtime::walk::{Body, Node, Value, Visitor};
//!
//! static SET: SetMeta = SetMeta {
//!     name: "Demo",
//!     header: None,
//!     attrs: &[AttrMeta {
//!         id: 4,
//!         c_name: "DEMO_MTU",
//!         name: "mtu",
//!         card: Card::One,
//!         ty: TypeMeta::Scalar(Scalar { bytes: 4, signed: false, order: Order::Native }, None),
//!         ordinal: 0,
//!     }],
//! };
//!
//! struct Sum(u64);
//! impl<'a> Visitor<'a> for Sum {
//!     type Stop = std::convert::Infallible;
//!     fn value(&mut self, _: &Node<'a>, value: Value<'a>) -> Result<(), Self::Stop> {
//!         if let Value::Unsigned(n, _) = value {
//!             self.0 += n;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let mut bytes = [8u16.to_ne_bytes(), 4u16.to_ne_bytes()].concat();
//! bytes.extend(1500u32.to_ne_bytes());
//! let mut sum = Sum(0);
//! let Ok(()) = Body::parse(&SET, &bytes).unwrap().walk(&mut sum);
//! assert_eq!(sum.0, 1500);
//! ```

mod debug;
pub mod json;
mod names;
mod outside;
mod select;
mod structs;
mod value;

pub use debug::debug;
#[cfg(feature = "alloc")]
pub(crate) use debug::debug_body;
pub(crate) use debug::debug_struct;
pub use names::{FlagNames, flag_names};
pub use outside::outside;
pub use structs::{Items, Members, StructRef};
pub use value::{Malformed, Reason, Value, Want};

use crate::meta::{AttrMeta, Card, Order, Scalar, SetMeta, SetRef, TypeMeta};
use crate::wire::{ATTR_HEADER, Attrs, MAX_DEPTH, NESTED, TYPE_MASK, after, align, split};
use select::Scope;

/// What is told about a message. Every method may end the walk with an `Err`.
pub trait Visitor<'a> {
    /// What ends a walk before its end.
    type Stop;

    /// A value: also an attribute that the set does not know, and what is malformed.
    fn value(&mut self, node: &Node<'a>, value: Value<'a>) -> Result<(), Self::Stop>;

    /// Something with members begins.
    fn enter(&mut self, _node: &Node<'a>, _container: &Container<'a>) -> Result<Descend, Self::Stop> {
        Ok(Descend::Into)
    }

    /// What was entered ends.
    fn leave(&mut self, _node: &Node<'a>, _container: &Container<'a>) -> Result<(), Self::Stop> {
        Ok(())
    }
}

/// What to do with something that has members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descend {
    /// Visit its members, then [`leave`](Visitor::leave) it.
    Into,
    /// Jump over it.
    Skip,
}

/// Where a value or container stands.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// Which attribute, member or record it is.
    pub key: Key,
    /// The type on the wire with its flag bits; 0 for a record.
    pub raw_type: u16,
    /// The payload. Of a broken attribute or record: everything from its header on.
    pub payload: &'a [u8],
    /// Where its header starts, from the start of what is walked.
    pub offset: usize,
    /// Sets around it: 0 for an attribute of the message itself.
    pub depth: u8,
}

impl Node<'_> {
    /// `NLA_F_NESTED` is set.
    pub const fn is_nested(&self) -> bool {
        self.raw_type & NESTED != 0
    }
}

/// What a [`Node`] is in what it stands in.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// An attribute of a set.
    Attr(&'static AttrMeta),
    /// An attribute that the set does not know.
    Unknown(u16),
    /// A member whose number is data.
    Member(u16),
    /// A record, by its position.
    Record(usize),
}

/// Something with members.
#[derive(Clone, Copy, Debug)]
pub enum Container<'a> {
    /// Attributes, after a fixed header if the set has one. A record is one, too.
    Nest(Body<'a>),
    /// Numbered members: an indexed array, or one level of a nest whose types carry data.
    Members,
    /// Records of this set.
    Records(&'static SetMeta),
}

/// The payload of a message, nest or record: a fixed header, if the set has one, and attributes.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    set: &'static SetMeta,
    header: &'a [u8],
    attrs: Attrs<'a>,
    /// Where the attributes start in what is walked.
    at: usize,
}

impl<'a> Body<'a> {
    /// Splits a payload; an error if it is shorter than the fixed header.
    pub fn parse(set: &'static SetMeta, payload: &'a [u8]) -> Result<Self, Malformed<'a>> {
        let size = set.header.map_or(0, |h| h.size as usize);
        match payload.get(..size) {
            Some(header) => {
                let attrs = Attrs::new(payload.get(align(size)..).unwrap_or_default());
                Ok(Body { set, header, attrs, at: align(size) })
            }
            None => Err(Malformed {
                reason: Reason::Length { len: payload.len(), want: Want::AtLeast(size) },
                raw: payload,
            }),
        }
    }

    /// A header and attributes that have been split, as views hold them.
    pub fn new(set: &'static SetMeta, header: &'a [u8], attrs: Attrs<'a>) -> Self {
        Body { set, header, attrs, at: align(header.len()) }
    }

    /// The set.
    pub fn set(&self) -> &'static SetMeta {
        self.set
    }

    /// The fixed header.
    pub fn header(&self) -> Option<StructRef<'a>> {
        self.set.header.map(|meta| StructRef::new(meta, self.header))
    }

    /// The attributes.
    pub fn attrs(&self) -> Attrs<'a> {
        self.attrs
    }

    /// Visits all attributes.
    pub fn walk<V: Visitor<'a>>(&self, visitor: &mut V) -> Result<(), V::Stop> {
        self.walk_reply(None, visitor)
    }

    /// Visits all attributes of a reply, given the fixed header of its request, which may select
    /// formats.
    pub fn walk_reply<V: Visitor<'a>>(
        &self,
        request: Option<StructRef<'a>>,
        visitor: &mut V,
    ) -> Result<(), V::Stop> {
        let scope = Scope { body: *self, request, outer: None, depth: 0 };
        Walk { visitor }.set(&scope)
    }
}

struct Walk<'w, V> {
    visitor: &'w mut V,
}

impl<'a, V: Visitor<'a>> Walk<'_, V> {
    fn set(&mut self, scope: &Scope<'_, 'a>) -> Result<(), V::Stop> {
        let set = scope.body.set;
        let key = |id| set.attr(id).map_or(Key::Unknown(id), Key::Attr);
        self.stream(scope, scope.body.attrs, scope.body.at, key, |walk, node| match node.key {
            Key::Attr(meta) => match meta.card {
                Card::One | Card::Multi | Card::TypeValue(0) => walk.payload(scope, &meta.ty, node),
                Card::Indexed => walk.members(scope, &meta.ty, node, 1),
                Card::TypeValue(levels) => walk.members(scope, &meta.ty, node, levels),
            },
            _ => walk.visitor.value(node, Value::Unknown(node.payload)),
        })
    }

    /// Calls `each` for the attributes of a stream, and reports where it breaks.
    #[inline]
    fn stream(
        &mut self,
        scope: &Scope<'_, 'a>,
        attrs: Attrs<'a>,
        at: usize,
        key: impl Fn(u16) -> Key,
        mut each: impl FnMut(&mut Self, &Node<'a>) -> Result<(), V::Stop>,
    ) -> Result<(), V::Stop> {
        // Not by the iterator: its attributes would go through memory, field by field in and whole out.
        let mut rest = attrs.bytes();
        while let Some(header) = rest.first_chunk::<ATTR_HEADER>() {
            let (len, raw_type) = split(*header);
            let key = key(raw_type & TYPE_MASK);
            let (offset, depth) = (at + attrs.bytes().len() - rest.len(), scope.depth);
            let Some(payload) = rest.get(ATTR_HEADER..len) else {
                return self.broken(Node { key, raw_type: 0, payload: rest, offset, depth });
            };
            each(self, &Node { key, raw_type, payload, offset, depth })?;
            match after(rest, len) {
                Some(next) => rest = next,
                None => break,
            }
        }
        Ok(())
    }

    #[cold]
    fn broken(&mut self, mut node: Node<'a>) -> Result<(), V::Stop> {
        let (len, raw_type) = node.payload.first_chunk::<ATTR_HEADER>().map_or((0, 0), |h| split(*h));
        node.raw_type = raw_type;
        let reason = Reason::Header { len, there: node.payload.len() };
        self.visitor.value(&node, Value::Malformed(Malformed { reason, raw: node.payload }))
    }

    /// Numbered members, this many levels of them.
    fn members(
        &mut self,
        scope: &Scope<'_, 'a>,
        ty: &'static TypeMeta,
        node: &Node<'a>,
        levels: u8,
    ) -> Result<(), V::Stop> {
        let container = Container::Members;
        if self.visitor.enter(node, &container)? == Descend::Skip {
            return Ok(());
        }
        let attrs = Attrs::new(node.payload);
        self.stream(scope, attrs, node.offset + ATTR_HEADER, Key::Member, |walk, member| {
            if levels > 1 {
                walk.members(scope, ty, member, levels - 1)
            } else {
                walk.payload(scope, ty, member)
            }
        })?;
        self.visitor.leave(node, &container)
    }

    #[inline]
    fn payload(
        &mut self,
        scope: &Scope<'_, 'a>,
        ty: &'static TypeMeta,
        node: &Node<'a>,
    ) -> Result<(), V::Stop> {
        match ty {
            TypeMeta::Nest(_) | TypeMeta::Records { .. } | TypeMeta::Sub(..) => self.inside(scope, ty, node),
            leaf => self.visitor.value(node, value::read(leaf, node.payload, |s| scope.family(s))),
        }
    }

    /// A payload that has members, or may turn out to.
    fn inside(
        &mut self,
        scope: &Scope<'_, 'a>,
        mut ty: &'static TypeMeta,
        node: &Node<'a>,
    ) -> Result<(), V::Stop> {
        // A format is hardly ever a sub-message again; the bound guards against one that is its
        // own.
        for _ in 0..MAX_DEPTH {
            match ty {
                TypeMeta::Sub(sub, selectors) => match scope.format(sub, selectors) {
                    Some(format) => ty = format,
                    None => break,
                },
                TypeMeta::Nest(set) => return self.nest(scope, set.get(), node, ATTR_HEADER),
                TypeMeta::Records { set, len_offset, len_bytes } => {
                    return self.records(scope, *set, (*len_offset, *len_bytes), node);
                }
                leaf => {
                    return self.visitor.value(node, value::read(leaf, node.payload, |s| scope.family(s)));
                }
            }
        }
        self.visitor.value(node, Value::Unknown(node.payload))
    }

    /// A set whose payload starts `skip` bytes after the node's offset.
    fn nest(
        &mut self,
        scope: &Scope<'_, 'a>,
        set: &'static SetMeta,
        node: &Node<'a>,
        skip: usize,
    ) -> Result<(), V::Stop> {
        let mut body = match Body::parse(set, node.payload) {
            Ok(body) => body,
            Err(malformed) => return self.visitor.value(node, Value::Malformed(malformed)),
        };
        let depth = scope.depth + 1;
        if depth > MAX_DEPTH {
            let malformed = Malformed { reason: Reason::Depth, raw: node.payload };
            return self.visitor.value(node, Value::Malformed(malformed));
        }
        body.at += node.offset + skip;
        let container = Container::Nest(body);
        if self.visitor.enter(node, &container)? == Descend::Skip {
            return Ok(());
        }
        self.set(&Scope { body, request: scope.request, outer: Some(scope), depth })?;
        self.visitor.leave(node, &container)
    }

    fn records(
        &mut self,
        scope: &Scope<'_, 'a>,
        set: SetRef,
        (len_offset, len_bytes): (u16, u8),
        node: &Node<'a>,
    ) -> Result<(), V::Stop> {
        let set = set.get();
        let word = Scalar { bytes: len_bytes, signed: false, order: Order::Native };
        let len_at = usize::from(len_offset)..usize::from(len_offset) + usize::from(len_bytes);
        let container = Container::Records(set);
        if self.visitor.enter(node, &container)? == Descend::Skip {
            return Ok(());
        }
        let least = set.header.map_or(0, |h| h.size as usize).max(1);
        let (mut rest, mut index) = (node.payload, 0);
        while !rest.is_empty() {
            let offset = node.offset + ATTR_HEADER + (node.payload.len() - rest.len());
            let says = rest.get(len_at.clone()).and_then(|bytes| value::scalar(bytes, word));
            let len = usize::try_from(says.unwrap_or(0)).unwrap_or(usize::MAX);
            let whole = rest.get(..len).filter(|_| len >= least);
            let payload = whole.unwrap_or(rest);
            let record = Node { key: Key::Record(index), raw_type: 0, payload, offset, depth: scope.depth };
            if whole.is_none() {
                let reason = Reason::Record { len, there: rest.len(), least };
                self.visitor.value(&record, Value::Malformed(Malformed { reason, raw: rest }))?;
                break;
            }
            self.nest(scope, set, &record, 0)?;
            rest = rest.get(align(len)..).unwrap_or_default();
            index += 1;
        }
        self.visitor.leave(node, &container)
    }
}
