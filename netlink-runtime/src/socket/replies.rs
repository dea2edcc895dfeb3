//! A request and what comes back: what the sockets' exchanges and dumps share.

use super::builder::Interrupted;
use super::core::Core;
use super::engine::{Place, Progress, RequestId};
use super::error::{Error, Result};
use super::io::{Blocking, Io, now};
use super::transport::Wait;
use crate::collect::{Collector, Outcome, Parts};
use crate::error::DecodeError;
use crate::extack::{Ack, KernelError};
use crate::message::{GenlHeader, Header, MessageError, MessageRef};
#[cfg(feature = "names")]
use crate::meta::SetMeta;
use crate::meta::StructMeta;
use crate::request::{Reply, SetReply};
use crate::walk::StructRef;
use std::ops::ControlFlow;
use std::{fmt, io};

/// What is to be known about a request when its reply is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) name: Option<&'static str>,
    /// Its fixed header, unless it is the one that its replies know.
    pub(super) header: Option<&'static StructMeta>,
    /// Its attributes, to name those that are refused.
    #[cfg(feature = "names")]
    pub(super) set: Option<&'static SetMeta>,
    pub(super) family: Option<FamilyUse>,
    pub(super) dump: bool,
}

impl Asked {
    /// Where what the request's set describes starts in its message.
    #[inline]
    pub(super) fn body(&self) -> usize {
        Header::LEN + self.family.map_or(0, |_| GenlHeader::LEN)
    }

    /// What an acknowledgement says against it, given the message as it was sent.
    pub(super) fn error(&self, ack: &Ack<'_>, request: &[u8]) -> Box<KernelError> {
        let mut error = Box::new(KernelError::new(ack));
        error.request = self.name;
        #[cfg(feature = "names")]
        if let Some(set) = self.set {
            error.locate(request, self.body(), set);
        }
        #[cfg(not(feature = "names"))]
        let _ = request;
        error
    }
}

/// The generic netlink family of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct FamilyUse {
    pub(super) name: &'static str,
    pub(super) id: u16,
    /// The number was asked for just now.
    pub(super) fresh: bool,
}

/// The next of a reply.
pub(super) enum Step {
    /// A message.
    Reply(Place),
    /// Nothing more.
    End,
    /// The kernel's refusal, which ends the reply.
    Refused(Box<KernelError>),
}

/// The replies to a request that was sent. Dropped before their end, the rest is skipped later.
pub(super) struct Replies<'s, I> {
    pub(super) core: &'s mut Core<I>,
    id: RequestId,
    asked: Asked,
    /// How they are read.
    shape: Shape,
    /// Where the last message is.
    place: Option<Place>,
    ended: bool,
    interrupted: bool,
    /// Datagrams were lost, perhaps the one with the end: do not wait for it.
    lossy: bool,
    /// How often a dump may start again.
    starts: u8,
    /// A refusal that another family number might cure: kept while that is being asked for, so that
    /// whoever stops waiting can go on later.
    unknown: Option<Box<KernelError>>,
}

impl<'s, I: Io> Replies<'s, I> {
    pub(super) fn new(core: &'s mut Core<I>, id: RequestId, asked: Asked) -> Self {
        let (ended, interrupted, lossy) = (false, false, false);
        let shape = Shape { body: asked.body(), header: asked.header };
        Replies { core, id, asked, shape, place: None, ended, interrupted, lossy, starts: 3, unknown: None }
    }

    /// The next message; the last one is the `NLMSG_DONE` or `NLMSG_ERROR` that ends the reply.
    pub(super) async fn next(&mut self) -> Result<Option<MessageRef<'_>>> {
        match self.advance().await? {
            None => Ok(None),
            Some(Progress::Message(place) | Progress::End { place, .. }) => Ok(Some(self.message(&place)?)),
        }
    }

    /// The message that was given last.
    pub(super) fn current(&self) -> Option<MessageRef<'_>> {
        self.message(self.place.as_ref()?).ok()
    }

    pub(super) fn message(&self, place: &Place) -> Result<MessageRef<'_>, MessageError> {
        self.core.engine.message(place)
    }

    pub(super) fn interrupted(&self) -> bool {
        self.interrupted
    }

    async fn advance(&mut self) -> Result<Option<Progress>> {
        loop {
            let progress = self.arrived()?;
            if progress.is_some() || self.ended {
                return Ok(progress);
            }
            self.fill().await?;
        }
    }

    /// What the last datagram has for this request.
    fn arrived(&mut self) -> Result<Option<Progress>> {
        self.place = None;
        if self.ended {
            return Ok(None);
        }
        let progress = self.core.engine.reply(self.id).inspect_err(|_| self.lossy = true)?;
        match &progress {
            None => {}
            Some(Progress::Message(place)) => self.place = Some(place.clone()),
            Some(Progress::End { place, interrupted }) => {
                (self.ended, self.interrupted) = (true, *interrupted);
                self.place = Some(place.clone());
            }
        }
        Ok(progress)
    }

    /// Receives a datagram. Once something is lost, it does not wait: the kernel has answered by
    /// the time that a request is sent, and a dump that runs always has a datagram ready, so an
    /// empty queue means that the end is lost.
    async fn fill(&mut self) -> Result<()> {
        let wait = if self.lossy { Wait::No } else { Wait::Yes };
        match self.core.fill(wait).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.lossy = true;
                Ok(())
            }
            Err(e) if self.lossy && e.kind() == io::ErrorKind::WouldBlock => {
                self.core.engine.lose(self.id);
                self.ended = true;
                Err(Error::Overrun)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// How replies are read.
    #[inline]
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Reads a reply.
    #[inline(always)]
    pub(super) fn view<R: Reply>(&self, place: &Place) -> Result<R::View<'_>> {
        Ok(self.shape().view::<R>(self.core.engine.received_bytes(place), &self.core.out)?)
    }

    /// Keeps a reply, for after its datagram.
    pub(super) fn keep(&mut self, place: &Place) -> Result<()> {
        let Core { engine, kept, .. } = &mut *self.core;
        kept.clear();
        kept.extend(engine.message(place)?.bytes());
        Ok(())
    }

    /// The next reply, where it is here already and like the last: all but the first of a datagram are. None
    /// says nothing.
    #[inline(always)]
    pub(super) fn at_hand(&mut self, accepts: fn(u16) -> bool) -> Option<Place> {
        let family = self.asked.family.map(|f| f.id);
        let wanted = |message: MessageRef<'_>| match family {
            None => accepts(message.header.message_type),
            Some(id) => {
                id == message.header.message_type
                    && GenlHeader::split(message.payload()).is_some_and(|(g, _)| accepts(g.command.into()))
            }
        };
        let place = self.core.engine.more(wanted)?;
        self.place = Some(place.clone());
        Some(place)
    }

    /// The next message that is no control message; a refusal is an error, unless the request can be
    /// sent again.
    pub(super) async fn reply(&mut self, accepts: fn(u16) -> bool) -> Result<Option<Place>> {
        loop {
            if self.unknown.is_some() {
                let renewed = self.renew().await;
                match (self.unknown.take(), renewed?) {
                    (_, true) => self.send_again()?,
                    (Some(e), false) => return Err(e.into()),
                    (None, false) => {}
                }
            }
            match self.step(accepts).await? {
                Step::Reply(place) => return Ok(Some(place)),
                Step::End => return Ok(None),
                // A family's number that was remembered: the module may have been loaded anew.
                Step::Refused(e)
                    if e.errno == libc::ENOENT && self.asked.family.is_some_and(|f| !f.fresh) =>
                {
                    self.unknown = Some(e);
                }
                Step::Refused(e) if e.errno == libc::EBUSY && self.may_start_again() => self.send_again()?,
                Step::Refused(e) => return Err(e.into()),
            }
        }
    }

    /// The next message, or how the reply ends.
    pub(super) async fn step(&mut self, accepts: fn(u16) -> bool) -> Result<Step> {
        let progress = self.advance().await?;
        self.read(progress, accepts)
    }

    fn read(&mut self, progress: Option<Progress>, accepts: fn(u16) -> bool) -> Result<Step> {
        let (place, interrupted) = match progress {
            None => return Ok(Step::End),
            Some(Progress::Message(place)) => {
                self.accept(&place, accepts)?;
                return Ok(Step::Reply(place));
            }
            Some(Progress::End { place, interrupted }) => (place, interrupted),
        };
        match self.refusal(&place)? {
            Some(e) => Ok(Step::Refused(e)),
            None if interrupted && self.asked.dump && self.core.interrupted != Interrupted::Ignore => {
                Err(Error::DumpInterrupted)
            }
            None => Ok(Step::End),
        }
    }

    /// Whether the message is of a type that the reply may have.
    fn accept(&mut self, place: &Place, accepts: fn(u16) -> bool) -> Result<()> {
        let message = self.message(place)?;
        let message_type = message.header.message_type;
        let message_type = match self.asked.family {
            Some(family) if family.id == message_type => {
                let genl = GenlHeader::split(message.payload());
                u16::from(genl.ok_or_else(|| too_short(message))?.0.command)
            }
            Some(_) => return Err(Error::UnexpectedMessage { message_type }),
            None => message_type,
        };
        if !accepts(message_type) {
            return Err(Error::UnexpectedMessage { message_type });
        }
        // It has begun: an error from now on is about something else.
        self.starts = 0;
        if let Some(family) = &mut self.asked.family {
            family.fresh = true;
        }
        self.core.engine.expect_more(self.id);
        Ok(())
    }

    /// The error at the end of the reply, if it is one. A warning is kept.
    fn refusal(&mut self, place: &Place) -> Result<Option<Box<KernelError>>> {
        let message = self.message(place)?;
        let ack = Ack::parse(message).ok_or_else(|| too_short(message))?;
        if ack.errno() == 0 && ack.message().is_none() {
            return Ok(None);
        }
        let error = self.asked.error(&ack, &self.core.out);
        if error.errno != 0 {
            return Ok(Some(error));
        }
        self.core.warning = Some(error);
        Ok(None)
    }

    /// Asks for the number of the request's family; whether it is another one than was remembered: the
    /// kernel answers `ENOENT` for a number that no family has.
    async fn renew(&mut self) -> Result<bool> {
        let Some(name) = self.asked.family.map(|f| f.name) else { return Ok(false) };
        let ix = self.core.look_up(name).await?;
        let id = self.core.family_id(ix);
        self.core.out[4..6].copy_from_slice(&id.to_ne_bytes());
        let Some(family) = &mut self.asked.family else { return Ok(false) };
        family.fresh = true;
        Ok(std::mem::replace(&mut family.id, id) != id)
    }

    /// Whether an earlier dump of this socket may be what kept this one from starting: one that was
    /// stuck, because the kernel found no memory for its next datagram, comes to life when the refusal
    /// is received.
    fn may_start_again(&mut self) -> bool {
        if !self.asked.dump || self.starts == 0 || !self.core.engine.dump_running() {
            return false;
        }
        self.starts -= 1;
        true
    }

    fn send_again(&mut self) -> Result<()> {
        self.id = self.core.transmit()?;
        self.ended = false;
        Ok(())
    }

    /// Calls `f` with each reply, until it breaks off or fails.
    pub(super) async fn for_each<R: Reply, B>(
        &mut self,
        mut f: impl FnMut(R::View<'_>) -> Result<ControlFlow<B>>,
    ) -> Result<ControlFlow<B>> {
        loop {
            let place = match self.at_hand(R::accepts) {
                Some(place) => place,
                None => match self.reply(R::accepts).await? {
                    Some(place) => place,
                    None => return Ok(ControlFlow::Continue(())),
                },
            };
            if let ControlFlow::Break(b) = f(self.view::<R>(&place)?)? {
                return Ok(ControlFlow::Break(b));
            }
        }
    }

    /// Tells a collector about every reply, with one accumulator for all.
    pub(super) async fn fold<R: SetReply, A, P: Parts<R::Set, A>>(
        &mut self,
        collector: &Collector<R::Set, A, P>,
        acc: &mut A,
    ) -> Result<()> {
        let told = self.for_each::<R, ()>(|reply| match collector.run(reply, acc)? {
            Outcome::Ended => Ok(ControlFlow::Break(())),
            Outcome::Kept | Outcome::Rejected => Ok(ControlFlow::Continue(())),
        });
        told.await.map(|_| ())
    }

    /// Tells a collector about every reply, with a new accumulator for each.
    pub(super) async fn collect<R: SetReply, A, P: Parts<R::Set, A>>(
        &mut self,
        collector: &Collector<R::Set, A, P>,
        mut new: impl FnMut() -> A,
    ) -> Result<Vec<A>> {
        let mut kept = Vec::new();
        let told = self.for_each::<R, ()>(|reply| {
            let mut acc = new();
            let outcome = collector.run(reply, &mut acc)?;
            if outcome != Outcome::Rejected {
                kept.push(acc);
            }
            let ended = outcome == Outcome::Ended;
            Ok(if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        let _ = told.await?;
        Ok(kept)
    }
}

impl Replies<'_, Blocking> {
    /// [`reply`](Self::reply), without the state of a function that waits where nothing has to be
    /// waited for.
    #[inline(always)]
    pub(super) fn reply_now(&mut self, accepts: fn(u16) -> bool) -> Result<Option<Place>> {
        match self.at_hand(accepts) {
            Some(place) => Ok(Some(place)),
            None => self.wait_for_reply(accepts),
        }
    }

    #[inline(never)]
    fn wait_for_reply(&mut self, accepts: fn(u16) -> bool) -> Result<Option<Place>> {
        now(self.reply(accepts))
    }
}

impl<I> Drop for Replies<'_, I> {
    fn drop(&mut self) {
        if !self.ended {
            self.core.engine.abandon(self.id);
        }
    }
}

impl<I> fmt::Debug for Replies<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies")
            .field("request", &self.id)
            .field("name", &self.asked.name)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

fn too_short(message: MessageRef<'_>) -> MessageError {
    MessageError { offset: 0, length: None, available: message.payload().len() }
}

/// Where things are in a request and in its replies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Where what the reply's type describes starts.
    body: usize,
    /// The request's fixed header, unless it is the one that its replies know.
    header: Option<&'static StructMeta>,
}

impl Shape {
    /// Reads a reply, given the request as it was sent.
    #[inline(always)]
    pub(super) fn view<'a, R: Reply>(
        self,
        reply: &'a [u8],
        sent: &'a [u8],
    ) -> Result<R::View<'a>, DecodeError> {
        let asked = |meta| StructRef::new(meta, sent.get(self.body..).unwrap_or_default());
        R::answer(&reply[self.body.min(reply.len())..], self.header.or_else(R::known_header).map(asked))
    }
}
