//! Attributes as values: `Link::MTU`.

use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::{AttrMeta, SetMeta};
use crate::selected::Selected;
use crate::view::AttrSet;
use crate::wire::wt::{Nest, Wire};
use crate::wire::{ATTR_HEADER, Cursor};
use core::fmt;
use core::marker::PhantomData;

/// An attribute of the set `S`, of kind `K`: a wire type, [`Many`] of one, or [`Chosen`] by
/// selectors. Derived sets have one constant for each: `Link::MTU`.
///
/// It is how code names an attribute with its type: projections and collectors refer to nothing
/// else, so what they name exists, belongs to the set, and is of a type that fits.
///
/// ```
/// use netlink_runtime::prelude::*;
///
/// #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
/// struct Sample {
///     #[netlink(SENSOR_S_VALUE = 1)]
///     value: Option<i64>,
/// }
///
/// assert_eq!(Sample::VALUE.id(), 1);
/// assert_eq!(Sample::VALUE.c_name(), "SENSOR_S_VALUE");
/// // And the other way round.
/// let found = Sample::meta().by_c_name("SENSOR_S_VALUE").expect("it is there");
/// assert_eq!((found.id, found.name), (1, "value"));
/// ```
pub struct AttrDef<S, K> {
    id: u16,
    of: PhantomData<fn() -> (S, K)>,
}

impl<S, K> Clone for AttrDef<S, K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S, K> Copy for AttrDef<S, K> {}

impl<S, K> AttrDef<S, K> {
    /// The attribute with this number.
    pub const fn new(id: u16) -> Self {
        AttrDef { id, of: PhantomData }
    }

    /// The number on the wire.
    #[inline]
    pub const fn id(self) -> u16 {
        self.id
    }
}

impl<S, T: AttrSet> AttrDef<S, Nest<T>> {
    /// What is in the nest. For derived code.
    #[doc(hidden)]
    pub const fn attributes(self) -> T::Attributes {
        T::ATTRIBUTES
    }
}

impl<S: AttrSet, K> AttrDef<S, K> {
    /// What is known about it.
    pub fn meta(self) -> Option<&'static AttrMeta> {
        S::meta().attr(self.id)
    }

    /// The C name: `IFLA_MTU`.
    pub fn c_name(self) -> &'static str {
        self.meta().map_or("", |attr| attr.c_name)
    }
}

impl<S: AttrSet, K> fmt::Debug for AttrDef<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.c_name(), self.id)
    }
}

/// The kind of a nest that stands once: what a path such as `linkinfo.kind` goes through.
#[diagnostic::on_unimplemented(
    message = "a path goes through nests that stand once, and this attribute is none",
    label = "an attribute of kind `{Self}`"
)]
pub trait NestKind {
    /// The set in it.
    type Set: AttrSet;
}

#[diagnostic::do_not_recommend]
impl<T: AttrSet> NestKind for Nest<T> {
    type Set = T;
}

/// A set that chooses the form of its attribute `ID` by selectors. Derived.
pub trait Chooses<const ID: u16>: AttrSet {
    /// The forms.
    // No bound: what has none is said once, where the attribute is read.
    type Form;

    /// Reads the payload in the form that the selectors choose, wherever they stand.
    fn choose<'a>(
        view: &Self::View<'a>,
        payload: &'a [u8],
    ) -> Result<<Self::Form as Selected>::View<'a>, DecodeError>
    where
        Self::Form: Selected;
}

/// The kind of an attribute that repeats.
pub struct Many<K>(PhantomData<fn() -> K>);

/// The kind of an attribute whose form selectors choose.
pub struct Chosen<const ID: u16>(());

/// A kind of attribute of the set `S`: how one occurrence is read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no kind of attribute",
    note = "the constants of a set are its attributes with their kinds: `Link::MTU`"
)]
pub trait AttrKind<S: AttrSet>: 'static {
    /// What reading gives.
    type Value<'a>;

    /// The attribute may stand any number of times.
    const REPEATS: bool;

    /// Reads the attribute that the cursor is at.
    fn read<'a>(at: &Cursor<'a>, id: u16, view: &S::View<'a>) -> Result<Self::Value<'a>, DecodeError>;
}

/// Reads the attribute at the cursor as this wire type.
#[inline]
pub(crate) fn read_wire<'a, K: Wire>(
    at: &Cursor<'a>,
    id: u16,
    set: &'static SetMeta,
) -> Result<K::View<'a>, DecodeError> {
    match K::hit_in(at.rest(), at.len(), at.attrs().scope()) {
        Some(value) => Ok(value),
        None => Err(malformed::<K>(at.rest(), at.len(), at.offset(), id, set)),
    }
}

/// It takes no cursor: what a cold call takes by reference, the hot path would have to keep in
/// memory.
#[cold]
#[inline(never)]
fn malformed<K: Wire>(rest: &[u8], len: usize, offset: usize, id: u16, set: &'static SetMeta) -> DecodeError {
    match rest.get(ATTR_HEADER..len) {
        Some(payload) => K::error(payload, set, id, offset),
        None => DecodeError::new(DecodeErrorKind::Truncated, set, id, offset),
    }
}

#[diagnostic::do_not_recommend]
impl<S: AttrSet, K: Wire> AttrKind<S> for K {
    type Value<'a> = K::View<'a>;
    const REPEATS: bool = false;

    #[inline]
    fn read<'a>(at: &Cursor<'a>, id: u16, _: &S::View<'a>) -> Result<K::View<'a>, DecodeError> {
        read_wire::<K>(at, id, S::meta())
    }
}

#[diagnostic::do_not_recommend]
impl<S: AttrSet, K: Wire> AttrKind<S> for Many<K> {
    type Value<'a> = K::View<'a>;
    const REPEATS: bool = true;

    #[inline]
    fn read<'a>(at: &Cursor<'a>, id: u16, _: &S::View<'a>) -> Result<K::View<'a>, DecodeError> {
        read_wire::<K>(at, id, S::meta())
    }
}

#[diagnostic::do_not_recommend]
impl<S: Chooses<ID, Form: Selected>, const ID: u16> AttrKind<S> for Chosen<ID> {
    type Value<'a> = <S::Form as Selected>::View<'a>;
    const REPEATS: bool = false;

    #[inline]
    fn read<'a>(at: &Cursor<'a>, id: u16, view: &S::View<'a>) -> Result<Self::Value<'a>, DecodeError> {
        match at.payload() {
            Some(payload) => S::choose(view, payload),
            None => Err(DecodeError::new(DecodeErrorKind::Truncated, S::meta(), id, at.offset())),
        }
    }
}
