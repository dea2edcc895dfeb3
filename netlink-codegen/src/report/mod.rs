//! Findings about schemas and headers: what they are, where they point, how they are shown.
//!
//! A [`Diagnostic`] carries a stable [`Code`] (`NL0102`), a message, labelled places in the
//! sources and help. Passes never stop at the first one: they push into a [`Diagnostics`] and
//! go on. [`codes`] is the one table of codes; [`render`] turns findings into text.

pub mod codes;
pub mod render;
mod sources;
mod suggest;

pub use codes::Code;
pub use sources::{Source, SourceMap, Span};
pub use suggest::{did_you_mean, list, plural};

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// For information.
    Note,
    /// Worth a look; nothing is refused.
    Warning,
    /// The model is refused.
    Error,
}

impl Severity {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The remark; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, one line, lower-case, no full stop.
    pub message: String,
    /// Places, the first of which is where the finding stands.
    pub labels: Vec<Label>,
    /// What to do about it, one entry a line.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// A note.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Adds a place; the first one added is the primary one.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds help.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds help when there is some.
    pub fn maybe_help(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }
}

/// Findings together with the sources they point into.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// The findings, in the order of their places once [`sort`](Self::sort)ed.
    pub list: Vec<Diagnostic>,
    /// The files they point into.
    pub sources: SourceMap,
}

impl Diagnostics {
    /// Adds a finding, unless the very same one is there.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Whether anything is refused.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many findings of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|d| d.severity == severity).count()
    }

    /// Nothing found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Orders findings by file and place; those without a place come last.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|d| match d.labels.first() {
            Some(label) => (label.span.file, label.span.start, d.code),
            None => (u32::MAX, 0, d.code),
        });
    }

    /// Turns errors that have a clear remedy ([`Code::relaxable`]) into warnings.
    pub fn relax(&mut self) {
        for diagnostic in &mut self.list {
            if diagnostic.code.relaxable() {
                diagnostic.severity = diagnostic.severity.min(Severity::Warning);
            }
        }
    }
}

/// The plain rendering: `cargo` shows `Debug` of a failed `build.rs` result.
impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", render::plain(self))
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::plain(self))
    }
}

impl std::error::Error for Diagnostics {}
