//! What views read from.

use super::attrs::{Attrs, Multi};
use super::index::Index;
use super::wt::Wire;
use crate::error::DecodeError;
use crate::meta::SetMeta;

/// What a view reads its attributes from: the stream itself, or an index of it. Both give the same.
pub trait Source<'a>: Copy {
    /// The attributes.
    fn attrs(&self) -> Attrs<'a>;

    /// The first occurrence of an attribute, decoded. See [`Attrs::get`].
    fn get<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<Option<K::View<'a>>, DecodeError>;

    /// The first occurrence of an attribute that every message has. See [`Attrs::require`].
    fn require<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<K::View<'a>, DecodeError>;

    /// Every occurrence of an attribute. See [`Attrs::all`].
    fn all<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Multi<'a, K>;
}

impl<'a> Source<'a> for Attrs<'a> {
    #[inline]
    fn attrs(&self) -> Attrs<'a> {
        *self
    }

    #[inline]
    fn get<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<Option<K::View<'a>>, DecodeError> {
        Attrs::get::<K>(*self, id, set)
    }

    #[inline]
    fn require<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<K::View<'a>, DecodeError> {
        Attrs::require::<K>(*self, id, set)
    }

    #[inline]
    fn all<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Multi<'a, K> {
        Attrs::all(*self, id, set)
    }
}

impl<'a, const N: usize> Source<'a> for Index<'a, N> {
    #[inline]
    fn attrs(&self) -> Attrs<'a> {
        Index::attrs(self)
    }

    #[inline]
    fn get<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<Option<K::View<'a>>, DecodeError> {
        Index::get::<K>(self, id, set)
    }

    #[inline]
    fn require<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Result<K::View<'a>, DecodeError> {
        Index::require::<K>(self, id, set)
    }

    #[inline]
    fn all<K: Wire>(&self, id: u16, set: &'static SetMeta) -> Multi<'a, K> {
        Index::all(self, id, set)
    }
}
