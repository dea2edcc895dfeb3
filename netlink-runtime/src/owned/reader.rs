//! Reading the attributes of a set into its fields.

use super::rest::{Deviation, Form, Inexact, Kept, RawAttr, Rest, Seen, UNKNOWN};
use super::{Own, is_padded, written};
use crate::build::Enc;
use crate::error::{DecodeError, DecodeErrorKind, NOWHERE};
use crate::meta::SetMeta;
use crate::selected::Selected;
use crate::wire::wt::Flag;
use crate::wire::{ATTR_HEADER, Attr, Attrs, MAX_DEPTH, NESTED, TYPE_MASK, after, align, split};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The field that took an attribute, and the flag bits that its setter writes.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    ordinal: u16,
    flags: u16,
}

/// Reads the attributes of one set into its fields.
#[derive(Debug)]
pub struct Reader<'a> {
    attrs: Attrs<'a>,
    /// The attribute that is being read. It stays here: moved from call to call, it would go through memory each time.
    attr: Attr<'a>,
    set: &'static SetMeta,
    depth: u8,
    /// Keep what deviates from the canonical form.
    keep: bool,
    last: u16,
    /// Nests stood with `NLA_F_NESTED`, without it: both deviates.
    flagged: bool,
    unflagged: bool,
    /// Where the last attribute ends, with its padding.
    end: usize,
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
        let (flagged, unflagged, unpadded) = (false, false, false);
        let (attr, last) = (Attr { raw_type: 0, payload: &[], offset: 0 }, 0);
        Ok(Reader { attrs, attr, set, depth, keep, last, flagged, unflagged, end: 0, unpadded, kept: None })
    }

    /// Goes to the attribute that `rest` begins with: its number. What follows becomes `rest`, which is not
    /// kept here: where the next attribute stands would have to come back from memory.
    #[inline]
    pub fn next(&mut self, rest: &mut &'a [u8]) -> Result<Option<u16>, DecodeError> {
        let Some(header) = rest.first_chunk::<ATTR_HEADER>() else {
            // What is found out afterwards is found out behind all of them.
            self.attr.offset = usize::MAX;
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
        if self.unpadded || self.end != self.attrs.bytes().len() {
            return self.unframed();
        }
        Rest(match self.kept {
            Some(kept) => Form::Kept(kept),
            None if self.unflagged => Form::Unflagged,
            None => Form::Canonical,
        })
    }

    /// Attributes are not padded as we do, or something follows the last one.
    #[cold]
    #[inline(never)]
    fn unframed(self) -> Rest {
        let mut kept = self.kept.unwrap_or_default();
        kept.unflagged |= self.unflagged;
        kept.unframed = Some(self.attrs.bytes().to_vec());
        Rest(Form::Kept(kept))
    }

    /// Notes how the attribute is padded.
    #[inline]
    fn frame(&mut self) {
        let stop = self.attr.offset + ATTR_HEADER + self.attr.payload.len();
        self.end = align(stop);
        if self.end != stop {
            self.unpadded |= !is_padded(self.attrs.bytes(), stop);
        }
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
        if ordinal == UNKNOWN {
            return;
        }
        self.frame();
        if self.kept.is_none() && ordinal >= self.last && self.has_flags(self.attr.raw_type, flags) {
            self.last = ordinal;
        } else if self.keep {
            self.keep_order(ordinal);
        }
    }

    #[inline(never)]
    fn keep_order(&mut self, ordinal: u16) {
        let seen = Seen { raw_type: self.attr.raw_type, ordinal };
        match &mut self.kept {
            Some(kept) => kept.order.push(seen),
            None => self.deviate().order.push(seen),
        }
    }

    /// From this attribute on the order is kept; what came before was canonical.
    #[cold]
    #[inline(never)]
    fn deviate(&mut self) -> &mut Kept {
        let (attrs, set, offset) = (self.attrs, self.set, self.attr.offset);
        self.kept.get_or_insert_with(|| Box::new(order_before(attrs, set, offset)))
    }

    /// Keeps the attribute, which no field takes.
    #[cold]
    #[inline(never)]
    pub fn unknown(&mut self) -> Taken {
        self.frame();
        if self.keep {
            let Attr { raw_type, payload, .. } = self.attr;
            let kept = self.deviate();
            kept.order.push(Seen { raw_type, ordinal: UNKNOWN });
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
        let kept = self.deviate();
        kept.inexact.push(Inexact { at: kept.order.len() as u32, form });
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
        if slot.is_some() {
            return Ok(self.unknown());
        }
        *slot = Some(self.value::<K>()?);
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
        // Flag bits are known only when all are: the order with its types is always kept.
        if self.keep {
            self.deviate();
        }
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
        if self.kept.is_none() && !self.has_flags(self.raw_type_of(payload), value.flags()) {
            self.deviate();
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
        let first = self.attrs.iter(self.set).filter_map(Result::ok).find(|a| a.id() == id);
        place(error, id, first.map_or(0, |a| a.offset), self.set)
    }

    #[cold]
    #[inline(never)]
    fn inexact_selected<T: Selected>(&mut self, value: &T, id: u16, payload: &[u8], nth: usize) {
        let canonical = value.put(Enc::new(Vec::new()), id).end();
        self.keep_inexact_selected(canonical.unwrap_or_default(), id, payload, nth);
    }

    fn keep_inexact_selected(&mut self, canonical: Vec<u8>, id: u16, payload: &[u8], nth: usize) {
        let ordinal = ordinal_of(self.set, id);
        let kept = self.deviate();
        let mut places = kept.order.iter().enumerate().filter(|(_, s)| s.ordinal == ordinal);
        let Some((at, _)) = places.nth(nth) else { return };
        let place = kept.inexact.partition_point(|i| (i.at as usize) < at);
        let form = Deviation::Bytes { original: payload.to_vec(), canonical };
        kept.inexact.insert(place, Inexact { at: at as u32, form });
    }
}

/// What follows the last attribute. A call, so that going on is a branch: as a value that is chosen between,
/// each step would wait for the one before.
#[cold]
#[inline(never)]
fn nothing() -> &'static [u8] {
    &[]
}

/// The attributes that stand before this offset, all canonical so far.
#[cold]
#[inline(never)]
fn order_before(attrs: Attrs<'_>, set: &'static SetMeta, offset: usize) -> Kept {
    // Attributes of most messages have more bytes than this.
    let mut order = Vec::with_capacity((attrs.bytes().len() / 24).clamp(4, 64));
    let before = attrs.iter(set).map_while(Result::ok).take_while(|attr| attr.offset < offset);
    order.extend(before.map(|a| Seen { raw_type: a.raw_type, ordinal: ordinal_of(set, a.id()) }));
    Kept { order, ..Kept::default() }
}

/// An error inside a nest keeps its own set and offset; one about this attribute's own payload
/// is placed here.
#[cold]
fn place(error: DecodeError, attr: u16, offset: usize, set: &'static SetMeta) -> DecodeError {
    if core::ptr::eq(error.set, &NOWHERE) { DecodeError::new(error.kind, set, attr, offset) } else { error }
}

/// Position of an attribute among those of its set that have fields.
fn ordinal_of(set: &'static SetMeta, id: u16) -> u16 {
    set.attr(id).map_or(UNKNOWN, |a| a.ordinal)
}
