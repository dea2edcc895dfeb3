//! Datagrams from files of every kind: raw messages, hexadecimal text, `strace`, pcap, pcapng, `ip route save`.
//!
//! An [`Input`] reads as it goes: it holds one datagram at a time, and no more than [`LIMIT`] bytes of it.
//! What is no datagram comes as [`Wrong`], in its place; reading goes on behind it.

mod detect;
mod hex;
mod lines;
mod pcap;
mod pcapng;
mod pieces;
mod raw;
mod strace;
mod window;

pub use hex::decode_hex;
pub use pieces::{Piece, Pieces, garbage, pieces};

use netlink_runtime::socket::capture::Direction;
use std::fmt;
use std::io::{self, Read};
use std::time::Duration;
use window::Window;

/// The longest datagram, and the longest message. The kernel makes none of this size.
pub const LIMIT: usize = 16 << 20;

/// How a file holds datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Messages one after the other, as a socket gives them.
    Raw,
    /// Text: hexadecimal digits in most of the ways that they are written.
    Hex,
    /// What `strace` prints.
    Strace,
    /// A classic pcap file of an nlmon device.
    Pcap,
    /// A pcapng file of an nlmon device.
    Pcapng,
    /// What `ip route save`, `ip addr save` or `ip rule save` writes.
    Save,
}

/// A datagram, and what its file says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Datagram {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The netlink protocol.
    pub protocol: Option<u16>,
    /// Where it goes.
    pub direction: Option<Direction>,
    /// When it was seen, since 1970.
    pub time: Option<Duration>,
    /// Who sent or received it; empty if that is not known.
    pub label: String,
    /// Where it is.
    pub place: Place,
    /// Why its end is missing, if the file says so.
    pub cut: Option<String>,
}

/// A place of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A byte.
    Offset(u64),
    /// A line of a text; the first one is 1.
    Line(u64),
    /// A packet of a capture; the first one is 1.
    Packet {
        /// Its number.
        number: u64,
        /// Where it starts in the file.
        offset: u64,
    },
}

impl Default for Place {
    fn default() -> Self {
        Place::Offset(0)
    }
}

impl Place {
    /// A byte of the datagram that is here, in words.
    pub fn byte(self, offset: usize) -> String {
        match self {
            Place::Offset(start) => format!("offset {}", start + offset as u64),
            Place::Line(line) => format!("offset {offset} of the datagram in line {line}"),
            Place::Packet { number, .. } => format!("offset {offset} of the datagram in packet {number}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Offset(offset) => write!(f, "offset {offset}"),
            Place::Line(line) => write!(f, "line {line}"),
            Place::Packet { number, offset } => write!(f, "packet {number} at offset {offset}"),
        }
    }
}

/// Something in a file that is no datagram, or not a whole one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// The bytes that are left out, or the first of them; empty where they are not bytes of messages.
    pub bytes: Vec<u8>,
}

impl Wrong {
    fn new(place: Place, what: impl Into<String>) -> Wrong {
        Wrong { place, what: what.into(), bytes: Vec::new() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for Wrong {}

/// What is found next in a file: a datagram, which is then in the buffer, or what is wrong there.
type Next = Option<Result<(), Wrong>>;

/// Tells message types that make sense.
type Knows<'k> = &'k dyn Fn(u16) -> bool;

/// The datagrams of a file.
pub struct Input<R> {
    reader: Reader<R>,
    format: Format,
}

enum Reader<R> {
    Raw(raw::Raw<R>),
    Hex(hex::Hex<R>),
    Strace(Box<strace::Strace<R>>),
    Pcap(pcap::Pcap<R>),
    Pcapng(pcapng::Pcapng<R>),
}

impl<R: Read> Input<R> {
    /// Reads from here. Without a format, the first bytes tell it.
    pub fn new(from: R, format: Option<Format>) -> io::Result<Self> {
        let mut from = Window::new(from);
        let format = match format {
            Some(format) => format,
            None => detect::format(&mut from)?,
        };
        let reader = match format {
            Format::Raw => Reader::Raw(raw::Raw::new(from)),
            Format::Save => Reader::Raw(raw::Raw::saved(from)),
            Format::Hex => Reader::Hex(hex::Hex::new(from)),
            Format::Strace => Reader::Strace(Box::new(strace::Strace::new(from))),
            Format::Pcap => Reader::Pcap(pcap::Pcap::new(from)),
            Format::Pcapng => Reader::Pcapng(pcapng::Pcapng::new(from)),
        };
        Ok(Input { reader, format })
    }

    /// The format that is read.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether the next datagram is not here yet, so that reading it may take a while.
    pub fn waits(&self) -> bool {
        match &self.reader {
            Reader::Raw(raw) => raw.waits(),
            Reader::Hex(hex) => hex.waits(),
            Reader::Strace(strace) => strace.waits(),
            Reader::Pcap(pcap) => pcap.waits(),
            Reader::Pcapng(pcapng) => pcapng.waits(),
        }
    }

    /// Reads the next datagram into `datagram`. An error stands for what is left out; there may be
    /// datagrams behind it. `knows` tells message types that make sense where no protocol is given,
    /// to find the next message after garbage.
    pub fn next(&mut self, datagram: &mut Datagram, knows: Knows<'_>) -> Option<Result<(), Wrong>> {
        datagram.bytes.clear();
        datagram.label.clear();
        (datagram.protocol, datagram.direction) = (None, None);
        (datagram.time, datagram.cut) = (None, None);
        match &mut self.reader {
            Reader::Raw(raw) => raw.next(datagram, knows),
            Reader::Hex(hex) => hex.next(datagram, knows),
            Reader::Strace(strace) => strace.next(datagram),
            Reader::Pcap(pcap) => pcap.next(datagram),
            Reader::Pcapng(pcapng) => pcapng.next(datagram),
        }
    }
}

impl<R> fmt::Debug for Input<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("format", &self.format).finish_non_exhaustive()
    }
}
