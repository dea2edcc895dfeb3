//! A transport that plays a recorded conversation. All of it is `#[inline]`: compiled where it is used,
//! which is in few programs.

mod script;

use super::capture::CaptureError;
use super::transport::{Datagram, Source, Transport, Wait, deliver};
use crate::message::{Header, MessageRef, Messages};
use crate::protocol::Protocol;
use script::{Asked, Script, Told};
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::path::Path;
use std::time::Duration;

/// A transport that answers from a [`capture`](super::capture), without a kernel.
///
/// The capture is one of [`Record`](super::Record), or of `nlmon` by another program, with any number
/// of sockets in it.
///
/// # Requests
///
/// Every message that is sent is looked up among the recorded requests: the first one that was not
/// played yet and has the same type, flags and payload. Its replies are received then, with sequence
/// number and port of the running socket. So requests may come in another order, or leave some out.
/// A request that was not recorded (any more) is refused with [`io::ErrorKind::NotFound`], and a text
/// that says where the recording has something else.
///
/// # Notifications
///
/// come in their recorded order, between the replies as they stood: those before the first request
/// are there at once, those between two requests when the first of the two is sent. A program that
/// waits and asks nothing gets the next ones nevertheless. Those whose group was recorded
/// are received by members of the group, as ever. Where it was not, they are received by everybody,
/// with group 0; and one that the socket's own request caused cannot be told from a reply, unless it
/// comes after the reply's end.
///
/// # Waiting
///
/// Nothing ever waits. Where the program would, there is [`io::ErrorKind::TimedOut`] if a time limit is
/// set and requests are left, otherwise [`io::ErrorKind::UnexpectedEof`]. Where datagrams had been lost,
/// they are lost again (`ENOBUFS`). There is no file descriptor.
///
/// An example is at [`Record`](super::Record).
#[derive(Debug)]
pub struct Replay {
    port: u32,
    asked: Vec<Asked>,
    /// The first request that was not played.
    first: usize,
    /// After the last one that was.
    end: usize,
    /// What is left to receive.
    told: VecDeque<Told>,
    groups: BTreeSet<u32>,
    limited: bool,
}

impl Replay {
    /// Plays what a capture holds of one protocol. All of it is read now, so that damage shows here
    /// and not midway.
    #[inline]
    pub fn new(capture: &[u8], protocol: Protocol) -> Result<Self, CaptureError> {
        let Script { port, asked, told } = Script::read(capture, protocol)?;
        Ok(Replay { port, asked, first: 0, end: 0, told, groups: BTreeSet::new(), limited: false })
    }

    /// Plays a capture from a file.
    #[inline]
    pub fn open(path: impl AsRef<Path>, protocol: Protocol) -> io::Result<Self> {
        Ok(Replay::new(&std::fs::read(path)?, protocol)?)
    }

    /// What is received next.
    #[inline]
    fn next(&mut self, wait: Wait) -> Option<Told> {
        let mut at = 0;
        while let Some(told) = self.told.get(at) {
            if !self.due(told) {
                at += 1;
                continue;
            }
            let told = self.told.remove(at)?;
            // What is sent to a group that nobody is in is gone.
            if self.heard(&told) {
                return Some(told);
            }
        }
        let of_nobody = |t: &Told| t.owner.is_none() && self.heard(t);
        let at = if wait == Wait::Yes { self.told.iter().position(of_nobody) } else { None };
        self.told.remove(at?)
    }

    #[inline]
    fn heard(&self, told: &Told) -> bool {
        let joined = |group| group == 0 || self.groups.contains(&group);
        told.owner.is_some() || told.group.is_none_or(joined)
    }

    /// Whether it was received at this point of the conversation, or before.
    #[inline]
    fn due(&self, told: &Told) -> bool {
        match told.owner {
            Some(owner) => self.asked[owner].played.is_some(),
            // The request before it was played, or a later one.
            None => told.after <= self.end,
        }
    }

    /// Where a message was recorded that is like this one.
    #[inline]
    fn find(&self, message: MessageRef<'_>, taken: &[usize]) -> io::Result<usize> {
        let all = || self.asked.iter().enumerate().skip(self.first);
        let left = || all().filter(|(ix, a)| a.played.is_none() && !taken.contains(ix));
        if let Some((ix, _)) = left().find(|(_, a)| a.differs(message).is_none()) {
            return Ok(ix);
        }
        let Header { message_type, flags, len, .. } = message.header;
        let what = format!("a request of type {message_type}, flags {flags:#x}, {len} bytes");
        let near = left().find(|(_, a)| a.message_type() == message_type).or_else(|| left().next());
        let text = match near {
            None => format!("replay: {what}, and no recorded request is left"),
            Some((_, a)) => {
                let (recorded, at) = (a.offset, a.differs(message).unwrap_or(0));
                format!(
                    "replay: {what} was not recorded; the one recorded at offset {recorded} of the capture \
                     has type {}, {} bytes, and differs at byte {at}",
                    a.message_type(),
                    a.bytes.len(),
                )
            }
        };
        Err(io::Error::new(io::ErrorKind::NotFound, text))
    }

    /// Why nothing can be received.
    #[inline]
    fn dry(&self, wait: Wait) -> io::Error {
        let text = match (wait, self.asked.get(self.first)) {
            (Wait::No, _) => return io::ErrorKind::WouldBlock.into(),
            (Wait::Yes, Some(_)) if self.limited => return io::ErrorKind::TimedOut.into(),
            (Wait::Yes, Some(Asked { offset, .. })) => {
                format!("replay: nothing was received here; the next request is recorded at offset {offset}")
            }
            (Wait::Yes, None) => "replay: the recording is over".to_owned(),
        };
        io::Error::new(io::ErrorKind::UnexpectedEof, text)
    }
}

impl Transport for Replay {
    #[inline]
    fn port(&self) -> u32 {
        self.port
    }

    #[inline]
    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        // All of its messages, or none.
        let mut found = Vec::new();
        for message in Messages::new(datagram) {
            let message = message.map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
            let ix = self.find(message, &found.iter().map(|(ix, _)| *ix).collect::<Vec<_>>())?;
            found.push((ix, message.header.sequence));
        }
        for (ix, sequence) in found {
            self.asked[ix].played = Some(sequence);
            self.end = self.end.max(ix + 1);
        }
        while self.asked.get(self.first).is_some_and(|a| a.played.is_some()) {
            self.first += 1;
        }
        Ok(())
    }

    #[inline]
    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        let Some(told) = self.next(wait) else { return Err(self.dry(wait)) };
        if told.is_gap() {
            return Err(io::Error::from_raw_os_error(libc::ENOBUFS));
        }
        let bytes = told.play(&self.asked, self.port);
        Ok(deliver(&bytes, Source { group: told.group.unwrap_or(0), ..Source::default() }, buffer))
    }

    #[inline]
    fn join(&mut self, group: u32) -> io::Result<()> {
        self.groups.insert(group);
        Ok(())
    }

    #[inline]
    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.groups.remove(&group);
        Ok(())
    }

    #[inline]
    fn set_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.limited = limit.is_some();
        Ok(())
    }

    #[inline]
    fn pending(&self) -> bool {
        self.told.iter().any(|t| self.due(t) && self.heard(t))
    }
}
