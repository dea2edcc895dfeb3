//! Attributes on the wire: `nlattr` headers, the typed scan, iterators.
//!
//! `struct nlattr` (`linux/netlink.h`) is a 16-bit length that counts the header, then a 16-bit
//! type whose two highest bits are flags, then the payload, padded to 4 bytes. Both numbers are
//! in the machine's byte order.

mod array;
mod attrs;
mod cursor;
mod family;
mod flex;
mod index;
mod members;
mod scope;
mod source;
mod union;
pub mod wt;

pub use array::{Array, ArrayElement, ArrayOf};
pub(crate) use attrs::first_offset;
pub use attrs::{Attr, AttrIter, Attrs, Multi};
pub use cursor::{Cursor, key};
pub use family::ByFamily;
pub use flex::{FlexOf, FlexStruct, FlexView};
pub use index::Index;
pub use members::{Indexed, IndexedOf, Records, RecordsOf, TypeValue, TypeValueOf};
pub use scope::Scope;
pub use source::Source;
pub use union::{CUnion, Union};

/// Bytes of `struct nlattr`.
pub const ATTR_HEADER: usize = 4;
/// The payload is attributes (`NLA_F_NESTED`).
pub const NESTED: u16 = 0x8000;
/// The payload is big-endian (`NLA_F_NET_BYTEORDER`).
pub const NET_BYTEORDER: u16 = 0x4000;
/// The bits of a type that are its number (`NLA_TYPE_MASK`).
pub const TYPE_MASK: u16 = 0x3fff;
/// Nests deeper than this are an error.
pub const MAX_DEPTH: u8 = 32;

/// Rounds up to the 4 bytes that messages and attributes are aligned to (`NLMSG_ALIGN`, `NLA_ALIGN`).
#[inline]
pub const fn align(len: usize) -> usize {
    (len + 3) & !3
}

/// What follows an attribute of this length and its padding; `None` where the length is impossible, or the
/// attribute is the last and not padded.
///
/// Most attributes are numbers of 32 bits. That they are 8 bytes long is asked, although it changes nothing:
/// where a processor guesses it right, the next attribute's place does not wait for this one's length to
/// come from memory, and going through a link's attributes takes two thirds of the time.
#[inline(always)]
pub(crate) fn after(rest: &[u8], len: usize) -> Option<&[u8]> {
    if len == 8 {
        rest.get(8..)
    } else if len < ATTR_HEADER {
        None
    } else {
        rest.get(align(len)..)
    }
}

/// Splits the first word of an attribute into its length and its raw type.
#[inline]
pub(crate) const fn split(header: [u8; 4]) -> (usize, u16) {
    let word = u32::from_ne_bytes(header);
    if cfg!(target_endian = "little") {
        ((word & 0xffff) as usize, (word >> 16) as u16)
    } else {
        ((word >> 16) as usize, word as u16)
    }
}
