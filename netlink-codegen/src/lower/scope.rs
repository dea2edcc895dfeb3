//! Declared names of every file.

use crate::report::{Code, Diagnostic, Diagnostics, Span, codes};
use crate::schema::ast::{Definition, File};
use crate::schema::node::Text;
use std::collections::HashMap;

/// Indices by file and name.
#[derive(Default)]
pub(super) struct Scope {
    definitions: HashMap<(usize, String), usize>,
    sets: HashMap<(usize, String), usize>,
    subs: HashMap<(usize, String), usize>,
}

/// One kind of declared names.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Definition,
    Set,
    Sub,
}

impl Kind {
    pub(super) fn what(self) -> &'static str {
        match self {
            Kind::Definition => "definition",
            Kind::Set => "attribute set",
            Kind::Sub => "sub-message",
        }
    }

    pub(super) fn unknown(self) -> Code {
        match self {
            Kind::Definition => codes::UNKNOWN_NAMES,
            Kind::Set => codes::UNKNOWN_SET,
            Kind::Sub => codes::UNKNOWN_TABLE,
        }
    }
}

impl Scope {
    pub(super) fn new(files: &[File], out: &mut Diagnostics) -> Self {
        let mut scope = Scope::default();
        for (ix, file) in files.iter().enumerate() {
            scope.definitions.extend(table(
                ix,
                "a definition",
                file.definitions.iter().map(|d| &d.name),
                out,
            ));
            scope.sets.extend(table(ix, "an attribute set", file.sets.iter().map(|s| &s.name), out));
            scope.subs.extend(table(ix, "a sub-message", file.subs.iter().map(|s| &s.name), out));
            let ops = file.operations.list.iter().map(|o| &o.name);
            table(ix, "an operation", ops, out);
            for set in &file.sets {
                let what = format!("an attribute of `{}`", &*set.name);
                table(ix, &what, set.attrs.iter().map(|a| &a.name), out);
            }
        }
        scope
    }

    pub(super) fn find(&self, kind: Kind, file: usize, name: &str) -> Option<usize> {
        let table = match kind {
            Kind::Definition => &self.definitions,
            Kind::Set => &self.sets,
            Kind::Sub => &self.subs,
        };
        table.get(&(file, name.to_owned())).copied()
    }
}

/// Names of one kind in one file; a repeated one keeps its first place. Only sequences can
/// repeat a name (a mapping's keys are distinct), and some of YNL's do: lenient loading lets
/// the first one stand.
fn table<'t>(
    file: usize,
    what: &str,
    names: impl Iterator<Item = &'t Text>,
    out: &mut Diagnostics,
) -> HashMap<(usize, String), usize> {
    let mut found: HashMap<(usize, String), usize> = HashMap::new();
    let mut places: HashMap<&str, Span> = HashMap::new();
    for (ix, name) in names.enumerate() {
        if let Some(first) = places.get(&**name) {
            let message = format!("`{}` is declared twice as {what}", &**name);
            out.push(
                Diagnostic::error(codes::DECLARED_TWICE, message)
                    .at(name.span, "again here")
                    .at(*first, "first here"),
            );
        } else {
            places.insert(name, name.span);
            found.insert((file, name.text.clone()), ix);
        }
    }
    found
}

impl<'a> super::Lower<'a> {
    /// Finds a declared name by reference, or reports it.
    pub(super) fn declared(
        &mut self,
        kind: Kind,
        file: usize,
        word: &str,
        span: Span,
    ) -> Option<(usize, usize)> {
        let (target, name) = self.reference(file, word, span)?;
        let found = self.scope.find(kind, target, name).map(|ix| (target, ix));
        if found.is_none() {
            let files = self.files;
            let known: Vec<&str> = match kind {
                Kind::Definition => files[target].definitions.iter().map(|d| &*d.name.text).collect(),
                Kind::Set => files[target].sets.iter().map(|s| &*s.name.text).collect(),
                Kind::Sub => files[target].subs.iter().map(|s| &*s.name.text).collect(),
            };
            let message = format!("`{}` has no {} `{name}`", files[target].stem, kind.what());
            let help = crate::report::did_you_mean(name, known.iter().copied())
                .unwrap_or_else(|| format!("it has {}", crate::report::list(known)));
            self.out.push(Diagnostic::error(kind.unknown(), message).at(span, "").help(help));
        }
        found
    }

    pub(super) fn definition(&self, at: (usize, usize)) -> &'a Definition {
        &self.files[at.0].definitions[at.1]
    }
}
