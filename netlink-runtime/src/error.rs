//! Errors of decoding and encoding.

use crate::meta::SetMeta;
use core::fmt;

/// Why a payload, or the stream of attributes, could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// An attribute header that says fewer than 4 bytes or more than are there. The stream ends
    /// here.
    Truncated = 1,
    /// The payload's length is none that the attribute's type can have.
    Length,
    /// Text that is not UTF-8, where the field asks for a `String`.
    Utf8,
    /// A value that the field's type cannot hold.
    Value,
    /// An attribute that every message should have is absent.
    Missing,
    /// Nested deeper than 32 levels.
    Depth,
    /// Shorter than the fixed header.
    Header,
    /// A record's own length is impossible.
    Record,
}

/// A malformed attribute: what, where.
///
/// Small and `Copy`; made only on cold paths.
#[derive(Clone, Copy)]
pub struct DecodeError {
    /// The attribute set that was read; without the feature `names`, one that has no name and knows no
    /// attributes.
    pub set: &'static SetMeta,
    /// Offset in bytes from the start of the set's attributes (of a fixed header that is too
    /// short: the length that was there).
    pub offset: u32,
    /// Number of the attribute, 0 where none is concerned.
    pub attr: u16,
    /// What is wrong.
    pub kind: DecodeErrorKind,
}

/// Stands in for the set in errors of values that know neither set nor place.
pub(crate) static NOWHERE: SetMeta = SetMeta { name: "", header: None, attrs: &[] };

/// Stands in for every set where errors name none.
#[cfg(not(feature = "names"))]
static UNNAMED: SetMeta = SetMeta { name: "", header: None, attrs: &[] };

/// The set that an error about this one refers to. What keeps a set to make errors with keeps this: the
/// metadata of a set leads to that of all the sets in it, and none of it should be in programs that do
/// without the feature `names`.
#[inline]
pub(crate) fn named(set: &'static SetMeta) -> &'static SetMeta {
    #[cfg(feature = "names")]
    return set;
    #[cfg(not(feature = "names"))]
    {
        let _ = set;
        &UNNAMED
    }
}

impl DecodeError {
    /// Makes an error.
    #[cold]
    #[inline(never)]
    pub fn new(kind: DecodeErrorKind, set: &'static SetMeta, attr: u16, offset: usize) -> Self {
        DecodeError { set: named(set), offset: offset as u32, attr, kind }
    }

    /// An error of a value that knows neither its set nor its place; the caller that does
    /// [puts them in](Self::placed).
    #[cold]
    #[inline(never)]
    pub(crate) fn of(kind: DecodeErrorKind) -> Self {
        DecodeError { set: &NOWHERE, offset: 0, attr: 0, kind }
    }

    /// The same error; one about the very attribute that was read gets its place.
    #[cold]
    #[inline(never)]
    pub(crate) fn placed(self, set: &'static SetMeta, attr: u16, offset: usize) -> Self {
        if core::ptr::eq(self.set, &NOWHERE) { DecodeError::new(self.kind, set, attr, offset) } else { self }
    }

    /// The attribute's C name, if the set knows the number. Never without the feature `names`.
    pub fn c_name(&self) -> Option<&'static str> {
        self.set.attr(self.attr).map(|a| a.c_name)
    }
}

impl PartialEq for DecodeError {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.set, other.set)
            && (self.offset, self.attr, self.kind) == (other.offset, other.attr, other.kind)
    }
}

impl Eq for DecodeError {}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.set.name;
        if self.kind == DecodeErrorKind::Header {
            return match self.set.header {
                Some(header) => write!(
                    f,
                    "{set}: {} bytes are too few for struct {} ({} bytes)",
                    self.offset, header.c_name, header.size
                ),
                None => write!(f, "{} bytes are too few for the fixed header", self.offset),
            };
        }
        match self.c_name() {
            Some(name) => write!(f, "{name}")?,
            None if self.attr != 0 => write!(f, "attribute {}", self.attr)?,
            None => f.write_str("attributes")?,
        }
        if !set.is_empty() {
            write!(f, " of {set}")?;
        }
        write!(f, " at offset {}: ", self.offset)?;
        f.write_str(match self.kind {
            DecodeErrorKind::Truncated => "the attribute header does not fit what is there",
            DecodeErrorKind::Length => "the payload's length does not fit the type",
            DecodeErrorKind::Utf8 => "not UTF-8",
            DecodeErrorKind::Value => "a value that the type cannot hold",
            DecodeErrorKind::Missing => "absent, though every message has it",
            DecodeErrorKind::Depth => "nested deeper than 32 levels",
            DecodeErrorKind::Header => "shorter than its fixed header",
            DecodeErrorKind::Record => "a record's length is impossible",
        })
    }
}

impl core::error::Error for DecodeError {}

/// Why a message could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeError {
    /// The payload of this attribute is longer than an attribute can hold (65,531 bytes).
    TooLong {
        /// The attribute's number.
        attr: u16,
    },
    /// This attribute may stand once and was written twice.
    Twice {
        /// The attribute's number.
        attr: u16,
    },
    /// A value does not fit the attribute's width.
    Value {
        /// The attribute's number.
        attr: u16,
    },
    /// A length that the attribute must not have.
    Length {
        /// The attribute's number.
        attr: u16,
        /// The payload's length in bytes; of text, without its NUL.
        len: u32,
    },
    /// The caller's buffer is full.
    Full,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::TooLong { attr } => {
                write!(f, "attribute {attr}: longer than the 65,531 bytes an attribute can hold")
            }
            EncodeError::Twice { attr } => write!(f, "attribute {attr}: written twice, and may stand once"),
            EncodeError::Value { attr } => write!(f, "attribute {attr}: the value does not fit its width"),
            EncodeError::Length { attr, len } => {
                write!(f, "attribute {attr}: {len} bytes are more or fewer than it may have")
            }
            EncodeError::Full => f.write_str("the buffer is full"),
        }
    }
}

impl core::error::Error for EncodeError {}
