//! From an offset in a request to the names of the attributes that lead there.

use crate::message::{Tlv, Tlvs, align, bytes_at};
use crate::meta::{
    Card, Key, MemberMeta, MemberType, Order, Scalar, Selector, SetMeta, StructMeta, SubMeta, TypeMeta,
};
use alloc::string::String;
use core::fmt::Write;

/// Deeper nests than this are not entered.
const DEPTH: u8 = 32;

/// Names the attribute (or the member of a fixed header) at an offset of the request.
pub(super) fn of_offset(request: &[u8], body: usize, set: &'static SetMeta, target: usize) -> Option<String> {
    let mut path = Path { target, text: String::new() };
    path.enter(set, request.get(body..)?, body, None, DEPTH);
    Some(path.text).filter(|t| !t.is_empty())
}

/// Names an attribute that is missing in the message or in the nest at an offset.
pub(super) fn of_missing(
    request: &[u8],
    body: usize,
    set: &'static SetMeta,
    nest: Option<usize>,
    attr: u32,
) -> Option<String> {
    let Some(target) = nest else {
        let mut path = Path { target: 0, text: String::new() };
        path.attr_of(Some(set), attr);
        return Some(path.text);
    };
    let mut path = Path { target, text: String::new() };
    let inner = path.enter(set, request.get(body..)?, body, None, DEPTH);
    if path.text.is_empty() {
        return None;
    }
    path.attr_of(inner, attr);
    Some(path.text)
}

/// The attributes of one level, and the levels around it.
struct Scope<'a> {
    set: &'static SetMeta,
    header: &'a [u8],
    attrs: &'a [u8],
    /// Offset of `attrs` in the request.
    at: usize,
    outer: Option<&'a Scope<'a>>,
}

/// A path in the making.
struct Path {
    target: usize,
    text: String,
}

/// The set inside the attribute that was found, if it is a nest.
type Inner = Option<&'static SetMeta>;

impl Path {
    fn name(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.text.push('.');
        }
        self.text.push_str(name);
    }

    fn index(&mut self, index: usize) {
        let _ = write!(self.text, "[{index}]"); // writing to a String cannot fail
    }

    fn attr_of(&mut self, set: Inner, attr: u32) {
        match u16::try_from(attr).ok().and_then(|a| set?.attr(a)) {
            Some(meta) => self.name(meta.c_name),
            None => {
                self.name("");
                let _ = write!(self.text, "{attr}");
            }
        }
    }

    /// Goes into a fixed header and attributes.
    fn enter(
        &mut self,
        set: &'static SetMeta,
        payload: &[u8],
        at: usize,
        outer: Option<&Scope<'_>>,
        depth: u8,
    ) -> Inner {
        let size = set.header.map_or(0, |h| h.size as usize);
        let (header, attrs) = payload.split_at_checked(align(size)).unwrap_or((payload, &[]));
        if let Some(meta) = set.header {
            if (at..at + size).contains(&self.target) {
                self.name(meta.c_name);
                if let Some(member) = member_at(meta, self.target - at) {
                    self.name(member.c_name);
                }
                return None;
            }
        }
        let scope = Scope { set, header, attrs, at: at + align(size), outer };
        let found = self.covering(scope.attrs, scope.at)?;
        self.attr_of(Some(set), u32::from(found.id));
        let meta = set.attr(found.id)?;
        self.descend(&scope, meta.card, meta.ty, found, scope.at, depth.checked_sub(1)?)
    }

    /// The attribute of a stream that starts at or reaches over the target.
    fn covering<'a>(&self, attrs: &'a [u8], at: usize) -> Option<Tlv<'a>> {
        let covers = |t: &Tlv<'_>| {
            let start = at + t.offset;
            (start..start + 4 + t.payload.len()).contains(&self.target)
        };
        Tlvs::new(attrs).find_map(|t| covers(&t).then_some(t))
    }

    /// Goes on inside `found`, an attribute of a stream that starts at `at`.
    fn descend(
        &mut self,
        scope: &Scope<'_>,
        card: Card,
        ty: TypeMeta,
        found: Tlv<'_>,
        at: usize,
        depth: u8,
    ) -> Inner {
        let inside = at + found.offset + 4;
        let here = self.target < inside;
        let levels = match card {
            Card::One | Card::Multi | Card::TypeValue(0) => {
                return self.payload(scope, ty, found.payload, inside, here, depth);
            }
            Card::Indexed => Card::One,
            Card::TypeValue(n) => Card::TypeValue(n - 1),
        };
        if here {
            return None;
        }
        let member = self.covering(found.payload, inside)?;
        self.index(usize::from(member.id));
        self.descend(scope, levels, ty, member, inside, depth.checked_sub(1)?)
    }

    /// Goes into a payload, or says what is in it if the target is `here`.
    fn payload(
        &mut self,
        scope: &Scope<'_>,
        ty: TypeMeta,
        payload: &[u8],
        at: usize,
        here: bool,
        depth: u8,
    ) -> Inner {
        match ty {
            TypeMeta::Nest(set) if here => Some(set.get()),
            TypeMeta::Nest(set) => self.enter(set.get(), payload, at, Some(scope), depth),
            TypeMeta::Sub(sub, selectors) => {
                let ty = scope.format(sub, selectors)?;
                // A format is never a sub-message again; the depth guards against one that is.
                self.payload(scope, ty, payload, at, here, depth.checked_sub(1)?)
            }
            TypeMeta::Records { set, len_offset, len_bytes } if !here => {
                let mut start = 0;
                for i in 0.. {
                    let record = payload.get(start..)?;
                    let len = number(record.get(usize::from(len_offset)..)?, native(len_bytes))? as usize;
                    let record = record.get(..len).filter(|r| !r.is_empty())?;
                    if self.target < at + start + align(len) {
                        self.index(i);
                        return self.enter(set.get(), record, at + start, Some(scope), depth);
                    }
                    start += align(len);
                }
                None
            }
            _ => None,
        }
    }
}

/// The value of a selector: its bytes and, if it is a number, how they are read.
struct Value<'a>(&'a [u8], Option<Scalar>);

impl Value<'_> {
    fn is(&self, key: Key) -> bool {
        match key {
            Key::Text(text) => self.0.split(|b| *b == 0).next() == Some(text.as_bytes()),
            Key::Number(n) => self.1.and_then(|s| number(self.0, s)) == Some(n),
        }
    }
}

impl<'a> Scope<'a> {
    /// The format that the selectors choose.
    fn format(&self, sub: &SubMeta, selectors: &[Selector]) -> Option<TypeMeta> {
        let row = sub.formats.iter().find(|row| {
            row.keys.len() == selectors.len()
                && row.keys.iter().zip(selectors).all(|(k, s)| self.value(*s).is_some_and(|v| v.is(*k)))
        });
        row.map(|r| r.ty).or(sub.default)
    }

    fn outward(&'a self) -> impl Iterator<Item = &'a Scope<'a>> {
        core::iter::successors(Some(self), |s| s.outer)
    }

    fn value(&'a self, selector: Selector) -> Option<Value<'a>> {
        match selector {
            Selector::Attr(id) => self.attr(id),
            Selector::Outer(name) => {
                let mut around = self.outward().skip(1);
                around.find_map(|s| s.attr(s.set.by_c_name(name)?.id))
            }
            Selector::Header(member) => self.outward().find(|s| s.set.header.is_some())?.member(member),
            Selector::Request(member) => self.outward().last()?.member(member),
        }
    }

    fn attr(&self, id: u16) -> Option<Value<'a>> {
        let payload = Tlvs::new(self.attrs).find(id)?.payload;
        let scalar = match self.set.attr(id)?.ty {
            TypeMeta::Scalar(s, _) => Some(s),
            TypeMeta::VarInt { signed, .. } => {
                Some(Scalar { bytes: payload.len().min(8) as u8, signed, order: Order::Native })
            }
            _ => None,
        };
        Some(Value(payload, scalar))
    }

    fn member(&self, name: &str) -> Option<Value<'a>> {
        let member = self.set.header?.members.iter().find(|m| m.c_name == name)?;
        let scalar = match member.ty {
            MemberType::Scalar(s, _) => Some(s),
            _ => None,
        };
        let bytes = self.header.get(member.offset as usize..)?;
        Some(Value(bytes.get(..member.ty.size() as usize)?, scalar))
    }
}

fn member_at(meta: &StructMeta, offset: usize) -> Option<&'static MemberMeta> {
    meta.members.iter().find(|m| {
        let start = m.offset as usize;
        (start..start + m.ty.size() as usize).contains(&offset)
    })
}

fn native(bytes: u8) -> Scalar {
    Scalar { bytes, signed: false, order: Order::Native }
}

/// Reads an integer at the start of `bytes`; negative ones sign-extended, as keys are.
fn number(bytes: &[u8], scalar: Scalar) -> Option<u64> {
    let big = match scalar.order {
        Order::Native => cfg!(target_endian = "big"),
        Order::Big | Order::Net => true,
        Order::Little => false,
    };
    macro_rules! read {
        ($unsigned:ty, $signed:ty) => {{
            let b = bytes_at(bytes, 0)?;
            let v = if big { <$unsigned>::from_be_bytes(b) } else { <$unsigned>::from_le_bytes(b) };
            if scalar.signed { v as $signed as i64 as u64 } else { u64::from(v) }
        }};
    }
    Some(match scalar.bytes {
        1 => read!(u8, i8),
        2 => read!(u16, i16),
        4 => read!(u32, i32),
        8 => read!(u64, i64),
        _ => return None,
    })
}
