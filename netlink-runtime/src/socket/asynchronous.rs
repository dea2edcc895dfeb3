//! Asynchronous sockets: the blocking one's methods, waiting in the way of a runtime.
//!
//! [`tokio::Socket`](super::tokio::Socket) (feature `tokio`) and
//! [`async_io::Socket`](super::async_io::Socket) (feature `async-io`, for smol and others) are this
//! [`Socket`]; for another runtime, implement [`Io`].
//!
//! A future may be dropped at any point. What was asked for is then given up: the rest of its reply is
//! dropped when it comes, and the next request is answered right. A request that has been sent is not
//! taken back by that; only the answer is not waited for. There are no time limits here: put one of the
//! runtime around any call.

use super::answer::Answer;
use super::batch::{Acknowledge, Report, Requests};
use super::core::Core;
use super::engine::{Dropped, RequestId};
use super::error::Result;
use super::event::Event;
pub use super::following::Reading;
use super::following::{Followed, Following};
pub use super::io::Io;
use super::replies::Replies;
use super::save::{self, Saved};
use crate::collect::{Collector, Parts};
use crate::decoders::Decoders;
use crate::error::DecodeError;
use crate::extack::KernelError;
use crate::genl::Family;
use crate::message::MessageRef;
use crate::protocol::Protocol;
use crate::request::{Reply, Request, SetReply};
use std::fmt;
use std::io::Write;
use std::marker::PhantomData;
use std::ops::ControlFlow;

/// A netlink socket whose waits are futures. It may move between threads.
pub struct Socket<I>(pub(super) Core<I>);

impl<I: Io> Socket<I> {
    pub(super) fn new(protocol: Protocol, io: I, options: &super::Builder) -> Self {
        Socket(Core::new(protocol, io, options))
    }

    /// What the socket speaks.
    pub fn protocol(&self) -> Protocol {
        self.0.protocol
    }

    /// The port that the kernel gave it.
    pub fn port(&self) -> u32 {
        self.0.engine.port()
    }

    /// Messages that were dropped by rule.
    pub fn dropped(&self) -> Dropped {
        self.0.engine.dropped()
    }

    /// What the kernel remarked about the last request that it carried out.
    pub fn warning(&self) -> Option<&KernelError> {
        self.0.warning.as_deref()
    }

    /// Joins a multicast group, by number.
    pub fn join(&mut self, group: u32) -> Result<()> {
        Ok(self.0.io.transport().join(group)?)
    }

    /// Leaves a multicast group.
    pub fn leave(&mut self, group: u32) -> Result<()> {
        Ok(self.0.io.transport().leave(group)?)
    }

    /// Starts a dump.
    pub async fn dump<R: Request>(&mut self, request: R) -> Result<Dump<'_, R::Reply, I>> {
        Ok(Dump::new(self.0.ask(&request, true).await?))
    }

    /// Collects a dump: what `each` makes of every reply.
    ///
    /// A dump of something that changed meanwhile starts again, as often as the
    /// [`Interrupted`](super::Interrupted) policy says.
    pub async fn dump_all<R: Request, T>(
        &mut self,
        request: R,
        each: impl FnMut(<R::Reply as Reply>::View<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>> {
        self.0.dump_all(&request, each).await
    }

    /// Sends a request that is no dump and has any number of replies before its
    /// acknowledgement.
    pub async fn request<R: Request>(&mut self, request: R) -> Result<Dump<'_, R::Reply, I>> {
        Ok(Dump::new(self.0.ask(&request, false).await?))
    }

    /// Sends a request that has one reply, and waits for it and for the acknowledgement.
    pub async fn get<R: Request>(&mut self, request: R) -> Result<Answer<'_, R::Reply>> {
        let shape = self.0.get(&request).await?;
        Ok(Answer::new(MessageRef::parse(&self.0.kept)?, &self.0.out, shape))
    }

    /// Sends a request and waits for its acknowledgement. Replies, if it has any, are skipped.
    pub async fn execute<R: Request>(&mut self, request: R) -> Result<()> {
        self.0.execute(&request).await
    }

    /// Many requests in few datagrams; see [`Socket::batch`](super::Socket::batch).
    pub fn batch(&mut self) -> Batch<'_, I> {
        Batch(Requests::new(&mut self.0))
    }

    /// A transaction of a netfilter subsystem; see [`Socket::transaction`](super::Socket::transaction).
    pub fn transaction(&mut self, subsystem: u8, generation: Option<u32>) -> Result<Batch<'_, I>> {
        Ok(Batch(Requests::transaction(&mut self.0, subsystem, generation)?))
    }

    /// Writes a dump to a file; see [`Socket::save`](super::Socket::save).
    pub async fn save<R: Request>(
        &mut self,
        saved: Saved,
        request: R,
        mut file: impl Write,
    ) -> Result<usize> {
        save::save(&mut self.0, saved, &request, &mut file).await
    }

    /// Puts back what a file holds; see [`Socket::restore`](super::Socket::restore).
    pub async fn restore(&mut self, file: &[u8]) -> Result<Report> {
        save::restore(&mut self.0, file).await
    }

    /// A generic netlink family by name. The answer is remembered.
    pub async fn family(&mut self, name: &str) -> Result<&Family> {
        self.0.family(name).await
    }

    /// Sends a message of any type, and yields every message of the reply as it is; see
    /// [`Socket::raw_request`](super::Socket::raw_request).
    pub fn raw_request(&mut self, message_type: u16, flags: u16, payload: &[u8]) -> Result<Exchange<'_, I>> {
        Ok(Exchange(self.0.ask_raw(message_type, flags, payload)?))
    }

    /// Sends a message of any type without waiting for anything; see
    /// [`Socket::send`](super::Socket::send).
    pub fn send(&mut self, message_type: u16, flags: u16, payload: &[u8]) -> Result<RequestId> {
        self.0.send(message_type, flags, payload)
    }

    /// Gives a request up: what comes for it is dropped.
    pub fn cancel(&mut self, request: RequestId) {
        self.0.engine.abandon(request);
    }

    /// Waits for what arrives next: notifications, and replies to what was
    /// [sent](Self::send).
    pub async fn receive(&mut self) -> Result<Event<'_>> {
        self.0.receive().await
    }

    /// What has arrived, without waiting.
    pub fn try_receive(&mut self) -> Result<Option<Event<'_>>> {
        self.0.try_receive()
    }
}

impl<I: Io> fmt::Debug for Socket<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("protocol", &self.protocol())
            .field("port", &self.port())
            .finish_non_exhaustive()
    }
}

/// The messages of a reply as they are.
///
/// Dropped before its end, the rest is skipped later.
#[derive(Debug)]
pub struct Exchange<'s, I>(pub(super) Replies<'s, I>);

impl<I: Io> Exchange<'_, I> {
    /// The next message; the last one is the `NLMSG_DONE` or `NLMSG_ERROR` that ends the reply.
    ///
    /// The message is in the socket's buffer, so it is gone when the next one is asked for.
    #[allow(clippy::should_implement_trait)] // it lends, and the standard trait cannot
    pub async fn next(&mut self) -> Result<Option<MessageRef<'_>>> {
        self.0.next().await
    }

    /// The message that the last call of [`next`](Self::next) gave.
    pub fn current(&self) -> Option<MessageRef<'_>> {
        self.0.current()
    }

    /// Whether a message so far said that the dump is inconsistent (`NLM_F_DUMP_INTR`). Known for
    /// sure at the end.
    pub fn interrupted(&self) -> bool {
        self.0.interrupted()
    }

    /// The request as it was sent: what [`KernelError::locate`] needs.
    pub fn request(&self) -> &[u8] {
        &self.0.core.out
    }
}

/// The replies to a request, as views.
///
/// Dropped before its end, the rest is skipped when the next dump starts.
pub struct Dump<'s, R, I> {
    pub(super) replies: Replies<'s, I>,
    reply: PhantomData<fn() -> R>,
}

impl<'s, R: Reply, I: Io> Dump<'s, R, I> {
    fn new(replies: Replies<'s, I>) -> Self {
        Dump { replies, reply: PhantomData }
    }

    /// The next reply, as a view of the socket's buffer; `None` after the last one.
    ///
    /// Errors are those of the blocking [`Dump::next`](super::Dump::next). Given up while it waits,
    /// nothing is lost: the next call goes on.
    #[allow(clippy::should_implement_trait)] // it lends, and the standard trait cannot
    pub async fn next(&mut self) -> Result<Option<R::View<'_>>> {
        let place = match self.replies.at_hand(R::accepts) {
            Some(place) => Some(place),
            None => self.replies.reply(R::accepts).await?,
        };
        match place {
            Some(place) => Ok(Some(self.replies.view::<R>(&place)?)),
            None => Ok(None),
        }
    }

    /// The next reply, without reading it.
    pub async fn next_message(&mut self) -> Result<Option<MessageRef<'_>>> {
        match self.replies.reply(R::accepts).await? {
            Some(place) => Ok(Some(self.replies.message(&place)?)),
            None => Ok(None),
        }
    }

    /// The message behind the last view: its header, all of its bytes.
    pub fn message(&self) -> Option<MessageRef<'_>> {
        self.replies.current()
    }

    /// Calls `f` with each reply, until it breaks off or fails.
    pub async fn for_each<B>(
        &mut self,
        f: impl FnMut(R::View<'_>) -> Result<ControlFlow<B>>,
    ) -> Result<ControlFlow<B>> {
        self.replies.for_each::<R, B>(f).await
    }
}

impl<R: SetReply, I: Io> Dump<'_, R, I> {
    /// Tells a collector about every reply, with one accumulator for all; see the blocking
    /// [`Dump::fold`](super::Dump::fold).
    pub async fn fold<A, P: Parts<R::Set, A>>(
        &mut self,
        collector: &Collector<R::Set, A, P>,
        acc: &mut A,
    ) -> Result<()> {
        self.replies.fold::<R, A, P>(collector, acc).await
    }

    /// Tells a collector about every reply, with a new accumulator for each; see the blocking
    /// [`Dump::collect`](super::Dump::collect).
    pub async fn collect<A, P: Parts<R::Set, A>>(
        &mut self,
        collector: &Collector<R::Set, A, P>,
        new: impl FnMut() -> A,
    ) -> Result<Vec<A>> {
        self.replies.collect::<R, A, P>(collector, new).await
    }
}

// Not derived: that would ask for `R: Debug`.
impl<R, I> fmt::Debug for Dump<'_, R, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump").field("replies", &self.replies).finish()
    }
}

/// Requests that are sent many at a time; see the blocking [`Batch`](super::Batch).
#[derive(Debug)]
pub struct Batch<'s, I>(Requests<'s, I>);

impl<I: Io> Batch<'_, I> {
    /// What the kernel acknowledges: the last request of each datagram, unless said otherwise.
    #[must_use]
    pub fn acknowledge(mut self, acknowledge: Acknowledge) -> Self {
        self.0.acknowledge(acknowledge);
        self
    }

    /// Adds a request, and gives its number. Where a datagram is full, it is sent and its answers are
    /// read first; given up meanwhile, the request is not added.
    pub async fn add<R: Request>(&mut self, request: R) -> Result<usize> {
        self.0.add(&request).await
    }

    /// Adds a message of any type: what follows its `nlmsghdr`, with these `NLM_F_*` flags instead of its
    /// own.
    pub async fn add_message(&mut self, message: MessageRef<'_>, flags: u16) -> Result<usize> {
        self.0.add_message(message, flags).await
    }

    /// Sends what is left, and says how all of it went.
    pub async fn finish(mut self) -> Result<Report> {
        self.0.finish().await
    }
}

/// What happens, heard by one socket or by several, as values; see the blocking
/// [`Follow`](super::Follow).
pub struct Follow<I, T>(Following<Socket<I>, T>);

impl<I: Io, T: Send> Follow<I, T> {
    /// No sockets yet.
    pub fn new() -> Self {
        Follow(Following::new())
    }

    /// A socket whose notifications are all there is.
    #[must_use]
    pub fn notifications(mut self, socket: Socket<I>, decoders: Decoders<T>) -> Self {
        self.0.add(socket, decoders, None);
        self
    }

    /// A socket whose notifications say how a state changes, and what reads that state:
    ///
    /// ```no_run
    /// # use netlink_runtime::decoders::Decoders;
    /// # use netlink_runtime::genl::{Family, GetFamilies};
    /// # use netlink_runtime::socket::asynchronous::{Follow, Io, Socket};
    /// # fn f<I: Io>(generic: Socket<I>, decoders: Decoders<Family>) -> Follow<I, Family> {
    /// Follow::new().state(generic, decoders, |generic| Box::pin(generic.dump_all(GetFamilies, Ok)))
    /// # }
    /// ```
    #[must_use]
    pub fn state(
        mut self,
        socket: Socket<I>,
        decoders: Decoders<T>,
        read: impl for<'s> FnMut(&'s mut Socket<I>) -> Reading<'s, T> + Send + 'static,
    ) -> Self {
        self.0.add(socket, decoders, Some(Box::new(read)));
        self
    }

    /// A socket, by its number.
    pub fn socket(&mut self, source: usize) -> Option<&mut Socket<I>> {
        self.0.sources.get_mut(source).map(|source| &mut source.socket)
    }

    /// Waits for what comes next, from any of the sockets in turn. Given up while it waits, nothing is
    /// lost; a state that was being read is read by the next call.
    pub async fn receive(&mut self) -> Result<Followed<T>> {
        self.0.receive().await
    }

    /// What has come, without waiting for more; but a state that is to be read is waited for.
    pub async fn try_receive(&mut self) -> Result<Option<Followed<T>>> {
        self.0.arrived().await
    }
}

impl<I: Io, T: Send> Default for Follow<I, T> {
    fn default() -> Self {
        Follow::new()
    }
}

impl<I: Io, T> fmt::Debug for Follow<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
