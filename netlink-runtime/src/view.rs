//! Traits that derived types implement.

use crate::build::{Buf, Enc, SetBuilder};
use crate::error::DecodeError;
use crate::meta::{EnumMeta, SetMeta, StructMeta};
#[cfg(feature = "alloc")]
use crate::owned::{Place, WhereUsed};
use crate::project::Projection;
use crate::wire::{Attrs, Scope};

/// An attribute set in its three forms: borrowed, owned (the type itself) and being built.
/// `#[derive(NetlinkMessage)]` and `#[derive(NetlinkAttrs)]` implement it.
///
/// It is one trait, so that what is no attribute set lacks one thing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no attribute set",
    note = "`nested` fields and operations hold types with `#[derive(NetlinkAttrs)]` or `#[derive(NetlinkMessage)]`"
)]
pub trait AttrSet: Sized + 'static {
    /// The lazy view.
    type View<'a>: View<'a>;

    /// The view with an index of its attributes: the same accessors.
    type Indexed<'a>: Copy + core::fmt::Debug;

    /// The fixed header before the attributes, a [`CStruct`]; `()` where there is none.
    // No bound: what is no C struct is said once, where the header is read.
    type Header;

    /// The builder.
    type Builder<B: Buf>: SetBuilder<B>;

    /// A struct with the attributes' definitions as fields, named as they are in the set: projections
    /// name them by it.
    #[doc(hidden)]
    type Attributes;

    /// The definitions.
    #[doc(hidden)]
    const ATTRIBUTES: Self::Attributes;

    /// Names and types of the attributes.
    fn meta() -> &'static SetMeta;

    /// Starts a set at the encoder's position: writes the fixed header, zeroed, if it has one.
    fn builder<B: Buf>(enc: Enc<B>) -> Self::Builder<B>;

    /// Decodes a view, all of it. `depth` counts the nests above it: 0 for a message.
    #[cfg(feature = "alloc")]
    #[inline]
    fn decode_at(view: Self::View<'_>, depth: u8) -> Result<Self, DecodeError> {
        Self::decode_in::<WhereUsed>(view, depth)
    }

    /// See [`decode_at`](Self::decode_at), and [`Place`] for why it is generic.
    #[cfg(feature = "alloc")]
    #[doc(hidden)]
    fn decode_in<P: Place>(view: Self::View<'_>, depth: u8) -> Result<Self, DecodeError>;

    /// Appends the fixed header, if the set has one, and the attributes.
    #[cfg(feature = "alloc")]
    fn encode_to<B: Buf>(&self, enc: Enc<B>) -> Enc<B>;
}

/// A set with a fixed header. Derived.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fixed header",
    label = "no field of `{Self}` is marked `#[netlink(header)]`"
)]
pub trait Headed: AttrSet {
    /// The header: nothing where there is none, and so nothing more to say.
    type Value;

    /// The header that a view has read.
    fn header(view: &Self::View<'_>) -> Self::Value;
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

#[diagnostic::do_not_recommend] // no help to who has a type that is none
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
