//! What a capture says: who asked what, and what was told whom. `#[inline]`, as what calls it is.

use crate::message::{Header, MessageRef, Messages, NLM_F_ECHO, NLMSG_DONE, NLMSG_ERROR, NLMSG_OVERRUN};
use crate::protocol::Protocol;
use crate::socket::capture::{CaptureError, Direction, Packet, Packets, Reason, is_foreign};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// A recorded request.
#[derive(Debug)]
pub(super) struct Asked {
    /// Where its packet stands in the capture.
    pub(super) offset: usize,
    /// The message.
    pub(super) bytes: Box<[u8]>,
    header: Header,
    /// The port of who sent it, as far as that is known.
    port: Option<u32>,
    /// The sequence number of the request of now that it stands for.
    pub(super) played: Option<u32>,
}

impl Asked {
    #[inline]
    pub(super) fn message_type(&self) -> u16 {
        self.header.message_type
    }

    /// The first byte in which another request is different, sequence numbers and ports aside.
    #[inline]
    pub(super) fn differs(&self, other: MessageRef<'_>) -> Option<usize> {
        let passed = |at: usize| (8..Header::LEN).contains(&at);
        let (ours, theirs) = (&self.bytes, other.bytes());
        let both = ours.iter().zip(theirs).enumerate();
        let mut odd = both.filter(|(at, (a, b))| a != b && !passed(*at));
        // The lengths differ in the first bytes; what comes later tells more.
        let later = odd.find(|(at, _)| *at >= 4).map(|(at, _)| at);
        let end = ours.len().min(theirs.len());
        later.or_else(|| (ours.len() != theirs.len()).then_some(end))
    }
}

/// Recorded messages that were received together and belong together.
#[derive(Debug)]
pub(super) struct Told {
    /// How many requests were recorded before it.
    pub(super) after: usize,
    /// The request that it answers.
    pub(super) owner: Option<usize>,
    /// The group, if it was recorded; 0 is none.
    pub(super) group: Option<u32>,
    bytes: Vec<u8>,
    /// Messages that carry the numbers of a request, which a notification may also do: where they
    /// start, and the request.
    marked: Vec<(usize, usize)>,
}

impl Told {
    /// It stands for datagrams that were lost.
    #[inline]
    pub(super) fn is_gap(&self) -> bool {
        self.owner.is_none()
            && self.bytes.len() == Header::LEN
            && MessageRef::parse(&self.bytes).is_ok_and(|m| m.header.message_type == NLMSG_OVERRUN)
    }

    /// The bytes, with the numbers of now.
    #[inline]
    pub(super) fn play(&self, asked: &[Asked], port: u32) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for (at, request) in &self.marked {
            let header = Header::parse(bytes.get(*at..).unwrap_or_default());
            if let (Some(header), Some(sequence)) = (header, asked[*request].played) {
                // The audit subsystem leaves the port 0.
                let port = if header.port == 0 { 0 } else { port };
                let header = Header { sequence, port, ..header };
                bytes[*at..*at + Header::LEN].copy_from_slice(&header.to_bytes());
            }
        }
        bytes
    }
}

/// All of a capture's conversation on one protocol.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// A port that nobody in it has.
    pub(super) port: u32,
    pub(super) asked: Vec<Asked>,
    pub(super) told: VecDeque<Told>,
}

/// Where requests are found while a capture is read: those with a sequence number, in order, and
/// whether their end has come.
type Open = HashMap<u32, Vec<(usize, bool)>>;

/// Programs count alike, so that many requests of a capture may have a sequence number; the oldest ones
/// are over.
const SAME: usize = 1024;

impl Script {
    #[inline]
    pub(super) fn read(capture: &[u8], protocol: Protocol) -> Result<Self, CaptureError> {
        let mut script = Script::default();
        let mut open = Open::new();
        let mut ports = BTreeSet::from([0]);
        for packet in Packets::new(capture)? {
            let packet = packet?;
            if packet.protocol != protocol {
                continue;
            }
            if is_foreign(packet.datagram) {
                return Err(CaptureError { offset: packet.offset, reason: Reason::ByteOrder });
            }
            ports.extend(Messages::new(packet.datagram).map_while(Result::ok).map(|m| m.header.port));
            match packet.direction {
                Direction::ToKernel => script.ask(packet, &mut open),
                Direction::ToUser => script.tell(packet, &mut open),
            }
        }
        // Some number is free: no file holds all of them.
        script.port = (1..=u32::MAX).rev().find(|port| !ports.contains(port)).unwrap_or(u32::MAX);
        Ok(script)
    }

    /// The kernel does not read what stands after a broken message, either.
    #[inline]
    fn ask(&mut self, packet: Packet<'_>, open: &mut Open) {
        for message in Messages::new(packet.datagram).map_while(Result::ok) {
            let header = message.header;
            let same = open.entry(header.sequence).or_default();
            if same.len() == SAME {
                same.remove(0);
            }
            same.push((self.asked.len(), false));
            self.asked.push(Asked {
                offset: packet.offset,
                bytes: message.bytes().into(),
                header,
                port: (header.port != 0).then_some(header.port),
                played: None,
            });
        }
    }

    /// Cuts a datagram where the request changes that its messages belong to: each is received when
    /// its own request was made.
    #[inline]
    fn tell(&mut self, packet: Packet<'_>, open: &mut Open) {
        let (after, group) = (self.asked.len(), packet.group);
        let new = |owner| Told { after, owner, group, bytes: Vec::new(), marked: Vec::new() };
        let mut piece: Option<Told> = None;
        let mut messages = Messages::new(packet.datagram);
        loop {
            let start = messages.offset();
            let Some(item) = messages.next() else { break };
            // What is broken belongs to what stands before it.
            let found = item.ok().and_then(|m| self.found(m, group, open));
            let owner = match (found, &piece) {
                (_, Some(piece)) if item.is_err() => piece.owner,
                (found, _) => found.and_then(|(request, reply)| reply.then_some(request)),
            };
            if piece.as_ref().is_none_or(|piece| piece.owner != owner) {
                self.told.extend(piece.replace(new(owner)));
            }
            let piece = piece.get_or_insert_with(|| new(owner));
            if let Some((request, _)) = found {
                piece.marked.push((piece.bytes.len(), request));
            }
            piece.bytes.extend(&packet.datagram[start..messages.offset()]);
        }
        self.told.extend(piece);
    }

    /// The request whose numbers a message has, and whether it is part of the reply.
    #[inline]
    fn found(
        &mut self,
        message: MessageRef<'_>,
        group: Option<u32>,
        open: &mut Open,
    ) -> Option<(usize, bool)> {
        let header = message.header;
        let requests = open.get_mut(&header.sequence)?;
        // Without either number it is a notification that nobody asked for.
        if header.port == 0 && header.sequence == 0 {
            return None;
        }
        // The port tells; the first message of a reply, which comes right after the request, may be what
        // makes it known. The last one with the numbers may be over, and a notification about it.
        let of = |ix: usize| self.asked[ix].port;
        let place =
            |fits: &dyn Fn(usize, bool) -> bool| requests.iter().rposition(|(ix, over)| fits(*ix, *over));
        let place = place(&|ix, over| !over && of(ix) == Some(header.port))
            .or_else(|| place(&|ix, over| !over && (of(ix).is_none() || header.port == 0)))
            .or_else(|| place(&|ix, _| header.port == 0 || of(ix) == Some(header.port)))?;
        let (ix, ended) = &mut requests[place];
        let asked = &mut self.asked[*ix];
        let alone = group.unwrap_or(0) == 0;
        let reply = !*ended && (alone || asked.header.flags & NLM_F_ECHO != 0);
        if reply {
            if header.port != 0 {
                asked.port = Some(header.port);
            }
            *ended = alone && matches!(header.message_type, NLMSG_DONE | NLMSG_ERROR);
        }
        Some((*ix, reply))
    }
}
