//! Lines of text: margin, indentation, colours, and where to break.

use super::Options;
use netlink_runtime::walk::json::write_decimal;
use std::fmt::Write as _;

/// Lines that can be broken are no longer than this.
const WIDTH: usize = 100;
/// Lines are indented no further than this level.
const DEEPEST: usize = 38;
/// A line's end, and what stands before the next.
const BLANK: &str =
    "\n                                                                                        ";

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// The name of a message.
    Message,
    /// The name of an attribute.
    Attribute,
    /// The name of a value, or of flags.
    Name,
    /// Text.
    Text,
    /// What is around a message.
    Aside,
    /// What the schemas do not know.
    Unknown,
    /// What is wrong.
    Malformed,
}

impl Style {
    const fn start(self) -> &'static str {
        match self {
            Style::Message => "\x1b[1m",
            Style::Attribute => "\x1b[36m",
            Style::Name => "\x1b[33m",
            Style::Text => "\x1b[32m",
            Style::Aside => "\x1b[2m",
            Style::Unknown => "\x1b[35m",
            Style::Malformed => "\x1b[31m",
        }
    }
}

const END: &str = "\x1b[0m";

/// What is being written.
pub(super) struct Page<'o> {
    pub(super) out: &'o mut String,
    /// How deep lines stand that begin.
    pub(super) level: usize,
    options: Options,
    /// Where the line starts.
    start: usize,
    /// Bytes that nobody sees: those of colours, since the start of the page and to the line's start.
    unseen: usize,
    unseen_before: usize,
}

/// A place where a line can be broken.
#[derive(Clone, Copy)]
pub(super) struct Break {
    at: usize,
    unseen: usize,
}

impl<'o> Page<'o> {
    pub(super) fn new(out: &'o mut String, options: Options) -> Self {
        let start = out.len();
        Page { out, level: 0, options, start, unseen: 0, unseen_before: 0 }
    }

    /// Begins a line about what starts at this offset.
    pub(super) fn line(&mut self, offset: Option<usize>) {
        self.end();
        match offset.filter(|_| self.options.offsets) {
            Some(offset) => {
                // Writing to a String cannot fail.
                self.paint(Style::Aside, |page| _ = write!(page.out, "{offset:5}"));
                self.out.push_str(&BLANK[1..][..2 + 2 * self.level.min(DEEPEST)]);
            }
            None => self.out.push_str(&BLANK[1..][..self.margin()]),
        }
    }

    /// Ends the line, if there is one.
    pub(super) fn end(&mut self) {
        if self.out.len() > self.start {
            self.out.push('\n');
        }
        self.start = self.out.len();
        self.unseen_before = self.unseen;
    }

    /// What stands before a line that has no offset.
    fn margin(&self) -> usize {
        (if self.options.offsets { 7 } else { 0 }) + 2 * self.level.min(DEEPEST)
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    pub(super) fn number(&mut self, number: u64) {
        // Writing to a String cannot fail.
        let _ = write_decimal(self.out, number);
    }

    /// Writes in a colour.
    pub(super) fn paint(&mut self, style: Style, write: impl FnOnce(&mut Self)) {
        if !self.options.color {
            return write(self);
        }
        self.push(style.start());
        write(self);
        self.push(END);
        self.unseen += style.start().len() + END.len();
    }

    /// Here the line can be broken; a space follows.
    pub(super) fn space(&mut self) -> Break {
        let at = Break { at: self.out.len(), unseen: self.unseen };
        self.push(" ");
        at
    }

    /// Breaks the line there if it has become too long.
    pub(super) fn wrap(&mut self, place: Break) {
        let seen = self.out.len() - self.start - (self.unseen - self.unseen_before);
        if seen <= WIDTH || place.at <= self.start {
            return;
        }
        self.level += 2;
        self.out.replace_range(place.at..place.at + 1, &BLANK[..1 + self.margin()]);
        self.level -= 2;
        self.start = place.at + 1;
        self.unseen_before = place.unseen;
    }
}
