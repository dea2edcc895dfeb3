//! Schema files by name, with everything they refer to.

use super::ast::File;
use super::{node, read};
use crate::report::{Diagnostic, Diagnostics, Span, codes, did_you_mean};
use indexmap::IndexMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where schema files come from: files given, files beside those, and the shipped ones.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// By stem.
    given: IndexMap<String, Content>,
    /// Where given files lie: references may name their neighbours.
    folders: Vec<PathBuf>,
    /// By stem.
    shipped: IndexMap<String, Content>,
}

/// A file's bytes, and how findings call it.
#[derive(Clone, Debug)]
struct Content {
    shown: String,
    bytes: Arc<[u8]>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The schemas that ship with the tool.
    pub fn shipped() -> Self {
        let shipped = netlink_schemas::SCHEMAS.iter().map(|(name, text)| {
            let shown = format!("schemas/{name}.yaml");
            ((*name).to_owned(), Content { shown, bytes: text.as_bytes().into() })
        });
        Self { shipped: shipped.collect(), ..Self::default() }
    }

    /// Adds a file's content under its stem; one of that stem is replaced.
    pub fn add(&mut self, stem: &str, shown: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.given.insert(stem.to_owned(), Content { shown: shown.into(), bytes: bytes.into() });
    }

    /// Reads a file from disk and returns its stem.
    pub fn read(&mut self, path: &Path) -> std::io::Result<String> {
        let bytes = std::fs::read(path)?;
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        self.add(&stem, path.display().to_string(), bytes);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
        Ok(stem)
    }

    /// A file by stem: given ones first, then neighbours of given ones, then shipped ones.
    fn find(&self, stem: &str) -> Option<Content> {
        if let Some(given) = self.given.get(stem) {
            return Some(given.clone());
        }
        // A stem is a name, never a path out of the folder.
        let plain = !stem.contains(['/', '\\']) && stem != ".." && !stem.is_empty();
        let neighbour = plain.then(|| {
            self.folders.iter().find_map(|folder| {
                let path = folder.join(format!("{stem}.yaml"));
                let bytes = std::fs::read(&path).ok()?;
                Some(Content { shown: path.display().to_string(), bytes: bytes.into() })
            })
        });
        neighbour.flatten().or_else(|| self.shipped.get(stem).cloned())
    }

    /// Loads these files and all that they refer to, in order of first mention. Findings go
    /// to `out`, whose sources receive the texts.
    pub fn load<'a>(&self, names: impl IntoIterator<Item = &'a str>, out: &mut Diagnostics) -> Vec<File> {
        let mut wanted: Vec<(String, Option<Span>)> =
            names.into_iter().map(|n| (n.to_owned(), None)).collect();
        let mut files: Vec<File> = Vec::new();
        let mut next = 0;
        while let Some((stem, from)) = wanted.get(next).cloned() {
            next += 1;
            let Some(content) = self.find(&stem) else {
                let known = self.given.keys().chain(self.shipped.keys()).map(String::as_str);
                let message = format!("no schema is called `{stem}`");
                let mut diagnostic =
                    Diagnostic::error(codes::NO_SUCH_FILE, message).maybe_help(did_you_mean(&stem, known));
                if let Some(span) = from {
                    diagnostic = diagnostic.at(span, "referred to here");
                }
                out.push(diagnostic);
                continue;
            };
            let Some(file) = parse(&stem, &content.shown, &content.bytes, out) else { continue };
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
