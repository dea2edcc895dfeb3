//! The texts that findings point into.

use std::ops::Range;
use std::sync::Arc;

/// A byte range of a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Index into the [`SourceMap`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A part of this span, relative to its start.
    pub fn part(self, range: Range<usize>) -> Span {
        Span { start: self.start + range.start as u32, end: self.start + range.end as u32, ..self }
    }
}

/// A source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// How findings call it: a path, or the name of a shipped schema.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
}

/// All source files of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// By [`Span::file`].
    pub files: Vec<Source>,
}

impl SourceMap {
    /// Adds a file and returns its index.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> u32 {
        self.files.push(Source { path: path.into(), text: text.into() });
        self.files.len() as u32 - 1
    }

    /// The text of a span; empty when the span is not of these sources.
    pub fn slice(&self, span: Span) -> &str {
        self.files
            .get(span.file as usize)
            .and_then(|f| f.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// File, line and column (from 1, columns in characters) of a span's start.
    pub fn locate(&self, span: Span) -> Option<(&str, usize, usize)> {
        let file = self.files.get(span.file as usize)?;
        let before = file.text.get(..span.start as usize)?;
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Some((&file.path, line, column))
    }
}
