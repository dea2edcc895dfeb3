//! Lines of a text.

use super::window::Window;
use super::{LIMIT, Place, Wrong};
use std::io::Read;

/// The longest line: a datagram of `\x00`, with what stands around it.
const LONGEST: usize = 4 * LIMIT + (1 << 16);

/// Reads lines.
pub(super) struct Lines<R> {
    from: Window<R>,
    number: u64,
    /// Bytes of `from` that belong to the line of now.
    used: usize,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(from: Window<R>) -> Self {
        Lines { from, number: 0, used: 0 }
    }

    /// Where the line of now is.
    pub(super) fn place(&self) -> Place {
        Place::Line(self.number)
    }

    /// Goes on to the next line; says whether there is one.
    pub(super) fn advance(&mut self) -> Option<Result<(), Wrong>> {
        self.from.consume(std::mem::take(&mut self.used));
        let mut seen = 0;
        loop {
            let bytes = self.from.bytes();
            if let Some(at) = bytes[seen..].iter().position(|b| *b == b'\n') {
                self.number += 1;
                self.used = seen + at + 1;
                return Some(Ok(()));
            }
            seen = bytes.len();
            if self.from.ended() {
                self.number += u64::from(seen > 0);
                self.used = seen;
                return (seen > 0).then_some(Ok(()));
            }
            if seen > LONGEST {
                return Some(Err(self.too_long()));
            }
            if let Err(error) = self.from.more() {
                return Some(Err(Wrong::new(Place::Line(self.number + 1), error.to_string())));
            }
        }
    }

    /// Leaves a line out.
    fn too_long(&mut self) -> Wrong {
        self.number += 1;
        loop {
            let bytes = self.from.bytes();
            let end = bytes.iter().position(|b| *b == b'\n');
            let len = end.map_or(bytes.len(), |at| at + 1);
            self.from.consume(len);
            if end.is_some() || self.from.ended() {
                break;
            }
            // What is wrong with the file comes up again with the next line.
            let _ = self.from.more();
        }
        let limit = LONGEST >> 20;
        Wrong::new(
            self.place(),
            format!("a line of more than {limit} MiB, which no datagram fills; left out"),
        )
    }

    /// Whether the next line is not here yet.
    pub(super) fn waits(&self) -> bool {
        !self.from.bytes()[self.used..].contains(&b'\n')
    }

    /// The line, without its end.
    pub(super) fn line(&self) -> &[u8] {
        let line = &self.from.bytes()[..self.used];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}
