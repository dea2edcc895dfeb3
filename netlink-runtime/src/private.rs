//! What derived code calls. Not for direct use; it may change in any release.

#[cfg(feature = "alloc")]
use crate::build::SetBuilder;
use crate::build::{Buf, Enc, ToWire};
use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::meta::{AttrMeta, SetMeta, TypeMeta};
use crate::selected::{Selected, Selector};
#[cfg(feature = "alloc")]
use crate::view::AttrSet;
use crate::view::CStruct;
use crate::wire::wt::Wire;
use crate::wire::{ATTR_HEADER, Attrs, Scope, align, first_offset, split};
#[cfg(feature = "alloc")]
pub use alloc::{boxed::Box, vec::Vec};
#[cfg(feature = "alloc")]
use core::fmt;

pub use crate::named::fmt_named;
#[cfg(feature = "alloc")]
use crate::walk::{Body, debug_body};
pub use crate::walk::{debug, outside};
#[cfg(feature = "serde")]
pub use serde;

/// Code for builds with an allocator.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __alloc {
    ($($code:tt)*) => { $($code)* };
}

/// Code for builds with an allocator.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __alloc {
    ($($code:tt)*) => {};
}

/// Code for builds without an allocator.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __no_alloc {
    ($($code:tt)*) => {};
}

/// Code for builds without an allocator.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __no_alloc {
    ($($code:tt)*) => { $($code)* };
}

/// A selector's place, for derived code.
pub use crate::meta::Selector as Place;

pub use crate::forms::choose_each;

/// Splits a payload into its fixed header and its attributes.
#[inline]
pub fn split_header<'a, H: CStruct>(
    payload: &'a [u8],
    scope: Scope<'a>,
    set: &'static SetMeta,
) -> Result<(H, Attrs<'a>), DecodeError> {
    let size = H::META.size as usize;
    if payload.len() < size {
        return Err(DecodeError::new(DecodeErrorKind::Header, set, 0, payload.len()));
    }
    let attrs = payload.get(align(size)..).unwrap_or_default();
    Ok((H::read(payload), Attrs::within(attrs, scope)))
}

/// The fixed header of an operation's requests.
#[cfg(feature = "alloc")]
#[inline]
pub fn known_header<O: crate::Operation>() -> Option<&'static crate::meta::StructMeta> {
    <O::Request as AttrSet>::meta().header
}

/// Reads a selected payload.
#[inline(always)] // as its callers are, for addresses
pub fn selected<'a, T: Selected, const N: usize>(
    payload: &'a [u8],
    attrs: Attrs<'a>,
    id: u16,
    set: &'static SetMeta,
    selectors: impl FnOnce() -> Result<[Selector<'a>; N], DecodeError>,
) -> Result<T::View<'a>, DecodeError> {
    match T::read(payload, &selectors()?, attrs.scope()) {
        Some(view) => Ok(view),
        None => Err(malformed(attrs.bytes(), id, set)),
    }
}

/// The error for the first attribute of this number, whose payload is malformed.
#[cold]
#[inline(never)]
fn malformed(attrs: &[u8], id: u16, set: &'static SetMeta) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Length, set, id, first_offset(attrs, id))
}

/// Writes all fields in order, for sets that keep nothing beside their fields.
#[cfg(feature = "alloc")]
#[inline]
pub fn put_all<B: Buf, S: SetBuilder<B>>(
    fields: u16,
    mut builder: S,
    mut put: impl FnMut(S, u16, usize, usize) -> S,
) -> S {
    for ordinal in 0..fields {
        builder = put(builder, ordinal, 0, usize::MAX);
    }
    builder
}

/// Writes an attribute whose length has bounds; that of text is without its NUL.
#[inline]
pub fn put_bounded<K: Wire, B: Buf>(
    value: impl ToWire<K>,
    enc: Enc<B>,
    id: u16,
    min: Option<usize>,
    max: Option<usize>,
) -> Enc<B> {
    let at = enc.position();
    let mut enc = value.put_as(enc, id);
    let attr = enc.since(at);
    let len = attr.first_chunk().map_or(0, |header| split(*header).0.saturating_sub(ATTR_HEADER));
    let text = matches!(K::TYPE, TypeMeta::String);
    let nul = text && attr.get(ATTR_HEADER..ATTR_HEADER + len).is_some_and(|p| p.last() == Some(&0));
    let len = len - usize::from(nul);
    if !enc.failed() && (min.is_some_and(|min| len < min) || max.is_some_and(|max| len > max)) {
        enc.truncate(at);
        enc.fail(EncodeError::Length { attr: id, len: len as u32 });
    }
    enc
}

/// Whether no field before the one of this ordinal has its number. `sorted` is what
/// [`AttrMeta::sorted`] gives: of equal numbers, fields stand in their order.
pub const fn is_free(sorted: &[AttrMeta], ordinal: u16) -> bool {
    let mut at = 1;
    while at < sorted.len() {
        if sorted[at].ordinal == ordinal {
            return sorted[at - 1].id != sorted[at].id;
        }
        at += 1;
    }
    true
}

/// Whether a member lies inside its struct.
pub const fn fits(offset: usize, member: usize, size: usize) -> bool {
    offset + member <= size
}

/// Whether bits, counted from a member's offset, lie inside its struct.
pub const fn bits_fit(offset: usize, first: usize, width: usize, size: usize) -> bool {
    fits(offset, (first + width).div_ceil(8), size)
}

/// `bytes`, filled up with zeroes.
#[cold]
pub fn widen<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let n = bytes.len().min(N);
    out[..n].copy_from_slice(&bytes[..n]);
    out
}

/// Bits of a C bitfield: `first` is counted from the least significant bit of the first byte, on
/// every machine. Headers declare bitfields in the opposite order for big-endian ones
/// (`__BIG_ENDIAN_BITFIELD`), so that the bytes are the same; facts have the little-endian order.
pub fn load_bits(bytes: &[u8], first: u32, width: u32) -> u64 {
    let mut value = 0;
    for i in 0..width {
        let at = first + i;
        let byte = bytes.get((at / 8) as usize).copied().unwrap_or(0);
        value |= u64::from(byte >> (at % 8) & 1) << i;
    }
    value
}

/// A two's complement number of so many bits, in 64.
pub const fn sign_extend(value: u64, width: u32) -> u64 {
    if width == 0 || width >= 64 {
        return value;
    }
    let shift = 64 - width;
    ((value << shift) as i64 >> shift) as u64
}

/// Writes bits of a C bitfield; see [`load_bits`].
pub fn store_bits(value: u64, bytes: &mut [u8], first: u32, width: u32) {
    for i in 0..width {
        let (at, bit) = (first + i, (value >> i & 1) as u8);
        if let Some(byte) = bytes.get_mut((at / 8) as usize) {
            *byte = *byte & !(1 << (at % 8)) | bit << (at % 8);
        }
    }
}

/// `Debug` of a union: all its arms.
#[inline]
pub fn debug_union<T: CStruct>(
    f: &mut core::fmt::Formatter<'_>,
    name: &str,
    bytes: &[u8],
) -> core::fmt::Result {
    crate::walk::debug_struct(f, name, &crate::walk::StructRef::new(T::META, bytes))
}

/// `Debug` of an owned set: that of its view.
#[cfg(feature = "alloc")]
#[inline]
pub fn debug_owned<T: AttrSet>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    debug_bytes(T::meta(), value.encode_to(Enc::new(Vec::new())).end(), f)
}

#[cfg(feature = "alloc")]
#[inline]
fn debug_bytes(
    set: &'static SetMeta,
    bytes: Result<Vec<u8>, EncodeError>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let body = match &bytes {
        Ok(bytes) => Body::parse(set, bytes)
            .map_err(|_| DecodeError::new(DecodeErrorKind::Header, set, 0, bytes.len())),
        Err(error) => return write!(f, "{}({error})", set.name),
    };
    match body {
        Ok(body) => debug_body(f, &body),
        Err(error) => write!(f, "{}({error})", set.name),
    }
}
