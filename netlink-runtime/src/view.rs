//! Traits that derived types implement.

use crate::error::DecodeError;
use crate::meta::{EnumMeta, SetMeta, StructMeta};
use crate::wire::Attrs;

/// An attribute set with a borrowed form. `#[derive(NetlinkMessage)]` and
/// `#[derive(NetlinkAttrs)]` implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no attribute set",
    note = "`nested` fields and operations hold types with `#[derive(NetlinkAttrs)]` or `#[derive(NetlinkMessage)]`"
)]
pub trait AttrSet: Sized + 'static {
    /// The lazy view.
    type View<'a>: View<'a>;

    /// The fixed header before the attributes; `()` where there is none.
    type Header: CStruct;

    /// Names and types of the attributes.
    fn meta() -> &'static SetMeta;
}

/// A lazy view of an attribute set.
///
/// Machinery lives in this trait, so that inherent names belong to attributes.
pub trait View<'a>: Copy + core::fmt::Debug {
    /// Reads a payload: the fixed header, if the set has one, and attributes. Checks only the
    /// header's length.
    fn parse(payload: &'a [u8]) -> Result<Self, DecodeError>;

    /// The attributes.
    fn attrs(&self) -> Attrs<'a>;

    /// Names and types of the attributes.
    fn meta(&self) -> &'static SetMeta;

    /// The attributes that the set does not know.
    fn unknown(&self) -> impl Iterator<Item = crate::wire::Attr<'a>> + Clone {
        let set = self.meta();
        self.attrs().iter(set).filter_map(Result::ok).filter(move |a| set.attr(a.id()).is_none())
    }
}

/// A C struct that is read by offset. `#[derive(NetlinkStruct)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no C struct",
    note = "`struct` fields and fixed headers hold types with `#[derive(NetlinkStruct)]`"
)]
pub trait CStruct: Copy + PartialEq + Default + core::fmt::Debug + 'static {
    /// The layout.
    const META: &'static StructMeta;

    /// Some of its bytes belong to no member, or to one that does not keep all of its own.
    const PADDED: bool;

    /// Reads the struct. Longer bytes are read as far as the struct is known; of shorter ones,
    /// members that an older kernel did not have are absent, others zero.
    fn read(bytes: &[u8]) -> Self;

    /// Writes as much of the struct as `out` has room for.
    fn write(&self, out: &mut [u8]);

    /// Bytes to send: the whole struct, or up to the first absent member.
    fn wire_len(&self) -> usize;
}

impl CStruct for () {
    const META: &'static StructMeta = &StructMeta { c_name: "", size: 0, members: &[] };
    const PADDED: bool = false;

    fn read(_bytes: &[u8]) -> Self {}

    fn write(&self, _out: &mut [u8]) {}

    fn wire_len(&self) -> usize {
        0
    }
}

/// A fixed header that says how long its record is. `#[netlink(length = member)]` beside
/// `#[derive(NetlinkStruct)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how long a record is",
    note = "name the member that does: `#[netlink(length = rtnh_len)]` on the struct"
)]
pub trait RecordHeader: CStruct {
    /// Offset and width in bytes of the member that holds the record's length.
    const LENGTH: (usize, usize);
}

/// An integer whose values have names: an open enum or flags. The `netlink_enum` and
/// `netlink_flags` macros implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no named values",
    note = "fields with an integer keyword (`u8`, `be32`…) hold types made by `#[netlink_enum]` or `#[netlink_flags]`"
)]
pub trait NamedValue: Copy + PartialEq + Default + core::fmt::Debug + 'static {
    /// Names and values.
    const META: &'static EnumMeta;

    /// From the wire, sign-extended.
    fn from_bits(bits: u64) -> Self;

    /// To the wire, sign-extended.
    fn to_bits(self) -> u64;
}
