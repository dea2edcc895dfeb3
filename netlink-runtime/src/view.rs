//! Traits that derived types implement.

use crate::error::DecodeError;
use crate::meta::SetMeta;

/// An attribute set with a borrowed form. `#[derive(NetlinkMessage)]` and
/// `#[derive(NetlinkAttrs)]` implement it.
pub trait AttrSet: Sized + 'static {
    /// The lazy view.
    type View<'a>: View<'a>;

    /// Names and types of the attributes.
    fn meta() -> &'static SetMeta;
}

/// A lazy view of an attribute set.
///
/// Machinery lives in this trait, so that inherent names belong to attributes.
pub trait View<'a>: Copy {
    /// Reads a payload: the fixed header, if the set has one, and attributes. Checks only the
    /// header's length.
    fn parse(payload: &'a [u8]) -> Result<Self, DecodeError>;
}
