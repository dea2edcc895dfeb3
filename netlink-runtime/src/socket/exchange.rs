//! A request and what comes back.

use super::blocking::Socket;
use super::builder::Interrupted;
use super::engine::{Place, Progress, RequestId};
use super::error::{Error, Result};
use super::transport::Wait;
use crate::collect::{Collector, Outcome, Parts};
use crate::error::DecodeError;
use crate::extack::{Ack, KernelError};
use crate::message::{GenlHeader, Header, MessageError, MessageRef};
use crate::meta::{SetMeta, StructMeta};
use crate::request::{Reply, SetReply};
use crate::walk::StructRef;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::{fmt, io};

/// What is to be known about a request when its reply is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) name: Option<&'static str>,
    pub(super) set: Option<&'static SetMeta>,
    pub(super) family: Option<FamilyUse>,
    pub(super) dump: bool,
}

/// The generic netlink family of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct FamilyUse {
    pub(super) name: &'static str,
    pub(super) id: u16,
    /// The number was asked for just now.
    pub(super) fresh: bool,
}

/// The messages of a reply as they are: a lending iterator.
///
/// Dropped before its end, the rest is skipped later.
#[derive(Debug)]
pub struct Exchange<'s> {
    socket: &'s mut Socket,
    id: RequestId,
    asked: Asked,
    /// Where the last message is.
    place: Option<Place>,
    ended: bool,
    interrupted: bool,
    /// Datagrams were lost, perhaps the one with the end: do not wait for it.
    lossy: bool,
    /// How often a dump may start again.
    starts: u8,
}

impl<'s> Exchange<'s> {
    pub(super) fn new(socket: &'s mut Socket, id: RequestId, asked: Asked) -> Self {
        let (ended, interrupted, lossy) = (false, false, false);
        Exchange { socket, id, asked, place: None, ended, interrupted, lossy, starts: 3 }
    }

    /// The next message; the last one is the `NLMSG_DONE` or `NLMSG_ERROR` that ends the reply.
    ///
    /// The message is in the socket's buffer, so it is gone when the next one is asked for.
    #[allow(clippy::should_implement_trait)] // it lends, and the standard trait cannot
    pub fn next(&mut self) -> Result<Option<MessageRef<'_>>> {
        match self.advance()? {
            None => Ok(None),
            Some(Progress::Message(place) | Progress::End { place, .. }) => {
                Ok(Some(self.socket.engine.message(&place)?))
            }
        }
    }

    /// The message that the last call of [`next`](Self::next) gave.
    pub fn current(&self) -> Option<MessageRef<'_>> {
        self.socket.engine.message(self.place.as_ref()?).ok()
    }

    /// Whether a message so far said that the dump is inconsistent (`NLM_F_DUMP_INTR`). Known for
    /// sure at the end.
    pub fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// The request as it was sent: what [`KernelError::locate`] needs.
    pub fn request(&self) -> &[u8] {
        &self.socket.out
    }

    fn advance(&mut self) -> Result<Option<Progress>> {
        self.place = None;
        while !self.ended {
            match self.socket.engine.reply(self.id) {
                Ok(Some(progress)) => {
                    self.place = Some(match &progress {
                        Progress::Message(place) => place.clone(),
                        Progress::End { place, interrupted } => {
                            self.ended = true;
                            self.interrupted = *interrupted;
                            place.clone()
                        }
                    });
                    return Ok(Some(progress));
                }
                Ok(None) => self.fill()?,
                Err(e) => {
                    self.lossy = true;
                    return Err(e.into());
                }
            }
        }
        Ok(None)
    }

    /// Receives a datagram. Once something is lost, it does not wait: the kernel has answered by
    /// the time that a request is sent, and a dump that runs always has a datagram ready, so an
    /// empty queue means that the end is lost.
    fn fill(&mut self) -> Result<()> {
        let wait = if self.lossy { Wait::No } else { Wait::Yes };
        match self.socket.fill(wait) {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.lossy = true;
                Ok(())
            }
            Err(e) if self.lossy && e.kind() == io::ErrorKind::WouldBlock => {
                self.socket.engine.lose(self.id);
                self.ended = true;
                Err(Error::Overrun)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// What to do about a dump that is not consistent.
    pub(super) fn policy(&self) -> Interrupted {
        self.socket.interrupted
    }

    /// How replies are read.
    fn shape(&self) -> Shape {
        let body = Header::LEN + self.asked.family.map_or(0, |_| GenlHeader::LEN);
        Shape { body, header: self.asked.set.and_then(|set| set.header) }
    }

    /// The next message that is no control message; a refusal is an error.
    fn reply(&mut self, accepts: fn(u16) -> bool) -> Result<Option<Place>> {
        loop {
            let (place, interrupted) = match self.advance()? {
                None => return Ok(None),
                Some(Progress::Message(place)) => {
                    self.check(&place, accepts)?;
                    // It has begun: an error from now on is about something else.
                    self.starts = 0;
                    if let Some(family) = &mut self.asked.family {
                        family.fresh = true;
                    }
                    return Ok(Some(place));
                }
                Some(Progress::End { place, interrupted }) => (place, interrupted),
            };
            let error = self.refusal(&place)?;
            match error {
                None if interrupted && self.asked.dump && self.socket.interrupted != Interrupted::Ignore => {
                    return Err(Error::DumpInterrupted);
                }
                None => return Ok(None),
                Some(e) if e.errno == libc::ENOENT && self.renew()? => {}
                Some(e) if e.errno == libc::EBUSY && self.start_again()? => {}
                Some(e) => return Err(e.into()),
            }
        }
    }

    /// Whether the message is of a type that the reply may have.
    fn check(&self, place: &Place, accepts: fn(u16) -> bool) -> Result<()> {
        let message = self.socket.engine.message(place)?;
        let message_type = message.header.message_type;
        let message_type = match self.asked.family {
            Some(family) if family.id == message_type => {
                let genl = GenlHeader::split(message.payload());
                u16::from(genl.ok_or_else(|| too_short(message))?.0.command)
            }
            Some(_) => return Err(Error::UnexpectedMessage { message_type }),
            None => message_type,
        };
        if accepts(message_type) { Ok(()) } else { Err(Error::UnexpectedMessage { message_type }) }
    }

    /// The error at the end of the reply, if it is one. A warning is kept.
    fn refusal(&mut self, place: &Place) -> Result<Option<Box<KernelError>>> {
        let message = self.socket.engine.message(place)?;
        let ack = Ack::parse(message).ok_or_else(|| too_short(message))?;
        if ack.errno() == 0 && ack.message().is_none() {
            return Ok(None);
        }
        let mut error = Box::new(KernelError::new(&ack));
        error.request = self.asked.name;
        if let Some(set) = self.asked.set {
            error.locate(&self.socket.out, self.shape().body, set);
        }
        if error.errno != 0 {
            return Ok(Some(error));
        }
        self.socket.warning = Some(error);
        Ok(None)
    }

    /// Sends the request again if its family has another number than the one remembered: the
    /// kernel answers `ENOENT` for a number that no family has, which happens when a module was
    /// loaded anew.
    fn renew(&mut self) -> Result<bool> {
        let Some(family) = &mut self.asked.family else { return Ok(false) };
        if std::mem::replace(&mut family.fresh, true) {
            return Ok(false);
        }
        let mut out = std::mem::take(&mut self.socket.out);
        let found = self.socket.look_up(family.name);
        let id = found.map(|ix| self.socket.family_id(ix));
        if let Ok(id) = id {
            out[4..6].copy_from_slice(&id.to_ne_bytes());
        }
        self.socket.out = out;
        let id = id?;
        if std::mem::replace(&mut family.id, id) == id {
            return Ok(false);
        }
        self.send_again()?;
        Ok(true)
    }

    /// Sends a dump request again if an earlier dump of this socket is what kept it from
    /// starting: one that was stuck, because the kernel found no memory for its next datagram,
    /// comes to life when the refusal is received.
    fn start_again(&mut self) -> Result<bool> {
        if !self.asked.dump || self.starts == 0 || !self.socket.engine.dump_running() {
            return Ok(false);
        }
        self.starts -= 1;
        self.send_again()?;
        Ok(true)
    }

    fn send_again(&mut self) -> Result<()> {
        self.id = self.socket.transmit()?;
        self.ended = false;
        Ok(())
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.socket.engine.abandon(self.id);
        }
    }
}

fn too_short(message: MessageRef<'_>) -> MessageError {
    MessageError { offset: 0, length: None, available: message.payload().len() }
}

/// The replies to a request: a lending iterator of views.
///
/// Dropped before its end, the rest is skipped when the next dump starts.
pub struct Dump<'s, R> {
    exchange: Exchange<'s>,
    reply: PhantomData<fn() -> R>,
}

impl<'s, R: Reply> Dump<'s, R> {
    pub(super) fn new(exchange: Exchange<'s>) -> Self {
        Dump { exchange, reply: PhantomData }
    }

    pub(super) fn shape(&self) -> Shape {
        self.exchange.shape()
    }

    /// The next reply, as a view of the socket's buffer; `None` after the last one. To keep
    /// something of it beyond the next call, copy it out (a view's owned form, or single values).
    ///
    /// An error that concerns one message ([`Error::Decode`], [`Error::UnexpectedMessage`])
    /// leaves the others readable; after one that ends the reply, the next call gives `None`.
    #[allow(clippy::should_implement_trait)] // it lends, and the standard trait cannot
    pub fn next(&mut self) -> Result<Option<R::View<'_>>> {
        let Some(place) = self.exchange.reply(R::accepts)? else { return Ok(None) };
        let (shape, socket) = (self.shape(), &*self.exchange.socket);
        Ok(Some(shape.view::<R>(socket.engine.message(&place)?, &socket.out)?))
    }

    /// The next reply, without reading it.
    pub fn next_message(&mut self) -> Result<Option<MessageRef<'_>>> {
        match self.exchange.reply(R::accepts)? {
            None => Ok(None),
            Some(place) => Ok(Some(self.exchange.socket.engine.message(&place)?)),
        }
    }

    /// The message behind the last view: its header, all of its bytes.
    pub fn message(&self) -> Option<MessageRef<'_>> {
        self.exchange.current()
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
        mut f: impl FnMut(R::View<'_>) -> Result<ControlFlow<B>>,
    ) -> Result<ControlFlow<B>> {
        while let Some(view) = self.next()? {
            if let ControlFlow::Break(b) = f(view)? {
                return Ok(ControlFlow::Break(b));
            }
        }
        Ok(ControlFlow::Continue(()))
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
        while let Some(view) = self.next()? {
            if collector.run(view, acc)? == Outcome::Ended {
                break;
            }
        }
        Ok(())
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
        mut new: impl FnMut() -> A,
    ) -> Result<Vec<A>> {
        let mut kept = Vec::new();
        while let Some(view) = self.next()? {
            let mut acc = new();
            match collector.run(view, &mut acc)? {
                Outcome::Kept => kept.push(acc),
                Outcome::Rejected => {}
                Outcome::Ended => {
                    kept.push(acc);
                    break;
                }
            }
        }
        Ok(kept)
    }
}

/// The one reply to a request; it lies in the socket's buffer.
pub struct Answer<'s, R> {
    message: MessageRef<'s>,
    sent: &'s [u8],
    shape: Shape,
    reply: PhantomData<fn() -> R>,
}

impl<'s, R: Reply> Answer<'s, R> {
    pub(super) fn new(message: MessageRef<'s>, sent: &'s [u8], shape: Shape) -> Self {
        Answer { message, sent, shape, reply: PhantomData }
    }

    /// The reply.
    pub fn view(&self) -> Result<R::View<'s>, DecodeError> {
        self.shape.view::<R>(self.message, self.sent)
    }

    /// The message as it is.
    pub fn message(&self) -> MessageRef<'s> {
        self.message
    }
}

/// Where things are in a request and in its replies.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Where what the reply's type describes starts.
    body: usize,
    /// The request's fixed header.
    header: Option<&'static StructMeta>,
}

impl Shape {
    /// Reads a reply, given the request as it was sent.
    fn view<'a, R: Reply>(self, reply: MessageRef<'a>, sent: &'a [u8]) -> Result<R::View<'a>, DecodeError> {
        let asked = |meta| StructRef::new(meta, sent.get(self.body..).unwrap_or_default());
        R::answer(reply.bytes().get(self.body..).unwrap_or_default(), self.header.map(asked))
    }
}

// Not derived: that would ask for `R: Debug`.
impl<R> fmt::Debug for Dump<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump").field("exchange", &self.exchange).finish()
    }
}

impl<R> fmt::Debug for Answer<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("message", &self.message).finish()
    }
}
