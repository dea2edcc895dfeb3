//! Many requests in few datagrams.

use super::core::{Core, append};
use super::engine::{Place, Progress, RequestId};
use super::error::{Error, Result};
use super::io::Io;
use super::replies::Asked;
use super::transport::Wait;
use crate::error::EncodeError;
use crate::extack::{Ack, KernelError};
use crate::message::{GenlHeader, Header, MessageRef, NLM_F_ACK};
use crate::protocol::Protocol;
use crate::request::Request;
use crate::wire::align;
use std::ops::Range;
use std::{fmt, io};

/// Most bytes of one datagram, unless a single request is longer: the kernel takes about 200 KiB
/// (`net.core.wmem_default`).
const BYTES: usize = 64 * 1024;

/// What the kernel's receive buffer is charged for an answer, at most: a refusal with its text, in two
/// blocks of memory of the kernel's.
const ANSWER: usize = 1280;

/// What the kernel's receive buffer for a socket holds if nobody says otherwise
/// (`net.core.rmem_default`).
const RECEIVE_BUFFER: usize = 212_992;

/// `NFNL_MSG_BATCH_BEGIN`, `NFNL_MSG_BATCH_END`, `NFNL_BATCH_GENID` (`linux/netfilter/nfnetlink.h`).
const BATCH_BEGIN: u16 = 16;
const BATCH_END: u16 = 17;
const BATCH_GENID: u16 = 1;

/// What of a batch the kernel acknowledges. It always says what it refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acknowledge {
    /// Every request.
    Each,
    /// The last request of each datagram: the kernel works in order, so it has done the others, too.
    #[default]
    Last,
}

/// How a batch went.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// How many requests were sent.
    pub sent: usize,
    /// Those that the kernel refused, in order. Outside of a transaction, all others were carried out.
    pub refused: Vec<Refused>,
    /// Those whose answer is lost, because the kernel's receive buffer was full: whether they were
    /// carried out is not known.
    pub lost: Vec<usize>,
    /// Why the kernel refused a transaction as a whole.
    pub transaction: Option<Box<KernelError>>,
}

impl Report {
    /// The first thing that went wrong, as an error.
    pub fn ok(self) -> Result<()> {
        let refused = self.refused.into_iter().next().map(|r| r.error);
        match self.transaction.or(refused) {
            Some(error) => Err(error.into()),
            None if self.lost.is_empty() => Ok(()),
            None => Err(Error::Overrun),
        }
    }
}

/// A request that the kernel refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refused {
    /// Which one, in the order in which they were added, from 0.
    pub index: usize,
    /// Why.
    pub error: Box<KernelError>,
}

/// Memory that a batch needs.
#[derive(Default)]
pub(super) struct Space {
    datagram: Vec<u8>,
    members: Vec<Member>,
}

/// A request in the datagram that is being written or answered.
struct Member {
    id: RequestId,
    /// Its number; none for the frame of a transaction.
    index: Option<usize>,
    span: Range<usize>,
    asked: Asked,
    /// It is answered whatever happens.
    expected: bool,
    answered: bool,
}

/// Requests on their way.
pub(super) struct Requests<'s, I> {
    core: &'s mut Core<I>,
    acknowledge: Acknowledge,
    /// A transaction is one datagram, with its frame around it.
    transaction: bool,
    datagram: Vec<u8>,
    members: Vec<Member>,
    /// Most members of a datagram, so that their answers fit the kernel's buffer for them.
    most: usize,
    /// How many answers are missing.
    waiting: usize,
    /// The member that is answered next, if all is in order.
    next: usize,
    /// The datagram is sent, and its answers are being read.
    sent: bool,
    /// Answers may be missing: do not wait for them.
    lossy: bool,
    report: Report,
}

impl<'s, I: Io> Requests<'s, I> {
    pub(super) fn new(core: &'s mut Core<I>) -> Self {
        let room = core.io.transport().receive_buffer().unwrap_or(RECEIVE_BUFFER);
        let Space { datagram, members } = std::mem::take(&mut core.batch);
        Requests {
            core,
            acknowledge: Acknowledge::default(),
            transaction: false,
            datagram,
            members,
            // Half of the buffer, since other things arrive there, too.
            most: (room / 2 / ANSWER).max(1),
            waiting: 0,
            next: 0,
            sent: false,
            lossy: false,
            report: Report::default(),
        }
    }

    /// A transaction of a netfilter subsystem.
    pub(super) fn transaction(core: &'s mut Core<I>, subsystem: u8, generation: Option<u32>) -> Result<Self> {
        if core.protocol != Protocol::Netfilter {
            return Err(Error::WrongProtocol { socket: core.protocol, request: Protocol::Netfilter });
        }
        let mut requests = Requests::new(core);
        requests.transaction = true;
        requests.frame(BATCH_BEGIN, subsystem, generation)?;
        Ok(requests)
    }

    pub(super) fn acknowledge(&mut self, acknowledge: Acknowledge) {
        self.acknowledge = acknowledge;
    }

    /// Adds a request; sends those before it if they fill a datagram. Gives its number.
    pub(super) async fn add<R: Request>(&mut self, request: &R) -> Result<usize> {
        if self.sent || (!self.transaction && self.is_full()) {
            self.flush().await?;
        }
        let (message_type, genl, asked) = self.core.address(request).await?;
        let flags = request.flags() | self.flags();
        self.append(message_type, flags, genl, asked, |out| request.encode(out))
    }

    /// The same for a message of any type: what follows its `nlmsghdr`, with these flags.
    pub(super) async fn add_message(&mut self, message: MessageRef<'_>, flags: u16) -> Result<usize> {
        if self.sent || (!self.transaction && self.is_full()) {
            self.flush().await?;
        }
        let flags = flags | self.flags();
        self.append(message.header.message_type, flags, None, Asked::default(), |out| {
            out.extend_from_slice(message.payload());
            Ok(())
        })
    }

    fn flags(&self) -> u16 {
        match self.acknowledge {
            Acknowledge::Each => NLM_F_ACK,
            Acknowledge::Last => 0,
        }
    }

    /// Appends a request. Gives its number.
    fn append(
        &mut self,
        message_type: u16,
        flags: u16,
        genl: Option<GenlHeader>,
        asked: Asked,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<usize> {
        let index = self.report.sent;
        self.append_member(Some(index), message_type, flags, genl, asked, body)?;
        self.report.sent += 1;
        Ok(index)
    }

    /// Sends what is left, and says how all of it went.
    pub(super) async fn finish(&mut self) -> Result<Report> {
        if self.transaction && !self.sent {
            if self.report.sent == 0 {
                return Ok(Report::default());
            }
            let subsystem = self.datagram.get(Header::LEN + 3).copied().unwrap_or(0);
            let last = self.members.len() - 1;
            self.want_answer(last);
            self.frame(BATCH_END, subsystem, None)?;
        }
        self.flush().await?;
        Ok(std::mem::take(&mut self.report))
    }

    fn is_full(&self) -> bool {
        self.datagram.len() >= BYTES || self.members.len() >= self.most
    }

    /// Appends a message of a transaction's frame: `struct nfgenmsg`, and which generation of the
    /// subsystem's state it is about.
    fn frame(&mut self, message_type: u16, subsystem: u8, generation: Option<u32>) -> Result<()> {
        let name = if message_type == BATCH_BEGIN { "NFNL_MSG_BATCH_BEGIN" } else { "NFNL_MSG_BATCH_END" };
        let asked = Asked { name: Some(name), ..Asked::default() };
        self.append_member(None, message_type, 0, None, asked, |out| {
            out.extend([0, 0, 0, subsystem]);
            if let Some(generation) = generation {
                out.extend(8u16.to_ne_bytes());
                out.extend(BATCH_GENID.to_ne_bytes());
                out.extend(generation.to_be_bytes());
            }
            Ok(())
        })
    }

    fn append_member(
        &mut self,
        index: Option<usize>,
        message_type: u16,
        flags: u16,
        genl: Option<GenlHeader>,
        asked: Asked,
        body: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<()> {
        let engine = &mut self.core.engine;
        let header = Header { len: 0, message_type, flags, sequence: 0, port: engine.port() };
        let start = self.datagram.len();
        append(&mut self.datagram, header, genl, body)?;
        let span = start..self.datagram.len();
        self.datagram.resize(align(span.end), 0);
        let id = engine.start(flags);
        self.datagram[start + 8..start + 12].copy_from_slice(&id.sequence().to_ne_bytes());
        let expected = flags & NLM_F_ACK != 0;
        self.waiting += usize::from(expected);
        self.members.push(Member { id, index, span, asked, expected, answered: false });
        Ok(())
    }

    /// Has the kernel acknowledge a member.
    fn want_answer(&mut self, ix: usize) {
        let Some(member) = self.members.get_mut(ix).filter(|m| !m.expected) else { return };
        member.expected = true;
        self.waiting += 1;
        let at = member.span.start + 6;
        let flags = u16::from_ne_bytes([self.datagram[at], self.datagram[at + 1]]) | NLM_F_ACK;
        self.datagram[at..at + 2].copy_from_slice(&flags.to_ne_bytes());
        self.core.engine.expect_end(member.id);
    }

    /// Sends the datagram, if it is not sent, and reads its answers.
    async fn flush(&mut self) -> Result<()> {
        if !self.sent {
            if self.members.is_empty() {
                return Ok(());
            }
            if !self.transaction {
                self.want_answer(self.members.len() - 1);
            }
            self.sent = true;
            self.lossy = false;
            if let Err(e) = self.core.io.transport().send(&self.datagram) {
                self.members.iter().for_each(|m| self.core.engine.forget(m.id));
                self.clear();
                return Err(e.into());
            }
        }
        while self.waiting > 0 {
            if self.next_is_done() {
                continue;
            }
            let (first, last) = (self.members[0].id, self.members[self.members.len() - 1].id);
            match self.core.engine.reply_within(first, last) {
                Ok(Some((id, Progress::End { place, .. }))) => self.answered(id, &place)?,
                // What a request gives back is not asked for in a batch.
                Ok(Some((_, Progress::Message(_)))) => {}
                Ok(None) => self.fill().await?,
                // Answers may have been in the rest of the datagram.
                Err(_) => self.lossy = true,
            }
        }
        self.clear();
        Ok(())
    }

    async fn fill(&mut self) -> Result<()> {
        let wait = if self.lossy { Wait::No } else { Wait::Yes };
        match self.core.fill(wait).await {
            Ok(complete) => self.lossy |= !complete,
            Err(e) if self.lossy && e.kind() == io::ErrorKind::WouldBlock => {
                // Of a transaction that was refused as a whole, not all members are answered.
                let lost = self.report.transaction.is_none();
                for member in &self.members {
                    self.core.engine.forget(member.id);
                    if let (true, false, Some(index)) = (lost, member.answered, member.index) {
                        self.report.lost.push(index);
                    }
                }
                self.waiting = 0;
            }
            Err(e) => return Err(e.into()),
        }
        Ok(())
    }

    /// Whether the answer to the next member that has one has arrived and says that all is well.
    fn next_is_done(&mut self) -> bool {
        let Some(member) = self.members.get_mut(self.next) else { return false };
        if !member.expected || !self.core.engine.acknowledged(member.id) {
            return false;
        }
        member.answered = true;
        self.next += 1;
        self.waiting -= 1;
        true
    }

    fn answered(&mut self, id: RequestId, place: &Place) -> Result<()> {
        let mut ahead = self.next..self.members.len();
        let mut all = 0..self.members.len();
        let is = |ix: &usize| self.members[*ix].id == id;
        let Some(ix) = ahead.find(is).or_else(|| all.find(is)) else { return Ok(()) };
        self.next = ix + 1;
        let member = &mut self.members[ix];
        member.answered = true;
        self.waiting -= usize::from(member.expected);
        let Some(ack) = Ack::parse(self.core.engine.message(place)?) else { return Ok(()) };
        if ack.errno() == 0 {
            return Ok(());
        }
        let error = member.asked.error(&ack, &self.datagram[member.span.clone()]);
        match member.index {
            Some(index) => self.report.refused.push(Refused { index, error }),
            None => {
                self.report.transaction = Some(error);
                // The kernel may not have come to the members.
                self.lossy = true;
            }
        }
        Ok(())
    }
}

impl<I> Requests<'_, I> {
    fn clear(&mut self) {
        self.datagram.clear();
        self.members.clear();
        (self.sent, self.waiting, self.next) = (false, 0, 0);
    }
}

impl<I> Drop for Requests<'_, I> {
    fn drop(&mut self) {
        for member in self.members.iter().filter(|m| !m.answered) {
            if self.sent {
                self.core.engine.abandon(member.id);
            } else {
                self.core.engine.forget(member.id);
            }
        }
        self.clear();
        // Not that of a huge transaction.
        if self.datagram.capacity() <= 2 * BYTES {
            let (datagram, members) = (std::mem::take(&mut self.datagram), std::mem::take(&mut self.members));
            self.core.batch = Space { datagram, members };
        }
    }
}

impl<I> fmt::Debug for Requests<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("transaction", &self.transaction)
            .field("waiting", &self.members.len())
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}
