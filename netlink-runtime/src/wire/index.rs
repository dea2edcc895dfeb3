//! An index over a stream of attributes, built in one pass.

use super::attrs::{AttrIter, Attrs, Multi};
use super::wt::Wire;
use super::{ATTR_HEADER, TYPE_MASK, align, split};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::SetMeta;

/// Where the attributes of a stream stand: the first of each number below `N`.
///
/// Reads give what [`Attrs`] gives, at a constant price each. It pays from about four reads of a
/// wide message (links) on, never on narrow ones (routes).
///
/// Places are kept in 4-byte words, counted from 1, because attributes start aligned; one that is
/// too far away for that is found by scanning.
#[derive(Clone, Copy, Debug)]
pub struct Index<'a, const N: usize> {
    attrs: Attrs<'a>,
    words: [u16; N],
    /// The stream ended with a broken header: what is not in the index may stand behind it.
    broken: bool,
}

/// Somewhere beyond what a place can say.
const FAR: u16 = u16::MAX;

impl<'a, const N: usize> Index<'a, N> {
    /// Indexes a stream.
    #[inline]
    pub fn new(attrs: Attrs<'a>) -> Self {
        let mut words = [0; N];
        let broken = fill(attrs.bytes(), &mut words);
        Index { attrs, words, broken }
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
            Some(0) if !self.broken => None,
            Some(0) | Some(&FAR) | None => Some(Err(())),
            Some(word) => {
                let at = (usize::from(*word) - 1) * 4;
                Some(self.attrs.bytes().get(at..).ok_or(()))
            }
        }
    }

    /// The first occurrence of an attribute, decoded. See [`Attrs::get`].
    #[inline]
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
        self.attrs.get::<K>(id, set)
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

/// Notes the first place of each number; whether the stream is broken.
#[inline(never)]
fn fill(bytes: &[u8], words: &mut [u16]) -> bool {
    let mut rest = bytes;
    loop {
        let Some(header) = rest.first_chunk::<ATTR_HEADER>() else { return false };
        let (len, ty) = split(*header);
        if len < ATTR_HEADER || len > rest.len() {
            return true;
        }
        if let Some(word) = words.get_mut(usize::from(ty & TYPE_MASK)) {
            if *word == 0 {
                let at = (bytes.len() - rest.len()) / 4 + 1;
                *word = u16::try_from(at).unwrap_or(FAR);
            }
        }
        match rest.get(align(len)..) {
            Some(next) => rest = next,
            None => return false,
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
