//! Values that setters take.

use super::{Buf, Enc, put_struct, zeroes};
use crate::error::EncodeError;
use crate::types::{Address, Bitfield32, HwAddr, Label, Labels, NlStr, SockAddrBytes};
use crate::view::{CStruct, NamedValue};
use crate::wire::wt::{self, Fixed, Int, Utf8, low_bits};
use crate::wire::{Array, ArrayElement, ArrayOf, FlexOf, FlexStruct, FlexView, NET_BYTEORDER};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Values that can be written as an attribute of wire type `K`.
#[diagnostic::on_unimplemented(
    message = "an attribute of wire type `{K}` cannot be set from `{Self}`",
    label = "a value of the wrong type for this attribute",
    note = "a setter takes what the accessor of the view gives, and owned values by reference"
)]
pub trait ToWire<K> {
    /// Appends the attribute.
    fn put_as<B: Buf>(self, enc: Enc<B>, id: u16) -> Enc<B>;
}

/// `to_wire! { [generics] wire, value, |value, encoder, number| what to append; }`
macro_rules! to_wire {
    ($([$($gen:tt)*] $wire:ty, $value:ty, |$v:ident, $enc:ident, $id:ident| $put:expr;)*) => {$(
        impl<$($gen)*> ToWire<$wire> for $value {
            #[inline]
            fn put_as<B: Buf>(self, mut $enc: Enc<B>, $id: u16) -> Enc<B> {
                let $v = self;
                $put;
                $enc
            }
        }
    )*};
}

macro_rules! ints_to_wire {
    ($($name:ident, $t:ty, $to:ident, $flags:expr;)*) => {
        to_wire! {$(
            [] wt::$name, $t, |v, enc, id| enc.fixed(id | $flags, v.$to());
        )*}
    };
}

ints_to_wire! {
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

to_wire! {
    [] wt::Flag, (), |_v, enc, id| enc.fixed(id, []);
    [] wt::Uint, u64, |v, enc, id| match u32::try_from(v) {
        Ok(small) => enc.fixed(id, small.to_ne_bytes()),
        Err(_) => enc.fixed(id, v.to_ne_bytes()),
    };
    [] wt::Sint, i64, |v, enc, id| match i32::try_from(v) {
        Ok(small) => enc.fixed(id, small.to_ne_bytes()),
        Err(_) => enc.fixed(id, v.to_ne_bytes()),
    };
    [E: NamedValue] wt::NamedUint<E>, E, |v, enc, id| {
        enc = ToWire::<wt::Uint>::put_as(v.to_bits(), enc, id);
    };
    [E: NamedValue] wt::NamedSint<E>, E, |v, enc, id| {
        enc = ToWire::<wt::Sint>::put_as(v.to_bits() as i64, enc, id);
    };
    [E: NamedValue, K: Int] wt::Named<E, K>, E, |v, enc, id| match fit::<E, K>(v) {
        Some(v) => enc = v.put_as(enc, id),
        None => enc.fail(EncodeError::Value { attr: id }),
    };
    [] wt::Bits, Bitfield32, |v, enc, id| enc.fixed(id, bitfield(v));
    [E: NamedValue] wt::NamedBits<E>, Bitfield32, |v, enc, id| enc.fixed(id, bitfield(v));
    [] wt::Ip4, Ipv4Addr, |v, enc, id| enc.fixed(id, v.octets());
    [] wt::Ip6, Ipv6Addr, |v, enc, id| enc.fixed(id, v.octets());
    [] wt::NetIp4, Ipv4Addr, |v, enc, id| enc.fixed(id | NET_BYTEORDER, v.octets());
    [] wt::NetIp6, Ipv6Addr, |v, enc, id| enc.fixed(id | NET_BYTEORDER, v.octets());
    [] wt::Ip, IpAddr, |v, enc, id| put_ip(v, &mut enc, id);
    [] wt::Ip, Ipv4Addr, |v, enc, id| enc.fixed(id, v.octets());
    [] wt::Ip, Ipv6Addr, |v, enc, id| enc.fixed(id, v.octets());
    [] wt::SockAddr, SocketAddr, |v, enc, id| enc.bytes(id, SockAddrBytes::new(v).as_ref());
    [] wt::Mac, HwAddr, |v, enc, id| enc.bytes(id, v.as_bytes());
    [] wt::Mac, [u8; 6], |v, enc, id| enc.fixed(id, v);
    [] wt::Str, &str, |v, enc, id| enc.parts(id, &[v.as_bytes(), &[0]]);
    [] Utf8, &str, |v, enc, id| enc.parts(id, &[v.as_bytes(), &[0]]);
    [] wt::Str, NlStr<'_>, |v, enc, id| enc.bytes(id, v.payload());
    [] Utf8, NlStr<'_>, |v, enc, id| enc.bytes(id, v.payload());
    [] wt::Unterminated, &str, |v, enc, id| enc.bytes(id, v.as_bytes());
    [] wt::Unterminated, NlStr<'_>, |v, enc, id| enc.bytes(id, v.unterminated());
    [] wt::Bytes, &[u8], |v, enc, id| enc.bytes(id, v);
    [const N: usize] wt::Bytes, &[u8; N], |v, enc, id| enc.bytes(id, v);
    [] wt::Labels, &[Label], |v, enc, id| put_labels(v.iter().copied(), &mut enc, id);
    [const N: usize] wt::Labels, &[Label; N], |v, enc, id| put_labels(v.iter().copied(), &mut enc, id);
    [] wt::Labels, Labels<'_>, |v, enc, id| enc.bytes(id, v.payload());
    [T: CStruct] wt::Struct<T>, &T, |v, enc, id| {
        let at = enc.open_raw(id);
        put_struct(v, &mut enc);
        enc.close(at);
    };
    [T: CStruct] wt::Struct<T>, T, |v, enc, id| enc = (&v).put_as(enc, id);
    [K: ArrayElement] ArrayOf<K>, &[K::Value], |v, enc, id| put_array::<K, B>(v.iter().copied(), &mut enc, id);
    [K: ArrayElement, const N: usize] ArrayOf<K>, &[K::Value; N], |v, enc, id| {
        put_array::<K, B>(v.iter().copied(), &mut enc, id);
    };
    [K: ArrayElement] ArrayOf<K>, Array<'_, K>, |v, enc, id| put_array::<K, B>(v.iter(), &mut enc, id);
    [T: FlexStruct] FlexOf<T>, (T, &[<T::Element as Fixed>::Value]), |v, enc, id| {
        put_flex(&v.0, v.1, &[], &mut enc, id);
    };
    [T: FlexStruct, const N: usize] FlexOf<T>, (T, &[<T::Element as Fixed>::Value; N]), |v, enc, id| {
        put_flex(&v.0, v.1, &[], &mut enc, id);
    };
    [T: FlexStruct] FlexOf<T>, FlexView<'_, T>, |v, enc, id| enc.bytes(id, v.bytes());
}

/// Owned values.
#[cfg(feature = "alloc")]
mod owned {
    use super::{Buf, Enc, ToWire, bitfield, put_array, put_flex, put_ip, put_labels};
    use crate::types::{Bitfield32, Flex, HwAddr, LabelStack, NlString};
    use crate::view::NamedValue;
    use crate::wire::wt::{self, Utf8};
    use crate::wire::{ArrayElement, ArrayOf, FlexOf, FlexStruct};
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

    /// By reference, and by value.
    macro_rules! both {
        ($([$($gen:tt)*] $wire:ty, $value:ty, |$v:ident, $enc:ident, $id:ident| $put:expr;)*) => {$(
            to_wire! {
                [$($gen)*] $wire, &$value, |$v, $enc, $id| $put;
                [$($gen)*] $wire, $value, |v, enc, id| enc = ToWire::<$wire>::put_as(&v, enc, id);
            }
        )*};
    }

    both! {
        [] wt::Str, NlString, |v, enc, id| enc.bytes(id, v.as_nl_str().payload());
        [] wt::Unterminated, NlString, |v, enc, id| enc.bytes(id, v.as_nl_str().unterminated());
        [] Utf8, String, |v, enc, id| enc.parts(id, &[v.as_bytes(), &[0]]);
        [] wt::Bytes, Vec<u8>, |v, enc, id| enc.bytes(id, v);
        [] wt::Labels, LabelStack, |v, enc, id| put_labels(v.0.iter().copied(), &mut enc, id);
        [K: ArrayElement] ArrayOf<K>, Vec<K::Value>, |v, enc, id| {
            put_array::<K, B>(v.iter().copied(), &mut enc, id);
        };
        [T: FlexStruct] FlexOf<T>, Flex<T>, |v, enc, id| put_flex(&v.head, &v.tail, &v.rest, &mut enc, id);
    }

    // What owned values are encoded from.
    to_wire! {
        [] wt::Mac, &HwAddr, |v, enc, id| enc.bytes(id, v.as_bytes());
        [] wt::Ip4, &Ipv4Addr, |v, enc, id| enc.fixed(id, v.octets());
        [] wt::Ip6, &Ipv6Addr, |v, enc, id| enc.fixed(id, v.octets());
        [] wt::NetIp4, &Ipv4Addr, |v, enc, id| enc = ToWire::<wt::NetIp4>::put_as(*v, enc, id);
        [] wt::NetIp6, &Ipv6Addr, |v, enc, id| enc = ToWire::<wt::NetIp6>::put_as(*v, enc, id);
        [] wt::Ip, &IpAddr, |v, enc, id| put_ip(*v, &mut enc, id);
        [] wt::SockAddr, &SocketAddr, |v, enc, id| enc = ToWire::<wt::SockAddr>::put_as(*v, enc, id);
        [] wt::Bits, &Bitfield32, |v, enc, id| enc.fixed(id, bitfield(*v));
        [E: NamedValue] wt::NamedBits<E>, &Bitfield32, |v, enc, id| enc.fixed(id, bitfield(*v));
    }
}

/// `struct nla_bitfield32`.
#[inline]
fn bitfield(bits: Bitfield32) -> [u8; 8] {
    let [a, b, c, d] = bits.value.to_ne_bytes();
    let [e, f, g, h] = bits.selector.to_ne_bytes();
    [a, b, c, d, e, f, g, h]
}

/// The integer on the wire for a named value, if reading it gives the value again. C enums with a
/// negative entry are sent as unsigned integers too, so a sign extension may be cut off.
#[inline]
fn fit<E: NamedValue, K: Int>(value: E) -> Option<K::Value> {
    let bits = value.to_bits();
    let low = low_bits::<K>(bits);
    let cut_off = u64::MAX >> (64 - 8 * K::SIZE.clamp(1, 8));
    (E::from_bits(K::widen(low)) == value || bits | cut_off == u64::MAX).then_some(low)
}

#[inline]
fn put_ip<B: Buf>(ip: IpAddr, enc: &mut Enc<B>, id: u16) {
    match ip {
        IpAddr::V4(v4) => enc.fixed(id, v4.octets()),
        IpAddr::V6(v6) => enc.fixed(id, v6.octets()),
    }
}

/// Appends an address, whose family stands elsewhere.
#[inline]
pub fn put_address<B: Buf>(address: Address, mut enc: Enc<B>, id: u16) -> Enc<B> {
    match address {
        Address::Ip(ip) => put_ip(ip, &mut enc, id),
        Address::Label(label) => enc.fixed(id, label.bits().to_be_bytes()),
        Address::Other(address) => enc.bytes(id, address.as_bytes()),
    }
    enc
}

fn put_array<K: ArrayElement, B: Buf>(values: impl Iterator<Item = K::Value>, enc: &mut Enc<B>, id: u16) {
    let at = enc.open_raw(id);
    values.for_each(|value| put_element::<K, B>(value, enc));
    enc.close(at);
}

fn put_element<K: Fixed, B: Buf>(value: K::Value, enc: &mut Enc<B>) {
    let start = enc.position();
    zeroes(enc, K::SIZE);
    K::store(value, enc.since(start));
}

fn put_labels<B: Buf>(labels: impl Iterator<Item = Label>, enc: &mut Enc<B>, id: u16) {
    let at = enc.open_raw(id);
    labels.for_each(|label| enc.raw(&label.bits().to_be_bytes()));
    enc.close(at);
}

/// A C struct, the elements of its flexible tail, bytes after the last whole element.
fn put_flex<T: FlexStruct, B: Buf>(
    head: &T,
    tail: &[<T::Element as Fixed>::Value],
    rest: &[u8],
    enc: &mut Enc<B>,
    id: u16,
) {
    let at = enc.open_raw(id);
    let start = enc.position();
    zeroes(enc, T::TAIL);
    head.write(enc.since(start));
    tail.iter().for_each(|element| put_element::<T::Element, B>(*element, enc));
    enc.raw(rest);
    enc.close(at);
}
