//! Owned values: decoding in one pass, encoding through the setters.
//!
//! An owned set encodes to the bytes it was decoded from, as long as nobody changes it: what
//! differs from the canonical form (attributes in declaration order, the flag bits that setters
//! write, padding with zeroes) is kept beside the fields in a [`Rest`]. The one exception: bytes of a
//! message's own fixed header that belong to no member are sent as zero.

mod containers;
mod reader;
mod rest;
mod wire;

pub use reader::{Reader, Taken};
pub use rest::{RawAttr, Rest};

use crate::build::{Buf, Enc};
use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::meta::SetMeta;
use crate::view::{AttrSet, View};
use crate::wire::wt::Wire;
use crate::wire::{ATTR_HEADER, Attrs, align, split};
use alloc::vec::Vec;

/// Where a function is compiled. One that is generic in it is compiled in the crate that uses it and
/// there once; one that is not, in its own crate for all cases; an inline one, in each part of a crate
/// that uses it. Decoding is most of the code of a family, and most users read views.
#[doc(hidden)]
pub trait Place {}

/// The one place.
#[doc(hidden)]
#[derive(Debug)]
pub struct WhereUsed;
impl Place for WhereUsed {}

/// A wire type with an owned form.
pub trait Own: Wire {
    /// The owned form.
    type Owned;

    /// Flag bits that encoding sets on the attribute.
    const FLAGS: u16 = 0;

    /// The payload is members, each an attribute.
    const MEMBERS: bool = false;

    /// Keeps a value. `depth` counts the nests above it.
    fn own(view: Self::View<'_>, depth: u8) -> Result<Self::Owned, DecodeError>;

    /// Appends one attribute.
    fn put<B: Buf>(value: &Self::Owned, enc: Enc<B>, id: u16) -> Enc<B>;

    /// [`FLAGS`](Self::FLAGS), for derived code that has a value.
    #[inline]
    fn flags(_value: &Self::Owned) -> u16 {
        Self::FLAGS
    }

    /// Whether encoding this value gives this payload again. Cheap and conservative; what is
    /// not exact is kept beside the value.
    #[inline]
    fn exact(_value: &Self::Owned, _payload: &[u8]) -> bool {
        true
    }
}

/// Owned values of whole messages: every attribute set that is a value has it.
pub trait OwnedSet: AttrSet + Clone + PartialEq {
    /// Decodes a view, all of it.
    fn decode(view: Self::View<'_>) -> Result<Self, DecodeError> {
        Self::decode_at(view, 0)
    }

    /// Decodes a payload: the fixed header, if the set has one, and the attributes.
    fn from_bytes(payload: &[u8]) -> Result<Self, DecodeError> {
        Self::decode(View::parse(payload)?)
    }

    /// The payload.
    fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        self.encode_to(Enc::new(Vec::new())).end()
    }
}

impl<T: AttrSet + Clone + PartialEq> OwnedSet for T {}

/// What a value encodes to, with its header; nothing if it cannot be encoded.
///
/// Into a `Vec`, as [`OwnedSet::to_bytes`] does: encoders for another buffer would all be compiled
/// once more.
fn written<K: Own>(value: &K::Owned, id: u16) -> Vec<u8> {
    K::put(value, Enc::new(Vec::new()), id).end().unwrap_or_default()
}

/// Whether a value encodes to this payload. Only writing it tells.
pub(crate) fn encodes_to<K: Own>(value: &K::Owned, payload: &[u8]) -> bool {
    let written = written::<K>(value, 0);
    let len = written.first_chunk().map_or(0, |header| split(*header).0);
    written.get(ATTR_HEADER..len) == Some(payload)
}

/// Whether an attribute that stops here is padded with zeroes.
#[inline]
fn is_padded(bytes: &[u8], stop: usize) -> bool {
    let word = bytes.get(..align(stop)).and_then(|bytes| bytes.last_chunk());
    // What is left of the last word behind the attribute, where the lowest byte is the first.
    stop % 4 == 0 || word.is_some_and(|word| u32::from_le_bytes(*word) >> (8 * (stop % 4)) == 0)
}

/// The error for an attribute that every message has and this one has not.
#[cold]
#[inline(never)]
pub fn missing(set: &'static SetMeta, id: u16, attrs: Attrs<'_>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Missing, set, id, attrs.bytes().len())
}
