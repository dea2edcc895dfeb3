//! What derived builders wrap.

use super::{Buf, Enc, MAX_SELECTORS, Once, PutSelector, SetBuilder, SubSlot, ToWire, nest, zeroes};
use crate::meta::StructMeta;
#[cfg(feature = "alloc")]
use crate::owned::Own;
#[cfg(feature = "alloc")]
use crate::selected::Selected;
use crate::view::{AttrSet, CStruct};
use crate::wire::align;
#[cfg(feature = "alloc")]
use crate::wire::wt::Flag;

/// A set that is being written. Each setter of a derived builder is one call of a method here: there are
/// thousands of them, and what they do is compiled where they are used.
#[derive(Debug)]
pub struct Writing<B> {
    enc: Enc<B>,
    /// Where the set starts: its fixed header.
    start: usize,
    once: Once,
}

impl<B: Buf> Writing<B> {
    /// A set without a fixed header.
    #[inline]
    pub fn new(enc: Enc<B>) -> Self {
        let start = enc.position();
        Writing { enc, start, once: Once::new(start) }
    }

    /// A set after its fixed header, which is zero until it is set.
    #[inline]
    pub fn headed(mut enc: Enc<B>, header: &'static StructMeta) -> Self {
        let start = enc.position();
        zeroes(&mut enc, align(header.size as usize));
        let once = Once::new(enc.position());
        Writing { enc, start, once }
    }

    /// Writes the fixed header where [`headed`](Self::headed) made room.
    #[inline]
    #[must_use]
    pub fn header<H: CStruct>(mut self, header: &H) -> Self {
        if let Some(room) = self.enc.since(self.start).get_mut(..H::META.size as usize) {
            header.write(room);
        }
        self
    }

    /// An attribute that stands once, unless it stands already.
    #[inline]
    #[must_use]
    pub fn once(mut self, id: u16, write: impl FnOnce(Enc<B>, u16) -> Enc<B>) -> Self {
        if self.once.check(&mut self.enc, id) {
            self.enc = write(self.enc, id);
        }
        self
    }

    /// An attribute that repeats.
    #[inline]
    #[must_use]
    pub fn each(mut self, id: u16, write: impl FnOnce(Enc<B>, u16) -> Enc<B>) -> Self {
        self.enc = write(self.enc, id);
        self
    }

    /// A value that stands once.
    #[inline]
    #[must_use]
    pub fn put<K>(self, id: u16, value: impl ToWire<K>) -> Self {
        self.once(id, |enc, id| value.put_as(enc, id))
    }

    /// A value that repeats.
    #[inline]
    #[must_use]
    pub fn put_each<K>(self, id: u16, value: impl ToWire<K>) -> Self {
        self.each(id, |enc, id| value.put_as(enc, id))
    }

    /// A nest that stands once.
    #[inline]
    #[must_use]
    pub fn nest<T: AttrSet>(self, id: u16, build: impl FnOnce(T::Builder<B>) -> T::Builder<B>) -> Self {
        self.once(id, |enc, id| nest::<T, B>(enc, id, build))
    }

    /// A nest that repeats.
    #[inline]
    #[must_use]
    pub fn nest_each<T: AttrSet>(self, id: u16, build: impl FnOnce(T::Builder<B>) -> T::Builder<B>) -> Self {
        self.each(id, |enc, id| nest::<T, B>(enc, id, build))
    }

    /// A sub-message that stands once.
    #[inline]
    #[must_use]
    pub fn selected(
        mut self,
        id: u16,
        selectors: [Option<PutSelector<B>>; MAX_SELECTORS],
        build: impl FnOnce(SubSlot<B>) -> Enc<B>,
    ) -> Self {
        if self.once.check(&mut self.enc, id) {
            self.enc = build(SubSlot::new(self.enc, id, selectors, &mut self.once));
        }
        self
    }

    /// A sub-message that repeats.
    #[inline]
    #[must_use]
    pub fn selected_each(
        mut self,
        id: u16,
        selectors: [Option<PutSelector<B>>; MAX_SELECTORS],
        build: impl FnOnce(SubSlot<B>) -> Enc<B>,
    ) -> Self {
        self.enc = build(SubSlot::repeated(self.enc, id, selectors, &mut self.once));
        self
    }
}

/// Fields of owned values: of those that repeat, at most `limit` occurrences after the first `from`.
#[cfg(feature = "alloc")]
impl<B: Buf> Writing<B> {
    /// A field that every message has.
    #[inline]
    #[must_use]
    pub fn own<K: Own>(self, id: u16, value: &K::Owned, from: usize) -> Self {
        if from == 0 { self.each(id, |enc, id| K::put(value, enc, id)) } else { self }
    }

    /// A field that may be absent.
    #[inline]
    #[must_use]
    pub fn own_optional<K: Own>(self, id: u16, value: &Option<K::Owned>, from: usize) -> Self {
        self.own_boxed::<K>(id, value.as_ref(), from)
    }

    /// The same of one that is boxed.
    #[inline]
    #[must_use]
    pub fn own_boxed<K: Own>(self, id: u16, value: Option<&K::Owned>, from: usize) -> Self {
        match value {
            Some(value) => self.own::<K>(id, value, from),
            None => self,
        }
    }

    /// A flag.
    #[inline]
    #[must_use]
    pub fn own_flag(self, id: u16, value: bool, from: usize) -> Self {
        if value { self.own::<Flag>(id, &(), from) } else { self }
    }

    /// A field that repeats.
    #[inline]
    #[must_use]
    pub fn own_each<K: Own>(mut self, id: u16, values: &[K::Owned], from: usize, limit: usize) -> Self {
        for value in values.iter().skip(from).take(limit) {
            self.enc = K::put(value, self.enc, id);
        }
        self
    }

    /// A sub-message that every message has.
    #[inline]
    #[must_use]
    pub fn own_selected<T: Selected>(self, id: u16, value: &T, from: usize) -> Self {
        if from == 0 { self.each(id, |enc, id| value.put(enc, id)) } else { self }
    }

    /// A sub-message that may be absent.
    #[inline]
    #[must_use]
    pub fn own_selected_optional<T: Selected>(self, id: u16, value: &Option<T>, from: usize) -> Self {
        self.own_selected_boxed(id, value.as_ref(), from)
    }

    /// The same of one that is boxed.
    #[inline]
    #[must_use]
    pub fn own_selected_boxed<T: Selected>(self, id: u16, value: Option<&T>, from: usize) -> Self {
        match value {
            Some(value) => self.own_selected(id, value, from),
            None => self,
        }
    }

    /// A sub-message that repeats.
    #[inline]
    #[must_use]
    pub fn own_selected_each<T: Selected>(
        mut self,
        id: u16,
        values: &[T],
        from: usize,
        limit: usize,
    ) -> Self {
        for value in values.iter().skip(from).take(limit) {
            self.enc = value.put(self.enc, id);
        }
        self
    }
}

impl<B> SetBuilder<B> for Writing<B> {
    #[inline]
    fn enc(&mut self) -> &mut Enc<B> {
        &mut self.enc
    }

    #[inline]
    fn finish(self) -> Enc<B> {
        self.enc
    }
}
