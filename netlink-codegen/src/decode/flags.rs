//! Names of `nlmsg_flags`. What the higher bits mean depends on the message.

use super::table::Found;
use std::fmt::{Result, Write};

const COMMON: &[(u16, &str)] = &[
    (0x1, "NLM_F_REQUEST"),
    (0x2, "NLM_F_MULTI"),
    (0x4, "NLM_F_ACK"),
    (0x8, "NLM_F_ECHO"),
    (0x10, "NLM_F_DUMP_INTR"),
    (0x20, "NLM_F_DUMP_FILTERED"),
];
const GET: &[(u16, &str)] = &[(0x100, "NLM_F_ROOT"), (0x200, "NLM_F_MATCH"), (0x400, "NLM_F_ATOMIC")];
const NEW: &[(u16, &str)] =
    &[(0x100, "NLM_F_REPLACE"), (0x200, "NLM_F_EXCL"), (0x400, "NLM_F_CREATE"), (0x800, "NLM_F_APPEND")];
const DELETE: &[(u16, &str)] = &[(0x100, "NLM_F_NONREC"), (0x200, "NLM_F_BULK")];
const ACK: &[(u16, &str)] = &[(0x100, "NLM_F_CAPPED"), (0x200, "NLM_F_ACK_TLVS")];

/// The bits that ask for a dump, and their common name.
const DUMP: u16 = 0x300;
const NLM_F_DUMP: &str = "NLM_F_DUMP";

/// What the higher bits of a message's flags mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A request that reads.
    Get,
    /// A request that makes or changes something.
    New,
    /// A request that removes something.
    Delete,
    /// A request that nobody knows: only the pair that asks for a dump is clear.
    Request,
    /// `NLMSG_ERROR`, `NLMSG_DONE`.
    Ack,
    /// Anything else from the kernel.
    Reply,
}

/// What a request does: rtnetlink says it by the number, others by the name.
pub(super) fn request_kind(protocol: u16, message_type: u16, found: Option<Found>) -> Kind {
    const NETLINK_ROUTE: u16 = 0;
    if protocol == NETLINK_ROUTE {
        return match message_type & 3 {
            1 => Kind::Delete,
            2 => Kind::Get,
            _ => Kind::New,
        };
    }
    let Some(found) = found else { return Kind::Request };
    let words: Vec<&str> = found.message.c_name.split('_').collect();
    let some = |starts: &[&str]| words.iter().any(|w| starts.iter().any(|s| w.starts_with(s)));
    if found.operation.dump || some(&["GET"]) {
        Kind::Get
    } else if some(&["DEL", "REMOVE", "FLUSH", "DESTROY"]) {
        Kind::Delete
    } else {
        Kind::New
    }
}

/// The flags that have names, and the bits that have none.
fn named(flags: u16, kind: Kind) -> (impl Iterator<Item = &'static str>, u16) {
    let higher = match kind {
        Kind::Get => GET,
        Kind::New => NEW,
        Kind::Delete => DELETE,
        Kind::Request if flags & DUMP == DUMP => &GET[..2],
        Kind::Request | Kind::Reply => &[],
        Kind::Ack => ACK,
    };
    let all = COMMON.iter().chain(higher).filter(move |(bit, _)| flags & bit != 0);
    let rest = all.clone().fold(flags, |rest, (bit, _)| rest & !bit);
    (all.map(|(_, name)| *name), rest)
}

fn asks_for_dump(flags: u16, kind: Kind) -> bool {
    matches!(kind, Kind::Get | Kind::Request) && flags & DUMP == DUMP
}

/// The names that a word may mean: `NLM_F_MULTI`, `multi`.
fn is(word: &str, name: &str) -> bool {
    let word = word.to_ascii_uppercase().replace('-', "_");
    word.strip_prefix("NLM_F_").unwrap_or(&word) == &name["NLM_F_".len()..]
}

/// Whether some message has a flag of this name.
pub(super) fn is_name(word: &str) -> bool {
    let all = [COMMON, GET, NEW, DELETE, ACK];
    is(word, NLM_F_DUMP) || all.iter().copied().flatten().any(|(_, name)| is(word, name))
}

/// Whether the flag of this name is set.
pub(super) fn has(flags: u16, kind: Kind, word: &str) -> bool {
    let dump = asks_for_dump(flags, kind) && is(word, NLM_F_DUMP);
    dump || named(flags, kind).0.any(|name| is(word, name))
}

/// Writes flags as a JSON list: names, and unknown bits as one integer at the end.
pub(super) fn write(out: &mut String, flags: u16, kind: Kind) -> Result {
    let (names, rest) = named(flags, kind);
    out.push('[');
    let mut separator = "\"";
    for name in names {
        out.push_str(separator);
        out.push_str(name);
        out.push('"');
        separator = ",\"";
    }
    if rest != 0 {
        write!(out, "{}{rest}", if separator == "\"" { "" } else { "," })?;
    }
    out.write_char(']')
}

/// Writes flags as `NLM_F_REQUEST | NLM_F_ACK`, the pair that asks for a dump as `NLM_F_DUMP`.
pub(super) fn write_text(out: &mut String, flags: u16, kind: Kind) {
    let dump = asks_for_dump(flags, kind);
    let (names, rest) = named(if dump { flags & !DUMP } else { flags }, kind);
    let mut separator = "";
    for name in names.chain(dump.then_some(NLM_F_DUMP)) {
        out.push_str(separator);
        out.push_str(name);
        separator = " | ";
    }
    if rest != 0 {
        // Writing to a String cannot fail.
        let _ = write!(out, "{separator}{rest:#x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(flags: u16, kind: Kind) -> String {
        let mut out = String::new();
        write(&mut out, flags, kind).unwrap();
        out
    }

    #[test]
    fn higher_bits_depend_on_the_message() {
        assert_eq!(json(0x301, Kind::Get), r#"["NLM_F_REQUEST","NLM_F_ROOT","NLM_F_MATCH"]"#);
        assert_eq!(json(0x301, Kind::New), r#"["NLM_F_REQUEST","NLM_F_REPLACE","NLM_F_EXCL"]"#);
        assert_eq!(json(0x201, Kind::Delete), r#"["NLM_F_REQUEST","NLM_F_BULK"]"#);
        assert_eq!(json(0x302, Kind::Ack), r#"["NLM_F_MULTI","NLM_F_CAPPED","NLM_F_ACK_TLVS"]"#);
        assert_eq!(
            json(0x132, Kind::Reply),
            r#"["NLM_F_MULTI","NLM_F_DUMP_INTR","NLM_F_DUMP_FILTERED",256]"#
        );
        assert_eq!(json(0x301, Kind::Request), r#"["NLM_F_REQUEST","NLM_F_ROOT","NLM_F_MATCH"]"#);
        assert_eq!(json(0x101, Kind::Request), r#"["NLM_F_REQUEST",256]"#);
        assert_eq!(json(0x8401, Kind::New), r#"["NLM_F_REQUEST","NLM_F_CREATE",32768]"#);
        assert_eq!(json(0x8000, Kind::Reply), "[32768]");
        assert_eq!(json(0, Kind::Reply), "[]");
    }

    #[test]
    fn a_dump_has_a_name_in_text() {
        let text = |flags, kind| {
            let mut out = String::new();
            write_text(&mut out, flags, kind);
            out
        };
        assert_eq!(text(0x301, Kind::Get), "NLM_F_REQUEST | NLM_F_DUMP");
        assert_eq!(text(0x101, Kind::Get), "NLM_F_REQUEST | NLM_F_ROOT");
        assert_eq!(text(0x301, Kind::Request), "NLM_F_REQUEST | NLM_F_DUMP");
        assert_eq!(text(0x305, Kind::New), "NLM_F_REQUEST | NLM_F_ACK | NLM_F_REPLACE | NLM_F_EXCL");
        assert_eq!(text(0x8002, Kind::Reply), "NLM_F_MULTI | 0x8000");
        assert_eq!(text(0x8000, Kind::Reply), "0x8000");
    }

    #[test]
    fn rtnetlink_says_by_number_what_a_request_does() {
        let kinds = [16, 17, 18, 19].map(|ty| request_kind(0, ty, None));
        assert_eq!(kinds, [Kind::New, Kind::Delete, Kind::Get, Kind::New]);
        assert_eq!(request_kind(16, 18, None), Kind::Request);
    }
}
