//! `netlink-codegen extract` as a script sees it: exit status, output, store.

mod headers_support;

use std::process::{Command, Output};

use headers_support::{Scratch, skip};

fn extract(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlink-codegen"));
    command.arg("extract").args(arguments).output().expect("the tool runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An include directory with one good header.
fn include(scratch: &Scratch) -> String {
    scratch.file("include/asm/types.h", "");
    scratch
        .file("include/linux/good.h", "enum { GOOD_A, GOOD_B, __GOOD_MAX };\n#define GOOD_NAME \"good\"\n");
    scratch.0.join("include").to_string_lossy().into_owned()
}

/// Whether the tool finds libclang, which a first run tells.
fn no_libclang(output: &Output) -> bool {
    let missing = output.status.code() == Some(2) && text(&output.stderr).contains("needs libclang");
    if missing {
        skip("the command line", "no libclang");
    }
    missing
}

#[test]
fn facts_go_into_the_store_and_a_summary_comes_out() {
    let scratch = Scratch::new("cli");
    let headers = include(&scratch);
    let store = scratch.0.join("store").to_string_lossy().into_owned();
    let base = ["--headers", &headers, "--store", &store, "--header", "linux/good.h"];
    let output = extract(&[&base[..], &["--kernel", "6.1.7", "--package", "headers 6.1.7-1"]].concat());
    if no_libclang(&output) {
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("1 enums, 3 constants"), "{}", text(&output.stdout));
    let facts = std::fs::read_to_string(scratch.0.join("store/facts/linux/good.h.txt")).expect("facts");
    assert_eq!(facts, "define\n  GOOD_NAME \"good\"\nenum\n  GOOD_A 0\n  GOOD_B 1\n  __GOOD_MAX end\n");

    scratch.file("include/linux/good.h", "enum { GOOD_A, GOOD_B, GOOD_C, __GOOD_MAX };\n");
    let output = extract(&[&base[..], &["--kernel", "6.2.0", "--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(summary["constants"], 4);
    assert_eq!(summary["kernels"], serde_json::json!(["6.1", "6.2"]));
    let facts = std::fs::read_to_string(scratch.0.join("store/facts/linux/good.h.txt")).expect("facts");
    assert_eq!(
        facts,
        "define\n  GOOD_NAME \"good\" -@6.2\nenum\n  GOOD_A 0\n  GOOD_B 1\n  GOOD_C 2@6.2\n  __GOOD_MAX end\n"
    );
    let manifest = std::fs::read_to_string(scratch.0.join("store/MANIFEST.toml")).expect("a manifest");
    assert!(manifest.contains("package = \"headers 6.1.7-1\""), "{manifest}");
}

#[test]
fn headers_with_errors_are_findings() {
    let scratch = Scratch::new("cli-findings");
    let headers = include(&scratch);
    scratch.file("include/linux/bad.h", "\nstruct bad { struct absent a; };\n");
    let store = scratch.0.join("store").to_string_lossy().into_owned();
    let base = ["--headers", &headers, "--store", &store, "--kernel", "6.1"];
    let output = extract(&[&base[..], &["--header", "linux/*.h", "--header", "linux/none.h"]].concat());
    if no_libclang(&output) {
        return;
    }
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("linux/bad.h:2:28: ") && stderr.contains("linux/none.h: no such header"),
        "{stderr}"
    );
    assert!(scratch.0.join("store/facts/linux/good.h.txt").is_file());
    let bad = std::fs::read_to_string(scratch.0.join("store/facts/linux/bad.h.txt"));
    assert_eq!(bad.expect("a file that says so"), "header unknown\n");
}

#[test]
fn wrong_use_is_said_and_nothing_is_written() {
    let scratch = Scratch::new("cli-wrong");
    let headers = include(&scratch);
    let store = scratch.0.join("store").to_string_lossy().into_owned();
    let good = ["--headers", &headers, "--store", &store, "--kernel", "6.1"];
    for (arguments, message) in [
        (vec!["--headers", &headers, "--kernel", "new", "--store", &store], "expected a version"),
        (vec!["--headers", "/nowhere", "--kernel", "6.1", "--store", &store], "not a directory"),
        ([&good[..], &["--sha256", "12"]].concat(), "64 hexadecimal digits"),
        (vec!["--kernel", "6.1"], "--headers"),
    ] {
        let output = extract(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(message), "{arguments:?}: {}", text(&output.stderr));
    }
    let output = extract(&[&good[..], &["--header", "linux/good.h", "--target", "i386-linux-gnu"]].concat());
    assert_eq!(output.status.code(), Some(2));
    if !no_libclang(&output) {
        assert!(text(&output.stderr).contains("without --target first"), "{}", text(&output.stderr));
    }
    assert!(!scratch.0.join("store").exists());
}

#[test]
fn without_libclang_it_says_how_to_get_it() {
    let scratch = Scratch::new("cli-libclang");
    let headers = include(&scratch);
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlink-codegen"));
    let output = command
        .args(["extract", "--headers", &headers, "--kernel", "6.1", "--header", "linux/good.h", "--store"])
        .arg(scratch.0.join("store"))
        .env("LIBCLANG_PATH", scratch.0.join("nowhere"))
        .output()
        .expect("the tool runs");
    if output.status.code() == Some(0) {
        return skip("the message without libclang", "one is installed where it is always found");
    }
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("apt-get install") && stderr.contains("pip download"), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn help_has_examples() {
    let output = extract(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("Examples:"));
}
