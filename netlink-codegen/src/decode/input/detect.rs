//! What kind of file it is, from its first bytes.

use super::window::Window;
use super::{Format, hex, strace};
use netlink_runtime::socket::Saved;
use std::io::{self, Read};

/// As much text as is looked at.
const TEXT: usize = 64 << 10;

/// Finds out the format, and reads no more than that takes.
pub(super) fn format<R: Read>(from: &mut Window<R>) -> io::Result<Format> {
    from.fill(4)?;
    if let Some(magic) = from.bytes().first_chunk::<4>() {
        // Either half of it is a number in one of the two byte orders.
        let (big, little) = (u32::from_be_bytes(*magic), u32::from_le_bytes(*magic));
        match (big, little) {
            (0x0a0d_0d0a, _) => return Ok(Format::Pcapng),
            (0xa1b2_c3d4 | 0xa1b2_3c4d, _) | (_, 0xa1b2_c3d4 | 0xa1b2_3c4d) => return Ok(Format::Pcap),
            _ => {}
        }
        let native = u32::from_ne_bytes(*magic);
        let saved = [Saved::Routes, Saved::Addresses, Saved::Rules].map(Saved::magic);
        if saved.contains(&native) || saved.contains(&native.swap_bytes()) {
            return Ok(Format::Save);
        }
    }
    loop {
        let bytes = from.bytes();
        // A message's length, sequence or type always has a NUL in it; text has none.
        if bytes.contains(&0) {
            return Ok(Format::Raw);
        }
        let whole = from.ended() || bytes.len() >= TEXT;
        let end = match bytes.iter().rposition(|b| *b == b'\n') {
            _ if whole => bytes.len(),
            Some(at) => at,
            None => 0,
        };
        for line in bytes[..end].split(|b| *b == b'\n') {
            if hex::is_data(line) {
                return Ok(Format::Hex);
            }
            if strace::is_line(line) {
                return Ok(Format::Strace);
            }
        }
        if whole {
            // Text with comments alone is hexadecimal that has no bytes.
            let text = bytes.split(|b| *b == b'\n').all(hex::is_blank);
            return Ok(if text { Format::Hex } else { Format::Raw });
        }
        from.more()?;
    }
}
