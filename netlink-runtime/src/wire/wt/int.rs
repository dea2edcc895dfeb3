//! Integers: of fixed width and of as many bytes as they need, plain and with named values.

use super::{Fixed, Int, Wire, hit_fixed, prefix, store_prefix};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::{MemberType, Order, Scalar, SetMeta, TypeMeta};
use crate::view::NamedValue;
use core::marker::PhantomData;

macro_rules! ints {
    ($($(#[$doc:meta])* $name:ident, $t:ty, $signed:expr, $order:ident, $from:ident, $to:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Wire for $name {
            type View<'a> = $t;
            const TYPE: TypeMeta = TypeMeta::Scalar(<$name as Int>::SCALAR, None);

            #[inline]
            fn read(payload: &[u8]) -> Option<$t> {
                payload.try_into().ok().map(<$t>::$from)
            }

            #[inline]
            fn hit(bytes: &[u8], len: usize) -> Option<$t> {
                hit_fixed(bytes, len).map(<$t>::$from)
            }
        }

        impl Fixed for $name {
            type Value = $t;
            const SIZE: usize = size_of::<$t>();
            const MEMBER: MemberType = MemberType::Scalar(<$name as Int>::SCALAR, None);

            #[inline]
            fn load(bytes: &[u8]) -> $t {
                <$t>::$from(prefix(bytes))
            }

            #[inline]
            fn store(value: $t, out: &mut [u8]) {
                store_prefix(&value.$to(), out);
            }
        }

        impl Int for $name {
            const SCALAR: Scalar =
                Scalar { bytes: size_of::<$t>() as u8, signed: $signed, order: Order::$order };

            #[inline]
            fn widen(value: $t) -> u64 {
                value as i64 as u64
            }

            #[inline]
            fn narrow(value: u64) -> Option<$t> {
                if $signed { <$t>::try_from(value as i64).ok() } else { <$t>::try_from(value).ok() }
            }
        }
    )*};
}

ints! {
    /// `u8`.
    U8, u8, false, Native, from_ne_bytes, to_ne_bytes;
    /// `u16`.
    U16, u16, false, Native, from_ne_bytes, to_ne_bytes;
    /// `u32`.
    U32, u32, false, Native, from_ne_bytes, to_ne_bytes;
    /// `u64`.
    U64, u64, false, Native, from_ne_bytes, to_ne_bytes;
    /// `i8`.
    I8, i8, true, Native, from_ne_bytes, to_ne_bytes;
    /// `i16`.
    I16, i16, true, Native, from_ne_bytes, to_ne_bytes;
    /// `i32`.
    I32, i32, true, Native, from_ne_bytes, to_ne_bytes;
    /// `i64`.
    I64, i64, true, Native, from_ne_bytes, to_ne_bytes;
    /// Big-endian `u16`.
    BeU16, u16, false, Big, from_be_bytes, to_be_bytes;
    /// Big-endian `u32`.
    BeU32, u32, false, Big, from_be_bytes, to_be_bytes;
    /// Big-endian `u64`.
    BeU64, u64, false, Big, from_be_bytes, to_be_bytes;
    /// Big-endian `i16`.
    BeI16, i16, true, Big, from_be_bytes, to_be_bytes;
    /// Big-endian `i32`.
    BeI32, i32, true, Big, from_be_bytes, to_be_bytes;
    /// Big-endian `i64`.
    BeI64, i64, true, Big, from_be_bytes, to_be_bytes;
    /// Little-endian `u16`.
    LeU16, u16, false, Little, from_le_bytes, to_le_bytes;
    /// Little-endian `u32`.
    LeU32, u32, false, Little, from_le_bytes, to_le_bytes;
    /// Little-endian `u64`.
    LeU64, u64, false, Little, from_le_bytes, to_le_bytes;
    /// Little-endian `i16`.
    LeI16, i16, true, Little, from_le_bytes, to_le_bytes;
    /// Little-endian `i32`.
    LeI32, i32, true, Little, from_le_bytes, to_le_bytes;
    /// Little-endian `i64`.
    LeI64, i64, true, Little, from_le_bytes, to_le_bytes;
    /// Big-endian `u16`, sent with `NLA_F_NET_BYTEORDER`.
    NetU16, u16, false, Net, from_be_bytes, to_be_bytes;
    /// Big-endian `u32`, sent with `NLA_F_NET_BYTEORDER`.
    NetU32, u32, false, Net, from_be_bytes, to_be_bytes;
    /// Big-endian `u64`, sent with `NLA_F_NET_BYTEORDER`.
    NetU64, u64, false, Net, from_be_bytes, to_be_bytes;
}

/// An integer of wire type `K` whose values have names.
pub struct Named<E, K>(PhantomData<fn() -> (E, K)>);

impl<E: NamedValue, K: Int> Named<E, K> {
    /// The integer, checked: values without a name must not lose bits.
    const SCALAR: Scalar = {
        assert!(E::BYTES >= K::SIZE, "this enum is kept in fewer bytes than the integer has on the wire");
        K::SCALAR
    };
}

impl<E: NamedValue, K: Int> Wire for Named<E, K> {
    type View<'a> = E;
    const TYPE: TypeMeta = TypeMeta::Scalar(Self::SCALAR, Some(E::META));

    #[inline]
    fn read(payload: &[u8]) -> Option<E> {
        K::read(payload).map(|v| E::from_bits(K::widen(v)))
    }

    #[inline]
    fn hit(bytes: &[u8], len: usize) -> Option<E> {
        K::hit(bytes, len).map(|v| E::from_bits(K::widen(v)))
    }
}

impl<E: NamedValue, K: Int> Fixed for Named<E, K> {
    type Value = E;
    const SIZE: usize = K::SIZE;
    const MEMBER: MemberType = MemberType::Scalar(Self::SCALAR, Some(E::META));

    #[inline]
    fn load(bytes: &[u8]) -> E {
        E::from_bits(K::widen(K::load(bytes)))
    }

    #[inline]
    fn store(value: E, out: &mut [u8]) {
        // A value too wide for the member loses its high bits, as an assignment in C does.
        K::store(low_bits::<K>(value.to_bits()), out);
    }
}

/// The integer that these bits are without those that it has no room for.
#[inline]
pub(crate) fn low_bits<K: Int>(bits: u64) -> K::Value {
    let unused = 64 - 8 * K::SIZE.clamp(1, 8) as u32;
    let bits = bits << unused;
    let bits = if K::SCALAR.signed { (bits as i64 >> unused) as u64 } else { bits >> unused };
    K::narrow(bits).unwrap_or_else(|| K::load(&[]))
}

macro_rules! var_int {
    ($($(#[$doc:meta])* $name:ident, $small:ty, $wide:ty, $signed:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Wire for $name {
            type View<'a> = $wide;
            const TYPE: TypeMeta = TypeMeta::VarInt { signed: $signed, names: None };

            #[inline]
            fn read(payload: &[u8]) -> Option<$wide> {
                match payload.len() {
                    4 => payload.try_into().ok().map(|b| <$small>::from_ne_bytes(b).into()),
                    8 => payload.try_into().ok().map(<$wide>::from_ne_bytes),
                    _ => None,
                }
            }
        }
    )*};
}

var_int! {
    /// An unsigned integer in 4 or 8 bytes (`nla_put_uint`).
    Uint, u32, u64, false;
    /// A signed integer in 4 or 8 bytes (`nla_put_sint`).
    Sint, i32, i64, true;
}

macro_rules! named_var_int {
    ($($(#[$doc:meta])* $name:ident, $plain:ident, $signed:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name<E>(PhantomData<fn() -> E>);

        impl<E: NamedValue> Wire for $name<E> {
            type View<'a> = E;
            const TYPE: TypeMeta = TypeMeta::VarInt { signed: $signed, names: Some(E::META) };

            #[inline]
            fn read(payload: &[u8]) -> Option<E> {
                let bits = $plain::read(payload)? as u64;
                let value = E::from_bits(bits);
                (value.to_bits() == bits).then_some(value)
            }

            #[cold]
            fn error(payload: &[u8], set: &'static SetMeta, attr: u16, offset: usize) -> DecodeError {
                let kind = match $plain::read(payload) {
                    Some(_) => DecodeErrorKind::Value,
                    None => DecodeErrorKind::Length,
                };
                DecodeError::new(kind, set, attr, offset)
            }
        }
    )*};
}

named_var_int! {
    /// A [`Uint`] whose values have names.
    NamedUint, Uint, false;
    /// A [`Sint`] whose values have names.
    NamedSint, Sint, true;
}
