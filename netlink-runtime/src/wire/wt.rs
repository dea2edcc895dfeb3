//! Wire types: markers that say how a payload is read and written.
//!
//! One marker per form of payload; derived code and attribute constants name them, so that
//! `u32` and its big-endian sibling can never be mixed up.

mod int;

pub use int::*;

use super::scope::Scope;
use crate::build::ToWire;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::{EnumMeta, MemberType, Scalar, SetMeta, SetRef, StructMeta, TypeMeta};
use crate::types::{Bitfield32, HwAddr, NlStr};
use crate::view::{AttrSet, CStruct, NamedValue, View};
use core::marker::PhantomData;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How a payload is read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no wire type",
    note = "attribute fields hold integers, `bool`, `String`, `Vec<u8>`, addresses; other types need a keyword: \
            `nested`, `struct`, `sub(…)`, or the integer they are sent as (`u8`, `be32`…)"
)]
pub trait Wire: 'static {
    /// What reading gives.
    type View<'a>;

    /// The type, for tools.
    const TYPE: TypeMeta;

    /// Reads a payload; `None` when it is malformed.
    fn read(payload: &[u8]) -> Option<Self::View<'_>>;

    /// Reads the payload of the attribute that `bytes` start with, given the length in its header.
    #[inline]
    fn hit(bytes: &[u8], len: usize) -> Option<Self::View<'_>> {
        Self::read(bytes.get(super::ATTR_HEADER..len)?)
    }

    /// [`read`](Self::read) for payloads whose members may need to know the message around.
    #[inline]
    fn read_in<'a>(payload: &'a [u8], _scope: Scope<'a>) -> Option<Self::View<'a>> {
        Self::read(payload)
    }

    /// [`hit`](Self::hit) in a message.
    #[inline]
    fn hit_in<'a>(bytes: &'a [u8], len: usize, _scope: Scope<'a>) -> Option<Self::View<'a>> {
        Self::hit(bytes, len)
    }

    /// The error for what [`read`](Self::read) gave `None` for: the payload of this attribute, which
    /// stands at this offset of its set.
    #[cold]
    fn error(_payload: &[u8], set: &'static SetMeta, attr: u16, offset: usize) -> DecodeError {
        DecodeError::new(DecodeErrorKind::Length, set, attr, offset)
    }
}

/// A wire type of fixed size, as members of C structs and elements of arrays have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fixed size on the wire",
    note = "members of C structs and elements of arrays are integers, enums, addresses, C structs"
)]
pub trait Fixed: 'static {
    /// The value.
    type Value: Copy + PartialEq + core::fmt::Debug;

    /// Size in bytes.
    const SIZE: usize;

    /// The type, for tools.
    const MEMBER: MemberType;

    /// Writing what was read may not give the same bytes: some of them belong to no member.
    const LOSSY: bool = false;

    /// Reads the first [`SIZE`](Self::SIZE) bytes; absent ones count as zero.
    fn load(bytes: &[u8]) -> Self::Value;

    /// Writes into the first [`SIZE`](Self::SIZE) bytes; those that are not there are left out.
    fn store(value: Self::Value, out: &mut [u8]);
}

/// An integer wire type.
pub trait Int: Fixed<Value: ToWire<Self>> + for<'a> Wire<View<'a> = <Self as Fixed>::Value> + Sized {
    /// Width, sign and byte order.
    const SCALAR: Scalar;

    /// The value in 64 bits, sign-extended.
    fn widen(value: Self::Value) -> u64;

    /// The value from 64 bits, if it fits.
    fn narrow(value: u64) -> Option<Self::Value>;
}

/// The payload of the attribute that `bytes` start with, if it is exactly `N` bytes.
#[inline]
pub(crate) fn hit_fixed<const N: usize>(bytes: &[u8], len: usize) -> Option<[u8; N]> {
    let all = super::ATTR_HEADER + N;
    // Asked for as a whole, which is one comparison: what is below then cannot fail.
    if len != all || bytes.len() < all {
        return None;
    }
    bytes.get(super::ATTR_HEADER..)?.first_chunk::<N>().copied()
}

/// The first `N` bytes, zero where there are none.
#[inline]
pub(crate) fn prefix<const N: usize>(bytes: &[u8]) -> [u8; N] {
    match bytes.first_chunk::<N>() {
        Some(chunk) => *chunk,
        None => {
            let mut out = [0; N];
            out[..bytes.len()].copy_from_slice(bytes);
            out
        }
    }
}

/// Copies what fits.
#[inline]
pub(crate) fn store_prefix(bytes: &[u8], out: &mut [u8]) {
    let n = bytes.len().min(out.len());
    out[..n].copy_from_slice(&bytes[..n]);
}

/// Presence alone. A payload, if there is one, is not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Flag;

impl Wire for Flag {
    type View<'a> = ();
    const TYPE: TypeMeta = TypeMeta::Flag;

    #[inline]
    fn read(_payload: &[u8]) -> Option<()> {
        Some(())
    }
}

/// Text.
#[derive(Clone, Copy, Debug)]
pub struct Str;

impl Wire for Str {
    type View<'a> = NlStr<'a>;
    const TYPE: TypeMeta = TypeMeta::String;

    #[inline]
    fn read(payload: &[u8]) -> Option<NlStr<'_>> {
        Some(NlStr::new(payload))
    }
}

/// Text that is sent without its NUL.
#[derive(Clone, Copy, Debug)]
pub struct Unterminated;

impl Wire for Unterminated {
    type View<'a> = NlStr<'a>;
    const TYPE: TypeMeta = TypeMeta::String;

    #[inline]
    fn read(payload: &[u8]) -> Option<NlStr<'_>> {
        Some(NlStr::new(payload))
    }
}

/// Text whose owned form is a `String`: it has to be UTF-8.
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

/// Bytes.
#[derive(Clone, Copy, Debug)]
pub struct Bytes;

impl Wire for Bytes {
    type View<'a> = &'a [u8];
    const TYPE: TypeMeta = TypeMeta::Binary;

    #[inline]
    fn read(payload: &[u8]) -> Option<&[u8]> {
        Some(payload)
    }
}

/// `struct nla_bitfield32`.
#[derive(Clone, Copy, Debug)]
pub struct Bits;

impl Wire for Bits {
    type View<'a> = Bitfield32;
    const TYPE: TypeMeta = TypeMeta::Bitfield32(None);

    #[inline]
    fn read(payload: &[u8]) -> Option<Bitfield32> {
        let bytes: [u8; 8] = payload.try_into().ok()?;
        let [a, b, c, d, e, f, g, h] = bytes;
        Some(Bitfield32 {
            value: u32::from_ne_bytes([a, b, c, d]),
            selector: u32::from_ne_bytes([e, f, g, h]),
        })
    }
}

/// [`Bits`] with names.
pub struct NamedBits<E>(PhantomData<fn() -> E>);

impl<E: NamedValue> Wire for NamedBits<E> {
    type View<'a> = Bitfield32;
    const TYPE: TypeMeta = TypeMeta::Bitfield32(Some(E::META));

    #[inline]
    fn read(payload: &[u8]) -> Option<Bitfield32> {
        Bits::read(payload)
    }
}

/// Attributes, after the set's fixed header if it has one.
pub struct Nest<T>(PhantomData<fn() -> T>);

impl<T: AttrSet> Wire for Nest<T> {
    type View<'a> = T::View<'a>;
    const TYPE: TypeMeta = TypeMeta::Nest(SetRef::of::<T>());

    #[inline]
    fn read(payload: &[u8]) -> Option<T::View<'_>> {
        T::View::parse(payload).ok()
    }

    #[inline]
    fn read_in<'a>(payload: &'a [u8], scope: Scope<'a>) -> Option<T::View<'a>> {
        T::View::parse_in(payload, scope).ok()
    }

    #[inline]
    fn hit_in<'a>(bytes: &'a [u8], len: usize, scope: Scope<'a>) -> Option<T::View<'a>> {
        Self::read_in(bytes.get(super::ATTR_HEADER..len)?, scope)
    }

    #[cold]
    fn error(payload: &[u8], _: &'static SetMeta, attr: u16, _: usize) -> DecodeError {
        DecodeError::new(DecodeErrorKind::Header, T::meta(), attr, payload.len())
    }
}

/// A C struct.
pub struct Struct<T>(PhantomData<fn() -> T>);

/// A C union, of whose type that was said already: where it may not be one, [`super::Union`].
pub type Union<T> = Struct<T>;

impl<T: CStruct> Wire for Struct<T> {
    type View<'a> = T;
    const TYPE: TypeMeta = TypeMeta::Struct(T::META);

    #[inline]
    fn read(payload: &[u8]) -> Option<T> {
        if payload.is_empty() { None } else { Some(T::read(payload)) }
    }
}

impl<T: CStruct> Fixed for Struct<T> {
    type Value = T;
    const SIZE: usize = T::META.size as usize;
    const MEMBER: MemberType = MemberType::Struct(T::META);
    const LOSSY: bool = T::PADDED;

    #[inline]
    fn load(bytes: &[u8]) -> T {
        T::read(bytes)
    }

    #[inline]
    fn store(value: T, out: &mut [u8]) {
        value.write(out);
    }
}

macro_rules! fixed_addr {
    ($($(#[$doc:meta])* $name:ident, $t:ty, $n:expr, $meta:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Wire for $name {
            type View<'a> = $t;
            const TYPE: TypeMeta = TypeMeta::$meta;

            #[inline]
            fn read(payload: &[u8]) -> Option<$t> {
                <[u8; $n]>::try_from(payload).ok().map(<$t>::from)
            }

            #[inline]
            fn hit(bytes: &[u8], len: usize) -> Option<$t> {
                hit_fixed::<$n>(bytes, len).map(<$t>::from)
            }
        }

        impl Fixed for $name {
            type Value = $t;
            const SIZE: usize = $n;
            const MEMBER: MemberType = MemberType::$meta;

            #[inline]
            fn load(bytes: &[u8]) -> $t {
                <$t>::from(prefix::<$n>(bytes))
            }

            #[inline]
            fn store(value: $t, out: &mut [u8]) {
                store_prefix(&value.octets(), out);
            }
        }
    )*};
}

fixed_addr! {
    /// An IPv4 address.
    Ip4, Ipv4Addr, 4, Ip4;
    /// An IPv6 address.
    Ip6, Ipv6Addr, 16, Ip6;
    /// An IPv4 address, sent with `NLA_F_NET_BYTEORDER`.
    NetIp4, Ipv4Addr, 4, Ip4;
    /// An IPv6 address, sent with `NLA_F_NET_BYTEORDER`.
    NetIp6, Ipv6Addr, 16, Ip6;
}

/// A fixed array, as a member of a C struct.
pub struct Fix<K, const N: usize>(PhantomData<fn() -> K>);

impl<K: Fixed, const N: usize> Fixed for Fix<K, N> {
    type Value = [K::Value; N];
    const SIZE: usize = K::SIZE * N;
    const MEMBER: MemberType = MemberType::Array(&K::MEMBER, N as u32);
    const LOSSY: bool = K::LOSSY;

    #[inline]
    fn load(bytes: &[u8]) -> [K::Value; N] {
        core::array::from_fn(|i| K::load(bytes.get(i * K::SIZE..).unwrap_or_default()))
    }

    #[inline]
    fn store(value: [K::Value; N], out: &mut [u8]) {
        for (i, v) in value.into_iter().enumerate() {
            K::store(v, out.get_mut(i * K::SIZE..).unwrap_or_default());
        }
    }
}

macro_rules! byte_members {
    ($($(#[$doc:meta])* $name:ident, $meta:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name<const N: usize>;

        impl<const N: usize> Fixed for $name<N> {
            type Value = [u8; N];
            const SIZE: usize = N;
            const MEMBER: MemberType = MemberType::$meta(N as u32);

            #[inline]
            fn load(bytes: &[u8]) -> [u8; N] {
                prefix(bytes)
            }

            #[inline]
            fn store(value: [u8; N], out: &mut [u8]) {
                store_prefix(&value, out);
            }
        }
    )*};
}

byte_members! {
    /// Text in a `char` array, as a member of a C struct.
    Text, Text;
    /// Opaque bytes, as a member of a C struct.
    Opaque, Bytes;
    /// A link-layer address of fixed length, as a member of a C struct.
    FixedMac, Mac;
}

/// An IPv4 or IPv6 address, by length.
#[derive(Clone, Copy, Debug)]
pub struct Ip;

impl Wire for Ip {
    type View<'a> = IpAddr;
    const TYPE: TypeMeta = TypeMeta::Ip;

    #[inline]
    fn read(payload: &[u8]) -> Option<IpAddr> {
        crate::types::read_ip(payload)
    }
}

/// An IPv4 or IPv6 address with a port: `struct sockaddr_in` or `struct sockaddr_in6`, by the family in it.
#[derive(Clone, Copy, Debug)]
pub struct SockAddr;

impl Wire for SockAddr {
    type View<'a> = SocketAddr;
    const TYPE: TypeMeta = TypeMeta::SockAddr;

    #[inline]
    fn read(payload: &[u8]) -> Option<SocketAddr> {
        crate::types::read_sockaddr(payload)
    }
}

/// A link-layer address.
#[derive(Clone, Copy, Debug)]
pub struct Mac;

impl Wire for Mac {
    type View<'a> = HwAddr;
    const TYPE: TypeMeta = TypeMeta::Mac;

    #[inline]
    fn read(payload: &[u8]) -> Option<HwAddr> {
        HwAddr::new(payload)
    }
}

/// MPLS label stack entries.
#[derive(Clone, Copy, Debug)]
pub struct Labels;

impl Wire for Labels {
    type View<'a> = crate::types::Labels<'a>;
    const TYPE: TypeMeta = TypeMeta::Labels;

    #[inline]
    fn read(payload: &[u8]) -> Option<crate::types::Labels<'_>> {
        crate::types::Labels::new(payload)
    }
}

/// Milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Msecs;

impl Wire for Msecs {
    type View<'a> = u64;
    const TYPE: TypeMeta = TypeMeta::Msecs;

    #[inline]
    fn read(payload: &[u8]) -> Option<u64> {
        U64::read(payload)
    }
}

/// Metadata of a struct type, for derived code.
#[doc(hidden)]
pub const fn struct_meta<T: CStruct>() -> &'static StructMeta {
    T::META
}

/// Metadata of an enum or flags type, for derived code.
#[doc(hidden)]
pub const fn enum_meta<E: NamedValue>() -> &'static EnumMeta {
    E::META
}
