//! Datagrams from files: raw bytes, or hexadecimal text.

use netlink_runtime::message::{Header, MessageRef, Messages, NLMSG_MIN_TYPE};
use std::fmt;

/// How a file holds datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Hexadecimal if it is text of that kind, raw otherwise.
    #[default]
    Auto,
    /// Messages one after the other, as a socket gives them.
    Raw,
    /// Text: hexadecimal digits with anything of `space , : 0x` between them, and comments from
    /// `#` to the end of the line. A datagram ends with a line that completes its last message,
    /// or at an empty line.
    Hex,
}

/// A datagram and where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The line that it starts in, in a text.
    pub line: Option<usize>,
}

/// Text that is no hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotHex {
    /// The line.
    pub line: usize,
    /// What is there.
    pub what: String,
}

impl fmt::Display for NotHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NotHex {}

/// Takes a file's content apart. Lines that are not hexadecimal are left out and reported.
pub fn datagrams(content: &[u8], format: Format) -> (Vec<Datagram>, Vec<NotHex>) {
    let hex = match format {
        Format::Raw => false,
        Format::Hex => true,
        Format::Auto => looks_like_hex(content),
    };
    if hex {
        from_hex(&String::from_utf8_lossy(content))
    } else if content.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        (vec![Datagram { bytes: content.to_owned(), line: None }], Vec::new())
    }
}

/// A message's length, sequence or type always has a NUL in it; text has none.
fn looks_like_hex(content: &[u8]) -> bool {
    let code = |line: &[u8]| line.iter().take_while(|b| **b != b'#').copied().collect::<Vec<u8>>();
    !content.contains(&0)
        && content.split(|b| *b == b'\n').any(|line| code(line).iter().any(u8::is_ascii_hexdigit))
        && content.split(|b| *b == b'\n').all(|line| {
            code(line)
                .iter()
                .all(|b| b.is_ascii_hexdigit() || b.is_ascii_whitespace() || b",:xX\\".contains(b))
        })
}

fn from_hex(text: &str) -> (Vec<Datagram>, Vec<NotHex>) {
    let (mut done, mut wrong) = (Vec::new(), Vec::new());
    let mut open = Datagram { bytes: Vec::new(), line: None };
    let mut end = |open: &mut Datagram| {
        let datagram = std::mem::replace(open, Datagram { bytes: Vec::new(), line: None });
        if !datagram.bytes.is_empty() {
            done.push(datagram);
        }
    };
    for (ix, line) in text.lines().enumerate() {
        let code = line.split('#').next().unwrap_or_default();
        if line.trim().is_empty() {
            end(&mut open);
            continue;
        }
        match hex_line(code) {
            Ok(bytes) => {
                if !bytes.is_empty() {
                    open.line.get_or_insert(ix + 1);
                    open.bytes.extend(bytes);
                }
            }
            Err(what) => wrong.push(NotHex { line: ix + 1, what }),
        }
        if !open.bytes.is_empty() && Messages::new(&open.bytes).all(|m| m.is_ok()) {
            end(&mut open);
        }
    }
    end(&mut open);
    (done, wrong)
}

fn hex_line(code: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let separators = |c: char| c.is_whitespace() || matches!(c, ',' | ':');
    for word in code.split(separators).filter(|w| !w.is_empty()) {
        let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
        let digits = digits.replace("\\x", "");
        if let Some(other) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("`{}` is no hexadecimal digit", other.escape_debug()));
        }
        if !digits.len().is_multiple_of(2) {
            return Err(format!("an odd number of digits in `{word}`"));
        }
        bytes.extend(decode_hex(&digits).unwrap_or_default());
    }
    Ok(bytes)
}

/// Bytes from hexadecimal digits; `None` if it is anything else.
pub fn decode_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    digits.chunks_exact(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

/// A part of a datagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'a> {
    /// A message.
    Message(MessageRef<'a>),
    /// The start of a message whose end is missing.
    Cut {
        /// Where it starts.
        offset: usize,
        /// Its header, with the length that it should have.
        header: Header,
        /// What is there of its payload.
        payload: &'a [u8],
    },
    /// Bytes that are no message. The next piece, if there is one, starts after them.
    Garbage {
        /// Where they start.
        offset: usize,
        /// How many they are.
        len: usize,
        /// The length that they say as a message, if they are long enough for that.
        says: Option<u32>,
    },
}

/// The parts of a datagram. `knows` tells message types that make sense, to find the next message
/// after garbage.
pub fn pieces<K: Fn(u16) -> bool>(bytes: &[u8], knows: K) -> Pieces<'_, K> {
    Pieces { bytes, at: 0, knows }
}

/// See [`pieces`].
#[derive(Clone, Debug)]
pub struct Pieces<'a, K> {
    bytes: &'a [u8],
    at: usize,
    knows: K,
}

impl<'a, K: Fn(u16) -> bool> Iterator for Pieces<'a, K> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let offset = self.at;
        let mut messages = Messages::from_offset(self.bytes, offset);
        let error = match messages.next()? {
            Ok(message) => {
                self.at = messages.offset();
                return Some(Piece::Message(message));
            }
            Err(error) => error,
        };
        let rest = &self.bytes[offset..];
        if let Some(next) = (offset + 4..self.bytes.len()).step_by(4).find(|at| self.resumes(*at)) {
            self.at = next;
            return Some(Piece::Garbage { offset, len: next - offset, says: error.length });
        }
        self.at = self.bytes.len();
        Some(match Header::parse(rest) {
            // Where not even the type is known, the length is no better.
            Some(header) if header.len as usize > rest.len() && (self.knows)(header.message_type) => {
                Piece::Cut { offset, header, payload: &rest[Header::LEN..] }
            }
            _ => Piece::Garbage { offset, len: rest.len(), says: error.length },
        })
    }
}

impl<K: Fn(u16) -> bool> Pieces<'_, K> {
    /// Whether from here to the end there are messages that make sense.
    fn resumes(&self, at: usize) -> bool {
        // Control messages are easily seen where there are none: zeros with a small number.
        let mut real = false;
        Messages::from_offset(self.bytes, at).all(|message| {
            message.is_ok_and(|m| {
                real |= m.header.message_type >= NLMSG_MIN_TYPE;
                (self.knows)(m.header.message_type)
            })
        }) && real
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(message_type: u16, payload: &[u8]) -> Vec<u8> {
        let len = (Header::LEN + payload.len()) as u32;
        let header = Header { len, message_type, flags: 0, sequence: 0, port: 0 };
        [&header.to_bytes()[..], payload].concat()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x} ")).collect()
    }

    #[test]
    fn hexadecimal_text() {
        let (a, b) = (message(20, &[1; 4]), message(21, &[2; 3]));
        // One over two lines, an unaligned one, a comment, two in one datagram.
        let text = format!(
            "# a capture\n{}\n{}\n{}\n\n{} 00 {} # padded\n",
            hex(&a[..7]),
            hex(&a[7..]).to_uppercase(),
            hex(&b),
            hex(&b),
            hex(&message(20, &[])),
        );
        let (found, wrong) = datagrams(text.as_bytes(), Format::Auto);
        assert_eq!(wrong, []);
        let lines: Vec<_> = found.iter().map(|d| (d.line, d.bytes.len())).collect();
        assert_eq!(lines, [(Some(2), 20), (Some(4), 19), (Some(6), 36)]);
        for text in ["0x14,0x00", "14:00", "\\x14\\x00", "1400"] {
            assert_eq!(datagrams(text.as_bytes(), Format::Auto).0[0].bytes, [0x14, 0], "{text}");
        }
    }

    #[test]
    fn text_that_is_not_hexadecimal() {
        let (found, wrong) = datagrams(b"zz\n1\n1400\n", Format::Hex);
        assert_eq!(found.len(), 1);
        assert_eq!(wrong.iter().map(|w| w.line).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(datagrams(b"hello", Format::Auto).0[0].line, None, "raw");
        assert_eq!(datagrams(b"", Format::Auto), (vec![], vec![]));
        assert_eq!(datagrams(b"\n\n", Format::Hex), (vec![], vec![]));
    }

    fn cut<'a>(bytes: &'a [u8]) -> Vec<Piece<'a>> {
        pieces(bytes, |ty| matches!(ty, 3 | 20)).collect()
    }

    #[test]
    fn garbage_is_jumped_over_where_messages_follow() {
        let good = message(20, &[1; 8]);
        let garbage = [0u8, 1, 2, 3, 0xff, 0xff, 0, 0];
        let bytes = [&good[..], &garbage, &good, &good].concat();
        let found = cut(&bytes);
        assert!(matches!(found[1], Piece::Garbage { offset: 24, len: 8, .. }), "{found:?}");
        assert_eq!(found.len(), 4);
        let bytes = [&good[..], &garbage].concat();
        assert!(matches!(cut(&bytes)[1], Piece::Garbage { offset: 24, len: 8, says: None }));
    }

    #[test]
    fn what_is_there_of_a_cut_message() {
        let good = message(20, &[1; 8]);
        for len in 0..good.len() {
            let found = cut(&good[..len]);
            match (len, &found[..]) {
                (0, []) => {}
                (1..16, [Piece::Garbage { offset: 0, says: None, .. }]) => {}
                (16.., [Piece::Cut { offset: 0, payload, .. }]) => assert_eq!(payload.len(), len - 16),
                other => panic!("{other:?}"),
            }
        }
    }
}
