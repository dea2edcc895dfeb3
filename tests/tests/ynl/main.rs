//! Families from YNL specifications: generated, compiled, and spoken with the kernel.
//!
//! The specifications of our own run always; upstream's, which are not part of this repository, where
//! `NETLINK_TEST_YNL=DIR` says that `DIR/<kernel>/` holds them.

use netlink_codegen::Loader;
use netlink_codegen::emit::{Options, flat_files};
use netlink_codegen::headers::{facts::Store, store};
use netlink_codegen::ir::FamilyId;
use netlink_tests::downstream::{Project, root, text, tree};
use netlink_tests::{has_program, live_obstacle, output_limited, skip};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The target directory is one for all.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn scratch(test: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(test)
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("downstream")
}

/// The toolchain's crates, but for the families: these are made here.
fn crates() -> Vec<(&'static str, PathBuf)> {
    let mut crates = tree();
    crates.retain(|(name, _)| *name != "netlink-families");
    crates
}

/// The YAML files of a directory.
fn specs(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.extension().is_some_and(|e| e == "yaml"));
    found.sort();
    found
}

/// Compiles what is generated of these specifications, a module each.
fn compiles(test: &str, specs: &[PathBuf], facts: Option<Store>) {
    let loader = specs.iter().fold(Loader::new().lenient(true), |loader, path| loader.file(path));
    let loader = facts.into_iter().fold(loader, Loader::facts);
    let loaded = loader.load().unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let families: Vec<FamilyId> = (0..specs.len() as u32).map(FamilyId).collect();
    let files = flat_files(&loaded.model, &families, &Options::default()).unwrap_or_else(|e| panic!("{e:?}"));
    let dir = scratch(test);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("src")).expect("a directory");
    let manifest = "[package]\nname = \"specs\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [dependencies]\nnetlink-runtime = \"0.1\"\n\n[workspace]\n";
    fs::write(dir.join("Cargo.toml"), manifest).expect("write");
    let mut lib = String::from("#![deny(warnings)]\n");
    for file in &files {
        fs::write(dir.join("src").join(&file.path), &file.text).expect("write");
        lib.push_str(&format!("pub mod {};\n", file.path.trim_end_matches(".rs")));
    }
    fs::write(dir.join("src/lib.rs"), lib).expect("write");
    let project = Project::at(&dir, &target(), &crates()).expect("a project");
    project.dependencies().unwrap_or_else(|e| panic!("{test}: what it depends on is not here: {e}"));
    let output = project.cargo(&["check", "--quiet"]).expect("cargo");
    assert!(output.status.success(), "{}", text(&output.stderr));
    println!("{test}: {} specifications compile", specs.len());
}

#[test]
fn specifications_of_our_own_compile() {
    const TEST: &str = "specifications_of_our_own_compile";
    let _turn = turn();
    let dir = root().join("netlink-codegen/tests/data/ynl");
    let read = |name: &str| fs::read_to_string(dir.join(name)).expect(name);
    let facts = store::read(&read("MANIFEST.toml"), [("demo.h", read("facts.txt").as_str())].into_iter());
    let specs = specs(&dir);
    assert!(specs.len() >= 10);
    compiles(TEST, &specs, Some(facts.expect("facts")));
}

/// Where upstream's specifications are, unless there are none.
fn upstream(test: &str) -> Option<PathBuf> {
    let found = std::env::var_os("NETLINK_TEST_YNL").map(PathBuf::from);
    if found.is_none() {
        skip(test, "NETLINK_TEST_YNL names no directory of upstream's specifications");
    }
    found
}

#[test]
fn upstreams_specifications_compile() {
    const TEST: &str = "upstreams_specifications_compile";
    let Some(root) = upstream(TEST) else { return };
    let _turn = turn();
    let mut dirs: Vec<PathBuf> =
        fs::read_dir(&root).expect("the directory").map(|entry| entry.expect("an entry").path()).collect();
    dirs.retain(|dir| dir.is_dir() && !specs(dir).is_empty());
    dirs.sort();
    assert!(!dirs.is_empty(), "{} has no specifications", root.display());
    for dir in dirs {
        let kernel = dir.file_name().expect("a name").to_string_lossy().into_owned();
        compiles(&format!("{TEST}-{kernel}"), &specs(&dir), None);
    }
}

/// What an example prints in a network namespace of its own, if this machine can run it.
fn run(test: &str, example: &str, programs: &[&str], env: Option<(&'static str, &Path)>) -> Option<String> {
    if let Some(reason) = live_obstacle() {
        skip(test, reason);
        return None;
    }
    if let Some(missing) = programs.iter().find(|program| !has_program(program)) {
        skip(test, &format!("the program `{missing}` is not installed"));
        return None;
    }
    let from = root().join("tests/downstream").join(example);
    let mut project = Project::copy(&from, &scratch(test), &target(), &crates()).expect("a copy");
    if let Some((name, value)) = env {
        project.set(name, &std::path::absolute(value).expect("a path").display().to_string());
    }
    project.dependencies().unwrap_or_else(|e| panic!("{test}: what it depends on is not here: {e}"));
    let built = project.cargo(&["build", "--quiet"]).expect("cargo");
    assert!(built.status.success(), "{}", text(&built.stderr));
    let mut command = project.command(&["unshare", "-rn"], &["run", "--quiet"]);
    let (status, output) = output_limited(&mut command, Duration::from_secs(60)).expect("it ends");
    assert!(status.success(), "{test}: {status}\n{output}");
    println!("{output}");
    Some(output)
}

/// `operstate` has a wrong number in the specification; 6 is up, 0 unknown: that of loopback.
const LINKS: &str = "\
lo: mtu Some(65536) up true state Some(0) also first also second
b0: mtu Some(1500) up false state Some(2) priority Some(32768) id [80, 0] [2, 0, 0, 0, 0, 1]
";

#[test]
fn a_specification_of_our_own_speaks_with_the_kernel() {
    const TEST: &str = "a_specification_of_our_own_speaks_with_the_kernel";
    let _turn = turn();
    let Some(output) = run(TEST, "ynl-specs", &["ip"], None) else { return };
    let (links, rest) = output.split_at(LINKS.len().min(output.len()));
    assert_eq!(links, LINKS);
    let mut rest = rest.lines().peekable();
    if let Some(line) = rest.next_if(|line| line.starts_with("vx0: ")) {
        assert!(line.ends_with(" Some(\"vxlan\"), unknown here"), "{line}");
    }
    assert_eq!(rest.next(), Some("nlctrl: Some(16) version Some(2), operations [3, 10]"));
    // The family's number and its name: u16 and text with a NUL.
    assert_eq!(rest.next(), Some("getfamily takes [([0, 1], Some(3)), ([0, 2], Some(12))]"));
}

#[test]
fn upstreams_specifications_speak_with_the_kernel() {
    const TEST: &str = "upstreams_specifications_speak_with_the_kernel";
    let Some(specs) = upstream(TEST) else { return };
    let _turn = turn();
    let env = Some(("NETLINK_TEST_YNL", specs.as_path()));
    let Some(output) = run(TEST, "ynl-upstream", &["ip", "tc", "nft"], env) else { return };
    for line in [
        "vx0: Some(\"vxlan\") unknown, bytes: true",
        "b0: priority Some(32768)",
        "tbf: rate 125000 limit 16490 peak 0",
        "chain Some(\"c\"): Some(NFT_CHAIN_BASE) id None comment true",
        "Some(\"limit\"): unknown, bytes: true",
        "Some(\"counter\"): Some(0) packets",
    ] {
        assert!(output.lines().any(|l| l == line), "{line}\n{output}");
    }
    let newer = output.lines().find_map(|line| line.strip_prefix("newer: ")).expect("a line");
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").expect("a release");
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
    let kernel: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    // IFLA_NETNS_IMMUTABLE came with Linux 6.15.
    assert_eq!(newer.contains("67"), kernel >= (6, 15), "{newer} of {release}");
}
