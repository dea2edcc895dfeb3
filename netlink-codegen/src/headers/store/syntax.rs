//! The words of a fact line: values, types, layouts, marks; both directions in one place.

use std::fmt;

use crate::headers::facts::{CType, Layout, Order, Place, Spot, Value};

/// Splits a line into words; quotes keep blanks together.
pub(super) fn split<'t>(line: &'t str, words: &mut Vec<&'t str>) -> Result<(), String> {
    words.clear();
    if !line.bytes().any(|b| b == b'"' || b == b'\'') {
        words.extend(line.split_ascii_whitespace());
        return Ok(());
    }
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let mut quote: Option<char> = None;
        let mut escaped = false;
        let end = rest
            .char_indices()
            .find(|&(_, c)| {
                match quote {
                    Some(_) if escaped => escaped = false,
                    Some(_) if c == '\\' => escaped = true,
                    Some(q) if c == q => quote = None,
                    Some(_) => {}
                    None if c == '"' || c == '\'' => quote = Some(c),
                    None => return c.is_whitespace(),
                }
                false
            })
            .map_or(rest.len(), |(at, _)| at);
        if quote.is_some() {
            return Err(format!("unterminated quote in {rest}"));
        }
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    Ok(())
}

/// Splits `word@mark`; a mark inside quotes is text.
pub(super) fn mark(word: &str) -> (&str, Option<&str>) {
    match word.rsplit_once('@') {
        Some((head, mark)) if !mark.contains(['"', '\'']) => (head, Some(mark)),
        _ => (word, None),
    }
}

/// A quoted string; backslash escapes for quotes, backslash, newline, tab and other controls.
pub(super) fn quoted(text: &str, quote: char) -> String {
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out += &format!("\\u{{{:x}}}", c as u32),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// The text of a word that is one quoted string.
pub(super) fn unquoted(word: &str, quote: char) -> Option<String> {
    let mut chars = word.strip_prefix(quote)?.strip_suffix(quote)?.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'u' => {
                    let digits: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    out.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                }
                c => out.push(c),
            },
            c if c == quote => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

/// As the store has it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(v) => write!(f, "{v}"),
            Value::Big(v, bits) => write!(f, "{v:#x}:be{bits}"),
            Value::Str(s) => f.write_str(&quoted(s, '"')),
            Value::Alias(name) => write!(f, "={name}"),
            Value::Text(text) => f.write_str(&quoted(text, '\'')),
        }
    }
}

pub(super) fn value_in(word: &str) -> Option<Value> {
    match word.as_bytes().first()? {
        b'"' => unquoted(word, '"').map(Value::Str),
        b'\'' => unquoted(word, '\'').map(Value::Text),
        b'=' => is_name(&word[1..]).then(|| Value::Alias(word[1..].to_owned())),
        _ => match word.parse() {
            Ok(value) => Some(Value::Int(value)),
            Err(_) => {
                let (value, bits) = word.split_once(":be")?;
                Some(Value::Big(
                    i128::from_str_radix(value.strip_prefix("0x")?, 16).ok()?,
                    bits.parse().ok().filter(|b| [16, 32, 64].contains(b))?,
                ))
            }
        },
    }
}

/// A header that a kernel has.
pub(super) const HERE: &str = "here";
/// One that it does not have.
pub(super) const ABSENT: &str = "absent";
/// One that it may have, but nothing is known of it.
pub(super) const UNKNOWN: &str = "unknown";

/// A C name, or a path of them (`a.b`).
pub(super) fn is_name(word: &str) -> bool {
    word.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}

pub(super) fn layout_out(layout: &Layout) -> String {
    format!("{}/{}", layout.size, layout.align)
}

pub(super) fn layout_in(word: &str) -> Option<Layout> {
    let (size, align) = word.split_once('/')?;
    Some(Layout { size: size.parse().ok()?, align: align.parse().ok()? })
}

/// As the store has it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits {
            Some((bit, width)) => write!(f, "{}.{bit}:{width} {}", self.offset, type_out(&self.ty)),
            None => write!(f, "{} {}", self.offset, type_out(&self.ty)),
        }
    }
}

pub(super) fn spot_out(spot: &Spot) -> String {
    match spot.bit {
        Some(bit) => format!("{}.{bit}", spot.offset),
        None => spot.offset.to_string(),
    }
}

pub(super) fn spot_in(word: &str) -> Option<Spot> {
    let (offset, bit) = word.split_once('.').map_or((word, None), |(offset, bit)| (offset, Some(bit)));
    let bit = match bit {
        Some(bit) => Some(bit.parse().ok()?),
        None => None,
    };
    Some(Spot { offset: offset.parse().ok()?, bit })
}

pub(super) fn place_in(offset: &str, ty: &str) -> Option<Place> {
    let (offset, bits) = match offset.split_once('.') {
        None => (offset, None),
        Some((offset, bits)) => {
            let (bit, width) = bits.split_once(':')?;
            (offset, Some((bit.parse().ok()?, width.parse().ok()?)))
        }
    };
    Some(Place { offset: offset.parse().ok()?, bits, ty: type_in(ty)? })
}

/// A type: a base and C dimensions, outermost first.
fn type_out(ty: &CType) -> String {
    let mut dimensions = String::new();
    let mut base = ty;
    loop {
        base = match base {
            CType::Array(element, n) => {
                dimensions += &format!("[{n}]");
                element
            }
            CType::Flexible(element) => {
                dimensions += "[]";
                element
            }
            _ => break,
        };
    }
    let base = match base {
        CType::Int { bits, signed, order } => {
            let sign = match (order, signed) {
                (Order::Native, true) => "s",
                (Order::Native, false) => "u",
                (Order::Big, true) => "sbe",
                (Order::Big, false) => "be",
                (Order::Little, true) => "sle",
                (Order::Little, false) => "le",
            };
            format!("{sign}{bits}")
        }
        CType::Char => "char".to_owned(),
        CType::Long { signed: true } => "long".to_owned(),
        CType::Long { signed: false } => "ulong".to_owned(),
        CType::Pointer => "ptr".to_owned(),
        CType::Enum(tag) => format!("enum:{tag}"),
        CType::Record(name) => format!("struct:{name}"),
        CType::Other(text, size) => format!("other:{size}:{}", quoted(text, '"')),
        // The loop above ends only outside arrays.
        CType::Array(..) | CType::Flexible(_) => String::new(),
    };
    base + &dimensions
}

fn type_in(word: &str) -> Option<CType> {
    // Brackets inside a quoted spelling are text.
    let from = word.rfind('"').map_or(0, |at| at + 1);
    let at = word[from..].find('[').map_or(word.len(), |at| from + at);
    let (base, mut dimensions) = word.split_at(at);
    let mut ty = base_in(base)?;
    let mut inner_first = Vec::new();
    while !dimensions.is_empty() {
        let (one, rest) = dimensions.strip_prefix('[')?.split_once(']')?;
        inner_first.push(one);
        dimensions = rest;
    }
    for dimension in inner_first.into_iter().rev() {
        ty = match dimension {
            "" => CType::Flexible(Box::new(ty)),
            n => CType::Array(Box::new(ty), n.parse().ok()?),
        };
    }
    Some(ty)
}

fn base_in(base: &str) -> Option<CType> {
    if let Some(tag) = base.strip_prefix("enum:") {
        return is_name(tag).then(|| CType::Enum(tag.to_owned()));
    }
    if let Some(name) = base.strip_prefix("struct:") {
        return is_name(name).then(|| CType::Record(name.to_owned()));
    }
    if let Some(rest) = base.strip_prefix("other:") {
        let (size, text) = rest.split_once(':')?;
        return Some(CType::Other(unquoted(text, '"')?, size.parse().ok()?));
    }
    match base {
        "char" => return Some(CType::Char),
        "long" => return Some(CType::Long { signed: true }),
        "ulong" => return Some(CType::Long { signed: false }),
        "ptr" => return Some(CType::Pointer),
        _ => {}
    }
    let (signed, order, bits) = [
        ("sbe", true, Order::Big),
        ("be", false, Order::Big),
        ("sle", true, Order::Little),
        ("le", false, Order::Little),
        ("s", true, Order::Native),
        ("u", false, Order::Native),
    ]
    .into_iter()
    .find_map(|(prefix, signed, order)| Some((signed, order, base.strip_prefix(prefix)?)))?;
    let bits = bits.parse().ok().filter(|b| [8, 16, 32, 64, 128].contains(b))?;
    Some(CType::Int { bits, signed, order })
}
