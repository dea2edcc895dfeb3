//! The protocol without the I/O: which message belongs to what.
//!
//! An [`Engine`] is given datagrams and says, message by message, which request each answers.
//! It never waits and makes no system calls, so every kind of socket can stand on it, and tests
//! need no kernel. The blocking [`Socket`](super::Socket) shows how it is driven:
//!
//! 1. [`start`](Engine::start) gives a request its sequence number; the caller sends it.
//! 2. [`reply`](Engine::reply) gives what has arrived for that request; `None` asks for more
//!    input: the caller receives into [`buffer`](Engine::buffer) and calls
//!    [`received`](Engine::received).
//! 3. What came in between for others waits in a queue for [`event`](Engine::event).
//!
//! # What belongs to a request
//!
//! A message that the kernel sent to this socket alone (not to a multicast group), with the
//! sequence number of a request in flight and the socket's own port. Port 0 passes as well,
//! because the audit subsystem leaves it so. Notifications may carry the sequence number and
//! even the port of the request that caused them; the multicast group tells them apart.
//!
//! With one exception: to a request with `NLM_F_ECHO`, the kernel answers by the very
//! notification that the groups get, their number included, and leaves the requester out when it
//! sends it to the group. So there, own sequence number and own port suffice.

use super::backlog::{Backlog, Entry};
use super::transport::{Datagram, Source};
use crate::message::{
    Header, MessageError, MessageRef, Messages, NLM_F_ACK, NLM_F_ACK_TLVS, NLM_F_DUMP_INTR, NLM_F_ECHO,
    NLMSG_DONE, NLMSG_ERROR, NLMSG_MIN_TYPE, NLMSG_NOOP, NLMSG_OVERRUN, asks_for_dump,
};
use crate::wire::align;
use std::ops::Range;

/// A request in flight, by its sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(pub(super) u32);

impl RequestId {
    /// The sequence number (`nlmsg_seq`).
    pub fn sequence(self) -> u32 {
        self.0
    }
}

/// Where a message lies: read it by [`Engine::message`], before the next one is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    span: Range<usize>,
    parked: bool,
}

/// What has arrived for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A message of the reply.
    Message(Place),
    /// The `NLMSG_DONE` or `NLMSG_ERROR` that ends the reply.
    End {
        /// The message.
        place: Place,
        /// A message of the reply had `NLM_F_DUMP_INTR`: the dump is not consistent.
        interrupted: bool,
    },
}

/// What has arrived for anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A message that answers no request.
    Notification {
        /// Who sent it, and to whom.
        source: Source,
        /// The message.
        place: Place,
    },
    /// Something for a request.
    Reply(RequestId, Progress),
    /// Notifications were lost here.
    Overrun(Overrun),
}

/// Why notifications are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// The kernel's receive buffer for the socket was full (`ENOBUFS`): an unknown number.
    Kernel,
    /// Too many waited in the socket's queue while something else was read: this number.
    Queue(u64),
}

impl Overrun {
    /// Two gaps with nothing between them.
    pub(super) fn and(self, other: Overrun) -> Overrun {
        match (self, other) {
            (Overrun::Queue(a), Overrun::Queue(b)) => Overrun::Queue(a.saturating_add(b)),
            _ => Overrun::Kernel,
        }
    }
}

/// Counts of messages that were dropped by rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// Datagrams of senders other than the kernel.
    pub foreign: u64,
    /// Acknowledgements and ends that belong to no request any more.
    pub stale: u64,
    /// Messages of requests that were given up.
    pub abandoned: u64,
}

#[derive(Debug)]
struct InFlight {
    id: RequestId,
    dump: bool,
    echo: bool,
    /// It is answered only if it is refused.
    quiet: bool,
    abandoned: bool,
    interrupted: bool,
}

/// The state of a socket's conversations.
#[derive(Debug)]
pub struct Engine {
    port: u32,
    last: u32,
    /// All numbers were given once: one that is in flight may come again.
    again: bool,
    // Few at a time, in the order of their start.
    in_flight: Vec<InFlight>,
    buffer: Vec<u8>,
    filled: usize,
    at: usize,
    source: Source,
    /// The end of the datagram, where the next message may be more of the reply that the last one belongs to; else 0.
    run: usize,
    /// Sequence number and port of that reply, as they stand in the header.
    tag: u64,
    backlog: Backlog,
    /// The queued message that was read last.
    parked: Box<[u8]>,
    dropped: Dropped,
    /// Other processes may send notifications.
    peers: bool,
}

impl Engine {
    /// A new state for a socket with this port; up to `queue` bytes of notifications wait.
    pub fn new(port: u32, queue: usize) -> Self {
        Engine {
            port,
            last: 0,
            again: false,
            in_flight: Vec::new(),
            buffer: Vec::new(),
            filled: 0,
            at: 0,
            source: Source::default(),
            run: 0,
            tag: 0,
            backlog: Backlog::new(queue),
            parked: Box::default(),
            dropped: Dropped::default(),
            peers: false,
        }
    }

    /// Takes what other processes send for notifications; it never answers a request.
    pub fn accept_peers(&mut self) {
        self.peers = true;
    }

    /// The socket's port.
    pub fn port(&self) -> u32 {
        self.port
    }

    /// What was dropped so far.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// Gives a request with these `NLM_F_*` flags its sequence number.
    pub fn start(&mut self, flags: u16) -> RequestId {
        let (dump, echo) = (asks_for_dump(flags), flags & NLM_F_ECHO != 0);
        let quiet = !dump && flags & NLM_F_ACK == 0;
        loop {
            // 0 is what notifications have that nobody asked for.
            self.last = self.last.checked_add(1).unwrap_or(1);
            self.again |= self.last == u32::MAX;
            let id = RequestId(self.last);
            if !self.again || self.find(id).is_none() {
                self.in_flight.push(InFlight { id, dump, echo, quiet, abandoned: false, interrupted: false });
                return id;
            }
        }
    }

    /// A request is acknowledged after all.
    pub fn expect_end(&mut self, id: RequestId) {
        if let Some(ix) = self.find(id) {
            self.in_flight[ix].quiet = false;
        }
    }

    /// Gives a request up: what still comes for it is dropped.
    pub fn abandon(&mut self, id: RequestId) {
        self.run = 0;
        if let Some(ix) = self.find(id) {
            self.in_flight[ix].abandoned = true;
        }
        self.backlog.remove(id);
    }

    /// Forgets a request that was not sent, or that will have no end.
    pub fn forget(&mut self, id: RequestId) {
        self.in_flight.retain(|r| r.id != id);
    }

    /// The end of a request is lost. A dump may come to life again, so it is only abandoned.
    pub fn lose(&mut self, id: RequestId) {
        match self.find(id) {
            Some(ix) if self.in_flight[ix].dump => self.in_flight[ix].abandoned = true,
            _ => self.forget(id),
        }
    }

    /// Whether a dump may be running. The kernel runs one per socket, and refuses a second one
    /// with `EBUSY`.
    pub fn dump_running(&self) -> bool {
        self.in_flight.iter().any(|r| r.dump)
    }

    /// Whether the end of a request is still to come.
    pub fn is_in_flight(&self, id: RequestId) -> bool {
        self.find(id).is_some()
    }

    /// Where the next datagram goes, once [`reply`](Self::reply) or [`event`](Self::event) has
    /// asked for it.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// A datagram is in the buffer.
    pub fn received(&mut self, datagram: Datagram) {
        (self.at, self.run) = (0, 0);
        self.filled = datagram.len.min(self.buffer.len());
        self.source = datagram.source;
        if datagram.source.port != 0 && !self.peers {
            self.dropped.foreign += 1;
            self.filled = 0;
        }
    }

    /// The transport has lost datagrams.
    pub fn overrun(&mut self) {
        self.backlog.push(Entry::Overrun(Overrun::Kernel));
    }

    /// What has arrived for a request; the next call may overwrite it. `None` asks for the next
    /// datagram.
    ///
    /// A broken message ends its datagram, and is an error; the request goes on.
    pub fn reply(&mut self, id: RequestId) -> Result<Option<Progress>, MessageError> {
        Ok(self.reply_within(id, id)?.map(|(_, progress)| progress))
    }

    /// Whether the next message of the datagram says that this request, the oldest in flight, is done, and nothing
    /// else; it is taken, then. This is what comes for most requests that are sent many at a time.
    pub(super) fn acknowledged(&mut self, id: RequestId) -> bool {
        let oldest = self.in_flight.first().is_some_and(|r| r.id == id && !r.quiet && !r.abandoned);
        let rest = self.buffer.get(self.at..self.filled).unwrap_or_default();
        let Ok(message) = MessageRef::parse(rest) else { return false };
        let Header { message_type, flags, sequence, port, .. } = message.header;
        let done = oldest
            && message_type == NLMSG_ERROR
            && flags & NLM_F_ACK_TLVS == 0
            && (sequence, port) == (id.0, self.port)
            && self.source == Source::default()
            && message.payload().starts_with(&[0; 4]);
        if done {
            self.at = align(self.at + message.bytes().len()).min(self.filled);
            self.in_flight.remove(0);
        }
        done
    }

    /// What has arrived for any of the requests from one to another, as they were started.
    pub fn reply_within(
        &mut self,
        first: RequestId,
        last: RequestId,
    ) -> Result<Option<(RequestId, Progress)>, MessageError> {
        let span = last.0.wrapping_sub(first.0);
        while let Some(arrival) = self.step()? {
            match arrival {
                Arrival::Reply(id, progress) if id.0.wrapping_sub(first.0) <= span => {
                    return Ok(Some((id, progress)));
                }
                other => self.park(other),
            }
        }
        Ok(None)
    }

    /// The message that was given last is an ordinary one of this reply: [`more`](Self::more) may be.
    pub(super) fn expect_more(&mut self, id: RequestId) {
        self.run = self.filled;
        self.tag = tag(id.0, self.port);
    }

    /// The next message of the datagram, where it is like the one before it: an ordinary one of the same reply, and
    /// wanted. [`step`](Self::step) would say the same, after all its questions; what they changed, the one before
    /// has changed. This is most messages of long dumps, and inlined into the caller's loop, so it asks as little as
    /// it can.
    #[inline(always)]
    pub(super) fn more(&mut self, wanted: impl FnOnce(MessageRef<'_>) -> bool) -> Option<Place> {
        let message = MessageRef::parse(self.buffer.get(self.at..self.run)?).ok()?;
        let header = message.header;
        if tag(header.sequence, header.port) != self.tag {
            return None;
        }
        if header.flags & NLM_F_DUMP_INTR != 0 {
            return None;
        }
        if header.message_type < NLMSG_MIN_TYPE || !wanted(message) {
            return None;
        }
        let span = self.at..self.at + message.bytes().len();
        self.at = align(span.end).min(self.run);
        Some(Place { span, parked: false })
    }

    /// Keeps what the datagram holds for others, and drops what was given up. After it, the next
    /// datagram may be received.
    pub fn skim(&mut self) -> Result<(), MessageError> {
        while let Some(arrival) = self.step()? {
            self.park(arrival);
        }
        Ok(())
    }

    /// What has arrived for anybody, oldest first; the next call may overwrite it. `None` asks
    /// for the next datagram.
    pub fn event(&mut self) -> Result<Option<Arrival>, MessageError> {
        let Some(entry) = self.backlog.pop() else { return self.step() };
        let mut hold = |bytes: Box<[u8]>| {
            self.parked = bytes;
            Place { span: 0..self.parked.len(), parked: true }
        };
        Ok(Some(match entry {
            Entry::Overrun(overrun) => Arrival::Overrun(overrun),
            Entry::Notification { source, bytes } => Arrival::Notification { source, place: hold(bytes) },
            Entry::Message { id, bytes } => Arrival::Reply(id, Progress::Message(hold(bytes))),
            Entry::End { id, bytes, interrupted } => {
                Arrival::Reply(id, Progress::End { place: hold(bytes), interrupted })
            }
        }))
    }

    /// The message at a place that the last call gave.
    pub fn message(&self, place: &Place) -> Result<MessageRef<'_>, MessageError> {
        let from = if place.parked { &self.parked[..] } else { &self.buffer[..] };
        MessageRef::parse(from.get(place.span.clone()).unwrap_or_default())
    }

    /// The bytes of a message that [`reply`](Self::reply) or [`more`](Self::more) gave: those are never queued ones.
    #[inline(always)]
    pub(super) fn received_bytes(&self, place: &Place) -> &[u8] {
        &self.buffer[place.span.clone()]
    }

    fn find(&self, id: RequestId) -> Option<usize> {
        self.in_flight.iter().position(|r| r.id == id)
    }

    /// The request that a message answers.
    fn asked(&self, message: &MessageRef<'_>) -> Option<usize> {
        if self.source.port != 0 {
            return None;
        }
        let header = message.header;
        let ix = self.find(RequestId(header.sequence))?;
        let answers = match self.source.group {
            0 => header.port == self.port || header.port == 0,
            _ => header.port == self.port && self.in_flight[ix].echo,
        };
        answers.then_some(ix)
    }

    /// The next message of the datagram that concerns anybody.
    fn step(&mut self) -> Result<Option<Arrival>, MessageError> {
        self.run = 0;
        loop {
            let mut messages = Messages::from_offset(&self.buffer[..self.filled], self.at);
            let start = self.at;
            let item = messages.next();
            self.at = messages.offset();
            let Some(message) = item.transpose()? else { return Ok(None) };
            let place = Place { span: start..start + message.bytes().len(), parked: false };
            let kind = message.header.message_type;
            match kind {
                NLMSG_NOOP => continue,
                NLMSG_OVERRUN => return Ok(Some(Arrival::Overrun(Overrun::Kernel))),
                _ => {}
            }
            let end = kind == NLMSG_DONE || kind == NLMSG_ERROR;
            let Some(ix) = self.asked(&message) else {
                // An error without a request is told: it may answer something sent without
                // asking for an acknowledgement. A success says nothing to anybody.
                let success = message.payload().first_chunk::<4>().is_none_or(|code| *code == [0; 4]);
                if end && self.source == Source::default() && (kind == NLMSG_DONE || success) {
                    self.dropped.stale += 1;
                    continue;
                }
                return Ok(Some(Arrival::Notification { source: self.source, place }));
            };
            let interrupted = message.has(NLM_F_DUMP_INTR);
            let request = &mut self.in_flight[ix];
            // Its own flags mean other things on an error.
            request.interrupted |= interrupted && kind != NLMSG_ERROR;
            let (id, abandoned, interrupted) = (request.id, request.abandoned, request.interrupted);
            let settled = request.dump && kind != NLMSG_ERROR;
            if end && !self.in_flight.remove(ix).quiet && ix > 0 {
                // The kernel works in order: what was asked before and not refused is done.
                let mut before = ix;
                self.in_flight.retain(|r| {
                    let done = before > 0 && r.quiet;
                    before = before.saturating_sub(1);
                    !done
                });
            }
            if settled {
                // This dump runs, so none that was asked for before it does: their ends are lost.
                self.in_flight.retain(|r| !r.dump || r.id.0 >= id.0);
            }
            if abandoned {
                self.dropped.abandoned += 1;
                continue;
            }
            let answer = if end { Progress::End { place, interrupted } } else { Progress::Message(place) };
            return Ok(Some(Arrival::Reply(id, answer)));
        }
    }

    /// Keeps an arrival for [`event`](Self::event).
    fn park(&mut self, arrival: Arrival) {
        let copy = |place: Place| Box::from(&self.buffer[place.span]);
        let entry = match arrival {
            Arrival::Overrun(overrun) => Entry::Overrun(overrun),
            Arrival::Notification { source, place } => Entry::Notification { source, bytes: copy(place) },
            Arrival::Reply(id, Progress::Message(place)) => Entry::Message { id, bytes: copy(place) },
            Arrival::Reply(id, Progress::End { place, interrupted }) => {
                Entry::End { id, bytes: copy(place), interrupted }
            }
        };
        self.backlog.push(entry);
    }
}

/// Two numbers of a header as one, so that it takes one comparison.
#[inline(always)]
fn tag(sequence: u32, port: u32) -> u64 {
    u64::from(sequence) | u64::from(port) << 32
}
