//! Which Rust types the wire types can be read into.

use crate::error::{DecodeError, DecodeErrorKind};
use crate::selected::Selected;
use crate::types::{Address, Bitfield32, HwAddr, Labels, NlStr};
use crate::view::{AttrSet, CStruct, NamedValue, RecordHeader};
use crate::wire::wt::{self, Int, Utf8, Wire};
use crate::wire::{
    Array, ArrayElement, ArrayOf, FlexOf, FlexStruct, FlexView, Indexed, IndexedOf, Records, RecordsOf,
    TypeValue, TypeValueOf,
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;

/// Types that an attribute of wire type `K` can be read into. Implement it for types of your own.
#[diagnostic::on_unimplemented(
    message = "an attribute of kind `{K}` cannot be read into `{Self}`",
    label = "a field of the wrong type for this attribute"
)]
pub trait FromView<'a, K: Wire>: Sized {
    /// From what an accessor gives. `depth` counts the sets around the value.
    fn from_view(view: K::View<'a>, depth: u8) -> Result<Self, DecodeError>;

    /// What the field is when the attribute is absent, if that is no error.
    #[inline]
    fn absent() -> Option<Self> {
        None
    }
}

/// Types that a nest of the set `T` can be read into: its view, its owned form, projections of it.
#[diagnostic::on_unimplemented(
    message = "a nest of `{T}` cannot be read into `{Self}`",
    label = "neither `{T}`, nor its view, nor a projection of it"
)]
pub trait FromNest<'a, T: AttrSet>: Sized {
    /// From the nest's view. `depth` counts the sets around it.
    fn from_nest(view: T::View<'a>, depth: u8) -> Result<Self, DecodeError>;
}

/// Types that a payload with a selected form can be read into.
#[diagnostic::on_unimplemented(
    message = "a payload of `{F}` cannot be read into `{Self}`",
    label = "neither `{F}` nor its view"
)]
pub trait FromForm<'a, F: Selected>: Sized {
    /// From the form's view. `depth` counts the sets around it.
    fn from_form(view: F::View<'a>, depth: u8) -> Result<Self, DecodeError>;
}

/// `from_view! { ['a, generics] wire, type, |view, depth| value; }`
macro_rules! from_view {
    ($([$a:lifetime $($gen:tt)*] $wire:ty, $to:ty, |$v:ident, $depth:ident| $value:expr;)*) => {$(
        impl<$a $($gen)*> FromView<$a, $wire> for $to {
            #[inline]
            fn from_view($v: <$wire as Wire>::View<$a>, $depth: u8) -> Result<Self, DecodeError> {
                let _ = $depth;
                $value
            }
        }
    )*};
}

macro_rules! as_it_is {
    ($([$a:lifetime $($gen:tt)*] $wire:ty, $to:ty;)*) => {
        from_view! {$( [$a $($gen)*] $wire, $to, |v, _depth| Ok(v); )*}
    };
}

as_it_is! {
    ['a] wt::U8, u8; ['a] wt::U16, u16; ['a] wt::U32, u32; ['a] wt::U64, u64;
    ['a] wt::I8, i8; ['a] wt::I16, i16; ['a] wt::I32, i32; ['a] wt::I64, i64;
    ['a] wt::BeU16, u16; ['a] wt::BeU32, u32; ['a] wt::BeU64, u64;
    ['a] wt::BeI16, i16; ['a] wt::BeI32, i32; ['a] wt::BeI64, i64;
    ['a] wt::LeU16, u16; ['a] wt::LeU32, u32; ['a] wt::LeU64, u64;
    ['a] wt::LeI16, i16; ['a] wt::LeI32, i32; ['a] wt::LeI64, i64;
    ['a] wt::NetU16, u16; ['a] wt::NetU32, u32; ['a] wt::NetU64, u64;
    ['a] wt::Uint, u64; ['a] wt::Sint, i64; ['a] wt::Msecs, u64;
    ['a, E: NamedValue] wt::NamedUint<E>, E; ['a, E: NamedValue] wt::NamedSint<E>, E;
    ['a, E: NamedValue, K: Int] wt::Named<E, K>, E;
    ['a] wt::Bits, Bitfield32; ['a, E: NamedValue] wt::NamedBits<E>, Bitfield32;
    ['a] wt::Str, NlStr<'a>; ['a] wt::Unterminated, NlStr<'a>; ['a] Utf8, NlStr<'a>; ['a] wt::Bytes, &'a [u8];
    ['a] wt::Ip4, Ipv4Addr; ['a] wt::Ip6, Ipv6Addr; ['a] wt::Ip, IpAddr; ['a] wt::Mac, HwAddr;
    ['a] wt::NetIp4, Ipv4Addr; ['a] wt::NetIp6, Ipv6Addr; ['a] wt::SockAddr, SocketAddr;
    ['a] wt::Labels, Labels<'a>;
    ['a, T: CStruct] wt::Struct<T>, T;
    ['a, T: FlexStruct] FlexOf<T>, FlexView<'a, T>;
    ['a, K: ArrayElement] ArrayOf<K>, Array<'a, K>;
    ['a, K: Wire] IndexedOf<K>, Indexed<'a, K>;
    ['a, K: Wire, const N: usize] TypeValueOf<K, N>, TypeValue<'a, K, N>;
}

from_view! {
    ['a] wt::Str, &'a str, |v, _depth| utf8(v);
    ['a] wt::Unterminated, &'a str, |v, _depth| utf8(v);
    ['a] wt::Unterminated, &'a [u8], |v, _depth| Ok(v.bytes());
    ['a] Utf8, &'a str, |v, _depth| utf8(v);
    ['a] wt::Str, &'a [u8], |v, _depth| Ok(v.bytes());
    ['a] Utf8, &'a [u8], |v, _depth| Ok(v.bytes());
    ['a, const N: usize] wt::Bytes, [u8; N], |v, _depth| {
        v.try_into().map_err(|_| DecodeError::of(DecodeErrorKind::Length))
    };
    ['a] wt::Mac, [u8; 6], |v, _depth| {
        v.as_bytes().try_into().map_err(|_| DecodeError::of(DecodeErrorKind::Length))
    };
    ['a] wt::Msecs, Duration, |v, _depth| Ok(Duration::from_millis(v));
    ['a, K: ArrayElement, const N: usize] ArrayOf<K>, [K::Value; N], |v, _depth| {
        if v.len() == N {
            Ok(core::array::from_fn(|i| v.get(i).unwrap_or_else(|| K::load(&[]))))
        } else {
            Err(DecodeError::of(DecodeErrorKind::Length))
        }
    };
}

impl FromView<'_, wt::Flag> for bool {
    #[inline]
    fn from_view((): (), _depth: u8) -> Result<bool, DecodeError> {
        Ok(true)
    }

    #[inline]
    fn absent() -> Option<bool> {
        Some(false)
    }
}

impl<'a, T: AttrSet, N: FromNest<'a, T>> FromView<'a, wt::Nest<T>> for N {
    #[inline]
    fn from_view(view: T::View<'a>, depth: u8) -> Result<Self, DecodeError> {
        N::from_nest(view, depth)
    }
}

impl<'a, T: AttrSet> FromView<'a, RecordsOf<T>> for Records<'a, T>
where
    T::Header: RecordHeader,
{
    #[inline]
    fn from_view(view: Records<'a, T>, _depth: u8) -> Result<Self, DecodeError> {
        Ok(view)
    }
}

impl FromForm<'_, Address> for Address {
    #[inline]
    fn from_form(view: Address, _depth: u8) -> Result<Self, DecodeError> {
        Ok(view)
    }
}

/// An address of another family is no IP address, which is an error here.
impl FromForm<'_, Address> for IpAddr {
    #[inline]
    fn from_form(view: Address, _depth: u8) -> Result<Self, DecodeError> {
        view.ip().ok_or_else(|| DecodeError::of(DecodeErrorKind::Value))
    }
}

#[inline]
fn utf8(text: NlStr<'_>) -> Result<&str, DecodeError> {
    text.to_str().map_err(|_| DecodeError::of(DecodeErrorKind::Utf8))
}

/// Owned types.
#[cfg(feature = "alloc")]
mod owned {
    use super::*;
    use crate::owned::Own;
    use crate::types::{Flex, LabelStack, NlString};
    use alloc::boxed::Box;
    use alloc::string::String;
    use alloc::vec::Vec;

    from_view! {
        ['a] wt::Str, NlString, |v, _depth| Ok(v.to_owned());
        ['a] wt::Unterminated, NlString, |v, _depth| Ok(v.to_owned());
        ['a] wt::Unterminated, String, |v, _depth| utf8(v).map(String::from);
        ['a] Utf8, NlString, |v, _depth| Ok(v.to_owned());
        ['a] wt::Str, String, |v, _depth| utf8(v).map(String::from);
        ['a] Utf8, String, |v, _depth| utf8(v).map(String::from);
        ['a] wt::Bytes, Vec<u8>, |v, _depth| Ok(v.to_vec());
        ['a] wt::Labels, LabelStack, |v, _depth| Ok(LabelStack(v.iter().collect()));
        ['a, T: FlexStruct] FlexOf<T>, Flex<T>, |v, depth| <FlexOf<T> as Own>::own(v, depth);
        ['a, K: ArrayElement] ArrayOf<K>, Vec<K::Value>, |v, _depth| Ok(v.iter().collect());
        ['a, K: Wire, T: FromView<'a, K>] IndexedOf<K>, Vec<(u16, T)>, |v, depth| {
            v.map(|(index, member)| Ok((index, T::from_view(member?, depth)?))).collect()
        };
        ['a, K: Wire, T: FromView<'a, K>, const N: usize] TypeValueOf<K, N>, Vec<([u16; N], T)>, |v, depth| {
            v.map(|(types, member)| Ok((types, T::from_view(member?, depth)?))).collect()
        };
    }

    impl<'a, T: AttrSet, N: FromNest<'a, T>> FromView<'a, RecordsOf<T>> for Vec<N>
    where
        T::Header: RecordHeader,
    {
        fn from_view(view: Records<'a, T>, depth: u8) -> Result<Self, DecodeError> {
            view.map(|record| N::from_nest(record?, depth)).collect()
        }
    }

    impl<'a, T: AttrSet, N: FromNest<'a, T>> FromNest<'a, T> for Box<N> {
        fn from_nest(view: T::View<'a>, depth: u8) -> Result<Self, DecodeError> {
            N::from_nest(view, depth).map(Box::new)
        }
    }
}
