//! Arguments of a call.
//!
//! An argument is looked at where it stands: brackets are counted, strings passed over, so that each look
//! takes one pass.

use std::time::Duration;

/// Bytes that a call moves.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    /// Why bytes are missing at the end that `strace` saw.
    pub(super) cut: Option<String>,
    /// Why bytes are missing that the program never had.
    pub(super) short: Option<String>,
    /// It is shown taken apart, or as an address.
    pub(super) decoded: bool,
}

/// Goes over a value's items; ends at a closing bracket that was not opened.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    /// The next item, up to a comma or the end.
    fn item(&mut self) -> Option<&'a [u8]> {
        let text = self.text;
        let mut depth = 0usize;
        let from = self.at;
        while let Some(byte) = text.get(self.at) {
            match byte {
                b'"' => {
                    self.at = string_end(text, self.at);
                    continue;
                }
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => break,
                },
                b',' if depth == 0 => break,
                // What a descriptor is: `3</a/path>`, `3<UNIX:[1->2]>`.
                b'<' if depth == 0
                    && from < self.at
                    && text[from..self.at].trim_ascii().iter().all(u8::is_ascii_digit) =>
                {
                    let end = text[self.at..]
                        .windows(2)
                        .position(|w| w[0] == b'>' && matches!(w[1], b',' | b')' | b' '));
                    self.at += end.unwrap_or(0);
                }
                b'/' if text.get(self.at + 1) == Some(&b'*') => {
                    let end = text[self.at..].windows(2).position(|w| w == b"*/");
                    self.at += end.map_or(0, |end| end + 1);
                }
                _ => {}
            }
            self.at += 1;
        }
        let item = text[from..self.at.min(text.len())].trim_ascii();
        let more = text.get(self.at) == Some(&b',');
        self.at += usize::from(more);
        (more || !item.is_empty()).then_some(item)
    }
}

/// Where a string ends that starts here: behind its quote.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// The arguments of a call, and what follows their closing bracket; `None` if that is missing.
pub(super) fn arguments(text: &[u8]) -> Option<(Vec<&[u8]>, &[u8])> {
    let mut scan = Scan { text, at: 0 };
    let mut args = Vec::new();
    while let Some(item) = scan.item() {
        // No call has more.
        if args.len() < 8 {
            args.push(item);
        }
    }
    let rest = text.get(scan.at..)?.strip_prefix(b")")?;
    Some((args, rest))
}

/// The items of a list or the members of a struct.
pub(super) fn items(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let inner = match list {
        [b'[' | b'{', inner @ .., b']' | b'}'] => inner,
        _ => &[],
    };
    let mut scan = Scan { text: inner, at: 0 };
    std::iter::from_fn(move || scan.item())
}

/// A member of a struct, by name. Old ones have a length behind it: `msg_iov(1)=`.
pub(super) fn member<'a>(value: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    items(value).find_map(|item| {
        let rest = item.strip_prefix(name)?;
        match rest {
            [b'=', value @ ..] => Some(value),
            [b'(', ..] => rest.iter().position(|b| *b == b'=').map(|at| &rest[at + 1..]),
            _ => None,
        }
    })
}

/// The number at the start.
pub(super) fn number(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

/// A time since 1970, with `-ttt`: other times have fewer digits.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    let (seconds, fraction) = text.split_once('.').filter(|(s, f)| s.len() >= 9 && f.len() <= 9)?;
    let nanos = format!("{fraction:0<9}").parse().ok()?;
    Some(Duration::new(seconds.parse().ok()?, nanos))
}

/// The bytes of a list of buffers, one after the other.
pub(super) fn vector(list: &[u8]) -> Result<Buffer, String> {
    let mut whole = Buffer::default();
    for item in items(list) {
        // Old ones have no names for the members.
        let base = member(item, b"iov_base").or_else(|| items(item).next()).unwrap_or_default();
        let part = buffer(base)?;
        whole.bytes.extend(part.bytes);
        whole.decoded |= part.decoded;
        whole.cut = whole.cut.or(part.cut);
    }
    Ok(whole)
}

/// The bytes of one.
pub(super) fn buffer(value: &[u8]) -> Result<Buffer, String> {
    match value {
        [b'"', ..] => {
            let end = string_end(value, 0);
            let bytes = string(value.get(1..end.saturating_sub(1)).unwrap_or_default())?;
            let cut = value[end..]
                .starts_with(b"...")
                .then(|| "strace cut the string; `-s 2097152` has it print all of it".to_owned());
            Ok(Buffer { bytes, cut, ..Buffer::default() })
        }
        [] | b"NULL" => Ok(Buffer::default()),
        _ => Ok(Buffer { decoded: true, ..Buffer::default() }),
    }
}

/// The bytes of a string with the escapes of C.
fn string(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    let mut rest: &[u8] = text;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let digits = |radix: u32, most: usize, from: &[u8]| {
            let digits = from.iter().take(most).map_while(|b| char::from(*b).to_digit(radix));
            digits.fold((0, 0u32), |(count, n), d| (count + 1, n * radix + d))
        };
        let (used, byte) = match rest {
            [b'x', hex @ ..] => match digits(16, 2, hex) {
                (0, _) => return Err("`\\x` without digits in a string".to_owned()),
                (count, n) => (count + 1, n as u8),
            },
            [b'0'..=b'7', ..] => {
                let (count, n) = digits(8, 3, rest);
                (count, n as u8)
            }
            [b'n', ..] => (1, b'\n'),
            [b't', ..] => (1, b'\t'),
            [b'r', ..] => (1, b'\r'),
            [b'v', ..] => (1, 11),
            [b'f', ..] => (1, 12),
            [b'a', ..] => (1, 7),
            [b'b', ..] => (1, 8),
            [b'e', ..] => (1, 27),
            [other, ..] => (1, *other),
            [] => (0, b'\\'),
        };
        bytes.push(byte);
        rest = &rest[used..];
    }
    Ok(bytes)
}

/// A line of what `-e read=…` and `-e write=…` print.
#[derive(Debug, PartialEq)]
pub(super) enum DumpLine {
    /// ` = 1 buffers in vector 0`.
    Datagram,
    /// ` * 20 bytes in buffer 0`.
    Buffer,
    /// ` | 00000  14 00 00 00 …  … |`.
    Bytes { at: usize, bytes: Vec<u8> },
}

/// Reads a line of a dump; `None` if it is no such line.
pub(super) fn dump_line(line: &[u8]) -> Option<Result<DumpLine, String>> {
    let words = |text: &[u8], what: &[u8]| text.windows(what.len()).any(|w| w == what);
    match line {
        [b' ', b'*', b' ', rest @ ..] if words(rest, b" in buffer ") => Some(Ok(DumpLine::Buffer)),
        [b' ', b'=', b' ', rest @ ..] if words(rest, b" in vector ") => Some(Ok(DumpLine::Datagram)),
        [b' ', b'|', b' ', rest @ ..] => Some(bytes(rest)),
        _ => None,
    }
}

/// Two columns of eight bytes: `hh hh hh hh hh hh hh hh  hh …`, then text.
fn bytes(line: &[u8]) -> Result<DumpLine, String> {
    const COLUMNS: usize = 16 * 3;
    let odd = || {
        format!(
            "`{}` is nothing of a dump",
            String::from_utf8_lossy(&line[..line.len().min(80)]).escape_debug()
        )
    };
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let at = std::str::from_utf8(&line[..digits]).ok().and_then(|d| usize::from_str_radix(d, 16).ok());
    let at = at.filter(|_| line[digits..].starts_with(b"  ")).ok_or_else(odd)?;
    let columns = &line[digits + 2..];
    let columns = &columns[..columns.len().min(COLUMNS)];
    let pairs = columns.split(|b| *b == b' ').filter(|pair| !pair.is_empty());
    let value = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok().filter(|p| p.len() == 2)?;
        u8::from_str_radix(text, 16).ok()
    };
    let bytes = pairs.map(value).collect::<Option<_>>();
    bytes.map(|bytes| DumpLine::Bytes { at, bytes }).ok_or_else(odd)
}
