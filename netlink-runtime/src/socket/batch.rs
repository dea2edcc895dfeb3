//! Many requests in few datagrams.

use super::core::Core;
use super::engine::{Place, Progress, RequestId};
use super::error::{Error, Result};
use super::io::Io;
use super::replies::Asked;
use super::transport::Wait;
use crate::extack::{Ack, KernelError};
use crate::message::{Header, MessageRef, NLM_F_ACK, NLM_F_REQUEST};
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
        Requests {
            core,
            acknowledge: Acknowledge::default(),
            transaction: false,
            datagram: Vec::new(),
            members: Vec::new(),
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
        let asked = self.core.write(request, self.flags()).await?;
        Ok(self.append_request(asked))
    }

    /// The same for a message of any type: what follows its `nlmsghdr`, with these flags.
    pub(super) async fn add_message(&mut self, message: MessageRef<'_>, flags: u16) -> Result<usize> {
        if self.sent || (!self.transaction && self.is_full()) {
            self.flush().await?;
        }
        self.core.frame(message.header.message_type, flags | self.flags(), None, |out| {
            out.extend(message.payload());
            Ok(())
        })?;
        Ok(self.append_request(Asked::default()))
    }

    fn flags(&self) -> u16 {
        match self.acknowledge {
            Acknowledge::Each => NLM_F_ACK,
            Acknowledge::Last => 0,
        }
    }

    fn append_request(&mut self, asked: Asked) -> usize {
        let index = self.report.sent;
        self.append(Some(index), asked);
        self.report.sent += 1;
        index
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
        self.core.frame(message_type, NLM_F_REQUEST, None, |out| {
            out.extend([0, 0, 0, subsystem]);
            if let Some(generation) = generation {
                out.extend(8u16.to_ne_bytes());
                out.extend(BATCH_GENID.to_ne_bytes());
                out.extend(generation.to_be_bytes());
            }
            Ok(())
        })?;
        let name = if message_type == BATCH_BEGIN { "NFNL_MSG_BATCH_BEGIN" } else { "NFNL_MSG_BATCH_END" };
        self.append(None, Asked { name: Some(name), ..Asked::default() });
        Ok(())
    }

    /// Appends the message that was written last.
    fn append(&mut self, index: Option<usize>, asked: Asked) {
        let out = &mut self.core.out;
        let flags = u16::from_ne_bytes([out[6], out[7]]);
        let id = self.core.engine.start(flags);
        out[8..12].copy_from_slice(&id.sequence().to_ne_bytes());
        let start = self.datagram.len();
        self.datagram.extend_from_slice(out);
        let span = start..self.datagram.len();
        self.datagram.resize(align(span.end), 0);
        let expected = flags & NLM_F_ACK != 0;
        self.waiting += usize::from(expected);
        self.members.push(Member { id, index, span, asked, expected, answered: false });
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

    fn clear(&mut self) {
        self.datagram.clear();
        self.members.clear();
        (self.sent, self.waiting, self.next) = (false, 0, 0);
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
        let mut error = Box::new(KernelError::new(&ack));
        error.request = member.asked.name;
        if let Some(set) = member.asked.set {
            let request = &self.datagram[member.span.clone()];
            error.locate(request, member.asked.body(), set);
        }
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

impl<I> Drop for Requests<'_, I> {
    fn drop(&mut self) {
        for member in self.members.iter().filter(|m| !m.answered) {
            if self.sent {
                self.core.engine.abandon(member.id);
            } else {
                self.core.engine.forget(member.id);
            }
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
