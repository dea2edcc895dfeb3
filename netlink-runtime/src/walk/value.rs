//! Values, and what is wrong with those that are none.

use super::{Items, StructRef};
use crate::meta::{Element, MemberType, Names, Order, Scalar, Selector, TypeMeta};
use crate::types::{Address, Bitfield32, HwAddr, Labels, NlStr, read_ip, read_sockaddr};
use crate::wire::wt::{Bits, Sint, Uint, Wire};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A value, with what is needed to show it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Value<'a> {
    /// An unsigned integer, in the machine's order.
    Unsigned(u64, Names),
    /// A signed integer, in the machine's order.
    Signed(i64, Names),
    /// An attribute that says something by being there.
    Flag,
    /// Text.
    Text(NlStr<'a>),
    /// Opaque bytes; also alignment, and numbers that no kernel uses.
    Bytes(&'a [u8]),
    /// A value and the bits of it that count.
    Bitfield32(Bitfield32, Names),
    /// A C struct.
    Struct(StructRef<'a>),
    /// An array of integers, structs, ...
    Array(Items<'a>),
    /// A link-layer address.
    Mac(HwAddr),
    /// An IPv4 or IPv6 address.
    Ip(IpAddr),
    /// An address with a port.
    SockAddr(SocketAddr),
    /// An address of the family that the message names.
    Address(Address),
    /// An MPLS label stack.
    Labels(Labels<'a>),
    /// The payload of an attribute that the set does not know
    /// ([`Key::Unknown`](super::Key::Unknown)), or of a sub-message without a format.
    Unknown(&'a [u8]),
    /// No value of the attribute's type.
    Malformed(Malformed<'a>),
}

/// A payload that is no value of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed<'a> {
    /// What is wrong.
    pub reason: Reason,
    /// The payload; where the header is what is broken, everything from it on.
    pub raw: &'a [u8],
}

/// Why a payload is malformed. Displays as `length 2, want 4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The payload's length.
    Length {
        /// The length it has.
        len: usize,
        /// Lengths that the type can have.
        want: Want,
    },
    /// An attribute header's length is less than its own, or more than is there. Nothing after it
    /// can be read.
    Header {
        /// The length it says.
        len: usize,
        /// Bytes that are there.
        there: usize,
    },
    /// A record's length is less than its header, or more than is there. Nothing after it can be
    /// read.
    Record {
        /// The length it says.
        len: usize,
        /// Bytes that are there.
        there: usize,
        /// The size of its header.
        least: usize,
    },
    /// Nested deeper than 32 levels.
    Depth,
}

/// Lengths that a type can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Want {
    /// Only this.
    Exactly(usize),
    /// One of two.
    Either(usize, usize),
    /// Any multiple.
    Multiple(usize),
    /// No less.
    AtLeast(usize),
    /// No more.
    AtMost(usize),
}

impl fmt::Display for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Want::Exactly(n) => write!(f, "{n}"),
            Want::Either(a, b) => write!(f, "{a} or {b}"),
            Want::Multiple(n) => write!(f, "a multiple of {n}"),
            Want::AtLeast(n) => write!(f, "at least {n}"),
            Want::AtMost(n) => write!(f, "at most {n}"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut says = |what: &str, len: &usize, there: &usize, least: usize| {
            if *len < least {
                write!(f, "{what} header says {len} bytes, want at least {least}")
            } else {
                write!(f, "{what} header says {len} bytes, {there} are there")
            }
        };
        match self {
            Reason::Header { len, there } => says("attribute", len, there, crate::wire::ATTR_HEADER),
            Reason::Record { len, there, least } => says("record", len, there, *least),
            Reason::Length { len, want } => write!(f, "length {len}, want {want}"),
            Reason::Depth => write!(f, "nested deeper than {} levels", crate::wire::MAX_DEPTH),
        }
    }
}

/// Reads a payload of a type that has no members of its own; `family` gives a selector's value.
#[inline]
pub(super) fn read<'a>(
    ty: &TypeMeta,
    payload: &'a [u8],
    family: impl FnOnce(&Selector) -> Option<u64>,
) -> Value<'a> {
    match ty {
        // Most attributes are integers.
        TypeMeta::Scalar(s, names) => match scalar(payload, *s) {
            Some(bits) => integer(bits, s.signed, *names),
            None => malformed(payload, want(ty)),
        },
        TypeMeta::IpBy(selector) => address(payload, family(selector).unwrap_or(0)),
        _ => other(ty, payload),
    }
}

fn address(payload: &[u8], family: u64) -> Value<'_> {
    let want = if family == Address::AF_MPLS { Want::Exactly(4) } else { Want::Either(4, 16) };
    Address::read(payload, family).map_or_else(|| malformed(payload, want), Value::Address)
}

// Not generic, so that there is one of it, not one for each visitor.
fn other<'a>(ty: &TypeMeta, payload: &'a [u8]) -> Value<'a> {
    let read = match ty {
        TypeMeta::VarInt { signed: false, names } => Uint::read(payload).map(|n| Value::Unsigned(n, *names)),
        TypeMeta::VarInt { signed: true, names } => Sint::read(payload).map(|n| Value::Signed(n, *names)),
        TypeMeta::Msecs => scalar(payload, MSECS).map(|n| Value::Unsigned(n, None)),
        TypeMeta::Flag => Some(Value::Flag),
        TypeMeta::String => Some(Value::Text(NlStr::new(payload))),
        TypeMeta::Bitfield32(names) => Bits::read(payload).map(|b| Value::Bitfield32(b, *names)),
        TypeMeta::Struct(meta) => (!payload.is_empty()).then(|| Value::Struct(StructRef::new(meta, payload))),
        TypeMeta::Array(element) => {
            let items = Items::new(element_type(*element), payload);
            items.remainder().is_empty().then_some(Value::Array(items))
        }
        TypeMeta::Mac => HwAddr::new(payload).map(Value::Mac),
        TypeMeta::Ip4 => payload.try_into().ok().map(|b: [u8; 4]| Value::Ip(Ipv4Addr::from(b).into())),
        TypeMeta::Ip6 => payload.try_into().ok().map(|b: [u8; 16]| Value::Ip(Ipv6Addr::from(b).into())),
        TypeMeta::Ip => read_ip(payload).map(Value::Ip),
        TypeMeta::SockAddr => read_sockaddr(payload).map(Value::SockAddr),
        TypeMeta::Labels => Labels::new(payload).map(Value::Labels),
        TypeMeta::Binary | TypeMeta::Pad | TypeMeta::Unused => Some(Value::Bytes(payload)),
        // The walker enters nests; as a selector's type they select nothing. The others were read.
        TypeMeta::Nest(_)
        | TypeMeta::Records { .. }
        | TypeMeta::Sub(..)
        | TypeMeta::Scalar(..)
        | TypeMeta::IpBy(_) => Some(Value::Unknown(payload)),
    };
    read.unwrap_or_else(|| malformed(payload, want(ty)))
}

const MSECS: Scalar = Scalar { bytes: 8, signed: false, order: Order::Native };

#[cold]
fn malformed(raw: &[u8], want: Want) -> Value<'_> {
    Value::Malformed(Malformed { reason: Reason::Length { len: raw.len(), want }, raw })
}

#[cold]
fn want(ty: &TypeMeta) -> Want {
    match ty {
        TypeMeta::Scalar(s, _) => Want::Exactly(s.bytes.into()),
        TypeMeta::VarInt { .. } => Want::Either(4, 8),
        TypeMeta::Bitfield32(_) | TypeMeta::Msecs => Want::Exactly(8),
        TypeMeta::Struct(meta) => Want::Exactly(meta.size as usize),
        TypeMeta::Array(element) => Want::Multiple(element_type(*element).size() as usize),
        TypeMeta::Mac => Want::AtMost(HwAddr::MAX),
        TypeMeta::Ip4 => Want::Exactly(4),
        TypeMeta::Ip6 => Want::Exactly(16),
        TypeMeta::Ip => Want::Either(4, 16),
        TypeMeta::SockAddr => Want::Either(16, 28),
        TypeMeta::Labels => Want::Multiple(4),
        // Any payload is a value of these.
        TypeMeta::Flag
        | TypeMeta::String
        | TypeMeta::Binary
        | TypeMeta::Nest(_)
        | TypeMeta::Records { .. }
        | TypeMeta::Sub(..)
        | TypeMeta::IpBy(_)
        | TypeMeta::Pad
        | TypeMeta::Unused => Want::AtLeast(0),
    }
}

fn element_type(element: Element) -> MemberType {
    match element {
        Element::Scalar(scalar, names) => MemberType::Scalar(scalar, names),
        Element::Struct(meta) => MemberType::Struct(meta),
        Element::Ip4 => MemberType::Ip4,
        Element::Ip6 => MemberType::Ip6,
    }
}

/// A value from 64 bits, sign-extended.
#[inline]
pub(super) fn integer<'a>(bits: u64, signed: bool, names: Names) -> Value<'a> {
    if signed { Value::Signed(bits as i64, names) } else { Value::Unsigned(bits, names) }
}

/// The integer that these bytes are, sign-extended; `None` if they are more or fewer than it has.
#[inline]
pub(super) fn scalar(bytes: &[u8], scalar: Scalar) -> Option<u64> {
    if bytes.len() != usize::from(scalar.bytes) {
        return None;
    }
    let big = match scalar.order {
        Order::Native => cfg!(target_endian = "big"),
        Order::Big | Order::Net => true,
        Order::Little => false,
    };
    macro_rules! number {
        ($unsigned:ty, $signed:ty) => {{
            let bytes = bytes.try_into().ok()?;
            let n = if big { <$unsigned>::from_be_bytes(bytes) } else { <$unsigned>::from_le_bytes(bytes) };
            Some(if scalar.signed { n as $signed as i64 as u64 } else { u64::from(n) })
        }};
    }
    match bytes.len() {
        1 => number!(u8, i8),
        2 => number!(u16, i16),
        4 => number!(u32, i32),
        8 => number!(u64, i64),
        _ => None,
    }
}
