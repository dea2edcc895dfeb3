//! The list of faults stays whole: it names every test here, and its texts are found. (Whether the
//! tests fail, `cargo xtask faults` says.)

use netlink_tests::faults::{Fault, folder, read};
use std::collections::BTreeSet;

fn faults() -> Vec<Fault> {
    read().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_test_is_named_by_a_fault() {
    let exe = std::env::current_exe().expect("the test's own path");
    let list = std::process::Command::new(exe).args(["--list", "--format", "terse"]).output();
    let list = String::from_utf8(list.expect("the list of tests").stdout).expect("text");
    let tests = list.lines().filter_map(|line| line.strip_suffix(": test"));
    let tests: BTreeSet<String> =
        tests.filter(|test| !test.starts_with("listed::")).map(str::to_owned).collect();
    assert!(tests.len() > 100, "{} tests", tests.len());
    let named: BTreeSet<String> = faults().into_iter().flat_map(|fault| fault.fails).collect();
    let nobody: Vec<_> = tests.difference(&named).collect();
    assert!(nobody.is_empty(), "no fault in {} names {nobody:#?}", folder().display());
    let unknown: Vec<_> = named.difference(&tests).collect();
    assert!(unknown.is_empty(), "faults name tests that there are not: {unknown:#?}");
}

#[test]
fn every_fault_finds_its_place() {
    let root = folder().join("../..");
    let mut lost = Vec::new();
    for fault in faults() {
        for edit in &fault.edits {
            let text = std::fs::read_to_string(root.join(&edit.file));
            let text = text.unwrap_or_else(|e| panic!("{}: {}: {e}", fault.name, edit.file));
            match edit.apply(&text) {
                Ok(with) => assert_ne!(with, text, "{} changes nothing", fault.name),
                Err(error) => lost.push(format!("{}: {error}", fault.name)),
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
