//! Findings as text: for people, for cargo, for programs.

use super::{Diagnostic, Diagnostics, Severity};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt::Write as _;

/// For a terminal, in the look of the Rust compiler. `colour`: with escape sequences.
pub fn terminal(diagnostics: &Diagnostics, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in &diagnostics.list {
        let groups = report(diagnostics, diagnostic);
        let _ = writeln!(out, "{}\n", renderer.render(&groups));
    }
    out
}

/// As [`terminal`], without escape sequences.
pub fn plain(diagnostics: &Diagnostics) -> String {
    terminal(diagnostics, false)
}

fn report<'a>(diagnostics: &'a Diagnostics, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id());
    let mut group = Group::with_title(title);
    let mut files: Vec<u32> = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    for file in files {
        let Some(source) = diagnostics.sources.files.get(file as usize) else { continue };
        let annotations = diagnostic.labels.iter().enumerate().filter(|(_, l)| l.span.file == file).map(
            |(ix, label)| -> Annotation<'a> {
                let kind = if ix == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let end = (label.span.end as usize).min(source.text.len());
                let span = kind.span((label.span.start as usize).min(end)..end);
                if label.text.is_empty() { span } else { span.label(label.text.as_str()) }
            },
        );
        group =
            group.element(Snippet::source(&*source.text).path(source.path.as_str()).annotations(annotations));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    vec![group]
}

/// One line: `schemas/x.yaml:3:5: error[NL0102]: …`.
pub fn short(diagnostics: &Diagnostics, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.labels.first().and_then(|l| diagnostics.sources.locate(l.span));
    let place = place.map(|(file, line, column)| format!("{file}:{line}:{column}: ")).unwrap_or_default();
    let (severity, code) = (diagnostic.severity.word(), diagnostic.code.id());
    let help: String = diagnostic.help.iter().map(|h| format!(" ({h})")).collect();
    format!("{place}{severity}[{code}]: {}{help}", diagnostic.message).replace('\n', " ")
}

/// Lines for a build script: `cargo::error=…` and `cargo::warning=…`.
pub fn cargo(diagnostics: &Diagnostics) -> String {
    let mut out = String::new();
    for diagnostic in &diagnostics.list {
        let key = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        let _ = writeln!(out, "cargo::{key}={}", short(diagnostics, diagnostic));
    }
    out
}

/// One JSON object a line.
pub fn json(diagnostics: &Diagnostics) -> String {
    let mut out = String::new();
    for diagnostic in &diagnostics.list {
        let labels = diagnostic.labels.iter().map(|label| {
            let (file, line, column) = diagnostics.sources.locate(label.span).unwrap_or_default();
            serde_json::json!({
                "file": file, "line": line, "column": column,
                "start": label.span.start, "end": label.span.end, "text": label.text,
            })
        });
        let object = serde_json::json!({
            "code": diagnostic.code.id(),
            "severity": diagnostic.severity.word(),
            "message": diagnostic.message,
            "labels": labels.collect::<Vec<_>>(),
            "help": diagnostic.help,
        });
        let _ = writeln!(out, "{object}");
    }
    out
}

/// The last line of a run: `2 errors, 1 warning`; empty when there is nothing to say.
pub fn summary(diagnostics: &Diagnostics) -> String {
    let count = |severity: Severity| match diagnostics.count(severity) {
        0 => None,
        1 => Some(format!("1 {}", severity.word())),
        n => Some(format!("{n} {}s", severity.word())),
    };
    [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(count)
        .collect::<Vec<_>>()
        .join(", ")
}
