//! Values as text.

use super::page::{Page, Style};
use netlink_runtime::meta::{MemberMeta, Names};
use netlink_runtime::walk::{Items, Malformed, StructRef, Value, flag_names};
use std::fmt::{Display, Write as _};

/// Bytes of a long run that stand together.
const GROUP: usize = 16;

pub(super) fn write(page: &mut Page<'_>, value: &Value<'_>) {
    match value {
        Value::Unsigned(n, names) => integer(page, *n, *names, |page| page.number(*n)),
        Value::Signed(n, names) => integer(page, *n as u64, *names, |page| {
            page.push(if *n < 0 { "-" } else { "" });
            page.number(n.unsigned_abs());
        }),
        Value::Flag => page.push("true"),
        Value::Text(text) => {
            let bytes = text.bytes();
            // The NUL itself may be there or not.
            let whole = text.payload().len() <= bytes.len() + 1;
            quoted(page, if whole { bytes } else { text.payload() });
        }
        Value::Bytes(bytes) => hex(page, bytes),
        Value::Bitfield32(bits, names) => {
            integer(page, bits.value.into(), *names, |page| page.number(bits.value.into()));
            page.push(" of ");
            integer(page, bits.selector.into(), *names, |page| page.number(bits.selector.into()));
        }
        Value::Struct(of) => {
            page.push("{");
            members(page, of, true);
            page.push("}");
        }
        Value::Array(items) => array(page, items),
        Value::Mac(mac) => display(page, mac),
        Value::Ip(ip) => display(page, ip),
        Value::SockAddr(address) => display(page, address),
        Value::Address(address) => display(page, address),
        Value::Labels(labels) => display(page, labels),
        Value::Unknown(bytes) => unknown(page, bytes, false),
        Value::Malformed(what) => malformed(page, what),
        // What the runtime may learn later.
        other => _ = write!(page.out, "{other:?}"),
    }
}

pub(super) fn display(page: &mut Page<'_>, value: &dyn Display) {
    // Writing to a String cannot fail.
    let _ = write!(page.out, "{value}");
}

/// The members of a C struct: in braces, or after a colon.
pub(super) fn members(page: &mut Page<'_>, of: &StructRef<'_>, braces: bool) {
    let mut first = true;
    let mut item = |page: &mut Page<'_>, write: &dyn Fn(&mut Page<'_>)| {
        let first = std::mem::replace(&mut first, false);
        page.push(if first { "" } else { "," });
        let place = (!first || !braces).then(|| page.space());
        write(page);
        if let Some(place) = place {
            page.wrap(place);
        }
    };
    for (member, value) in of.members() {
        if !fills_up(member, &value) {
            item(page, &|page| {
                page.push(member.c_name);
                page.push("=");
                write(page, &value);
            });
        }
    }
    if let Some(len) = of.short() {
        item(page, &|page| {
            page.paint(Style::Malformed, |page| {
                page.push("short: ");
                page.number(len as u64);
                page.push(if len == 1 { " byte" } else { " bytes" });
            });
        });
    }
    if !of.rest().is_empty() {
        item(page, &|page| {
            page.paint(Style::Unknown, |page| page.push("rest:"));
            page.push(" ");
            hex(page, of.rest());
        });
    }
}

/// Whether a member is only there to make the struct longer.
fn fills_up(member: &MemberMeta, value: &Value<'_>) -> bool {
    let name = member.c_name.trim_end_matches(|c: char| c.is_ascii_digit());
    name.strip_suffix("pad").is_some_and(|before| before.is_empty() || before.ends_with(['_', '.']))
        && match value {
            Value::Unsigned(n, _) => *n == 0,
            Value::Signed(n, _) => *n == 0,
            Value::Bytes(bytes) => bytes.iter().all(|b| *b == 0),
            Value::Text(text) => text.payload().iter().all(|b| *b == 0),
            Value::Array(items) => items.bytes().iter().all(|b| *b == 0),
            _ => false,
        }
}

fn array(page: &mut Page<'_>, items: &Items<'_>) {
    // Few numbers stay together.
    let breaks = items.bytes().len() > 2 * GROUP;
    page.push("[");
    for (i, item) in items.iter().enumerate() {
        if i == 0 {
            write(page, &item);
            continue;
        }
        page.push(",");
        let place = page.space();
        write(page, &item);
        if breaks {
            page.wrap(place);
        }
    }
    page.push("]");
}

/// The names of a number, or itself.
fn integer(page: &mut Page<'_>, bits: u64, names: Names, number: impl FnOnce(&mut Page<'_>)) {
    let Some(meta) = names else { return number(page) };
    if !meta.flags || bits == 0 {
        return match meta.name_of(bits) {
            Some(name) => page.paint(Style::Name, |page| page.push(name)),
            None => number(page),
        };
    }
    let names = flag_names(meta, bits);
    let mut first = true;
    let mut next = |page: &mut Page<'_>, write: &dyn Fn(&mut Page<'_>)| {
        if std::mem::replace(&mut first, false) {
            return page.paint(Style::Name, write);
        }
        page.push(" |");
        let place = page.space();
        page.paint(Style::Name, write);
        page.wrap(place);
    };
    names.iter().for_each(|name| next(page, &|page| page.push(name)));
    if names.rest() != 0 {
        next(page, &|page| _ = write!(page.out, "{:#x}", names.rest()));
    }
}

/// An attribute, or a part, that no schema describes.
pub(super) fn unknown(page: &mut Page<'_>, bytes: &[u8], nested: bool) {
    page.paint(Style::Unknown, |page| page.push(if nested { "unknown, nested:" } else { "unknown:" }));
    page.push(" ");
    hex(page, bytes);
}

pub(super) fn malformed(page: &mut Page<'_>, what: &Malformed<'_>) {
    page.paint(Style::Malformed, |page| {
        page.push("malformed (");
        display(page, &what.reason);
        page.push("):");
    });
    page.push(" ");
    hex(page, what.raw);
}

/// Bytes; of many, how many, and in groups between which lines break.
pub(super) fn hex(page: &mut Page<'_>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    if bytes.is_empty() {
        return page.push("(empty)");
    }
    let digits = |page: &mut Page<'_>, group: &[u8]| {
        for byte in group {
            page.out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            page.out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    };
    if bytes.len() <= 2 * GROUP {
        return digits(page, bytes);
    }
    page.push("(");
    page.number(bytes.len() as u64);
    page.push(" bytes)");
    for group in bytes.chunks(GROUP) {
        let place = page.space();
        digits(page, group);
        page.wrap(place);
    }
}

/// Text in quotes. Nothing in it can do anything to a terminal.
pub(super) fn quoted(page: &mut Page<'_>, bytes: &[u8]) {
    page.paint(Style::Text, |page| {
        page.push("\"");
        escaped(page, bytes, "\"\\");
        page.push("\"");
    });
}

/// Text without quotes, where nothing else can be meant.
pub(super) fn plain(page: &mut Page<'_>, text: &str) {
    escaped(page, text.as_bytes(), "");
}

fn escaped(page: &mut Page<'_>, bytes: &[u8], special: &str) {
    let plain = |b: &u8| matches!(b, b' '..=b'~') && !special.as_bytes().contains(b);
    if let Ok(text) = std::str::from_utf8(bytes)
        && bytes.iter().all(plain)
    {
        return page.push(text);
    }
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if special.contains(c) {
                page.out.push('\\');
                page.out.push(c);
            } else if matches!(c, ' '..='~') {
                page.out.push(c);
            } else {
                page.out.extend(c.escape_debug());
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(page.out, "\\x{byte:02x}");
        }
    }
}
