//! Going through attributes once.

use super::attrs::{Attr, Attrs};
use super::{ATTR_HEADER, TYPE_MASK, align, split};

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

    /// The number of the attribute here; `None` at the end.
    #[inline]
    pub fn head(&mut self) -> Option<u16> {
        let (len, ty) = split(*self.rest.first_chunk::<ATTR_HEADER>()?);
        self.len = len;
        Some(ty & TYPE_MASK)
    }

    /// Goes to the next attribute, after [`head`](Self::head).
    #[inline]
    pub fn step(&mut self) {
        if self.len >= ATTR_HEADER {
            if let Some(rest) = self.rest.get(align(self.len)..) {
                self.rest = rest;
                return;
            }
        }
        // The last attribute, unpadded; or a header that does not fit what is there. In line: a call
        // would keep the cursor in memory.
        self.broken = self.len < ATTR_HEADER || self.len > self.rest.len();
        self.rest = &[];
    }

    /// Whether the attributes ended with a broken header.
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
