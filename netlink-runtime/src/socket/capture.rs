//! Captures of netlink traffic: classic pcap files of link type `LINKTYPE_NETLINK`.
//!
//! This is what `tcpdump -i nlmon0 -w FILE` writes and Wireshark shows. A file is
//!
//! | bytes | what |
//! |---|---|
//! | 24 | magic `a1b2c3d4` (times with microseconds; `a1b23c4d`: nanoseconds), version, and link type 253, in either byte order |
//! | 16 each | before every packet: seconds, their fraction, length in the file, length on the wire |
//! | 16 each | `struct sockaddr_ll` in short, big-endian: packet type, `ARPHRD_NETLINK` (824), address length, 8 bytes of address, netlink protocol |
//! | rest | the datagram, in the byte order of the machine that it was captured on |
//!
//! Packet types: 7 is to the kernel (`PACKET_KERNEL`), 6 to user space (`PACKET_USER`), as the kernel
//! marks them (`__netlink_deliver_tap_skb` in `net/netlink/af_netlink.c`). Not every program keeps that;
//! where another type stands, such as 4 (outgoing), `NLM_F_REQUEST` on the first message tells.
//!
//! The address is unused for netlink. [`Writer`] has the multicast group there: length 4, then the
//! group, big-endian; 0 is no group. Captures of others lack it.

// What is not generic here is `#[inline]`: compiled where it is used, which is in few programs.

use crate::message::{Header, MessageRef, NLM_F_REQUEST};
use crate::protocol::Protocol;
use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const PCAPNG: u32 = 0x0a0d_0d0a;
const LINKTYPE_NETLINK: u32 = 253;
const ARPHRD_NETLINK: u16 = 824;
const PACKET_USER: u16 = 6;
const PACKET_KERNEL: u16 = 7;
const COOKED: usize = 16;
/// What readers take the longest packet to be; they do read longer ones.
const SNAPLEN: u32 = 262_144;

/// Where a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From a program to the kernel.
    ToKernel,
    /// From the kernel to a program.
    ToUser,
}

/// A captured datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'a> {
    /// Where it stands in the file: its packet header.
    pub offset: usize,
    /// When it was captured, since 1970.
    pub time: Duration,
    /// Where it goes.
    pub direction: Direction,
    /// The netlink protocol.
    pub protocol: Protocol,
    /// The multicast group, 0 for none; `None` if the capture does not say.
    pub group: Option<u32>,
    /// The datagram.
    pub datagram: &'a [u8],
}

/// What is wrong with a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureError {
    /// Where in the file.
    pub offset: usize,
    /// What is wrong there.
    pub reason: Reason,
}

/// Why a capture cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The first bytes are those of no classic pcap file.
    NotPcap,
    /// It is a pcapng file, which other tools turn into this format (`editcap -F pcap`).
    PcapNg,
    /// It is a capture of something else, of this link type.
    LinkType(u32),
    /// The file ends within a packet.
    Cut,
    /// Only a part of this packet was captured: the snapshot length was too small.
    Snapped,
    /// A packet of something else than netlink.
    NotNetlink,
    /// A datagram of a machine of the other byte order.
    ByteOrder,
}

impl fmt::Display for CaptureError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "capture, offset {}: {}", self.offset, self.reason)
    }
}

impl fmt::Display for Reason {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::NotPcap => "not a pcap file",
            Reason::PcapNg => "a pcapng file, not a classic pcap file",
            Reason::LinkType(other) => return write!(f, "link type {other}, not 253 (netlink)"),
            Reason::Cut => "the file ends within a packet",
            Reason::Snapped => "the packet was captured in part only",
            Reason::NotNetlink => "not a netlink packet",
            Reason::ByteOrder => "captured on a machine of the other byte order",
        })
    }
}

impl std::error::Error for CaptureError {}

impl From<CaptureError> for io::Error {
    #[inline]
    fn from(e: CaptureError) -> Self {
        io::Error::new(io::ErrorKind::InvalidData, e)
    }
}

/// The packets of a capture, in order. The first error is the last item.
///
/// ```
/// use netlink_runtime::Protocol;
/// use netlink_runtime::socket::capture::{Direction, Packets, Writer};
///
/// let mut file = Vec::new();
/// let mut writer = Writer::new(&mut file)?;
/// writer.write(Direction::ToUser, Protocol::Route, 1, b"a datagram")?;
///
/// let packet = Packets::new(&file)?.next().unwrap()?;
/// assert_eq!((packet.datagram, packet.group), (&b"a datagram"[..], Some(1)));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    file: &'a [u8],
    at: usize,
    header: FileHeader,
}

impl<'a> Packets<'a> {
    /// Reads a file's header.
    #[inline]
    pub fn new(file: &'a [u8]) -> Result<Self, CaptureError> {
        Ok(Packets { file, at: FileHeader::LEN, header: FileHeader::parse(file)? })
    }

    #[inline]
    fn packet(&self) -> Result<Packet<'a>, Reason> {
        let (header, rest) = self.file[self.at..].split_first_chunk().ok_or(Reason::Cut)?;
        let header = self.header.packet(header);
        let bytes = usize::try_from(header.len).ok().and_then(|len| rest.get(..len)).ok_or(Reason::Cut)?;
        if header.len < header.whole {
            return Err(Reason::Snapped);
        }
        let Cooked { direction, protocol, group, datagram } = Cooked::parse(bytes)?;
        Ok(Packet { offset: self.at, time: header.time, direction, protocol, group, datagram })
    }
}

/// The start of a file, for readers that do not hold all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileHeader {
    little: bool,
    fraction: Duration,
}

impl FileHeader {
    /// Size of the header.
    pub const LEN: usize = 24;

    /// Reads the header at the start of `bytes`.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<Self, CaptureError> {
        let error = |offset, reason| CaptureError { offset, reason };
        let magic = bytes.first_chunk::<4>().copied().ok_or(error(0, Reason::NotPcap))?;
        let (big, little) = (u32::from_be_bytes(magic), u32::from_le_bytes(magic));
        let known = |n| n == MICROSECONDS || n == NANOSECONDS;
        let (magic, little) = match () {
            () if known(little) => (little, true),
            () if known(big) => (big, false),
            () if big == PCAPNG => return Err(error(0, Reason::PcapNg)),
            () => return Err(error(0, Reason::NotPcap)),
        };
        let fraction = if magic == NANOSECONDS { Duration::from_nanos(1) } else { Duration::from_micros(1) };
        let header = FileHeader { little, fraction };
        // Beside the type it says how long checksums are, which there are none of.
        match bytes.get(20..).and_then(|b| b.first_chunk()).map(|b| header.word(*b) & 0xffff) {
            Some(LINKTYPE_NETLINK) => Ok(header),
            Some(other) => Err(error(20, Reason::LinkType(other))),
            None => Err(error(0, Reason::Cut)),
        }
    }

    /// Reads what stands before a packet.
    #[inline]
    pub fn packet(&self, bytes: &[u8; PacketHeader::LEN]) -> PacketHeader {
        let word = |at: usize| self.word([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let seconds = Duration::from_secs(word(0).into());
        let time = self.fraction.checked_mul(word(4)).map_or(seconds, |fraction| seconds + fraction);
        PacketHeader { time, len: word(8), whole: word(12) }
    }

    #[inline]
    fn word(&self, bytes: [u8; 4]) -> u32 {
        if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }
}

/// What stands before a packet in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PacketHeader {
    /// When it was captured, since 1970.
    pub time: Duration,
    /// How many bytes of it follow.
    pub len: u32,
    /// How many it had.
    pub whole: u32,
}

impl PacketHeader {
    /// Size of the header.
    pub const LEN: usize = 16;
}

/// A packet of link type `LINKTYPE_NETLINK`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cooked<'a> {
    /// Where it goes.
    pub direction: Direction,
    /// The netlink protocol.
    pub protocol: Protocol,
    /// The multicast group, 0 for none; `None` if the capture does not say.
    pub group: Option<u32>,
    /// The datagram.
    pub datagram: &'a [u8],
}

impl<'a> Cooked<'a> {
    /// Size of what stands before the datagram.
    pub const HEADER: usize = COOKED;

    /// Takes a packet apart.
    #[inline]
    pub fn parse(packet: &'a [u8]) -> Result<Self, Reason> {
        let (cooked, datagram) = packet.split_first_chunk::<COOKED>().ok_or(Reason::NotNetlink)?;
        let half = |at: usize| u16::from_be_bytes([cooked[at], cooked[at + 1]]);
        if half(2) != ARPHRD_NETLINK {
            return Err(Reason::NotNetlink);
        }
        let request = || MessageRef::parse(datagram).is_ok_and(|m| m.has(NLM_F_REQUEST));
        let direction = match half(0) {
            PACKET_KERNEL => Direction::ToKernel,
            PACKET_USER => Direction::ToUser,
            _ if request() => Direction::ToKernel,
            _ => Direction::ToUser,
        };
        let group = u32::from_be_bytes([cooked[6], cooked[7], cooked[8], cooked[9]]);
        let group = (half(4) == 4).then_some(group);
        Ok(Cooked { direction, protocol: Protocol(half(14)), group, datagram })
    }

    /// Whether the datagram is of a machine of the other byte order.
    #[inline]
    pub fn is_foreign(&self) -> bool {
        is_foreign(self.datagram)
    }
}

/// Whether a datagram makes sense in the other byte order only.
pub(super) fn is_foreign(datagram: &[u8]) -> bool {
    let Some(header) = Header::parse(datagram) else { return false };
    let fits = |len: u32| usize::try_from(len).is_ok_and(|len| (Header::LEN..=datagram.len()).contains(&len));
    !fits(header.len) && fits(header.len.swap_bytes())
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, CaptureError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.file.len() {
            return None;
        }
        let packet = self.packet().map_err(|reason| CaptureError { offset: self.at, reason });
        self.at = match &packet {
            Ok(packet) => self.at + PacketHeader::LEN + COOKED + packet.datagram.len(),
            Err(_) => self.file.len(),
        };
        Some(packet)
    }
}

impl std::iter::FusedIterator for Packets<'_> {}

/// Writes a capture, in the byte order of this machine.
#[derive(Debug)]
pub struct Writer<W> {
    to: W,
}

impl<W: Write> Writer<W> {
    /// Starts a file.
    #[inline]
    pub fn new(mut to: W) -> io::Result<Self> {
        let mut header = Vec::with_capacity(FileHeader::LEN);
        header.extend(MICROSECONDS.to_ne_bytes());
        header.extend(2u16.to_ne_bytes());
        header.extend(4u16.to_ne_bytes());
        // UTC, of no known accuracy.
        header.extend([0; 8]);
        header.extend(SNAPLEN.to_ne_bytes());
        header.extend(LINKTYPE_NETLINK.to_ne_bytes());
        to.write_all(&header)?;
        Ok(Writer { to })
    }

    /// Appends a datagram of this moment, with the multicast group that it was sent to (0: none).
    #[inline]
    pub fn write(
        &mut self,
        direction: Direction,
        protocol: Protocol,
        group: u32,
        datagram: &[u8],
    ) -> io::Result<()> {
        let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
        let len = u32::try_from(COOKED + datagram.len()).map_err(too_long)?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut packet = Vec::with_capacity(PacketHeader::LEN + COOKED + datagram.len());
        // The format has 32 bits for the seconds.
        packet.extend(u32::try_from(now.as_secs()).unwrap_or(u32::MAX).to_ne_bytes());
        packet.extend(now.subsec_micros().to_ne_bytes());
        packet.extend(len.to_ne_bytes());
        packet.extend(len.to_ne_bytes());
        let kind = if direction == Direction::ToKernel { PACKET_KERNEL } else { PACKET_USER };
        packet.extend(kind.to_be_bytes());
        packet.extend(ARPHRD_NETLINK.to_be_bytes());
        packet.extend(4u16.to_be_bytes());
        packet.extend(group.to_be_bytes());
        packet.extend([0; 4]);
        packet.extend(protocol.0.to_be_bytes());
        packet.extend(datagram);
        // In one piece, so that a file without a buffer before it holds whole packets.
        self.to.write_all(&packet)
    }
}
