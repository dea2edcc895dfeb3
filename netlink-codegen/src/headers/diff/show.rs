//! A comparison as text, as Markdown, and as JSON.

use std::fmt::Write as _;

use serde_json::json;

use super::{Change, Diff, OnlyHeader, Room, Stand, What};
use crate::headers::facts::{Kernel, Layout, Value};

/// For a terminal: a block for each header, a line for each change; bounds stand at the end.
pub fn text(diff: &Diff) -> String {
    let mut out = format!("{} -> {}\n", exactly(&diff.from), exactly(&diff.to));
    for (header, changes) in by_header(diff, false) {
        let _ = write!(out, "\n{header}\n");
        for change in changes {
            let _ = writeln!(out, "  {}", line(change));
        }
    }
    section(&mut out, "bounds", by_header(diff, true).into_iter().flat_map(|(_, changes)| changes).map(line));
    for new in [false, true] {
        let kernel = if new { &diff.to } else { &diff.from };
        let headers = diff.headers.iter().filter(|only| only.new == new).map(|only| {
            let doubt = if only.unknown { " (the other may have it all the same)" } else { "" };
            format!("{}: {}{doubt}", only.header, holds(only))
        });
        section(&mut out, &format!("headers of {} only", kernel.release), headers);
    }
    out + "\n" + &summary(diff) + "\n"
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    for (at, line) in lines.enumerate() {
        if at == 0 {
            let _ = write!(out, "\n{title}\n");
        }
        let _ = writeln!(out, "  {line}");
    }
}

/// For a page of documentation: a section for each header, additions in one paragraph.
pub fn markdown(diff: &Diff) -> String {
    let (from, to) = (&diff.from, &diff.to);
    let mut out = format!("# What changed from Linux {} to {}\n\n", from.release, to.release);
    let _ =
        writeln!(out, "{} and {}, UAPI headers for netlink. {}\n", exactly(from), exactly(to), summary(diff));
    for (header, changes) in by_header(diff, false) {
        let _ = write!(out, "## `{header}`\n\n");
        let added = changes.iter().filter_map(|c| match &c.what {
            What::Added(value) => Some(format!("`{}` {value}", c.name)),
            _ => None,
        });
        let added: Vec<String> = added.collect();
        if !added.is_empty() {
            let _ = writeln!(out, "- added: {}", added.join(", "));
        }
        for change in changes.iter().filter(|c| !matches!(c.what, What::Added(_))) {
            let _ = writeln!(out, "- `{}` {}", change.name, told(&change.what));
        }
        out.push('\n');
    }
    let bounds: Vec<String> = by_header(diff, true)
        .into_iter()
        .flat_map(|(_, changes)| changes)
        .map(|c| format!("`{}` {}", c.name, told(&c.what)))
        .collect();
    if !bounds.is_empty() {
        let _ = write!(out, "## Bounds\n\n{}.\n\n", bounds.join("; "));
    }
    for (new, kernel) in [(false, from), (true, to)] {
        let of: Vec<&OnlyHeader> = diff.headers.iter().filter(|only| only.new == new).collect();
        if of.is_empty() {
            continue;
        }
        let _ = write!(out, "## Headers of {} only\n\n", kernel.release);
        for only in of {
            let doubt = if only.unknown { "; the other may have it all the same" } else { "" };
            let _ = writeln!(out, "- `{}`: {}{doubt}", only.header, holds(only));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// For programs: an object for each change and each header that only one has, one a line.
pub fn json(diff: &Diff) -> String {
    let mut out = String::new();
    for change in &diff.changes {
        let mut object = json!({
            "change": word(&change.what), "name": change.name, "header": change.header, "bound": change.bound,
        });
        let mut put = |key: &str, value: serde_json::Value| object[key] = value;
        match &change.what {
            What::Added(value) => put("to", number(value)),
            What::Removed(value) => put("from", number(value)),
            What::Renumbered(was, is) | What::Sign(was, is) | What::Value(was, is) => {
                put("from", number(was));
                put("to", number(is));
            }
            What::Alias(other) => put("to", json!(other)),
            What::Moved(was, is) => {
                let stand = |s: &Stand| json!({"header": s.header, "define": s.define});
                put("from", stand(was));
                put("to", stand(is));
            }
            What::RecordAdded(layout) => put("to", json!(layout.size)),
            What::RecordRemoved(layout) => put("from", json!(layout.size)),
            What::Resized(was, is) => {
                put("from", json!(was.size));
                put("to", json!(is.size));
            }
            What::MemberAdded(member, place, room) => {
                put("member", json!(member));
                put("to", json!(place.to_string()));
                put("room", json!(room_word(*room)));
            }
            What::MemberRemoved(member, place) => {
                put("member", json!(member));
                put("from", json!(place.to_string()));
            }
            What::MemberRenamed(was, is) => {
                put("from", json!(was));
                put("to", json!(is));
            }
            What::MemberChanged(member, was, is) => {
                put("member", json!(member));
                put("from", json!(was.to_string()));
                put("to", json!(is.to_string()));
            }
        }
        let _ = writeln!(out, "{object}");
    }
    for only in &diff.headers {
        let kernel = if only.new { &diff.to } else { &diff.from };
        let object = json!({
            "change": "header", "header": only.header, "only": kernel.release, "unknown": only.unknown,
            "constants": only.constants, "records": only.records,
        });
        let _ = writeln!(out, "{object}");
    }
    out
}

fn number(value: &Value) -> serde_json::Value {
    match value {
        Value::Int(v) => i64::try_from(*v).map_or_else(|_| json!(v.to_string()), |v| json!(v)),
        Value::Str(text) => json!(text),
        other => json!(other.to_string()),
    }
}

fn word(what: &What) -> &'static str {
    match what {
        What::Added(_) => "added",
        What::Removed(_) => "removed",
        What::Renumbered(..) => "renumbered",
        What::Sign(..) => "sign",
        What::Value(..) => "value",
        What::Alias(_) => "alias",
        What::Moved(..) => "moved",
        What::RecordAdded(_) => "record-added",
        What::RecordRemoved(_) => "record-removed",
        What::Resized(was, is) if was.size < is.size => "grown",
        What::Resized(was, is) if was.size > is.size => "shrunk",
        What::Resized(..) => "aligned",
        What::MemberAdded(..) => "member-added",
        What::MemberRemoved(..) => "member-removed",
        What::MemberRenamed(..) => "member-renamed",
        What::MemberChanged(..) => "member-changed",
    }
}

fn room_word(room: Room) -> &'static str {
    match room {
        Room::Grown => "grown",
        Room::Padding => "padding",
        Room::Member => "member",
    }
}

/// One line of text, beginning with `+`, `-` or `~`.
fn line(change: &Change) -> String {
    let name = &change.name;
    match &change.what {
        What::Added(value) => format!("+ {name} {value}"),
        What::Removed(value) => format!("- {name} {value}"),
        What::RecordAdded(layout) => format!("+ record {name}, {}", bytes(layout)),
        What::RecordRemoved(layout) => format!("- record {name}, {}", bytes(layout)),
        what => format!("~ {name} {}", told(what).replace('`', "")),
    }
}

/// What happened to a name, said after it.
fn told(what: &What) -> String {
    match what {
        What::Added(value) => format!("added: {value}"),
        What::Removed(value) => format!("removed (was {value})"),
        What::Renumbered(was, is) => format!("renumbered: {was} → {is}"),
        What::Sign(was, is) => format!("changed its sign, not its bits: {was} → {is}"),
        What::Value(was, is) => format!("changed: {was} → {is}"),
        What::Alias(other) => format!("is now only another name of `{other}`"),
        What::Moved(was, is) => moved(was, is),
        What::RecordAdded(layout) => format!("is a new record of {}", bytes(layout)),
        What::RecordRemoved(layout) => format!("is no more, a record of {}", bytes(layout)),
        What::Resized(was, is) if was.size < is.size => format!("grew: {} → {}", was.size, bytes(is)),
        What::Resized(was, is) if was.size > is.size => format!("shrank: {} → {}", was.size, bytes(is)),
        What::Resized(was, is) => format!("is aligned to {} bytes, not {}", is.align, was.align),
        What::MemberAdded(member, place, room) => {
            let room = match room {
                Room::Grown => "",
                Room::Padding => ", in what was padding",
                Room::Member => ", where another member lies or lay",
            };
            format!("has a new member `{member}` ({place}){room}")
        }
        What::MemberRemoved(member, place) => format!("lost its member `{member}` ({place})"),
        What::MemberRenamed(was, is) => format!("calls its member `{was}` now `{is}`"),
        What::MemberChanged(member, was, is) => format!("has its member `{member}` changed: {was} → {is}"),
    }
}

fn moved(was: &Stand, is: &Stand) -> String {
    let kind = |stand: &Stand| if stand.define { "a macro" } else { "an enumerator" };
    let became = (was.define != is.define).then(|| format!("was {}, is {}", kind(was), kind(is)));
    let from = (was.header != is.header).then(|| format!("moved from `{}` to `{}`", was.header, is.header));
    [became, from].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn bytes(layout: &Layout) -> String {
    format!("{} bytes", layout.size)
}

fn holds(only: &OnlyHeader) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (only.constants, only.records) {
        (0, 0) => "no name of its own".to_owned(),
        (constants, 0) => count(constants, "constant"),
        (0, records) => count(records, "record"),
        (constants, records) => format!("{}, {}", count(constants, "constant"), count(records, "record")),
    }
}

/// `6.12 (6.12.107)`, or only the release when there is no more to say.
fn exactly(kernel: &Kernel) -> String {
    if kernel.version == kernel.release {
        kernel.release.clone()
    } else {
        format!("{} ({})", kernel.release, kernel.version)
    }
}

/// `12 added, 3 removed, …`; bounds are counted apart.
fn summary(diff: &Diff) -> String {
    const WORDS: &[(&str, &str)] = &[
        ("added", "constants added"),
        ("removed", "removed"),
        ("renumbered", "renumbered"),
        ("sign", "changed in sign only"),
        ("value", "changed"),
        ("moved", "moved"),
        ("record-added", "records added"),
        ("record-removed", "records removed"),
        ("grown", "grown"),
        ("shrunk", "shrunk"),
    ];
    let count = |class: &str| diff.changes.iter().filter(|c| !c.bound && word(&c.what) == class).count();
    let mut parts: Vec<String> = WORDS
        .iter()
        .map(|(class, shown)| (count(class), shown))
        .filter(|(n, _)| *n > 0)
        .map(|(n, shown)| format!("{n} {shown}"))
        .collect();
    let bounds = diff.changes.iter().filter(|c| c.bound).count();
    parts.extend((bounds > 0).then(|| format!("{bounds} bounds changed")));
    parts.extend((!diff.headers.is_empty()).then(|| format!("{} headers in one only", diff.headers.len())));
    if parts.is_empty() { "No difference.".to_owned() } else { parts.join(", ") + "." }
}

fn by_header(diff: &Diff, bounds: bool) -> Vec<(&str, Vec<&Change>)> {
    let mut out: Vec<(&str, Vec<&Change>)> = Vec::new();
    for change in diff.changes.iter().filter(|c| c.bound == bounds) {
        match out.last_mut().filter(|(header, _)| *header == change.header) {
            Some((_, changes)) => changes.push(change),
            None => out.push((&change.header, vec![change])),
        }
    }
    out
}
