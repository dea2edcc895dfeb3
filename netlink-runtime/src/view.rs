//! Traits that derived types implement.

use crate::error::DecodeError;
use crate::meta::{EnumMeta, SetMeta, StructMeta};
use crate::project::Projection;
use crate::wire::{Attrs, Scope};

/// An attribute set with a borrowed form. `#[derive(NetlinkMessage)]` and
/// `#[derive(NetlinkAttrs)]` implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no attribute set",
    note = "`nested` fields and operations hold types with `#[derive(NetlinkAttrs)]` or `#[derive(NetlinkMessage)]`"
)]
pub trait AttrSet: Sized + 'static {
    /// The lazy view.
    type View<'a>: View<'a>;

    /// The view with an index of its attributes: the same accessors.
    type Indexed<'a>: Copy + core::fmt::Debug;

    /// The fixed header before the attributes; `()` where there is none.
    type Header: CStruct;

    /// Names and types of the attributes.
    fn meta() -> &'static SetMeta;
}

/// A lazy view of an attribute set.
///
/// Machinery lives in this trait, so that inherent names belong to attributes.
pub trait View<'a>: Copy + core::fmt::Debug {
    /// The set.
    type Set: AttrSet<View<'a> = Self>;

    /// Reads a message's payload: the fixed header, if the set has one, and attributes. Checks
    /// only the header's length.
    #[inline]
    fn parse(payload: &'a [u8]) -> Result<Self, DecodeError> {
        Self::parse_in(payload, Scope::message(Self::Set::meta(), payload))
    }

    /// Reads the payload of a nest in a message; of a message itself, with more said about it.
    fn parse_in(payload: &'a [u8], scope: Scope<'a>) -> Result<Self, DecodeError>;

    /// The attributes.
    fn attrs(&self) -> Attrs<'a>;

    /// Names and types of the attributes.
    fn meta(&self) -> &'static SetMeta {
        Self::Set::meta()
    }

    /// The same view with an index of its attributes, built in one pass: each accessor then costs
    /// the same wherever its attribute stands. Pays from about four reads of a wide message on.
    ///
    /// See [`Index`](crate::wire::Index).
    fn indexed(&self) -> <Self::Set as AttrSet>::Indexed<'a>;

    /// Reads a [`Projection`] of the set: just the wanted fields, in one pass.
    #[inline]
    fn project<P: Projection<'a, Of = Self::Set>>(&self) -> Result<P, DecodeError> {
        P::project_at(*self, 0)
    }

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

    /// Some of its bytes belong to no member.
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

    /// How many bytes a value is kept in: as many as any integer on the wire that it names.
    const BYTES: usize;

    /// From the wire, sign-extended.
    fn from_bits(bits: u64) -> Self;

    /// To the wire, sign-extended.
    fn to_bits(self) -> u64;
}
