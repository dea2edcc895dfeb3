//! What the macros say about mistakes: `tests/ui/<topic>/<case>.rs` and what rustc prints of it.
//!
//! `TRYBUILD=overwrite cargo test -p netlink-derive --test ui` writes the `.stderr` files anew;
//! read each before it is committed: does it point at the token, does it say what to write?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

#[allow(dead_code)] // the table alone is of interest here
#[path = "../src/codes.rs"]
mod codes;

/// The compiler that the `.stderr` files are from: others word their own part differently.
const RUST: &str = "1.95";

#[test]
fn mistakes_are_explained() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&output.stdout);
    if !version.starts_with(&format!("rustc {RUST}.")) {
        let reason = format!("messages are those of rustc {RUST}, here is {}", version.trim());
        netlink_tests::skip("mistakes_are_explained", &reason);
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files with this ending in a directory and those in it, with what they hold.
fn files(directory: &Path, ending: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut todo = vec![directory.to_path_buf()];
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory of the tree").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
                out.push((name, std::fs::read_to_string(&path).expect("a readable file")));
            }
        }
    }
    out.sort();
    out
}

/// What rustc prints, by case.
fn cases() -> Vec<(String, String)> {
    files(&root().join("tests/ui"), "stderr")
}

/// The codes in a text: `NLD014`.
fn codes_in(text: &str) -> Vec<&str> {
    let tags = text.match_indices("[NLD").filter_map(|(at, _)| text.get(at + 1..at + 7));
    tags.filter(|tag| text.contains(&format!("[{tag}]"))).collect()
}

/// Messages that show a code, by code, with their cases.
fn shown() -> BTreeMap<String, (String, String)> {
    let mut out = BTreeMap::new();
    for (case, text) in cases() {
        for line in text.lines().filter(|line| line.starts_with("error")) {
            for code in codes_in(line) {
                let (_, message) = line.split_once(": ").unwrap_or_default();
                let message = message.trim_start_matches("evaluation panicked: ");
                let message = message.trim_end_matches(&format!(" [{code}]"));
                out.entry(code.to_owned()).or_insert_with(|| (case.clone(), message.to_owned()));
            }
        }
    }
    out
}

#[test]
fn every_code_has_a_case() {
    let shown = shown();
    let without: Vec<_> = codes::TABLE.iter().filter(|(code, ..)| !shown.contains_key(*code)).collect();
    assert!(without.is_empty(), "codes that no case in tests/ui shows: {without:?}");
    let known = |code: &str| codes::TABLE.iter().any(|(known, ..)| *known == code);
    let unknown: Vec<_> = shown.iter().filter(|(code, _)| !known(code)).collect();
    assert!(unknown.is_empty(), "codes that src/codes.rs does not have: {unknown:?}");
}

/// `CODES.md` is made of the table and the cases. `UPDATE_EXPECT=1` writes it anew.
#[test]
fn codes_are_listed() {
    let mut list = String::from(
        "\n# Codes\n\nThe codes of the macros' messages. Numbers are stable. What follows from the traits of \
         netlink-runtime has\nrustc's own codes.\n\n| code | means that | for example |\n|---|---|---|\n",
    );
    let shown = shown();
    for (code, _, meaning) in codes::TABLE {
        let example = shown.get(*code).map_or("", |(_, message)| message);
        list += &format!("| {code} | {meaning} | {} |\n", example.replace('|', "\\|"));
    }
    let path = root().join("CODES.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &list).expect("a writable file");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == list, "CODES.md is not what src/codes.rs and tests/ui say: run with UPDATE_EXPECT=1");
}

/// Errors of ours in the cases: rustc's own have its codes or are known by their words.
#[test]
fn every_error_of_the_macros_has_a_code() {
    let mut found = Vec::new();
    for (case, text) in cases() {
        let errors = text.lines().filter_map(|line| line.strip_prefix("error: "));
        let ours = errors.filter(|error| !RUSTC.iter().any(|own| error.starts_with(own)));
        found.extend(ours.filter(|e| codes_in(e).is_empty()).map(|e| format!("{case}: {e}")));
    }
    assert!(found.is_empty(), "errors without a code:\n  {}", found.join("\n  "));
}

/// Errors without a code that are rustc's.
const RUSTC: &[&str] = &["literal out of range"];

/// The traits of netlink-runtime that say something where they are missing.
fn telling_traits() -> Vec<String> {
    let mut out = Vec::new();
    for (_, text) in files(&root().join("../netlink-runtime/src"), "rs") {
        for (at, mark) in text.match_indices("#[diagnostic::on_unimplemented(") {
            let rest = &text[at + mark.len()..];
            let (_, rest) = rest.split_once("pub trait ").expect("a trait follows");
            out.push(rest.chars().take_while(|c| c.is_alphanumeric()).collect());
        }
    }
    assert!(out.len() >= 20, "{out:?}");
    out
}

#[test]
fn every_telling_trait_has_a_case() {
    let cases = cases();
    let missing = |name: &str| {
        let is = |line: &str| {
            let Some((_, named)) = line.split_once("the trait `") else { return false };
            let Some((path, _)) = named.split_once("` is not implemented for ") else { return false };
            let path = path.split_once('<').map_or(path, |(path, _)| path);
            path.rsplit("::").next() == Some(name)
        };
        !cases.iter().any(|(_, text)| text.lines().any(is))
    };
    let without: Vec<String> = telling_traits().into_iter().filter(|name| missing(name)).collect();
    assert!(without.is_empty(), "traits that no case in tests/ui shows missing: {without:?}");
}
