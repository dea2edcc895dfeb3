//! What a blocking socket's requests give.

use super::batch::{Acknowledge, Report, Requests};
use super::error::Result;
use super::io::{Blocking, now};
use super::replies::Replies;
use crate::collect::{Collector, Parts};
use crate::message::MessageRef;
use crate::request::{Reply, Request, SetReply};
use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;

/// The messages of a reply as they are: a lending iterator.
///
/// Dropped before its end, the rest is skipped later.
#[derive(Debug)]
pub struct Exchange<'s>(pub(super) Replies<'s, Blocking>);

impl<'s> Exchange<'s> {
    #[inline]
    pub(super) fn new(replies: Replies<'s, Blocking>) -> Self {
        Exchange(replies)
    }

    /// The next message; the last one is the `NLMSG_DONE` or `NLMSG_ERROR` that ends the reply.
    ///
    /// The message is in the socket's buffer, so it is gone when the next one is asked for.
    #[allow(clippy::should_implement_trait)] // it lends, and the standard trait cannot
    #[inline]
    pub fn next(&mut self) -> Result<Option<MessageRef<'_>>> {
        now(self.0.next())
    }

    /// The message that the last call of [`next`](Self::next) gave.
    #[inline]
    pub fn current(&self) -> Option<MessageRef<'_>> {
        self.0.current()
    }

    /// Whether a message so far said that the dump is inconsistent (`NLM_F_DUMP_INTR`). Known for
    /// sure at the end.
    #[inline]
    pub fn interrupted(&self) -> bool {
        self.0.interrupted()
    }

    /// The request as it was sent: what [`KernelError::locate`](crate::extack::KernelError::locate)
    /// needs.
    #[inline]
    pub fn request(&self) -> &[u8] {
        &self.0.core.out
    }
}

/// The replies to a request: a lending iterator of views.
///
/// Dropped before its end, the rest is skipped when the next dump starts.
pub struct Dump<'s, R> {
    pub(super) replies: Replies<'s, Blocking>,
    reply: PhantomData<fn() -> R>,
}

impl<'s, R: Reply> Dump<'s, R> {
    pub(super) fn new(replies: Replies<'s, Blocking>) -> Self {
        Dump { replies, reply: PhantomData }
    }

    /// The next reply, as a view of the socket's buffer; `None` after the last one. To keep
    /// something of it beyond the next call, copy it out (a view's owned form, or single values).
    ///
    /// An error that concerns one message ([`Error::Decode`](super::Error::Decode),
    /// [`Error::UnexpectedMessage`](super::Error::UnexpectedMessage)) leaves the others readable; after
    /// one that ends the reply, the next call gives `None`.
    #[allow(clippy::should_implement_trait)] // it lends, and the standard trait cannot
    #[inline(always)]
    pub fn next(&mut self) -> Result<Option<R::View<'_>>> {
        match self.replies.reply_now(R::accepts)? {
            Some(place) => Ok(Some(self.replies.view::<R>(&place)?)),
            None => Ok(None),
        }
    }

    /// The next reply, without reading it.
    #[inline(always)]
    pub fn next_message(&mut self) -> Result<Option<MessageRef<'_>>> {
        match self.replies.reply_now(R::accepts)? {
            Some(place) => Ok(Some(self.replies.message(&place)?)),
            None => Ok(None),
        }
    }

    /// The message behind the last view: its header, all of its bytes.
    pub fn message(&self) -> Option<MessageRef<'_>> {
        self.replies.current()
    }

    /// Calls `f` with each reply, until it breaks off or fails.
    ///
    /// ```no_run
    /// # use netlink_runtime::socket::{Error, Socket};
    /// # fn f<R: netlink_runtime::Request>(socket: &mut Socket, request: R) -> Result<(), Error> {
    /// use std::ops::ControlFlow;
    ///
    /// let mut count = 0;
    /// let end = socket.dump(request)?.for_each(|_reply| {
    ///     count += 1;
    ///     Ok(if count < 10 { ControlFlow::Continue(()) } else { ControlFlow::Break("enough") })
    /// })?;
    /// # let _ = end; Ok(()) }
    /// ```
    pub fn for_each<B>(
        &mut self,
        f: impl FnMut(R::View<'_>) -> Result<ControlFlow<B>>,
    ) -> Result<ControlFlow<B>> {
        now(self.replies.for_each::<R, B>(f))
    }
}

impl<R: SetReply> Dump<'_, R> {
    /// Tells a collector about every reply, with one accumulator for all. What the collector did
    /// with it before it rejected a message stays. Ended by the collector, the rest is skipped.
    pub fn fold<A, P: Parts<R::Set, A>>(
        &mut self,
        collector: &Collector<R::Set, A, P>,
        acc: &mut A,
    ) -> Result<()> {
        now(self.replies.fold::<R, A, P>(collector, acc))
    }

    /// Tells a collector about every reply, with a new accumulator for each; gives those of the
    /// messages that it did not reject.
    ///
    /// ```no_run
    /// # use netlink_runtime::collect::{Flow, collector};
    /// # use netlink_runtime::prelude::*;
    /// # use netlink_runtime::{Request, Reply, socket::{Error, Socket}};
    /// # #[derive(Clone, Default, PartialEq, NetlinkMessage)]
    /// # struct Link { #[netlink(IFLA_IFNAME = 3)] ifname: Option<NlString>, #[netlink(IFLA_MTU = 4)] mtu: Option<u32> }
    /// # #[derive(NetlinkOp)]
    /// # #[netlink(protocol = 0, dump, request(RTM_GETLINK = 18, Link), reply(RTM_NEWLINK = 16, Link))]
    /// # struct GetLink;
    /// # fn main() -> Result<(), Error> {
    /// let jumbo = collector::<Link, String>()
    ///     .on(Link::MTU, |_, mtu| if mtu > 1500 { Flow::Next } else { Flow::Reject })
    ///     .on(Link::IFNAME, |name, text| {
    ///         *name = text.to_string();
    ///         Flow::Next
    ///     });
    /// let mut route = Socket::open(Protocol::Route)?;
    /// let names = route.dump(GetLink::dump())?.collect(&jumbo, String::new)?;
    /// # let _ = names; Ok(()) }
    /// ```
    pub fn collect<A, P: Parts<R::Set, A>>(
        &mut self,
        collector: &Collector<R::Set, A, P>,
        new: impl FnMut() -> A,
    ) -> Result<Vec<A>> {
        now(self.replies.collect::<R, A, P>(collector, new))
    }
}

// Not derived: that would ask for `R: Debug`.
impl<R> fmt::Debug for Dump<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump").field("replies", &self.replies).finish()
    }
}

/// Requests that are sent many at a time: [`Socket::batch`](super::Socket::batch).
///
/// A datagram holds as many as the kernel's receive buffer has room for answers, so that none is lost.
/// What requests give back besides, is skipped. Dropped before [`finish`](Self::finish), requests that
/// were not sent are forgotten.
pub struct Batch<'s>(pub(super) Requests<'s, Blocking>);

impl Batch<'_> {
    /// What the kernel acknowledges: the last request of each datagram, unless said otherwise. Either
    /// way, whatever it refuses is told.
    #[must_use]
    #[inline]
    pub fn acknowledge(mut self, acknowledge: Acknowledge) -> Self {
        self.0.acknowledge(acknowledge);
        self
    }

    /// Adds a request, and gives its number. Where a datagram is full, it is sent and its answers are
    /// read first.
    #[inline]
    pub fn add<R: Request>(&mut self, request: R) -> Result<usize> {
        now(self.0.add(&request))
    }

    /// Adds a message of any type: what follows its `nlmsghdr`, with these `NLM_F_*` flags instead of its
    /// own.
    #[inline]
    pub fn add_message(&mut self, message: MessageRef<'_>, flags: u16) -> Result<usize> {
        now(self.0.add_message(message, flags))
    }

    /// Sends what is left, and says how all of it went.
    #[inline]
    pub fn finish(mut self) -> Result<Report> {
        now(self.0.finish())
    }
}

impl fmt::Debug for Batch<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
