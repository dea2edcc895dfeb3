//! `#[netlink(…)]`: the words and what they say.

use crate::ctxt::Ctxt;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitInt, LitStr, Path, Token, Type, parenthesized};

/// An attribute's C name with its number: `IFLA_MTU = 4`, or the path of a constant.
#[derive(Clone)]
pub(crate) struct Number {
    /// For messages and metadata: the last segment.
    pub(crate) c_name: String,
    /// The number's tokens.
    pub(crate) value: TokenStream,
    /// The number, when it is a literal.
    pub(crate) literal: Option<u64>,
    pub(crate) span: Span,
}

impl ToTokens for Number {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let value = &self.value;
        match self.literal {
            Some(_) => value.to_tokens(tokens),
            None => quote!((#value) as ::core::primitive::u16).to_tokens(tokens),
        }
    }
}

/// An integer on the wire: `u8`, `be32`, `ile16`…
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) order: Order,
    pub(crate) signed: bool,
    pub(crate) bits: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Native,
    Big,
    Little,
    Net,
}

impl Word {
    /// `u8`, `i32`, `be16`, `ibe32`, `le64`, `net32`.
    pub(crate) fn parse(text: &str) -> Option<Word> {
        let (order, signed, bits) = if let Some(bits) = text.strip_prefix("ibe") {
            (Order::Big, true, bits)
        } else if let Some(bits) = text.strip_prefix("ile") {
            (Order::Little, true, bits)
        } else if let Some(bits) = text.strip_prefix("be") {
            (Order::Big, false, bits)
        } else if let Some(bits) = text.strip_prefix("le") {
            (Order::Little, false, bits)
        } else if let Some(bits) = text.strip_prefix("net") {
            (Order::Net, false, bits)
        } else if let Some(bits) = text.strip_prefix('u') {
            (Order::Native, false, bits)
        } else {
            (Order::Native, true, text.strip_prefix('i')?)
        };
        let bits = match (bits, order) {
            ("8", Order::Native) => 8,
            ("16", _) => 16,
            ("32", _) => 32,
            ("64", _) => 64,
            _ => return None,
        };
        Some(Word { order, signed, bits })
    }

    /// The runtime's marker.
    pub(crate) fn wire(self) -> TokenStream {
        let order = match self.order {
            Order::Native => "",
            Order::Big => "Be",
            Order::Little => "Le",
            Order::Net => "Net",
        };
        let sign = if self.signed { "I" } else { "U" };
        let name = Ident::new(&format!("{order}{sign}{}", self.bits), Span::call_site());
        quote!(::netlink_runtime::wire::wt::#name)
    }
}

/// Where a selector's value stands.
#[derive(Clone)]
pub(crate) enum Selector {
    /// In an attribute of the own set.
    Field(Ident),
    /// In the own fixed header.
    Header(Ident),
    /// In an attribute of a set around.
    Outer(Ident),
    /// In the fixed header of a set around.
    OuterHeader(Ident),
    /// In the request's fixed header.
    Request(Ident),
}

impl Parse for Selector {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first = input.call(Ident::parse_any)?;
        if !input.peek(Token![.]) {
            return Ok(Selector::Field(first));
        }
        input.parse::<Token![.]>()?;
        let member = input.call(Ident::parse_any)?;
        let more = if input.peek(Token![.]) {
            input.parse::<Token![.]>()?;
            Some(input.call(Ident::parse_any)?)
        } else {
            None
        };
        match (first.to_string().as_str(), more) {
            ("header", None) => Ok(Selector::Header(member)),
            ("outer", Some(inner)) if member == "header" => Ok(Selector::OuterHeader(inner)),
            ("outer", None) => Ok(Selector::Outer(member)),
            ("request", None) => Ok(Selector::Request(member)),
            _ => Err(syn::Error::new_spanned(
                first,
                "a selector is a field, `header.member`, `outer.field`, `outer.header.member` or \
                 `request.member`",
            )),
        }
    }
}

/// A key of a sub-message table.
#[derive(Clone)]
pub(crate) enum Key {
    Text(LitStr),
    Number(Number),
}

impl Key {
    /// What it is compared by.
    pub(crate) fn text(&self) -> String {
        match self {
            Key::Text(text) => format!("{:?}", text.value()),
            Key::Number(number) => number.literal.map_or_else(|| number.value.to_string(), |n| n.to_string()),
        }
    }
}

/// One word of `#[netlink(…)]`.
#[derive(Clone)]
pub(crate) enum Item {
    /// A C name with its number, or the path of a constant.
    Number(Number),
    /// A key that is text or a bare number; the offset of a struct member.
    Text(LitStr),
    Int(LitInt),
    /// A word alone: `nested`.
    Word(Ident),
    /// A path through nests: `linkinfo.kind`.
    Path(Vec<Ident>),
    /// A word with selectors: `sub(kind)`.
    Selectors(Ident, Vec<Selector>),
    /// `type_value(a, b)`.
    Idents(Ident, Vec<Ident>),
    /// `pad(IFLA_PAD = 42)`.
    Numbers(Ident, Vec<Number>),
    /// `names(Type)`.
    Type(Ident, Type),
    /// `bits(3, 2)`.
    Ints(Ident, Vec<LitInt>),
    /// `size = 16`, `version = 2`, `protocol = 0`.
    Value(Ident, Expr),
    /// `tail(2, rtvia_addr: be u16)`.
    Tail(Box<Tail>),
    /// `request(RTM_GETLINK = 18, Link)`.
    Message(Ident, Number, Option<Type>),
}

/// `tail(offset, name: words type)`.
#[derive(Clone)]
pub(crate) struct Tail {
    pub(crate) offset: LitInt,
    pub(crate) name: Name,
    pub(crate) words: Vec<Ident>,
    /// `by(member)` before the type.
    pub(crate) by: Option<Ident>,
    pub(crate) ty: Type,
}

/// The name of a tail: as of a field, or as in C.
#[derive(Clone)]
pub(crate) enum Name {
    Field(Ident),
    C(LitStr),
}

impl Parse for Tail {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let offset = input.parse()?;
        input.parse::<Token![,]>()?;
        let name = match input.peek(LitStr) {
            true => Name::C(input.parse()?),
            false => Name::Field(input.call(Ident::parse_any)?),
        };
        input.parse::<Token![:]>()?;
        let (mut words, mut by) = (Vec::new(), None);
        loop {
            if input.peek2(syn::token::Paren) {
                let word = input.call(Ident::parse_any)?;
                if word != "by" {
                    return Err(syn::Error::new(word.span(), "the address's family: `by(member)`"));
                }
                let inner;
                parenthesized!(inner in input);
                by = Some(inner.call(Ident::parse_any)?);
            } else if input.peek2(Ident::peek_any) || input.peek2(syn::token::Bracket) {
                words.push(input.call(Ident::parse_any)?);
            } else {
                return Ok(Tail { offset, name, words, by, ty: input.parse()? });
            }
        }
    }
}

const VALUES: &[&str] =
    &["size", "version", "protocol", "family", "length", "crate", "of", "max_len", "min_len", "exact_len"];

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Item::Text);
        }
        if input.peek(LitInt) {
            return input.parse().map(Item::Int);
        }
        if input.peek(Token![::]) || input.peek2(Token![::]) {
            return number(input).map(Item::Number);
        }
        let fork = input.fork();
        let word = fork.call(Ident::parse_any)?;
        let text = word.to_string();
        if fork.peek(syn::token::Paren) {
            input.call(Ident::parse_any)?;
            let inner;
            parenthesized!(inner in input);
            return list(&word, &inner).map_err(|error| with_example(&word, error));
        }
        if fork.peek(Token![=]) && VALUES.contains(&text.as_str()) {
            input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            return Ok(Item::Value(word, input.parse()?));
        }
        if fork.peek(Token![.]) {
            let path =
                Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with(input, Ident::parse_any)?;
            return Ok(Item::Path(path.into_iter().collect()));
        }
        if fork.peek(Token![=]) || text.contains(|c: char| c.is_ascii_uppercase()) {
            return number(input).map(Item::Number);
        }
        input.call(Ident::parse_any)?;
        Ok(Item::Word(word))
    }
}

fn number(input: ParseStream<'_>) -> syn::Result<Number> {
    let path: Path = input.parse()?;
    let last = path.segments.last().map(|s| s.ident.clone());
    let c_name = last.as_ref().map(|l| l.unraw().to_string()).unwrap_or_default();
    let span = last.map_or_else(Span::call_site, |l| l.span());
    if !input.peek(Token![=]) {
        return Ok(Number { c_name, value: path.to_token_stream(), literal: None, span });
    }
    input.parse::<Token![=]>()?;
    let literal: LitInt = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), format!("a number stands here: `{c_name} = 1`")))?;
    let value: u64 = literal.base10_parse()?;
    let bare = LitInt::new(literal.base10_digits(), literal.span());
    Ok(Number { c_name, value: bare.to_token_stream(), literal: Some(value), span })
}

/// A number that may go without a name.
fn case(input: ParseStream<'_>) -> syn::Result<Number> {
    if !input.peek(LitInt) {
        return number(input);
    }
    let literal: LitInt = input.parse()?;
    let bare = LitInt::new(literal.base10_digits(), literal.span());
    Ok(Number {
        c_name: literal.base10_digits().to_owned(),
        value: bare.to_token_stream(),
        literal: Some(literal.base10_parse()?),
        span: literal.span(),
    })
}

fn all<T>(inner: ParseStream<'_>, one: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    Ok(Punctuated::<T, Token![,]>::parse_terminated_with(inner, one)?.into_iter().collect())
}

/// What stands in parentheses after a word.
fn example(word: &str) -> Option<&'static str> {
    Some(match word {
        "sub" | "by" => "(field)",
        "type_value" => "(outer, inner)",
        "flags" => "(create, excl)",
        "pad" | "unused" | "case" => "(NAME = 1)",
        "names" => "(Type)",
        "bits" => "(0, 4)",
        "tail" => "(8, name: be u16)",
        "request" | "reply" => "(NAME = 1, Type)",
        _ => return None,
    })
}

/// Where syn expected some token, what the whole looks like.
fn with_example(word: &Ident, error: syn::Error) -> syn::Error {
    let Some(example) = example(&word.to_string()) else { return error };
    let text = error.to_string();
    if !text.starts_with("expected") && !text.starts_with("unexpected") {
        return error;
    }
    syn::Error::new(error.span(), format!("this should look like `{word}{example}`"))
}

fn list(word: &Ident, inner: ParseStream<'_>) -> syn::Result<Item> {
    let word = word.clone();
    match word.to_string().as_str() {
        "sub" | "by" => Ok(Item::Selectors(word, all(inner, Selector::parse)?)),
        "type_value" | "flags" => Ok(Item::Idents(word, all(inner, |i| i.call(Ident::parse_any))?)),
        "pad" | "unused" => Ok(Item::Numbers(word, all(inner, number)?)),
        "case" => Ok(Item::Numbers(word, all(inner, case)?)),
        "names" => Ok(Item::Type(word, inner.parse()?)),
        "bits" => Ok(Item::Ints(word, all(inner, LitInt::parse)?)),
        "tail" => inner.parse().map(|tail| Item::Tail(Box::new(tail))),
        "request" | "reply" => {
            let message = number(inner)?;
            let mut ty = None;
            if inner.peek(Token![,]) {
                inner.parse::<Token![,]>()?;
                if !inner.is_empty() {
                    ty = Some(inner.parse()?);
                }
            }
            Ok(Item::Message(word, message, ty))
        }
        other => Err(syn::Error::new(
            word.span(),
            format!("unknown netlink keyword `{other}(…)`{}", suggest(other)),
        )),
    }
}

/// The items on a container: those of [`items`], without `crate = path`, which goes to `cx`.
pub(crate) fn container_items(cx: &Ctxt, attrs: &[syn::Attribute]) -> Vec<Item> {
    without_root(cx, items(cx, attrs))
}

/// The items that an attribute macro got, in the same way.
pub(crate) fn args(cx: &Ctxt, args: TokenStream) -> Vec<Item> {
    let parser = Punctuated::<Item, Token![,]>::parse_terminated;
    match syn::parse::Parser::parse2(parser, args) {
        Ok(items) => without_root(cx, items.into_iter().collect()),
        Err(error) => {
            cx.push(error);
            Vec::new()
        }
    }
}

fn without_root(cx: &Ctxt, items: Vec<Item>) -> Vec<Item> {
    let other = |item: &Item| match item {
        Item::Value(word, path) if word == "crate" => {
            cx.set_root(path);
            false
        }
        _ => true,
    };
    items.into_iter().filter(other).collect()
}

/// Every item of every `#[netlink(…)]` among these attributes.
pub(crate) fn items(cx: &Ctxt, attrs: &[syn::Attribute]) -> Vec<Item> {
    let mut out = Vec::new();
    for items in attrs.iter().filter_map(parse) {
        match items {
            Ok(items) => out.extend(items),
            Err(error) => cx.push(error),
        }
    }
    out
}

/// The items of a `#[netlink(…)]`; `None` of other attributes.
pub(crate) fn parse(attr: &syn::Attribute) -> Option<syn::Result<Vec<Item>>> {
    let items = || attr.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated);
    attr.path().is_ident("netlink").then(|| Ok(items()?.into_iter().collect()))
}

/// The doc comments among these attributes, to copy onto accessors.
pub(crate) fn docs(attrs: &[syn::Attribute]) -> Vec<syn::Attribute> {
    attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect()
}

/// The word that was meant, perhaps; for the end of a message.
pub(crate) fn suggest(word: &str) -> String {
    const WORDS: &[&str] = &[
        "nested",
        "struct",
        "union",
        "anonymous",
        "case",
        "flex",
        "multi",
        "indexed",
        "array",
        "records",
        "sub",
        "by",
        "be",
        "le",
        "net",
        "uint",
        "sint",
        "msecs",
        "header",
        "rest",
        "names",
        "type_value",
        "bits",
        "tail",
        "pad",
        "unused",
        "flags",
        "request",
        "reply",
        "text",
        "opaque",
        "mac",
        "default",
        "unknown",
        "unterminated",
    ];
    // Words of two or three letters are near to too many others.
    let far = if word.len() > 3 { 2 } else { 1 };
    let near = WORDS.iter().map(|w| (distance(w, word), w)).min();
    match near {
        // A word that exists, but not here or not alone.
        Some((0, w)) => {
            example(w).map_or_else(|| " here".to_owned(), |e| format!("; it should look like `{w}{e}`"))
        }
        Some((steps, w)) if steps <= far && w.len() > 2 => format!("; did you mean `{w}`?"),
        _ => String::new(),
    }
}

/// How many letters to add, drop, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swapped = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                replaced.min(swapped).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
            };
        }
    }
    rows[a.len()][b.len()]
}

impl Item {
    /// Tokens to point at.
    pub(crate) fn tokens(&self) -> TokenStream {
        let span = match self {
            Item::Number(n) | Item::Message(_, n, _) => n.span,
            Item::Text(t) => t.span(),
            Item::Int(i) => i.span(),
            Item::Path(path) => path.first().map_or_else(Span::call_site, Ident::span),
            Item::Tail(tail) => tail.offset.span(),
            Item::Word(w)
            | Item::Selectors(w, _)
            | Item::Idents(w, _)
            | Item::Numbers(w, _)
            | Item::Type(w, _)
            | Item::Ints(w, _)
            | Item::Value(w, _) => w.span(),
        };
        Ident::new("here", span).to_token_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn near_words_are_suggested() {
        assert_eq!(suggest("mutli"), "; did you mean `multi`?");
        assert_eq!(suggest("strct"), "; did you mean `struct`?");
        assert_eq!(suggest("nestd"), "; did you mean `nested`?");
        assert_eq!(suggest("colour"), "");
        assert_eq!(suggest("x"), "");
        assert_eq!(suggest("multi"), " here");
        assert_eq!(suggest("bits"), "; it should look like `bits(0, 4)`");
    }
}
