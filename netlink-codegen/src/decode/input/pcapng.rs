//! pcapng files.
//!
//! A file is a row of sections, each in a byte order of its own and with a list of interfaces; all of it is
//! blocks: type, length, body padded to four bytes, the length again.

use super::pcap::{cooked, snapped};
use super::window::Window;
use super::{Datagram, LIMIT, Next, Place, Wrong};
use std::io::{self, Read};
use std::time::Duration;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
/// An obsolete form of packets.
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
const LINKTYPE_NETLINK: u16 = 253;
const OPTION_NAME: u16 = 2;
const OPTION_RESOLUTION: u16 = 9;
/// Type and length of a block.
const HEAD: usize = 8;
/// More interfaces than any file has.
const INTERFACES: usize = 1 << 16;

/// Reads packets.
pub(super) struct Pcapng<R> {
    from: Window<R>,
    little: bool,
    interfaces: Vec<Interface>,
    packets: u64,
    started: bool,
    ended: bool,
}

struct Interface {
    name: String,
    link_type: u16,
    /// The longest packet; 0 is any.
    snaplen: u32,
    /// Ticks per second.
    resolution: u64,
    /// It was said that its packets are not of netlink.
    told: bool,
}

/// A packet's place in the body of its block.
struct Packet {
    interface: usize,
    ticks: u64,
    len: u32,
    whole: u32,
    at: usize,
}

/// What came of a block.
enum Block {
    Datagram,
    /// Nothing for us.
    Passed,
    Wrong(String),
    End,
}

impl<R: Read> Pcapng<R> {
    pub(super) fn new(from: Window<R>) -> Self {
        let (little, interfaces) = (true, Vec::new());
        Pcapng { from, little, interfaces, packets: 0, started: false, ended: false }
    }

    pub(super) fn waits(&self) -> bool {
        self.from.bytes().is_empty()
    }

    pub(super) fn next(&mut self, datagram: &mut Datagram) -> Next {
        while !self.ended {
            let (offset, packets) = (self.from.offset(), self.packets);
            let block = self.block(datagram).unwrap_or_else(|error| {
                self.ended = true;
                Block::Wrong(error.to_string())
            });
            let place = match self.packets {
                number if number > packets => Place::Packet { number, offset },
                _ => Place::Offset(offset),
            };
            match block {
                Block::Datagram => {
                    datagram.place = place;
                    return Some(Ok(()));
                }
                Block::Wrong(what) => return Some(Err(Wrong::new(place, what))),
                Block::Passed => {}
                Block::End => self.ended = true,
            }
        }
        None
    }

    /// Stops: nothing tells where the next block is.
    fn stop(&mut self, what: String) -> io::Result<Block> {
        self.ended = true;
        Ok(Block::Wrong(what))
    }

    fn block(&mut self, datagram: &mut Datagram) -> io::Result<Block> {
        // A section's byte order is the first word of its body.
        self.from.fill(HEAD + 4)?;
        let bytes = self.from.bytes();
        if bytes.is_empty() {
            return Ok(Block::End);
        }
        if bytes.len() < HEAD + 4 {
            let there = bytes.len();
            return self.stop(format!("the file ends within a block, after {there} bytes of it"));
        }
        let section = bytes[..4] == SECTION.to_be_bytes();
        if section {
            self.little = match [bytes[8], bytes[9], bytes[10], bytes[11]] {
                order if order == BYTE_ORDER.to_le_bytes() => true,
                order if order == BYTE_ORDER.to_be_bytes() => false,
                _ => return self.stop("a section without a byte order".to_owned()),
            };
            self.interfaces.clear();
        } else if !self.started {
            return self.stop("not a pcapng file: it does not start with a section".to_owned());
        }
        self.started = true;
        let order = Order { little: self.little };
        let (kind, len) = (order.word(bytes, 0), order.word(bytes, 4));
        if len % 4 != 0 || (len as usize) < HEAD + 4 {
            return self.stop(format!("no block has {len} bytes; what follows is left out"));
        }
        let packet = matches!(kind, PACKET | SIMPLE_PACKET | ENHANCED_PACKET);
        self.packets += u64::from(packet);
        if len as usize > LIMIT {
            let all = self.from.skip(len.into())?;
            let end = if all { "" } else { ", and the file ends within it" };
            return Ok(match packet || !all {
                true => {
                    Block::Wrong(format!("a block of {len} bytes{end}; at most {} MiB are read", LIMIT >> 20))
                }
                false => Block::Passed,
            });
        }
        let all = self.from.fill(len as usize)?;
        let bytes = self.from.bytes();
        let block = &bytes[..bytes.len().min(len as usize)];
        if all && order.word(block, block.len() - 4) != len {
            return self.stop("the two lengths of a block differ; what follows is left out".to_owned());
        }
        let body = &block[HEAD..if all { block.len() - 4 } else { block.len() }];
        let done = match kind {
            INTERFACE if self.interfaces.len() == INTERFACES => {
                Block::Wrong("too many interfaces".to_owned())
            }
            INTERFACE => match Interface::read(body, order) {
                Some(interface) => {
                    self.interfaces.push(interface);
                    Block::Passed
                }
                None => Block::Wrong("an interface that ends before its link type".to_owned()),
            },
            _ if !packet && all => Block::Passed,
            _ if !packet => Block::Wrong("the file ends within a block".to_owned()),
            _ => packet_of(kind, body, order, &mut self.interfaces, all, datagram),
        };
        self.from.consume(len as usize);
        self.ended |= !all;
        Ok(done)
    }
}

/// Takes the block of a packet apart.
fn packet_of(
    kind: u32,
    body: &[u8],
    order: Order,
    interfaces: &mut [Interface],
    all: bool,
    datagram: &mut Datagram,
) -> Block {
    let head = if kind == SIMPLE_PACKET { 4 } else { 20 };
    if body.len() < head {
        return Block::Wrong("the packet's block ends before the packet".to_owned());
    }
    let mut packet = match kind {
        SIMPLE_PACKET => {
            Packet { interface: 0, ticks: 0, len: order.word(body, 0), whole: order.word(body, 0), at: 4 }
        }
        _ => Packet {
            interface: match kind {
                PACKET => order.half(body, 0).into(),
                _ => order.word(body, 0) as usize,
            },
            ticks: u64::from(order.word(body, 4)) << 32 | u64::from(order.word(body, 8)),
            len: order.word(body, 12),
            whole: order.word(body, 16),
            at: 20,
        },
    };
    let Some(interface) = interfaces.get_mut(packet.interface) else {
        return Block::Wrong(format!("the section has no interface {}", packet.interface));
    };
    if interface.link_type != LINKTYPE_NETLINK {
        if std::mem::replace(&mut interface.told, true) {
            return Block::Passed;
        }
        let (name, link_type) = (&interface.name, interface.link_type);
        return Block::Wrong(format!(
            "interface {}{name} has link type {link_type}, not {LINKTYPE_NETLINK} (netlink); its packets are left out",
            packet.interface,
        ));
    }
    if kind == SIMPLE_PACKET && interface.snaplen != 0 {
        packet.len = packet.len.min(interface.snaplen);
    }
    let rest = &body[packet.at..];
    let there = rest.len().min(packet.len as usize);
    if there < packet.len as usize {
        let whose = if all { "block" } else { "file" };
        let what = format!("the packet has {} bytes, and the {whose} ends after {there} of them", packet.len);
        datagram.cut = Some(what);
    } else if packet.len < packet.whole {
        datagram.cut = Some(snapped(packet.len, packet.whole));
    }
    match cooked(&rest[..there], interface.time(packet.ticks), datagram) {
        Ok(()) => {
            if kind == SIMPLE_PACKET {
                // It has no time.
                datagram.time = None;
            }
            Block::Datagram
        }
        Err(what) => Block::Wrong(datagram.cut.take().unwrap_or(what)),
    }
}

impl Interface {
    fn read(body: &[u8], order: Order) -> Option<Interface> {
        if body.len() < 8 {
            return None;
        }
        let mut interface = Interface {
            name: String::new(),
            link_type: order.half(body, 0),
            snaplen: order.word(body, 4),
            resolution: 1_000_000,
            told: false,
        };
        let mut options = &body[8..];
        while options.len() >= 4 {
            let (code, len) = (order.half(options, 0), usize::from(order.half(options, 2)));
            let Some(value) = options[4..].get(..len) else { break };
            match (code, value) {
                (0, _) => break,
                (OPTION_NAME, name) => {
                    interface.name = format!(" ({})", String::from_utf8_lossy(name).escape_debug())
                }
                (OPTION_RESOLUTION, [exponent]) => {
                    let base: u64 = if exponent & 0x80 != 0 { 2 } else { 10 };
                    interface.resolution = base.saturating_pow(u32::from(exponent & 0x7f));
                }
                _ => {}
            }
            options = options.get(4 + len.next_multiple_of(4)..).unwrap_or_default();
        }
        Some(interface)
    }

    /// The time of so many ticks, since 1970.
    fn time(&self, ticks: u64) -> Duration {
        let rest = u128::from(ticks % self.resolution) * 1_000_000_000 / u128::from(self.resolution);
        Duration::new(ticks / self.resolution, rest as u32)
    }
}

/// The byte order of a section.
#[derive(Clone, Copy)]
struct Order {
    little: bool,
}

impl Order {
    /// The number at this place, which must be there.
    fn word(self, bytes: &[u8], at: usize) -> u32 {
        let bytes = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    }

    /// The number at this place, which must be there.
    fn half(self, bytes: &[u8], at: usize) -> u16 {
        let bytes = [bytes[at], bytes[at + 1]];
        if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
    }
}
