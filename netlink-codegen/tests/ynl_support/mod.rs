//! Specifications, and what becomes of them in another spelling.
// Each test file uses a part.
#![allow(dead_code)]

use netlink_codegen::emit::{self, Options};
use netlink_codegen::headers::{facts::Store, store};
use netlink_codegen::{Loaded, Loader, rewrite};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Directories of specifications that are not part of this repository: those below
/// `$NETLINK_TEST_YNL`, one for each kernel.
pub(crate) fn upstream(test: &str) -> Vec<(PathBuf, Vec<PathBuf>)> {
    let Some(root) = std::env::var_os("NETLINK_TEST_YNL").map(PathBuf::from) else {
        netlink_tests::skip(test, "NETLINK_TEST_YNL names no directory of upstream's specifications");
        return Vec::new();
    };
    let inside = fs::read_dir(&root).unwrap_or_else(|e| panic!("{}: {e}", root.display()));
    let inside = inside.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let mut found: Vec<(PathBuf, Vec<PathBuf>)> = inside.map(|dir| (dir.clone(), specs(&dir))).collect();
    found.push((root.clone(), specs(&root)));
    found.retain(|(_, specs)| !specs.is_empty());
    found.sort();
    assert!(!found.is_empty(), "{} has no specifications", root.display());
    found
}

/// The YAML files of a directory.
pub(crate) fn specs(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.extension().is_some_and(|e| e == "yaml"));
    found.sort();
    found
}

/// The family that a file is.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// The facts that ship with the tool.
pub(crate) fn shipped_facts() -> &'static Store {
    static FACTS: OnceLock<Store> = OnceLock::new();
    FACTS.get_or_init(|| store::shipped().expect("the shipped facts"))
}

/// A specification, the headers' word taken.
pub(crate) fn load(path: &Path, facts: Option<&Store>) -> Loaded {
    let facts = facts.unwrap_or_else(|| shipped_facts()).clone();
    let loader = Loader::new().lenient(true).facts(facts).file(path);
    loader.load().unwrap_or_else(|diagnostics| panic!("{}:\n{diagnostics}", path.display()))
}

/// What is generated of a family. It says all that a model says: names, numbers, types, texts, order.
pub(crate) fn generated(loaded: &Loaded, family: &str) -> String {
    let id = loaded.model.family(family).expect("the family");
    emit::family(&loaded.model, id, &Options::default()).unwrap_or_else(|e| panic!("{family}: {e}"))
}

/// The first lines in which two texts differ.
pub(crate) fn difference(a: &str, b: &str) -> Option<String> {
    if a == b {
        return None;
    }
    let (mut left, mut right) = (a.lines(), b.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (left.next(), right.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some(format!("line {number}:\n  {}\n  {}", a.unwrap_or(""), b.unwrap_or(""))),
        }
    }
}

/// The short form of a specification means the same.
pub(crate) fn same_in_short_form(path: &Path, facts: Option<&Store>) -> Result<(), String> {
    let family = stem(path);
    let loaded = load(path, facts);
    let id = loaded.model.family(&family).expect("the family");
    let text = rewrite::short(&loaded.model, &loaded.facts, id, loaded.files.first());
    let loader = Loader::new().facts(loaded.facts.clone()).text(&family, &text);
    let again = loader.load().map_err(|diagnostics| format!("{}:\n{diagnostics}", path.display()))?;
    match difference(&generated(&loaded, &family), &generated(&again, &family)) {
        Some(difference) => Err(format!("{}: {difference}", path.display())),
        None => Ok(()),
    }
}

/// A schema as a specification, read back; and what that lost.
pub(crate) fn exported(loaded: &Loaded, family: &str) -> (Loaded, Vec<String>) {
    let id = loaded.model.family(family).expect("the family");
    let exported = rewrite::ynl(&loaded.model, id);
    let loader = Loader::new().lenient(true).facts(loaded.facts.clone()).text(family, &exported.text);
    let again = loader.load().unwrap_or_else(|e| panic!("{family}:\n{e}\n{}", exported.text));
    (again, exported.lost)
}
