//! Owned forms and builders of payloads with members, nests and sub-messages.

use crate::build::{Buf, BuildSet, Enc, SetBuilder, nest};
use crate::error::{DecodeError, EncodeError};
use crate::meta::Key;
use crate::own_wire::{NOWHERE, ToWire, Utf8, put_struct};
use crate::owned::{Own, OwnedSet};
use crate::view::{CStruct, RecordHeader};
use crate::wire::wt::{Fixed, Int, Named, Nest, Str};
use crate::wire::{
    Attrs, Indexed, IndexedOf, NESTED, Records, RecordsOf, TYPE_MASK, TypeValue, TypeValueOf, align,
};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// Whether every attribute in a container has the flag bits that encoding sets.
fn flags_are(payload: &[u8], flags: u16) -> bool {
    let mut attrs = Attrs::new(payload).iter(&NOWHERE);
    attrs.all(|a| a.is_ok_and(|a| a.raw_type & !TYPE_MASK == flags))
}

impl<K: Own> Own for IndexedOf<K> {
    type Owned = Vec<(u16, K::Owned)>;
    const FLAGS: u16 = NESTED;
    const MEMBERS: bool = true;

    fn own(view: Indexed<'_, K>, depth: u8) -> Result<Self::Owned, DecodeError> {
        view.map(|(index, member)| Ok((index, K::own(member?, depth)?))).collect()
    }

    fn put<B: Buf>(value: &Self::Owned, mut enc: Enc<B>, id: u16) -> Enc<B> {
        let at = enc.open(id);
        for (index, member) in value {
            enc = K::put(member, enc, *index);
        }
        enc.close(at);
        enc
    }

    fn exact(value: &Self::Owned, payload: &[u8]) -> bool {
        let mut members = Attrs::new(payload).iter(&NOWHERE);
        flags_are(payload, K::FLAGS)
            && value
                .iter()
                .all(|(_, v)| members.next().is_some_and(|m| m.is_ok_and(|m| K::exact(v, m.payload))))
    }
}

impl<K: Own, const N: usize> Own for TypeValueOf<K, N> {
    type Owned = Vec<([u16; N], K::Owned)>;
    const FLAGS: u16 = NESTED;

    fn own(view: TypeValue<'_, K, N>, depth: u8) -> Result<Self::Owned, DecodeError> {
        view.map(|(types, member)| Ok((types, K::own(member?, depth)?))).collect()
    }

    fn put<B: Buf>(value: &Self::Owned, mut enc: Enc<B>, id: u16) -> Enc<B> {
        let at = enc.open(id);
        enc = put_level::<K, B, N>(value, 0, enc);
        enc.close(at);
        enc
    }

    fn exact(value: &Self::Owned, payload: &[u8]) -> bool {
        // Levels may hold empty containers and repeat numbers; only the bytes tell.
        let mut out = Vec::new();
        Self::put(value, Enc::new(&mut out), 0);
        out.get(4..).is_some_and(|written| written == payload)
    }
}

/// Writes members, those that share a number on this level in one container.
fn put_level<K: Own, B: Buf, const N: usize>(
    members: &[([u16; N], K::Owned)],
    level: usize,
    mut enc: Enc<B>,
) -> Enc<B> {
    let mut rest = members;
    while let Some((first, _)) = rest.split_first() {
        let number = first.0[level];
        let run = if level + 1 == N {
            enc = K::put(&first.1, enc, number);
            1
        } else {
            let run = rest.iter().take_while(|(types, _)| types[level] == number).count();
            let at = enc.open(number);
            enc = put_level::<K, B, N>(&rest[..run], level + 1, enc);
            enc.close(at);
            run
        };
        rest = &rest[run..];
    }
    enc
}

impl<T: OwnedSet> Own for RecordsOf<T>
where
    T::Header: RecordHeader,
{
    type Owned = Vec<T>;

    fn own(view: Records<'_, T>, depth: u8) -> Result<Vec<T>, DecodeError> {
        view.map(|record| T::decode_at(record?, depth)).collect()
    }

    fn put<B: Buf>(value: &Vec<T>, mut enc: Enc<B>, id: u16) -> Enc<B> {
        let at = enc.open_raw(id);
        for record in value {
            let start = enc.position();
            enc = record.encode_to(enc);
            close_record::<T::Header, B>(&mut enc, start);
        }
        enc.close(at);
        enc
    }

    fn exact(value: &Vec<T>, payload: &[u8]) -> bool {
        let mut out = Vec::new();
        Self::put(value, Enc::new(&mut out), 0);
        out.get(4..4 + payload.len()).is_some_and(|written| written == payload)
            && out.len() == 4 + align(payload.len())
    }
}

/// Writes a record's length into its header.
fn close_record<H: RecordHeader, B: Buf>(enc: &mut Enc<B>, start: usize) {
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

/// Appends a fixed header for a builder to fill.
pub fn put_header<H: CStruct, B: Buf>(enc: &mut Enc<B>) {
    put_struct(&H::default(), enc);
}

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

impl<B: Buf, T: BuildSet> IndexedBuilder<B, Nest<T>> {
    /// Appends a member that is a nest.
    #[inline]
    pub fn nest(mut self, index: u16, build: impl FnOnce(T::Builder<B>) -> T::Builder<B>) -> Self {
        self.enc = nest::<T, B>(self.enc, index, build);
        self
    }
}

/// Builds records.
#[derive(Debug)]
pub struct RecordsBuilder<B, T> {
    enc: Enc<B>,
    set: PhantomData<fn() -> T>,
}

impl<B: Buf, T: BuildSet> RecordsBuilder<B, T>
where
    T::Header: RecordHeader,
{
    /// Appends an attribute whose records `build` writes.
    #[inline]
    pub fn build(mut enc: Enc<B>, id: u16, build: impl FnOnce(Self) -> Self) -> Enc<B> {
        let at = enc.open_raw(id);
        let mut enc = build(RecordsBuilder { enc, set: PhantomData }).enc;
        enc.close(at);
        enc
    }

    /// Appends a record; its length is written for you.
    #[inline]
    pub fn record(mut self, build: impl FnOnce(T::Builder<B>) -> T::Builder<B>) -> Self {
        let start = self.enc.position();
        self.enc = build(T::builder(self.enc)).finish();
        close_record::<T::Header, B>(&mut self.enc, start);
        self
    }
}

/// Where a sub-message goes: its attribute, and the attribute of the selector that is written
/// with it.
#[derive(Debug)]
pub struct SubSlot<B> {
    enc: Enc<B>,
    id: u16,
    selector: Option<PutSelector<B>>,
}

/// The selector's attribute and how it is written.
type PutSelector<B> = (u16, fn(Enc<B>, u16, Key) -> Enc<B>);

impl<B: Buf> SubSlot<B> {
    /// A slot for attribute `id`. Without a selector attribute the selector stands in a header
    /// that the caller fills.
    #[inline]
    pub fn new(enc: Enc<B>, id: u16, selector: Option<PutSelector<B>>) -> Self {
        SubSlot { enc, id, selector }
    }

    /// Writes the selector, then the payload through `put`.
    #[inline]
    pub fn put(self, key: Key, put: impl FnOnce(Enc<B>, u16) -> Enc<B>) -> Enc<B> {
        let mut enc = self.enc;
        if let Some((id, put_key)) = self.selector {
            enc = put_key(enc, id, key);
        }
        put(enc, self.id)
    }
}

/// Builders of sub-messages: one method for each form, which ends the builder. The derive of
/// `NetlinkSub` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not depend on a selector",
    note = "`sub(…)` fields hold enums with `#[derive(NetlinkSub)]`"
)]
pub trait BuildSub: crate::SubMessage {
    /// The builder.
    type Builder<B: Buf>;

    /// Starts a sub-message.
    fn builder<B: Buf>(slot: SubSlot<B>) -> Self::Builder<B>;
}

/// Wire types that a selector can be written as.
#[diagnostic::on_unimplemented(
    message = "an attribute of wire type `{Self}` cannot select a form",
    note = "selectors are `NlString`s, integers, and types made by `#[netlink_enum]` or `#[netlink_flags]`"
)]
pub trait PutKey {
    /// Appends a selector.
    fn put_key<B: Buf>(enc: Enc<B>, id: u16, key: Key) -> Enc<B>;
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

impl<K: Int + Own<Owned = <K as Fixed>::Value>> PutKey for K {
    fn put_key<B: Buf>(mut enc: Enc<B>, id: u16, key: Key) -> Enc<B> {
        let value = match key {
            Key::Number(n) => K::narrow(n),
            Key::Text(_) => None,
        };
        match value {
            Some(value) => K::put(&value, enc, id),
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
