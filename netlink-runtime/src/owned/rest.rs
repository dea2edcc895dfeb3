//! What an owned set keeps besides its fields.

use super::is_padded;
use crate::build::{Buf, Enc, SetBuilder};
use crate::error::NOWHERE;
use crate::meta::SetMeta;
use crate::wire::{ATTR_HEADER, Attrs, NESTED, TYPE_MASK, align, split};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::iter::{Enumerate, Peekable};
use core::slice;

/// An attribute as it came: number with flag bits, payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAttr {
    /// The type with its flag bits.
    pub raw_type: u16,
    /// The payload.
    pub payload: Vec<u8>,
}

/// What an owned set keeps besides its fields: attributes it does not know, and how its bytes
/// differed from the canonical form.
#[derive(Clone, Debug, Default)]
pub struct Rest(pub(super) Form);

/// How the bytes of a set were written.
#[derive(Clone, Debug, Default)]
pub(super) enum Form {
    /// As setters write them.
    #[default]
    Canonical,
    /// The same, but nests went without `NLA_F_NESTED`, as classic families send them.
    Unflagged,
    /// In another order or with other flag bits: the types as they came. This is how most sets that the
    /// kernel writes differ, so it takes one allocation.
    Ordered(Box<[u16]>),
    /// Otherwise.
    Kept(Box<Kept>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// The types, with their flag bits, of all attributes of the original.
    pub(super) types: Box<[u16]>,
    /// What is not in `types` is written as [`Form::Unflagged`] says.
    pub(super) unflagged: bool,
    pub(super) unknown: Vec<RawAttr>,
    /// Where the unknown ones stand in `types`; those that are added later stand nowhere.
    pub(super) unknown_at: Vec<u32>,
    pub(super) inexact: Vec<Inexact>,
    /// All bytes of the set, where its attributes are not padded with zeroes or something follows
    /// the last one.
    pub(super) unframed: Option<Vec<u8>>,
}

/// A payload that its value does not encode to.
#[derive(Clone, Debug)]
pub(super) struct Inexact {
    /// Index in `types`.
    pub(super) at: u32,
    pub(super) form: Deviation,
}

/// How a payload differs from what its value encodes to.
#[derive(Clone, Debug)]
pub(super) enum Deviation {
    /// In the flag bits of its members alone, which are these on all of them: some kernels' arrays
    /// go without `NLA_F_NESTED`.
    Members(u16),
    /// Otherwise.
    Bytes {
        original: Vec<u8>,
        /// What the value encodes to, with its header: as long as it still does, the original
        /// stands.
        canonical: Vec<u8>,
    },
}

impl Deviation {
    /// `members`: the payload is members, each an attribute.
    pub(super) fn of(original: &[u8], mut canonical: Vec<u8>, members: bool) -> Self {
        if members {
            if let Some(Ok(first)) = Attrs::new(original).iter(&NOWHERE).next() {
                let flags = first.raw_type & !TYPE_MASK;
                let before = canonical.clone();
                let written = canonical.get_mut(ATTR_HEADER..).unwrap_or_default();
                set_member_flags(written, flags);
                if written == original {
                    return Deviation::Members(flags);
                }
                canonical = before;
            }
        }
        Deviation::Bytes { original: original.to_vec(), canonical }
    }
}

/// Gives the members of an encoded container these flag bits.
fn set_member_flags(mut members: &mut [u8], flags: u16) {
    while let Some(header) = members.first_chunk_mut::<ATTR_HEADER>() {
        let (len, ty) = split(*header);
        header[2..].copy_from_slice(&(ty & TYPE_MASK | flags).to_ne_bytes());
        members = members.get_mut(align(len.max(ATTR_HEADER))..).unwrap_or_default();
    }
}

/// Takes `NLA_F_NESTED` off these attributes.
fn take_off_nested(mut attrs: &mut [u8]) {
    while let Some(header) = attrs.first_chunk_mut::<ATTR_HEADER>() {
        let (len, ty) = split(*header);
        header[2..].copy_from_slice(&(ty & !NESTED).to_ne_bytes());
        attrs = attrs.get_mut(align(len.max(ATTR_HEADER))..).unwrap_or_default();
    }
}

/// Whether attributes are padded as we do, and nothing follows the last one.
pub(super) fn is_framed(bytes: &[u8]) -> bool {
    let mut end = 0;
    for attr in Attrs::new(bytes).iter(&NOWHERE) {
        let Ok(attr) = attr else { return false };
        let stop = attr.offset + ATTR_HEADER + attr.payload.len();
        end = align(stop);
        if !is_padded(bytes, stop) {
            return false;
        }
    }
    end == bytes.len()
}

/// Whether the attributes are the same, however they are padded.
fn same_attrs(a: &[u8], b: &[u8]) -> bool {
    Attrs::new(a).iter(&NOWHERE).eq(Attrs::new(b).iter(&NOWHERE))
}

impl PartialEq for Rest {
    /// Order and form do not count, only what the fields do not say.
    fn eq(&self, other: &Self) -> bool {
        self.unknown() == other.unknown()
    }
}

impl Rest {
    /// Attributes that the set does not know, and second occurrences of those that stand once.
    pub fn unknown(&self) -> &[RawAttr] {
        self.kept().map_or(&[], |k| &k.unknown)
    }

    /// Payloads that are kept as bytes because their values do not encode to them, such as
    /// structs of other lengths.
    pub fn inexact(&self) -> usize {
        let bytes = |k: &Kept| k.inexact.iter().filter(|i| matches!(i.form, Deviation::Bytes { .. })).count();
        self.kept().map_or(0, bytes)
    }

    /// Adds an attribute that the set does not know.
    pub fn push_unknown(&mut self, attr: RawAttr) {
        if !matches!(self.0, Form::Kept(_)) {
            let mut kept = Kept::default();
            match core::mem::take(&mut self.0) {
                Form::Unflagged => kept.unflagged = true,
                Form::Ordered(types) => kept.types = types,
                Form::Canonical | Form::Kept(_) => {}
            }
            self.0 = Form::Kept(Box::new(kept));
        }
        if let Form::Kept(kept) = &mut self.0 {
            kept.unknown.push(attr);
        }
    }

    fn kept(&self) -> Option<&Kept> {
        match &self.0 {
            Form::Kept(kept) => Some(kept),
            Form::Canonical | Form::Unflagged | Form::Ordered(_) => None,
        }
    }
}

impl Rest {
    /// Writes all fields through a set's builder, in the order the attributes came, unknown ones
    /// between them, then those that were set since. `put` writes the fields of one ordinal,
    /// beginning with the given occurrence and at most so many.
    pub fn encode<B: Buf, S: SetBuilder<B>>(
        &self,
        meta: &'static SetMeta,
        fields: u16,
        mut to: S,
        mut put: impl FnMut(S, u16, usize, usize) -> S,
    ) -> S {
        let set = to.enc().position();
        if let Form::Canonical | Form::Unflagged = self.0 {
            for ordinal in 0..fields {
                to = put(to, ordinal, 0, usize::MAX);
            }
            if matches!(self.0, Form::Unflagged) {
                take_off_nested(to.enc().since(set));
            }
            return to;
        }
        let kept = self.kept();
        let mut slot = Some(to);
        self.replay(meta, fields, &mut |step| {
            let Some(mut to) = slot.take() else { return };
            match step {
                Step::Unknown(attr) => to.enc().bytes(attr.raw_type, &attr.payload),
                Step::Fields { ordinal, from, limit, original } => {
                    let start = to.enc().position();
                    to = put(to, ordinal, from, limit);
                    match original {
                        Some(original) => original.restore(to.enc(), start),
                        None if kept.is_some_and(|k| k.unflagged) => take_off_nested(to.enc().since(start)),
                        None => {}
                    }
                }
            }
            slot = Some(to);
        });
        let mut to = match slot {
            Some(to) => to,
            None => unreachable!("every step gives the builder back"),
        };
        let unframed = kept.and_then(|k| k.unframed.as_ref());
        if let Some(original) = unframed.filter(|o| same_attrs(o, to.enc().since(set))) {
            to.enc().truncate(set);
            to.enc().raw(original);
        }
        to
    }

    /// Goes through all that is to be written. Not generic, because every set has a use for it.
    fn replay(&self, meta: &'static SetMeta, fields: u16, each: &mut dyn FnMut(Step<'_>)) {
        let (types, unknown, unknown_at, inexact): (&[u16], &[RawAttr], &[u32], &[Inexact]) = match &self.0 {
            Form::Canonical | Form::Unflagged => (&[], &[], &[], &[]),
            Form::Ordered(types) => (types, &[], &[], &[]),
            Form::Kept(kept) => (&kept.types, &kept.unknown, &kept.unknown_at, &kept.inexact),
        };
        let replay = Replay {
            meta,
            types: types.iter().enumerate(),
            unknown: unknown.iter(),
            unknown_at: unknown_at.iter().peekable(),
            inexact: inexact.iter().peekable(),
            written: alloc::vec![0; usize::from(fields)],
            ordinal: 0,
        };
        replay.for_each(each);
    }
}

/// What to write next.
enum Step<'k> {
    Unknown(&'k RawAttr),
    Fields { ordinal: u16, from: usize, limit: usize, original: Option<Original<'k>> },
}

/// How an attribute stood in the original.
struct Original<'k> {
    raw_type: u16,
    inexact: Option<&'k Inexact>,
}

impl Original<'_> {
    /// Gives what was just written from `start` on its original type, and its original payload
    /// if the value is still the same.
    fn restore<B: Buf>(&self, enc: &mut Enc<B>, start: usize) {
        if enc.position() < start + ATTR_HEADER {
            return; // the field was cleared since
        }
        match self.inexact.map(|i| &i.form) {
            Some(Deviation::Members(flags)) => {
                set_member_flags(enc.since(start + ATTR_HEADER), *flags);
            }
            Some(Deviation::Bytes { original, canonical }) if *enc.since(start) == **canonical => {
                enc.truncate(start);
                enc.restore(self.raw_type, original);
            }
            Some(Deviation::Bytes { .. }) | None => {}
        }
        if let Some(ty) = enc.since(start).get_mut(2..ATTR_HEADER) {
            ty.copy_from_slice(&self.raw_type.to_ne_bytes());
        }
    }
}

/// Goes through what was kept, then through all fields for what was set since.
struct Replay<'k> {
    meta: &'static SetMeta,
    types: Enumerate<slice::Iter<'k, u16>>,
    unknown: slice::Iter<'k, RawAttr>,
    unknown_at: Peekable<slice::Iter<'k, u32>>,
    inexact: Peekable<slice::Iter<'k, Inexact>>,
    /// How many of each field are written.
    written: Vec<usize>,
    ordinal: usize,
}

impl<'k> Iterator for Replay<'k> {
    type Item = Step<'k>;

    fn next(&mut self) -> Option<Step<'k>> {
        for (at, raw_type) in self.types.by_ref() {
            let inexact = self.inexact.next_if(|i| i.at as usize == at);
            if self.unknown_at.next_if(|unknown| **unknown as usize == at).is_some() {
                return self.unknown.next().map(Step::Unknown);
            }
            // Of the attributes that came, all that have no field are unknown.
            let Some(attr) = self.meta.attr(raw_type & TYPE_MASK) else { continue };
            if let Some(written) = self.written.get_mut(usize::from(attr.ordinal)) {
                let from = *written;
                *written += 1;
                let original = Some(Original { raw_type: *raw_type, inexact });
                return Some(Step::Fields { ordinal: attr.ordinal, from, limit: 1, original });
            }
        }
        if let Some(added) = self.unknown.next() {
            return Some(Step::Unknown(added));
        }
        let ordinal = self.ordinal;
        let from = *self.written.get(ordinal)?;
        self.ordinal += 1;
        Some(Step::Fields { ordinal: ordinal as u16, from, limit: usize::MAX, original: None })
    }
}
