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
use crate::project::{broken_header, path};
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

/// A part, and those that were said before it.
pub struct Then<P, W> {
    before: P,
    want: W,
}

/// A collector with one part more.
pub type With<S, A, P, W> = Collector<S, A, Then<P, W>>;

/// Wants an attribute.
pub struct On<S, K, F> {
    def: AttrDef<S, K>,
    what: F,
}

/// Wants what is in a nest.
pub struct Inside<S, T, W, Q> {
    def: AttrDef<S, Nest<T>>,
    when: W,
    parts: Q,
}

/// Wants what is in a nest, whatever the accumulator says.
pub type InsideAlways<S, T, A, Q> = Inside<S, T, fn(&A) -> bool, Q>;

/// Looks at the view first.
pub struct First<F>(F);

/// Wants attributes that the set does not know.
pub struct OnUnknown<F>(F);

/// Takes errors.
pub struct OnError<F>(F);

/// What a collector knows of the set that it is in.
pub struct Here<'v, 'a, S: AttrSet> {
    at: Cursor<'a>,
    view: &'v S::View<'a>,
    /// Bits of the parts that have had their attribute: the first one counts.
    had: u64,
    depth: u8,
}

/// What one part wants; what it says nothing about, it does not.
pub trait Want<S: AttrSet, A> {
    /// It wants attributes that the set does not know.
    const UNKNOWN: bool = false;

    /// The view, before any attribute.
    #[inline]
    fn first(&self, _: &mut A, _: &S::View<'_>) -> Flow {
        Flow::Next
    }

    /// The attribute of this number is here; `None` if this part, the one with this number, does
    /// not want it.
    #[inline]
    fn attr<'a>(
        &self,
        _: &mut A,
        _: u16,
        _: &mut Here<'_, 'a, S>,
        _: u32,
    ) -> Option<Result<Flow, DecodeError>> {
        None
    }

    /// An attribute that the set does not know is here.
    #[inline]
    fn unknown(&self, _: &mut A, _: Attr<'_>) -> Flow {
        Flow::Next
    }

    /// Something cannot be read; `None` if this part leaves errors to others.
    #[inline]
    fn error(&self, _: &mut A, _: DecodeError) -> Option<Flow> {
        None
    }
}

/// The parts of a collector, in the order they were said.
pub trait Parts<S: AttrSet, A> {
    /// How many there are.
    const COUNT: u32;

    /// One of them wants attributes that the set does not know.
    const UNKNOWN: bool;

    /// See [`Want::first`].
    fn first(&self, acc: &mut A, view: &S::View<'_>) -> Flow;

    /// See [`Want::attr`].
    fn attr<'a>(&self, acc: &mut A, id: u16, here: &mut Here<'_, 'a, S>)
    -> Option<Result<Flow, DecodeError>>;

    /// See [`Want::unknown`].
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow;

    /// See [`Want::error`].
    fn error(&self, acc: &mut A, error: DecodeError) -> Option<Flow>;
}

impl<S: AttrSet, A> Parts<S, A> for Nothing {
    const COUNT: u32 = 0;
    const UNKNOWN: bool = false;

    #[inline]
    fn first(&self, _: &mut A, _: &S::View<'_>) -> Flow {
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
    fn error(&self, _: &mut A, _: DecodeError) -> Option<Flow> {
        None
    }
}

impl<S: AttrSet, A, P: Parts<S, A>, W: Want<S, A>> Parts<S, A> for Then<P, W> {
    const COUNT: u32 = P::COUNT + 1;
    const UNKNOWN: bool = P::UNKNOWN || W::UNKNOWN;

    #[inline]
    fn first(&self, acc: &mut A, view: &S::View<'_>) -> Flow {
        match self.before.first(acc, view) {
            Flow::Next => self.want.first(acc, view),
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
        match self.before.attr(acc, id, here) {
            earlier @ (None | Some(Ok(Flow::Next))) => self.want.attr(acc, id, here, P::COUNT).or(earlier),
            earlier => earlier,
        }
    }

    #[inline]
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow {
        match self.before.unknown(acc, attr) {
            Flow::Next => self.want.unknown(acc, attr),
            flow => flow,
        }
    }

    #[inline]
    fn error(&self, acc: &mut A, error: DecodeError) -> Option<Flow> {
        self.before.error(acc, error).or_else(|| self.want.error(acc, error))
    }
}

/// Whether it is the first time for the part of this number.
#[inline]
fn is_first(had: &mut u64, part: u32) -> bool {
    let bit = 1u64.checked_shl(part).unwrap_or(0);
    let first = *had & bit == 0;
    *had |= bit;
    first
}

impl<S, A, K, F> Want<S, A> for On<S, K, F>
where
    S: AttrSet,
    K: AttrKind<S>,
    F: for<'a> Fn(&mut A, K::Value<'a>) -> Flow,
{
    #[inline]
    fn attr<'a>(
        &self,
        acc: &mut A,
        id: u16,
        here: &mut Here<'_, 'a, S>,
        part: u32,
    ) -> Option<Result<Flow, DecodeError>> {
        if id != self.def.id() || (!K::REPEATS && !is_first(&mut here.had, part)) {
            return None;
        }
        Some(K::read(&here.at, id, here.view).map(|value| (self.what)(acc, value)))
    }
}

impl<S, A, T, W, Q> Want<S, A> for Inside<S, T, W, Q>
where
    S: AttrSet,
    T: AttrSet,
    W: Fn(&A) -> bool,
    Q: Parts<T, A>,
{
    #[inline]
    fn attr<'a>(
        &self,
        acc: &mut A,
        id: u16,
        here: &mut Here<'_, 'a, S>,
        part: u32,
    ) -> Option<Result<Flow, DecodeError>> {
        if id != self.def.id() || !is_first(&mut here.had, part) || !(self.when)(acc) {
            return None;
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
}

impl<S, A, F> Want<S, A> for First<F>
where
    S: AttrSet,
    F: for<'a> Fn(&mut A, &S::View<'a>) -> Flow,
{
    #[inline]
    fn first(&self, acc: &mut A, view: &S::View<'_>) -> Flow {
        (self.0)(acc, view)
    }
}

impl<S: AttrSet, A, F: for<'a> Fn(&mut A, Attr<'a>) -> Flow> Want<S, A> for OnUnknown<F> {
    const UNKNOWN: bool = true;

    #[inline]
    fn unknown(&self, acc: &mut A, attr: Attr<'_>) -> Flow {
        (self.0)(acc, attr)
    }
}

impl<S: AttrSet, A, F: Fn(&mut A, DecodeError) -> Flow> Want<S, A> for OnError<F> {
    #[inline]
    fn error(&self, acc: &mut A, error: DecodeError) -> Option<Flow> {
        Some((self.0)(acc, error))
    }
}

/// One pass over a set.
fn pass<'a, S: AttrSet, A, P: Parts<S, A>>(
    parts: &P,
    view: &S::View<'a>,
    acc: &mut A,
    depth: u8,
) -> Result<Flow, DecodeError> {
    crate::project::check_depth(S::meta(), depth)?;
    match parts.first(acc, view) {
        Flow::Next => {}
        flow => return Ok(flow),
    }
    let mut here = Here { at: Cursor::new(view.attrs()), view, had: 0, depth };
    while let Some(id) = here.at.head() {
        let flow = match parts.attr(acc, id, &mut here) {
            None if P::UNKNOWN && S::meta().attr(id).is_none() => {
                // A broken header is told at the end of the pass.
                here.at.attr().map_or(Flow::Next, |attr| parts.unknown(acc, attr))
            }
            None => Flow::Next,
            Some(Ok(flow)) => flow,
            Some(Err(error)) => parts.error(acc, error).ok_or(error)?,
        };
        if flow != Flow::Next {
            return Ok(flow);
        }
        here.at.step();
    }
    if here.at.broken() {
        let error = broken_header(here.at.attrs().bytes(), S::meta());
        return parts.error(acc, error).ok_or(error);
    }
    Ok(Flow::Next)
}

impl<S: AttrSet, A, P: Parts<S, A>> Collector<S, A, P> {
    fn then<W: Want<S, A>>(self, want: W) -> With<S, A, P, W> {
        const { assert!(P::COUNT < 64, "a collector has at most 64 parts") };
        Collector { parts: Then { before: self.parts, want }, of: PhantomData }
    }

    /// Calls `what` with an attribute's value: of one that stands once with the first, of one that
    /// repeats with every occurrence.
    pub fn on<K: AttrKind<S>, F>(self, def: AttrDef<S, K>, what: F) -> With<S, A, P, On<S, K, F>>
    where
        F: for<'a> Fn(&mut A, K::Value<'a>) -> Flow,
    {
        self.then(On { def, what })
    }

    /// Enters a nest, with a collector of its own for the same accumulator.
    pub fn inside<T: AttrSet, Q: Parts<T, A>>(
        self,
        def: AttrDef<S, Nest<T>>,
        inner: Collector<T, A, Q>,
    ) -> With<S, A, P, InsideAlways<S, T, A, Q>> {
        const { assert!(P::COUNT < 64, "a collector has at most 64 parts") };
        let when: fn(&A) -> bool = |_| true;
        self.then(Inside { def, when, parts: inner.parts })
    }

    /// Enters a nest when the accumulator says so. Several may be said of one nest: so it is the
    /// accumulator that chooses the collector.
    pub fn inside_if<T: AttrSet, Q: Parts<T, A>, W: Fn(&A) -> bool>(
        self,
        def: AttrDef<S, Nest<T>>,
        when: W,
        inner: Collector<T, A, Q>,
    ) -> With<S, A, P, Inside<S, T, W, Q>> {
        self.then(Inside { def, when, parts: inner.parts })
    }

    /// Calls `what` with the view before any attribute is looked at: its fixed header may be
    /// enough to reject the message.
    pub fn first<F>(self, what: F) -> With<S, A, P, First<F>>
    where
        F: for<'a> Fn(&mut A, &S::View<'a>) -> Flow,
    {
        self.then(First(what))
    }

    /// Calls `what` with every attribute that the set does not know.
    pub fn on_unknown<F>(self, what: F) -> With<S, A, P, OnUnknown<F>>
    where
        F: for<'a> Fn(&mut A, Attr<'a>) -> Flow,
    {
        self.then(OnUnknown(what))
    }

    /// Calls `what` when an attribute that is wanted cannot be read, or the set ends with a broken
    /// header. Without it such an error ends the run.
    pub fn on_error<F>(self, what: F) -> With<S, A, P, OnError<F>>
    where
        F: Fn(&mut A, DecodeError) -> Flow,
    {
        self.then(OnError(what))
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
