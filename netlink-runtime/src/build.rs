//! Writing attributes in place.

mod containers;
mod to_wire;
mod writing;

#[cfg(feature = "alloc")]
pub(crate) use containers::close_record;
pub use containers::{
    IndexedBuilder, MAX_SELECTORS, PutKey, PutSelector, RecordsBuilder, SubSlot, TypeValueBuilder,
};
pub use to_wire::{ToWire, put_address};
pub use writing::Writing;

use crate::error::EncodeError;
use crate::view::{AttrSet, CStruct};
use crate::wire::{ATTR_HEADER, Attr, NESTED, TYPE_MASK, align, split};

/// Where an encoder writes.
pub trait Buf {
    /// Appends bytes; `false` when there is no room.
    fn append(&mut self, bytes: &[u8]) -> bool;

    /// What has been written, to patch lengths.
    fn written(&mut self) -> &mut [u8];

    /// Cuts off what was written after `len`.
    fn truncate(&mut self, len: usize);

    /// Bytes written.
    fn len(&self) -> usize;

    /// Nothing has been written.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(feature = "alloc")]
impl Buf for &mut alloc::vec::Vec<u8> {
    #[inline]
    fn append(&mut self, bytes: &[u8]) -> bool {
        self.extend_from_slice(bytes);
        true
    }

    #[inline]
    fn written(&mut self) -> &mut [u8] {
        self
    }

    #[inline]
    fn truncate(&mut self, len: usize) {
        (**self).truncate(len);
    }

    #[inline]
    fn len(&self) -> usize {
        (**self).len()
    }
}

#[cfg(feature = "alloc")]
impl Buf for alloc::vec::Vec<u8> {
    #[inline]
    fn append(&mut self, bytes: &[u8]) -> bool {
        self.extend_from_slice(bytes);
        true
    }

    #[inline]
    fn written(&mut self) -> &mut [u8] {
        self
    }

    #[inline]
    fn truncate(&mut self, len: usize) {
        alloc::vec::Vec::truncate(self, len);
    }

    #[inline]
    fn len(&self) -> usize {
        alloc::vec::Vec::len(self)
    }
}

/// A caller's slice to write into, without allocation.
#[derive(Debug)]
pub struct SliceBuf<'s> {
    bytes: &'s mut [u8],
    len: usize,
}

impl<'s> SliceBuf<'s> {
    /// Writes from the slice's start.
    pub fn new(bytes: &'s mut [u8]) -> Self {
        SliceBuf { bytes, len: 0 }
    }

    /// What has been written.
    pub fn into_written(self) -> &'s mut [u8] {
        &mut self.bytes[..self.len]
    }
}

impl Buf for SliceBuf<'_> {
    #[inline]
    fn append(&mut self, bytes: &[u8]) -> bool {
        match self.bytes.get_mut(self.len..).and_then(|b| b.get_mut(..bytes.len())) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
                true
            }
            None => false,
        }
    }

    #[inline]
    fn written(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }

    #[inline]
    fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    #[inline]
    fn len(&self) -> usize {
        self.len
    }
}

/// The largest `nla_len` that keeps its padding within 16 bits.
const MAX_ATTR: usize = 0xffff;

/// An encoder: appends attributes, aligned and with their lengths checked.
///
/// The first error sticks; [`end`](Self::end) returns it, so that chains of setters stay clean.
#[derive(Debug)]
pub struct Enc<B> {
    out: B,
    error: Option<EncodeError>,
    restored: usize,
}

impl<B: Buf> Enc<B> {
    /// Appends to this buffer.
    #[inline]
    pub fn new(out: B) -> Self {
        Enc { out, error: None, restored: 0 }
    }

    /// The first error, if there was one.
    #[inline]
    pub fn end(self) -> Result<B, EncodeError> {
        match self.error {
            None => Ok(self.out),
            Some(error) => Err(error),
        }
    }

    /// Remembers the first error.
    // Nothing here is a call that takes the encoder: it would keep it in memory for every setter.
    #[inline]
    pub fn fail(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
    }

    /// Whether something failed.
    #[inline]
    pub fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// How many attributes, on all levels, an owned value wrote as the bytes they came with,
    /// because its fields do not encode to them (what `Rest::inexact` counts in one set).
    pub fn restored(&self) -> usize {
        self.restored
    }

    /// Appends such an attribute.
    #[cfg(feature = "alloc")]
    pub(crate) fn restore(&mut self, ty: u16, original: &[u8]) {
        self.restored += 1;
        self.bytes(ty, original);
    }

    /// Bytes in the buffer.
    #[inline]
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// What was written from this position on.
    #[inline]
    pub fn since(&mut self, position: usize) -> &mut [u8] {
        self.out.written().get_mut(position..).unwrap_or_default()
    }

    /// Appends bytes as they are: a fixed header.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        if !self.out.append(bytes) {
            self.fail(EncodeError::Full);
        }
    }

    /// Appends an attribute of fixed size (at most 16 bytes of payload).
    #[inline]
    pub fn fixed<const N: usize>(&mut self, ty: u16, payload: [u8; N]) {
        // Assembled whole, appended once: a second append costs a second capacity check.
        let mut whole = [0u8; 20];
        const { assert!(N <= 16) };
        whole[..2].copy_from_slice(&((ATTR_HEADER + N) as u16).to_ne_bytes());
        whole[2..4].copy_from_slice(&ty.to_ne_bytes());
        whole[4..4 + N].copy_from_slice(&payload);
        let len = const { ATTR_HEADER + align(N) };
        if !self.out.append(&whole[..len]) {
            self.fail(EncodeError::Full);
        }
    }

    /// Appends an attribute whose payload is these bytes.
    #[inline]
    pub fn bytes(&mut self, ty: u16, payload: &[u8]) {
        self.parts(ty, &[payload]);
    }

    /// Appends an attribute whose payload is these parts, one after the other.
    #[inline]
    pub fn parts(&mut self, ty: u16, parts: &[&[u8]]) {
        let at = self.open_raw(ty);
        for part in parts {
            self.raw(part);
        }
        self.close(at);
    }

    /// Opens a nest; [`close`](Self::close) it with the position returned.
    #[inline]
    pub fn open(&mut self, ty: u16) -> usize {
        self.open_raw(ty | NESTED)
    }

    /// Opens an attribute whose payload is appended by [`raw`](Self::raw).
    #[inline]
    pub fn open_raw(&mut self, ty: u16) -> usize {
        let at = self.out.len();
        let [a, b] = ty.to_ne_bytes();
        self.raw(&[0, 0, a, b]);
        at
    }

    /// Closes what was opened at `at`: writes its length and pads. Too long a payload is cut
    /// off and remembered as an error.
    #[inline]
    pub fn close(&mut self, at: usize) {
        let len = self.out.len() - at;
        if len > MAX_ATTR {
            return self.too_long(at);
        }
        if let Some(header) = self.out.written().get_mut(at..at + 2) {
            header.copy_from_slice(&(len as u16).to_ne_bytes());
        }
        let pad = align(len) - len;
        if pad != 0 {
            self.raw(&[0; 3][..pad]);
        }
    }

    #[cold]
    #[inline(never)]
    fn too_long(&mut self, at: usize) {
        let ty = self.out.written().get(at..).and_then(|b| b.first_chunk()).map_or(0, |h| split(*h).1);
        self.out.truncate(at);
        self.fail(EncodeError::TooLong { attr: ty & TYPE_MASK });
    }

    /// Cuts off what was written after `position`.
    pub fn truncate(&mut self, position: usize) {
        self.out.truncate(position);
    }
}

/// A set's builder. Its inherent methods are its attributes' setters.
pub trait SetBuilder<B> {
    /// The encoder.
    fn enc(&mut self) -> &mut Enc<B>;

    /// Ends the set.
    fn finish(self) -> Enc<B>;

    /// Appends an attribute as it came, flag bits and all: one that the set does not know, say.
    #[must_use]
    fn raw(mut self, attr: Attr<'_>) -> Self
    where
        Self: Sized,
        B: Buf,
    {
        self.enc().bytes(attr.raw_type, attr.payload);
        self
    }
}

/// Appends a nest that `build` fills.
#[inline]
pub fn nest<T: AttrSet, B: Buf>(
    mut enc: Enc<B>,
    id: u16,
    build: impl FnOnce(T::Builder<B>) -> T::Builder<B>,
) -> Enc<B> {
    let at = enc.open(id);
    let mut enc = build(T::builder(enc)).finish();
    enc.close(at);
    enc
}

/// Appends a C struct without an attribute's header.
pub fn put_struct<T: CStruct, B: Buf>(value: &T, enc: &mut Enc<B>) {
    let at = enc.position();
    zeroes(enc, value.wire_len());
    value.write(enc.since(at));
}

/// Appends so many zero bytes.
pub(crate) fn zeroes<B: Buf>(enc: &mut Enc<B>, count: usize) {
    let mut left = count;
    while left > 0 {
        let step = left.min(64);
        enc.raw(&[0; 64][..step]);
        left -= step;
    }
}

/// Remembers which attributes of a set were written, so that none is written twice.
///
/// One bit per number modulo 64; where a bit is taken, the attributes already there decide.
#[derive(Debug)]
pub struct Once {
    start: usize,
    seen: u64,
}

impl Once {
    /// A set whose attributes start at this position.
    #[inline]
    pub fn new(start: usize) -> Self {
        Once { start, seen: 0 }
    }

    /// Notes an attribute that may stand once; `false`, with the error remembered, when it is
    /// there already.
    #[inline]
    pub fn check<B: Buf>(&mut self, enc: &mut Enc<B>, id: u16) -> bool {
        let bit = 1 << (id & 63);
        if self.seen & bit != 0 && is_written(enc, self.start, id) {
            return false;
        }
        self.seen |= bit;
        true
    }

    /// Notes an attribute that may be written with another one, as selectors are.
    #[inline]
    pub(crate) fn expect(&mut self, id: u16) {
        self.seen |= 1 << (id & 63);
    }

    /// Where the set's attributes start.
    #[inline]
    pub(crate) fn start(&self) -> usize {
        self.start
    }
}

/// Whether an attribute stands already in the set that starts at this position; then that is
/// remembered as an error.
#[inline]
pub(crate) fn is_written<B: Buf>(enc: &mut Enc<B>, start: usize, id: u16) -> bool {
    let there = is_in(enc.since(start), id);
    if there {
        enc.fail(EncodeError::Twice { attr: id });
    }
    there
}

#[cold]
#[inline(never)]
fn is_in(mut attrs: &[u8], id: u16) -> bool {
    while let Some(header) = attrs.first_chunk() {
        let (len, ty) = split(*header);
        if ty & TYPE_MASK == id {
            return true;
        }
        attrs = attrs.get(align(len.max(ATTR_HEADER))..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_long_a_nest_is_an_error_and_cut_off() {
        let mut out = Vec::new();
        let mut enc = Enc::new(&mut out);
        enc.fixed(1, 7u32.to_ne_bytes());
        let at = enc.open(2);
        for _ in 0..3 {
            enc.bytes(3, &[0; 30_000]);
        }
        enc.close(at);
        assert_eq!(enc.position(), 8);
        assert_eq!(enc.end().map(|_| ()), Err(EncodeError::TooLong { attr: 2 }));
    }

    #[test]
    fn once_tells_numbers_that_share_a_bit_apart() {
        let mut out = Vec::new();
        let mut enc = Enc::new(&mut out);
        let mut once = Once::new(0);
        for id in [1, 65, 129] {
            assert!(once.check(&mut enc, id));
            enc.fixed(id, [0u8; 4]);
        }
        assert!(!once.check(&mut enc, 65));
        assert_eq!(enc.end().map(|_| ()), Err(EncodeError::Twice { attr: 65 }));
    }

    #[test]
    fn a_full_slice_is_an_error() {
        let mut room = [0u8; 10];
        let mut enc = Enc::new(SliceBuf::new(&mut room));
        enc.fixed(1, [1u8, 2, 3, 4]);
        enc.fixed(2, [1u8, 2, 3, 4]);
        assert_eq!(enc.end().map(|_| ()), Err(EncodeError::Full));
    }
}
