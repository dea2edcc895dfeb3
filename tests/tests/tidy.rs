//! The order of the source tree, checked like everything else.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of the tree that may be text: its path from the root and what it holds.
fn files() -> Vec<(String, String)> {
    let root = root();
    let mut out = Vec::new();
    let mut todo = vec![root.clone()];
    while let Some(directory) = todo.pop() {
        let entries = std::fs::read_dir(&directory).expect("a directory of the tree");
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && name != ".git" {
                    todo.push(path);
                }
            } else if name != "Cargo.lock"
                && name != ".git"
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                out.push((shown(&path, &root), text));
            }
        }
    }
    out.sort();
    assert!(out.len() > 100, "{} files", out.len());
    out
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn is_generated(path: &str, text: &str) -> bool {
    text.starts_with("// @generated") || path.contains("/emit_golden/")
}

/// Sources written by people.
fn sources() -> Vec<(String, String)> {
    files().into_iter().filter(|(path, text)| path.ends_with(".rs") && !is_generated(path, text)).collect()
}

fn report(what: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{what}:\n  {}", findings.join("\n  "));
}

/// Lines of a source file before it is worth a thought to split it, and before it must be.
const AIM: usize = 500;
const LIMIT: usize = 700;

#[test]
fn files_are_short() {
    let mut too_long = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > LIMIT {
            too_long.push(format!("{path}: {lines} lines"));
        } else if lines > AIM {
            eprintln!("long: {path}: {lines} lines");
        }
    }
    report("files of more than 700 lines", &too_long);
}

/// What must not stand in any file. Written in two parts, so that this list does not find itself.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/tm", "p/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("artif", "actory"),
    ("anthr", "opic"),
    ("cla", "ude"),
    ("sub", "agent"),
    ("language mo", "del"),
];

#[test]
fn no_forbidden_words() {
    let forbidden: Vec<String> = FORBIDDEN.iter().map(|(a, b)| format!("{a}{b}").to_lowercase()).collect();
    let mut found = Vec::new();
    for (path, text) in files() {
        for (at, line) in text.lines().enumerate() {
            let line = line.to_lowercase();
            if let Some(word) = forbidden.iter().find(|w| line.contains(*w)) {
                found.push(format!("{path}:{}: {word}", at + 1));
            }
        }
    }
    report("forbidden words", &found);
}

#[test]
fn nothing_is_left_to_do() {
    let stubs = [format!("{}!(", "todo"), format!("{}!(", "unimplemented")];
    let mut found = Vec::new();
    for (path, text) in sources() {
        for (at, line) in text.lines().enumerate() {
            if stubs.iter().any(|s| line.contains(s)) {
                found.push(format!("{path}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    report("stubs", &found);
}

#[test]
fn every_schema_ships() {
    let lib = std::fs::read_to_string(root().join("schemas/lib.rs")).expect("schemas/lib.rs");
    let mut missing = Vec::new();
    let mut count = 0;
    for (path, _) in files() {
        let Some(name) = path.strip_prefix("schemas/").filter(|n| n.ends_with(".yaml")) else { continue };
        count += 1;
        let stem = name.trim_end_matches(".yaml");
        if !lib.contains(&format!("(\"{stem}\", include_str!(\"{name}\"))")) {
            missing.push(path);
        }
    }
    assert!(count >= 10, "{count} schemas");
    report("schemas that schemas/lib.rs does not list", &missing);
}

/// The one file that may hold `unsafe`.
const UNSAFE: &str = "netlink-runtime/src/socket/sys.rs";

/// And one beside what is shipped: the allocator that counts what programs allocate while they are measured, on all of
/// their threads.
const COUNTS: &str = "benches/harness/src/count.rs";

/// Whether a line of code opens something unsafe.
fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("unsafe").any(|(at, word)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].trim_start();
        let alone = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '"');
        alone && ["{", "(", "fn", "impl", "extern", "trait"].iter().any(|s| after.starts_with(s))
    })
}

#[test]
fn unsafe_stands_in_one_file() {
    let mut found = Vec::new();
    for (path, text) in files().into_iter().filter(|(p, _)| p.ends_with(".rs") && p != UNSAFE && p != COUNTS)
    {
        let lines = text.lines().enumerate().filter(|(_, l)| is_unsafe(l));
        found.extend(lines.map(|(at, line)| format!("{path}:{}: {}", at + 1, line.trim())));
    }
    report("unsafe code", &found);
    let sys = std::fs::read_to_string(root().join(UNSAFE)).expect("the file of system calls");
    assert!(sys.lines().any(is_unsafe), "the search for unsafe code finds nothing where there is some");
}

#[test]
fn every_crate_refuses_unsafe_code() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    let members: Vec<String> = list(&manifest, "members");
    assert!(members.len() >= 8, "{members:?}");
    let mut missing = Vec::new();
    for (path, text) in sources() {
        let Some(member) =
            members.iter().filter(|m| path.starts_with(&format!("{m}/"))).max_by_key(|m| m.len())
        else {
            continue;
        };
        let inside = &path[member.len() + 1..];
        let root_of_crate = matches!(inside, "lib.rs" | "src/lib.rs" | "src/main.rs" | "build.rs")
            || (inside.starts_with("src/bin/") && inside.matches('/').count() == 2);
        // The runtime has system calls in one module, which may not take `forbid` back.
        let word = if path == "netlink-runtime/src/lib.rs" { "deny" } else { "forbid" };
        if root_of_crate && !text.contains(&format!("#![{word}(unsafe_code)]")) {
            missing.push(path);
        }
    }
    report("crates without #![forbid(unsafe_code)]", &missing);
}

/// The strings of `key = [ … ]`.
fn list(toml: &str, key: &str) -> Vec<String> {
    let after = toml.split(&format!("{key} = [")).nth(1).unwrap_or_default();
    let inside = after.split(']').next().unwrap_or_default();
    inside.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The lines of `[dependencies]`: name and what is said of it.
fn dependencies(crate_: &str) -> Vec<(String, String)> {
    let path = root().join(crate_).join("Cargo.toml");
    let manifest = std::fs::read_to_string(path).expect("a manifest");
    let tables = manifest.lines().filter(|l| l.starts_with('[') && l.contains("dependencies"));
    let known = ["[dependencies]", "[dev-dependencies]"];
    for table in tables {
        assert!(known.contains(&table.trim()), "{crate_}: {table}: dependencies that this test does not see");
    }
    let lines = manifest.lines().skip_while(|l| l.trim() != "[dependencies]").skip(1);
    let lines = lines.take_while(|l| !l.starts_with('['));
    let parts = lines.filter_map(|l| l.split_once('='));
    parts
        .map(|(name, rest)| (name.trim().trim_end_matches(".workspace").to_owned(), rest.to_owned()))
        .collect()
}

#[test]
fn what_users_compile_stays_small() {
    let mut derive: Vec<String> = dependencies("netlink-derive").into_iter().map(|(name, _)| name).collect();
    derive.sort();
    assert_eq!(derive, ["proc-macro2", "quote", "syn"]);
    let runtime = dependencies("netlink-runtime");
    let always = runtime.iter().filter(|(_, rest)| !rest.contains("optional = true"));
    let always: Vec<&str> = always.map(|(name, _)| name.as_str()).filter(|n| *n != "libc").collect();
    assert_eq!(always, [""; 0], "the runtime without features depends on libc at most");
    assert!(!root().join("netlink-runtime/build.rs").exists(), "the runtime has no build script");
}
