//! Requests from text and JSON.
//!
//! Values are JSON, in the form in which messages are decoded (`{"header":{…},"attrs":[…]}`,
//! attributes as pairs) or shorter: an object of attributes for a nest, a list for an attribute
//! that repeats, text for anything that can be written in a word. Attributes, members and values
//! go by their schema names or C names.

mod args;
pub mod describe;
mod select;
mod structs;
pub mod suggest;
mod value;

pub use args::{Input, parse_args};
pub(crate) use value::same_name;

use crate::ir::{self, Attr, Card, Model, SetId, Type};
use crate::report::{did_you_mean, list};
use netlink_runtime::build::Enc;
use netlink_runtime::wire::{NESTED, NET_BYTEORDER, TYPE_MASK, align};
use select::Scope;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// Deeper nests than this are refused.
const DEPTH: usize = netlink_runtime::wire::MAX_DEPTH as usize;

/// What is wrong with a request, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Names that lead to it: `linkinfo.data.id`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What there is instead, in lines; empty where the message says all.
    pub help: String,
}

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Error { path: String::new(), message: message.into(), help: String::new() }
    }

    /// The error, in something of this name.
    fn inside(mut self, name: &str) -> Self {
        self.path = if self.path.is_empty() { name.to_owned() } else { format!("{name}.{}", self.path) };
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n{}", self.help) }
    }
}

impl std::error::Error for Error {}

/// The fixed header and the attributes of a message: what follows `nlmsghdr` or `genlmsghdr`.
pub fn body(model: &Model, set: SetId, input: &Input) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let header = Value::Object(input.header.clone());
    let mut attrs: Entries<'_> =
        input.attrs.iter().map(|(name, value)| (Cow::Borrowed(name.as_str()), value)).collect();
    // A set without fixed header may have an attribute of that name, as ethtool's have.
    let named = model[set].header.is_none() && model[set].attrs.iter().any(|attr| attr.name == HEADER);
    let fixed = if named && !input.header.is_empty() {
        attrs.insert(0, (Cow::Borrowed(HEADER), &header));
        None
    } else {
        Some(&header)
    };
    let mut encoder = Encoder { model, enc: Enc::new(&mut out) };
    encoder.set(set, fixed, attrs, None, 0)?;
    match encoder.enc.end() {
        Ok(_) => Ok(out),
        Err(error) => Err(Error::new(error.to_string())),
    }
}

/// What a fixed header is called in JSON.
const HEADER: &str = "header";

struct Encoder<'m, 'o> {
    model: &'m Model,
    enc: Enc<&'o mut Vec<u8>>,
}

/// An attribute by name, or an unknown one by number.
#[derive(Clone, Copy)]
enum Field<'m> {
    Known(&'m Attr),
    Number(u16),
}

type Entries<'v> = Vec<(Cow<'v, str>, &'v Value)>;

impl<'m> Encoder<'m, '_> {
    fn set(
        &mut self,
        id: SetId,
        header: Option<&Value>,
        attrs: Entries<'_>,
        outer: Option<&Scope<'_>>,
        depth: usize,
    ) -> Result<(), Error> {
        if depth > DEPTH {
            return Err(Error::new(format!("nested deeper than {DEPTH} levels")));
        }
        let set = &self.model[id];
        let empty = Value::Object(Default::default());
        let header = match set.header {
            Some(of) => {
                let mut bytes = structs::structure(self.model, of, header.unwrap_or(&empty))
                    .map_err(|e| e.inside("header"))?;
                bytes.truncate(self.model[of].size as usize);
                bytes
            }
            None if header.is_some_and(|h| h.as_object().is_none_or(|o| !o.is_empty())) => {
                return Err(Error::new(format!("`{}` has no fixed header", set.name)));
            }
            None => Vec::new(),
        };
        self.enc.raw(&header);
        self.enc.raw(&[0; 3][..align(header.len()) - header.len()]);

        let fields: Result<Vec<_>, Error> =
            attrs.iter().map(|(name, value)| Ok((self.field(id, name)?, *value))).collect();
        let fields = fields?;
        let known = fields.iter().filter_map(|(f, v)| match f {
            Field::Known(attr) => Some((*attr, *v)),
            Field::Number(_) => None,
        });
        let scope = Scope { model: self.model, set: id, header: &header, known: known.collect(), outer };
        for (field, value) in fields {
            match field {
                Field::Known(attr) => {
                    self.attr(&scope, attr, value, depth).map_err(|e| e.inside(&attr.name))?;
                }
                Field::Number(number) => {
                    let bytes = value::opaque(value).map_err(|e| e.inside(&number.to_string()))?;
                    let nested = value.get("nested").is_some_and(|n| *n == Value::Bool(true));
                    self.enc.bytes(if nested { number | NESTED } else { number }, &bytes);
                }
            }
        }
        Ok(())
    }

    fn field(&self, id: SetId, name: &str) -> Result<Field<'m>, Error> {
        let set = &self.model[id];
        let named = |a: &&Attr| value::same_name(name, &a.name) || value::same_name(name, &a.c_name);
        let real = |a: &&Attr| !matches!(a.ty, Type::Pad | Type::Unused);
        let mut attrs = set.attrs.iter();
        if let Some(attr) = attrs.find(|a| named(a) && real(a)) {
            return Ok(Field::Known(attr));
        }
        if let Ok(number) = name.parse::<u16>() {
            if number & !TYPE_MASK != 0 {
                return Err(Error::new(format!("`{number}` is too large for an attribute's number")));
            }
            let attr = set.attrs.iter().filter(real).find(|a| a.number == number);
            return Ok(attr.map_or(Field::Number(number), Field::Known));
        }
        let names: Vec<_> = set.attrs.iter().filter(real).map(|a| a.name.as_str()).collect();
        let near =
            did_you_mean(name, names.iter().copied()).unwrap_or_else(|| format!("it has {}", list(names)));
        let message = format!("`{}` has no attribute `{name}`; {near}", set.name);
        Err(Error { help: describe::table(self.model, id), ..Error::new(message) })
    }

    fn attr(&mut self, scope: &Scope<'_>, attr: &Attr, value: &Value, depth: usize) -> Result<(), Error> {
        match &attr.card {
            Card::One => self.payload(scope, &attr.ty, attr, attr.number, value, depth),
            Card::Multi => {
                for (ix, value) in occurrences(&attr.ty, value).into_iter().enumerate() {
                    self.payload(scope, &attr.ty, attr, attr.number, value, depth)
                        .map_err(|e| e.inside(&ix.to_string()))?;
                }
                Ok(())
            }
            Card::Indexed => self.members(scope, attr, attr.number, value, 1, depth),
            Card::TypeValue(levels) => self.members(scope, attr, attr.number, value, levels.len(), depth),
        }
    }

    fn members(
        &mut self,
        scope: &Scope<'_>,
        attr: &Attr,
        number: u16,
        value: &Value,
        levels: usize,
        depth: usize,
    ) -> Result<(), Error> {
        let at = self.enc.open(number);
        for (number, value) in numbered(&value::parsed(value))? {
            let done = if levels > 1 {
                self.members(scope, attr, number, value, levels - 1, depth)
            } else {
                self.payload(scope, &attr.ty, attr, number, value, depth)
            };
            done.map_err(|e| e.inside(&number.to_string()))?;
        }
        self.enc.close(at);
        Ok(())
    }

    fn payload(
        &mut self,
        scope: &Scope<'_>,
        ty: &Type,
        attr: &Attr,
        number: u16,
        value: &Value,
        depth: usize,
    ) -> Result<(), Error> {
        match ty {
            Type::Flag => {
                if value::flag(value)? {
                    self.enc.bytes(number, &[]);
                }
                Ok(())
            }
            Type::Nest(set) => {
                let at = self.enc.open(number);
                self.nest(*set, value, scope, depth)?;
                self.enc.close(at);
                Ok(())
            }
            Type::Records(set, length) => {
                let at = self.enc.open_raw(number);
                self.records(*set, length, value, scope, depth)?;
                self.enc.close(at);
                Ok(())
            }
            Type::Sub(sub, selectors) => match scope.format(*sub, selectors)? {
                Ok(format) if depth < DEPTH => self.payload(scope, format, attr, number, value, depth + 1),
                Ok(_) => Err(Error::new("a sub-message that is a sub-message without end")),
                // Whoever gives bytes knows what they are.
                Err(why) => {
                    let bytes = value::opaque(value).map_err(|_| Error::new(why))?;
                    self.enc.bytes(number, &bytes);
                    Ok(())
                }
            },
            leaf => {
                let bytes = value::leaf(self.model, leaf, &attr.checks, value, &|s| scope.number(s))?;
                let net = match leaf {
                    Type::Scalar(s, _) => s.order == ir::Order::Net,
                    other => matches!(other, Type::NetIp4 | Type::NetIp6),
                };
                self.enc.bytes(if net { number | NET_BYTEORDER } else { number }, &bytes);
                Ok(())
            }
        }
    }

    fn nest(&mut self, set: SetId, value: &Value, outer: &Scope<'_>, depth: usize) -> Result<(), Error> {
        let value = value::parsed(value);
        let (header, attrs) = parts(self.model[set].header.is_some(), &value);
        let attrs = attrs.map(entries).transpose()?.unwrap_or_default();
        self.set(set, header, attrs, Some(outer), depth + 1)
    }

    /// Records, their lengths filled in.
    fn records(
        &mut self,
        set: SetId,
        length: &str,
        value: &Value,
        outer: &Scope<'_>,
        depth: usize,
    ) -> Result<(), Error> {
        let value = value::parsed(value);
        let records = value
            .as_array()
            .ok_or_else(|| Error::new("want a list of records such as [{\"header\":{},\"attrs\":{}}]"))?;
        for (ix, record) in records.iter().enumerate() {
            let start = self.enc.position();
            self.nest(set, record, outer, depth).map_err(|e| e.inside(&ix.to_string()))?;
            let len = self.enc.position() - start;
            let Some((offset, bytes)) = self.model.length_member(set, length) else { continue };
            let little = (len as u64).to_ne_bytes();
            let word = match cfg!(target_endian = "big") {
                true => &little[8 - usize::from(bytes)..],
                false => &little[..usize::from(bytes)],
            };
            if bytes < 8 && len >> (8 * u32::from(bytes)) != 0 {
                return Err(
                    Error::new(format!("{len} bytes are too many for a record")).inside(&ix.to_string())
                );
            }
            if let Some(room) = self.enc.since(start + offset as usize).get_mut(..word.len()) {
                room.copy_from_slice(word);
            }
        }
        Ok(())
    }
}

/// What a repeated attribute is given as: a list for several, anything else for one.
fn occurrences<'v>(ty: &Type, value: &'v Value) -> Vec<&'v Value> {
    let pair = |v: &Value| v.as_array().is_some_and(|p| p.len() == 2 && (p[0].is_string() || p[0].is_u64()));
    match value {
        // The attributes of one nest are a list of pairs.
        Value::Array(items)
            if matches!(ty, Type::Nest(_) | Type::Sub(..)) && items.iter().all(pair) && !items.is_empty() =>
        {
            vec![value]
        }
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// The fixed header and the attributes of a nest's value.
fn parts(has_header: bool, value: &Value) -> (Option<&Value>, Option<&Value>) {
    match value {
        Value::Object(o) if has_header && o.keys().all(|k| k == "header" || k == "attrs") => {
            (o.get("header"), o.get("attrs"))
        }
        other => (None, Some(other)),
    }
}

/// Attributes: an object, or a list of pairs.
fn entries(value: &Value) -> Result<Entries<'_>, Error> {
    match value {
        Value::Object(o) => Ok(o.iter().map(|(k, v)| (Cow::Borrowed(k.as_str()), v)).collect()),
        Value::Array(items) => items
            .iter()
            .map(|item| match item.as_array().map(Vec::as_slice) {
                Some([Value::String(name), value]) => Ok((Cow::Borrowed(name.as_str()), value)),
                Some([Value::Number(number), value]) => Ok((Cow::Owned(number.to_string()), value)),
                _ => Err(Error::new(format!("`{item}` is no pair of an attribute and its value"))),
            })
            .collect(),
        Value::Null => Ok(Vec::new()),
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        other => Err(Error::new(format!(
            "want attributes such as {{\"name\":value}}, as an object or a list of pairs, and not `{other}`"
        ))),
    }
}

/// Numbered members: an object, a list of pairs, or a list that is numbered from 1.
fn numbered(value: &Value) -> Result<Vec<(u16, &Value)>, Error> {
    let number = |n: Option<u64>, what: &dyn fmt::Display| {
        n.and_then(|n| u16::try_from(n).ok())
            .filter(|n| n & !TYPE_MASK == 0)
            .ok_or_else(|| Error::new(format!("`{what}` is no member's number")))
    };
    match value {
        Value::Object(o) => o.iter().map(|(k, v)| Ok((number(k.parse().ok(), k)?, v))).collect(),
        Value::Array(items) => {
            let pairs: Option<Vec<_>> = items
                .iter()
                .map(|item| match item.as_array().map(Vec::as_slice) {
                    Some([n @ Value::Number(_), value]) => Some((n, value)),
                    _ => None,
                })
                .collect();
            match pairs {
                Some(pairs) => pairs.into_iter().map(|(n, v)| Ok((number(n.as_u64(), n)?, v))).collect(),
                None => (1..).zip(items).map(|(n, v)| Ok((number(Some(n), &n)?, v))).collect(),
            }
        }
        other => Err(Error::new(format!("want numbered members, as an object or a list, and not `{other}`"))),
    }
}
