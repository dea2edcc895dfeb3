//! What the READMEs and `--help` say one may type is typed here, as it stands there.

use netlink_tests::{has_program, in_namespace, ip, skip, try_ip};
use std::process::{Command, Stdio};

const NETLINK: &str = env!("CARGO_BIN_EXE_netlink");

/// Why an example may fail on a kernel that does not have what it is about.
const NOT_HERE: [&str; 3] = ["EOPNOTSUPP", "no generic netlink family", "does not speak netlink protocol"];

/// The texts, and what begins each example in them.
const TEXTS: [(&str, &str); 3] = [
    ("README.md", include_str!("../../README.md")),
    ("schemas/README.md", include_str!("../../schemas/README.md")),
    ("netlink-codegen/README.md", include_str!("../README.md")),
];

/// Commands between backticks, and lines of shell blocks, of this tool.
fn of_markdown(text: &str, tool: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut shell = false;
    let mut prose = String::new();
    let mut open = false;
    for line in text.lines() {
        if line.starts_with("```") {
            shell = !open && line == "```sh";
            open = !open;
            continue;
        }
        match open {
            // A comment is not typed.
            true if shell => found.push(line.split("  #").next().unwrap_or(line).trim().to_owned()),
            true => {}
            false => prose.push_str(&format!("{line}\n")),
        }
    }
    // What stands between backticks may go over a line's end.
    let code = prose.split('`').skip(1).step_by(2).map(|code| code.replace('\n', " "));
    found.extend(code);
    // With less than an argument, a command is only named.
    found.retain(|command| command.split(' ').next() == Some(tool) && command.split(' ').count() > 2);
    found
}

/// The examples of a subcommand's help.
fn of_help(subcommand: &str) -> Vec<String> {
    let output = Command::new(NETLINK).args([subcommand, "--help"]).output().expect("the command runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let examples = text.split("Examples:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let mut found: Vec<String> = Vec::new();
    for line in examples.unwrap_or_else(|| panic!("{subcommand}: {text}")).lines() {
        match line.strip_prefix("  ") {
            // More of the same command.
            Some(rest) if rest.starts_with(' ') => {
                let last = found.last_mut().expect("a command before its second line");
                last.push_str(&format!("\n{rest}"));
            }
            Some(command) => found.push(command.to_owned()),
            None => panic!("{subcommand}: {line}"),
        }
    }
    found
}

/// Types it, in a shell.
fn typed(command: &str) -> (bool, String) {
    let tools = std::path::Path::new(NETLINK).parent().expect("a directory");
    let path = std::env::join_paths(
        std::iter::once(tools.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).env("PATH", path.expect("a path")).stdin(Stdio::null());
    // Some write files.
    shell.current_dir(env!("CARGO_TARGET_TMPDIR"));
    let output = shell.output().expect("a shell");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn examples_work_as_written() {
    let mut all: Vec<(&str, String)> = Vec::new();
    for (name, text) in TEXTS {
        all.extend(of_markdown(text, "netlink").into_iter().map(|command| (name, command)));
    }
    assert!(all.len() >= 2, "{all:?}");
    for subcommand in ["dump", "do", "families"] {
        all.extend(of_help(subcommand).into_iter().map(|command| (subcommand, command)));
    }
    // What waits, and what reads a file that is not here, have tests of their own.
    let waits = |command: &str| {
        ["monitor", "decode", "trace"].iter().any(|word| command.split(' ').nth(1) == Some(word))
    };
    all.retain(|(_, command)| !waits(command));
    assert!(all.len() >= 15, "{all:?}");
    if !in_namespace("examples_work_as_written") {
        return;
    }
    // Interface 2, which some examples are about, and its other end.
    if let Err(error) = try_ip("link add e0 index 100 type veth peer name e1 index 2") {
        return skip("examples_work_as_written", &format!("no interface 2 for them: {error}"));
    }
    ip("link set e0 up");
    ip("link set e1 up");
    let mut ran = 0;
    for (place, command) in &all {
        if command.contains("| jq") && !has_program("jq") {
            skip("examples_work_as_written", "jq is not installed");
            continue;
        }
        // Two examples may make the same.
        for made in ["v0", "v0.5"] {
            let _ = try_ip(&format!("link del {made}"));
        }
        let (fine, told) = typed(command);
        if !fine && NOT_HERE.iter().any(|reason| told.contains(reason)) {
            skip("examples_work_as_written", &format!("{command}: {}", told.trim()));
            continue;
        }
        assert!(fine, "{place}: {command}: {told}");
        ran += 1;
    }
    assert!(ran >= 12, "{ran} of {}", all.len());
}

/// Those of the other tool, but for files that only a reader has.
#[test]
fn examples_of_the_generator() {
    let all: Vec<_> = TEXTS.iter().flat_map(|(_, text)| of_markdown(text, "netlink-codegen")).collect();
    let own: Vec<_> = all.iter().filter(|command| !command.contains(".yaml")).collect();
    assert!(own.len() >= 4, "{all:?}");
    for command in own {
        let (fine, told) = typed(command);
        assert!(fine, "{command}: {told}");
    }
}

/// Help of commands that wait or read files, at least, is of commands that exist: they know their options.
#[test]
fn examples_of_monitor_are_understood() {
    if !in_namespace("examples_of_monitor_are_understood") {
        return;
    }
    for command in of_help("monitor") {
        let command = command.split(" | ").next().unwrap_or(&command).to_owned();
        let (fine, told) = typed(&format!("{command} --until 1ms"));
        assert!(fine || told.contains("there is nothing to listen to"), "{command}: {told}");
    }
}
