//! Whether two values are the same, however they are written.

use crate::tree::unhex;
use serde_json::{Map, Value};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How a value compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Alike {
    Same,
    /// Bytes, which are those of the value in one byte order or the other.
    Bytes,
    /// What both say.
    Differs(String),
}

pub(crate) fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(Map::is_empty)
        || value.as_str() == Some("")
}

/// `{"bytes":HEX}`, and no struct.
pub(crate) fn is_bytes(object: &Map<String, Value>) -> bool {
    object.len() == 1 && object.get("bytes").is_some_and(Value::is_string)
}

/// Compares values; structs by [`members`].
pub(crate) fn alike(ours: &Value, theirs: &Value) -> Alike {
    let same = match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64() && b.is_f64(),
        (Value::String(a), Value::String(b)) => same_text(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| !matches!(alike(a, b), Alike::Differs(_)))
        }
        (Value::Object(a), Value::Object(b)) if !is_bytes(b) => {
            members(&list(a), &list(b)).iter().all(|(_, alike)| !matches!(alike, Alike::Differs(_)))
        }
        (Value::Array(items), _) if items.len() == 1 && !theirs.is_array() => {
            !matches!(alike(&items[0], theirs), Alike::Differs(_))
        }
        // Labels of MPLS, each with all that is in its word.
        (Value::String(a), Value::Array(b))
            if !b.is_empty() && b.iter().all(|item| item["label"].is_u64()) =>
        {
            b.iter().map(|item| item["label"].to_string()).eq(a.split('/').map(str::to_owned))
        }
        // A range, as `1:1024`.
        (Value::Object(a), Value::String(b)) => {
            let parts: Vec<String> = a.values().map(Value::to_string).collect();
            parts.join(":") == *b
        }
        (a, b) => a == b,
    };
    // Bytes in a struct, or printed with colons; text that we take for bytes; addresses and lists of bytes
    // as one number.
    let bytes = || match (ours, theirs) {
        (_, Value::Object(object)) => object.get("bytes").and_then(Value::as_str).and_then(unhex),
        (_, Value::String(text)) => printed(text),
        (Value::String(_) | Value::Array(_), Value::Number(number)) => {
            let bits = number.as_u64()?;
            [2, 4, 8]
                .into_iter()
                .flat_map(|size| {
                    [bits.to_le_bytes()[..size].to_vec(), bits.to_be_bytes()[8 - size..].to_vec()]
                })
                .find(|bytes| fits(ours, bytes) == Some(true))
        }
        _ => None,
    };
    if same {
        Alike::Same
    } else if bytes().is_some_and(|bytes| fits(ours, &bytes) == Some(true)) {
        Alike::Bytes
    } else {
        Alike::Differs(format!("{ours} / {theirs}"))
    }
}

/// Bytes that are printed with colons.
pub(crate) fn printed(text: &str) -> Option<Vec<u8>> {
    (text.len() == 2 || text.as_bytes().get(2) == Some(&b':')).then(|| unhex(text)).flatten()
}

/// Text, where the NUL may be left, letters of MAC addresses large, addresses written in long.
fn same_text(a: &str, b: &str) -> bool {
    let ip = |text: &str| text.parse::<IpAddr>().ok();
    let colons = a.contains(':') || b.contains(':');
    let end = |text: &str| text.trim_end_matches('\0').to_owned();
    let text = |hex: &str| unhex(hex).and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| end(&text));
    end(a) == end(b)
        || text(a).is_some_and(|text| !text.is_empty() && text == end(b))
        || (ip(a).is_some() && ip(a) == ip(b))
        || colons && unhex(a).is_some_and(|bytes| !bytes.is_empty() && unhex(b) == Some(bytes))
}

/// Whether bytes are those of our value; `None` where only its type would tell.
pub(crate) fn fits(ours: &Value, bytes: &[u8]) -> Option<bool> {
    let trimmed = bytes.iter().rposition(|b| *b != 0).map_or(&[][..], |last| &bytes[..=last]);
    Some(match ours {
        Value::Number(number) => {
            let bits = number.as_u64().or(number.as_i64().map(|n| n as u64))?;
            let size = bytes.len();
            matches!(size, 1 | 2 | 4 | 8)
                && (bits.to_le_bytes()[..size] == *bytes || bits.to_be_bytes()[8 - size..] == *bytes)
        }
        Value::String(text) => {
            let is = |parsed: Option<Vec<u8>>| parsed.is_some_and(|parsed| parsed == bytes);
            text.as_bytes() == trimmed
                || is(unhex(text))
                || is(text.parse().ok().map(|ip: Ipv4Addr| ip.octets().to_vec()))
                || is(text.parse().ok().map(|ip: Ipv6Addr| ip.octets().to_vec()))
                || is_labels(text, bytes)
                || text.parse().is_ok_and(|address| is_address(address, bytes))
        }
        Value::Bool(flag) => *flag && bytes.is_empty(),
        Value::Array(items) if items.is_empty() => bytes.is_empty(),
        Value::Array(items) if bytes.len().is_multiple_of(items.len()) => {
            let parts = bytes.chunks(bytes.len() / items.len());
            items
                .iter()
                .zip(parts)
                .map(|(item, part)| fits(item, part))
                .try_fold(true, |a, b| Some(a & b?))?
        }
        Value::Object(object) => match object.get("bytes").and_then(Value::as_str) {
            Some(hex) => unhex(hex)? == bytes,
            None => return None,
        },
        _ => false,
    })
}

/// `100/200`: labels of MPLS, in the upper 20 bits of big-endian words.
fn is_labels(text: &str, bytes: &[u8]) -> bool {
    let labels = bytes.chunks(4).map(|word| word.iter().fold(0u32, |all, b| all << 8 | u32::from(*b)) >> 12);
    !bytes.is_empty() && text.split('/').map(str::parse).eq(labels.map(Ok))
}

/// A `struct sockaddr_in` or `sockaddr_in6`.
fn is_address(address: SocketAddr, bytes: &[u8]) -> bool {
    let (at, octets) = match address.ip() {
        IpAddr::V4(ip) => (4, ip.octets().to_vec()),
        IpAddr::V6(ip) => (8, ip.octets().to_vec()),
    };
    bytes.get(2..4) == Some(&address.port().to_be_bytes())
        && bytes.get(at..at + octets.len()) == Some(&octets)
}

/// Members of two structs, with our names.
pub(crate) fn members(ours: &[(String, Value)], theirs: &[(String, Value)]) -> Vec<(String, Alike)> {
    if theirs.is_empty() {
        return ours
            .iter()
            .map(|(name, value)| (name.clone(), Alike::Differs(format!("{value} / none"))))
            .collect();
    }
    let equal = |own: &str, name: &str| plain(own) == plain(name);
    let end = |own: &str, name: &str| plain(own).ends_with(&plain(name));
    let pairs = by_name(ours, theirs, equal).or_else(|| by_name(ours, theirs, end));
    let Some(pairs) = pairs else { return by_place(ours, theirs) };
    let mut out = Vec::new();
    for (own, value, theirs) in &pairs {
        match (value, theirs) {
            (Value::Object(a), Value::Object(b)) if !is_bytes(b) => {
                let inner = members(&list(a), &list(b));
                out.extend(inner.into_iter().map(|(name, alike)| (format!("{own}.{name}"), alike)));
            }
            _ => out.push(((*own).clone(), alike(value, theirs))),
        }
    }
    let lacking = ours
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !is_filler(name) && !pairs.iter().any(|(own, ..)| own == name));
    let lacking: Vec<&str> = lacking.map(String::as_str).collect();
    if !lacking.is_empty() {
        out.push(("*".to_owned(), Alike::Differs(format!("{} / nothing", lacking.join(" ")))));
    }
    out
}

/// The members of a struct, or of a list.
pub(crate) fn list<'v>(members: impl IntoIterator<Item = (&'v String, &'v Value)>) -> Vec<(String, Value)> {
    members.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

type Pair<'v> = (&'v String, &'v Value, &'v Value);

/// Each of their members beside the one of ours whose name is alike; fillers may be missing.
fn by_name<'v>(
    ours: &'v [(String, Value)],
    theirs: &'v [(String, Value)],
    alike: impl Fn(&str, &str) -> bool,
) -> Option<Vec<Pair<'v>>> {
    let mut pairs: Vec<Pair<'v>> = Vec::new();
    for (name, value) in theirs {
        let mut same = ours.iter().filter(|(own, _)| alike(own, name));
        match (same.next(), same.next()) {
            (Some((own, ours)), None) if !pairs.iter().any(|(taken, ..)| *taken == own) => {
                pairs.push((own, ours, value));
            }
            _ if is_filler(name) => {}
            _ => return None,
        }
    }
    Some(pairs)
}

/// By place, each number of a list a member of its own, with fillers or without them.
fn by_place(ours: &[(String, Value)], theirs: &[(String, Value)]) -> Vec<(String, Alike)> {
    let (mut ours, mut theirs) = (flat(ours), flat(theirs));
    if ours.len() != theirs.len() {
        ours.retain(|(name, _)| !is_filler(name));
        theirs.retain(|(name, _)| !is_filler(name));
    }
    let mut out: Vec<_> = ours
        .iter()
        .zip(&theirs)
        .map(|((name, ours), (_, theirs))| (name.clone(), alike(ours, theirs)))
        .collect();
    if ours.len() != theirs.len() {
        let names =
            |all: &[(String, &Value)]| all.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>().join(" ");
        out.push(("*".to_owned(), Alike::Differs(format!("{} / {}", names(&ours), names(&theirs)))));
    }
    out
}

/// Structs in structs are members of the outer one, and so are the items of lists.
fn flat(members: &[(String, Value)]) -> Vec<(String, &Value)> {
    fn push<'v>(name: String, value: &'v Value, out: &mut Vec<(String, &'v Value)>) {
        match value {
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| push(format!("{name}.{at}"), item, out));
            }
            Value::Object(members) if !is_bytes(members) => {
                members.iter().for_each(|(inner, value)| push(format!("{name}.{inner}"), value, out));
            }
            _ => out.push((name, value)),
        }
    }
    let mut out = Vec::new();
    members.iter().for_each(|(name, value)| push(name.clone(), value, &mut out));
    out
}

/// A name in small letters and digits alone.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Members that only fill room.
fn is_filler(name: &str) -> bool {
    let last = plain(name.rsplit('.').next().unwrap_or_default());
    let bare = last.trim_end_matches(|c: char| c.is_ascii_digit());
    bare == "res" || ["pad", "padding", "align", "reserved", "unused"].iter().any(|end| bare.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_differently_is_the_same() {
        for (ours, theirs) in [
            (json!(7), json!(7)),
            (json!("lo"), json!("lo\0")),
            (json!("02:00:00:00:00:0a"), json!("02:00:00:00:00:0A")),
            (json!("2001:db8::1"), json!("2001:0db8:0:0::1")),
            (json!({"start": 1, "end": 1024}), json!("1:1024")),
            (json!(["fe80::1"]), json!("fe80::1")),
            (json!([1, 2]), json!([1, 2])),
            (json!({"rx_packets": 1, "pad": 0}), json!({"rx-packets": 1})),
        ] {
            assert_eq!(alike(&ours, &theirs), Alike::Same, "{ours} {theirs}");
        }
        for (ours, theirs) in [
            (json!(258), json!({"bytes": "0102"})),
            (json!("192.0.2.1"), json!(0xc000_0201u32)),
            (json!("100/200"), json!({"bytes": "00064000000c8100"})),
            (json!("192.0.2.1:80"), json!({"bytes": "02000050c00002010000000000000000"})),
            (json!([128, 0]), json!(0x8000)),
            (json!(258), json!("01:02")),
        ] {
            assert_eq!(alike(&ours, &theirs), Alike::Bytes, "{ours} {theirs}");
        }
    }

    #[test]
    fn other_values_differ() {
        for (ours, theirs) in [
            (json!(1), json!(256)),
            (json!(-1), json!(u32::MAX)),
            (json!(0), json!(true)),
            (json!("lo"), json!("l0")),
            (json!("face"), json!("FACE")),
            (json!("02:00:00:00:00:0a"), json!("02:00:00:00:00:0b")),
            (json!("192.0.2.1"), json!("192.0.2.2")),
            (json!([1, 2]), json!([2, 1])),
            (json!([1, 2]), json!([1])),
            (json!({"a": 1}), json!({"a": 2})),
            (json!(258), json!({"bytes": "0103"})),
            (json!(258), json!({"bytes": "010200"})),
            (json!("lo"), json!({"bytes": "6c30"})),
        ] {
            assert!(matches!(alike(&ours, &theirs), Alike::Differs(_)), "{ours} {theirs}");
        }
    }

    #[test]
    fn members_are_found_by_name_or_place() {
        let differing = |ours: &Value, theirs: &Value| -> Vec<String> {
            let list = |value: &Value| list(value.as_object().expect("a struct"));
            let all = members(&list(ours), &list(theirs)).into_iter();
            all.filter(|(_, alike)| matches!(alike, Alike::Differs(_))).map(|(name, _)| name).collect()
        };
        let ours = json!({"ifi_family": 0, "ifi_index": 7, "inner": {"x": 1, "y": 2}});
        // In any order; the ends of names are enough.
        assert!(differing(&ours, &json!({"index": 7, "family": 0, "inner": {"y": 2, "x": 1}})).is_empty());
        assert_eq!(
            differing(&ours, &json!({"index": 8, "family": 0, "inner": {"y": 3, "x": 1}})),
            ["ifi_index", "inner.y"]
        );
        // What they do not have is told.
        assert_eq!(differing(&ours, &json!({"family": 0, "index": 7})), ["*"]);
        assert_eq!(differing(&ours, &json!({})), ["ifi_family", "ifi_index", "inner"]);
        // Other names: by place, without what fills room.
        assert!(differing(&json!({"a": 1, "pad": 9, "b": 2}), &json!({"p": 1, "q": 2})).is_empty());
        assert_eq!(differing(&json!({"a": 1, "b": 2}), &json!({"p": 2, "q": 1})), ["a", "b"]);
    }
}
