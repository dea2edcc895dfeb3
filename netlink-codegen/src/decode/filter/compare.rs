//! Comparing what a message says with what an expression wants.

use super::{Relation, Test};
use crate::decode::{Decoded, encode, flags, input, protocol_number};
use netlink_runtime::meta::{EnumMeta, Names};
use netlink_runtime::walk::Value;
use std::net::IpAddr;

/// A value as it is written in an expression, and what it may mean.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) text: String,
    pub(super) number: Option<i128>,
    /// An address as it is shown, or else the text.
    shown: String,
    bytes: Option<Vec<u8>>,
}

impl Literal {
    /// One without quotes.
    pub(super) fn word(text: &str) -> Self {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
        let number = match hex {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => digits.parse::<u64>().ok(),
        };
        let sign = |n: u64| if negative { -i128::from(n) } else { n.into() };
        Literal { number: number.map(sign), ..Literal::quoted(text) }
    }

    /// One in quotes, which is no number.
    pub(super) fn quoted(text: &str) -> Self {
        Literal {
            text: text.to_owned(),
            number: None,
            shown: text.parse().map_or_else(|_| text.to_owned(), |ip: IpAddr| ip.to_string()),
            bytes: input::decode_hex(&text.replace(':', "")),
        }
    }
}

impl Relation {
    fn holds(self, a: i128, b: i128) -> bool {
        match self {
            Relation::Equal => a == b,
            Relation::Less => a < b,
            Relation::LessOrEqual => a <= b,
            Relation::Greater => a > b,
            Relation::GreaterOrEqual => a >= b,
        }
    }
}

/// Whether a value that is there is as wanted.
pub(super) fn value(value: &Value<'_>, test: &Test) -> bool {
    let Test::Is(relation, literal) = test else { return true };
    let equal = *relation == Relation::Equal;
    let shows =
        |shown: &dyn std::fmt::Display| equal && shown.to_string().eq_ignore_ascii_case(&literal.shown);
    match value {
        Value::Unsigned(n, names) => integer((*n).into(), *n, *names, *relation, literal),
        Value::Signed(n, names) => integer((*n).into(), *n as u64, *names, *relation, literal),
        Value::Bitfield32(bits, names) => {
            integer(bits.value.into(), bits.value.into(), *names, *relation, literal)
        }
        Value::Flag => equal && (literal.text == "true" || literal.number == Some(1)),
        Value::Text(text) => equal && text.bytes() == literal.text.as_bytes(),
        Value::Bytes(bytes) | Value::Unknown(bytes) => equal && literal.bytes.as_deref() == Some(*bytes),
        Value::Array(items) => items.iter().any(|item| self::value(&item, test)),
        Value::Mac(mac) => shows(mac),
        Value::Ip(ip) => shows(ip),
        Value::SockAddr(address) => shows(address),
        Value::Address(address) => shows(address),
        Value::Labels(labels) => shows(labels),
        // What a struct is, is said of its members.
        _ => false,
    }
}

fn integer(number: i128, bits: u64, names: Names, relation: Relation, literal: &Literal) -> bool {
    if let Some(want) = literal.number {
        return relation.holds(number, want);
    }
    let Some((meta, want)) = names.and_then(|meta| Some((meta, named(meta, &literal.text)?))) else {
        return false;
    };
    match relation {
        Relation::Equal if meta.flags => want != 0 && bits & want == want,
        // Both are extended by their signs.
        _ => relation.holds((bits as i64).into(), (want as i64).into()),
    }
}

/// The value of this name, which may lack its first word, or what all names of the enum start with.
fn named(meta: &EnumMeta, name: &str) -> Option<u64> {
    let common = |a: &'static str, b: &str| {
        let len = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        a.get(..len).unwrap_or_default()
    };
    let first = meta.entries.first()?.0;
    let start = meta.entries.iter().fold(first, |start, (name, _)| common(start, name));
    let start = &start[..start.rfind('_').map_or(0, |at| at + 1)];
    let is = |entry: &str| {
        let short = [entry.strip_prefix(start), entry.split_once('_').map(|(_, rest)| rest)];
        [Some(entry)].iter().chain(&short).flatten().any(|entry| encode::same_name(name, entry))
    };
    meta.entries.iter().find(|(entry, _)| is(entry)).map(|(_, value)| *value)
}

/// What is known of a message besides its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Type,
    Protocol,
    Family,
    Command,
    Version,
    Len,
    Sequence,
    Port,
    Flags,
    Error,
}

impl Field {
    pub(super) fn named(name: &str) -> Option<Field> {
        Some(match name {
            "type" => Field::Type,
            "protocol" => Field::Protocol,
            "family" => Field::Family,
            "cmd" => Field::Command,
            "version" => Field::Version,
            "len" => Field::Len,
            "seq" => Field::Sequence,
            "pid" => Field::Port,
            "flags" => Field::Flags,
            "error" => Field::Error,
            _ => return None,
        })
    }

    /// Whether it can be as wanted at all.
    pub(super) fn check(self, test: &Test) -> Result<(), String> {
        let Test::Is(relation, literal) = test else { return Ok(()) };
        let text = &literal.text;
        match (self, literal.number) {
            (Field::Family, _) if *relation == Relation::Equal => Ok(()),
            (Field::Family, _) => Err("families have names, which are the same or not".into()),
            (_, Some(_)) => Ok(()),
            (Field::Protocol, None) if protocol_number(text).is_some() => Ok(()),
            (Field::Protocol, None) => Err(format!("`{text}` is no protocol")),
            (Field::Flags, None) if !flags::is_name(text) => Err(format!("`{text}` is no flag")),
            (Field::Type | Field::Command | Field::Flags | Field::Error, None)
                if *relation == Relation::Equal =>
            {
                Ok(())
            }
            (_, None) => Err(format!("`{text}` is no number")),
        }
    }

    pub(super) fn matches(self, message: &Decoded<'_>, test: &Test) -> bool {
        let (header, known) = (message.header, &message.known);
        let number = |n: i128| match test {
            Test::Present => true,
            Test::Is(relation, literal) => literal.number.is_some_and(|want| relation.holds(n, want)),
        };
        let word = match test {
            Test::Is(_, literal) if literal.number.is_none() => Some(literal.text.as_str()),
            _ => None,
        };
        let is = |name: &str| word.is_some_and(|word| encode::same_name(word, name));
        let name = message.control_name().or(known.found.map(|found| found.message.c_name.as_str()));
        match self {
            Field::Type => number(header.message_type.into()) || name.is_some_and(is),
            Field::Protocol => {
                let protocol = message.origin.protocol;
                number(protocol.into()) || word.and_then(protocol_number) == Some(protocol)
            }
            Field::Family => known.family.is_some_and(|family| match test {
                Test::Present => true,
                Test::Is(_, literal) => literal.text == family,
            }),
            Field::Command => {
                known.genl.is_some_and(|genl| number(genl.command.into()) || name.is_some_and(is))
            }
            Field::Version => known.genl.is_some_and(|genl| number(genl.version.into())),
            Field::Len => number(header.len.into()),
            Field::Sequence => number(header.sequence.into()),
            Field::Port => number(header.port.into()),
            Field::Flags => match (test, word) {
                (Test::Present, _) => header.flags != 0,
                (_, Some(word)) => flags::has(header.flags, message.kind(), word),
                (_, None) => number(header.flags.into()),
            },
            Field::Error => {
                message.is_control()
                    && message.error().is_some_and(|error| {
                        number(error.errno.into())
                            || number((-error.errno).into())
                            || error.name().is_some_and(is)
                    })
            }
        }
    }
}
