//! Long files take no more memory than short ones.

use super::{Format, files, knows};
use netlink_codegen::decode::input::{Datagram, Input};
use std::io::{self, Read};

/// The same bytes over and over, up to a length.
struct Again {
    head: Vec<u8>,
    bytes: Vec<u8>,
    at: usize,
    left: usize,
}

impl Read for Again {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < to.len() && self.left > 0 {
            let from = if self.head.is_empty() { &self.bytes[self.at..] } else { &self.head[..] };
            let len = from.len().min(to.len() - read).min(self.left);
            to[read..read + len].copy_from_slice(&from[..len]);
            if self.head.is_empty() {
                self.at = (self.at + len) % self.bytes.len();
            } else {
                self.head.drain(..len);
            }
            read += len;
            self.left -= len;
        }
        Ok(read)
    }
}

/// The most memory that this process has had, in KiB.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn memory_is_constant() {
    const MIB: usize = 1 << 20;
    let conversation = files::conversation();
    let order = files::Order { big: false };
    let packet = files::cooked(&conversation[1], 0);
    let hexadecimal = files::hex(&conversation, |b| format!("{b:02x}"), " ", 16);
    let dumps = files::strace_dumps(&conversation);
    let section = [files::section(order), files::interface(order, 253, 6)].concat();
    let cases = [
        (Format::Raw, vec![], files::raw(&conversation), 256 * MIB),
        (Format::Hex, vec![], hexadecimal, 32 * MIB),
        // Without an end.
        (Format::Hex, vec![], b"1400 ".repeat(1000), 100 * MIB),
        (Format::Strace, vec![], dumps, 32 * MIB),
        (
            Format::Pcap,
            files::pcap_header(order, false, 253),
            files::pcap_packet(order, &packet, packet.len()),
            128 * MIB,
        ),
        (Format::Pcapng, section, files::enhanced(order, 0, 0, &packet, packet.len()), 128 * MIB),
        // Garbage.
        (Format::Raw, vec![], vec![0xff; 4096], 64 * MIB),
        (Format::Raw, vec![], [4, 0, 0, 0, 0x10].repeat(1000), 64 * MIB),
    ];
    for (format, head, bytes, left) in cases {
        let what = format!("{format:?} of {} MiB", left / MIB);
        let mut input = Input::new(Again { head, bytes, at: 0, left }, Some(format)).expect("it can be read");
        let (mut datagram, mut count, mut longest) = (Datagram::default(), 0usize, 0);
        let mut wrong = 0;
        while let Some(next) = input.next(&mut datagram, &knows) {
            count += 1;
            longest = longest.max(datagram.bytes.len());
            wrong += usize::from(next.is_err());
            // The last one is cut; garbage is told once.
            assert!(wrong < 20, "{what}: {next:?}");
        }
        assert!(count > 0 && longest <= 256 << 10, "{what}: {count}, the longest of {longest}");
    }
    // A line of 64 MiB is looked at, and may be held twice while its buffer grows.
    if let Some(peak) = peak() {
        assert!(peak < 256 << 10, "{peak} KiB");
    }
}
