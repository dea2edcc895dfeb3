//! Schema files by name, with everything they refer to.

use super::ast::File;
use super::{node, read};
use crate::report::{Diagnostic, Diagnostics, Span, codes, did_you_mean};
use indexmap::IndexMap;
use std::path::Path;
use std::sync::Arc;

/// Where schema files come from: those that ship with the tool, and files added to them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// By stem: the name that findings show, and the bytes.
    files: IndexMap<String, (String, Arc<[u8]>)>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The schemas that ship with the tool.
    pub fn shipped() -> Self {
        let mut sources = Self::new();
        for (name, text) in netlink_schemas::SCHEMAS {
            sources.add(name, format!("schemas/{name}.yaml"), text.as_bytes());
        }
        sources
    }

    /// Adds a file's content under its stem; one of that stem is replaced.
    pub fn add(&mut self, stem: &str, shown: impl Into<String>, content: impl Into<Arc<[u8]>>) {
        self.files.insert(stem.to_owned(), (shown.into(), content.into()));
    }

    /// Reads a file from disk and returns its stem.
    pub fn read(&mut self, path: &Path) -> std::io::Result<String> {
        let content = std::fs::read(path)?;
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        self.add(&stem, path.display().to_string(), content);
        Ok(stem)
    }

    /// The stems, in order of addition.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Loads these files and all that they refer to, in order of first mention. Findings go
    /// to `out`, whose sources receive the texts.
    pub fn load<'a>(&self, names: impl IntoIterator<Item = &'a str>, out: &mut Diagnostics) -> Vec<File> {
        let mut wanted: Vec<(String, Option<Span>)> = names.into_iter().map(|n| (n.to_owned(), None)).collect();
        let mut files: Vec<File> = Vec::new();
        let mut next = 0;
        while let Some((stem, from)) = wanted.get(next).cloned() {
            next += 1;
            let Some((shown, content)) = self.files.get(&stem) else {
                let message = format!("no schema is called `{stem}`");
                let mut diagnostic = Diagnostic::error(codes::NO_SUCH_FILE, message)
                    .maybe_help(did_you_mean(&stem, self.names()));
                if let Some(span) = from {
                    diagnostic = diagnostic.at(span, "referred to here");
                }
                out.push(diagnostic);
                continue;
            };
            let Some(file) = parse(&stem, shown, content, out) else { continue };
            for (reference, span) in file.references() {
                if !wanted.iter().any(|(w, _)| *w == reference) {
                    wanted.push((reference, Some(span)));
                }
            }
            files.push(file);
        }
        files
    }
}

fn parse(stem: &str, shown: &str, content: &[u8], out: &mut Diagnostics) -> Option<File> {
    let text = match std::str::from_utf8(content) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            // The readable part before the bad byte shows the place.
            let (good, _) = content.split_at(error.valid_up_to());
            let source = out.sources.add(shown, String::from_utf8_lossy(good).into_owned());
            let at = good.len() as u32;
            let message = "the file is not UTF-8 from here on";
            let span = Span { file: source, start: at, end: at };
            out.push(Diagnostic::error(codes::SYNTAX, message).at(span, ""));
            return None;
        }
    };
    let source = out.sources.add(shown, text);
    let node = node::parse(source, text, out)?;
    read::file(stem, source, &node, out)
}
