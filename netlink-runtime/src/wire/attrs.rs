//! The attribute stream and its scans.

use super::scope::Scope;
use super::wt::Wire;
use super::{ATTR_HEADER, NESTED, NET_BYTEORDER, TYPE_MASK, after, split};
use crate::error::{DecodeError, DecodeErrorKind, NOWHERE, named};
use crate::meta::SetMeta;

/// A stream of attributes: the payload of a message or nest, after its fixed header.
///
/// Nothing is checked in advance. Every read scans from the start, compares types first and
/// decodes only the hit; the first occurrence wins. A broken attribute header ends the stream:
/// attributes before it read normally, looking past it is an error. One to three stray bytes at
/// the end are ignored.
///
/// ```
/// use netlink_runtime::wire::{Attrs, wt};
/// # use netlink_runtime::meta::*;
/// # static SET: SetMeta = SetMeta { name: "Demo", header: None, attrs: &[] };
/// let mut bytes = Vec::new();
/// for (len, ty, value) in [(8u16, 1u16, 7u32), (8, 2, 9)] {
///     bytes.extend(len.to_ne_bytes());
///     bytes.extend(ty.to_ne_bytes());
///     bytes.extend(value.to_ne_bytes());
/// }
/// let attrs = Attrs::new(&bytes);
/// assert_eq!(attrs.get::<wt::U32>(2, &SET), Ok(Some(9)));
/// assert_eq!(attrs.get::<wt::U32>(3, &SET), Ok(None));
/// assert!(attrs.get::<wt::U16>(1, &SET).is_err()); // malformed is not absent
/// ```
#[derive(Clone, Copy, Default)]
pub struct Attrs<'a> {
    bytes: &'a [u8],
    scope: Scope<'a>,
}

impl<'a> Attrs<'a> {
    /// The attributes in these bytes, of no message.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Attrs { bytes, scope: Scope::NONE }
    }

    /// The attributes in these bytes, which are part of a message.
    #[inline]
    pub const fn within(bytes: &'a [u8], scope: Scope<'a>) -> Self {
        Attrs { bytes, scope }
    }

    /// The message around.
    #[inline]
    pub const fn scope(self) -> Scope<'a> {
        self.scope
    }

    /// The bytes.
    #[inline]
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The first occurrence of an attribute, decoded.
    ///
    /// `set` is named in errors.
    #[inline]
    pub fn get<K: Wire>(self, id: u16, set: &'static SetMeta) -> Result<Option<K::View<'a>>, DecodeError> {
        let mut b = self.bytes;
        let Some(mut header) = b.first_chunk::<ATTR_HEADER>() else { return Ok(None) };
        loop {
            let (len, ty) = split(*header);
            if ty & TYPE_MASK == id {
                if let Some(value) = K::hit_in(b, len, self.scope) {
                    return Ok(Some(value));
                }
                break;
            }
            // See `after`; here the next header is asked for in the same comparison.
            if len == 8 && b.len() >= 8 + ATTR_HEADER {
                b = &b[8..];
            } else {
                match after(b, len) {
                    Some(rest) => b = rest,
                    None => break,
                }
            }
            match b.first_chunk() {
                Some(next) => header = next,
                None => return Ok(None),
            }
        }
        match odd::<K>(self.bytes, id, set) {
            None => Ok(None),
            Some(error) => Err(error),
        }
    }

    /// The first occurrence of an attribute that every message has.
    #[inline]
    pub fn require<K: Wire>(self, id: u16, set: &'static SetMeta) -> Result<K::View<'a>, DecodeError> {
        match self.get::<K>(id, set) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(DecodeError::new(DecodeErrorKind::Missing, set, id, self.bytes.len())),
            Err(error) => Err(error),
        }
    }

    /// The first occurrence of an attribute of the few formats that the library itself reads;
    /// malformed ones count as absent.
    pub(crate) fn find<K: Wire>(self, id: u16) -> Option<K::View<'a>> {
        // No error of it is ever seen.
        static SET: SetMeta = SetMeta { name: "", header: None, attrs: &[] };
        self.get::<K>(id, &SET).ok().flatten()
    }

    /// Every occurrence of an attribute, wherever it stands.
    #[inline]
    pub fn all<K: Wire>(self, id: u16, set: &'static SetMeta) -> Multi<'a, K> {
        Multi::over(self.iter(set), id)
    }

    /// Every attribute in wire order.
    #[inline]
    pub fn iter(self, set: &'static SetMeta) -> AttrIter<'a> {
        AttrIter { all: self, rest: self.bytes, set: named(set) }
    }
}

/// The odd cases: the list ended with an unpadded attribute (absent), the stream is broken, or the
/// wanted attribute's payload is. Scans again to say which and where.
///
/// It takes the bytes alone, in registers: what a cold call takes by reference, the hot path would
/// have to keep in memory.
#[cold]
#[inline(never)]
fn odd<K: Wire>(bytes: &[u8], id: u16, set: &'static SetMeta) -> Option<DecodeError> {
    for attr in Attrs::new(bytes).iter(set) {
        match attr {
            Err(error) => return Some(DecodeError { attr: id, ..error }),
            Ok(attr) if attr.id() == id => {
                return Some(K::error(attr.payload, set, id, attr.offset));
            }
            Ok(_) => {}
        }
    }
    None
}

/// Offset of the first attribute of this number in a stream that has it, for errors that are found out after the
/// stream was gone through.
#[cold]
#[inline(never)]
pub(crate) fn first_offset(attrs: &[u8], id: u16) -> usize {
    let first = Attrs::new(attrs).iter(&NOWHERE).filter_map(Result::ok).find(|attr| attr.id() == id);
    first.map_or(0, |attr| attr.offset)
}

impl core::fmt::Debug for Attrs<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Attrs({} bytes)", self.bytes.len())
    }
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attr<'a> {
    /// The type with its flag bits.
    pub raw_type: u16,
    /// The payload.
    pub payload: &'a [u8],
    /// Offset of the header from the start of the stream.
    pub offset: usize,
}

impl<'a> Attr<'a> {
    /// The number.
    #[inline]
    pub const fn id(&self) -> u16 {
        self.raw_type & TYPE_MASK
    }

    /// `NLA_F_NESTED` is set. Classic families often leave it off nests.
    #[inline]
    pub const fn is_nested(&self) -> bool {
        self.raw_type & NESTED != 0
    }

    /// `NLA_F_NET_BYTEORDER` is set.
    #[inline]
    pub const fn is_net_byteorder(&self) -> bool {
        self.raw_type & NET_BYTEORDER != 0
    }

    /// The payload as attributes.
    #[inline]
    pub const fn attrs(&self) -> Attrs<'a> {
        Attrs::new(self.payload)
    }
}

/// Attributes in wire order. A broken header is yielded once, then the iterator ends.
#[derive(Clone)]
pub struct AttrIter<'a> {
    all: Attrs<'a>,
    rest: &'a [u8],
    set: &'static SetMeta,
}

impl<'a> AttrIter<'a> {
    /// From an attribute within a stream on: `rest` is the stream's end from there.
    #[inline]
    pub(crate) fn within(all: Attrs<'a>, rest: &'a [u8], set: &'static SetMeta) -> Self {
        AttrIter { all, rest, set: named(set) }
    }

    /// The message around.
    #[inline]
    pub(crate) fn scope(&self) -> Scope<'a> {
        self.all.scope
    }

    /// Offset of the next attribute from the start of the stream.
    #[inline]
    pub fn offset(&self) -> usize {
        self.all.bytes.len() - self.rest.len()
    }
}

impl<'a> Iterator for AttrIter<'a> {
    type Item = Result<Attr<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (len, raw_type) = split(*self.rest.first_chunk::<ATTR_HEADER>()?);
        match self.rest.get(ATTR_HEADER..len) {
            Some(payload) => {
                let offset = self.offset();
                self.rest = after(self.rest, len).unwrap_or_default();
                Some(Ok(Attr { raw_type, payload, offset }))
            }
            None => {
                let kind = DecodeErrorKind::Truncated;
                let error = DecodeError::new(kind, self.set, raw_type & TYPE_MASK, self.offset());
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

impl core::iter::FusedIterator for AttrIter<'_> {}

/// Every occurrence of one attribute, decoded. A broken stream is yielded once as an error.
pub struct Multi<'a, K> {
    iter: AttrIter<'a>,
    id: u16,
    wire: core::marker::PhantomData<fn() -> K>,
}

impl<'a, K> Multi<'a, K> {
    /// Those of this number that `iter` meets.
    #[inline]
    pub(crate) fn over(iter: AttrIter<'a>, id: u16) -> Self {
        Multi { iter, id, wire: core::marker::PhantomData }
    }
}

impl<K> Clone for Multi<'_, K> {
    fn clone(&self) -> Self {
        Multi { iter: self.iter.clone(), id: self.id, wire: core::marker::PhantomData }
    }
}

impl<'a, K: Wire> Iterator for Multi<'a, K> {
    type Item = Result<K::View<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.iter.next()? {
                Err(error) => return Some(Err(error)),
                Ok(attr) if attr.id() == self.id => {
                    return Some(read::<K>(attr, self.iter.set, self.iter.scope()));
                }
                Ok(_) => {}
            }
        }
    }
}

impl<K: Wire> core::iter::FusedIterator for Multi<'_, K> {}

impl<'a, K: Wire<View<'a>: core::fmt::Debug>> core::fmt::Debug for Multi<'a, K> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Decodes one attribute's payload, or says what is wrong with it.
#[inline]
pub(crate) fn read<'a, K: Wire>(
    attr: Attr<'a>,
    set: &'static SetMeta,
    scope: Scope<'a>,
) -> Result<K::View<'a>, DecodeError> {
    match K::read_in(attr.payload, scope) {
        Some(value) => Ok(value),
        None => Err(K::error(attr.payload, set, attr.id(), attr.offset)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::wt;

    static SET: SetMeta = SetMeta { name: "Test", header: None, attrs: &[] };

    fn attr(len: u16, ty: u16, payload: &[u8]) -> Vec<u8> {
        let mut v = [len.to_ne_bytes(), ty.to_ne_bytes()].concat();
        v.extend_from_slice(payload);
        v
    }

    #[test]
    fn absent_malformed_and_present_stay_apart() {
        let bytes = [attr(8, 1, &[1, 0, 0, 0]), attr(6, 2, &[1, 0, 0, 0])].concat();
        let a = Attrs::new(&bytes);
        assert_eq!(a.get::<wt::U32>(1, &SET), Ok(Some(u32::from_ne_bytes([1, 0, 0, 0]))));
        assert_eq!(a.get::<wt::U32>(9, &SET), Ok(None));
        let error = a.get::<wt::U32>(2, &SET).unwrap_err();
        assert_eq!((error.kind, error.offset, error.attr), (DecodeErrorKind::Length, 8, 2));
    }

    #[test]
    fn a_broken_header_ends_the_stream() {
        for bad in [0u16, 3, 13, 0xffff] {
            let bytes = [attr(8, 1, &[1, 0, 0, 0]), attr(bad, 2, &[0; 8])].concat();
            let a = Attrs::new(&bytes);
            assert!(a.get::<wt::U32>(1, &SET).unwrap().is_some(), "before it all is well");
            let error = a.get::<wt::U32>(7, &SET).unwrap_err();
            assert_eq!((error.kind, error.offset, error.attr), (DecodeErrorKind::Truncated, 8, 7));
            let items: Vec<_> = a.iter(&SET).collect();
            assert_eq!(items.len(), 2, "yielded once, then the end");
            assert!(items[1].is_err());
        }
    }

    #[test]
    fn unpadded_last_attribute_and_stray_bytes() {
        for stray in 0..4usize {
            let mut bytes = [attr(8, 1, &[1, 0, 0, 0]), attr(5, 2, &[9])].concat();
            bytes.extend(core::iter::repeat_n(0, stray));
            let a = Attrs::new(&bytes);
            assert_eq!(a.get::<wt::U8>(2, &SET), Ok(Some(9)));
            assert_eq!(a.get::<wt::U8>(3, &SET), Ok(None), "{stray} stray bytes");
        }
    }

    #[test]
    fn flag_bits_are_masked_and_kept() {
        let bytes = attr(8, 1 | NESTED | NET_BYTEORDER, &[1, 0, 0, 0]);
        let a = Attrs::new(&bytes);
        assert!(a.get::<wt::U32>(1, &SET).unwrap().is_some());
        let first = a.iter(&SET).next().unwrap().unwrap();
        assert!(first.is_nested() && first.is_net_byteorder());
        assert_eq!(first.id(), 1);
    }

    #[test]
    fn first_wins_and_iterators_see_all() {
        let bytes =
            [attr(5, 1, &[7, 0, 0, 0]), attr(5, 2, &[1, 0, 0, 0]), attr(5, 1, &[8, 0, 0, 0])].concat();
        let a = Attrs::new(&bytes);
        assert_eq!(a.get::<wt::U8>(1, &SET), Ok(Some(7)));
        assert_eq!(a.all::<wt::U8>(1, &SET).collect::<Result<Vec<_>, _>>(), Ok(vec![7, 8]));
    }
}
