//! Owned forms of payloads with members.

use super::rest::is_framed;
use super::{Own, encodes_to};
use crate::build::{Buf, Enc, close_record};
use crate::error::{DecodeError, NOWHERE};
use crate::view::{AttrSet, RecordHeader};
use crate::wire::{Attrs, Indexed, IndexedOf, NESTED, Records, RecordsOf, TYPE_MASK, TypeValue, TypeValueOf};
use alloc::vec::Vec;

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
            && is_framed(payload)
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
        encodes_to::<Self>(value, payload)
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

impl<T: AttrSet> Own for RecordsOf<T>
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
        encodes_to::<Self>(value, payload)
    }
}
