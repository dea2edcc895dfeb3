//! Collectors: streaming folds over attributes.
//!
//! A collector is told about attributes one after the other, with an accumulator. It decides to go
//! on, to leave the rest of the set, to reject the message or to end the whole dump; and about
//! nests, whether to enter them, and with which collector. What nobody asks for is jumped over.
//!
//! ```
//! use netlink_runtime::collect::{Flow, Outcome, collector};
//! use netlink_runtime::prelude::*;
//! # use netlink_runtime::build::Enc;
//!
//! #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
//! struct Link {
//!     #[netlink(IFLA_IFNAME = 3)]
//!     ifname: Option<NlString>,
//!     #[netlink(IFLA_LINKINFO = 18, nested)]
//!     linkinfo: Option<LinkInfo>,
//! }
//!
//! #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
//! struct LinkInfo {
//!     #[netlink(IFLA_INFO_KIND = 1)]
//!     kind: Option<NlString>,
//! }
//!
//! /// Names of the bridges.
//! let bridges = collector::<Link, Vec<String>>()
//!     .on(Link::IFNAME, |names, name| {
//!         names.push(name.to_string());
//!         Flow::Next
//!     })
//!     .inside(
//!         Link::LINKINFO,
//!         collector().on(LinkInfo::KIND, |_, kind| {
//!             if kind == "bridge" { Flow::Next } else { Flow::Reject }
//!         }),
//!     );
//!
//! # let bytes = Link::builder(Enc::new(Vec::new())).ifname("br0").linkinfo(|l| l.kind("bridge")).finish().end()?;
//! let mut names = Vec::new();
//! assert_eq!(bridges.run(LinkView::parse(&bytes)?, &mut names)?, Outcome::Kept);
//! assert_eq!(names, ["br0"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::def::{AttrDef, AttrKind};
use crate::error::DecodeError;
use crate::project::{End, path};
use crate::view::{AttrSet, View};
use crate::wire::wt::Nest;
use crate::wire::{Attr, Cursor};
use core::fmt;
use core::marker::PhantomData;

/// What a collector wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// The next attribute.
    Next,
    /// No more of this set: what is around it goes on.
    Leave,
    /// No more of this message, and it does not count.
    Reject,
    /// No more of anything: a dump ends here. The message counts.
    End,
}

/// How a message was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It counts.
    Kept,
    /// It does not.
    Rejected,
    /// It counts, and nothing more is wanted.
    Ended,
}

/// A collector for the set `S` with the accumulator `A`. `P` is what was said so far.
pub struct Collector<S, A, P> {
    parts: P,
    of: PhantomData<fn(S, A)>,
}

impl<S: AttrSet, A, P> fmt::Debug for Collector<S, A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collector({})", S::meta().name)
    }
}

/// A collector that wants nothing yet.
pub const fn collector<S: AttrSet, A>() -> Collector<S, A, Nothing> {
    Collector { parts: Nothing, of: PhantomData }
}

/// The end of a collector's parts.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

/// Wants an attribute.
pub struct On<P, S, K, F> {
    before: P,
    def: AttrDef<S, K>,
    what: F,
}

/// Wants what is in a nest.
pub struct Inside<P, S, T, W, Q> {
    before: P,
    def: AttrDef<S, Nest<T>>,
    when: W,
    parts: Q,
}

/// Wants what is in a nest, whatever the accumulator says.
pub type InsideAlways<P, S, T, A, Q> = Inside<P, S, T, fn(&A) -> bool, Q>;

/// Looks at the fixed header.
pub struct AtHeader<P, F> {
    before: P,
    what: F,
}

/// Wants attributes that the set does not know.
pub struct OnUnknown<P, F> {
    before: P,
    what: F,
}

/// Takes errors.
pub struct OnError<P, F> {
    before: P,
    what: F,
}

/// What a collector knows of the set that it is in.
pub struct Here<'v, 'a, S: AttrSet> {
    at: Cursor<'a>,
    view: &'v S::View<'a>,
    /// Bits of the parts that have had their attribute: the first one counts.
    had: u64,
    depth: u8,
}

/// A part of a collector.
pub trait Part<S: AttrSet, A> {
    /// How many parts there are up to this one.
    const COUNT: u32;

    /// The fixed header comes first.
    fn header(&self, acc: &mut A, view: &S::View<'_>) -> Flow;

    /// The attribute of this number is here; `None` when no part wants it.
    fn attr<'a>(&self, acc: &mut A, id: u16, here: &mut Here<'_, 'a, S>)
    -> Option<Result<Flow, DecodeError>>;

    /// An attribute that the set does not know is here.
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow;

    /// An attribute cannot be read.
    fn error(&self, acc: &mut A, error: DecodeError) -> Result<Flow, DecodeError>;
}

impl<S: AttrSet, A> Part<S, A> for Nothing {
    const COUNT: u32 = 0;

    #[inline]
    fn header(&self, _: &mut A, _: &S::View<'_>) -> Flow {
        Flow::Next
    }

    #[inline]
    fn attr<'a>(&self, _: &mut A, _: u16, _: &mut Here<'_, 'a, S>) -> Option<Result<Flow, DecodeError>> {
        None
    }

    #[inline]
    fn unknown(&self, _: &mut A, _: Attr<'_>) -> Flow {
        Flow::Next
    }

    #[inline]
    fn error(&self, _: &mut A, error: DecodeError) -> Result<Flow, DecodeError> {
        Err(error)
    }
}

/// Whether it is the first time for the part of this number.
#[inline]
fn first(had: &mut u64, part: u32) -> bool {
    let bit = 1u64.checked_shl(part).unwrap_or(0);
    let first = *had & bit == 0;
    *had |= bit;
    first
}

impl<S, A, P, K, F> Part<S, A> for On<P, S, K, F>
where
    S: AttrSet,
    P: Part<S, A>,
    K: AttrKind<S>,
    F: for<'a> Fn(&mut A, K::Value<'a>) -> Flow,
{
    const COUNT: u32 = P::COUNT + 1;

    #[inline]
    fn header(&self, acc: &mut A, view: &S::View<'_>) -> Flow {
        self.before.header(acc, view)
    }

    #[inline]
    fn attr<'a>(
        &self,
        acc: &mut A,
        id: u16,
        here: &mut Here<'_, 'a, S>,
    ) -> Option<Result<Flow, DecodeError>> {
        let earlier = self.before.attr(acc, id, here);
        if id != self.def.id() || !matches!(earlier, None | Some(Ok(Flow::Next))) {
            return earlier;
        }
        if !K::REPEATS && !first(&mut here.had, P::COUNT) {
            return Some(Ok(Flow::Next));
        }
        Some(K::read(&here.at, id, here.view).map(|value| (self.what)(acc, value)))
    }

    #[inline]
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow {
        self.before.unknown(acc, attr)
    }

    #[inline]
    fn error(&self, acc: &mut A, error: DecodeError) -> Result<Flow, DecodeError> {
        self.before.error(acc, error)
    }
}

impl<S, A, P, T, W, Q> Part<S, A> for Inside<P, S, T, W, Q>
where
    S: AttrSet,
    T: AttrSet,
    P: Part<S, A>,
    W: Fn(&A) -> bool,
    Q: Part<T, A>,
{
    const COUNT: u32 = P::COUNT + 1;

    #[inline]
    fn header(&self, acc: &mut A, view: &S::View<'_>) -> Flow {
        self.before.header(acc, view)
    }

    #[inline]
    fn attr<'a>(
        &self,
        acc: &mut A,
        id: u16,
        here: &mut Here<'_, 'a, S>,
    ) -> Option<Result<Flow, DecodeError>> {
        let earlier = self.before.attr(acc, id, here);
        if id != self.def.id() || !matches!(earlier, None | Some(Ok(Flow::Next))) {
            return earlier;
        }
        if !first(&mut here.had, P::COUNT) || !(self.when)(acc) {
            return Some(Ok(Flow::Next));
        }
        let inner = match path::enter::<S, T>(self.def, &here.at, here.view, here.depth + 1) {
            Ok(inner) => inner,
            Err(error) => return Some(Err(error)),
        };
        Some(match pass::<T, A, Q>(&self.parts, &inner, acc, here.depth + 1) {
            Ok(Flow::Leave) => Ok(Flow::Next),
            flow => flow,
        })
    }

    #[inline]
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow {
        self.before.unknown(acc, attr)
    }

    #[inline]
    fn error(&self, acc: &mut A, error: DecodeError) -> Result<Flow, DecodeError> {
        self.before.error(acc, error)
    }
}

impl<S, A, P, F> Part<S, A> for AtHeader<P, F>
where
    S: AttrSet,
    P: Part<S, A>,
    F: for<'a> Fn(&mut A, &S::View<'a>) -> Flow,
{
    const COUNT: u32 = P::COUNT;

    #[inline]
    fn header(&self, acc: &mut A, view: &S::View<'_>) -> Flow {
        match self.before.header(acc, view) {
            Flow::Next => (self.what)(acc, view),
            flow => flow,
        }
    }

    #[inline]
    fn attr<'a>(
        &self,
        acc: &mut A,
        id: u16,
        here: &mut Here<'_, 'a, S>,
    ) -> Option<Result<Flow, DecodeError>> {
        self.before.attr(acc, id, here)
    }

    #[inline]
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow {
        self.before.unknown(acc, attr)
    }

    #[inline]
    fn error(&self, acc: &mut A, error: DecodeError) -> Result<Flow, DecodeError> {
        self.before.error(acc, error)
    }
}

impl<S, A, P, F> Part<S, A> for OnUnknown<P, F>
where
    S: AttrSet,
    P: Part<S, A>,
    F: for<'a> Fn(&mut A, Attr<'a>) -> Flow,
{
    const COUNT: u32 = P::COUNT;

    #[inline]
    fn header(&self, acc: &mut A, view: &S::View<'_>) -> Flow {
        self.before.header(acc, view)
    }

    #[inline]
    fn attr<'a>(
        &self,
        acc: &mut A,
        id: u16,
        here: &mut Here<'_, 'a, S>,
    ) -> Option<Result<Flow, DecodeError>> {
        let earlier = self.before.attr(acc, id, here);
        if earlier.is_some() || S::meta().attr(id).is_some() {
            return earlier;
        }
        // A broken header is told at the end of the pass.
        let attr = here.at.attr()?;
        Some(Ok(self.unknown(acc, attr)))
    }

    #[inline]
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow {
        match self.before.unknown(acc, attr) {
            Flow::Next => (self.what)(acc, attr),
            flow => flow,
        }
    }

    #[inline]
    fn error(&self, acc: &mut A, error: DecodeError) -> Result<Flow, DecodeError> {
        self.before.error(acc, error)
    }
}

impl<S, A, P, F> Part<S, A> for OnError<P, F>
where
    S: AttrSet,
    P: Part<S, A>,
    F: Fn(&mut A, DecodeError) -> Flow,
{
    const COUNT: u32 = P::COUNT;

    #[inline]
    fn header(&self, acc: &mut A, view: &S::View<'_>) -> Flow {
        self.before.header(acc, view)
    }

    #[inline]
    fn attr<'a>(
        &self,
        acc: &mut A,
        id: u16,
        here: &mut Here<'_, 'a, S>,
    ) -> Option<Result<Flow, DecodeError>> {
        self.before.attr(acc, id, here)
    }

    #[inline]
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow {
        self.before.unknown(acc, attr)
    }

    #[inline]
    fn error(&self, acc: &mut A, error: DecodeError) -> Result<Flow, DecodeError> {
        Ok((self.what)(acc, error))
    }
}

/// One pass over a set.
fn pass<'a, S: AttrSet, A, P: Part<S, A>>(
    parts: &P,
    view: &S::View<'a>,
    acc: &mut A,
    depth: u8,
) -> Result<Flow, DecodeError> {
    crate::project::check_depth(S::meta(), depth)?;
    match parts.header(acc, view) {
        Flow::Next => {}
        flow => return Ok(flow),
    }
    let mut here = Here { at: Cursor::new(view.attrs()), view, had: 0, depth };
    while let Some(id) = here.at.head() {
        let flow = match parts.attr(acc, id, &mut here) {
            None => Flow::Next,
            Some(Ok(flow)) => flow,
            Some(Err(error)) => parts.error(acc, error)?,
        };
        if flow != Flow::Next {
            return Ok(flow);
        }
        here.at.step();
    }
    if here.at.broken() {
        return parts.error(acc, End::of(here.at, S::meta()).header());
    }
    Ok(Flow::Next)
}

impl<S: AttrSet, A, P: Part<S, A>> Collector<S, A, P> {
    const fn with<Q>(parts: Q) -> Collector<S, A, Q> {
        Collector { parts, of: PhantomData }
    }

    /// Calls `what` with an attribute's value: of one that stands once with the first, of one that
    /// repeats with every occurrence.
    pub fn on<K: AttrKind<S>, F>(self, def: AttrDef<S, K>, what: F) -> Collector<S, A, On<P, S, K, F>>
    where
        F: for<'a> Fn(&mut A, K::Value<'a>) -> Flow,
    {
        const { assert!(P::COUNT < 64, "a collector has at most 64 parts") };
        Self::with(On { before: self.parts, def, what })
    }

    /// Enters a nest, with a collector of its own for the same accumulator.
    pub fn inside<T: AttrSet, Q: Part<T, A>>(
        self,
        def: AttrDef<S, Nest<T>>,
        inner: Collector<T, A, Q>,
    ) -> Collector<S, A, InsideAlways<P, S, T, A, Q>> {
        const { assert!(P::COUNT < 64, "a collector has at most 64 parts") };
        let when: fn(&A) -> bool = |_| true;
        Self::with(Inside { before: self.parts, def, when, parts: inner.parts })
    }

    /// Enters a nest when the accumulator says so. Several may be said of one nest: so it is the
    /// accumulator that chooses the collector.
    pub fn inside_if<T: AttrSet, Q: Part<T, A>, W: Fn(&A) -> bool>(
        self,
        def: AttrDef<S, Nest<T>>,
        when: W,
        inner: Collector<T, A, Q>,
    ) -> Collector<S, A, Inside<P, S, T, W, Q>> {
        const { assert!(P::COUNT < 64, "a collector has at most 64 parts") };
        Self::with(Inside { before: self.parts, def, when, parts: inner.parts })
    }

    /// Calls `what` with the view before any attribute is looked at: its fixed header may be
    /// enough to reject the message.
    pub fn first<F>(self, what: F) -> Collector<S, A, AtHeader<P, F>>
    where
        F: for<'a> Fn(&mut A, &S::View<'a>) -> Flow,
    {
        Self::with(AtHeader { before: self.parts, what })
    }

    /// Calls `what` with every attribute that the set does not know.
    pub fn on_unknown<F>(self, what: F) -> Collector<S, A, OnUnknown<P, F>>
    where
        F: for<'a> Fn(&mut A, Attr<'a>) -> Flow,
    {
        Self::with(OnUnknown { before: self.parts, what })
    }

    /// Calls `what` when an attribute that is wanted cannot be read, or the set ends with a broken
    /// header. Without it such an error ends the run.
    pub fn on_error<F>(self, what: F) -> Collector<S, A, OnError<P, F>>
    where
        F: Fn(&mut A, DecodeError) -> Flow,
    {
        Self::with(OnError { before: self.parts, what })
    }

    /// Goes through a message once.
    pub fn run(&self, view: S::View<'_>, acc: &mut A) -> Result<Outcome, DecodeError> {
        Ok(match pass::<S, A, P>(&self.parts, &view, acc, 0)? {
            Flow::Next | Flow::Leave => Outcome::Kept,
            Flow::Reject => Outcome::Rejected,
            Flow::End => Outcome::Ended,
        })
    }
}
