//! Which files there are: families in a plain directory, or a crate with a feature for each.

use super::names::Names;
use super::{EmitError, docs, file, template};
use crate::check::Checked;
use crate::ir::names;
use crate::ir::{FamilyId, Model};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The line that parts hand-written text from generated text in `lib.rs` and `Cargo.toml`.
const BORDER: &str = "Generated from here on by `netlink-codegen generate`; do not edit below.";

/// What the head of a generated file says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The one kernel the model was cut down to.
    pub kernel: Option<String>,
    /// Schemas by family, as a reader finds them; `schemas/<family>.yaml` for all others.
    pub sources: BTreeMap<String, String>,
    /// What else than the family stood on the command line: `--kernel 6.12`.
    pub arguments: String,
    /// How to make the files again, if not by `netlink-codegen generate`.
    pub command: Option<String>,
    /// Whether owned types derive serde's traits.
    pub serde: Serde,
}

/// Whether owned types derive `Serialize` and `Deserialize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Serde {
    /// They do not.
    #[default]
    Off,
    /// They do; the crate that they become part of depends on `serde`, and netlink-runtime has its
    /// feature `serde`.
    On,
    /// They do if the crate that they become part of has the feature `serde`.
    Feature,
}

impl Serde {
    /// An attribute with this inside, for one of serde's kind.
    pub(super) fn attribute(self, inside: &str) -> String {
        match self {
            Serde::Off => String::new(),
            Serde::On => format!("#[{inside}]"),
            Serde::Feature => format!("#[cfg_attr(feature = \"serde\", {inside})]"),
        }
    }
}

impl Options {
    /// The family and shown path of a schema file, for [`sources`](Self::sources). An absolute
    /// path is shown by its name alone: text must not depend on where it was made.
    pub fn source_of(path: &Path) -> Option<(String, String)> {
        let stem = path.file_stem()?.to_string_lossy().into_owned();
        let shown = if path.is_absolute() { Path::new(path.file_name()?) } else { path };
        Some((stem, shown.to_string_lossy().replace('\\', "/")))
    }

    pub(super) fn source(&self, family: &str) -> String {
        self.sources.get(family).cloned().unwrap_or_else(|| format!("schemas/{family}.yaml"))
    }

    pub(super) fn command(&self, family: &str) -> String {
        if let Some(command) = &self.command {
            return command.clone();
        }
        let what = match self.sources.get(family) {
            Some(path) => format!("--schema {path}"),
            None => format!("--family {family}"),
        };
        docs::join(&["netlink-codegen generate", &what, &self.arguments])
    }
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Relative to the output directory, with `/`.
    pub path: String,
    /// Its whole content.
    pub text: String,
}

/// Each family as `<module>.rs`.
///
/// A module finds the families it uses beside itself (`super::common`), so those must be among
/// `families` too, or there already.
pub fn flat_files(
    model: &Checked,
    families: &[FamilyId],
    options: &Options,
) -> Result<Vec<OutFile>, Vec<EmitError>> {
    family_files(model, families, options, "")
}

/// A crate: each family as `src/<module>.rs`, and below the border line of `src/lib.rs` and
/// `Cargo.toml` a module and a feature for every family that the model's kernel has.
pub fn crate_files(
    model: &Checked,
    families: &[FamilyId],
    options: &Options,
    lib: &str,
    manifest: &str,
) -> Result<Vec<OutFile>, Vec<EmitError>> {
    let mut out = family_files(model, families, options, "src/")?;
    let index = Index::new(model);
    let lib =
        section("src/lib.rs", lib, template::render("lib", &index).and_then(|text| file::pretty(&text)));
    let features = template::render("features", &index).map(|text| text.trim().to_owned() + "\n");
    let manifest = section("Cargo.toml", manifest, features);
    match (lib, manifest) {
        (Ok(lib), Ok(manifest)) => out.extend([lib, manifest]),
        (lib, manifest) => return Err(lib.err().into_iter().chain(manifest.err()).collect()),
    }
    Ok(out)
}

/// Whether this `Cargo.toml` belongs to a crate that [`crate_files`] keeps up to date.
pub fn is_crate(manifest: &str) -> bool {
    manifest.contains(BORDER)
}

/// Families with all those they use, in the model's order.
pub fn with_uses(model: &Model, families: impl IntoIterator<Item = FamilyId>) -> Vec<FamilyId> {
    let mut out = Vec::new();
    let mut todo: Vec<FamilyId> = families.into_iter().collect();
    while let Some(id) = todo.pop() {
        if !out.contains(&id) {
            out.push(id);
            todo.extend(&model[id].uses);
        }
    }
    out.sort();
    out
}

/// The families that the model's kernel has, with those they use.
pub fn living(model: &Model) -> Vec<FamilyId> {
    let all = (0..model.families.len() as u32).map(FamilyId);
    with_uses(model, all.filter(|id| !model.lacking.contains(id)))
}

fn family_files(
    model: &Model,
    families: &[FamilyId],
    options: &Options,
    folder: &str,
) -> Result<Vec<OutFile>, Vec<EmitError>> {
    let rust_names = Names::new(model);
    let mut out = Vec::new();
    let mut errors = Vec::new();
    for &id in families {
        match file::family(model, &rust_names, id, options) {
            Ok(text) => out.push(OutFile { path: format!("{folder}{}", file_name(&model[id].name)), text }),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(out) } else { Err(errors) }
}

/// `rt_link.rs` of `rt-link`.
pub fn file_name(family: &str) -> String {
    format!("{}.rs", names::field(family))
}

#[derive(Serialize)]
struct Index {
    families: Vec<IndexRow>,
}

#[derive(Serialize)]
struct IndexRow {
    doc: Vec<String>,
    feature: String,
    module: String,
    uses: Vec<String>,
}

impl Index {
    fn new(model: &Model) -> Self {
        let row = |f: &crate::ir::Family| {
            let mut uses: Vec<String> = f.uses.iter().map(|&id| model[id].name.clone()).collect();
            uses.sort();
            let intro = if f.doc.is_empty() { format!("The family `{}`.", f.name) } else { String::new() };
            IndexRow {
                doc: docs::item(&intro, &f.doc, &format!("Feature `{}`.", f.name)),
                feature: f.name.clone(),
                module: names::field(&f.name),
                uses,
            }
        };
        let mut families: Vec<IndexRow> = living(model).into_iter().map(|id| row(&model[id])).collect();
        // By name: the order in which files were loaded means nothing.
        families.sort_by(|a, b| a.feature.cmp(&b.feature));
        Index { families }
    }
}

/// The file with everything after the border line replaced.
fn section(path: &str, old: &str, generated: Result<String, EmitError>) -> Result<OutFile, EmitError> {
    let generated = generated.map_err(|e| e.at(path))?;
    let Some(at) = old.find(BORDER) else {
        return Err(EmitError::NoBorder { path: path.to_owned(), line: BORDER });
    };
    let text = format!("{}\n{generated}", &old[..at + BORDER.len()]);
    Ok(OutFile { path: path.to_owned(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keep_what_is_written_by_hand() {
        let old = format!("[features]\ndefault = []\n# {BORDER}\nold = []\n");
        let new = section("Cargo.toml", &old, Ok("new = []\n".to_owned())).map(|f| f.text);
        assert_eq!(new, Ok(format!("[features]\ndefault = []\n# {BORDER}\nnew = []\n")));
        assert!(section("Cargo.toml", "[features]\n", Ok(String::new())).is_err());
    }
}
