//! Hexadecimal text.
//!
//! Bytes are pairs of digits with anything of `space , : 0x \x "` between them, and `#` or `;` starts a
//! comment; or they are what `xxd`, `hexdump`, `hexdump -C` or `od -tx1` print ([`dump`]). A line `.`, or
//! one that starts with `#!` or `#:`, ends the data.
//!
//! A datagram ends with the line that completes its last message, where a dump starts anew, or at an empty
//! line. An empty line behind a message's header does not count if no other message starts after it.

mod dump;

use super::lines::Lines;
use super::window::Window;
use super::{Datagram, Knows, LIMIT, Next, Place, Wrong};
use dump::{Dump, DumpLine};
use netlink_runtime::message::{Header, NLMSG_DONE, NLMSG_ERROR, NLMSG_MIN_TYPE};
use std::io::Read;

/// A datagram is handed out in parts when it is this long: the text may be one of a whole file.
const RUN: usize = 64 << 10;

/// Reads hexadecimal text.
pub(super) struct Hex<R> {
    lines: Lines<R>,
    /// The line of now is not used yet.
    again: bool,
    /// Nothing that follows is data.
    over: bool,
    dump: Option<Dump>,
    /// The datagram of now, where it starts, and how much of it is whole messages.
    open: Vec<u8>,
    place: Place,
    whole: usize,
    /// What comes after an empty line in the middle of a message.
    rest: Option<Vec<u8>>,
    rest_place: Place,
    /// How many zeros would pad the last message.
    padding: usize,
    /// Bytes of the line of now that are not used yet.
    late: Vec<u8>,
}

impl<R: Read> Hex<R> {
    pub(super) fn new(from: Window<R>) -> Self {
        Hex {
            lines: Lines::new(from),
            again: false,
            over: false,
            dump: None,
            open: Vec::new(),
            place: Place::default(),
            whole: 0,
            rest: None,
            rest_place: Place::default(),
            padding: 0,
            late: Vec::new(),
        }
    }

    pub(super) fn waits(&self) -> bool {
        self.late.is_empty() && self.lines.waits()
    }

    pub(super) fn next(&mut self, datagram: &mut Datagram, knows: Knows<'_>) -> Next {
        loop {
            let late = std::mem::take(&mut self.late);
            if let Some(len) = self.add(&late, knows) {
                return self.hand_out(len, datagram);
            }
            if !std::mem::take(&mut self.again) {
                match self.lines.advance() {
                    Some(Ok(())) => {}
                    Some(Err(wrong)) => return Some(Err(wrong)),
                    None => {
                        self.join();
                        let len = self.open.len();
                        return if len > 0 { self.hand_out(len, datagram) } else { None };
                    }
                }
            }
            if self.over {
                continue;
            }
            let line = self.lines.line().trim_ascii();
            if line.is_empty() {
                if let Some(len) = self.empty_line(knows) {
                    return self.hand_out(len, datagram);
                }
                continue;
            }
            if line == b"." || line.starts_with(b"#!") || line.starts_with(b"#:") {
                self.over = true;
                continue;
            }
            let mut bytes = Vec::new();
            let read = match self.dump.as_mut().map(|dump| dump.line(line, &mut bytes)) {
                Some(DumpLine::Read) => Ok(()),
                Some(DumpLine::Wrong(what)) => Err(what),
                Some(DumpLine::Anew) => {
                    self.dump = None;
                    self.again = true;
                    self.join();
                    match self.open.len() {
                        0 => continue,
                        len => return self.hand_out(len, datagram),
                    }
                }
                Some(DumpLine::Other) | None => match Dump::start(line, &mut bytes) {
                    Some(dump) => {
                        self.dump = Some(dump);
                        Ok(())
                    }
                    None => data(line, &mut bytes),
                },
            };
            if let Err(what) = read {
                if self.dump.is_some() {
                    self.late = bytes;
                }
                return Some(Err(Wrong::new(self.lines.place(), what)));
            }
            if let Some(len) = self.add(&bytes, knows) {
                return self.hand_out(len, datagram);
            }
        }
    }

    /// Takes the bytes of a line. Says how many bytes make a datagram now.
    fn add(&mut self, bytes: &[u8], knows: Knows<'_>) -> Option<usize> {
        if bytes.is_empty() {
            return None;
        }
        if let Some(rest) = &mut self.rest {
            if rest.is_empty() {
                self.rest_place = self.lines.place();
            }
            rest.extend_from_slice(bytes);
            if rest.len() < Header::LEN {
                return None;
            }
            if starts_message(rest, knows) {
                return Some(self.open.len());
            }
            self.join();
        } else {
            let mut bytes = bytes;
            if self.open.is_empty() {
                self.place = self.lines.place();
                let zeros = bytes.iter().take(self.padding).take_while(|b| **b == 0).count();
                if (zeros == self.padding || zeros == bytes.len()) && !starts_message(bytes, knows) {
                    bytes = &bytes[zeros..];
                    self.padding -= zeros;
                }
                if bytes.is_empty() {
                    return None;
                }
                self.padding = 0;
            }
            self.open.extend_from_slice(bytes);
        }
        self.complete()
    }

    /// What comes after an empty line is of the same message.
    fn join(&mut self) {
        self.open.extend(self.rest.take().unwrap_or_default());
    }

    /// Says how many bytes make a datagram, or a part of one that is long enough.
    fn complete(&mut self) -> Option<usize> {
        while let Some(header) = self.open.get(self.whole..).and_then(Header::parse) {
            let len = header.len as usize;
            let end = self.whole + len;
            if !(Header::LEN..=LIMIT).contains(&len) || end > self.open.len() {
                break;
            }
            self.whole = end.next_multiple_of(4);
            if self.whole >= self.open.len() {
                self.padding = self.whole - self.open.len();
                self.whole = self.open.len();
                return Some(self.whole);
            }
        }
        match () {
            () if self.whole > RUN => Some(self.whole),
            () if self.open.len() > LIMIT => Some(self.open.len()),
            () => None,
        }
    }

    /// Says how long the datagram is, if it ends here.
    fn empty_line(&mut self, knows: Knows<'_>) -> Option<usize> {
        self.dump = None;
        self.padding = 0;
        if let Some(rest) = self.rest.take() {
            // Too short to be another message.
            self.open.extend(rest);
            self.rest = Some(Vec::new());
            let done = self.complete();
            if done.is_some() {
                self.rest = None;
            }
            return done;
        }
        match self.open.get(self.whole..).and_then(Header::parse) {
            Some(header) if knows(header.message_type) => {
                self.rest = Some(Vec::new());
                None
            }
            _ => Some(self.open.len()).filter(|len| *len > 0),
        }
    }

    fn hand_out(&mut self, len: usize, datagram: &mut Datagram) -> Next {
        datagram.bytes.extend_from_slice(&self.open[..len]);
        datagram.place = self.place;
        self.open.drain(..len);
        self.place = self.lines.place();
        if let Some(rest) = self.rest.take() {
            self.open.extend(rest);
            self.place = self.rest_place;
        }
        self.whole = 0;
        Some(Ok(()))
    }
}

/// Whether these are the first bytes of a message, and not of something in the middle of one.
fn starts_message(bytes: &[u8], knows: Knows<'_>) -> bool {
    Header::parse(bytes).is_some_and(|header| {
        // As an attribute's header, a length of more would be one with a number.
        let len = (Header::LEN as u32..=u16::MAX.into()).contains(&header.len);
        len && matches!(header.message_type, NLMSG_ERROR | NLMSG_DONE | NLMSG_MIN_TYPE..)
            && knows(header.message_type)
    })
}

/// Whether a line has bytes in it.
pub(super) fn is_data(line: &[u8]) -> bool {
    let (line, mut bytes) = (line.trim_ascii(), Vec::new());
    Dump::start(line, &mut bytes).is_some() || (data(line, &mut bytes).is_ok() && !bytes.is_empty())
}

/// Whether a line is empty, or a comment.
pub(super) fn is_blank(line: &[u8]) -> bool {
    without_comment(line).trim_ascii().is_empty()
}

fn without_comment(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|b| matches!(b, b'#' | b';'));
    &line[..end.unwrap_or(line.len())]
}

/// Reads a line of digits.
fn data(line: &[u8], bytes: &mut Vec<u8>) -> Result<(), String> {
    let line = without_comment(line);
    let separator = |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b':' | b'"');
    for word in line.split(separator).filter(|word| !word.is_empty()) {
        let mut digits = word.strip_prefix(b"0x").or_else(|| word.strip_prefix(b"0X")).unwrap_or(word);
        while !digits.is_empty() {
            digits = digits.strip_prefix(b"\\x").unwrap_or(digits);
            match (nibble(digits.first()), nibble(digits.get(1))) {
                (Some(high), Some(low)) => bytes.push(high << 4 | low),
                (Some(_), None) if digits.len() == 1 || digits[1] == b'\\' => {
                    let word = String::from_utf8_lossy(&word[..word.len().min(40)]);
                    return Err(format!("an odd number of digits in `{}`", word.escape_debug()));
                }
                (high, _) => {
                    let text = String::from_utf8_lossy(&digits[usize::from(high.is_some())..]);
                    let other = text.chars().next().unwrap_or('\\');
                    return Err(format!("`{}` is no hexadecimal digit", other.escape_debug()));
                }
            }
            digits = &digits[2..];
        }
    }
    Ok(())
}

fn nibble(digit: Option<&u8>) -> Option<u8> {
    char::from(*digit?).to_digit(16).map(|d| d as u8)
}

/// Bytes from hexadecimal digits; `None` if it is anything else.
pub fn decode_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(nibble(pair.first())? << 4 | nibble(pair.get(1))?)).collect()
}
