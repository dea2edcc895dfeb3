//! What tools print of bytes, with the offset before them:
//!
//! ```text
//! 00000000: 1400 0000 1200 0103 0000 0000 0000 0000  ................        xxd
//! 00000000  14 00 00 00 12 00 01 03  00 00 00 00 00 00 00 00  |................|      hexdump -C
//! 0000000 0014 0000 0012 0301 0000 0000 0000 0000                             hexdump, od -tx2
//! 0000000 14 00 00 00 12 00 01 03 00 00 00 00 00 00 00 00                     od -tx1
//! ```
//!
//! `*` stands for lines that are like the one before; the last line has the offset alone. Offsets of
//! `od` are octal.

use super::nibble;

/// As many bytes as `*` may stand for. An attribute, and so a row of equal bytes, has no more.
const REPEATED: u64 = 64 << 10;

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `xxd`: groups of any size.
    Xxd,
    /// `hexdump -C`.
    Canonical,
    /// `od -tx1`.
    Bytes,
    /// `hexdump`: 16 bits in the byte order of the machine.
    Words,
}

/// A dump that is being read.
#[derive(Debug)]
pub(super) struct Dump {
    kind: Kind,
    /// What offsets are in; `None` if both are possible.
    radix: Option<u32>,
    /// The offset that comes next.
    next: u64,
    last: Vec<u8>,
    repeated: bool,
}

/// What a line is in a dump.
pub(super) enum DumpLine {
    /// A part of it.
    Read,
    /// A part that is wrong.
    Wrong(String),
    /// The first line of another dump.
    Anew,
    /// Something else.
    Other,
}

impl Dump {
    /// Reads the first line of a dump, if it is one.
    pub(super) fn start(line: &[u8], bytes: &mut Vec<u8>) -> Option<Dump> {
        let (offset, rest) = offset(line)?;
        let kind = kind(offset, rest)?;
        values(kind, rest, bytes).ok()?;
        let radix = match kind {
            Kind::Xxd | Kind::Canonical => Some(16),
            Kind::Bytes | Kind::Words => None,
        };
        let start = number(offset, radix.unwrap_or(16))?;
        let (radix, start) = match number(offset, 8) {
            // The first offset is another one than 0 where a part is shown only.
            Some(octal) if radix.is_none() && start != octal && kind == Kind::Bytes => (Some(8), octal),
            _ => (radix, start),
        };
        let next = start.checked_add(bytes.len() as u64)?;
        Some(Dump { kind, radix, next, last: bytes.clone(), repeated: false })
    }

    /// Reads another line.
    pub(super) fn line(&mut self, line: &[u8], bytes: &mut Vec<u8>) -> DumpLine {
        if line == b"*" {
            self.repeated = true;
            return DumpLine::Read;
        }
        let Some((digits, rest)) = offset(line) else { return DumpLine::Other };
        let Some(offset) = self.offset(digits) else { return DumpLine::Other };
        let mut values_here = Vec::new();
        if let Err(what) = values(self.kind, rest, &mut values_here) {
            return DumpLine::Wrong(what);
        }
        if offset == 0 && self.next != 0 && !values_here.is_empty() {
            return DumpLine::Anew;
        }
        let repeated = std::mem::take(&mut self.repeated);
        let due = self.next;
        self.next = offset.saturating_add(values_here.len() as u64);
        if repeated && offset > due {
            let gap = offset - due;
            if gap > REPEATED {
                bytes.extend(values_here);
                return DumpLine::Wrong(format!(
                    "`*` stands for {gap} bytes; at most {REPEATED} equal bytes make sense, and they are left out"
                ));
            }
            bytes.extend(self.last.iter().cycle().take(gap as usize));
        } else if offset != due && !values_here.is_empty() {
            bytes.extend(values_here);
            return DumpLine::Wrong(format!(
                "the offset is {offset:#x}, and {due:#x} is due: lines are missing"
            ));
        }
        if !values_here.is_empty() {
            self.last.clone_from(&values_here);
        }
        bytes.extend(values_here);
        DumpLine::Read
    }

    /// The number of an offset. What it is in, the first one tells that is not the same in both ways.
    fn offset(&mut self, digits: &[u8]) -> Option<u64> {
        if let Some(radix) = self.radix {
            return number(digits, radix);
        }
        let order = if self.kind == Kind::Bytes { [8, 16] } else { [16, 8] };
        let both = order.map(|radix| (radix, number(digits, radix)));
        let fits = |test: &dyn Fn(u64) -> bool| both.iter().copied().find(|(_, n)| n.is_some_and(test));
        let (radix, offset) = fits(&|n| n == self.next)
            .or_else(|| fits(&|n| n > self.next && self.repeated))
            .or_else(|| fits(&|n| n == 0))
            .or_else(|| fits(&|_| true))?;
        if both[0].1 != both[1].1 {
            self.radix = Some(radix);
        }
        offset
    }
}

/// Takes off an offset: seven digits or more at the start of a line, alone or before a space or colon.
fn offset(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let len = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let (digits, rest) = line.split_at(len);
    ((7..=16).contains(&len) && matches!(rest, [] | [b' ' | b'\t', ..] | [b':', b' ', ..]))
        .then_some((digits, rest))
}

fn number(digits: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// How bytes are written in the first line of a dump.
fn kind(offset: &[u8], rest: &[u8]) -> Option<Kind> {
    let word = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    match rest {
        [b':', ..] => Some(Kind::Xxd),
        [b' ', b' ', pair @ ..] if offset.len() >= 8 && word(pair) == 2 => Some(Kind::Canonical),
        // Words of this length are no bytes: the digits are odd.
        _ if !offset.len().is_multiple_of(2) => match word(rest.trim_ascii_start()) {
            2 => Some(Kind::Bytes),
            4 => Some(Kind::Words),
            _ => None,
        },
        _ => None,
    }
}

/// Reads what stands behind the offset.
fn values(kind: Kind, rest: &[u8], bytes: &mut Vec<u8>) -> Result<(), String> {
    let end = |what: &[u8]| rest.windows(what.len()).position(|w| w == what).unwrap_or(rest.len());
    let rest = match kind {
        // Then come the bytes as text.
        Kind::Xxd => {
            let rest = rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start();
            let end = rest.windows(2).position(|w| w == b"  ").unwrap_or(rest.len());
            &rest[..end]
        }
        Kind::Canonical => &rest[..end(b"|")],
        Kind::Bytes => &rest[..end(b" >")],
        Kind::Words => rest,
    };
    for word in rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
        let digits = match kind {
            Kind::Xxd => word.len().is_multiple_of(2),
            Kind::Canonical | Kind::Bytes => word.len() == 2,
            Kind::Words => word.len() == 4,
        };
        let values: Option<Vec<u8>> =
            word.chunks(2).map(|pair| Some(nibble(pair.first())? << 4 | nibble(pair.get(1))?)).collect();
        match values {
            Some(values) if digits && kind == Kind::Words => {
                bytes.extend(u16::from_be_bytes([values[0], values[1]]).to_ne_bytes());
            }
            Some(values) if digits => bytes.extend(values),
            _ => {
                let word = String::from_utf8_lossy(&word[..word.len().min(40)]);
                return Err(format!("`{}` is nothing of a dump", word.escape_debug()));
            }
        }
    }
    Ok(())
}
