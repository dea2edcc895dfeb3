//! Attributes of the few formats that the library itself reads: acknowledgements, families.

use crate::message::align;

/// The bits of an attribute's type that are its number.
const NLA_TYPE_MASK: u16 = 0x3fff;

/// Reads `N` bytes at an offset.
pub(crate) fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// Reads a native `u32` at an offset.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes_at(bytes, at).map(u32::from_ne_bytes)
}

/// An attribute for the few formats that the library itself reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    /// Where it starts, from the start of the stream.
    pub(crate) offset: usize,
    /// The number, without the flag bits.
    pub(crate) id: u16,
    pub(crate) payload: &'a [u8],
}

impl Tlv<'_> {
    pub(crate) fn u32(&self) -> Option<u32> {
        u32_at(self.payload, 0)
    }
}

/// Iterates over attributes, and stops at the first broken one.
#[derive(Clone, Debug)]
pub(crate) struct Tlvs<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tlvs<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Tlvs { bytes, at: 0 }
    }

    pub(crate) fn find(self, id: u16) -> Option<Tlv<'a>> {
        let mut all = self;
        Iterator::find(&mut all, |t| t.id == id)
    }
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        let offset = self.at;
        let len = usize::from(u16::from_ne_bytes(bytes_at(self.bytes, offset)?));
        let ty = u16::from_ne_bytes(bytes_at(self.bytes, offset + 2)?);
        let payload = self.bytes.get(offset..)?.get(..len)?.get(4..)?;
        self.at = offset + align(len);
        Some(Tlv { offset, id: ty & NLA_TYPE_MASK, payload })
    }
}
