//! Attributes that repeat and whose form selectors choose.

use crate::def::{AttrKind, Chooses, Chosen, Many};
use crate::error::{DecodeError, DecodeErrorKind};
#[cfg(feature = "alloc")]
use crate::project::FromForm;
use crate::project::{FromAttr, Place};
use crate::selected::Selected;
use crate::view::{AttrSet, View};
use crate::wire::{Attr, AttrIter, Cursor};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// Reads one of several occurrences: an error about its payload says where it stands, not where the
/// first one does.
#[inline]
pub fn choose_each<'a, S, const ID: u16>(
    view: &S::View<'a>,
    attr: Attr<'a>,
) -> Result<<S::Form as Selected>::View<'a>, DecodeError>
where
    S: Chooses<ID, Form: Selected>,
{
    S::choose(view, attr.payload).map_err(|error| {
        if error.attr == ID { DecodeError::new(error.kind, error.set, ID, attr.offset) } else { error }
    })
}

/// Every occurrence of attribute `ID` of the set `S`, in the form that selectors choose. A broken
/// stream is yielded once as an error.
pub struct Forms<'a, S: AttrSet, const ID: u16>(Option<(AttrIter<'a>, S::View<'a>)>);

impl<'a, S: AttrSet, const ID: u16> Forms<'a, S, ID> {
    /// Those of a view.
    #[inline]
    pub fn new(view: S::View<'a>) -> Self {
        Forms(Some((view.attrs().iter(S::meta()), view)))
    }
}

impl<S: AttrSet, const ID: u16> Clone for Forms<'_, S, ID> {
    fn clone(&self) -> Self {
        Forms(self.0.clone())
    }
}

impl<'a, S: Chooses<ID, Form: Selected>, const ID: u16> Iterator for Forms<'a, S, ID> {
    type Item = Result<<S::Form as Selected>::View<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (iter, view) = self.0.as_mut()?;
        loop {
            match iter.next()? {
                Err(error) => return Some(Err(error)),
                Ok(attr) if attr.id() == ID => return Some(choose_each::<S, ID>(view, attr)),
                Ok(_) => {}
            }
        }
    }
}

impl<S: Chooses<ID, Form: Selected>, const ID: u16> core::iter::FusedIterator for Forms<'_, S, ID> {}

impl<'a, S, const ID: u16> core::fmt::Debug for Forms<'a, S, ID>
where
    S: Chooses<ID, Form: Selected<View<'a>: core::fmt::Debug>>,
{
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[diagnostic::do_not_recommend]
impl<S: Chooses<ID, Form: Selected>, const ID: u16> AttrKind<S> for Many<Chosen<ID>> {
    type Value<'a> = <S::Form as Selected>::View<'a>;
    const REPEATS: bool = true;

    #[inline]
    fn read<'a>(at: &Cursor<'a>, id: u16, view: &S::View<'a>) -> Result<Self::Value<'a>, DecodeError> {
        match at.payload() {
            Some(payload) => choose_each::<S, ID>(view, Attr { raw_type: id, payload, offset: at.offset() }),
            None => Err(DecodeError::new(DecodeErrorKind::Truncated, S::meta(), id, at.offset())),
        }
    }
}

/// All occurrences; the first that cannot be read is the field's error.
#[cfg(feature = "alloc")]
#[diagnostic::do_not_recommend]
impl<'a, S, T, const ID: u16> FromAttr<'a, S, Many<Chosen<ID>>> for Vec<T>
where
    S: Chooses<ID, Form: Selected>,
    T: FromForm<'a, S::Form>,
{
    type Slot = (Vec<T>, Option<DecodeError>);
    const ALL: bool = true;

    #[inline]
    fn meet(slot: &mut Self::Slot, at: &Cursor<'a>, place: Place<'_, 'a, S>) {
        let (values, error) = slot;
        let read = |value: <S::Form as Selected>::View<'a>| {
            T::from_form(value, place.depth + 1).map_err(|e| e.placed(S::meta(), place.id, at.offset()))
        };
        match <Many<Chosen<ID>> as AttrKind<S>>::read(at, place.id, place.view).and_then(read) {
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
impl<'a, S: AttrSet, const ID: u16> FromAttr<'a, S, Many<Chosen<ID>>> for Forms<'a, S, ID> {
    type Slot = Forms<'a, S, ID>;

    #[inline]
    fn meet(slot: &mut Self::Slot, at: &Cursor<'a>, place: Place<'_, 'a, S>) {
        if slot.0.is_none() {
            slot.0 = Some((AttrIter::within(at.attrs(), at.rest(), S::meta()), *place.view));
        }
    }

    #[inline]
    fn take(slot: Self::Slot, _: Place<'_, 'a, S>) -> Result<Option<Self>, DecodeError> {
        Ok(slot.0.is_some().then_some(slot))
    }

    fn absent() -> Option<Self> {
        Some(Forms(None))
    }
}

impl<S: AttrSet, const ID: u16> Default for Forms<'_, S, ID> {
    fn default() -> Self {
        Forms(None)
    }
}
