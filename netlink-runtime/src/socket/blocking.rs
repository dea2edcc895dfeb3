//! The blocking socket.

use super::builder::{Builder, Interrupted};
use super::engine::{Arrival, Dropped, Engine, Overrun, Progress, RequestId};
use super::error::{Error, Result};
use super::exchange::{Answer, Asked, Dump, Exchange, FamilyUse};
use super::transport::{Transport, Wait};
use crate::error::{DecodeError, EncodeError};
use crate::extack::KernelError;
use crate::genl::{Family, GetFamily};
use crate::message::{GenlHeader, Header, MessageRef, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, asks_for_dump};
use crate::protocol::{MessageType, Protocol};
use crate::request::{Reply, Request};
use std::os::fd::BorrowedFd;
use std::time::Duration;
use std::{fmt, io};

/// A blocking netlink socket.
///
/// It may move between threads; several threads take one each.
pub struct Socket {
    protocol: Protocol,
    transport: Box<dyn Transport>,
    pub(super) engine: Engine,
    /// The request whose reply is being read.
    pub(super) out: Vec<u8>,
    /// A reply that outlives the datagram it came in.
    kept: Vec<u8>,
    pub(super) families: Vec<Family>,
    pub(super) interrupted: Interrupted,
    pub(super) warning: Option<Box<KernelError>>,
}

/// What [`Socket::receive`] gives.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A message that answers no request.
    Notification {
        /// The multicast group, 0 if it was sent to this socket alone.
        group: u32,
        /// The message.
        message: MessageRef<'a>,
    },
    /// A reply to a request that was [sent](Socket::send).
    Reply {
        /// The request.
        request: RequestId,
        /// The message.
        message: MessageRef<'a>,
    },
    /// The end of the replies to a request that was [sent](Socket::send).
    End {
        /// The request.
        request: RequestId,
        /// `NLMSG_DONE` or `NLMSG_ERROR`; [`Ack`](crate::extack::Ack) reads it.
        message: MessageRef<'a>,
        /// The dump is not consistent.
        interrupted: bool,
    },
    /// Notifications are missing here. Who follows a state reads it anew.
    Overrun(Overrun),
}

impl Socket {
    /// Opens a socket with the usual options: strict checking, extended acknowledgements.
    pub fn open(protocol: Protocol) -> Result<Socket> {
        Builder::default().open(protocol)
    }

    /// Opens a socket with other options.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn new(protocol: Protocol, transport: Box<dyn Transport>, options: &Builder) -> Self {
        let engine = Engine::new(transport.port(), options.queue);
        let interrupted = options.interrupted;
        let (out, kept, families) = (Vec::new(), Vec::new(), Vec::new());
        Socket { protocol, transport, engine, out, kept, families, interrupted, warning: None }
    }

    /// What the socket speaks.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The port that the kernel gave it.
    pub fn port(&self) -> u32 {
        self.engine.port()
    }

    /// The file descriptor to poll, unless the transport has none. There may be something to
    /// [`receive`](Self::receive) although it is not readable: what waits in the socket's queue, or in
    /// a transport ([`Transport::pending`]). [`try_receive`](Self::try_receive) gives it.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.transport.fd()
    }

    /// Messages that were dropped by rule.
    pub fn dropped(&self) -> Dropped {
        self.engine.dropped()
    }

    /// What the kernel remarked about the last request that it carried out.
    pub fn warning(&self) -> Option<&KernelError> {
        self.warning.as_deref()
    }

    /// Limits how long to wait for a datagram; `None` is for ever.
    pub fn set_timeout(&mut self, limit: Option<Duration>) -> Result<()> {
        Ok(self.transport.set_timeout(limit)?)
    }

    /// Joins a multicast group, by number.
    pub fn join(&mut self, group: u32) -> Result<()> {
        Ok(self.transport.join(group)?)
    }

    /// Leaves a multicast group.
    pub fn leave(&mut self, group: u32) -> Result<()> {
        Ok(self.transport.leave(group)?)
    }

    /// Starts a dump.
    pub fn dump<R: Request>(&mut self, request: R) -> Result<Dump<'_, R::Reply>> {
        Ok(Dump::new(self.ask(&request, true)?))
    }

    /// Collects a dump: what `each` makes of every reply.
    ///
    /// A dump of something that changed meanwhile starts again, as often as the
    /// [`Interrupted`] policy says.
    pub fn dump_all<R: Request, T>(
        &mut self,
        request: R,
        mut each: impl FnMut(<R::Reply as Reply>::View<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>> {
        let mut retries = match self.interrupted {
            Interrupted::Retry(n) => n,
            Interrupted::Report | Interrupted::Ignore => 0,
        };
        loop {
            let mut all = Vec::new();
            let mut dump = self.dump(&request)?;
            let end = loop {
                match dump.next() {
                    Ok(Some(view)) => all.push(each(view)?),
                    Ok(None) => return Ok(all),
                    Err(e) => break e,
                }
            };
            match end {
                Error::DumpInterrupted if retries > 0 => retries -= 1,
                e => return Err(e),
            }
        }
    }

    /// Sends a request that is no dump and has any number of replies before its
    /// acknowledgement.
    pub fn request<R: Request>(&mut self, request: R) -> Result<Dump<'_, R::Reply>> {
        Ok(Dump::new(self.ask(&request, false)?))
    }

    /// Sends a request that has one reply, and waits for it and for the acknowledgement.
    pub fn get<R: Request>(&mut self, request: R) -> Result<Answer<'_, R::Reply>> {
        let mut kept = std::mem::take(&mut self.kept);
        let mut count = 0;
        let mut replies = self.request(request)?;
        let shape = replies.shape();
        while let Some(message) = replies.next_message()? {
            if count == 0 {
                kept.clear();
                kept.extend(message.bytes());
            }
            count += 1;
        }
        drop(replies);
        self.kept = kept;
        if count != 1 {
            return Err(Error::ReplyCount(count));
        }
        Ok(Answer::new(MessageRef::parse(&self.kept)?, &self.out, shape))
    }

    /// Sends a request and waits for its acknowledgement. Replies, if it has any, are skipped.
    pub fn execute<R: Request>(&mut self, request: R) -> Result<()> {
        let mut replies = self.request(request)?;
        loop {
            match replies.next_message() {
                Ok(Some(_)) | Err(Error::UnexpectedMessage { .. }) => {}
                Ok(None) => return Ok(()),
                Err(e) => return Err(e),
            }
        }
    }

    /// A generic netlink family by name. The answer is remembered.
    pub fn family(&mut self, name: &str) -> Result<&Family> {
        let known = self.families.iter().position(|f| f.name == name);
        let ix = match known {
            Some(ix) => ix,
            None => self.look_up(name)?,
        };
        Ok(&self.families[ix])
    }

    /// Asks the controller for a family, and remembers the answer.
    pub(super) fn look_up(&mut self, name: &str) -> Result<usize> {
        self.families.retain(|f| f.name != name);
        let unknown = || Error::UnknownFamily { name: name.into() };
        let family = match self.get(GetFamily(name)) {
            Ok(answer) => answer.view()?,
            Err(Error::Kernel(e)) if e.errno == libc::ENOENT => return Err(unknown()),
            Err(e) => return Err(e),
        };
        if family.id == 0 || family.name != name {
            return Err(unknown());
        }
        self.families.push(family);
        Ok(self.families.len() - 1)
    }

    pub(super) fn family_id(&self, ix: usize) -> u16 {
        self.families[ix].id
    }

    /// Sends a message of any type, and yields every message of the reply as it is, the
    /// `NLMSG_DONE` or `NLMSG_ERROR` at its end included.
    ///
    /// `NLM_F_REQUEST` is added and, unless the flags ask for a dump, `NLM_F_ACK`: so every reply
    /// has an end. `payload` is what follows `nlmsghdr`.
    ///
    /// ```
    /// use netlink_runtime::message::{NLM_F_DUMP, NLMSG_DONE};
    /// use netlink_runtime::{Protocol, socket::Socket};
    ///
    /// let mut generic = Socket::open(Protocol::Generic)?;
    /// // Message type 16 is the controller's; 3 is CTRL_CMD_GETFAMILY.
    /// let mut families = generic.raw_request(16, NLM_F_DUMP, &[3, 2, 0, 0])?;
    /// let mut last = None;
    /// while let Some(message) = families.next()? {
    ///     last = Some(message.header.message_type);
    /// }
    /// assert_eq!(last, Some(NLMSG_DONE));
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    pub fn raw_request(&mut self, message_type: u16, flags: u16, payload: &[u8]) -> Result<Exchange<'_>> {
        let dump = asks_for_dump(flags);
        let flags = if dump { flags } else { flags | NLM_F_ACK };
        self.frame(message_type, flags, None, |out| {
            out.extend(payload);
            Ok(())
        })?;
        let id = self.transmit()?;
        Ok(Exchange::new(self, id, Asked { dump, ..Asked::default() }))
    }

    /// Sends a message of any type without waiting. What comes back is for
    /// [`receive`](Self::receive), mixed with everything else that arrives: any number of
    /// requests may be in flight.
    ///
    /// `NLM_F_REQUEST` is added. Without `NLM_F_ACK`, a request that is no dump has no end, so it
    /// is not followed: what answers it comes as [`Event::Notification`], under the sequence
    /// number returned.
    pub fn send(&mut self, message_type: u16, flags: u16, payload: &[u8]) -> Result<RequestId> {
        self.frame(message_type, flags, None, |out| {
            out.extend(payload);
            Ok(())
        })?;
        let id = self.transmit()?;
        if !asks_for_dump(flags) && flags & NLM_F_ACK == 0 {
            self.engine.forget(id);
        }
        Ok(id)
    }

    /// Gives a request up: what comes for it is dropped.
    pub fn cancel(&mut self, request: RequestId) {
        self.engine.abandon(request);
    }

    /// Waits for what arrives next: notifications, and replies to what was
    /// [sent](Self::send).
    pub fn receive(&mut self) -> Result<Event<'_>> {
        let arrival = loop {
            if let Some(arrival) = self.engine.event()? {
                break arrival;
            }
            self.fill(Wait::Yes)?;
        };
        self.event(arrival)
    }

    /// What has arrived, without waiting.
    pub fn try_receive(&mut self) -> Result<Option<Event<'_>>> {
        let arrival = loop {
            if let Some(arrival) = self.engine.event()? {
                break arrival;
            }
            match self.fill(Wait::No) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                other => other?,
            };
        };
        self.event(arrival).map(Some)
    }

    fn event(&self, arrival: Arrival) -> Result<Event<'_>> {
        let message = |place| self.engine.message(place);
        Ok(match arrival {
            Arrival::Overrun(overrun) => Event::Overrun(overrun),
            Arrival::Notification { group, place } => {
                Event::Notification { group, message: message(&place)? }
            }
            Arrival::Reply(request, Progress::Message(place)) => {
                Event::Reply { request, message: message(&place)? }
            }
            Arrival::Reply(request, Progress::End { place, interrupted }) => {
                Event::End { request, message: message(&place)?, interrupted }
            }
        })
    }

    /// Writes a request and sends it.
    fn ask<R: Request>(&mut self, request: &R, dump: bool) -> Result<Exchange<'_>> {
        if R::PROTOCOL != self.protocol {
            return Err(Error::WrongProtocol { socket: self.protocol, request: R::PROTOCOL });
        }
        let (message_type, genl, family) = match request.message_type() {
            MessageType::Raw(message_type) => (message_type, None, None),
            MessageType::Generic { family: name, command, version } => {
                let fresh = !self.families.iter().any(|f| f.name == name);
                let id = self.family(name)?.id;
                (id, Some(GenlHeader { command, version }), Some(FamilyUse { name, id, fresh }))
            }
        };
        // No NLM_F_ACK on a dump: the kernel ignores it, but for audit, whose acknowledgement
        // comes first.
        let end = if dump { NLM_F_DUMP } else { NLM_F_ACK };
        self.frame(message_type, request.flags() | end, genl, |out| request.encode(out))?;
        self.warning = None;
        let id = self.transmit()?;
        let asked = Asked { name: request.name(), set: request.set(), family, dump };
        Ok(Exchange::new(self, id, asked))
    }

    /// Writes a message to `out`, but for sequence number and port.
    fn frame(
        &mut self,
        message_type: u16,
        flags: u16,
        genl: Option<GenlHeader>,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<()> {
        self.out.clear();
        self.out.extend([0; Header::LEN]);
        self.out.extend(genl.iter().flat_map(|g| g.to_bytes()));
        body(&mut self.out)?;
        let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
        let len = u32::try_from(self.out.len()).map_err(too_long)?;
        let flags = flags | NLM_F_REQUEST;
        let header = Header { len, message_type, flags, sequence: 0, port: self.engine.port() };
        self.out[..Header::LEN].copy_from_slice(&header.to_bytes());
        Ok(())
    }

    /// Sends `out` under a new sequence number.
    pub(super) fn transmit(&mut self) -> Result<RequestId> {
        let flags = u16::from_ne_bytes([self.out[6], self.out[7]]);
        if asks_for_dump(flags) {
            self.drain()?;
        }
        let id = self.engine.start(flags);
        self.out[8..12].copy_from_slice(&id.sequence().to_ne_bytes());
        if let Err(e) = self.transport.send(&self.out) {
            self.engine.forget(id);
            return Err(e.into());
        }
        Ok(id)
    }

    /// Reads dumps in flight to their ends, so that another can start.
    ///
    /// Abandoned ones are dropped, and what [`send`](Self::send) started waits in the queue. This
    /// never waits: the kernel makes a dump's next datagram when one is taken, so where none is
    /// there, none runs (or it is stuck, which `EBUSY` tells).
    fn drain(&mut self) -> Result<()> {
        while self.engine.dump_running() {
            // A broken message concerns nobody here.
            let _ = self.engine.skim();
            if !self.engine.dump_running() {
                break;
            }
            match self.fill(Wait::No) {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                other => other?,
            };
        }
        Ok(())
    }

    /// Receives a datagram; `false` if some were lost before it.
    pub(super) fn fill(&mut self, wait: Wait) -> io::Result<bool> {
        match self.transport.receive(self.engine.buffer(), wait) {
            Ok(datagram) => {
                self.engine.received(datagram);
                Ok(true)
            }
            Err(e) if e.raw_os_error() == Some(libc::ENOBUFS) => {
                self.engine.overrun();
                Ok(false)
            }
            Err(e) => Err(e),
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("protocol", &self.protocol)
            .field("port", &self.port())
            .finish_non_exhaustive()
    }
}
