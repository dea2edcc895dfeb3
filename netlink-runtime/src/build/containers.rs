//! Builders of payloads with members, and of sub-messages.

use super::{Buf, Enc, Once, SetBuilder, SliceBuf, ToWire, is_written, nest};
use crate::error::EncodeError;
use crate::meta::Key;
use crate::view::{AttrSet, RecordHeader};
use crate::wire::wt::{Bytes, Int, Named, NamedSint, NamedUint, Nest, Sint, Str, Uint, Unterminated, Utf8};
use crate::wire::{ATTR_HEADER, Attrs, align};
use core::marker::PhantomData;

/// Builds an indexed array.
#[derive(Debug)]
pub struct IndexedBuilder<B, K> {
    enc: Enc<B>,
    member: PhantomData<fn() -> K>,
}

impl<B: Buf, K> IndexedBuilder<B, K> {
    /// Appends an attribute whose members `build` writes.
    #[inline]
    pub fn build(mut enc: Enc<B>, id: u16, build: impl FnOnce(Self) -> Self) -> Enc<B> {
        let at = enc.open(id);
        let mut enc = build(IndexedBuilder { enc, member: PhantomData }).enc;
        enc.close(at);
        enc
    }

    /// Appends a member.
    #[inline]
    pub fn item(mut self, index: u16, value: impl ToWire<K>) -> Self {
        self.enc = value.put_as(self.enc, index);
        self
    }
}

impl<B: Buf, T: AttrSet> IndexedBuilder<B, Nest<T>> {
    /// Appends a member that is a nest.
    #[inline]
    pub fn nest(mut self, index: u16, build: impl FnOnce(T::Builder<B>) -> T::Builder<B>) -> Self {
        self.enc = nest::<T, B>(self.enc, index, build);
        self
    }
}

/// Builds containers in containers, `N` levels, whose types carry data. Members that follow each
/// other and share the types of outer levels share those containers.
#[derive(Debug)]
pub struct TypeValueBuilder<B, K, const N: usize> {
    enc: Enc<B>,
    /// Types of the levels that are open, and where they start.
    open: [(u16, usize); N],
    depth: usize,
    member: PhantomData<fn() -> K>,
}

impl<B: Buf, K, const N: usize> TypeValueBuilder<B, K, N> {
    /// Appends an attribute whose members `build` writes.
    #[inline]
    pub fn build(mut enc: Enc<B>, id: u16, build: impl FnOnce(Self) -> Self) -> Enc<B> {
        let at = enc.open(id);
        let (open, member) = ([(0, 0); N], PhantomData);
        let mut built = build(TypeValueBuilder { enc, open, depth: 0, member });
        built.close_to(0);
        built.enc.close(at);
        built.enc
    }

    /// Appends a member.
    #[inline]
    pub fn item(mut self, types: [u16; N], value: impl ToWire<K>) -> Self {
        if let Some(last) = self.open_for(types) {
            self.enc = value.put_as(self.enc, last);
        }
        self
    }

    /// Opens the containers around a member with these types; the last type is the member's own.
    fn open_for(&mut self, types: [u16; N]) -> Option<u16> {
        let (last, outer) = types.split_last()?;
        let open = self.open.iter().take(self.depth);
        let shared = open.zip(outer).take_while(|((open, _), ty)| open == *ty).count();
        self.close_to(shared);
        for ty in outer.iter().skip(shared) {
            let at = self.enc.open(*ty);
            self.open[self.depth] = (*ty, at);
            self.depth += 1;
        }
        Some(*last)
    }

    fn close_to(&mut self, depth: usize) {
        while self.depth > depth {
            self.depth -= 1;
            self.enc.close(self.open[self.depth].1);
        }
    }
}

impl<B: Buf, T: AttrSet, const N: usize> TypeValueBuilder<B, Nest<T>, N> {
    /// Appends a member that is a nest.
    #[inline]
    pub fn nest(mut self, types: [u16; N], build: impl FnOnce(T::Builder<B>) -> T::Builder<B>) -> Self {
        if let Some(last) = self.open_for(types) {
            self.enc = nest::<T, B>(self.enc, last, build);
        }
        self
    }
}

/// Builds records.
#[derive(Debug)]
pub struct RecordsBuilder<B, T> {
    enc: Enc<B>,
    set: PhantomData<fn() -> T>,
}

impl<B: Buf, T> RecordsBuilder<B, T> {
    /// Appends an attribute whose records `build` writes.
    #[inline]
    pub fn build(mut enc: Enc<B>, id: u16, build: impl FnOnce(Self) -> Self) -> Enc<B> {
        let at = enc.open_raw(id);
        let mut enc = build(RecordsBuilder { enc, set: PhantomData }).enc;
        enc.close(at);
        enc
    }
}

impl<B: Buf, T: AttrSet> RecordsBuilder<B, T>
where
    T::Header: RecordHeader,
{
    /// Appends a record; its length is written for you.
    #[inline]
    pub fn record(mut self, build: impl FnOnce(T::Builder<B>) -> T::Builder<B>) -> Self {
        let start = self.enc.position();
        self.enc = build(T::builder(self.enc)).finish();
        close_record::<T::Header, B>(&mut self.enc, start);
        self
    }
}

/// Writes a record's length into its header.
pub(crate) fn close_record<H: RecordHeader, B: Buf>(enc: &mut Enc<B>, start: usize) {
    let (offset, width) = H::LENGTH;
    let record = enc.since(start);
    let len = record.len();
    let fits = width >= 8 || len < 1 << (8 * width);
    match record.get_mut(offset..offset + width) {
        Some(out) if fits && width == 1 => out.copy_from_slice(&[len as u8]),
        Some(out) if fits && width == 2 => out.copy_from_slice(&(len as u16).to_ne_bytes()),
        Some(out) if fits && width == 4 => out.copy_from_slice(&(len as u32).to_ne_bytes()),
        _ => enc.fail(EncodeError::TooLong { attr: 0 }),
    }
}

/// Where a sub-message goes: its attribute, and the attributes of the selectors that are written
/// with it.
#[derive(Debug)]
pub struct SubSlot<B> {
    enc: Enc<B>,
    id: u16,
    selectors: [Option<PutSelector<B>>; MAX_SELECTORS],
    /// Where the set's attributes start.
    start: usize,
    /// The attribute repeats.
    repeats: bool,
}

/// A selector's attribute, how it is written, and whether a payload is what that writes.
pub type PutSelector<B> = (u16, fn(Enc<B>, u16, Key) -> Enc<B>, fn(&[u8], Key) -> bool);

/// As many selectors as choose one form.
pub const MAX_SELECTORS: usize = 4;

impl<B: Buf> SubSlot<B> {
    /// A slot for attribute `id`. `selectors` are the attributes of the own set that hold them, by
    /// position; what stands elsewhere, the caller writes.
    #[inline]
    pub fn new(
        enc: Enc<B>,
        id: u16,
        selectors: [Option<PutSelector<B>>; MAX_SELECTORS],
        once: &mut Once,
    ) -> Self {
        selectors.iter().flatten().for_each(|(id, ..)| once.expect(*id));
        SubSlot { enc, id, selectors, start: once.start(), repeats: false }
    }

    /// The same for an attribute that repeats: all of it has the form that the selectors say once.
    #[inline]
    pub fn repeated(
        enc: Enc<B>,
        id: u16,
        selectors: [Option<PutSelector<B>>; MAX_SELECTORS],
        once: &mut Once,
    ) -> Self {
        SubSlot { repeats: true, ..SubSlot::new(enc, id, selectors, once) }
    }

    /// Writes the selectors, then the payload through `put`. Without keys, as for the form of all other
    /// selectors, the caller writes those.
    #[inline]
    pub fn put(self, keys: &[Key], put: impl FnOnce(Enc<B>, u16) -> Enc<B>) -> Enc<B> {
        let mut enc = self.enc;
        for (selector, key) in self.selectors.into_iter().zip(keys) {
            if let Some((id, put_key, is_key)) = selector {
                let there = self.repeats && {
                    let attrs = Attrs::new(enc.since(self.start));
                    attrs.find::<Bytes>(id).is_some_and(|payload| is_key(payload, *key))
                };
                if !there && !is_written(&mut enc, self.start, id) {
                    enc = put_key(enc, id, *key);
                }
            }
        }
        put(enc, self.id)
    }
}

/// Wire types that a selector can be written as.
pub trait PutKey {
    /// Appends a selector.
    fn put_key<B: Buf>(enc: Enc<B>, id: u16, key: Key) -> Enc<B>;

    /// Whether a payload is this selector; not for keys of more than 64 bytes.
    fn is_key(payload: &[u8], key: Key) -> bool {
        let mut space = [0; ATTR_HEADER + 64];
        let written = Self::put_key(Enc::new(SliceBuf::new(&mut space)), 0, key).end();
        let len = ATTR_HEADER + payload.len();
        written.is_ok_and(|written| {
            let written = written.into_written();
            written.len() == align(len) && written.get(ATTR_HEADER..len) == Some(payload)
        })
    }
}

impl PutKey for Str {
    fn put_key<B: Buf>(mut enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        match key {
            Key::Text(text) => enc.parts(id, &[text.as_bytes(), &[0]]),
            Key::Number(_) => enc.fail(EncodeError::Value { attr: id }),
        }
        enc
    }
}

impl PutKey for Utf8 {
    fn put_key<B: Buf>(enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        Str::put_key(enc, id, key)
    }
}

impl PutKey for Unterminated {
    fn put_key<B: Buf>(mut enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        match key {
            Key::Text(text) => enc.bytes(id, text.as_bytes()),
            Key::Number(_) => enc.fail(EncodeError::Value { attr: id }),
        }
        enc
    }
}

impl PutKey for Uint {
    fn put_key<B: Buf>(mut enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        match key {
            Key::Number(n) => return ToWire::<Uint>::put_as(n, enc, id),
            Key::Text(_) => enc.fail(EncodeError::Value { attr: id }),
        }
        enc
    }
}

impl PutKey for Sint {
    fn put_key<B: Buf>(mut enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        match key {
            Key::Number(n) => return ToWire::<Sint>::put_as(n as i64, enc, id),
            Key::Text(_) => enc.fail(EncodeError::Value { attr: id }),
        }
        enc
    }
}

impl<E: crate::NamedValue> PutKey for NamedUint<E> {
    fn put_key<B: Buf>(enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        Uint::put_key(enc, id, key)
    }
}

impl<E: crate::NamedValue> PutKey for NamedSint<E> {
    fn put_key<B: Buf>(enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        Sint::put_key(enc, id, key)
    }
}

impl<K: Int> PutKey for K {
    fn put_key<B: Buf>(mut enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        let value = match key {
            Key::Number(n) => K::narrow(n),
            Key::Text(_) => None,
        };
        match value {
            Some(value) => value.put_as(enc, id),
            None => {
                enc.fail(EncodeError::Value { attr: id });
                enc
            }
        }
    }
}

impl<E: crate::NamedValue, K: PutKey> PutKey for Named<E, K> {
    fn put_key<B: Buf>(enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        K::put_key(enc, id, key)
    }
}
