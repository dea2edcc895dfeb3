//! The list of faults stays whole: it names every test here, and its texts are found. (Whether the
//! tests fail, `cargo xtask faults` says.)

use netlink_tests::faults::{Fault, folder, read};

fn faults() -> Vec<Fault> {
    read().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_test_is_named_by_a_fault() {
    let count = netlink_tests::faults::check_list(None, &["listed::"]);
    assert!(count > 100, "{count} tests");
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
