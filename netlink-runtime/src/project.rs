//! Projections: structs with just the fields that are wanted, decoded in one pass.
//!
//! `#[netlink(of = Link)]` on a struct with `#[derive(NetlinkMessage)]` implements [`Projection`]:
//! one pass over the attributes jumps over those that no field names, and enters only the nests
//! that a field's path goes through.

mod from_view;

pub use from_view::{FromForm, FromNest, FromView};

#[cfg(feature = "alloc")]
use crate::def::AttrKind;
use crate::def::{AttrDef, Chooses, Chosen, Many};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::meta::SetMeta;
use crate::selected::Selected;
use crate::view::{AttrSet, View};
use crate::wire::wt::Wire;
use crate::wire::{AttrIter, Attrs, Cursor, MAX_DEPTH, Multi, first_offset};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// A struct that is read from a view of the set it is a projection of.
///
/// ```
/// use netlink_runtime::prelude::*;
/// # use netlink_runtime::build::Enc;
///
/// #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
/// struct Reading {
///     #[netlink(SENSOR_A_ID = 1)]
///     id: u32,
///     #[netlink(SENSOR_A_LABEL = 2)]
///     label: Option<NlString>,
///     #[netlink(SENSOR_A_LIMIT = 3, be)]
///     limit: Option<u16>,
/// }
///
/// /// What is shown in a list.
/// #[derive(Debug, PartialEq, NetlinkMessage)]
/// #[netlink(of = Reading)]
/// struct Row<'a> {
///     id: u32,
///     label: Option<&'a str>,
/// }
///
/// # let bytes = Reading::builder(Enc::new(Vec::new())).id(7).label("attic").limit(9).finish().end()?;
/// let row: Row<'_> = ReadingView::parse(&bytes)?.project()?;
/// assert_eq!(row, Row { id: 7, label: Some("attic") });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no projection",
    note = "projections are structs with `#[derive(NetlinkMessage)]` and `#[netlink(of = …)]`"
)]
pub trait Projection<'a>: Sized {
    /// The set that it is a projection of.
    type Of: AttrSet;

    /// Reads a view. `depth` counts the nests above it: 0 for a message.
    fn project_at(view: <Self::Of as AttrSet>::View<'a>, depth: u8) -> Result<Self, DecodeError>;

    /// Reads a payload: the fixed header, if the set has one, and the attributes.
    fn from_payload(payload: &'a [u8]) -> Result<Self, DecodeError> {
        Self::project_at(View::parse(payload)?, 0)
    }
}

/// Types that an attribute of the set `S` and of kind `K` can be read into: what fields of
/// projections hold.
#[diagnostic::on_unimplemented(
    message = "an attribute of kind `{K}` cannot be read into `{Self}`",
    label = "a field of the wrong type for this attribute",
    note = "a field holds what the accessor of the view gives, its owned form, or a type with `FromView`; nests are \
            read into their view, the set, or a projection of it, attributes that repeat into `Vec<T>` or `Multi`"
)]
pub trait FromAttr<'a, S: AttrSet, K>: Sized {
    /// What was met so far.
    type Slot: Default;

    /// The attribute that the cursor is at is this one.
    fn meet(slot: &mut Self::Slot, at: &Cursor<'a>, place: Place<'_, 'a, S>);

    /// Every occurrence counts, so that all attributes have to be seen.
    const ALL: bool = false;

    /// What was met, if it was; an error of an occurrence that counts.
    fn take(slot: Self::Slot, place: Place<'_, 'a, S>) -> Result<Option<Self>, DecodeError>;

    /// What the field is when the attribute is absent, if that is no error.
    fn absent() -> Option<Self> {
        None
    }
}

/// Where an attribute stands that is read into a field.
pub struct Place<'v, 'a, S: AttrSet> {
    /// The attribute's number.
    pub id: u16,
    /// Sets around it.
    pub depth: u8,
    /// Its set.
    pub view: &'v S::View<'a>,
}

impl<S: AttrSet> core::fmt::Debug for Place<'_, '_, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "attribute {} of {}", self.id, S::meta().name)
    }
}

/// The payload of the first occurrence of an attribute. It is read after the pass: so a pass is a walk
/// that notes places, and keeps no values that it may have to carry along in memory.
type First<'a> = Option<&'a [u8]>;

/// Notes an occurrence. One with a broken header is none: it ends the pass, which tells of it.
#[inline]
fn note<'a>(slot: &mut First<'a>, at: &Cursor<'a>) {
    if slot.is_none() {
        *slot = at.payload();
    }
}

#[diagnostic::do_not_recommend] // the field's type does not fit the attribute, whatever is behind it
impl<'a, S: AttrSet, K: Wire, T: FromView<'a, K>> FromAttr<'a, S, K> for T {
    type Slot = First<'a>;

    #[inline]
    fn meet(slot: &mut First<'a>, at: &Cursor<'a>, _: Place<'_, 'a, S>) {
        note(slot, at);
    }

    #[inline]
    fn take(slot: First<'a>, place: Place<'_, 'a, S>) -> Result<Option<T>, DecodeError> {
        let Some(payload) = slot else { return Ok(None) };
        let attrs = place.view.attrs();
        let Some(value) = K::read_in(payload, attrs.scope()) else {
            return Err(unread::<K>(payload, attrs.bytes(), place.id, S::meta()));
        };
        match T::from_view(value, place.depth + 1) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(placed(error, attrs.bytes(), place.id, S::meta())),
        }
    }

    #[inline]
    fn absent() -> Option<T> {
        T::absent()
    }
}

/// The error for a first occurrence that cannot be read.
#[cold]
#[inline(never)]
fn unread<K: Wire>(payload: &[u8], attrs: &[u8], id: u16, set: &'static SetMeta) -> DecodeError {
    K::error(payload, set, id, first_offset(attrs, id))
}

/// The error of the value of a first occurrence.
#[cold]
#[inline(never)]
fn placed(error: DecodeError, attrs: &[u8], id: u16, set: &'static SetMeta) -> DecodeError {
    error.placed(set, id, first_offset(attrs, id))
}

#[diagnostic::do_not_recommend]
impl<'a, S, T, const ID: u16> FromAttr<'a, S, Chosen<ID>> for T
where
    S: Chooses<ID, Form: Selected>,
    T: FromForm<'a, S::Form>,
{
    type Slot = First<'a>;

    #[inline]
    fn meet(slot: &mut First<'a>, at: &Cursor<'a>, _: Place<'_, 'a, S>) {
        note(slot, at);
    }

    #[inline]
    fn take(slot: First<'a>, place: Place<'_, 'a, S>) -> Result<Option<T>, DecodeError> {
        let Some(payload) = slot else { return Ok(None) };
        let value = S::choose(place.view, payload)?;
        match T::from_form(value, place.depth + 1) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(placed(error, place.view.attrs().bytes(), place.id, S::meta())),
        }
    }
}

/// All occurrences; the first that cannot be read is the field's error.
#[cfg(feature = "alloc")]
#[diagnostic::do_not_recommend]
impl<'a, S: AttrSet, K: Wire, T: FromView<'a, K>> FromAttr<'a, S, Many<K>> for Vec<T> {
    type Slot = (Vec<T>, Option<DecodeError>);
    const ALL: bool = true;

    #[inline]
    fn meet(slot: &mut Self::Slot, at: &Cursor<'a>, place: Place<'_, 'a, S>) {
        let (values, error) = slot;
        let value = <K as AttrKind<S>>::read(at, place.id, place.view);
        let read = value.and_then(|value| {
            T::from_view(value, place.depth + 1)
                .map_err(|error| error.placed(S::meta(), place.id, at.offset()))
        });
        match read {
            Ok(value) => values.push(value),
            Err(new) => *error = Some(error.unwrap_or(new)),
        }
    }

    #[inline]
    fn take(slot: Self::Slot, _: Place<'_, 'a, S>) -> Result<Option<Self>, DecodeError> {
        match slot {
            (values, None) => Ok(Some(values)),
            (_, Some(error)) => Err(error),
        }
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

/// All occurrences, as an iterator: without allocation.
#[diagnostic::do_not_recommend]
impl<'a, S: AttrSet, K: Wire> FromAttr<'a, S, Many<K>> for Multi<'a, K> {
    type Slot = Option<Multi<'a, K>>;

    #[inline]
    fn meet(slot: &mut Self::Slot, at: &Cursor<'a>, place: Place<'_, 'a, S>) {
        if slot.is_none() {
            let rest = AttrIter::within(at.attrs(), at.rest(), S::meta());
            *slot = Some(Multi::over(rest, place.id));
        }
    }

    #[inline]
    fn take(slot: Self::Slot, _: Place<'_, 'a, S>) -> Result<Option<Self>, DecodeError> {
        Ok(slot)
    }

    fn absent() -> Option<Self> {
        Some(Multi::over(crate::wire::Attrs::new(&[]).iter(S::meta()), 0))
    }
}

/// How a pass over a set ended. For derived code.
#[derive(Clone, Copy, Debug)]
pub struct End<V> {
    view: V,
    broken: bool,
}

impl<V> End<V> {
    /// The error for an attribute that was not met, when the attributes ended with a broken header:
    /// it may stand behind that.
    #[inline]
    fn broken<'a>(&self, id: u16) -> DecodeError
    where
        V: View<'a>,
    {
        DecodeError { attr: id, ..self.header() }
    }

    /// The error for the broken header itself.
    #[inline]
    fn header<'a>(&self) -> DecodeError
    where
        V: View<'a>,
    {
        broken_header(self.view.attrs().bytes(), V::Set::meta())
    }
}

#[cold]
#[inline(never)]
pub(crate) fn broken_header(attrs: &[u8], set: &'static SetMeta) -> DecodeError {
    let first = Attrs::new(attrs).iter(set).find_map(Result::err);
    first.unwrap_or_else(|| DecodeError::new(DecodeErrorKind::Truncated, set, 0, 0))
}

/// How the pass over a field's set ended; `None` when the set was not there.
pub type Ended<'e, 'a, S> = Result<Option<&'e End<<S as AttrSet>::View<'a>>>, DecodeError>;

// Bounds such as `'s: 's` make a lifetime one that derived code may say, together with that of the
// message: so rustc takes the bounds of all these functions for one, and tells once of a field whose type
// does not fit.

/// Notes an attribute for a field. For derived code.
#[inline]
pub fn meet<'a, 's, T, S: AttrSet, K>(
    slot: &'s mut T::Slot,
    def: AttrDef<S, K>,
    at: &'s Cursor<'a>,
    view: &'s S::View<'a>,
    depth: u8,
) where
    T: FromAttr<'a, S, K>,
    's: 's,
{
    T::meet(slot, at, Place { id: def.id(), depth, view });
}

/// A field that may be absent. For derived code.
#[inline]
pub fn optional<'a, 's, T, S: AttrSet, K>(
    slot: T::Slot,
    def: AttrDef<S, K>,
    end: Ended<'s, 'a, S>,
    depth: u8,
) -> Result<Option<T>, DecodeError>
where
    T: FromAttr<'a, S, K>,
    's: 's,
{
    let Some(end) = end? else { return Ok(None) };
    match T::take(slot, Place { id: def.id(), depth, view: &end.view })? {
        None if end.broken => Err(end.broken(def.id())),
        Some(_) if T::ALL && end.broken => Err(end.header()),
        value => Ok(value),
    }
}

/// A field that every message has. For derived code.
#[inline]
pub fn required<'a, 's, T, S: AttrSet, K>(
    slot: T::Slot,
    def: AttrDef<S, K>,
    end: Ended<'s, 'a, S>,
    depth: u8,
) -> Result<T, DecodeError>
where
    T: FromAttr<'a, S, K>,
    's: 's,
{
    match optional::<T, S, K>(slot, def, end, depth)? {
        Some(value) => Ok(value),
        None => T::absent().ok_or_else(|| {
            let len = end.ok().flatten().map_or(0, |end| end.view.attrs().bytes().len());
            DecodeError::new(DecodeErrorKind::Missing, S::meta(), def.id(), len)
        }),
    }
}

/// Refuses sets that are nested too deeply. For derived code.
#[inline]
pub fn check_depth(set: &'static SetMeta, depth: u8) -> Result<(), DecodeError> {
    if depth > MAX_DEPTH { Err(DecodeError::new(DecodeErrorKind::Depth, set, 0, 0)) } else { Ok(()) }
}

/// The nests that a path goes through. For derived code.
pub mod path {
    use super::{Cursor, DecodeError, End, Ended, check_depth};
    use crate::def::{AttrDef, AttrKind, NestKind};
    use crate::view::{AttrSet, Headed, View};
    use crate::wire::wt::Nest;

    /// The same definition, if a path may go through the attribute.
    pub const fn nest<S, K: NestKind>(def: AttrDef<S, K>) -> AttrDef<S, Nest<K::Set>> {
        AttrDef::new(def.id())
    }

    /// The view of the nest that the cursor is at.
    #[inline]
    pub fn enter<'a, S: AttrSet, T: AttrSet>(
        def: AttrDef<S, Nest<T>>,
        at: &Cursor<'a>,
        view: &S::View<'a>,
        depth: u8,
    ) -> Result<T::View<'a>, DecodeError> {
        check_depth(T::meta(), depth)?;
        <Nest<T> as AttrKind<S>>::read(at, def.id(), view)
    }

    /// A pass over a set.
    #[inline]
    pub fn cursor<'a, V: View<'a>>(view: &V) -> Cursor<'a> {
        Cursor::new(view.attrs())
    }

    /// The fixed header.
    #[inline]
    pub fn header<'a, V: View<'a, Set: Headed>>(view: &V) -> <V::Set as Headed>::Value {
        V::Set::header(view)
    }

    /// How a pass over a set ended.
    #[inline]
    pub fn ended<'a, V: View<'a>>(at: Cursor<'a>, view: V) -> End<V> {
        End { view, broken: at.broken() }
    }

    /// How the pass over a nest ended, given that over the set around.
    #[inline]
    pub fn end<'e, 'a, S: AttrSet, T: AttrSet>(
        nest: &'e Option<Result<End<T::View<'a>>, DecodeError>>,
        def: AttrDef<S, Nest<T>>,
        around: Ended<'e, 'a, S>,
    ) -> Ended<'e, 'a, T> {
        match nest {
            Some(Ok(end)) => Ok(Some(end)),
            Some(Err(error)) => Err(*error),
            None => match around? {
                Some(around) if around.broken => Err(around.broken(def.id())),
                _ => Ok(None),
            },
        }
    }
}
