//! Reading the attributes of a set into its fields.

use super::rest::{Deviation, Form, Inexact, Kept, RawAttr, Rest};
use super::{Own, is_padded, written};
use crate::build::Enc;
use crate::error::{DecodeError, DecodeErrorKind, NOWHERE};
use crate::meta::SetMeta;
use crate::selected::Selected;
use crate::wire::wt::Flag;
use crate::wire::{
    ATTR_HEADER, Attr, Attrs, MAX_DEPTH, NESTED, TYPE_MASK, after, align, first_offset, split,
};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The field that took an attribute, and the flag bits that its setter writes.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    ordinal: u16,
    flags: u16,
}

/// No field took it.
const UNKNOWN: u16 = u16::MAX;

/// Reads the attributes of one set into its fields.
#[derive(Debug)]
pub struct Reader<'a> {
    attrs: Attrs<'a>,
    /// The attribute that is being read, at last the last one. It stays here: moved from call to call, it would go
    /// through memory each time.
    attr: Attr<'a>,
    set: &'static SetMeta,
    depth: u8,
    /// Keep what deviates from the canonical form.
    keep: bool,
    /// How many attributes were taken before this one.
    at: usize,
    /// The field that the attribute before it went to.
    last: u16,
    /// They do not come in the order of the fields, or their flag bits are others than those setters write.
    deviates: bool,
    /// Nests stood with `NLA_F_NESTED`, without it: both deviates.
    flagged: bool,
    unflagged: bool,
    /// Some attribute is not padded with zeroes.
    unpadded: bool,
    kept: Option<Box<Kept>>,
}

impl<'a> Reader<'a> {
    /// Reads these attributes. `keep` what the fields do not say, for a [`Rest`].
    #[inline]
    pub fn new(attrs: Attrs<'a>, set: &'static SetMeta, depth: u8, keep: bool) -> Result<Self, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::new(DecodeErrorKind::Depth, set, 0, 0));
        }
        let (deviates, flagged, unflagged, unpadded) = (false, false, false, false);
        let (attr, at, last) = (Attr { raw_type: 0, payload: &[], offset: 0 }, 0, 0);
        let kept = None;
        Ok(Reader { attrs, attr, set, depth, keep, at, last, deviates, flagged, unflagged, unpadded, kept })
    }

    /// Goes to the attribute that `rest` begins with: its number. What follows becomes `rest`, which is not
    /// kept here: where the next attribute stands would have to come back from memory.
    #[inline]
    pub fn next(&mut self, rest: &mut &'a [u8]) -> Result<Option<u16>, DecodeError> {
        let Some(header) = rest.first_chunk::<ATTR_HEADER>() else {
            return Ok(None);
        };
        let (len, raw_type) = split(*header);
        let offset = self.attrs.bytes().len() - rest.len();
        let Some(payload) = rest.get(ATTR_HEADER..len) else {
            let kind = DecodeErrorKind::Truncated;
            return Err(DecodeError::new(kind, self.set, raw_type & TYPE_MASK, offset));
        };
        self.attr = Attr { raw_type, payload, offset };
        *rest = match after(rest, len) {
            Some(rest) => rest,
            None => nothing(),
        };
        Ok(Some(raw_type & TYPE_MASK))
    }

    /// What is kept.
    #[inline]
    pub fn rest(self) -> Rest {
        let end = if self.at == 0 { 0 } else { align(self.stop()) };
        let unframed = self.unpadded || end != self.attrs.bytes().len();
        if unframed || self.kept.is_some() {
            return self.with_more(unframed);
        }
        Rest(match (self.deviates, self.unflagged) {
            (true, _) => Form::Ordered(self.types()),
            (false, true) => Form::Unflagged,
            (false, false) => Form::Canonical,
        })
    }

    /// There is more to keep than the order of the attributes. `unframed`: they are not padded as we do, or
    /// something follows the last one.
    #[cold]
    #[inline(never)]
    fn with_more(mut self, unframed: bool) -> Rest {
        let mut kept = self.kept.take().unwrap_or_default();
        kept.types = self.types();
        if unframed {
            kept.unflagged = self.unflagged;
            kept.unframed = Some(self.attrs.bytes().to_vec());
        }
        Rest(Form::Kept(kept))
    }

    /// Where the attribute ends, without its padding.
    #[inline]
    fn stop(&self) -> usize {
        self.attr.offset + ATTR_HEADER + self.attr.payload.len()
    }

    /// Whether an attribute has the flag bits that its setter writes, but for `NLA_F_NESTED`, which all may
    /// go without.
    #[inline]
    fn has_flags(&mut self, raw_type: u16, flags: u16) -> bool {
        let has = raw_type & !TYPE_MASK;
        if flags & NESTED == 0 {
            return has == flags;
        }
        self.flagged |= has == flags;
        self.unflagged |= has == flags & !NESTED;
        has | NESTED == flags && !(self.flagged && self.unflagged)
    }

    /// Notes what became of the attribute.
    #[inline]
    pub fn took(&mut self, taken: Taken) {
        let Taken { ordinal, flags } = taken;
        self.at += 1;
        if self.attr.payload.len() % 4 != 0 {
            self.unpadded |= !is_padded(self.attrs.bytes(), self.stop());
        }
        if ordinal == UNKNOWN || self.deviates {
            return;
        }
        self.deviates = ordinal < self.last || !self.has_flags(self.attr.raw_type, flags);
        self.last = ordinal;
    }

    /// The types of all attributes.
    fn types(&self) -> Box<[u16]> {
        let mut types = Vec::with_capacity(self.at);
        let mut rest = self.attrs.bytes();
        while let Some(header) = rest.first_chunk() {
            let (len, raw_type) = split(*header);
            types.push(raw_type);
            match after(rest, len) {
                Some(next) => rest = next,
                None => break,
            }
        }
        types.into()
    }

    /// Keeps the attribute, which no field takes.
    #[cold]
    #[inline(never)]
    pub fn unknown(&mut self) -> Taken {
        if self.keep {
            let Attr { raw_type, payload, .. } = self.attr;
            let kept = self.kept.get_or_insert_default();
            kept.unknown_at.push(self.at as u32);
            kept.unknown.push(RawAttr { raw_type, payload: payload.to_vec() });
        }
        Taken { ordinal: UNKNOWN, flags: 0 }
    }

    /// Keeps a payload that its value does not encode to.
    #[cold]
    #[inline(never)]
    fn inexact<K: Own>(&mut self, value: &K::Owned) {
        if self.keep {
            self.keep_inexact(written::<K>(value, self.attr.id()), K::MEMBERS);
        }
    }

    fn keep_inexact(&mut self, canonical: Vec<u8>, members: bool) {
        let form = Deviation::of(self.attr.payload, canonical, members);
        self.kept.get_or_insert_default().inexact.push(Inexact { at: self.at as u32, form });
    }

    #[inline]
    fn value<K: Own>(&mut self) -> Result<K::Owned, DecodeError> {
        let (set, attr) = (self.set, self.attr);
        let Some(view) = K::read_in(attr.payload, self.attrs.scope()) else {
            return Err(K::error(attr.payload, set, attr.id(), attr.offset));
        };
        let value = K::own(view, self.depth + 1).map_err(|e| place(e, attr.id(), attr.offset, set))?;
        if !K::exact(&value, attr.payload) {
            self.inexact::<K>(&value);
        }
        Ok(value)
    }

    /// An attribute that stands once. The first wins; others are unknown.
    #[inline]
    pub fn one<K: Own>(&mut self, slot: &mut Option<K::Owned>, ordinal: u16) -> Result<Taken, DecodeError> {
        self.once::<K, _>(slot, ordinal, |value| value)
    }

    /// The same, in a box.
    #[inline]
    pub fn boxed<K: Own>(
        &mut self,
        slot: &mut Option<Box<K::Owned>>,
        ordinal: u16,
    ) -> Result<Taken, DecodeError> {
        self.once::<K, _>(slot, ordinal, Box::new)
    }

    #[inline]
    fn once<K: Own, T>(
        &mut self,
        slot: &mut Option<T>,
        ordinal: u16,
        keep: impl FnOnce(K::Owned) -> T,
    ) -> Result<Taken, DecodeError> {
        if slot.is_some() {
            return Ok(self.unknown());
        }
        *slot = Some(keep(self.value::<K>()?));
        Ok(Taken { ordinal, flags: K::FLAGS })
    }

    /// A flag.
    #[inline]
    pub fn flag(&mut self, slot: &mut bool, ordinal: u16) -> Taken {
        if *slot {
            return self.unknown();
        }
        *slot = true;
        if !self.attr.payload.is_empty() {
            self.inexact::<Flag>(&());
        }
        Taken { ordinal, flags: 0 }
    }

    /// An attribute that repeats.
    #[inline]
    pub fn multi<K: Own>(&mut self, slot: &mut Vec<K::Owned>, ordinal: u16) -> Result<Taken, DecodeError> {
        slot.push(self.value::<K>()?);
        Ok(Taken { ordinal, flags: K::FLAGS })
    }

    /// An attribute that a selector gives form to: only noted, because the selector may come
    /// later.
    #[inline]
    pub fn selected(&mut self, present: &mut Option<&'a [u8]>, ordinal: u16) -> Taken {
        if present.is_some() {
            return self.unknown();
        }
        *present = Some(self.attr.payload);
        // Whether the form that the selector will give is a nest, and so which flag bits encoding sets, is
        // not known yet: `own_selected` looks at them.
        Taken { ordinal, flags: self.attr.raw_type & !TYPE_MASK & !NESTED }
    }

    /// The same of an attribute that repeats.
    #[inline]
    pub fn selected_each(&mut self, seen: &mut Vec<Attr<'a>>, ordinal: u16) -> Taken {
        seen.push(self.attr);
        // Flag bits are known only when all are: the types are always kept.
        self.deviates = true;
        Taken { ordinal, flags: 0 }
    }

    /// Keeps the value of the `nth` occurrence of an attribute that repeats.
    pub fn own_selected_each<T: Selected>(
        &mut self,
        view: T::View<'_>,
        attr: Attr<'a>,
        nth: usize,
    ) -> Result<T, DecodeError> {
        let value = T::own(view, self.depth + 1);
        let value = value.map_err(|e| place(e, attr.id(), attr.offset, self.set))?;
        if self.keep && !value.exact(attr.payload) {
            self.inexact_selected(&value, attr.id(), attr.payload, nth);
        }
        Ok(value)
    }

    /// Keeps a selected value, after all attributes were seen.
    pub fn own_selected<T: Selected>(
        &mut self,
        view: T::View<'_>,
        id: u16,
        payload: &[u8],
    ) -> Result<T, DecodeError> {
        let value = T::own(view, self.depth + 1).map_err(|e| self.place_selected(e, id))?;
        if !self.keep {
            return Ok(value);
        }
        if !self.deviates {
            self.deviates = !self.has_flags(self.raw_type_of(payload), value.flags());
        }
        if !value.exact(payload) {
            self.inexact_selected(&value, id, payload, 0);
        }
        Ok(value)
    }

    /// The type, with its flag bits, of the attribute that has this payload.
    fn raw_type_of(&self, payload: &[u8]) -> u16 {
        let bytes = self.attrs.bytes();
        let at = (payload.as_ptr() as usize).wrapping_sub(bytes.as_ptr() as usize + ATTR_HEADER);
        bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |header| split(*header).1)
    }

    #[cold]
    fn place_selected(&self, error: DecodeError, id: u16) -> DecodeError {
        place(error, id, first_offset(self.attrs.bytes(), id), self.set)
    }

    #[cold]
    #[inline(never)]
    fn inexact_selected<T: Selected>(&mut self, value: &T, id: u16, payload: &[u8], nth: usize) {
        let canonical = value.put(Enc::new(Vec::new()), id).end();
        self.keep_inexact_selected(canonical.unwrap_or_default(), id, payload, nth);
    }

    fn keep_inexact_selected(&mut self, canonical: Vec<u8>, id: u16, payload: &[u8], nth: usize) {
        let attrs = self.attrs.iter(self.set).filter_map(Result::ok).enumerate();
        let Some((at, _)) = attrs.filter(|(_, attr)| attr.id() == id).nth(nth) else { return };
        let inexact = &mut self.kept.get_or_insert_default().inexact;
        let place = inexact.partition_point(|i| (i.at as usize) < at);
        let form = Deviation::Bytes { original: payload.to_vec(), canonical };
        inexact.insert(place, Inexact { at: at as u32, form });
    }
}

/// What follows the last attribute. A call, so that going on is a branch: as a value that is chosen between,
/// each step would wait for the one before.
#[cold]
#[inline(never)]
fn nothing() -> &'static [u8] {
    &[]
}

/// An error inside a nest keeps its own set and offset; one about this attribute's own payload
/// is placed here.
#[cold]
fn place(error: DecodeError, attr: u16, offset: usize, set: &'static SetMeta) -> DecodeError {
    if core::ptr::eq(error.set, &NOWHERE) { DecodeError::new(error.kind, set, attr, offset) } else { error }
}
