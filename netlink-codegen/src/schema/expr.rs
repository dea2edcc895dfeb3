//! Type expressions: `multi nest linkinfo`, `u16 flags BRIDGE_FLAGS_*`, `sub link-data by kind`.
//!
//! One grammar for attributes, sub-message formats and struct members:
//!
//! ```text
//! type   := [multi | indexed | array | multi array | indexed array | type-value NAME+] base [ref]
//! base   := u8 … s64, be16 …, le16 …, net16 …, uint, sint, flag, string, binary, bitfield32, msecs,
//!           pad, unused, label-stack, mac, ip4, ip6, netip4, netip6, sockaddr, ip [by SELECTOR],
//!           struct TAG [+ SET],
//!           nest SET, records TAG.MEMBER SET, sub TABLE by SELECTOR [, SELECTOR], arm NAME
//! ref    := (enum | flags | bits) NAME+        NAME := name | file/name | TAG | of CONSTANT | PREFIX_*
//! ```
//!
//! A struct member may also be a bare `ref` (its type comes from the header), a format may be
//! `nothing`, and `arm NAME` stands in tables that choose among the arms of a union.

use super::node::Text;
use crate::ir::{Order, Scalar};
use crate::report::{Code, Diagnostic, Span, codes, did_you_mean};

/// A word of an expression with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Its place.
    pub span: Span,
}

impl std::ops::Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&Text> for Word {
    fn from(text: &Text) -> Self {
        Word { text: text.text.clone(), span: text.span }
    }
}

/// A type expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeExpr {
    /// Cardinality.
    pub wrap: Wrap,
    /// The payload is a packed array of the base.
    pub array: bool,
    /// The base.
    pub base: Base,
    /// Names for values.
    pub names: Option<Names>,
    /// The whole expression.
    pub span: Span,
}

/// Cardinality as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// Once.
    One,
    /// `multi`.
    Multi,
    /// `indexed`.
    Indexed,
    /// `type-value NAME+`.
    TypeValue(Vec<Word>),
}

/// The base of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing said: a member keeps its C type.
    Inherit,
    /// A fixed-width integer.
    Int(Scalar),
    /// `uint`, `sint`.
    VarInt {
        /// `sint`.
        signed: bool,
    },
    /// `flag`.
    Flag,
    /// `string`.
    String,
    /// `binary`.
    Binary,
    /// `bitfield32`.
    Bitfield32,
    /// `msecs`.
    Msecs,
    /// `pad`.
    Pad,
    /// `unused`.
    Unused,
    /// `label-stack`.
    Labels,
    /// `mac`.
    Mac,
    /// `ip4`.
    Ip4,
    /// `ip6`.
    Ip6,
    /// `netip4`.
    NetIp4,
    /// `netip6`.
    NetIp6,
    /// `sockaddr`.
    SockAddr,
    /// `ip`, `ip by SELECTOR`.
    Ip(Option<Word>),
    /// `struct TAG`, `struct TAG + SET`.
    Struct(Word, Option<Word>),
    /// `nest SET`.
    Nest(Word),
    /// `records TAG.MEMBER SET`.
    Records {
        /// The struct.
        tag: Word,
        /// Its member with the record's length.
        member: Word,
        /// The attributes after it.
        set: Word,
    },
    /// `sub TABLE by SELECTOR, SELECTOR`.
    Sub(Word, Vec<Word>),
    /// `arm NAME`, of a union.
    Arm(Word),
}

/// What values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NamesKind {
    /// One of these values.
    Enum,
    /// Masks that combine.
    Flags,
    /// Bit indices of masks that combine.
    Bits,
}

/// `enum NAME+`, `flags NAME+`, `bits NAME+`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// What values mean.
    pub kind: NamesKind,
    /// Where the names come from.
    pub list: Vec<NameRef>,
    /// All of it.
    pub span: Span,
}

/// One source of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameRef {
    /// A definition, `file/definition` or a C enum's tag.
    Named(Word),
    /// The enum (or the run of macros) that holds this constant.
    Of(Word),
    /// All constants of this prefix (without the `*`).
    Prefix(Word),
}

/// Words that begin a type, for suggestions.
const WORDS: &[&str] = &[
    "u8",
    "u16",
    "u32",
    "u64",
    "s8",
    "s16",
    "s32",
    "s64",
    "be16",
    "be32",
    "be64",
    "sbe16",
    "sbe32",
    "sbe64",
    "le16",
    "le32",
    "le64",
    "sle16",
    "sle32",
    "sle64",
    "net16",
    "net32",
    "net64",
    "uint",
    "sint",
    "flag",
    "string",
    "binary",
    "bitfield32",
    "msecs",
    "pad",
    "unused",
    "label-stack",
    "mac",
    "ip4",
    "ip6",
    "netip4",
    "netip6",
    "sockaddr",
    "ip",
    "struct",
    "nest",
    "records",
    "sub",
    "arm",
    "multi",
    "indexed",
    "array",
    "type-value",
    "enum",
    "flags",
    "bits",
];

/// The fixed-width integer that a word means.
pub fn scalar(word: &str) -> Option<Scalar> {
    let (signed, order, bits) = if let Some(bits) = word.strip_prefix("sbe") {
        (true, Order::Big, bits)
    } else if let Some(bits) = word.strip_prefix("sle") {
        (true, Order::Little, bits)
    } else if let Some(bits) = word.strip_prefix("be") {
        (false, Order::Big, bits)
    } else if let Some(bits) = word.strip_prefix("le") {
        (false, Order::Little, bits)
    } else if let Some(bits) = word.strip_prefix("net") {
        (false, Order::Net, bits)
    } else if let Some(bits) = word.strip_prefix('u') {
        (false, Order::Native, bits)
    } else {
        (true, Order::Native, word.strip_prefix('s')?)
    };
    let bits = match bits {
        "8" if order == Order::Native => 8,
        "16" => 16,
        "32" => 32,
        "64" => 64,
        _ => return None,
    };
    Some(Scalar { bits, signed, order })
}

/// Parses a type expression.
pub fn parse(text: &Text) -> Result<TypeExpr, Box<Diagnostic>> {
    let mut parser = Words::new(text);
    let expr = parser.type_expr()?;
    parser.end()?;
    Ok(expr)
}

/// The words of a text, commas standing alone.
#[derive(Debug)]
pub(super) struct Words<'t> {
    text: &'t Text,
    words: Vec<Word>,
    at: usize,
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        let mut words = Vec::new();
        let mut start = None;
        let mut push = |range: std::ops::Range<usize>| {
            words.push(Word { text: text.text[range.clone()].to_owned(), span: text.part(range) });
        };
        for (ix, c) in text.text.char_indices() {
            let separator = c.is_whitespace() || c == ',';
            if separator && let Some(start) = start.take() {
                push(start..ix);
            }
            if c == ',' {
                push(ix..ix + 1);
            } else if !separator && start.is_none() {
                start = Some(ix);
            }
        }
        if let Some(start) = start {
            push(start..text.text.len());
        }
        Words { text, words, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(|w| &*w.text)
    }

    pub(super) fn next(&mut self) -> Option<Word> {
        self.at += 1;
        self.words.get(self.at - 1).cloned()
    }

    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.at += usize::from(found);
        found
    }

    /// The next word, which must be a name.
    pub(super) fn name(&mut self, what: &str) -> Result<Word, Box<Diagnostic>> {
        match self.peek() {
            Some("," | "+" | "->") | None => Err(self.error(format!("expected {what}"), None)),
            Some(_) => Ok(self.next().unwrap_or_else(|| self.here())),
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Box<Diagnostic>> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(self.error(format!("`{word}` does not belong here"), None)),
        }
    }

    /// As [`end`](Self::end), for a text whose only word was looked at and not taken.
    pub(super) fn end_or_single(&self, text: &Text) -> Result<(), Box<Diagnostic>> {
        if text.text.split_whitespace().count() == 1 { Ok(()) } else { self.end() }
    }

    /// The place of the next word, or just after the last one.
    fn here(&self) -> Word {
        self.words.get(self.at).cloned().unwrap_or_else(|| {
            let end = self.text.text.trim_end().len();
            Word { text: String::new(), span: self.text.part(end..end) }
        })
    }

    pub(super) fn error(&self, message: String, help: Option<String>) -> Box<Diagnostic> {
        self.coded(codes::TYPE_EXPRESSION, message, help)
    }

    pub(super) fn coded(&self, code: Code, message: String, help: Option<String>) -> Box<Diagnostic> {
        let text = format!("in `{}`", self.text.text.trim());
        Box::new(Diagnostic::error(code, message).at(self.here().span, text).maybe_help(help))
    }

    fn type_expr(&mut self) -> Result<TypeExpr, Box<Diagnostic>> {
        let wrap = if self.take("multi") {
            Wrap::Multi
        } else if self.take("indexed") {
            Wrap::Indexed
        } else if self.take("type-value") {
            Wrap::TypeValue(self.levels()?)
        } else {
            Wrap::One
        };
        let array = self.take("array");
        let base = self.base()?;
        let names = self.names()?;
        if base == Base::Inherit && names.is_none() {
            return Err(self.error("expected a type".to_owned(), None));
        }
        Ok(TypeExpr { wrap, array, base, names, span: self.text.span })
    }

    fn levels(&mut self) -> Result<Vec<Word>, Box<Diagnostic>> {
        let mut levels = Vec::new();
        while self.peek().is_some_and(|w| !WORDS.contains(&w)) {
            levels.push(self.name("the name of a level")?);
        }
        if levels.is_empty() {
            let help = "`type-value policy-id attr-id nest policy`: one name per level".to_owned();
            return Err(self.error("expected the name of a level".to_owned(), Some(help)));
        }
        Ok(levels)
    }

    fn base(&mut self) -> Result<Base, Box<Diagnostic>> {
        let Some(word) = self.peek() else { return Ok(Base::Inherit) };
        if let Some(scalar) = scalar(word) {
            self.at += 1;
            return Ok(Base::Int(scalar));
        }
        let simple = match word {
            "enum" | "flags" | "bits" => return Ok(Base::Inherit),
            "uint" => Base::VarInt { signed: false },
            "sint" => Base::VarInt { signed: true },
            "flag" => Base::Flag,
            "string" => Base::String,
            "binary" => Base::Binary,
            "bitfield32" => Base::Bitfield32,
            "msecs" => Base::Msecs,
            "pad" => Base::Pad,
            "unused" => Base::Unused,
            "label-stack" => Base::Labels,
            "mac" => Base::Mac,
            "ip4" => Base::Ip4,
            "ip6" => Base::Ip6,
            "netip4" => Base::NetIp4,
            "netip6" => Base::NetIp6,
            "sockaddr" => Base::SockAddr,
            "ip" => {
                self.at += 1;
                let by = if self.take("by") { Some(self.name("a selector after `by`")?) } else { None };
                return Ok(Base::Ip(by));
            }
            "nest" => {
                self.at += 1;
                return Ok(Base::Nest(self.name("an attribute set after `nest`")?));
            }
            "struct" => {
                self.at += 1;
                let tag = self.name("a struct's tag after `struct`")?;
                let set = if self.take("+") { Some(self.name("an attribute set after `+`")?) } else { None };
                return Ok(Base::Struct(tag, set));
            }
            "records" => {
                self.at += 1;
                return self.records();
            }
            "sub" => {
                self.at += 1;
                return self.sub();
            }
            "arm" => {
                self.at += 1;
                return Ok(Base::Arm(self.name("the name of a union's arm after `arm`")?));
            }
            other => {
                let message = format!("`{other}` is no type");
                let help = did_you_mean(other, WORDS.iter().copied());
                return Err(self.error(message, help));
            }
        };
        self.at += 1;
        Ok(simple)
    }

    fn records(&mut self) -> Result<Base, Box<Diagnostic>> {
        let at = self.at;
        let word = self.name("`TAG.MEMBER` after `records`")?;
        let Some(dot) = word.find('.').filter(|dot| *dot > 0 && *dot + 1 < word.len()) else {
            self.at = at;
            let help = "`records rtnexthop.rtnh_len SET`: the member holds each record's length".to_owned();
            return Err(self.error("expected `TAG.MEMBER` after `records`".to_owned(), Some(help)));
        };
        // Parts of a word that stands verbatim keep exact places; others show the whole word.
        let exact = word.span.end - word.span.start == word.len() as u32;
        let part = |range: std::ops::Range<usize>| Word {
            text: word.text[range.clone()].to_owned(),
            span: if exact { word.span.part(range) } else { word.span },
        };
        let (tag, member) = (part(0..dot), part(dot + 1..word.len()));
        let set = self.name("an attribute set after the record's struct")?;
        Ok(Base::Records { tag, member, set })
    }

    fn sub(&mut self) -> Result<Base, Box<Diagnostic>> {
        let table = self.name("a sub-message table after `sub`")?;
        if !self.take("by") {
            let help = format!("`sub {} by SELECTOR`: where the format's name stands", &*table);
            return Err(self.error("expected `by` and a selector".to_owned(), Some(help)));
        }
        let mut by = vec![self.name("a selector after `by`")?];
        while self.take(",") {
            by.push(self.name("a selector after `,`")?);
        }
        Ok(Base::Sub(table, by))
    }

    /// `enum NAME+` and so on, when it stands here.
    pub(super) fn names(&mut self) -> Result<Option<Names>, Box<Diagnostic>> {
        let kind = match self.peek() {
            Some("enum") => NamesKind::Enum,
            Some("flags") => NamesKind::Flags,
            Some("bits") => NamesKind::Bits,
            _ => return Ok(None),
        };
        let start = self.here().span;
        self.at += 1;
        let mut list = Vec::new();
        while list.is_empty() || self.peek().is_some_and(|w| w != "by" && w != "," && w != "+") {
            list.push(self.name_ref()?);
        }
        let end = self.words.get(self.at - 1).map_or(start, |w| w.span);
        Ok(Some(Names { kind, list, span: Span { end: end.end, ..start } }))
    }

    fn name_ref(&mut self) -> Result<NameRef, Box<Diagnostic>> {
        if self.take("of") {
            return Ok(NameRef::Of(self.name("a constant after `of`")?));
        }
        let word = self.name("the name of an enum, a definition or `PREFIX_*`")?;
        Ok(match word.text.strip_suffix('*') {
            Some(prefix) => NameRef::Prefix(Word { text: prefix.to_owned(), span: word.span }),
            None => NameRef::Named(word),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        let span = Span { file: 0, start: 100, end: 100 + text.len() as u32 };
        Text { text: text.to_owned(), span, verbatim: Some(0) }
    }

    fn error(expr: &str) -> (String, std::ops::Range<u32>) {
        let error = parse(&text(expr)).expect_err("must not parse");
        let span = error.labels[0].span;
        (error.message, span.start - 100..span.end - 100)
    }

    #[test]
    fn scalars() {
        assert_eq!(scalar("sbe32"), Some(Scalar { bits: 32, signed: true, order: Order::Big }));
        assert_eq!(scalar("net16"), Some(Scalar { bits: 16, signed: false, order: Order::Net }));
        assert_eq!(scalar("u8"), Some(Scalar { bits: 8, signed: false, order: Order::Native }));
        for word in ["be8", "u128", "u", "string", "sub", "net", ""] {
            assert_eq!(scalar(word), None, "{word}");
        }
    }

    #[test]
    fn every_form_parses() {
        for expr in [
            "u32",
            "multi string",
            "indexed nest action",
            "array u32",
            "indexed array u32",
            "type-value policy-id attr-id nest policy",
            "u8 enum IF_OPER_*",
            "be16 enum ETH_P_*",
            "u32 flags RTM_F_* RTNH_F_*",
            "u16 enum of RTN_UNICAST",
            "bits common/x",
            "enum common/af",
            "ip by header.rtm_family",
            "struct ifinfomsg + link",
            "records rtnexthop.rtnh_len route",
            "sub match-info by name, rev",
            "sub match-info by name,rev",
            "bitfield32 flags x",
            "arm ip4",
        ] {
            parse(&text(expr)).unwrap_or_else(|e| panic!("{expr}: {}", e.message));
        }
        let expr = parse(&text("sub info by request.sdiag_protocol, b")).unwrap();
        let Base::Sub(table, by) = expr.base else { panic!() };
        assert_eq!((&*table, by.len(), by[1].span.start - 100), ("info", 2, 36));
    }

    #[test]
    fn errors_point_at_the_word() {
        assert_eq!(error("u33"), ("`u33` is no type".to_owned(), 0..3));
        assert_eq!(error("multi u32 foo"), ("`foo` does not belong here".to_owned(), 10..13));
        assert_eq!(error("nest"), ("expected an attribute set after `nest`".to_owned(), 4..4));
        assert_eq!(error("sub x"), ("expected `by` and a selector".to_owned(), 5..5));
        assert_eq!(error("records rtnexthop route").1, 8..17);
        assert_eq!(error(""), ("expected a type".to_owned(), 0..0));
        assert_eq!(error("u8 enum").1, 7..7);
        assert_eq!(error("type-value nest x").1, 11..15);
    }
}
