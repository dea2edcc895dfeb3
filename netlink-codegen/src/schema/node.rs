//! YAML text → a tree in which every key and value knows its place.
//!
//! Nothing is typed here: a scalar is its text, so that `null: pad`, `on` and `6rd-prefix` are
//! plain names wherever a name stands, and a number is read as one only where a number is due.

use crate::report::{Diagnostic, Diagnostics, Span, codes};
use granit_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;

/// Deepest nesting of YAML nodes.
const MAX_DEPTH: usize = 48;
/// Most nodes in one file, counting each anchored copy and each use of an alias.
const MAX_NODES: usize = 500_000;
/// Largest file, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// Text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text, escapes resolved.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
    /// The text stands in the source byte for byte, this many bytes after the span's start.
    pub verbatim: Option<u32>,
}

impl Text {
    /// The place of a part of the text; the whole place when escapes or folds are between.
    pub fn part(&self, range: std::ops::Range<usize>) -> Span {
        match self.verbatim {
            Some(skip) => self.span.part(range.start + skip as usize..range.end + skip as usize),
            None => self.span,
        }
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// A YAML node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands: a scalar's whole text, the first key of a mapping, the first item of a
    /// sequence.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A scalar; `plain`: without quotes.
    Scalar {
        /// The text.
        text: Text,
        /// Without quotes: may be a number, a boolean or nothing.
        plain: bool,
    },
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in order, without duplicate keys.
    Mapping(Vec<(Text, Node)>),
}

impl Node {
    /// `key:` with nothing after it, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true } if matches!(&*text.text, "" | "~" | "null"))
    }

    /// What it is, for messages.
    pub fn what(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            Kind::Scalar { .. } => "a scalar",
            Kind::Sequence(_) => "a sequence",
            Kind::Mapping(_) => "a mapping",
        }
    }
}

/// Parses a file's text. `None` (with a finding) when it is not one YAML document.
pub fn parse(file: u32, text: &str, out: &mut Diagnostics) -> Option<Node> {
    let whole = Span { file, start: 0, end: 0 };
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes, more than {MAX_BYTES}", text.len());
        out.push(Diagnostic::error(codes::TOO_LARGE, message).at(whole, ""));
        return None;
    }
    let options = granit_parser::options! { emit_comments: false };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder { file, text, out, nodes: 0, depth: 0, anchors: HashMap::new(), parser };
    match builder.document() {
        Ok(node) => Some(node),
        Err(diagnostic) => {
            out.push(*diagnostic);
            None
        }
    }
}

struct Builder<'t, 'o> {
    file: u32,
    text: &'t str,
    out: &'o mut Diagnostics,
    nodes: usize,
    depth: usize,
    /// Anchored nodes with the number of nodes in them.
    anchors: HashMap<usize, (Node, usize)>,
    parser: Parser<'t, granit_parser::StrInput<'t>>,
}

type Fallible<T> = Result<T, Box<Diagnostic>>;

impl<'t> Builder<'t, '_> {
    fn document(&mut self) -> Fallible<Node> {
        let empty = Diagnostic::error(codes::SYNTAX, "the file has no YAML document");
        let empty = || Box::new(empty.clone().at(Span { file: self.file, start: 0, end: 0 }, ""));
        loop {
            match self.parser.next_event() {
                None => return Err(empty()),
                Some(Ok((Event::StreamEnd, _))) => return Err(empty()),
                Some(Ok((Event::StreamStart | Event::DocumentStart(..), _))) => {}
                Some(Ok((event, span))) => {
                    let node = self.node(event, span)?;
                    return self.end().map(|()| node);
                }
                Some(Err(error)) => return Err(self.scan_error(&error)),
            }
        }
    }

    /// What follows the document: nothing.
    fn end(&mut self) -> Fallible<()> {
        while let Some(event) = self.parser.next_event() {
            match event {
                Ok((Event::DocumentStart(..), span)) => {
                    let message = "a schema file is one YAML document, here begins a second one";
                    return Err(Box::new(Diagnostic::error(codes::SYNTAX, message).at(self.span(span), "")));
                }
                Ok(_) => {}
                Err(error) => return Err(self.scan_error(&error)),
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Fallible<(Event<'t>, granit_parser::Span)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.scan_error(&error)),
            None => {
                let at = Span { file: self.file, start: self.text.len() as u32, end: self.text.len() as u32 };
                Err(Box::new(Diagnostic::error(codes::SYNTAX, "the file ends too early").at(at, "")))
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: granit_parser::Span) -> Fallible<Node> {
        let place = self.span(span);
        self.count(1, place)?;
        let before = self.nodes;
        let (kind, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let text = self.scalar(text.into_owned(), place);
                (Kind::Scalar { text, plain: style == ScalarStyle::Plain }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.enter(place)?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, span)?),
                    }
                }
                self.depth -= 1;
                (Kind::Sequence(items), anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                self.enter(place)?;
                let entries = self.mapping()?;
                self.depth -= 1;
                (Kind::Mapping(entries), anchor)
            }
            Event::Alias(id) => {
                let Some(size) = self.anchors.get(&id).map(|(_, size)| *size) else {
                    let message = "an alias cannot stand inside the node it names";
                    return Err(Box::new(Diagnostic::error(codes::SYNTAX, message).at(place, "")));
                };
                self.count(size, place)?;
                return Ok(self.anchors[&id].0.clone());
            }
            _ => return Err(Box::new(Diagnostic::error(codes::SYNTAX, "unexpected YAML").at(place, ""))),
        };
        // A collection is shown by its first key or item: its own span would be the whole text.
        let span = match &kind {
            Kind::Sequence(items) => items.first().map_or(place, |i| i.span),
            Kind::Mapping(entries) => entries.first().map_or(place, |(k, _)| k.span),
            Kind::Scalar { .. } => place,
        };
        let node = Node { span, kind };
        if anchor != 0 {
            let size = self.nodes - before + 1;
            self.count(size, place)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn mapping(&mut self) -> Fallible<Vec<(Text, Node)>> {
        let mut entries: Vec<(Text, Node)> = Vec::new();
        let mut merged: Vec<(Text, Node)> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        loop {
            let (event, span) = self.next()?;
            let place = self.span(span);
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => self.scalar(text.into_owned(), place),
                _ => {
                    let message = "a mapping key must be a scalar";
                    return Err(Box::new(Diagnostic::error(codes::SYNTAX, message).at(place, "")));
                }
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            if &*key == "<<" {
                match value.kind {
                    Kind::Mapping(more) => merged.extend(more),
                    Kind::Sequence(items) => {
                        for item in items {
                            if let Kind::Mapping(more) = item.kind {
                                merged.extend(more);
                            }
                        }
                    }
                    Kind::Scalar { .. } => {
                        let message = "`<<` takes a mapping or a sequence of mappings";
                        self.out.push(Diagnostic::error(codes::WRONG_SHAPE, message).at(value.span, ""));
                    }
                }
            } else if let Some(first) = seen.get(&*key) {
                let message = format!("the key `{}` stands twice", &*key);
                self.out.push(
                    Diagnostic::error(codes::DUPLICATE_KEY, message)
                        .at(key.span, "again here")
                        .at(*first, "first here"),
                );
            } else {
                seen.insert(key.text.clone(), key.span);
                entries.push((key, value));
            }
        }
        // Merged keys yield to the mapping's own, and earlier merges to none.
        for (key, value) in merged {
            if !seen.contains_key(&*key) {
                seen.insert(key.text.clone(), key.span);
                entries.push((key, value));
            }
        }
        Ok(entries)
    }

    fn scalar(&self, text: String, span: Span) -> Text {
        let source = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        let verbatim = if source == text {
            Some(0)
        } else if source.len() == text.len() + 2 && source.get(1..source.len() - 1) == Some(&text) {
            Some(1)
        } else {
            None
        };
        Text { text, span, verbatim }
    }

    fn enter(&mut self, place: Span) -> Fallible<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("YAML nested more than {MAX_DEPTH} deep");
            return Err(Box::new(Diagnostic::error(codes::TOO_LARGE, message).at(place, "")));
        }
        Ok(())
    }

    fn count(&mut self, more: usize, place: Span) -> Fallible<()> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} YAML nodes, aliases expanded");
            return Err(Box::new(Diagnostic::error(codes::TOO_LARGE, message).at(place, "")));
        }
        Ok(())
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        // Block scalars reach to the start of the next token: the trailing line break is not shown.
        let end = range.end.min(self.text.len()).max(range.start);
        let trimmed = self.text.get(range.start..end).map_or(end, |t| range.start + t.trim_end().len());
        Span { file: self.file, start: range.start as u32, end: trimmed as u32 }
    }

    fn scan_error(&self, error: &granit_parser::ScanError) -> Box<Diagnostic> {
        let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len()) as u32;
        let message = format!("not YAML: {}", error.info());
        Box::new(
            Diagnostic::error(codes::SYNTAX, message).at(Span { file: self.file, start: at, end: at }, ""),
        )
    }
}
