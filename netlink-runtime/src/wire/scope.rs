//! What is around a set of attributes: where selectors outside of it stand.

use crate::meta::{SetMeta, StructMeta};
use crate::walk::StructRef;

/// The message that attributes belong to, and the request that it answers.
///
/// Payloads may depend on a value that stands elsewhere: in a set around their own, in the fixed
/// header of one, in the request. So attributes know the message they are in, and find such a
/// value when an accessor needs it; nothing is looked up before.
#[derive(Clone, Copy, Default)]
pub struct Scope<'a> {
    message: Option<(&'static SetMeta, &'a [u8])>,
    request: Option<(&'static StructMeta, &'a [u8])>,
}

impl<'a> Scope<'a> {
    /// Of no message.
    pub(crate) const NONE: Self = Scope { message: None, request: None };

    /// A message: the payload with its fixed header, of this set.
    #[inline]
    pub const fn message(set: &'static SetMeta, payload: &'a [u8]) -> Self {
        Scope { message: Some((set, payload)), request: None }
    }

    /// The same, as the answer to a request whose fixed header is this.
    #[inline]
    #[must_use]
    pub fn answering(self, request: Option<StructRef<'a>>) -> Self {
        Scope { request: request.map(|r| (r.meta(), r.bytes())), ..self }
    }

    /// The message's set and payload.
    #[inline]
    pub(crate) const fn root(self) -> Option<(&'static SetMeta, &'a [u8])> {
        self.message
    }

    /// The request's fixed header.
    #[inline]
    pub fn request(self) -> Option<StructRef<'a>> {
        self.request.map(|(meta, bytes)| StructRef::new(meta, bytes))
    }
}

impl core::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Scope({})", self.message.map_or("none", |(set, _)| set.name))
    }
}
