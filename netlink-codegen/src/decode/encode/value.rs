//! Values of one attribute or member, from JSON to bytes.

use super::super::input::decode_hex;
use super::Error;
use crate::ir::{Checks, Entry, EnumId, Model, Order, Scalar, Selector, Type};
use crate::report::{did_you_mean, list};
use netlink_runtime::types::{Address, HwAddr, Label, SockAddrBytes};
use serde_json::Value;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const NATIVE32: Scalar = Scalar { bits: 32, signed: false, order: Order::Native };

/// Whether a word is meant to be this name: dashes, underscores and case do not matter.
pub(crate) fn same_name(word: &str, name: &str) -> bool {
    let plain = |c: u8| if c == b'_' { b'-' } else { c.to_ascii_lowercase() };
    word.len() == name.len() && word.bytes().map(plain).eq(name.bytes().map(plain))
}

/// Text that holds JSON, from a command line, as what it holds.
pub(super) fn parsed(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::String(text) if text.starts_with(['{', '[']) => match serde_json::from_str(text) {
            Ok(inner) => Cow::Owned(inner),
            Err(_) => Cow::Borrowed(value),
        },
        _ => Cow::Borrowed(value),
    }
}

pub(super) fn wanted(what: &str, value: &Value) -> Error {
    Error::new(format!(
        "want {what}, and not `{}`",
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    ))
}

/// The payload of a type without members. `family` gives a selector's number.
pub(super) fn leaf(
    model: &Model,
    ty: &Type,
    checks: &Checks,
    value: &Value,
    family: &dyn Fn(&Selector) -> Option<i128>,
) -> Result<Vec<u8>, Error> {
    match ty {
        Type::Scalar(s, names) => scalar(*s, integer(model, *names, value)?),
        Type::VarInt { signed, names } => {
            let n = integer(model, *names, value)?;
            let word = |bits| Scalar { bits, signed: *signed, order: Order::Native };
            scalar(word(32), n).or_else(|_| scalar(word(64), n))
        }
        Type::Msecs => scalar(Scalar { bits: 64, ..NATIVE32 }, integer(model, None, value)?),
        Type::String => {
            let mut bytes = text(value)?;
            if !checks.unterminated && !value.is_object() {
                bytes.push(0);
            }
            Ok(bytes)
        }
        Type::Binary | Type::Pad | Type::Unused => opaque(value),
        Type::Bitfield32(names) => bitfield(model, *names, value),
        Type::Struct(id) => super::structs::structure(model, *id, value),
        Type::Array(element) => {
            let bytes = items(value)?
                .iter()
                .map(|item| leaf(model, element, checks, item, &|_| None))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(bytes.concat())
        }
        Type::Mac => mac(value).map(|m| m.as_bytes().to_vec()),
        Type::Ip4 | Type::NetIp4 => ip4(value),
        Type::Ip6 | Type::NetIp6 => ip6(value),
        Type::SockAddr => sockaddr(value),
        Type::Ip(Some(selector)) if family(selector) == Some(Address::AF_MPLS.into()) => labels(value),
        Type::Ip(_) => ip(value).map(octets),
        Type::Labels => labels(value),
        // The encoder writes these itself.
        Type::Flag | Type::Nest(_) | Type::Records(..) | Type::Sub(..) => opaque(value),
    }
}

/// Whether a flag is set.
pub(super) fn flag(value: &Value) -> Result<bool, Error> {
    match value {
        Value::Bool(set) => Ok(*set),
        Value::String(word) if matches!(word.as_str(), "" | "true" | "1" | "on" | "yes") => Ok(true),
        Value::String(word) if matches!(word.as_str(), "false" | "0" | "off" | "no") => Ok(false),
        other => Err(wanted("true or false", other)),
    }
}

/// An integer: a number, text, or names of values.
pub(super) fn integer(model: &Model, names: Option<EnumId>, value: &Value) -> Result<i128, Error> {
    match value {
        Value::Number(n) => n
            .as_i64()
            .map(i128::from)
            .or(n.as_u64().map(i128::from))
            .ok_or_else(|| wanted("an integer such as 5 or 0x10", value)),
        Value::Bool(b) => Ok((*b).into()),
        // As `--names` writes it.
        Value::Object(o) if o.contains_key("value") => integer(model, names, &o["value"]),
        Value::Array(words) => words.iter().try_fold(0, |all, word| Ok(all | integer(model, names, word)?)),
        Value::String(text) => match (number(text), names) {
            (Some(n), _) => Ok(n),
            (None, None) => Err(wanted("an integer such as 5 or 0x10", value)),
            (None, Some(id)) if model[id].flags => {
                let words = text.split([',', '|']).map(str::trim);
                words.filter(|w| !w.is_empty()).try_fold(0, |all, word| Ok(all | named(model, id, word)?))
            }
            (None, Some(id)) => named(model, id, text),
        },
        other => Err(wanted("an integer such as 5 or 0x10", other)),
    }
}

fn number(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let n = match hex {
        Some(hex) if hex.starts_with('+') => return None,
        Some(hex) => i128::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    n.ok().map(|n| sign * n)
}

fn named(model: &Model, id: EnumId, word: &str) -> Result<i128, Error> {
    if let Some(n) = number(word) {
        return Ok(n);
    }
    let entries = &model[id].entries;
    let is = |e: &&Entry| same_name(word, &e.name) || same_name(word, &e.c_name);
    match entries.iter().find(is) {
        Some(entry) => Ok(entry.value),
        None => {
            let names: Vec<_> = entries.iter().map(|e| e.name.as_str()).collect();
            let help = did_you_mean(word, names.iter().copied());
            let help = help.unwrap_or_else(|| format!("there are {}", list(names)));
            Err(Error::new(format!("no value of `{}` is named `{word}`; {help}", model[id].name)))
        }
    }
}

/// An integer's bytes, if it fits.
pub(super) fn scalar(s: Scalar, n: i128) -> Result<Vec<u8>, Error> {
    let bits = u32::from(s.bits);
    let (min, max) = match s.signed {
        true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        false => (0, (1i128 << bits) - 1),
    };
    if n < min || n > max {
        return Err(Error::new(format!("{n} is not between {min} and {max}")));
    }
    let big = match s.order {
        Order::Native => cfg!(target_endian = "big"),
        Order::Big | Order::Net => true,
        Order::Little => false,
    };
    let mut bytes = n.to_le_bytes()[..usize::from(s.bits / 8)].to_vec();
    if big {
        bytes.reverse();
    }
    Ok(bytes)
}

/// Text, without a NUL.
pub(super) fn text(value: &Value) -> Result<Vec<u8>, Error> {
    match value {
        Value::String(text) if text.contains('\0') => Err(Error::new("text cannot hold a NUL")),
        Value::String(text) => Ok(text.as_bytes().to_vec()),
        Value::Number(n) => Ok(n.to_string().into_bytes()),
        Value::Object(_) => opaque(value),
        other => Err(wanted("text", other)),
    }
}

/// Bytes: hexadecimal digits, perhaps as the decoder writes them.
pub(super) fn opaque(value: &Value) -> Result<Vec<u8>, Error> {
    let digits = match value {
        Value::String(text) => Some(text.as_str()),
        Value::Object(o) => ["bytes", "unknown", "raw"].iter().find_map(|k| o.get(*k)?.as_str()),
        _ => None,
    };
    let digits = digits.map(|d| d.strip_prefix("0x").unwrap_or(d).replace([':', ' '], ""));
    digits.and_then(|d| decode_hex(&d)).ok_or_else(|| wanted("hexadecimal bytes such as 00ff", value))
}

fn bitfield(model: &Model, names: Option<EnumId>, value: &Value) -> Result<Vec<u8>, Error> {
    let (bits, selector) = match value {
        Value::Object(o) if o.contains_key("selector") => {
            let part = |key: &str| integer(model, names, o.get(key).unwrap_or(&Value::Null));
            (part("value")?, part("selector")?)
        }
        Value::String(text) if text.contains('/') => {
            let (bits, selector) = text.split_once('/').unwrap_or_default();
            let part = |text: &str| integer(model, names, &Value::String(text.to_owned()));
            (part(bits)?, part(selector)?)
        }
        // The bits that are meant are those that are set.
        other => {
            let bits = integer(model, names, other)?;
            (bits, bits)
        }
    };
    Ok([scalar(NATIVE32, bits)?, scalar(NATIVE32, selector)?].concat())
}

pub(super) fn items(value: &Value) -> Result<Vec<Value>, Error> {
    match parsed(value).into_owned() {
        Value::Array(items) => Ok(items),
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => Ok(text.split(',').map(|t| Value::String(t.trim().to_owned())).collect()),
        number @ Value::Number(_) => Ok(vec![number]),
        other => Err(wanted("a list such as 1,2,3", &other)),
    }
}

fn word<'v>(what: &str, value: &'v Value) -> Result<&'v str, Error> {
    value.as_str().ok_or_else(|| wanted(what, value))
}

pub(super) fn mac(value: &Value) -> Result<HwAddr, Error> {
    let what = "a link-layer address such as 02:00:00:00:00:01";
    word(what, value)?.parse().map_err(|_| wanted(what, value))
}

fn ip(value: &Value) -> Result<IpAddr, Error> {
    let what = "an IP address such as 192.0.2.1 or 2001:db8::1";
    word(what, value)?.parse().map_err(|_| wanted(what, value))
}

pub(super) fn ip4(value: &Value) -> Result<Vec<u8>, Error> {
    let what = "an IPv4 address such as 192.0.2.1";
    let address: Result<Ipv4Addr, _> = word(what, value)?.parse();
    address.map(|a| a.octets().to_vec()).map_err(|_| wanted(what, value))
}

pub(super) fn ip6(value: &Value) -> Result<Vec<u8>, Error> {
    let what = "an IPv6 address such as 2001:db8::1";
    let address: Result<Ipv6Addr, _> = word(what, value)?.parse();
    address.map(|a| a.octets().to_vec()).map_err(|_| wanted(what, value))
}

fn sockaddr(value: &Value) -> Result<Vec<u8>, Error> {
    let what = "an address with a port, such as 192.0.2.1:80 or [2001:db8::1]:80";
    let address: SocketAddr = word(what, value)?.parse().map_err(|_| wanted(what, value))?;
    Ok(SockAddrBytes::new(address).as_ref().to_vec())
}

pub(super) fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

/// `100/200`: label stack entries, the last one marked as the bottom.
fn labels(value: &Value) -> Result<Vec<u8>, Error> {
    let what = "MPLS labels such as 100/200";
    let text = match value {
        Value::Number(n) => n.to_string(),
        other => word(what, other)?.to_owned(),
    };
    let labels: Option<Vec<u32>> = text.split('/').map(|l| l.parse().ok().filter(|l| *l < 1 << 20)).collect();
    let labels = labels.ok_or_else(|| wanted(what, value))?;
    let last = labels.len() - 1;
    let entry = |(ix, label): (usize, u32)| if ix == last { Label::new(label).bits() } else { label << 12 };
    Ok(labels.into_iter().enumerate().flat_map(|l| entry(l).to_be_bytes()).collect())
}
