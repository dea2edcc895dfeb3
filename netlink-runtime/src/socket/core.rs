//! What all sockets do, written once: a blocking socket's waits are over when they return, so it polls
//! these functions once and has the result.

use super::batch::Space;
use super::builder::{Builder, Interrupted};
use super::engine::{Arrival, Engine, Progress, RequestId};
use super::error::{Error, Result};
use super::event::Event;
use super::io::Io;
use super::replies::{Asked, FamilyUse, Replies, Step};
use super::transport::{Source, Wait};
use crate::error::{DecodeError, EncodeError};
use crate::extack::KernelError;
use crate::genl::{Family, GetFamily};
use crate::message::{GenlHeader, Header, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, asks_for_dump};
use crate::protocol::{MessageType, Protocol};
use crate::request::{Reply, Request};
use std::convert::Infallible;
use std::io;
use std::ops::ControlFlow;
use std::ptr;

/// A socket's state, over some way of waiting.
pub(super) struct Core<I> {
    pub(super) protocol: Protocol,
    pub(super) io: I,
    pub(super) engine: Engine,
    /// The request whose reply is being read.
    pub(super) out: Vec<u8>,
    /// A reply that outlives the datagram it came in.
    pub(super) kept: Vec<u8>,
    pub(super) families: Vec<Family>,
    /// Memory of the last batch, for the next one.
    pub(super) batch: Space,
    pub(super) interrupted: Interrupted,
    pub(super) warning: Option<Box<KernelError>>,
}

impl<I: Io> Core<I> {
    pub(super) fn new(protocol: Protocol, mut io: I, options: &Builder) -> Self {
        let mut engine = Engine::new(io.transport().port(), options.queue);
        if options.peers {
            engine.accept_peers();
        }
        let (out, kept, families) = (Vec::new(), Vec::new(), Vec::new());
        let (batch, interrupted) = (Space::default(), options.interrupted);
        Core { protocol, io, engine, out, kept, families, batch, interrupted, warning: None }
    }

    /// Receives a datagram; `false` if some were lost before it.
    pub(super) async fn fill(&mut self, wait: Wait) -> io::Result<bool> {
        let buffer = self.engine.buffer();
        let received = match wait {
            Wait::Yes => self.io.receive(buffer).await,
            Wait::No => self.io.transport().receive(buffer, Wait::No),
        };
        self.filled(received)
    }

    fn filled(&mut self, received: io::Result<super::Datagram>) -> io::Result<bool> {
        match received {
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

    /// Writes a request and sends it.
    pub(super) async fn ask<R: Request>(&mut self, request: &R, dump: bool) -> Result<Replies<'_, I>> {
        // No NLM_F_ACK on a dump: the kernel ignores it, but for audit, whose acknowledgement
        // comes first.
        let end = if dump { NLM_F_DUMP } else { NLM_F_ACK };
        let asked = Asked { dump, ..self.write(request, end).await? };
        self.warning = None;
        let id = self.transmit()?;
        Ok(Replies::new(self, id, asked))
    }

    /// Writes a request to `out`, with these flags more.
    async fn write<R: Request>(&mut self, request: &R, flags: u16) -> Result<Asked> {
        let (message_type, genl, asked) = self.address(request).await?;
        self.frame(message_type, request.flags() | flags, genl, |out| request.encode(out))?;
        Ok(asked)
    }

    /// What a request's header says of whom it is for, and what is to be known when it is answered.
    pub(super) async fn address<R: Request>(
        &mut self,
        request: &R,
    ) -> Result<(u16, Option<GenlHeader>, Asked)> {
        if R::PROTOCOL != self.protocol {
            return Err(Error::WrongProtocol { socket: self.protocol, request: R::PROTOCOL });
        }
        let (message_type, genl, family) = match request.message_type() {
            MessageType::Raw(message_type) => (message_type, None, None),
            MessageType::Generic { family: name, command, version } => {
                let fresh = !self.families.iter().any(|f| f.name == name);
                let id = self.family(name).await?.id;
                (id, Some(GenlHeader { command, version }), Some(FamilyUse { name, id, fresh }))
            }
        };
        let (name, set) = (request.name(), request.set());
        let known = R::Reply::known_header();
        let header = set.and_then(|set| set.header).filter(|own| !known.is_some_and(|h| ptr::eq(h, *own)));
        let asked = Asked {
            name,
            header,
            #[cfg(feature = "names")]
            set,
            family,
            dump: false,
        };
        Ok((message_type, genl, asked))
    }

    /// Sends a message of any type, for [`Socket::raw_request`](super::Socket::raw_request).
    pub(super) fn ask_raw(
        &mut self,
        message_type: u16,
        flags: u16,
        payload: &[u8],
    ) -> Result<Replies<'_, I>> {
        let dump = asks_for_dump(flags);
        let flags = if dump { flags } else { flags | NLM_F_ACK };
        self.frame(message_type, flags, None, |out| {
            out.extend(payload);
            Ok(())
        })?;
        let id = self.transmit()?;
        Ok(Replies::new(self, id, Asked { dump, ..Asked::default() }))
    }

    /// Sends a message that nobody waits for.
    pub(super) fn send(&mut self, message_type: u16, flags: u16, payload: &[u8]) -> Result<RequestId> {
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

    /// Sends a request that has one reply, and keeps that. Gives where its parts are.
    pub(super) async fn get<R: Request>(&mut self, request: &R) -> Result<super::replies::Shape> {
        let mut count = 0;
        let mut replies = self.ask(request, false).await?;
        let shape = replies.shape();
        while let Some(place) = replies.reply(R::Reply::accepts).await? {
            if count == 0 {
                replies.keep(&place)?;
            }
            count += 1;
        }
        if count == 1 { Ok(shape) } else { Err(Error::ReplyCount(count)) }
    }

    /// Sends a request and waits for its acknowledgement.
    pub(super) async fn execute<R: Request>(&mut self, request: &R) -> Result<()> {
        let mut replies = self.ask(request, false).await?;
        loop {
            match replies.reply(R::Reply::accepts).await {
                Ok(Some(_)) | Err(Error::UnexpectedMessage { .. }) => {}
                Ok(None) => return Ok(()),
                Err(e) => return Err(e),
            }
        }
    }

    /// Collects a dump, again if it is inconsistent and the policy says so.
    pub(super) async fn dump_all<R: Request, T>(
        &mut self,
        request: &R,
        mut each: impl FnMut(<R::Reply as Reply>::View<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>> {
        let mut retries = match self.interrupted {
            Interrupted::Retry(n) => n,
            Interrupted::Report | Interrupted::Ignore => 0,
        };
        loop {
            let mut all = Vec::new();
            let mut replies = self.ask(request, true).await?;
            let read = replies.for_each::<R::Reply, Infallible>(|reply| {
                all.push(each(reply)?);
                Ok(ControlFlow::Continue(()))
            });
            match read.await {
                Ok(_) => return Ok(all),
                Err(Error::DumpInterrupted) if retries > 0 => retries -= 1,
                Err(e) => return Err(e),
            }
        }
    }

    /// A generic netlink family by name. The answer is remembered.
    pub(super) async fn family(&mut self, name: &str) -> Result<&Family> {
        let ix = match self.families.iter().position(|f| f.name == name) {
            Some(ix) => ix,
            None => self.look_up(name).await?,
        };
        Ok(&self.families[ix])
    }

    /// Asks the controller for a family, and remembers the answer. What [`Core::out`] holds stays.
    pub(super) async fn look_up(&mut self, name: &str) -> Result<usize> {
        if self.protocol != Protocol::Generic {
            return Err(Error::WrongProtocol { socket: self.protocol, request: Protocol::Generic });
        }
        self.families.retain(|f| f.name != name);
        let unknown = || Error::UnknownFamily { name: name.into() };
        let request = GetFamily(name);
        let own = std::mem::take(&mut self.out);
        let sent = match request.message_type() {
            MessageType::Raw(kind) => self.frame(kind, NLM_F_ACK, None, |out| request.encode(out)),
            MessageType::Generic { .. } => Err(unknown()),
        };
        let sent = sent.and_then(|()| self.transmit());
        self.out = own;
        let asked = Asked { name: request.name(), ..Asked::default() };
        let mut replies = Replies::new(self, sent?, asked);
        let mut found = None;
        loop {
            match replies.step(Family::accepts).await? {
                Step::Reply(place) => found = found.or(Some(replies.view::<Family>(&place)?)),
                Step::Refused(e) if e.errno == libc::ENOENT => return Err(unknown()),
                Step::Refused(e) => return Err(e.into()),
                Step::End => break,
            }
        }
        drop(replies);
        let family = found.ok_or(Error::ReplyCount(0))?;
        if family.id == 0 || family.name != name {
            return Err(unknown());
        }
        self.families.push(family);
        Ok(self.families.len() - 1)
    }

    pub(super) fn family_id(&self, ix: usize) -> u16 {
        self.families[ix].id
    }

    /// Waits for what arrives next.
    pub(super) async fn receive(&mut self) -> Result<Event<'_>> {
        let arrival = loop {
            if let Some(arrival) = self.engine.event()? {
                break arrival;
            }
            self.fill(Wait::Yes).await?;
        };
        self.event(arrival)
    }

    /// What has arrived, without waiting.
    pub(super) fn try_receive(&mut self) -> Result<Option<Event<'_>>> {
        let arrival = loop {
            if let Some(arrival) = self.engine.event()? {
                break arrival;
            }
            match self.fill_now() {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                other => other?,
            };
        };
        self.event(arrival).map(Some)
    }

    fn fill_now(&mut self) -> io::Result<bool> {
        let received = self.io.transport().receive(self.engine.buffer(), Wait::No);
        self.filled(received)
    }

    fn event(&self, arrival: Arrival) -> Result<Event<'_>> {
        let message = |place| self.engine.message(place);
        Ok(match arrival {
            Arrival::Overrun(overrun) => Event::Overrun(overrun),
            Arrival::Notification { source: Source { group, namespace, .. }, place } => {
                Event::Notification { group, namespace, message: message(&place)? }
            }
            Arrival::Reply(request, Progress::Message(place)) => {
                Event::Reply { request, message: message(&place)? }
            }
            Arrival::Reply(request, Progress::End { place, interrupted }) => {
                Event::End { request, message: message(&place)?, interrupted }
            }
        })
    }

    /// Writes a message to `out`, but for its sequence number.
    pub(super) fn frame(
        &mut self,
        message_type: u16,
        flags: u16,
        genl: Option<GenlHeader>,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<()> {
        self.out.clear();
        let header = Header { len: 0, message_type, flags, sequence: 0, port: self.engine.port() };
        append(&mut self.out, header, genl, body)
    }

    /// Sends `out` under a new sequence number.
    pub(super) fn transmit(&mut self) -> Result<RequestId> {
        let flags = u16::from_ne_bytes([self.out[6], self.out[7]]);
        if asks_for_dump(flags) {
            self.drain()?;
        }
        let id = self.engine.start(flags);
        self.out[8..12].copy_from_slice(&id.sequence().to_ne_bytes());
        if let Err(e) = self.io.transport().send(&self.out) {
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
            match self.fill_now() {
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                other => other?,
            };
        }
        Ok(())
    }
}

/// Appends a message that is a request. Where that fails, nothing is appended.
#[inline]
pub(super) fn append(
    out: &mut Vec<u8>,
    header: Header,
    genl: Option<GenlHeader>,
    body: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
) -> Result<()> {
    let start = out.len();
    out.extend_from_slice(&[0; Header::LEN]);
    if let Some(genl) = genl {
        out.extend_from_slice(&genl.to_bytes());
    }
    let too_long = |_| Error::from(io::Error::from(io::ErrorKind::InvalidInput));
    let written = body(out).map_err(Error::from);
    match written.and_then(|()| u32::try_from(out.len() - start).map_err(too_long)) {
        Ok(len) => {
            let header = Header { len, flags: header.flags | NLM_F_REQUEST, ..header };
            out[start..start + Header::LEN].copy_from_slice(&header.to_bytes());
            Ok(())
        }
        Err(e) => {
            out.truncate(start);
            Err(e)
        }
    }
}
