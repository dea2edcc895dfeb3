//! What it costs to compile the families: CPU seconds of each crate, beside the nearest peer.
//!
//! Cargo is told to call this very program instead of rustc; it runs rustc and notes the CPU time that
//! this took. So third-party crates are told apart, and waiting counts for nothing.

use crate::{Result, root, step, target};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

/// Set for the calls that stand for rustc: where to note the time.
const LOG: &str = "NETLINK_RUSTC_TIMES";

/// What holds the families, of ours and of the peer.
const LIBRARIES: &[&str] = &["netlink_families", "netlink_bindings"];

/// Is it ours, or the peer's own?
fn is_own(name: &str) -> bool {
    LIBRARIES.contains(&name) || ["netlink_runtime", "netlink_derive", "measured"].contains(&name)
}

/// A crate with one dependency.
pub(crate) struct Project {
    pub(crate) program: &'static str,
    pub(crate) what: &'static str,
    dependency: &'static str,
}

const fn project(program: &'static str, what: &'static str, dependency: &'static str) -> Project {
    Project { program, what, dependency }
}

/// The families of ours and of the nearest peer.
pub(crate) const FAMILIES: &[Project] = &[
    project(
        "ours",
        "rt-link",
        r#"netlink-families = { path = "ROOT/netlink-families", features = ["rt-link"] }"#,
    ),
    project(
        "ours",
        "all families",
        r#"netlink-families = { path = "ROOT/netlink-families", features = ["all"] }"#,
    ),
    project(
        "netlink-bindings",
        "rt-link",
        r#"netlink-bindings = { version = "=0.3.5", features = ["rt-link"] }"#,
    ),
    project("netlink-bindings", "the families of ours that it has", SAME),
    project(
        "netlink-bindings",
        "all of its families",
        r#"netlink-bindings = { version = "=0.3.5", features = ["all-subsystems"] }"#,
    ),
];

/// What netlink-bindings has of our families.
const SAME: &str = r#"netlink-bindings = { version = "=0.3.5", features = ["conntrack", "ethtool", "mptcp_pm", "nftables", "nlctrl", "rt-addr", "rt-link", "rt-neigh", "rt-route", "rt-rule", "tc"] }"#;

/// Other peers, for whom a family is not a choice.
pub(crate) const OTHERS: &[Project] = &[
    project("netlink-packet-route", "links", r#"netlink-packet-route = "=0.34.0""#),
    project("rtnetlink", "links and a socket", r#"rtnetlink = "=0.24.0""#),
    project("neli", "its default features", r#"neli = "=0.7.5""#),
    project("nlink", "its least features", r#"nlink = { version = "=0.33.0", default-features = false }"#),
];

/// What a project took.
pub(crate) struct Built {
    /// CPU seconds by crate.
    times: BTreeMap<String, f64>,
    /// Bytes of the library in question.
    pub(crate) rlib: Option<u64>,
}

impl Built {
    fn of(&self, crates: &[&str]) -> f64 {
        crates.iter().filter_map(|name| self.times.get(*name)).fold(0.0, |a, t| a + t)
    }

    /// The crate with the families.
    pub(crate) fn libraries(&self) -> f64 {
        self.of(LIBRARIES)
    }

    /// Everything.
    pub(crate) fn all(&self) -> f64 {
        self.times.values().fold(0.0, |a, t| a + t)
    }
}

/// Stands for rustc, if cargo called this program so.
pub(crate) fn rustc() -> Option<ExitCode> {
    let log = env::var_os(LOG)?;
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    let (rustc, rest) = args.split_first()?;
    let status = Command::new(rustc).args(rest).status().ok()?;
    let name = rest.iter().position(|a| a == "--crate-name").and_then(|ix| rest.get(ix + 1));
    if let (Some(name), Some(seconds)) = (name, children_cpu()) {
        let line = format!("{} {seconds}\n", name.to_string_lossy());
        let _ = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(log)
            .and_then(|mut file| std::io::Write::write_all(&mut file, line.as_bytes()));
    }
    Some(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// User CPU seconds of the processes that this one has waited for (`proc(5)`: `cutime`, in ticks of
/// a hundredth of a second).
fn children_cpu() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold anything; the third field follows it.
    let ticks: f64 = stat.rsplit_once(')')?.1.split_whitespace().nth(13)?.parse().ok()?;
    Some(ticks / 100.0)
}

/// Builds each project alone, from nothing, and prints what it took.
pub(crate) fn run() -> Result<()> {
    let mut table = String::from(
        "| | the library | runtime | derive | third party | size of the rlib |\n|---|---|---|---|---|---|\n",
    );
    for project in FAMILIES {
        let built = build(project)?;
        let size = built.rlib.map_or_else(String::new, |bytes| format!("{:.1} MB", bytes as f64 / 1e6));
        let _ = writeln!(
            table,
            "| {}: {} | {:.1} s | {:.1} s | {:.1} s | {:.1} s | {size} |",
            project.program,
            project.what,
            built.libraries(),
            built.of(&["netlink_runtime"]),
            built.of(&["netlink_derive"]),
            built.times.iter().filter(|(name, _)| !is_own(name)).fold(0.0, |a, (_, t)| a + t),
        );
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("User CPU seconds of rustc, release profile, one job; load average {}\n", load.trim());
    println!("{table}");
    Ok(())
}

/// Builds a project from nothing.
pub(crate) fn build(project: &Project) -> Result<Built> {
    step(&format!("compiling {}: {}", project.program, project.what));
    let scratch = &target().join("compile-time");
    let io = |error: std::io::Error| format!("{}: {error}", scratch.display());
    let _ = fs::remove_dir_all(scratch);
    fs::create_dir_all(scratch.join("src")).map_err(io)?;
    let dependency = project.dependency.replace("ROOT", &root().display().to_string());
    let manifest = format!(
        "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n\n[workspace]\n"
    );
    fs::write(scratch.join("Cargo.toml"), manifest).map_err(io)?;
    fs::write(scratch.join("src/lib.rs"), "").map_err(io)?;
    let log = scratch.join("times.txt");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(scratch).args(["build", "--quiet", "--release", "--jobs", "1"]);
    cargo.env("CARGO_TARGET_DIR", scratch.join("target")).env(LOG, &log);
    cargo.env("RUSTC_WRAPPER", env::current_exe().map_err(io)?);
    crate::run(&mut cargo)?;
    let mut times = BTreeMap::new();
    for line in fs::read_to_string(&log).map_err(io)?.lines() {
        let Some((name, seconds)) = line.split_once(' ') else { continue };
        *times.entry(name.to_owned()).or_default() += seconds.parse::<f64>().unwrap_or_default();
    }
    Ok(Built { times, rlib: rlib(&scratch.join("target/release/deps")) })
}

/// Bytes of the largest of the libraries in question.
fn rlib(deps: &Path) -> Option<u64> {
    let files = fs::read_dir(deps).ok()?.flatten().map(|entry| entry.path());
    let ours = files.filter(|path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.ends_with(".rlib") && LIBRARIES.iter().any(|library| name.starts_with(&format!("lib{library}")))
    });
    ours.filter_map(|path| Some(fs::metadata(path).ok()?.len())).max()
}
