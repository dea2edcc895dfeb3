//! A line of a call: what stands before it, its name, arguments and result.

use super::value::{self, Buffer};
use crate::report::plural;

/// What a line is.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    /// A call, or its first half.
    Call { process: u32, time: &'a str, text: &'a [u8] },
    /// The second half of one.
    Resumed { process: u32, time: &'a str, text: &'a [u8] },
    /// Something else: a signal, the end of a process, or not of `strace`.
    Other,
}

/// Reads what stands before a call: `[pid 7]` or `7`, times (`-t`, `-tt`, `-ttt`, `-r`), and what
/// other options bring (`-i`, `-n`).
pub(super) fn line(line: &[u8]) -> Line<'_> {
    let (mut process, mut time, mut rest) = (0, "", line.trim_ascii());
    for column in 0.. {
        if let Some(text) = rest.strip_prefix(b"<... ") {
            // `<... recvmsg resumed>`; older ones have a space behind it.
            let end = text.windows(8).take(64).position(|w| w == b"resumed>");
            return match end {
                Some(end) => Line::Resumed { process, time, text: &text[end + 8..] },
                None => Line::Other,
            };
        }
        let name = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        if rest.get(name) == Some(&b'(') && rest[0].is_ascii_lowercase() {
            return Line::Call { process, time, text: rest };
        }
        // One more than there are options for.
        if column > 5 {
            break;
        }
        let word = match rest {
            [b'[', ..] => rest.iter().position(|b| *b == b']').map(|at| at + 1),
            [b'(', ..] => rest.iter().position(|b| *b == b')').map(|at| at + 1),
            [b'0'..=b'9', ..] => {
                Some(rest.iter().take_while(|b| b.is_ascii_digit() || b".:".contains(b)).count())
            }
            _ => None,
        };
        let Some((word, after)) = word.and_then(|len| rest.split_at_checked(len.min(64))) else { break };
        // Text, as it is digits and brackets.
        let Ok(text) = std::str::from_utf8(word) else { break };
        if let Some(number) = text.strip_prefix("[pid").and_then(|t| t.strip_suffix(']')) {
            process = number.trim().parse().unwrap_or(0);
        } else if column == 0 && text.bytes().all(|b| b.is_ascii_digit()) {
            process = text.parse().unwrap_or(0);
        } else if time.is_empty() && text.contains([':', '.']) && !text.contains(['(', '[']) {
            time = text;
        }
        rest = after.trim_ascii_start();
    }
    Line::Other
}

/// A call that moves bytes or makes descriptors.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) name: &'a [u8],
    pub(super) args: Vec<&'a [u8]>,
    /// `None`: it failed, or is not over.
    pub(super) result: Option<usize>,
}

/// Calls that are of interest.
const NAMES: &[&[u8]] = &[
    b"socket",
    b"close",
    b"dup",
    b"dup2",
    b"dup3",
    b"fcntl",
    b"fcntl64",
    b"accept",
    b"accept4",
    b"socketpair",
    b"open",
    b"openat",
    b"bind",
    b"getsockname",
    b"send",
    b"sendto",
    b"sendmsg",
    b"sendmmsg",
    b"write",
    b"writev",
    b"recv",
    b"recvfrom",
    b"recvmsg",
    b"recvmmsg",
    b"recvmmsg_time64",
    b"read",
    b"readv",
];

impl<'a> Call<'a> {
    /// Takes a call apart; `None` if it is of no interest.
    pub(super) fn parse(text: &'a [u8]) -> Result<Option<Call<'a>>, String> {
        let len = text.iter().position(|b| *b == b'(').unwrap_or(text.len());
        let name = &text[..len];
        if !NAMES.contains(&name) {
            return Ok(None);
        }
        let Some((args, rest)) = value::arguments(&text[(len + 1).min(text.len())..]) else {
            let name = String::from_utf8_lossy(name);
            return Err(format!("the call of `{name}` does not end in this line; it is left out"));
        };
        let digits = rest.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii_start);
        let result = digits.and_then(value::number);
        Ok(Some(Call { name, args, result }))
    }

    /// The descriptor that it works on.
    pub(super) fn fd(&self) -> Option<u32> {
        value::number(self.args.first()?).and_then(|n| n.try_into().ok())
    }

    /// The bytes that it moves; `None` if it moves none.
    pub(super) fn transfer(&self) -> Option<Transfer<'_>> {
        let (sends, shape, flags) = match self.name {
            b"send" | b"sendto" => (true, Shape::Bytes, 3),
            b"recv" | b"recvfrom" => (false, Shape::Bytes, 3),
            b"write" => (true, Shape::Bytes, usize::MAX),
            b"read" => (false, Shape::Bytes, usize::MAX),
            b"writev" => (true, Shape::Vector, usize::MAX),
            b"readv" => (false, Shape::Vector, usize::MAX),
            b"sendmsg" => (true, Shape::Message, 2),
            b"recvmsg" => (false, Shape::Message, 2),
            b"sendmmsg" => (true, Shape::Messages, 3),
            b"recvmmsg" | b"recvmmsg_time64" => (false, Shape::Messages, 3),
            _ => return None,
        };
        let flags = self.args.get(flags).copied().unwrap_or_default();
        let peek = flags.windows(8).any(|w| w == b"MSG_PEEK");
        let many = shape == Shape::Messages;
        let buffer = self.args.get(1)?;
        Some(Transfer { sends, shape, buffer, peek, many, len: self.result.unwrap_or(0) })
    }
}

/// How the argument with the bytes looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A string.
    Bytes,
    /// `[{iov_base=…, iov_len=…}, …]`.
    Vector,
    /// `{…, msg_iov=[…], …}`.
    Message,
    /// `[{msg_hdr={…}, msg_len=…}, …]`.
    Messages,
}

/// A call that moves bytes.
#[derive(Debug)]
pub(super) struct Transfer<'a> {
    pub(super) sends: bool,
    shape: Shape,
    buffer: &'a [u8],
    /// The bytes stay where they are.
    pub(super) peek: bool,
    /// There are several datagrams, and the result counts them.
    pub(super) many: bool,
    /// The result.
    pub(super) len: usize,
}

impl Transfer<'_> {
    /// The datagrams.
    pub(super) fn buffers(&self) -> Result<Vec<Buffer>, String> {
        let message = |message: &[u8], len: usize| {
            let vector = value::member(message, b"msg_iov").unwrap_or_default();
            value::vector(vector).map(|buffer| self.of_length(buffer, len))
        };
        Ok(match self.shape {
            Shape::Bytes => vec![self.of_length(value::buffer(self.buffer)?, self.len)],
            Shape::Vector => vec![self.of_length(value::vector(self.buffer)?, self.len)],
            Shape::Message => vec![message(self.buffer, self.len)?],
            Shape::Messages => value::items(self.buffer)
                .take(self.len)
                .map(|item| {
                    let len = value::member(item, b"msg_len").and_then(value::number);
                    message(value::member(item, b"msg_hdr").unwrap_or_default(), len.unwrap_or(usize::MAX))
                })
                .collect::<Result<_, _>>()?,
        })
    }

    /// A buffer may be longer than what is in it, and a datagram longer than its buffer.
    fn of_length(&self, mut buffer: Buffer, len: usize) -> Buffer {
        buffer.bytes.truncate(len);
        let there = buffer.bytes.len();
        if there < len && len != usize::MAX && !buffer.decoded && buffer.cut.is_none() && there > 0 {
            let len = plural(len as u64, "byte");
            buffer.short = Some(format!("the program has read {there} of {len}: its buffer was too short"));
        }
        buffer
    }
}
