//! Messages one after the other.

use super::pieces::{Resumes, garbage, resumes};
use super::window::Window;
use super::{Datagram, Knows, LIMIT, Next, Place, Wrong};
use netlink_runtime::message::Header;
use netlink_runtime::socket::Saved;
use netlink_runtime::socket::capture::Direction;
use std::io::{self, Read};

/// A run of messages ends when it is this long.
const RUN: usize = 64 << 10;

/// Bytes of garbage that are shown.
const SHOWN: usize = 1024;

/// Reads messages. Where one datagram ends and the next begins nobody knows any more, so a datagram is
/// here a run of messages.
pub(super) struct Raw<R> {
    from: Window<R>,
    /// The file starts with what it is, and that is not read yet.
    saved: bool,
    ended: bool,
    protocol: Option<u16>,
    direction: Option<Direction>,
}

/// What the first bytes are.
enum Start {
    /// Messages of this many bytes.
    Messages(usize),
    /// A message whose end is missing: nothing comes any more.
    Cut(Header),
    /// No message. It says a length, if there is enough of it.
    Garbage(Option<u32>),
    /// The end of the file.
    End,
}

impl<R: Read> Raw<R> {
    pub(super) fn new(from: Window<R>) -> Self {
        Raw { from, saved: false, ended: false, protocol: None, direction: None }
    }

    /// A file that starts as `ip route save` makes it.
    pub(super) fn saved(from: Window<R>) -> Self {
        let (protocol, direction) = (Some(0), Some(Direction::ToUser));
        Raw { saved: true, protocol, direction, ..Raw::new(from) }
    }

    pub(super) fn waits(&self) -> bool {
        self.from.bytes().is_empty()
    }

    pub(super) fn next(&mut self, datagram: &mut Datagram, knows: Knows<'_>) -> Next {
        if self.ended {
            return None;
        }
        if std::mem::take(&mut self.saved)
            && let Err(what) = self.magic()
        {
            self.ended = true;
            return Some(Err(Wrong::new(Place::Offset(0), what)));
        }
        let place = Place::Offset(self.from.offset());
        match self.read(datagram, knows) {
            Ok(None) => None,
            Ok(Some(Ok(()))) => {
                datagram.place = place;
                (datagram.protocol, datagram.direction) = (self.protocol, self.direction);
                Some(Ok(()))
            }
            Ok(Some(Err((what, bytes)))) => Some(Err(Wrong { place, what, bytes })),
            Err(error) => Some(Err(Wrong::new(Place::Offset(self.from.offset()), error.to_string()))),
        }
    }

    fn magic(&mut self) -> Result<(), String> {
        let here = self.from.fill(4).map(|_| self.from.bytes());
        here.and_then(Saved::of).map_err(|e| e.to_string())?;
        self.from.consume(4);
        Ok(())
    }

    fn read(&mut self, datagram: &mut Datagram, knows: Knows<'_>) -> io::Result<Option<Result<(), Garbage>>> {
        let says = match self.start()? {
            Start::End => return Ok(None),
            Start::Messages(len) => {
                datagram.bytes.extend_from_slice(&self.from.bytes()[..len]);
                self.from.consume(len);
                return Ok(Some(Ok(())));
            }
            Start::Cut(header) => {
                let bytes = self.from.bytes();
                let again = |at: &usize| resumes(bytes, *at, true, knows) == Resumes::Yes;
                let next = (4..bytes.len()).step_by(4).find(again);
                let len = next.unwrap_or(bytes.len());
                // Where not even the type is known, the length is no better.
                let done = if next.is_none() && knows(header.message_type) {
                    datagram.bytes.extend_from_slice(bytes);
                    Ok(())
                } else {
                    Err((garbage(len as u64, Some(header.len)), bytes[..len.min(SHOWN)].to_vec()))
                };
                self.from.consume(len);
                return Ok(Some(done));
            }
            Start::Garbage(says) => says,
        };
        let (len, shown) = self.pass_garbage(knows)?;
        Ok(Some(Err((garbage(len, says), shown))))
    }

    /// Finds out what is next.
    fn start(&mut self) -> io::Result<Start> {
        loop {
            let (bytes, ended) = (self.from.bytes(), self.from.ended());
            let mut len = 0;
            while len < RUN
                && let Some(header) = bytes.get(len..).and_then(Header::parse)
                && let Some(end) = whole(&bytes[len..], header, ended)
            {
                len += end;
            }
            if len > 0 {
                return Ok(Start::Messages(len));
            }
            let want = match Header::parse(bytes) {
                Some(header) if !(Header::LEN..=LIMIT).contains(&(header.len as usize)) => {
                    return Ok(Start::Garbage(Some(header.len)));
                }
                Some(header) if ended => return Ok(Start::Cut(header)),
                None if ended && bytes.is_empty() => return Ok(Start::End),
                None if ended => return Ok(Start::Garbage(None)),
                Some(header) => (header.len as usize).next_multiple_of(4),
                None => Header::LEN,
            };
            self.from.fill(want)?;
        }
    }

    /// Leaves bytes out until messages start again. Says how many, and gives the first of them.
    fn pass_garbage(&mut self, knows: Knows<'_>) -> io::Result<(u64, Vec<u8>)> {
        let (from, mut shown) = (self.from.offset(), Vec::new());
        let mut at = 4;
        loop {
            match resumes(self.from.bytes(), at, self.from.ended(), knows) {
                Resumes::Yes => break,
                Resumes::After(len) => {
                    self.from.fill(len)?;
                }
                Resumes::No if at >= self.from.bytes().len() => break,
                Resumes::No => at += 4,
            }
            if at >= RUN {
                self.leave_out(at, &mut shown);
                at = 0;
            }
        }
        self.leave_out(at, &mut shown);
        Ok((self.from.offset() - from, shown))
    }

    fn leave_out(&mut self, len: usize, shown: &mut Vec<u8>) {
        let bytes = &self.from.bytes()[..len.min(self.from.bytes().len())];
        shown.extend_from_slice(&bytes[..bytes.len().min(SHOWN - shown.len())]);
        self.from.consume(len);
    }
}

/// What is said of garbage, and its first bytes.
type Garbage = (String, Vec<u8>);

/// How long a message with its padding is, if all of it is here.
fn whole(bytes: &[u8], header: Header, ended: bool) -> Option<usize> {
    let len = header.len as usize;
    let padded = len.next_multiple_of(4);
    let there = (Header::LEN..=LIMIT).contains(&len) && len <= bytes.len();
    (there && (padded <= bytes.len() || ended)).then(|| padded.min(bytes.len()))
}
