//! `netlink-codegen import` and `export` as people and scripts meet them.

use std::path::Path;
use std::process::{Command, Output};

fn tool(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlink-codegen"));
    command.args(args).output().expect("the tool runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file of this test's own.
fn scratch(name: &str) -> String {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).to_string_lossy().into_owned()
}

#[test]
fn a_specification_becomes_short_and_is_checked_like_any_schema() {
    let out = scratch("weather.yaml");
    let output = tool(&["import", "tests/data/ynl/weather.yaml", "--out", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    for line in [
        "left out: `attributes` of operations (",
        "left out: `kernel-policy` (1)\n",
        "left out: definitions of constants (2)\n",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let short = std::fs::read_to_string(&out).expect("the file");
    assert!(short.contains("\n      name: {type: string, value: 2, checks: {max-len: 15}}\n"), "{short}");
    let output = tool(&["check", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn what_headers_say_otherwise_is_a_warning() {
    let spec = scratch("links.yaml");
    let yaml = "name: links\nprotocol: netlink-raw\nprotonum: 0\n\
                attribute-sets:\n  - {name: link, name-prefix: ifla-, attributes: [{name: mtu, type: u32, value: 5}]}\n\
                operations:\n  name-prefix: rtm-\n  list: [{name: getlink, value: 18, attribute-set: link, dump: {request: {}}}]\n";
    std::fs::write(&spec, yaml).expect("write");
    let output = tool(&["import", &spec]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("warning[NL0202]: the schema says IFLA_MTU is 5, headers say 4"));
    assert!(text(&output.stdout).contains("attributes: {mtu: u32}"), "{}", text(&output.stdout));
}

#[test]
fn a_schema_becomes_a_specification() {
    let out = scratch("neighbours.yaml");
    let output = tool(&["export", "--ynl", "rt-neigh", "--out", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("left out: neigh.dst: what tells the address family\n"));
    let spec = std::fs::read_to_string(&out).expect("the file");
    assert!(spec.starts_with(
        "# SPDX-License-Identifier: MIT OR Apache-2.0\nname: rt-neigh\nprotocol: netlink-raw\n"
    ));
    let output = tool(&["check", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn mistakes_are_told() {
    let output = tool(&["import", "no/such/file.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no/such/file.yaml"));
    let output = tool(&["export", "--ynl", "rt-neihg"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("did you mean `rt-neigh`?"), "{}", text(&output.stderr));
    let output = tool(&["export", "rt-neigh"]);
    assert_eq!(output.status.code(), Some(2));
    let bad = scratch("bad.yaml");
    std::fs::write(&bad, "name: bad\nattribute-sets: [{name: a, attributes: [{name: x, type: u33}]}]\n")
        .expect("write");
    let output = tool(&["import", &bad]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn messages_are_read_by_specifications() {
    let spec = scratch("own-links.yaml");
    let yaml = "name: own-links\nprotocol: netlink-raw\nprotonum: 31\n\
                attribute-sets:\n  - {name: link, name-prefix: ifla-, attributes: [{name: mtu, type: u32, value: 5}]}\n\
                operations:\n  name-prefix: rtm-\n  list: [{name: getlink, value: 18, attribute-set: link, dump: {request: {}}}]\n";
    std::fs::write(&spec, yaml).expect("write");
    let mut bytes = 24u32.to_ne_bytes().to_vec();
    bytes.extend([18u16, 0x301].iter().flat_map(|n| n.to_ne_bytes()));
    bytes.extend([1u32, 0].iter().flat_map(|n| n.to_ne_bytes()));
    bytes.extend([8u16, 4].iter().flat_map(|n| n.to_ne_bytes()));
    bytes.extend(1500u32.to_ne_bytes());
    let capture = scratch("own-links.raw");
    std::fs::write(&capture, bytes).expect("write");
    let decode = |lenient: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netlink"));
        command.args(["decode", "--format", "raw", "--protocol", "31", "--schema", &spec]).args(lenient);
        command.arg(&capture).output().expect("the tool runs")
    };
    let strict = decode(&[]);
    assert_eq!(strict.status.code(), Some(2));
    assert!(text(&strict.stderr).contains("the schema says IFLA_MTU is 5, headers say 4"));
    let lenient = decode(&["--lenient"]);
    assert!(text(&lenient.stdout).contains(r#"[["IFLA_MTU",1500]]"#), "{lenient:?}");
}
