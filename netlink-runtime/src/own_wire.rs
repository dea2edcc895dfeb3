//! The owned forms of the wire types.

use crate::build::{Buf, Enc};
use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::meta::{SetMeta, TypeMeta};
use crate::owned::{Own, OwnSelected, OwnedSet};
use crate::types::{Address, Bitfield32, HwAddr, Label, LabelStack, NlStr, NlString};
use crate::view::{CStruct, NamedValue};
use crate::wire::wt::{self, Fixed, Int, Wire};
use crate::wire::{ArrayElement, ArrayOf, NESTED, NET_BYTEORDER};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

macro_rules! own_copy {
    ($($wire:ty, $value:ty, $flags:expr, |$v:ident, $enc:ident, $ty:ident| $put:expr;)*) => {$(
        impl Own for $wire {
            type Owned = $value;
            const FLAGS: u16 = $flags;

            #[inline]
            fn own(view: $value, _depth: u8) -> Result<$value, DecodeError> {
                Ok(view)
            }

            #[inline]
            fn put<B: Buf>($v: &$value, mut $enc: Enc<B>, id: u16) -> Enc<B> {
                let $ty = id | $flags;
                $put;
                $enc
            }
        }
    )*};
}

macro_rules! own_ints {
    ($($name:ident, $t:ty, $to:ident, $flags:expr;)*) => {
        own_copy! {$(
            wt::$name, $t, $flags, |v, enc, ty| enc.fixed(ty, v.$to());
        )*}
    };
}

own_ints! {
    U8, u8, to_ne_bytes, 0;
    U16, u16, to_ne_bytes, 0;
    U32, u32, to_ne_bytes, 0;
    U64, u64, to_ne_bytes, 0;
    I8, i8, to_ne_bytes, 0;
    I16, i16, to_ne_bytes, 0;
    I32, i32, to_ne_bytes, 0;
    I64, i64, to_ne_bytes, 0;
    BeU16, u16, to_be_bytes, 0;
    BeU32, u32, to_be_bytes, 0;
    BeU64, u64, to_be_bytes, 0;
    BeI16, i16, to_be_bytes, 0;
    BeI32, i32, to_be_bytes, 0;
    BeI64, i64, to_be_bytes, 0;
    LeU16, u16, to_le_bytes, 0;
    LeU32, u32, to_le_bytes, 0;
    LeU64, u64, to_le_bytes, 0;
    LeI16, i16, to_le_bytes, 0;
    LeI32, i32, to_le_bytes, 0;
    LeI64, i64, to_le_bytes, 0;
    NetU16, u16, to_be_bytes, NET_BYTEORDER;
    NetU32, u32, to_be_bytes, NET_BYTEORDER;
    NetU64, u64, to_be_bytes, NET_BYTEORDER;
    Msecs, u64, to_ne_bytes, 0;
}

own_copy! {
    wt::Flag, (), 0, |_v, enc, ty| enc.fixed(ty, []);
    wt::Ip4, Ipv4Addr, 0, |v, enc, ty| enc.fixed(ty, v.octets());
    wt::Ip6, Ipv6Addr, 0, |v, enc, ty| enc.fixed(ty, v.octets());
    wt::Ip, IpAddr, 0, |v, enc, ty| put_ip(*v, &mut enc, ty);
    wt::Mac, HwAddr, 0, |v, enc, ty| enc.bytes(ty, v.as_bytes());
    wt::Bits, Bitfield32, 0, |v, enc, ty| {
        let [a, b, c, d] = v.value.to_ne_bytes();
        let [e, f, g, h] = v.selector.to_ne_bytes();
        enc.fixed(ty, [a, b, c, d, e, f, g, h]);
    };
}

#[inline]
fn put_ip<B: Buf>(ip: IpAddr, enc: &mut Enc<B>, ty: u16) {
    match ip {
        IpAddr::V4(v4) => enc.fixed(ty, v4.octets()),
        IpAddr::V6(v6) => enc.fixed(ty, v6.octets()),
    }
}

macro_rules! own_var_int {
    ($($name:ident, $small:ty, $wide:ty;)*) => {$(
        impl Own for wt::$name {
            type Owned = $wide;

            #[inline]
            fn own(view: $wide, _depth: u8) -> Result<$wide, DecodeError> {
                Ok(view)
            }

            #[inline]
            fn put<B: Buf>(value: &$wide, mut enc: Enc<B>, id: u16) -> Enc<B> {
                match <$small>::try_from(*value) {
                    Ok(small) => enc.fixed(id, small.to_ne_bytes()),
                    Err(_) => enc.fixed(id, value.to_ne_bytes()),
                }
        enc
    }

            #[inline]
            fn exact(value: &$wide, payload: &[u8]) -> bool {
                (payload.len() == 4) == <$small>::try_from(*value).is_ok()
            }
        }
    )*};
}
own_var_int! {
    Uint, u32, u64;
    Sint, i32, i64;
}

impl<E: NamedValue> Own for wt::NamedUint<E> {
    type Owned = E;

    #[inline]
    fn own(view: E, _depth: u8) -> Result<E, DecodeError> {
        Ok(view)
    }

    #[inline]
    fn put<B: Buf>(value: &E, enc: Enc<B>, id: u16) -> Enc<B> {
        wt::Uint::put(&value.to_bits(), enc, id)
    }

    #[inline]
    fn exact(value: &E, payload: &[u8]) -> bool {
        wt::Uint::exact(&value.to_bits(), payload)
    }
}

impl<E: NamedValue, K: Int + Own<Owned = <K as Fixed>::Value>> Own for wt::Named<E, K> {
    type Owned = E;
    const FLAGS: u16 = K::FLAGS;

    #[inline]
    fn own(view: E, _depth: u8) -> Result<E, DecodeError> {
        Ok(view)
    }

    #[inline]
    fn put<B: Buf>(value: &E, mut enc: Enc<B>, id: u16) -> Enc<B> {
        match fit::<K>(value.to_bits()) {
            Some(v) => K::put(&v, enc, id),
            None => {
                enc.fail(EncodeError::Value { attr: id });
                enc
            }
        }
    }
}

/// The integer on the wire for a named value: C enums with a negative entry are sent as unsigned
/// integers too, so a sign extension may be cut off.
#[inline]
fn fit<K: Int>(bits: u64) -> Option<K::Value> {
    K::narrow(bits).or_else(|| {
        let mask = u64::MAX >> (64 - 8 * K::SIZE.clamp(1, 8));
        K::narrow(bits & mask).filter(|_| bits | mask == u64::MAX)
    })
}

impl<E: NamedValue> Own for wt::NamedBits<E> {
    type Owned = Bitfield32;

    #[inline]
    fn own(view: Bitfield32, _depth: u8) -> Result<Bitfield32, DecodeError> {
        Ok(view)
    }

    #[inline]
    fn put<B: Buf>(value: &Bitfield32, enc: Enc<B>, id: u16) -> Enc<B> {
        wt::Bits::put(value, enc, id)
    }
}

impl Own for wt::Str {
    type Owned = NlString;

    #[inline]
    fn own(view: NlStr<'_>, _depth: u8) -> Result<NlString, DecodeError> {
        Ok(view.to_owned())
    }

    #[inline]
    fn put<B: Buf>(value: &NlString, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.bytes(id, value.as_nl_str().payload());
        enc
    }
}

/// Text that has to be UTF-8: fields of type `String`.
#[derive(Clone, Copy, Debug)]
pub struct Utf8;

impl Wire for Utf8 {
    type View<'a> = NlStr<'a>;
    const TYPE: TypeMeta = TypeMeta::String;

    #[inline]
    fn read(payload: &[u8]) -> Option<NlStr<'_>> {
        Some(NlStr::new(payload))
    }
}

/// Stands in for the set in errors of values that know neither set nor place; the caller that
/// does puts its own in.
pub(crate) static NOWHERE: SetMeta = SetMeta { name: "", header: None, attrs: &[] };

impl Own for Utf8 {
    type Owned = String;

    #[inline]
    fn own(view: NlStr<'_>, _depth: u8) -> Result<String, DecodeError> {
        match view.to_str() {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(DecodeError::new(DecodeErrorKind::Utf8, &NOWHERE, 0, 0)),
        }
    }

    #[inline]
    fn put<B: Buf>(value: &String, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.parts(id, &[value.as_bytes(), &[0]]);
        enc
    }

    #[inline]
    fn exact(value: &String, payload: &[u8]) -> bool {
        payload.len() == value.len() + 1
    }
}

impl Own for wt::Bytes {
    type Owned = Vec<u8>;

    #[inline]
    fn own(view: &[u8], _depth: u8) -> Result<Vec<u8>, DecodeError> {
        Ok(view.to_vec())
    }

    #[inline]
    fn put<B: Buf>(value: &Vec<u8>, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.bytes(id, value);
        enc
    }
}

impl<T: OwnedSet> Own for wt::Nest<T> {
    type Owned = T;
    const FLAGS: u16 = NESTED;

    #[inline]
    fn own(view: T::View<'_>, depth: u8) -> Result<T, DecodeError> {
        T::decode_at(view, depth)
    }

    #[inline]
    fn put<B: Buf>(value: &T, mut enc: Enc<B>, id: u16) -> Enc<B> {
        let at = enc.open(id);
        let mut enc = value.encode_to(enc);
        enc.close(at);
        enc
    }
}

impl<T: CStruct> Own for wt::Struct<T> {
    type Owned = T;

    #[inline]
    fn own(view: T, _depth: u8) -> Result<T, DecodeError> {
        Ok(view)
    }

    fn put<B: Buf>(value: &T, mut enc: Enc<B>, id: u16) -> Enc<B> {
        let at = enc.open_raw(id);
        put_struct(value, &mut enc);
        enc.close(at);
        enc
    }

    #[inline]
    fn exact(value: &T, payload: &[u8]) -> bool {
        payload.len() == value.wire_len() && (!T::PADDED || is_written_as(value, payload))
    }
}

/// Whether the struct's bytes are these: what lies between members may hold anything.
fn is_written_as<T: CStruct>(value: &T, payload: &[u8]) -> bool {
    let mut room = [0; 512];
    match room.get_mut(..payload.len()) {
        Some(out) => {
            value.write(out);
            out == payload
        }
        None => {
            let mut out = Vec::new();
            put_struct(value, &mut Enc::new(&mut out));
            out == payload
        }
    }
}

/// Appends a struct without a header.
pub fn put_struct<T: CStruct, B: Buf>(value: &T, enc: &mut Enc<B>) {
    let at = enc.position();
    for _ in 0..value.wire_len().div_ceil(64) {
        enc.raw(&[0; 64]);
    }
    enc.truncate(at + value.wire_len());
    value.write(enc.since(at));
}

impl<K: ArrayElement> Own for ArrayOf<K> {
    type Owned = Vec<K::Value>;

    #[inline]
    fn own(view: crate::wire::Array<'_, K>, _depth: u8) -> Result<Vec<K::Value>, DecodeError> {
        Ok(view.iter().collect())
    }

    fn put<B: Buf>(value: &Vec<K::Value>, mut enc: Enc<B>, id: u16) -> Enc<B> {
        put_array::<K, B>(value, &mut enc, id);
        enc
    }

    fn exact(value: &Vec<K::Value>, payload: &[u8]) -> bool {
        if !K::LOSSY {
            return true;
        }
        let mut out = Vec::new();
        put_array::<K, _>(value, &mut Enc::new(&mut out), 0);
        out.get(4..4 + payload.len()).is_some_and(|written| written == payload)
    }
}

fn put_array<K: ArrayElement, B: Buf>(value: &[K::Value], enc: &mut Enc<B>, id: u16) {
    let at = enc.open_raw(id);
    for element in value {
        let start = enc.position();
        for _ in 0..K::SIZE.div_ceil(64) {
            enc.raw(&[0; 64]);
        }
        enc.truncate(start + K::SIZE);
        K::store(*element, enc.since(start));
    }
    enc.close(at);
}

impl Own for wt::Labels {
    type Owned = LabelStack;

    #[inline]
    fn own(view: crate::types::Labels<'_>, _depth: u8) -> Result<LabelStack, DecodeError> {
        Ok(LabelStack(view.iter().collect()))
    }

    fn put<B: Buf>(value: &LabelStack, mut enc: Enc<B>, id: u16) -> Enc<B> {
        put_labels(&value.0, &mut enc, id);
        enc
    }
}

fn put_labels<B: Buf>(labels: &[Label], enc: &mut Enc<B>, id: u16) {
    let at = enc.open_raw(id);
    for label in labels {
        enc.raw(&label.0.to_be_bytes());
    }
    enc.close(at);
}

impl OwnSelected for Address {
    #[inline]
    fn own(view: Address, _depth: u8) -> Result<Address, DecodeError> {
        Ok(view)
    }

    #[inline]
    fn put<B: Buf>(&self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        match self {
            Address::Ip(ip) => put_ip(*ip, &mut enc, id),
            Address::Label(label) => enc.fixed(id, label.0.to_be_bytes()),
            Address::Other(address) => enc.bytes(id, address.as_bytes()),
        }
        enc
    }
}

/// Values that setters take for an attribute of wire type `K`.
#[diagnostic::on_unimplemented(message = "an attribute of wire type `{K}` cannot be set from `{Self}`")]
pub trait ToWire<K> {
    /// Appends the attribute.
    fn put_as<B: Buf>(self, enc: Enc<B>, id: u16) -> Enc<B>;
}

macro_rules! to_wire_owned {
    ($([$($gen:tt)*] $wire:ty, $value:ty;)*) => {$(
        impl<$($gen)*> ToWire<$wire> for &$value {
            #[inline]
            fn put_as<B: Buf>(self, enc: Enc<B>, id: u16) -> Enc<B> {
                <$wire as Own>::put(self, enc, id)
}
        }

        impl<$($gen)*> ToWire<$wire> for $value {
            #[inline]
            fn put_as<B: Buf>(self, enc: Enc<B>, id: u16) -> Enc<B> {
                <$wire as Own>::put(&self, enc, id)
}
        }
    )*};
}

to_wire_owned! {
    [] wt::U8, u8; [] wt::U16, u16; [] wt::U32, u32; [] wt::U64, u64;
    [] wt::I8, i8; [] wt::I16, i16; [] wt::I32, i32; [] wt::I64, i64;
    [] wt::BeU16, u16; [] wt::BeU32, u32; [] wt::BeU64, u64;
    [] wt::BeI16, i16; [] wt::BeI32, i32; [] wt::BeI64, i64;
    [] wt::LeU16, u16; [] wt::LeU32, u32; [] wt::LeU64, u64;
    [] wt::LeI16, i16; [] wt::LeI32, i32; [] wt::LeI64, i64;
    [] wt::NetU16, u16; [] wt::NetU32, u32; [] wt::NetU64, u64;
    [] wt::Uint, u64; [] wt::Sint, i64; [] wt::Msecs, u64;
    [] wt::Ip4, Ipv4Addr; [] wt::Ip6, Ipv6Addr; [] wt::Ip, IpAddr;
    [] wt::Mac, HwAddr; [] wt::Bits, Bitfield32;
    [] wt::Str, NlString; [] Utf8, String; [] wt::Bytes, Vec<u8>; [] wt::Labels, LabelStack;
    [E: NamedValue] wt::NamedUint<E>, E;
    [E: NamedValue] wt::NamedBits<E>, Bitfield32;
    [E: NamedValue, K: Int + Own<Owned = <K as Fixed>::Value>] wt::Named<E, K>, E;
    [T: CStruct] wt::Struct<T>, T;
    [K: ArrayElement] ArrayOf<K>, Vec<K::Value>;
}

macro_rules! to_wire_text {
    ($($wire:ty)*) => {$(
        impl ToWire<$wire> for &str {
            #[inline]
            fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
                enc.parts(id, &[self.as_bytes(), &[0]]);
        enc
    }
        }

        impl ToWire<$wire> for NlStr<'_> {
            #[inline]
            fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
                enc.bytes(id, self.payload());
        enc
    }
        }
    )*};
}
to_wire_text!(wt::Str Utf8);

impl ToWire<wt::Ip> for Ipv4Addr {
    #[inline]
    fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.fixed(id, self.octets());
        enc
    }
}

impl ToWire<wt::Ip> for Ipv6Addr {
    #[inline]
    fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.fixed(id, self.octets());
        enc
    }
}

impl ToWire<wt::Mac> for [u8; 6] {
    #[inline]
    fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.fixed(id, self);
        enc
    }
}

impl ToWire<wt::Bytes> for &[u8] {
    #[inline]
    fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.bytes(id, self);
        enc
    }
}

impl<const N: usize> ToWire<wt::Bytes> for &[u8; N] {
    #[inline]
    fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        enc.bytes(id, self);
        enc
    }
}

impl ToWire<wt::Labels> for &[Label] {
    #[inline]
    fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        put_labels(self, &mut enc, id);
        enc
    }
}

impl<K: ArrayElement> ToWire<ArrayOf<K>> for &[K::Value] {
    #[inline]
    fn put_as<B: Buf>(self, mut enc: Enc<B>, id: u16) -> Enc<B> {
        put_array::<K, B>(self, &mut enc, id);
        enc
    }
}
