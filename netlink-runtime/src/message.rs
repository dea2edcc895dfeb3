//! Netlink messages: the header, and the messages of a datagram.

use crate::wire::align;
use core::fmt;

/// `NLMSG_NOOP`: nothing.
pub const NLMSG_NOOP: u16 = 1;
/// `NLMSG_ERROR`: an acknowledgement or an error.
pub const NLMSG_ERROR: u16 = 2;
/// `NLMSG_DONE`: the end of a multipart reply.
pub const NLMSG_DONE: u16 = 3;
/// `NLMSG_OVERRUN`: data was lost.
pub const NLMSG_OVERRUN: u16 = 4;
/// `NLMSG_MIN_TYPE`: types below it are control messages, the same in every protocol.
pub const NLMSG_MIN_TYPE: u16 = 16;

/// A request.
pub const NLM_F_REQUEST: u16 = 0x1;
/// Part of a multipart reply that `NLMSG_DONE` ends.
pub const NLM_F_MULTI: u16 = 0x2;
/// Asks for an acknowledgement.
pub const NLM_F_ACK: u16 = 0x4;
/// Asks for the notifications that the request causes.
pub const NLM_F_ECHO: u16 = 0x8;
/// What is dumped changed meanwhile: entries may be missing or there twice.
pub const NLM_F_DUMP_INTR: u16 = 0x10;
/// The kernel filtered the dump as asked.
pub const NLM_F_DUMP_FILTERED: u16 = 0x20;
/// Asks for a dump.
pub const NLM_F_DUMP: u16 = 0x300;
/// On a request that makes something: replace what exists.
pub const NLM_F_REPLACE: u16 = 0x100;
/// On a request that makes something: fail if it exists.
pub const NLM_F_EXCL: u16 = 0x200;
/// On a request that changes something: make it if it does not exist.
pub const NLM_F_CREATE: u16 = 0x400;
/// On a request that makes something: put it last.
pub const NLM_F_APPEND: u16 = 0x800;
/// On `NLMSG_ERROR`: the request's payload is not repeated.
pub const NLM_F_CAPPED: u16 = 0x100;
/// On `NLMSG_ERROR` and `NLMSG_DONE`: extended acknowledgement attributes follow.
pub const NLM_F_ACK_TLVS: u16 = 0x200;

/// Whether a request's flags ask for a dump: on requests that make something, each of the bits
/// means something else, but both together contradict each other.
pub fn asks_for_dump(flags: u16) -> bool {
    flags & NLM_F_DUMP == NLM_F_DUMP
}

/// `struct nlmsghdr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Length of the message with this header.
    pub len: u32,
    /// What the message is; below [`NLMSG_MIN_TYPE`] a control message.
    pub message_type: u16,
    /// `NLM_F_*`.
    pub flags: u16,
    /// Ties replies to their request.
    pub sequence: u32,
    /// The socket whose request this message belongs to (`nlmsg_pid`).
    pub port: u32,
}

impl Header {
    /// Size of the header.
    pub const LEN: usize = 16;

    /// Reads the header at the start of `bytes`.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Option<Header> {
        let b: &[u8; Self::LEN] = bytes.first_chunk()?;
        let word = |at: usize| u32::from_ne_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
        let half = |at: usize| u16::from_ne_bytes([b[at], b[at + 1]]);
        Some(Header {
            len: word(0),
            message_type: half(4),
            flags: half(6),
            sequence: word(8),
            port: word(12),
        })
    }

    /// The header as it stands on the wire.
    #[inline]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut b = [0; Self::LEN];
        b[..4].copy_from_slice(&self.len.to_ne_bytes());
        b[4..6].copy_from_slice(&self.message_type.to_ne_bytes());
        b[6..8].copy_from_slice(&self.flags.to_ne_bytes());
        b[8..12].copy_from_slice(&self.sequence.to_ne_bytes());
        b[12..].copy_from_slice(&self.port.to_ne_bytes());
        b
    }
}

/// A message in a buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MessageRef<'a> {
    /// The header.
    pub header: Header,
    // Exactly `header.len` bytes, at least `Header::LEN`.
    bytes: &'a [u8],
}

impl<'a> MessageRef<'a> {
    /// Reads the message at the start of `bytes`; what follows it does not matter.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MessageError> {
        let broken = |length| MessageError { offset: 0, length, available: bytes.len() };
        let header = Header::parse(bytes).ok_or_else(|| broken(None))?;
        let len = header.len as usize;
        match bytes.get(..len) {
            Some(bytes) if len >= Header::LEN => Ok(MessageRef { header, bytes }),
            _ => Err(broken(Some(header.len))),
        }
    }

    /// What follows the header.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[Header::LEN..]
    }

    /// The whole message.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether these flags are all set.
    #[inline]
    pub fn has(&self, flags: u16) -> bool {
        self.header.flags & flags == flags
    }

    /// Whether it is a control message (`NLMSG_ERROR`, `NLMSG_DONE` ...).
    #[inline]
    pub fn is_control(&self) -> bool {
        self.header.message_type < NLMSG_MIN_TYPE
    }
}

impl fmt::Debug for MessageRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageRef").field("header", &self.header).field("payload", &self.payload()).finish()
    }
}

/// A message header that says an impossible length: nothing after it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageError {
    /// Where in the datagram the message starts.
    pub offset: usize,
    /// The length it says; `None` where not even a header fits.
    pub length: Option<u32>,
    /// The bytes that are there.
    pub available: usize,
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MessageError { offset, length, available } = self;
        match length {
            Some(length) => {
                write!(f, "message at offset {offset} says {length} bytes, and {available} are there")
            }
            None => write!(f, "{available} bytes at offset {offset} are too few for a message header"),
        }
    }
}

impl core::error::Error for MessageError {}

/// The messages of a datagram.
///
/// A message whose length is impossible is yielded as an error, and ends the iteration. A length
/// that is no multiple of 4 is fine, and so is a last message without padding.
///
/// ```
/// use netlink_runtime::message::{Header, Messages, NLMSG_DONE};
///
/// let header = Header { len: 20, message_type: NLMSG_DONE, flags: 2, sequence: 7, port: 1 };
/// let mut datagram = header.to_bytes().to_vec();
/// datagram.extend(0i32.to_ne_bytes());
/// datagram.extend([0, 0]); // cut off
///
/// let mut messages = Messages::new(&datagram);
/// let done = messages.next().unwrap()?;
/// assert_eq!((done.header.sequence, done.payload()), (7, &[0u8; 4][..]));
/// assert_eq!(messages.next().unwrap().unwrap_err().offset, 20);
/// assert!(messages.next().is_none());
/// # Ok::<(), netlink_runtime::message::MessageError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    datagram: &'a [u8],
    at: usize,
}

impl<'a> Messages<'a> {
    /// Iterates over this datagram.
    pub fn new(datagram: &'a [u8]) -> Self {
        Messages { datagram, at: 0 }
    }

    /// Goes on at this offset of the datagram, where a message starts.
    pub fn from_offset(datagram: &'a [u8], at: usize) -> Self {
        Messages { datagram, at: at.min(datagram.len()) }
    }

    /// Where the next message starts.
    pub fn offset(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<MessageRef<'a>, MessageError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.datagram[self.at..];
        if rest.is_empty() {
            return None;
        }
        let item = MessageRef::parse(rest).map_err(|e| MessageError { offset: self.at, ..e });
        self.at = match &item {
            Ok(message) => (self.at + align(message.bytes.len())).min(self.datagram.len()),
            Err(_) => self.datagram.len(),
        };
        Some(item)
    }
}

impl core::iter::FusedIterator for Messages<'_> {}

/// `struct genlmsghdr`, which starts the payload of generic netlink messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GenlHeader {
    /// The command.
    pub command: u8,
    /// The version of the family's interface.
    pub version: u8,
}

impl GenlHeader {
    /// Size of the header.
    pub const LEN: usize = 4;

    /// Splits the payload of a message.
    #[inline]
    pub fn split(payload: &[u8]) -> Option<(GenlHeader, &[u8])> {
        let (head, rest) = payload.split_first_chunk::<{ Self::LEN }>()?;
        Some((GenlHeader { command: head[0], version: head[1] }, rest))
    }

    /// The header as it stands on the wire.
    #[inline]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        [self.command, self.version, 0, 0]
    }
}
