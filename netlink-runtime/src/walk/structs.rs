//! C structs and arrays, read by their layout.

use super::value::{Value, integer, scalar};
use crate::__private::{load_bits, sign_extend};
use crate::meta::{BitField, MemberMeta, MemberType, Order, Scalar, StructMeta, UnionMeta};
use crate::types::{HwAddr, NlStr, read_ip};
use core::net::{Ipv4Addr, Ipv6Addr};

const AF_INET: u64 = 2;
const AF_INET6: u64 = 10;

/// A C struct or union in a payload. It may be shorter or longer than its layout.
#[derive(Clone, Copy, Debug)]
pub struct StructRef<'a> {
    meta: &'static StructMeta,
    bytes: &'a [u8],
    /// The struct around it, whose members may say of which family an address is.
    around: Option<(&'static StructMeta, &'a [u8])>,
    /// Of a union, what it is in the struct around it, and the value that says which arms count.
    choice: Option<(&'static UnionMeta, Option<u64>)>,
}

impl<'a> StructRef<'a> {
    /// A struct of this layout in these bytes.
    #[inline]
    pub fn new(meta: &'static StructMeta, bytes: &'a [u8]) -> Self {
        StructRef { meta, bytes, around: None, choice: None }
    }

    /// The layout.
    pub fn meta(&self) -> &'static StructMeta {
        self.meta
    }

    /// The bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// A member by its C name, if it is there; an arm of an anonymous union whether or not it
    /// counts.
    pub fn member(&self, c_name: &str) -> Option<Value<'a>> {
        let members = self.meta.members;
        if let Some(member) = members.iter().find(|m| m.c_name == c_name) {
            return self.read(member);
        }
        // Without asking which arms count: this may be the very member that says so.
        let mut unions = members.iter().filter_map(|m| Some((m, anonymous(m)?)));
        unions.find_map(|(m, union)| self.union(m, union, None)?.member(c_name))
    }

    /// The members that are there, in C order. Arms of an anonymous union are among them; arms that
    /// do not count are left out.
    pub fn members(&self) -> Members<'a> {
        Members { own: Own { of: *self, at: 0 }, arms: None }
    }

    /// The length, if it is too short for all members.
    pub fn short(&self) -> Option<usize> {
        let need = self.tail().map_or(self.meta.size as usize, |t| t.offset as usize);
        (self.bytes.len() < need).then_some(self.bytes.len())
    }

    /// What is there beyond the layout: beyond the last whole element, if the struct has a
    /// flexible tail.
    pub fn rest(&self) -> &'a [u8] {
        match self.tail().and_then(|t| self.read(t)) {
            Some(Value::Array(items)) => items.remainder(),
            Some(_) => &[],
            None => self.bytes.get(self.meta.size as usize..).unwrap_or_default(),
        }
    }

    fn tail(&self) -> Option<&'static MemberMeta> {
        self.meta.members.iter().find(|m| matches!(m.ty, MemberType::Tail(_)))
    }

    /// A union in this struct, as much as is there of it.
    fn union(
        &self,
        member: &MemberMeta,
        union: &'static UnionMeta,
        value: Option<u64>,
    ) -> Option<StructRef<'a>> {
        let bytes = self.bytes.get(member.offset as usize..)?;
        let bytes = bytes.get(..union.arms.size as usize).unwrap_or(bytes);
        let around = Some((self.meta, self.bytes));
        Some(StructRef { meta: union.arms, bytes, around, choice: Some((union, value)) })
    }

    /// The value that says which arms of a union in this struct count.
    fn chosen(&self, union: &UnionMeta) -> Option<u64> {
        self.number(union.by?)
    }

    fn read(&self, member: &MemberMeta) -> Option<Value<'a>> {
        let bytes = self.bytes.get(member.offset as usize..)?;
        match member.ty {
            MemberType::Bits(field) => bits(bytes, field),
            // A struct inside another has no room for a tail.
            MemberType::Tail(_) if self.around.is_some() => None,
            // Characters and bytes without end are one value.
            MemberType::Tail(MemberType::Text(0 | 1)) => Some(Value::Text(NlStr::new(bytes))),
            MemberType::Tail(MemberType::Bytes(0 | 1)) => Some(Value::Bytes(bytes)),
            MemberType::Tail(element) => Some(Value::Array(Items { of: *self, element: *element, bytes })),
            ty => self.fixed(ty, bytes.get(..ty.size() as usize)?),
        }
    }

    /// A member or element of fixed size in its bytes.
    #[inline]
    fn fixed(&self, ty: MemberType, bytes: &'a [u8]) -> Option<Value<'a>> {
        match ty {
            // Most are integers.
            MemberType::Scalar(s, names) => Some(integer(scalar(bytes, s)?, s.signed, names)),
            ty => self.no_integer(ty, bytes),
        }
    }

    fn no_integer(&self, ty: MemberType, bytes: &'a [u8]) -> Option<Value<'a>> {
        Some(match ty {
            MemberType::Text(_) => Value::Text(NlStr::new(unpadded(bytes))),
            MemberType::Bytes(_) => Value::Bytes(bytes),
            MemberType::Struct(meta) => {
                let around = Some((self.meta, self.bytes));
                Value::Struct(StructRef { meta, bytes, around, choice: None })
            }
            MemberType::Union(union) => {
                let around = Some((self.meta, self.bytes));
                let choice = Some((union, self.chosen(union)));
                Value::Struct(StructRef { meta: union.arms, bytes, around, choice })
            }
            MemberType::Ip4 => Value::Ip(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into()),
            MemberType::Ip6 => Value::Ip(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()),
            MemberType::IpBy(family) => match self.family(family) {
                Some(AF_INET) => Value::Ip(read_ip(bytes.get(..4)?)?),
                Some(AF_INET6) => Value::Ip(read_ip(bytes)?),
                _ => Value::Bytes(bytes),
            },
            MemberType::Mac(_) => HwAddr::new(bytes).map_or(Value::Bytes(bytes), Value::Mac),
            MemberType::Array(element, _) => Value::Array(Items { of: *self, element: *element, bytes }),
            // The first is read above, the others stand in no array.
            MemberType::Scalar(..) | MemberType::Bits(..) | MemberType::Tail(_) => return None,
        })
    }

    fn family(&self, name: &str) -> Option<u64> {
        let around = self.around.map(|(meta, bytes)| StructRef::new(meta, bytes));
        self.number(name).or_else(|| around?.number(name))
    }

    fn number(&self, name: &str) -> Option<u64> {
        match self.member(name)? {
            Value::Unsigned(n, _) => Some(n),
            Value::Signed(n, _) => Some(n as u64),
            _ => None,
        }
    }
}

fn anonymous(member: &MemberMeta) -> Option<&'static UnionMeta> {
    match member.ty {
        MemberType::Union(union) if union.anonymous => Some(union),
        _ => None,
    }
}

/// Text in a fixed array is padded with NULs, which say nothing.
fn unpadded(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    match bytes.split_at(end) {
        (text, padding) if padding.iter().all(|b| *b == 0) => text,
        _ => bytes,
    }
}

fn bits<'a>(bytes: &[u8], field: BitField) -> Option<Value<'a>> {
    let (first, width) = (u32::from(field.first), u32::from(field.width));
    let present = bytes.len() >= (first + width).div_ceil(8) as usize;
    let bits = present.then(|| load_bits(bytes, first, width))?;
    let bits = if field.signed { sign_extend(bits, width) } else { bits };
    Some(integer(bits, field.signed, field.names))
}

/// The members of a struct that are there, in C order.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    own: Own<'a>,
    /// The anonymous union that is being shown.
    arms: Option<Own<'a>>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'static MemberMeta, Value<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.arms.is_none() {
            if let Some(next) = self.own.next_integer() {
                return Some(next);
            }
        }
        self.next_of_any()
    }

    // What `for_each` and its like are: integers go to `f` as they are read. Through `next` they would be
    // moved about with all the room that other values need.
    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(mut self, init: B, mut f: F) -> B {
        let mut acc = init;
        loop {
            if self.arms.is_none() {
                while let Some(next) = self.own.next_integer() {
                    acc = f(acc, next);
                }
            }
            match self.next_of_any() {
                Some(next) => acc = f(acc, next),
                None => return acc,
            }
        }
    }
}

impl<'a> Members<'a> {
    fn next_of_any(&mut self) -> Option<(&'static MemberMeta, Value<'a>)> {
        loop {
            if let Some(arm) = self.arms.as_mut().and_then(Own::next_there) {
                return Some(arm);
            }
            let of = self.own.of;
            let member = self.own.next_member()?;
            self.arms = match anonymous(member) {
                Some(union) => of.union(member, union, of.chosen(union)).map(|of| Own { of, at: 0 }),
                None => match of.read(member) {
                    Some(value) => return Some((member, value)),
                    None => None,
                },
            };
        }
    }
}

/// The members of a struct as its layout lists them.
#[derive(Clone, Debug)]
struct Own<'a> {
    of: StructRef<'a>,
    at: usize,
}

impl<'a> Own<'a> {
    /// The next member, if it is an integer that is there: most are, and need no more than this.
    #[inline]
    fn next_integer(&mut self) -> Option<(&'static MemberMeta, Value<'a>)> {
        if self.of.choice.is_some() {
            return None;
        }
        let member = self.of.meta.members.get(self.at)?;
        let MemberType::Scalar(s, names) = member.ty else { return None };
        let bytes = self.of.bytes.get(member.offset as usize..)?.get(..usize::from(s.bytes))?;
        let bits = scalar(bytes, s)?;
        self.at += 1;
        Some((member, integer(bits, s.signed, names)))
    }

    /// The next member that counts.
    fn next_member(&mut self) -> Option<&'static MemberMeta> {
        loop {
            let at = self.at;
            let member = self.of.meta.members.get(at)?;
            self.at += 1;
            if self.of.choice.is_none_or(|(union, value)| union.counts(at, value)) {
                return Some(member);
            }
        }
    }

    /// The next one that is there.
    fn next_there(&mut self) -> Option<(&'static MemberMeta, Value<'a>)> {
        loop {
            let member = self.next_member()?;
            if let Some(value) = self.of.read(member) {
                return Some((member, value));
            }
        }
    }
}

/// Elements one after the other, all of one size.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    /// The struct they stand in; of an attribute, one without members.
    of: StructRef<'a>,
    element: MemberType,
    bytes: &'a [u8],
}

impl<'a> Items<'a> {
    pub(super) fn new(element: MemberType, bytes: &'a [u8]) -> Self {
        static NOTHING: StructMeta = StructMeta { c_name: "", size: 0, members: &[] };
        Items { of: StructRef::new(&NOTHING, &[]), element, bytes }
    }

    /// What an element is.
    pub fn element(&self) -> MemberType {
        self.element
    }

    /// All of them.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The elements.
    pub fn iter(&self) -> Elements<'a> {
        Elements { of: self.of, element: self.element, chunks: self.bytes.chunks_exact(self.size()) }
    }

    /// Bytes after the last whole element.
    pub fn remainder(&self) -> &'a [u8] {
        self.bytes.chunks_exact(self.size()).remainder()
    }

    fn size(&self) -> usize {
        let size = match self.element {
            // One address, as long as its family has it; of others, all that is there.
            MemberType::IpBy(family) => match self.of.family(family) {
                Some(AF_INET) => 4,
                Some(AF_INET6) => 16,
                _ => self.bytes.len(),
            },
            element => element.size() as usize,
        };
        // A size of 0 cannot be, but a chunk of that size must not panic.
        size.max(1)
    }
}

/// The elements of [`Items`].
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    of: StructRef<'a>,
    element: MemberType,
    chunks: core::slice::ChunksExact<'a, u8>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        self.chunks.find_map(|bytes| self.of.fixed(self.element, bytes))
    }

    // See that of `Members`. What an integer is like is asked once for all.
    #[inline]
    fn fold<B, F: FnMut(B, Value<'a>) -> B>(self, init: B, mut f: F) -> B {
        let Elements { of, element, chunks } = self;
        let MemberType::Scalar(s, names) = element else {
            return chunks.filter_map(|bytes| of.no_integer(element, bytes)).fold(init, f);
        };
        let mut each = |acc, bytes, s| match scalar(bytes, s) {
            Some(bits) => f(acc, integer(bits, s.signed, names)),
            None => acc,
        };
        match s {
            // Those of IFLA_INET_CONF and IFLA_INET6_CONF, and of most others.
            _ if s == I32 => chunks.fold(init, |acc, bytes| each(acc, bytes, I32)),
            _ if s == U32 => chunks.fold(init, |acc, bytes| each(acc, bytes, U32)),
            _ if s == U64 => chunks.fold(init, |acc, bytes| each(acc, bytes, U64)),
            _ => chunks.fold(init, |acc, bytes| each(acc, bytes, s)),
        }
    }
}

const I32: Scalar = Scalar { bytes: 4, signed: true, order: Order::Native };
const U32: Scalar = Scalar { bytes: 4, signed: false, order: Order::Native };
const U64: Scalar = Scalar { bytes: 8, signed: false, order: Order::Native };
