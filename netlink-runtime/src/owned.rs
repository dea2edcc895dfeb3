//! Owned values: decoding in one pass, encoding through the setters.
//!
//! An owned set encodes to the bytes it was decoded from, as long as nobody changes it: what
//! differs from the canonical form (attributes in declaration order, the flag bits that setters
//! write, padding with zeroes) is kept beside the fields in a [`Rest`]. The one exception: bytes of a
//! message's own fixed header that belong to no member are sent as zero.

mod containers;
mod wire;

use crate::build::{Buf, Enc, SetBuilder};
use crate::error::{DecodeError, DecodeErrorKind, EncodeError, NOWHERE};
use crate::meta::SetMeta;
use crate::selected::Selected;
use crate::view::{AttrSet, View};
use crate::wire::wt::{Flag, Wire};
use crate::wire::{ATTR_HEADER, Attr, Attrs, MAX_DEPTH, TYPE_MASK, align, split};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Where a function is compiled. One that is generic in it is compiled in the crate that uses it and
/// there once; one that is not, in its own crate for all cases; an inline one, in each part of a crate
/// that uses it. Decoding is most of the code of a family, and most users read views.
#[doc(hidden)]
pub trait Place {}

/// The one place.
#[doc(hidden)]
#[derive(Debug)]
pub struct WhereUsed;
impl Place for WhereUsed {}

/// A wire type with an owned form.
pub trait Own: Wire {
    /// The owned form.
    type Owned;

    /// Flag bits that encoding sets on the attribute.
    const FLAGS: u16 = 0;

    /// The payload is members, each an attribute.
    const MEMBERS: bool = false;

    /// Keeps a value. `depth` counts the nests above it.
    fn own(view: Self::View<'_>, depth: u8) -> Result<Self::Owned, DecodeError>;

    /// Appends one attribute.
    fn put<B: Buf>(value: &Self::Owned, enc: Enc<B>, id: u16) -> Enc<B>;

    /// Whether encoding this value gives this payload again. Cheap and conservative; what is
    /// not exact is kept beside the value.
    #[inline]
    fn exact(_value: &Self::Owned, _payload: &[u8]) -> bool {
        true
    }
}

/// Owned values of whole messages: every attribute set that is a value has it.
pub trait OwnedSet: AttrSet + Clone + PartialEq {
    /// Decodes a view, all of it.
    fn decode(view: Self::View<'_>) -> Result<Self, DecodeError> {
        Self::decode_at(view, 0)
    }

    /// Decodes a payload: the fixed header, if the set has one, and the attributes.
    fn from_bytes(payload: &[u8]) -> Result<Self, DecodeError> {
        Self::decode(View::parse(payload)?)
    }

    /// The payload.
    fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        self.encode_to(Enc::new(Vec::new())).end()
    }
}

impl<T: AttrSet + Clone + PartialEq> OwnedSet for T {}

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
pub struct Rest(Option<Box<Kept>>);

#[derive(Clone, Debug, Default)]
struct Kept {
    order: Vec<Seen>,
    unknown: Vec<RawAttr>,
    inexact: Vec<Inexact>,
    /// All bytes of the set, where its attributes are not padded with zeroes or something follows
    /// the last one.
    unframed: Option<Vec<u8>>,
}

/// One attribute of the original: its type and which field took it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    raw_type: u16,
    ordinal: u16,
}

/// No field took it.
const UNKNOWN: u16 = u16::MAX;

/// A payload that its value does not encode to.
#[derive(Clone, Debug)]
struct Inexact {
    /// Index in `order`.
    at: u32,
    form: Form,
}

/// How a payload differs from what its value encodes to.
#[derive(Clone, Debug)]
enum Form {
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

impl Form {
    /// `members`: the payload is members, each an attribute.
    fn of(original: &[u8], mut canonical: Vec<u8>, members: bool) -> Self {
        if members {
            if let Some(Ok(first)) = Attrs::new(original).iter(&NOWHERE).next() {
                let flags = first.raw_type & !TYPE_MASK;
                let before = canonical.clone();
                let written = canonical.get_mut(ATTR_HEADER..).unwrap_or_default();
                set_member_flags(written, flags);
                if written == original {
                    return Form::Members(flags);
                }
                canonical = before;
            }
        }
        Form::Bytes { original: original.to_vec(), canonical }
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

/// Whether attributes are padded as we do, and nothing follows the last one.
fn is_framed(bytes: &[u8]) -> bool {
    let mut end = 0;
    for attr in Attrs::new(bytes).iter(&NOWHERE) {
        let Ok(attr) = attr else { return false };
        let stop = attr.offset + ATTR_HEADER + attr.payload.len();
        end = align(stop);
        if bytes.get(stop..end).is_none_or(|padding| padding.iter().any(|b| *b != 0)) {
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
        self.0.as_ref().map_or(&[], |k| &k.unknown)
    }

    /// Payloads that are kept as bytes because their values do not encode to them, such as
    /// structs of other lengths.
    pub fn inexact(&self) -> usize {
        let bytes = |k: &Kept| k.inexact.iter().filter(|i| matches!(i.form, Form::Bytes { .. })).count();
        self.0.as_deref().map_or(0, bytes)
    }

    /// Adds an attribute that the set does not know.
    pub fn push_unknown(&mut self, attr: RawAttr) {
        let kept = self.0.get_or_insert_default();
        kept.order.push(Seen { raw_type: attr.raw_type, ordinal: UNKNOWN });
        kept.unknown.push(attr);
    }
}

/// Reads the attributes of one set into its fields.
#[derive(Debug)]
pub struct Reader<'a> {
    attrs: Attrs<'a>,
    set: &'static SetMeta,
    depth: u8,
    /// Keep what deviates from the canonical form.
    keep: bool,
    last: u16,
    kept: Option<Box<Kept>>,
}

impl<'a> Reader<'a> {
    /// Reads these attributes. `keep` what the fields do not say, for a [`Rest`].
    pub fn new(attrs: Attrs<'a>, set: &'static SetMeta, depth: u8, keep: bool) -> Result<Self, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::new(DecodeErrorKind::Depth, set, 0, 0));
        }
        Ok(Reader { attrs, set, depth, keep, last: 0, kept: None })
    }

    /// What is kept.
    pub fn rest(mut self) -> Rest {
        if !is_framed(self.attrs.bytes()) {
            self.kept.get_or_insert_default().unframed = Some(self.attrs.bytes().to_vec());
        }
        Rest(self.kept)
    }

    /// Notes that the field of this ordinal took an attribute.
    #[inline]
    fn took(&mut self, attr: Attr<'a>, ordinal: u16, flags: u16) {
        let plain = self.kept.is_none() && ordinal >= self.last;
        if plain && attr.raw_type & !TYPE_MASK == flags {
            self.last = ordinal;
        } else if self.keep {
            self.deviate(attr).order.push(Seen { raw_type: attr.raw_type, ordinal });
        }
    }

    /// From here on the order is kept; what came before was canonical.
    #[cold]
    #[inline(never)]
    fn deviate(&mut self, attr: Attr<'a>) -> &mut Kept {
        let (attrs, set) = (self.attrs, self.set);
        self.kept.get_or_insert_with(|| {
            let before = attrs.iter(set).map_while(Result::ok).take_while(|a| a.offset < attr.offset);
            let order =
                before.map(|a| Seen { raw_type: a.raw_type, ordinal: ordinal_of(set, a.id()) }).collect();
            Box::new(Kept { order, ..Kept::default() })
        })
    }

    /// Keeps an attribute that no field takes.
    #[cold]
    #[inline(never)]
    pub fn unknown(&mut self, attr: Attr<'a>) {
        if self.keep {
            let kept = self.deviate(attr);
            kept.order.push(Seen { raw_type: attr.raw_type, ordinal: UNKNOWN });
            kept.unknown.push(RawAttr { raw_type: attr.raw_type, payload: attr.payload.to_vec() });
        }
    }

    /// Keeps a payload that its value does not encode to.
    #[cold]
    #[inline(never)]
    fn inexact<K: Own>(&mut self, value: &K::Owned, attr: Attr<'a>) {
        if self.keep {
            self.keep_inexact(written::<K>(value, attr.id()), attr, K::MEMBERS);
        }
    }

    fn keep_inexact(&mut self, canonical: Vec<u8>, attr: Attr<'a>, members: bool) {
        let form = Form::of(attr.payload, canonical, members);
        let kept = self.deviate(attr);
        kept.inexact.push(Inexact { at: kept.order.len() as u32, form });
    }

    #[inline]
    fn value<K: Own>(&mut self, attr: Attr<'a>) -> Result<K::Owned, DecodeError> {
        let set = self.set;
        let Some(view) = K::read_in(attr.payload, self.attrs.scope()) else {
            return Err(K::error(attr.payload, set, attr.id(), attr.offset));
        };
        let value = K::own(view, self.depth + 1).map_err(|e| place(e, attr.id(), attr.offset, set))?;
        if !K::exact(&value, attr.payload) {
            self.inexact::<K>(&value, attr);
        }
        Ok(value)
    }

    /// An attribute that stands once. The first wins; others are unknown.
    #[inline]
    pub fn one<K: Own>(
        &mut self,
        slot: &mut Option<K::Owned>,
        attr: Attr<'a>,
        ordinal: u16,
    ) -> Result<(), DecodeError> {
        if slot.is_some() {
            self.unknown(attr);
            return Ok(());
        }
        *slot = Some(self.value::<K>(attr)?);
        self.took(attr, ordinal, K::FLAGS);
        Ok(())
    }

    /// A flag.
    #[inline]
    pub fn flag(&mut self, slot: &mut bool, attr: Attr<'a>, ordinal: u16) {
        if *slot {
            return self.unknown(attr);
        }
        *slot = true;
        if !attr.payload.is_empty() {
            self.inexact::<Flag>(&(), attr);
        }
        self.took(attr, ordinal, 0);
    }

    /// An attribute that repeats.
    #[inline]
    pub fn multi<K: Own>(
        &mut self,
        slot: &mut Vec<K::Owned>,
        attr: Attr<'a>,
        ordinal: u16,
    ) -> Result<(), DecodeError> {
        slot.push(self.value::<K>(attr)?);
        self.took(attr, ordinal, K::FLAGS);
        Ok(())
    }

    /// An attribute that a selector gives form to: only noted, because the selector may come
    /// later.
    #[inline]
    pub fn selected(&mut self, present: &mut Option<&'a [u8]>, attr: Attr<'a>, ordinal: u16) {
        if present.is_some() {
            return self.unknown(attr);
        }
        *present = Some(attr.payload);
        // Whether the form that the selector will give is a nest, and so which flag bits encoding
        // sets, is not known yet: the order with its types is always kept.
        if self.keep {
            self.deviate(attr).order.push(Seen { raw_type: attr.raw_type, ordinal });
        }
    }

    /// The same of an attribute that repeats.
    #[inline]
    pub fn selected_each(&mut self, seen: &mut Vec<Attr<'a>>, attr: Attr<'a>, ordinal: u16) {
        seen.push(attr);
        if self.keep {
            self.deviate(attr).order.push(Seen { raw_type: attr.raw_type, ordinal });
        }
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
        if self.keep && !value.exact(payload) {
            self.inexact_selected(&value, id, payload, 0);
        }
        Ok(value)
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
        let end = Attr { raw_type: 0, payload: &[], offset: usize::MAX };
        let kept = self.deviate(end);
        let mut places = kept.order.iter().enumerate().filter(|(_, s)| s.ordinal == ordinal);
        let Some((at, _)) = places.nth(nth) else { return };
        let place = kept.inexact.partition_point(|i| (i.at as usize) < at);
        let form = Form::Bytes { original: payload.to_vec(), canonical };
        kept.inexact.insert(place, Inexact { at: at as u32, form });
    }
}

/// What a value encodes to, with its header; nothing if it cannot be encoded.
///
/// Into a `Vec`, as [`OwnedSet::to_bytes`] does: encoders for another buffer would all be compiled
/// once more.
fn written<K: Own>(value: &K::Owned, id: u16) -> Vec<u8> {
    K::put(value, Enc::new(Vec::new()), id).end().unwrap_or_default()
}

/// Whether a value encodes to this payload. Only writing it tells.
pub(crate) fn encodes_to<K: Own>(value: &K::Owned, payload: &[u8]) -> bool {
    let written = written::<K>(value, 0);
    let len = written.first_chunk().map_or(0, |header| split(*header).0);
    written.get(ATTR_HEADER..len) == Some(payload)
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

impl Rest {
    /// Writes all fields through a set's builder, in the order the attributes came, unknown ones
    /// between them, then those that were set since. `put` writes the fields of one ordinal,
    /// beginning with the given occurrence and at most so many.
    pub fn encode<B: Buf, S: SetBuilder<B>>(
        &self,
        fields: u16,
        mut to: S,
        mut put: impl FnMut(S, u16, usize, usize) -> S,
    ) -> S {
        let Some(kept) = &self.0 else {
            for ordinal in 0..fields {
                to = put(to, ordinal, 0, usize::MAX);
            }
            return to;
        };
        let set = to.enc().position();
        let mut slot = Some(to);
        replay(kept, fields, &mut |step| {
            let Some(mut to) = slot.take() else { return };
            match step {
                Step::Unknown(attr) => to.enc().bytes(attr.raw_type, &attr.payload),
                Step::Fields { ordinal, from, limit, original } => {
                    let start = to.enc().position();
                    to = put(to, ordinal, from, limit);
                    if let Some(original) = original {
                        original.restore(to.enc(), start);
                    }
                }
            }
            slot = Some(to);
        });
        let mut to = match slot {
            Some(to) => to,
            None => unreachable!("every step gives the builder back"),
        };
        if let Some(original) = kept.unframed.as_ref().filter(|o| same_attrs(o, to.enc().since(set))) {
            to.enc().truncate(set);
            to.enc().raw(original);
        }
        to
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
            Some(Form::Members(flags)) => {
                set_member_flags(enc.since(start + ATTR_HEADER), *flags);
            }
            Some(Form::Bytes { original, canonical }) if *enc.since(start) == **canonical => {
                enc.truncate(start);
                enc.restore(self.raw_type, original);
            }
            Some(Form::Bytes { .. }) | None => {}
        }
        if let Some(ty) = enc.since(start).get_mut(2..ATTR_HEADER) {
            ty.copy_from_slice(&self.raw_type.to_ne_bytes());
        }
    }
}

/// Goes through what was kept, then through all fields for what was set since.
struct Replay<'k> {
    kept: &'k Kept,
    at: usize,
    unknown: core::slice::Iter<'k, RawAttr>,
    inexact: core::iter::Peekable<core::slice::Iter<'k, Inexact>>,
    written: Vec<usize>,
    ordinal: usize,
}

impl<'k> Replay<'k> {
    fn new(kept: &'k Kept, fields: u16) -> Self {
        Replay {
            kept,
            at: 0,
            unknown: kept.unknown.iter(),
            inexact: kept.inexact.iter().peekable(),
            written: alloc::vec![0; usize::from(fields)],
            ordinal: 0,
        }
    }
}

impl<'k> Iterator for Replay<'k> {
    type Item = Step<'k>;

    fn next(&mut self) -> Option<Step<'k>> {
        while let Some(seen) = self.kept.order.get(self.at) {
            let at = self.at;
            self.at += 1;
            let inexact = self.inexact.next_if(|i| i.at as usize == at);
            if seen.ordinal == UNKNOWN {
                return self.unknown.next().map(Step::Unknown);
            }
            if let Some(written) = self.written.get_mut(usize::from(seen.ordinal)) {
                let from = *written;
                *written += 1;
                let original = Some(Original { raw_type: seen.raw_type, inexact });
                return Some(Step::Fields { ordinal: seen.ordinal, from, limit: 1, original });
            }
        }
        let ordinal = self.ordinal;
        let from = *self.written.get(ordinal)?;
        self.ordinal += 1;
        Some(Step::Fields { ordinal: ordinal as u16, from, limit: usize::MAX, original: None })
    }
}

/// Goes through all that is to be written. Not generic, because every set has a use for it.
fn replay(kept: &Kept, fields: u16, each: &mut dyn FnMut(Step<'_>)) {
    Replay::new(kept, fields).for_each(each);
}

/// The error for an attribute that every message has and this one has not.
#[cold]
#[inline(never)]
pub fn missing(set: &'static SetMeta, id: u16, attrs: Attrs<'_>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Missing, set, id, attrs.bytes().len())
}
