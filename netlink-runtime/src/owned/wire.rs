//! The owned forms of the wire types.

use super::{Own, encodes_to};
use crate::build::{Buf, Enc, ToWire};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::StructMeta;
use crate::types::{Bitfield32, HwAddr, LabelStack, NlStr, NlString, SockAddrBytes};
use crate::view::{AttrSet, CStruct, NamedValue};
use crate::wire::wt::{self, Int};
use crate::wire::{ArrayElement, ArrayOf, NESTED, NET_BYTEORDER};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

macro_rules! own_copy {
    ($([$($gen:tt)*] $wire:ty, $value:ty, $flags:expr;)*) => {$(
        impl<$($gen)*> Own for $wire {
            type Owned = $value;
            const FLAGS: u16 = $flags;

            #[inline]
            fn own(view: $value, _depth: u8) -> Result<$value, DecodeError> {
                Ok(view)
            }

            #[inline]
            fn put<B: Buf>(value: &$value, enc: Enc<B>, id: u16) -> Enc<B> {
                ToWire::<$wire>::put_as(*value, enc, id)
            }
        }
    )*};
}

own_copy! {
    [] wt::U8, u8, 0; [] wt::U16, u16, 0; [] wt::U32, u32, 0; [] wt::U64, u64, 0;
    [] wt::I8, i8, 0; [] wt::I16, i16, 0; [] wt::I32, i32, 0; [] wt::I64, i64, 0;
    [] wt::BeU16, u16, 0; [] wt::BeU32, u32, 0; [] wt::BeU64, u64, 0;
    [] wt::BeI16, i16, 0; [] wt::BeI32, i32, 0; [] wt::BeI64, i64, 0;
    [] wt::LeU16, u16, 0; [] wt::LeU32, u32, 0; [] wt::LeU64, u64, 0;
    [] wt::LeI16, i16, 0; [] wt::LeI32, i32, 0; [] wt::LeI64, i64, 0;
    [] wt::NetU16, u16, NET_BYTEORDER; [] wt::NetU32, u32, NET_BYTEORDER; [] wt::NetU64, u64, NET_BYTEORDER;
    [] wt::Msecs, u64, 0; [] wt::Flag, (), 0;
    [] wt::Ip4, Ipv4Addr, 0; [] wt::Ip6, Ipv6Addr, 0; [] wt::Ip, IpAddr, 0; [] wt::Mac, HwAddr, 0;
    [] wt::NetIp4, Ipv4Addr, NET_BYTEORDER; [] wt::NetIp6, Ipv6Addr, NET_BYTEORDER;
    [] wt::Bits, Bitfield32, 0;
    [E: NamedValue] wt::NamedBits<E>, Bitfield32, 0;
}

/// Integers of 4 or 8 bytes: what could have been shorter was not written by us.
macro_rules! own_var_int {
    ($([$($gen:tt)*] $wire:ty, $value:ty, |$v:ident| $small:expr;)*) => {$(
        impl<$($gen)*> Own for $wire {
            type Owned = $value;

            #[inline]
            fn own(view: $value, _depth: u8) -> Result<$value, DecodeError> {
                Ok(view)
            }

            #[inline]
            fn put<B: Buf>(value: &$value, enc: Enc<B>, id: u16) -> Enc<B> {
                ToWire::<$wire>::put_as(*value, enc, id)
            }

            #[inline]
            fn exact($v: &$value, payload: &[u8]) -> bool {
                (payload.len() == 4) == $small
            }
        }
    )*};
}

own_var_int! {
    [] wt::Uint, u64, |v| u32::try_from(*v).is_ok();
    [] wt::Sint, i64, |v| i32::try_from(*v).is_ok();
    [E: NamedValue] wt::NamedUint<E>, E, |v| u32::try_from(v.to_bits()).is_ok();
    [E: NamedValue] wt::NamedSint<E>, E, |v| i32::try_from(v.to_bits() as i64).is_ok();
}

/// Where a `struct sockaddr_in` has bytes without meaning, or more follows, they are kept.
impl Own for wt::SockAddr {
    type Owned = SocketAddr;

    #[inline]
    fn own(view: SocketAddr, _depth: u8) -> Result<SocketAddr, DecodeError> {
        Ok(view)
    }

    #[inline]
    fn put<B: Buf>(value: &SocketAddr, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::SockAddr>::put_as(*value, enc, id)
    }

    #[inline]
    fn exact(value: &SocketAddr, payload: &[u8]) -> bool {
        SockAddrBytes::new(*value).as_ref() == payload
    }
}

impl<E: NamedValue, K: Int + Own> Own for wt::Named<E, K> {
    type Owned = E;
    const FLAGS: u16 = K::FLAGS;

    #[inline]
    fn own(view: E, _depth: u8) -> Result<E, DecodeError> {
        Ok(view)
    }

    #[inline]
    fn put<B: Buf>(value: &E, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::Named<E, K>>::put_as(*value, enc, id)
    }
}

impl Own for wt::Str {
    type Owned = NlString;

    #[inline]
    fn own(view: NlStr<'_>, _depth: u8) -> Result<NlString, DecodeError> {
        Ok(view.to_owned())
    }

    #[inline]
    fn put<B: Buf>(value: &NlString, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::Str>::put_as(value, enc, id)
    }
}

impl Own for wt::Unterminated {
    type Owned = NlString;

    #[inline]
    fn own(view: NlStr<'_>, _depth: u8) -> Result<NlString, DecodeError> {
        Ok(view.to_owned())
    }

    #[inline]
    fn put<B: Buf>(value: &NlString, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::Unterminated>::put_as(value, enc, id)
    }

    #[inline]
    fn exact(_value: &NlString, payload: &[u8]) -> bool {
        payload.last() != Some(&0)
    }
}

impl Own for wt::Utf8 {
    type Owned = String;

    #[inline]
    fn own(view: NlStr<'_>, _depth: u8) -> Result<String, DecodeError> {
        match view.to_str() {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(DecodeError::of(DecodeErrorKind::Utf8)),
        }
    }

    #[inline]
    fn put<B: Buf>(value: &String, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::Utf8>::put_as(value, enc, id)
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
    fn put<B: Buf>(value: &Vec<u8>, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::Bytes>::put_as(value, enc, id)
    }
}

impl<T: AttrSet> Own for wt::Nest<T> {
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

    #[inline]
    fn exact(value: &T, payload: &[u8]) -> bool {
        // Attributes see to it themselves; bytes of a fixed header that belong to no member do not.
        let padded = |header: &StructMeta| header.has_holes() || header.size % 4 != 0;
        !T::meta().header.is_some_and(padded) || encodes_to::<Self>(value, payload)
    }
}

impl<T: CStruct> Own for wt::Struct<T> {
    type Owned = T;

    #[inline]
    fn own(view: T, _depth: u8) -> Result<T, DecodeError> {
        Ok(view)
    }

    fn put<B: Buf>(value: &T, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::Struct<T>>::put_as(value, enc, id)
    }

    #[inline]
    fn exact(value: &T, payload: &[u8]) -> bool {
        payload.len() == value.wire_len()
            && (!(T::PADDED || const { T::META.has_holes() }) || is_written_as(value, payload))
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
        None => encodes_to::<wt::Struct<T>>(value, payload),
    }
}

impl<K: ArrayElement> Own for ArrayOf<K> {
    type Owned = Vec<K::Value>;

    #[inline]
    fn own(view: crate::wire::Array<'_, K>, _depth: u8) -> Result<Vec<K::Value>, DecodeError> {
        Ok(view.to_vec())
    }

    fn put<B: Buf>(value: &Vec<K::Value>, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<ArrayOf<K>>::put_as(value, enc, id)
    }

    #[inline]
    fn exact(value: &Vec<K::Value>, payload: &[u8]) -> bool {
        !const { K::LOSSY || K::MEMBER.has_holes() } || encodes_to::<Self>(value, payload)
    }
}

impl Own for wt::Labels {
    type Owned = LabelStack;

    #[inline]
    fn own(view: crate::types::Labels<'_>, _depth: u8) -> Result<LabelStack, DecodeError> {
        Ok(LabelStack(view.iter().collect()))
    }

    fn put<B: Buf>(value: &LabelStack, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<wt::Labels>::put_as(value, enc, id)
    }
}
