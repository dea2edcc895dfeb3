//! `verify`, `scaffold` and `extract --policies` as a script sees them.

mod headers_support;

use headers_support::Scratch;
use netlink_codegen::policy;
use std::path::PathBuf;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlink-codegen")).args(arguments).output().expect("the tool runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn each_comparison_is_an_object() {
    let output = run(&["verify", "rt-addr", "--json", "-v"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let stdout = text(&output.stdout);
    let objects: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (facts, counts): (Vec<_>, Vec<_>) = objects.iter().partition(|o| o["state"].is_string());
    assert!(facts.iter().all(|fact| fact["family"] == "rt-addr"));
    let label = facts.iter().find(|f| f["name"] == "IFA_LABEL" && f["source"] == "policies").expect("a fact");
    assert_eq!(
        (&label["place"], &label["state"]),
        (&"net/ipv4/devinet.c ifa_ipv4_policy".into(), &"equal".into())
    );
    let excused = facts.iter().find(|f| f["state"] == "mismatch").expect("a mismatch");
    assert!(excused["reason"].is_string(), "{excused}");
    for total in counts {
        let of = |state: &str, excused: bool| {
            let own = facts.iter().filter(|f| f["source"] == total["source"] && f["state"] == state);
            own.filter(|f| f["reason"].is_string() == excused).count()
        };
        assert_eq!(total["equal"], of("equal", false));
        assert_eq!(total["mismatch"], of("mismatch", false));
        assert_eq!(total["explained"], of("mismatch", true));
        assert_eq!(total["not checkable"], of("not checkable", false));
        assert_eq!(total["not in this version"], of("not in this version", false));
    }
}

#[test]
fn mismatches_are_findings() {
    let scratch = Scratch::new("verify-cli");
    let said = "MISMATCH: rt-addr, policies: type of IFA_LABEL (a.c p): schema string, kernel u32\n";
    for (name, policies) in [
        ("rows.txt", "a.c\np\n  IFA_LABEL u32\n"),
        ("rows.jsonl", "{\"file\":\"a.c\",\"policy\":\"p\",\"attr\":\"IFA_LABEL\",\"type\":\"NLA_U32\"}\n"),
        ("tree/a.c", "struct nla_policy p[] = { [IFA_LABEL] = { .type = NLA_U32 } };\n"),
    ] {
        scratch.file(name, policies);
        let path = scratch.0.join(name.split('/').next().unwrap_or(name));
        let output = run(&["verify", "rt-addr", "--policies", &path.to_string_lossy()]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains(said), "{name}: {}", text(&output.stdout));
    }
}

#[test]
fn files_are_verified_too() {
    let scratch = Scratch::new("verify-file");
    let schema = "name: own\nattribute-sets: {a: {name-prefix: IFA_, attributes: {label: u32}}}\n";
    scratch.file("own.yaml", schema);
    let output = run(&["verify", &scratch.0.join("own.yaml").to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let said = "MISMATCH: own, policies: type of IFA_LABEL (net/ipv4/devinet.c ifa_ipv4_policy): schema u32, kernel \
                string max-len 15\n";
    assert!(text(&output.stdout).starts_with(said), "{}", text(&output.stdout));
}

#[test]
fn wrong_use_is_said() {
    for (arguments, message) in [
        (&["verify", "no-such"][..], "error: there is no schema no-such\n"),
        (&["verify", "--policies", "/nowhere"], "error: /nowhere: No such file"),
        (&["scaffold", "linux/no_such.h"], "error: there are no facts about linux/no_such.h\n"),
        (&["scaffold", "linux/if_link.h", "--live"], "do not name a generic netlink family\n"),
        (&["scaffold"], "<HEADER>..."),
        (&["extract", "--policies", "--kernel", "7.3"], "--source"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(message), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn a_scaffold_is_checked_as_it_is() {
    let scratch = Scratch::new("scaffold-cli");
    let output = run(&["scaffold", "linux/thermal.h"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    scratch.file("new.yaml", &text(&output.stdout));
    let output = run(&["check", &scratch.0.join("new.yaml").to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn policies_of_a_tree_go_into_the_store() {
    let scratch = Scratch::new("policies-cli");
    scratch.file(
        "tree/net/a.c",
        "struct nla_policy p[] = { [IFA_LABEL] = { .type = NLA_U32 }, [MINE] = { .type = NLA_U8 } };\n",
    );
    scratch.file("tree/Documentation/a.c", "struct nla_policy p[] = { [IFA_LABEL] = { .type = NLA_U8 } };\n");
    scratch.file("store/MANIFEST.toml", netlink_kernel_headers::MANIFEST);
    let (_, facts) =
        netlink_kernel_headers::FACTS.iter().find(|(h, _)| *h == "linux/if_addr.h").expect("facts");
    scratch.file("store/facts/linux/if_addr.h.txt", facts);
    let place = |name: &str| scratch.0.join(name).to_string_lossy().into_owned();
    let output = run(&[
        "extract",
        "--policies",
        "--source",
        &place("tree"),
        "--store",
        &place("store"),
        "--kernel",
        "7.3.4",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "1 tables with 2 attributes and commands, of which headers know 1\n");
    let written = std::fs::read_to_string(scratch.0.join("store/policies.txt")).expect("policies");
    assert_eq!(written, "# Linux 7.3.4\nnet/a.c\np\n  IFA_LABEL u32\n");
}

/// The stored policies are those of the source that they name.
#[test]
fn policies_of_the_kernel_are_the_stored_ones() {
    let Some(tree) = std::env::var_os("NETLINK_TEST_SOURCE").map(PathBuf::from) else {
        return netlink_tests::skip(
            "policies of a kernel",
            "NETLINK_TEST_SOURCE names no source tree of Linux 7.3",
        );
    };
    let facts = netlink_codegen::headers::store::shipped().expect("facts");
    let mut tables = policy::open(&tree).expect("a source tree");
    tables.iter_mut().for_each(|table| table.rows.retain(|row| row.names(&facts).next().is_some()));
    tables.retain(|table| !table.rows.is_empty());
    assert!(tables.len() > 500, "{}", tables.len());
    let stored = policy::shipped().expect("policies");
    for (ours, stored) in tables.iter().zip(&stored) {
        assert_eq!(ours, stored);
    }
    assert_eq!(tables.len(), stored.len());
}
