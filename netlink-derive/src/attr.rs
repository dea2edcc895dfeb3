//! `#[netlink(…)]`: the words and what they say.

mod integer;

use crate::codes;
use crate::ctxt::{self, Ctxt};
use crate::words;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitInt, LitStr, Path, Token, Type, parenthesized};

pub(crate) use integer::{Order, Word};

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

impl Number {
    /// The name, to point at.
    pub(crate) fn at(&self) -> Ident {
        ctxt::at(self.span)
    }

    /// An error when the number is larger than `kind` can be.
    pub(crate) fn check(&self, cx: &Ctxt, most: u64, kind: &str) {
        if self.literal.is_some_and(|number| number > most) {
            cx.error(codes::NUMBER_RANGE, self.at(), format!("{kind}: at most {most}"));
        }
    }

    /// The same of a constant's path, whose value only rustc knows.
    pub(crate) fn assert(&self, most: u64, kind: &str) -> Option<TokenStream> {
        let value = &self.value;
        let text = codes::NUMBER_RANGE.says(format!("{kind}: at most {most}"));
        self.literal
            .is_none()
            .then(|| self.check_const(&quote!((#value) as ::core::primitive::u64 <= #most), &text))
    }

    /// A check of rustc's whose error stands at the number.
    pub(crate) fn check_const(&self, check: &TokenStream, text: &str) -> TokenStream {
        let place = Span::call_site().located_at(self.span);
        quote_spanned!(place=> const _: () = ::core::assert!(#check, #text);)
    }
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
            _ => Err(ctxt::error(
                codes::SELECTOR_PLACE,
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
                    return Err(ctxt::error(codes::ARGUMENTS, &word, "the address's family: `by(member)`"));
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
    Tail(Ident, Box<Tail>),
    /// `request(RTM_GETLINK = 18, Link)`.
    Message(Ident, Number, Option<Type>),
}

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
            let end = |item| if inner.is_empty() { Ok(item) } else { Err(inner.error("unexpected token")) };
            let item = list(&word, &inner).and_then(end);
            // What is left would be an error of its own.
            skip(&inner, |_| false);
            return item.map_err(|error| with_example(&word, error));
        }
        if fork.peek(Token![=]) && words::has_value(&text) {
            input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            return Ok(Item::Value(word, input.parse()?));
        }
        if fork.peek(Token![.]) {
            let path =
                Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with(input, Ident::parse_any)?;
            return Ok(Item::Path(path.into_iter().collect()));
        }
        let is_upper = text.contains(|c: char| c.is_ascii_uppercase());
        if fork.peek(Token![=]) && !is_upper {
            no_word(&word)?;
        }
        if fork.peek(Token![=]) || is_upper {
            return number(input).map(Item::Number);
        }
        input.call(Ident::parse_any)?;
        Ok(Item::Word(word))
    }
}

/// Before `=` stands a C name; keywords that have no value, and words near to those that have one, are
/// meant to be keywords.
fn no_word(word: &Ident) -> syn::Result<()> {
    let text = word.to_string();
    if let Some(meant) = words::suggest_value(&text) {
        let text = format!("unknown netlink keyword `{word} = …`; did you mean `{meant}`?");
        return Err(ctxt::error(codes::UNKNOWN_KEYWORD, word, text));
    }
    match words::arguments(&text) {
        Some(example) => {
            Err(ctxt::error(codes::ARGUMENTS, word, format!("this should look like `{word}{example}`")))
        }
        None if words::is_keyword(&text) => {
            Err(ctxt::error(codes::ARGUMENTS, word, format!("`{word}` stands alone: it has no value")))
        }
        None => Ok(()),
    }
}

/// Skips tokens up to the first where `end` holds.
fn skip(input: ParseStream<'_>, end: fn(ParseStream<'_>) -> bool) {
    while !input.is_empty() && !end(input) && input.parse::<TokenTree>().is_ok() {}
}

/// Items between commas. An error is one item's: those that follow are read.
fn several(cx: &Ctxt, input: ParseStream<'_>) -> Vec<Item> {
    let mut out = Vec::new();
    while !input.is_empty() {
        match input.parse() {
            Ok(item) => out.push(item),
            Err(error) => {
                cx.syntax(error);
                skip(input, |rest| rest.peek(Token![,]));
            }
        }
        if !input.is_empty() {
            if let Err(error) = input.parse::<Token![,]>() {
                cx.syntax(error);
                skip(input, |rest| rest.peek(Token![,]));
                let _ = input.parse::<Token![,]>();
            }
        }
    }
    out
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
    let none = |span| {
        let text =
            format!("a number stands here: `{c_name} = 1`, or the name alone of a constant that holds it");
        ctxt::error(codes::NOT_A_NUMBER, ctxt::at(span), text)
    };
    let literal: LitInt = input.parse().map_err(|error| none(error.span()))?;
    let value: u64 = literal.base10_parse().map_err(|_| none(literal.span()))?;
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

/// Where syn expected some token, what the whole looks like.
fn with_example(word: &Ident, error: syn::Error) -> syn::Error {
    let coded = codes::is_coded(&error.to_string());
    match words::arguments(&word.to_string()) {
        Some(example) if !coded => {
            let text = format!("this should look like `{word}{example}`");
            ctxt::error(codes::ARGUMENTS, ctxt::at(error.span()), text)
        }
        _ => error,
    }
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
        "tail" => Ok(Item::Tail(word, inner.parse()?)),
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
        other => {
            let (code, text) = match (words::arguments(other), words::suggest_arguments(other)) {
                (Some(example), _) => (codes::ARGUMENTS, format!("this should look like `{word}{example}`")),
                (None, _) if words::is_keyword(other) => {
                    (codes::ARGUMENTS, format!("`{word}` stands alone: it has no arguments"))
                }
                (None, Some(meant)) => (
                    codes::UNKNOWN_KEYWORD,
                    format!("unknown netlink keyword `{word}(…)`; did you mean `{meant}`?"),
                ),
                (None, None) => (codes::UNKNOWN_KEYWORD, format!("unknown netlink keyword `{word}(…)`")),
            };
            Err(ctxt::error(code, word, text))
        }
    }
}

/// The items on a container: those of [`items`], without `crate = path`, which goes to `cx`.
pub(crate) fn container_items(cx: &Ctxt, attrs: &[syn::Attribute]) -> Vec<Item> {
    without_root(cx, items(cx, attrs))
}

/// The items that an attribute macro got, in the same way.
pub(crate) fn args(cx: &Ctxt, args: TokenStream) -> Vec<Item> {
    let parser = |input: ParseStream<'_>| Ok(several(cx, input));
    match syn::parse::Parser::parse2(parser, args) {
        Ok(items) => without_root(cx, items),
        Err(error) => {
            cx.syntax(error);
            Vec::new()
        }
    }
}

fn without_root(cx: &Ctxt, items: Vec<Item>) -> Vec<Item> {
    let other = |item: &Item| match item {
        Item::Value(word, path) if word == "crate" => {
            cx.set_root(word, path);
            false
        }
        _ => true,
    };
    items.into_iter().filter(other).collect()
}

/// Every item of every `#[netlink(…)]` among these attributes.
pub(crate) fn items(cx: &Ctxt, attrs: &[syn::Attribute]) -> Vec<Item> {
    let mut out = Vec::new();
    for attr in attrs.iter().filter(|a| a.path().is_ident("netlink")) {
        match attr.parse_args_with(|input: ParseStream<'_>| Ok(several(cx, input))) {
            Ok(items) => out.extend(items),
            Err(error) => cx.syntax(error),
        }
    }
    out
}

/// Whether `word = …` stands among the items on a container, whatever else does.
pub(crate) fn says(attrs: &[syn::Attribute], word: &str) -> bool {
    let lists =
        attrs.iter().filter(|a| a.path().is_ident("netlink")).filter_map(|a| a.meta.require_list().ok());
    let is = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == word);
    let value = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=');
    lists.into_iter().any(|list| {
        let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
        tokens.windows(2).any(|two| is(&two[0]) && value(&two[1]))
    })
}

/// The doc comments among these attributes, to copy onto accessors.
pub(crate) fn docs(attrs: &[syn::Attribute]) -> Vec<syn::Attribute> {
    attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect()
}

impl Item {
    /// The word that it begins with.
    pub(crate) fn word(&self) -> Option<&Ident> {
        match self {
            Item::Word(w)
            | Item::Selectors(w, _)
            | Item::Idents(w, _)
            | Item::Numbers(w, _)
            | Item::Type(w, _)
            | Item::Ints(w, _)
            | Item::Value(w, _)
            | Item::Tail(w, ..)
            | Item::Message(w, ..) => Some(w),
            Item::Number(_) | Item::Text(_) | Item::Int(_) | Item::Path(_) => None,
        }
    }

    /// Something to point at.
    pub(crate) fn at(&self) -> Ident {
        ctxt::at(match (self, self.word()) {
            (_, Some(word)) => word.span(),
            (Item::Number(n), _) => n.span,
            (Item::Text(t), _) => t.span(),
            (Item::Int(i), _) => i.span(),
            (Item::Path(path), _) => path.first().map_or_else(Span::call_site, Ident::span),
            _ => Span::call_site(),
        })
    }
}
