//! `Debug` with C names. All of it is `#[inline]`: compiled where something is shown, or not at all.

use super::{Body, Container, Descend, Key, Node, StructRef, Value, Visitor, flag_names};
use crate::meta::{Names, SetMeta};
use crate::wire::Attrs;
use core::fmt::{Display, Formatter, Result, Write};

/// `Debug` of a fixed header and attributes: the set's name, the members of the header, the
/// attributes by C name in wire order; in several lines for `{:#?}`. Derived views call it.
///
/// ```text
/// LinkInfo { IFLA_INFO_KIND: "vlan", IFLA_INFO_DATA: { IFLA_VLAN_ID: 5, 9: unknown(0000) } }
/// ```
#[inline]
pub fn debug(f: &mut Formatter<'_>, set: &'static SetMeta, header: &[u8], attrs: Attrs<'_>) -> Result {
    debug_body(f, &Body::new(set, header, attrs))
}

/// The same of what is parsed.
#[inline]
pub(crate) fn debug_body(f: &mut Formatter<'_>, body: &Body<'_>) -> Result {
    f.write_str(body.set().name)?;
    f.write_char(' ')?;
    let mut debug = Debug { f, level: 0, first: true };
    debug.open("{")?;
    debug.header(body.header())?;
    body.walk(&mut debug)?;
    debug.close("}")
}

/// `Debug` of a struct or union: its members by C name. Derived unions call it.
#[inline]
pub(crate) fn debug_struct(f: &mut Formatter<'_>, name: &str, of: &StructRef<'_>) -> Result {
    f.write_str(name)?;
    f.write_char(' ')?;
    Debug { f, level: 0, first: true }.structure(of)
}

struct Debug<'f, 'w> {
    f: &'f mut Formatter<'w>,
    level: usize,
    /// Nothing stands yet in what is open.
    first: bool,
}

impl Debug<'_, '_> {
    #[inline]
    fn open(&mut self, bracket: &str) -> Result {
        self.f.write_str(bracket)?;
        self.level += 1;
        self.first = true;
        Ok(())
    }

    #[inline]
    fn close(&mut self, bracket: &str) -> Result {
        self.level -= 1;
        if !self.first {
            if self.f.alternate() {
                self.f.write_char(',')?;
                self.line()?;
            } else if bracket == "}" {
                self.f.write_char(' ')?;
            }
        }
        self.first = false;
        self.f.write_str(bracket)
    }

    #[inline]
    fn line(&mut self) -> Result {
        self.f.write_char('\n')?;
        (0..self.level).try_for_each(|_| self.f.write_str("    "))
    }

    /// What stands before an item.
    #[inline]
    fn item(&mut self) -> Result {
        let first = core::mem::replace(&mut self.first, false);
        if !first {
            self.f.write_char(',')?;
        }
        if self.f.alternate() { self.line() } else { self.f.write_char(' ') }
    }

    #[inline]
    fn named(&mut self, name: &dyn Display) -> Result {
        self.item()?;
        write!(self.f, "{name}: ")
    }

    #[inline]
    fn key(&mut self, node: &Node<'_>) -> Result {
        match node.key {
            Key::Attr(meta) => self.named(&meta.c_name),
            Key::Unknown(number) | Key::Member(number) => self.named(&number),
            Key::Record(index) => self.named(&index),
        }
    }

    #[inline]
    fn header(&mut self, header: Option<StructRef<'_>>) -> Result {
        match header {
            Some(header) => {
                self.named(&header.meta().c_name)?;
                self.structure(&header)
            }
            None => Ok(()),
        }
    }

    #[inline]
    fn structure(&mut self, of: &StructRef<'_>) -> Result {
        self.open("{")?;
        for (member, value) in of.members() {
            self.named(&member.c_name)?;
            self.show(&value)?;
        }
        if let Some(len) = of.short() {
            self.named(&"short")?;
            write!(self.f, "{len}")?;
        }
        if !of.rest().is_empty() {
            self.named(&"rest")?;
            self.hex("bytes", of.rest())?;
        }
        self.close("}")
    }

    #[inline]
    fn show(&mut self, value: &Value<'_>) -> Result {
        match value {
            Value::Unsigned(n, names) => self.integer(n, *n, *names),
            Value::Signed(n, names) => self.integer(n, *n as u64, *names),
            Value::Flag => self.f.write_str("true"),
            Value::Text(text) => write!(self.f, "\"{}\"", text.bytes().escape_ascii()),
            Value::Bytes(bytes) => self.hex("bytes", bytes),
            Value::Bitfield32(bits, names) => {
                self.integer(&bits.value, bits.value.into(), *names)?;
                self.f.write_str(" of ")?;
                self.integer(&bits.selector, bits.selector.into(), *names)
            }
            Value::Struct(of) => self.structure(of),
            Value::Array(items) => {
                self.f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    self.f.write_str(if i == 0 { "" } else { ", " })?;
                    self.show(&item)?;
                }
                self.f.write_char(']')
            }
            Value::Mac(mac) => write!(self.f, "{mac}"),
            Value::Ip(ip) => write!(self.f, "{ip}"),
            Value::SockAddr(address) => write!(self.f, "{address}"),
            Value::Address(address) => write!(self.f, "{address}"),
            Value::Labels(labels) => write!(self.f, "{labels}"),
            Value::Unknown(bytes) => self.hex("unknown", bytes),
            Value::Malformed(malformed) => {
                write!(self.f, "malformed({}; ", malformed.reason)?;
                self.digits(malformed.raw)?;
                self.f.write_char(')')
            }
        }
    }

    /// A number, or its names with what they do not say.
    #[inline]
    fn integer(&mut self, number: &dyn Display, bits: u64, names: Names) -> Result {
        let Some(meta) = names else { return write!(self.f, "{number}") };
        if !meta.flags || bits == 0 {
            return match meta.name_of(bits) {
                Some(name) => self.f.write_str(name),
                None => write!(self.f, "{number}"),
            };
        }
        write!(self.f, "{}", flag_names(meta, bits))
    }

    #[inline]
    fn hex(&mut self, what: &str, bytes: &[u8]) -> Result {
        write!(self.f, "{what}(")?;
        self.digits(bytes)?;
        self.f.write_char(')')
    }

    #[inline]
    fn digits(&mut self, bytes: &[u8]) -> Result {
        bytes.iter().try_for_each(|byte| write!(self.f, "{byte:02x}"))
    }
}

impl<'a> Visitor<'a> for Debug<'_, '_> {
    type Stop = core::fmt::Error;

    #[inline]
    fn value(&mut self, node: &Node<'a>, value: Value<'a>) -> Result {
        self.key(node)?;
        self.show(&value)
    }

    #[inline]
    fn enter(
        &mut self,
        node: &Node<'a>,
        container: &Container<'a>,
    ) -> core::result::Result<Descend, Self::Stop> {
        self.key(node)?;
        self.open("{")?;
        if let Container::Nest(body) = container {
            self.header(body.header())?;
        }
        Ok(Descend::Into)
    }

    #[inline]
    fn leave(&mut self, _: &Node<'a>, _: &Container<'a>) -> Result {
        self.close("}")
    }
}
