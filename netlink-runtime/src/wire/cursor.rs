//! Going through attributes once.

use super::attrs::{Attr, Attrs};
use super::{ATTR_HEADER, TYPE_MASK, after, split};

/// An attribute's number where it stands in the word that a header is: so that it need not be moved to be
/// compared.
pub const fn key(id: u16) -> u32 {
    if cfg!(target_endian = "little") { (id as u32) << 16 } else { id as u32 }
}

/// The number in a key.
const fn number(key: u32) -> u16 {
    if cfg!(target_endian = "little") { (key >> 16) as u16 } else { key as u16 }
}

/// A place among attributes: what reads a set in one pass is built on it.
///
/// The header is read first, by one load; payloads are touched by who wants them.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    attrs: Attrs<'a>,
    rest: &'a [u8],
    len: usize,
    broken: bool,
}

impl<'a> Cursor<'a> {
    /// Before the first attribute.
    #[inline]
    pub fn new(attrs: Attrs<'a>) -> Self {
        Cursor { attrs, rest: attrs.bytes(), len: 0, broken: false }
    }

    /// The number of the attribute here; `None` at the end. Its header may be broken, which
    /// [`payload`](Self::payload) tells.
    #[inline]
    pub fn head(&mut self) -> Option<u16> {
        self.key().map(number)
    }

    /// The same as [`head`](Self::head), as a [`key`].
    #[inline]
    pub fn key(&mut self) -> Option<u32> {
        let header = *self.rest.first_chunk::<ATTR_HEADER>()?;
        self.len = split(header).0;
        Some(u32::from_ne_bytes(header) & key(TYPE_MASK))
    }

    /// Goes to the next attribute, after [`head`](Self::head).
    #[inline]
    pub fn step(&mut self) {
        match after(self.rest, self.len) {
            Some(rest) => self.rest = rest,
            None => self.end(),
        }
    }

    /// After the last attribute, which is not padded, or whose header is broken.
    #[cold]
    #[inline(always)] // a call would keep the cursor in memory
    fn end(&mut self) {
        self.broken = self.len < ATTR_HEADER || self.len > self.rest.len();
        self.rest = &[];
    }

    /// At the end: whether there is a broken header.
    #[inline]
    pub fn broken(&self) -> bool {
        self.broken
    }

    /// All attributes.
    #[inline]
    pub fn attrs(&self) -> Attrs<'a> {
        self.attrs
    }

    /// The payload of the attribute here, unless its header is broken.
    #[inline]
    pub fn payload(&self) -> Option<&'a [u8]> {
        self.rest.get(ATTR_HEADER..self.len)
    }

    /// The attribute here, unless its header is broken.
    pub fn attr(&self) -> Option<Attr<'a>> {
        let (_, raw_type) = split(*self.rest.first_chunk::<ATTR_HEADER>()?);
        Some(Attr { raw_type, payload: self.payload()?, offset: self.offset() })
    }

    /// The bytes from the attribute here on.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The length in the header here, unchecked.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Offset of the attribute here from the start of its set.
    #[inline]
    pub fn offset(&self) -> usize {
        self.attrs.bytes().len() - self.rest.len()
    }
}
