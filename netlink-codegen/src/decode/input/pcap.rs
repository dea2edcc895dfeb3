//! Classic pcap files.

use super::window::Window;
use super::{Datagram, LIMIT, Next, Place, Wrong};
use crate::report::plural;
use netlink_runtime::socket::capture::{Cooked, FileHeader, PacketHeader, Reason};
use std::io::{self, Read};
use std::time::Duration;

/// Reads packets.
pub(super) struct Pcap<R> {
    from: Window<R>,
    /// `None` until it is read.
    header: Option<FileHeader>,
    number: u64,
    ended: bool,
}

impl<R: Read> Pcap<R> {
    pub(super) fn new(from: Window<R>) -> Self {
        Pcap { from, header: None, number: 0, ended: false }
    }

    pub(super) fn waits(&self) -> bool {
        self.from.bytes().is_empty()
    }

    pub(super) fn next(&mut self, datagram: &mut Datagram) -> Next {
        if self.ended {
            return None;
        }
        let (place, read) = match self.header {
            Some(header) => {
                self.number += 1;
                let place = Place::Packet { number: self.number, offset: self.from.offset() };
                (place, self.packet(header, datagram))
            }
            None => (Place::Offset(0), self.start()),
        };
        match read {
            Ok(Some(Ok(()))) if self.number == 0 => self.next(datagram),
            Ok(Some(Ok(()))) => {
                datagram.place = place;
                Some(Ok(()))
            }
            Ok(Some(Err(what))) => Some(Err(Wrong::new(place, what))),
            Ok(None) => None,
            Err(error) => {
                self.ended = true;
                Some(Err(Wrong::new(place, error.to_string())))
            }
        }
    }

    fn start(&mut self) -> io::Result<Option<Result<(), String>>> {
        self.from.fill(FileHeader::LEN)?;
        match FileHeader::parse(self.from.bytes()) {
            Ok(header) => {
                self.header = Some(header);
                self.from.consume(FileHeader::LEN);
                Ok(Some(Ok(())))
            }
            Err(error) => {
                self.ended = true;
                Ok(Some(Err(match error.reason {
                    Reason::Cut => "the file ends within its header".to_owned(),
                    reason => reason.to_string(),
                })))
            }
        }
    }

    fn packet(
        &mut self,
        header: FileHeader,
        datagram: &mut Datagram,
    ) -> io::Result<Option<Result<(), String>>> {
        self.from.fill(PacketHeader::LEN)?;
        let Some(bytes) = self.from.bytes().first_chunk() else {
            self.ended = true;
            let rest = self.from.bytes().len() as u64;
            let cut =
                || Err(format!("the file ends within the packet's header, after {}", plural(rest, "byte")));
            return Ok((rest > 0).then(cut));
        };
        let head = header.packet(bytes);
        let (len, whole) = (head.len as usize, head.whole);
        if len > LIMIT {
            // Such a length is no length, and nothing tells where the next packet is.
            self.ended = true;
            return Ok(Some(Err(too_long(len as u64))));
        }
        let all = self.from.fill(PacketHeader::LEN + len)?;
        let bytes = &self.from.bytes()[PacketHeader::LEN..];
        let bytes = &bytes[..len.min(bytes.len())];
        let done = cooked(bytes, head.time, datagram);
        if !all {
            let (len, there) = (plural(head.len, "byte"), bytes.len());
            datagram.cut = Some(format!("the packet has {len}, and the file ends after {there} of them"));
        } else if head.len < whole {
            datagram.cut = Some(snapped(head.len, whole));
        }
        self.from.consume(PacketHeader::LEN + len);
        Ok(Some(done.map_err(|what| datagram.cut.take().unwrap_or(what))))
    }
}

/// Says that a packet is longer than one can be.
pub(super) fn too_long(len: u64) -> String {
    format!(
        "no packet has {len} bytes: the longest that is read has {} MiB; what follows is left out",
        LIMIT >> 20
    )
}

/// Says that a part of a packet is missing.
pub(super) fn snapped(len: u32, whole: u32) -> String {
    format!("only {len} of the packet's {whole} bytes were captured; `tcpdump -s 0` captures all of them")
}

/// Takes a packet apart.
pub(super) fn cooked(packet: &[u8], time: Duration, datagram: &mut Datagram) -> Result<(), String> {
    let cooked = Cooked::parse(packet).map_err(|reason| reason.to_string())?;
    if cooked.is_foreign() {
        return Err(Reason::ByteOrder.to_string());
    }
    datagram.bytes.extend_from_slice(cooked.datagram);
    datagram.protocol = Some(cooked.protocol.0);
    datagram.direction = Some(cooked.direction);
    datagram.time = Some(time);
    if let Some(group) = cooked.group.filter(|group| *group != 0) {
        datagram.label = format!("group {group}");
    }
    Ok(())
}
