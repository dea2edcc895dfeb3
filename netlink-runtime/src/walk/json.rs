//! Messages as JSON.
//!
//! [`write_body`] writes the members `"header"` and `"attrs"` of a message's object; who knows
//! the message's type and flags writes the others around them.
//!
//! `attrs` are `[C name, value]` pairs in wire order, repeats kept; an attribute that the set
//! does not know has its number in place of the name. Values:
//!
//! | what | JSON |
//! |---|---|
//! | integer | a number, big-endian ones in host sense |
//! | text | text; `{"bytes":hex}` when it is not UTF-8 or when bytes follow the NUL |
//! | flag | `true` |
//! | MAC, IP address, label stack | text |
//! | opaque bytes, alignment | lower-case hex |
//! | bitfield32 | `{"value":n,"selector":n}` |
//! | C struct | an object of its members in C order; `"…short":length` where it is too short for all of them, `"…rest":hex` what is beyond them |
//! | C union | as a struct: an object of the arms that count, or of all of them; of an anonymous one they are members of the struct |
//! | array, flexible tail | a list; a tail of characters is text, of opaque bytes hex |
//! | nest | a list of pairs; `{"header":{…},"attrs":[…]}` where the set has a fixed header |
//! | records | a list of `{"header":{…},"attrs":[…]}` |
//! | indexed array, nest whose types carry data | a list of `[number, value]` |
//! | unknown attribute | `{"unknown":hex}`, with `"nested":true` when the bit was set |
//! | sub-message without a format | `{"unknown":hex}` |
//! | no value of its type | `{"malformed":reason,"raw":hex}`, also in place of a header |
//!
//! Where an attribute header is broken, its pair is the last one of its set, and `raw` is
//! everything from that header on.
//!
//! [`Options::names`] replaces integers whose values have names by `{"value":n,"name":"X"}`
//! (without `name` where this value has none) and flags by
//! `{"value":n,"names":["A","B"],"rest":m}`.

use super::{Body, Container, Descend, Items, Key, Malformed, Node, StructRef, Value, Visitor, flag_names};
use crate::meta::{Names, SetMeta};
use core::fmt::{Result, Write};

/// How values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Names beside the integers that have some.
    pub names: bool,
}

/// Writes `"header":{…},"attrs":[…]` for a message's payload, without braces around. A set
/// without a fixed header has no `"header"`.
///
/// `request` is the fixed header of the request that this replies to; of a request, its own.
pub fn write_body<W: Write>(
    out: &mut W,
    set: &'static SetMeta,
    payload: &[u8],
    request: Option<StructRef<'_>>,
    options: Options,
) -> Result {
    match Body::parse(set, payload) {
        Ok(body) => {
            let mut json = Json { out, options, first: true };
            json.head(&body)?;
            body.walk_reply(request, &mut json)?;
            json.out.write_char(']')
        }
        Err(malformed) => {
            out.write_str("\"header\":")?;
            write_malformed(out, &malformed)?;
            out.write_str(",\"attrs\":[]")
        }
    }
}

/// Writes one value.
pub fn write_value<W: Write>(out: &mut W, value: &Value<'_>, options: Options) -> Result {
    match value {
        Value::Unsigned(n, names) => write_integer(out, *n, false, *names, options),
        Value::Signed(n, names) => write_integer(out, *n as u64, true, *names, options),
        Value::Flag => out.write_str("true"),
        Value::Text(text) => {
            let bytes = text.bytes();
            // The NUL itself may be there or not.
            match core::str::from_utf8(bytes) {
                Ok(string) if text.payload().len() <= bytes.len() + 1 => write_str(out, string),
                _ => {
                    out.write_str("{\"bytes\":")?;
                    write_hex(out, text.payload())?;
                    out.write_char('}')
                }
            }
        }
        Value::Bytes(bytes) => write_hex(out, bytes),
        Value::Bitfield32(bits, names) => {
            out.write_str("{\"value\":")?;
            write_integer(out, bits.value.into(), false, *names, options)?;
            out.write_str(",\"selector\":")?;
            write_integer(out, bits.selector.into(), false, *names, options)?;
            out.write_char('}')
        }
        Value::Struct(of) => write_struct(out, of, options),
        Value::Array(items) => write_items(out, items, options),
        Value::Mac(mac) => write!(out, "\"{mac}\""),
        Value::Ip(ip) => write!(out, "\"{ip}\""),
        Value::SockAddr(address) => write!(out, "\"{address}\""),
        Value::Address(address) => write!(out, "\"{address}\""),
        Value::Labels(labels) => write!(out, "\"{labels}\""),
        Value::Unknown(bytes) => write_unknown(out, bytes, false),
        Value::Malformed(malformed) => write_malformed(out, malformed),
    }
}

/// Writes a C struct as an object.
pub fn write_struct<W: Write>(out: &mut W, of: &StructRef<'_>, options: Options) -> Result {
    let mut separator = '{';
    let mut key = |out: &mut W, name: &str| {
        out.write_char(core::mem::replace(&mut separator, ','))?;
        write_str(out, name)?;
        out.write_char(':')
    };
    for (member, value) in of.members() {
        key(out, member.c_name)?;
        write_value(out, &value, options)?;
    }
    if let Some(len) = of.short() {
        key(out, "…short")?;
        write!(out, "{len}")?;
    }
    if !of.rest().is_empty() {
        key(out, "…rest")?;
        write_hex(out, of.rest())?;
    }
    out.write_str(if separator == '{' { "{}" } else { "}" })
}

/// Writes bytes as text in lower-case hexadecimal digits.
pub fn write_hex<W: Write>(out: &mut W, bytes: &[u8]) -> Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.write_char('"')?;
    for byte in bytes {
        out.write_char(char::from(DIGITS[usize::from(byte >> 4)]))?;
        out.write_char(char::from(DIGITS[usize::from(byte & 15)]))?;
    }
    out.write_char('"')
}

/// Writes text, quoted and escaped: all control characters are, as some mean something to terminals.
pub fn write_str<W: Write>(out: &mut W, text: &str) -> Result {
    // The last is what the control characters above ASCII start with.
    let special = |b: u8| b < b' ' || matches!(b, b'"' | b'\\' | 0x7f | 0xc2);
    out.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.bytes().position(special) {
        let (plain, special) = rest.split_at(at);
        out.write_str(plain)?;
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => out.write_str("\\\"")?,
            Some('\\') => out.write_str("\\\\")?,
            Some('\n') => out.write_str("\\n")?,
            Some('\r') => out.write_str("\\r")?,
            Some('\t') => out.write_str("\\t")?,
            Some(c) if c.is_control() => write!(out, "\\u{:04x}", u32::from(c))?,
            Some(c) => out.write_char(c)?,
            None => {}
        }
        rest = chars.as_str();
    }
    out.write_str(rest)?;
    out.write_char('"')
}

/// Writes a number in decimal digits, which happens too often for the detour of `write!`.
pub fn write_decimal<W: Write>(out: &mut W, number: u64) -> Result {
    let (mut digits, mut len) = ([b'0'; 20], 1);
    let mut rest = number;
    for (place, digit) in digits.iter_mut().rev().enumerate() {
        if rest == 0 {
            break;
        }
        *digit += (rest % 10) as u8;
        rest /= 10;
        len = place + 1;
    }
    let (_, digits) = digits.split_at(digits.len() - len);
    out.write_str(core::str::from_utf8(digits).unwrap_or_default())
}

/// `bits` is the number, sign-extended if it is signed.
fn write_integer<W: Write>(out: &mut W, bits: u64, signed: bool, names: Names, options: Options) -> Result {
    let number = |out: &mut W| match bits as i64 {
        negative if signed && negative < 0 => {
            out.write_char('-')?;
            write_decimal(out, negative.unsigned_abs())
        }
        _ => write_decimal(out, bits),
    };
    let Some(meta) = names.filter(|_| options.names) else { return number(out) };
    out.write_str("{\"value\":")?;
    number(out)?;
    if meta.flags {
        let names = flag_names(meta, bits);
        out.write_str(",\"names\":[")?;
        for (i, name) in names.iter().enumerate() {
            out.write_str(if i == 0 { "" } else { "," })?;
            write_str(out, name)?;
        }
        write!(out, "],\"rest\":{}", names.rest())?;
    } else if let Some(name) = meta.name_of(bits) {
        out.write_str(",\"name\":")?;
        write_str(out, name)?;
    }
    out.write_char('}')
}

fn write_items<W: Write>(out: &mut W, items: &Items<'_>, options: Options) -> Result {
    out.write_char('[')?;
    for (i, item) in items.iter().enumerate() {
        out.write_str(if i == 0 { "" } else { "," })?;
        write_value(out, &item, options)?;
    }
    out.write_char(']')
}

fn write_unknown<W: Write>(out: &mut W, bytes: &[u8], nested: bool) -> Result {
    out.write_str("{\"unknown\":")?;
    write_hex(out, bytes)?;
    out.write_str(if nested { ",\"nested\":true}" } else { "}" })
}

fn write_malformed<W: Write>(out: &mut W, malformed: &Malformed<'_>) -> Result {
    // Reasons hold nothing that needs escaping.
    write!(out, "{{\"malformed\":\"{}\",\"raw\":", malformed.reason)?;
    write_hex(out, malformed.raw)?;
    out.write_char('}')
}

struct Json<'w, W> {
    out: &'w mut W,
    options: Options,
    /// Nothing stands yet in the list being written.
    first: bool,
}

impl<W: Write> Json<'_, W> {
    /// Up to the list of attributes.
    fn head(&mut self, body: &Body<'_>) -> Result {
        if let Some(header) = body.header() {
            self.out.write_str("\"header\":")?;
            write_struct(self.out, &header, self.options)?;
            self.out.write_char(',')?;
        }
        self.out.write_str("\"attrs\":[")
    }

    /// What stands before a value: a comma and its key.
    fn begin(&mut self, node: &Node<'_>) -> Result {
        if !core::mem::replace(&mut self.first, false) {
            self.out.write_char(',')?;
        }
        match node.key {
            Key::Attr(meta) => {
                self.out.write_char('[')?;
                write_str(self.out, meta.c_name)?;
                self.out.write_char(',')
            }
            Key::Unknown(number) | Key::Member(number) => {
                self.out.write_char('[')?;
                write_decimal(self.out, number.into())?;
                self.out.write_char(',')
            }
            Key::Record(_) => Ok(()),
        }
    }

    fn end(&mut self, node: &Node<'_>) -> Result {
        match node.key {
            Key::Attr(_) | Key::Unknown(_) | Key::Member(_) => self.out.write_char(']'),
            Key::Record(_) => Ok(()),
        }
    }
}

/// Records and nests with a fixed header are objects, other containers lists.
fn is_object(node: &Node<'_>, body: &Body<'_>) -> bool {
    matches!(node.key, Key::Record(_)) || body.set().header.is_some()
}

impl<'a, W: Write> Visitor<'a> for Json<'_, W> {
    type Stop = core::fmt::Error;

    fn value(&mut self, node: &Node<'a>, value: Value<'a>) -> Result {
        self.begin(node)?;
        match (node.key, &value) {
            (Key::Unknown(_), Value::Unknown(bytes)) => write_unknown(self.out, bytes, node.is_nested())?,
            _ => write_value(self.out, &value, self.options)?,
        }
        self.end(node)
    }

    fn enter(
        &mut self,
        node: &Node<'a>,
        container: &Container<'a>,
    ) -> core::result::Result<Descend, Self::Stop> {
        self.begin(node)?;
        match container {
            Container::Nest(body) if is_object(node, body) => {
                self.out.write_char('{')?;
                self.head(body)?;
            }
            _ => self.out.write_char('[')?,
        }
        self.first = true;
        Ok(Descend::Into)
    }

    fn leave(&mut self, node: &Node<'a>, container: &Container<'a>) -> Result {
        self.first = false;
        self.out.write_str(match container {
            Container::Nest(body) if is_object(node, body) => "]}",
            _ => "]",
        })?;
        self.end(node)
    }
}
