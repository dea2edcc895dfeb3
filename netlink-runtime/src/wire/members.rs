//! Payloads with members: indexed arrays, nests whose types carry data, records.

use super::ATTR_HEADER;
use super::attrs::{AttrIter, Attrs, read};
use super::scope::Scope;
use super::wt::Wire;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::{SetMeta, SetRef, TypeMeta};
use crate::view::{AttrSet, CStruct, RecordHeader, View};
use core::fmt;
use core::marker::PhantomData;

/// Names the members of indexed arrays and type-value nests in errors: their numbers are data.
static MEMBERS: SetMeta = SetMeta { name: "numbered members", header: None, attrs: &[] };

/// Wire type: a container whose members' types are indices.
pub struct IndexedOf<K>(PhantomData<fn() -> K>);

impl<K: Wire> Wire for IndexedOf<K> {
    type View<'a> = Indexed<'a, K>;
    const TYPE: TypeMeta = K::TYPE;

    #[inline]
    fn read(payload: &[u8]) -> Option<Indexed<'_, K>> {
        Self::read_in(payload, Scope::NONE)
    }

    #[inline]
    fn read_in<'a>(payload: &'a [u8], scope: Scope<'a>) -> Option<Indexed<'a, K>> {
        Some(Indexed { iter: Attrs::within(payload, scope).iter(&MEMBERS), member: PhantomData })
    }

    #[inline]
    fn hit_in<'a>(bytes: &'a [u8], len: usize, scope: Scope<'a>) -> Option<Indexed<'a, K>> {
        Self::read_in(bytes.get(ATTR_HEADER..len)?, scope)
    }
}

/// Members of an indexed array: index and value.
pub struct Indexed<'a, K> {
    iter: AttrIter<'a>,
    member: PhantomData<fn() -> K>,
}

impl<K> Clone for Indexed<'_, K> {
    fn clone(&self) -> Self {
        Indexed { iter: self.iter.clone(), member: PhantomData }
    }
}

impl<'a, K: Wire> Iterator for Indexed<'a, K> {
    type Item = (u16, Result<K::View<'a>, DecodeError>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.iter.next()? {
            Ok(attr) => (attr.id(), read::<K>(attr, &MEMBERS, self.iter.scope())),
            Err(error) => (error.attr, Err(error)),
        })
    }
}

impl<K: Wire> core::iter::FusedIterator for Indexed<'_, K> {}

impl<'a, K: Wire<View<'a>: fmt::Debug>> fmt::Debug for Indexed<'a, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Wire type: containers in containers, `N` levels, whose types carry data.
pub struct TypeValueOf<K, const N: usize>(PhantomData<fn() -> K>);

impl<K: Wire, const N: usize> Wire for TypeValueOf<K, N> {
    type View<'a> = TypeValue<'a, K, N>;
    const TYPE: TypeMeta = K::TYPE;

    #[inline]
    fn read(payload: &[u8]) -> Option<TypeValue<'_, K, N>> {
        Self::read_in(payload, Scope::NONE)
    }

    #[inline]
    fn read_in<'a>(payload: &'a [u8], scope: Scope<'a>) -> Option<TypeValue<'a, K, N>> {
        let level = |bytes| Attrs::within(bytes, scope).iter(&MEMBERS);
        let mut levels = core::array::from_fn(|_| level(&[]));
        *levels.first_mut()? = level(payload);
        Some(TypeValue { levels, types: [0; N], depth: 0, member: PhantomData })
    }

    #[inline]
    fn hit_in<'a>(bytes: &'a [u8], len: usize, scope: Scope<'a>) -> Option<TypeValue<'a, K, N>> {
        Self::read_in(bytes.get(ATTR_HEADER..len)?, scope)
    }
}

/// Members of a type-value nest: the types on the way, and the value.
///
/// The outermost container is the attribute itself: with one level, its payload is the value's
/// attributes keyed by type.
pub struct TypeValue<'a, K, const N: usize> {
    levels: [AttrIter<'a>; N],
    types: [u16; N],
    depth: usize,
    member: PhantomData<fn() -> K>,
}

impl<K, const N: usize> Clone for TypeValue<'_, K, N> {
    fn clone(&self) -> Self {
        TypeValue { levels: self.levels.clone(), types: self.types, depth: self.depth, member: PhantomData }
    }
}

impl<'a, K: Wire, const N: usize> Iterator for TypeValue<'a, K, N> {
    type Item = ([u16; N], Result<K::View<'a>, DecodeError>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.levels.get_mut(self.depth)?.next() {
                None if self.depth == 0 => return None,
                None => self.depth -= 1,
                Some(Err(error)) => return Some((self.types, Err(error))),
                Some(Ok(attr)) => {
                    let scope = self.levels[self.depth].scope();
                    self.types[self.depth] = attr.id();
                    if self.depth + 1 == N {
                        return Some((self.types, read::<K>(attr, &MEMBERS, scope)));
                    }
                    self.depth += 1;
                    self.levels[self.depth] = Attrs::within(attr.payload, scope).iter(&MEMBERS);
                }
            }
        }
    }
}

impl<'a, K: Wire<View<'a>: fmt::Debug>, const N: usize> fmt::Debug for TypeValue<'a, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Wire type: records one after the other, each a fixed header and attributes.
pub struct RecordsOf<T>(PhantomData<fn() -> T>);

impl<T: AttrSet> Wire for RecordsOf<T>
where
    T::Header: RecordHeader,
{
    type View<'a> = Records<'a, T>;
    const TYPE: TypeMeta = TypeMeta::Records {
        set: SetRef::of::<T>(),
        len_offset: <T::Header as RecordHeader>::LENGTH.0 as u16,
        len_bytes: <T::Header as RecordHeader>::LENGTH.1 as u8,
    };

    #[inline]
    fn read(payload: &[u8]) -> Option<Records<'_, T>> {
        Self::read_in(payload, Scope::NONE)
    }

    #[inline]
    fn read_in<'a>(payload: &'a [u8], scope: Scope<'a>) -> Option<Records<'a, T>> {
        Some(Records { rest: payload, offset: 0, scope, set: PhantomData })
    }

    #[inline]
    fn hit_in<'a>(bytes: &'a [u8], len: usize, scope: Scope<'a>) -> Option<Records<'a, T>> {
        Self::read_in(bytes.get(ATTR_HEADER..len)?, scope)
    }
}

/// Records in a payload. An impossible record length is yielded once, then the iterator ends.
pub struct Records<'a, T> {
    rest: &'a [u8],
    offset: usize,
    scope: Scope<'a>,
    set: PhantomData<fn() -> T>,
}

impl<T> Clone for Records<'_, T> {
    fn clone(&self) -> Self {
        Records { ..*self }
    }
}

/// An unsigned number of this many bytes in the machine's order, at this offset.
#[inline]
pub(crate) fn number_at(bytes: &[u8], (offset, width): (usize, usize)) -> Option<usize> {
    let bytes = bytes.get(offset..offset.checked_add(width)?)?;
    Some(match width {
        1 => usize::from(bytes[0]),
        2 => usize::from(u16::from_ne_bytes(bytes.try_into().ok()?)),
        4 => u32::from_ne_bytes(bytes.try_into().ok()?) as usize,
        _ => return None,
    })
}

impl<'a, T: AttrSet> Iterator for Records<'a, T>
where
    T::Header: RecordHeader,
{
    type Item = Result<T::View<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let len = number_at(self.rest, <T::Header as RecordHeader>::LENGTH).unwrap_or(0);
        let header = T::Header::META.size as usize;
        match self.rest.get(..len).filter(|_| len >= header) {
            Some(record) => {
                let step = super::align(len);
                self.rest = self.rest.get(step..).unwrap_or_default();
                self.offset += step;
                Some(T::View::parse_in(record, self.scope))
            }
            None => {
                self.rest = &[];
                Some(Err(DecodeError::new(DecodeErrorKind::Record, T::meta(), 0, self.offset)))
            }
        }
    }
}

impl<T: AttrSet> core::iter::FusedIterator for Records<'_, T> where T::Header: RecordHeader {}

impl<T: AttrSet> fmt::Debug for Records<'_, T>
where
    T::Header: RecordHeader,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
