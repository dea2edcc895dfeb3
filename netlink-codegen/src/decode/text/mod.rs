//! Whole messages as text: a headline, and below it a tree of what is inside.
//!
//! ```text
//! RTM_NEWLINK route, 1448 bytes, NLM_F_MULTI, seq 1, pid 0
//!   ifinfomsg: ifi_family=AF_UNSPEC, ifi_type=ARPHRD_LOOPBACK, ifi_index=1, ifi_flags=IFF_UP, ifi_change=0
//!   IFLA_IFNAME: "lo"
//!   IFLA_TXQLEN: 1000 packets
//!   IFLA_LINKINFO:
//!     IFLA_INFO_KIND: "veth"
//!   IFLA_MTU: malformed (length 2, want 4): 0500
//!   67: unknown: 00
//! ```
//!
//! Nothing from the message reaches the terminal as it is but letters, digits and the like: text is
//! quoted, and what is not printable escaped. Members of C structs that are there to fill them up are
//! left out where they are zero.

mod ack;
mod page;
mod tree;
mod value;

use super::{Decoded, flags, table};
use netlink_runtime::message::Header;
use netlink_runtime::socket::capture::Direction;
use page::{Page, Style};
use std::time::Duration;

/// How text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where each attribute starts, in bytes from the start of its message, at the start of its line.
    pub offsets: bool,
    /// Colours, as terminals know them.
    pub color: bool,
}

impl Decoded<'_> {
    /// Appends the message as lines of text.
    pub fn text(&self, out: &mut String, options: Options) {
        let mut page = Page::new(out, options);
        self.headline(&mut page);
        page.level = 1;
        let body = Header::LEN + self.payload.len() - self.known.body.len();
        if self.is_control() {
            ack::write(&mut page, self);
        } else if let (Some(found), Some(set)) = (self.known.found, self.set()) {
            tree::write(&mut page, found, set, self.known.body, body, self.request());
        } else if !self.known.body.is_empty() {
            page.line(Some(body));
            value::unknown(&mut page, self.known.body, false);
        }
        page.end();
    }

    fn headline(&self, page: &mut Page<'_>) {
        let (header, known, origin) = (self.header, &self.known, &self.origin);
        page.line(None);
        if let Some(time) = origin.time {
            page.paint(Style::Aside, |page| write_time(page, time));
            page.push(" ");
        }
        if let Some(label) = origin.label {
            page.paint(Style::Aside, |page| value::plain(page, label));
            page.push(" ");
        }
        match origin.direction {
            Some(Direction::ToKernel) => page.push("-> "),
            Some(Direction::ToUser) => page.push("<- "),
            None => {}
        }
        page.paint(Style::Message, |page| match (self.control_name(), known.found, known.genl) {
            (Some(name), ..) => page.push(name),
            (None, Some(found), _) => page.push(&found.message.c_name),
            (None, None, Some(genl)) => {
                page.push("command ");
                page.number(genl.command.into());
            }
            (None, None, None) => {
                page.push("type ");
                page.number(header.message_type.into());
            }
        });
        page.push(" ");
        match (known.family, table::protocol_name(origin.protocol)) {
            (Some(family), _) => value::plain(page, family),
            (None, Some(name)) => page.push(name),
            (None, None) => {
                page.push("protocol ");
                page.number(origin.protocol.into());
            }
        }
        if self.is_generic() && known.family.is_none() && !self.is_control() {
            page.push(" family ");
            page.number(header.message_type.into());
        }
        if let Some(genl) = known.genl {
            page.push(" version ");
            page.number(genl.version.into());
        }
        page.push(", ");
        page.number(header.len.into());
        page.push(if header.len == 1 { " byte" } else { " bytes" });
        let there = Header::LEN + self.payload.len();
        if there < header.len as usize {
            page.paint(Style::Malformed, |page| {
                page.push(" of which ");
                page.number(there as u64);
                page.push(" are there");
            });
        }
        if header.flags != 0 {
            page.push(", ");
            page.paint(Style::Name, |page| flags::write_text(page.out, header.flags, self.kind()));
        }
        page.push(", seq ");
        page.number(header.sequence.into());
        page.push(", pid ");
        page.number(header.port.into());
    }
}

/// Appends a line about what is wrong with an input, and bytes that are in no message.
pub fn note(out: &mut String, what: &str, bytes: &[u8], options: Options) {
    let page = &mut Page::new(out, options);
    page.line(None);
    page.paint(Style::Malformed, |page| value::plain(page, what));
    if !bytes.is_empty() {
        page.push(": ");
        value::hex(page, bytes);
    }
    page.end();
}

/// Writes a time since 1970 as `2026-11-26T17:00:00.000001Z`.
fn write_time(page: &mut Page<'_>, time: Duration) {
    let (days, second) = (time.as_secs() / 86_400, time.as_secs() % 86_400);
    let (year, month, day) = date(days);
    let mut two = |before: &str, n: u64| {
        page.push(before);
        page.push(if n < 10 { "0" } else { "" });
        page.number(n);
    };
    two("", year);
    two("-", month);
    two("-", day);
    two("T", second / 3600);
    two(":", second / 60 % 60);
    two(":", second % 60);
    let (fraction, digits) = match time.subsec_nanos() {
        nanos if nanos % 1000 == 0 => (nanos / 1000, 6),
        nanos => (nanos, 9),
    };
    page.push(&format!(".{fraction:0digits$}Z"));
}

/// Year, month and day, so many days after the first of January 1970.
fn date(days: u64) -> (u64, u64, u64) {
    // Years from March on, so that a leap day is the last of its year; 400 of them repeat.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (days, want) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_783, (2026, 11, 26)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(date(days), want, "{days}");
        }
    }
}
