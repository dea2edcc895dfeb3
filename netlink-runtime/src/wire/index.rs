//! An index over a stream of attributes, built in one pass.

use super::attrs::{AttrIter, Attrs, Multi};
use super::wt::Wire;
use super::{ATTR_HEADER, TYPE_MASK, after, split};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::SetMeta;

/// Where the attributes of a stream stand: the first of each number below `N`.
///
/// Reads give what [`Attrs`] gives, at a constant price each. It pays from about four reads of a
/// wide message (links) on, never on narrow ones (routes).
///
/// Places are kept in 4-byte words, counted from the end, because attributes start aligned.
#[derive(Clone, Copy, Debug)]
pub struct Index<'a, const N: usize> {
    attrs: Attrs<'a>,
    words: [u16; N],
    /// The stream ended with a broken header, or is too long to be indexed: what is not in the index may be
    /// there all the same.
    partial: bool,
}

impl<'a, const N: usize> Index<'a, N> {
    /// Indexes a stream.
    #[inline]
    pub fn new(attrs: Attrs<'a>) -> Self {
        let mut index = Index { attrs, words: [0; N], partial: false };
        index.partial = fill(attrs.bytes(), &mut index.words);
        index
    }

    /// The stream.
    #[inline]
    pub fn attrs(&self) -> Attrs<'a> {
        self.attrs
    }

    /// The bytes from the first attribute of this number on; `None` when there is none for sure.
    #[inline]
    fn place(&self, id: u16) -> Option<Result<&'a [u8], ()>> {
        match self.words.get(usize::from(id)) {
            Some(0) if !self.partial => None,
            Some(0) | None => Some(Err(())),
            Some(word) => {
                let bytes = self.attrs.bytes();
                let at = (bytes.len() & !3).wrapping_sub(usize::from(*word) * 4);
                Some(bytes.get(at..).ok_or(()))
            }
        }
    }

    /// The first occurrence of an attribute, decoded. See [`Attrs::get`].
    #[inline(always)] // or the whole view would have to be in memory, to be passed by reference
    pub fn get<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<Option<K::View<'a>>, DecodeError> {
        match self.place(id) {
            None => return Ok(None),
            Some(Ok(bytes)) => {
                if let Some(header) = bytes.first_chunk::<ATTR_HEADER>() {
                    if let Some(value) = K::hit_in(bytes, split(*header).0, self.attrs.scope()) {
                        return Ok(Some(value));
                    }
                }
            }
            Some(Err(())) => {}
        }
        // Malformed, behind a broken header, or too far: the scan says which.
        scan::<K>(self.attrs, id, set)
    }

    /// The first occurrence of an attribute that every message has. See [`Attrs::require`].
    #[inline]
    pub fn require<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<K::View<'a>, DecodeError> {
        match self.get::<K>(id, set) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(DecodeError::new(DecodeErrorKind::Missing, set, id, self.attrs.bytes().len())),
            Err(error) => Err(error),
        }
    }

    /// Every occurrence of an attribute, beginning with the first. See [`Attrs::all`].
    #[inline]
    pub fn all<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Multi<'a, K> {
        let bytes = self.attrs.bytes();
        let rest = match self.place(id) {
            None => &[],
            Some(Ok(rest)) => rest,
            Some(Err(())) => bytes,
        };
        Multi::over(AttrIter::within(self.attrs, rest, set), id)
    }
}

#[cold]
#[inline(never)]
fn scan<'a, K: Wire>(
    attrs: Attrs<'a>,
    id: u16,
    set: &'static SetMeta,
) -> Result<Option<K::View<'a>>, DecodeError> {
    attrs.get::<K>(id, set)
}

/// Streams of so many bytes are not indexed: a place could not say where their first attributes stand.
const FAR: usize = 4 * (u16::MAX as usize + 1);

/// Notes the first place of each number; whether there may be more than these.
#[inline(never)]
fn fill(bytes: &[u8], words: &mut [u16]) -> bool {
    if bytes.len() >= FAR {
        return true;
    }
    let mut rest = bytes;
    loop {
        let Some(header) = rest.first_chunk::<ATTR_HEADER>() else { return false };
        let (len, ty) = split(*header);
        if let Some(word) = words.get_mut(usize::from(ty & TYPE_MASK)) {
            if *word == 0 {
                *word = (rest.len() / 4) as u16;
            }
        }
        match after(rest, len) {
            Some(next) => rest = next,
            // The last one need not be padded.
            None => return len < ATTR_HEADER || len > rest.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::wt;

    static SET: SetMeta = SetMeta { name: "Test", header: None, attrs: &[] };

    fn attr(len: u16, ty: u16, payload: &[u8]) -> Vec<u8> {
        let mut v = [len.to_ne_bytes(), ty.to_ne_bytes()].concat();
        v.extend_from_slice(payload);
        v
    }

    fn same(bytes: &[u8]) {
        let attrs = Attrs::new(bytes);
        let index = Index::<8>::new(attrs);
        for id in 0..10 {
            assert_eq!(
                index.get::<wt::U32>(id, &SET),
                attrs.get::<wt::U32>(id, &SET),
                "{id} in {bytes:02x?}"
            );
            assert_eq!(index.get::<wt::Str>(id, &SET), attrs.get::<wt::Str>(id, &SET));
            let all = |multi: Multi<'_, wt::U32>| multi.collect::<Vec<_>>();
            let (mine, theirs) = (all(index.all(id, &SET)), all(attrs.all(id, &SET)));
            assert_eq!(mine, theirs, "all {id} in {bytes:02x?}");
        }
    }

    #[test]
    fn the_index_says_what_the_scan_says() {
        let whole = [
            attr(8, 1, &[1, 0, 0, 0]),
            attr(6, 2, &[1, 2, 0, 0]),
            attr(8, 3, &[3, 0, 0, 0]),
            attr(8, 1, &[9, 0, 0, 0]),
            attr(8, 0x4000 | 7, &[7, 0, 0, 0]),
            attr(8, 9, &[5, 0, 0, 0]),
            attr(5, 4, &[4]),
        ]
        .concat();
        for end in 0..=whole.len() {
            same(&whole[..end]);
        }
        // Damage: every byte, several values.
        for at in 0..whole.len() {
            for value in [0, 1, 3, 4, 5, 8, 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                same(&damaged);
            }
        }
    }

    #[test]
    fn far_attributes_are_found() {
        let mut bytes = Vec::new();
        for _ in 0..5 {
            bytes.extend(attr(0xfffc, 5, &vec![0; 0xfff8]));
        }
        bytes.extend(attr(8, 6, &6u32.to_ne_bytes()));
        assert!(bytes.len() / 4 > usize::from(u16::MAX), "farther than a place can say");
        let index = Index::<8>::new(Attrs::new(&bytes));
        assert_eq!(index.get::<wt::U32>(6, &SET), Ok(Some(6)));
        assert_eq!(index.get::<wt::U32>(7, &SET), Ok(None));
    }
}
