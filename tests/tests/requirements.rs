//! The table of what sockets have to do, and the tests that name it: `netlink-runtime/REQUIREMENTS.md`,
//! written by `UPDATE_EXPECT=1 cargo test -p netlink-tests --test requirements`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Number and text, in order.
fn requirements() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("tests/requirements.txt")).expect("requirements.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once(' ').expect("a number and a text"))
        .map(|(id, text)| (id.to_owned(), text.to_owned()))
        .collect()
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// The numbers in a comment.
fn named(comment: &str) -> impl Iterator<Item = String> {
    let words = comment.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words
        .filter(|word| {
            let Some((group, number)) = word.strip_prefix('S').and_then(|rest| rest.split_once('-')) else {
                return false;
            };
            group.len() == 1
                && !number.is_empty()
                && (group.to_owned() + number).bytes().all(|b| b.is_ascii_digit())
        })
        .map(str::to_owned)
}

/// The tests that name each number: `file: test`.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    for folder in ["netlink-runtime/src", "netlink-runtime/tests", "tests/tests"] {
        sources(&root().join(folder), &mut files);
    }
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files.iter().filter(|path| !path.ends_with("requirements.rs")) {
        let text = std::fs::read_to_string(path).expect("a source");
        let name = path.strip_prefix(root()).expect("within").display().to_string();
        let mut wanted: Vec<String> = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with("//") && !line.starts_with("//!") {
                wanted.extend(named(line));
                continue;
            }
            // `fn name()` of a test, or a line of a macro that makes tests.
            let test = line.strip_prefix("fn ").and_then(|rest| rest.split_once('('));
            let test = test.or_else(|| line.strip_prefix("live!(").and_then(|rest| rest.split_once(',')));
            let multi = line == "live!(";
            if let Some((test, _)) = test {
                for id in wanted.drain(..) {
                    out.entry(id).or_default().insert(format!("`{name}`: `{test}`"));
                }
            } else if !multi && !line.starts_with("#[") && !wanted.is_empty() {
                // The first word behind `live!(` on a line of its own.
                let test = line.trim_end_matches(',');
                assert!(
                    test.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
                    "{name}: {wanted:?} at `{line}`"
                );
                for id in wanted.drain(..) {
                    out.entry(id).or_default().insert(format!("`{name}`: `{test}`"));
                }
            }
        }
        assert!(wanted.is_empty(), "{name}: {wanted:?} without a test");
    }
    out
}

#[test]
fn every_requirement_has_a_test() {
    let (requirements, mut tests) = (requirements(), tests());
    let mut table = String::from(
        "# What sockets have to do\n\nEach row is proven by the tests that name it, most of them on the \
         running kernel.\n\n| | what | tests |\n|---|---|---|\n",
    );
    let mut bare = Vec::new();
    for (id, text) in &requirements {
        let named = tests.remove(id).unwrap_or_default();
        if named.is_empty() {
            bare.push(id);
        }
        let named = named.into_iter().collect::<Vec<_>>().join(", ");
        let _ = writeln!(table, "| {id} | {text} | {named} |");
    }
    assert!(bare.is_empty(), "no test names {bare:?}");
    assert!(tests.is_empty(), "tests name what is no requirement: {tests:?}");
    let path = root().join("netlink-runtime/REQUIREMENTS.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &table).expect("write");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == table, "REQUIREMENTS.md is not up to date; UPDATE_EXPECT=1 writes it");
}
