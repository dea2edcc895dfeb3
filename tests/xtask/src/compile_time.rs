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

/// Name, dependency.
const PROJECTS: &[(&str, &str)] = &[
    (
        "netlink-families: rt-link",
        r#"netlink-families = { path = "ROOT/netlink-families", features = ["rt-link"] }"#,
    ),
    ("netlink-families: all", r#"netlink-families = { path = "ROOT/netlink-families", features = ["all"] }"#),
    ("netlink-bindings: rt-link", r#"netlink-bindings = { version = "0.3.5", features = ["rt-link"] }"#),
    ("netlink-bindings: the same families", SAME),
    (
        "netlink-bindings: all of its",
        r#"netlink-bindings = { version = "0.3.5", features = ["all-subsystems"] }"#,
    ),
];

/// What netlink-bindings has of our families.
const SAME: &str = r#"netlink-bindings = { version = "0.3.5", features = ["conntrack", "ethtool", "mptcp_pm", "nftables", "nlctrl", "rt-addr", "rt-link", "rt-neigh", "rt-route", "rt-rule", "tc"] }"#;

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
    let scratch = target().join("compile-time");
    let mut table = String::from(
        "| | the library | runtime | derive | third party | size of the rlib |\n|---|---|---|---|---|---|\n",
    );
    for (name, dependency) in PROJECTS {
        step(name);
        let times = build(&scratch, dependency)?;
        let of = |crates: &[&str]| -> f64 {
            crates.iter().filter_map(|name| times.get(*name)).fold(0.0, |a, t| a + t)
        };
        let size =
            rlib(&scratch.join("target/release/deps")).map_or_else(String::new, |mb| format!("{mb:.1} MB"));
        let _ = writeln!(
            table,
            "| {name} | {:.1} s | {:.1} s | {:.1} s | {:.1} s | {size} |",
            of(LIBRARIES),
            of(&["netlink_runtime"]),
            of(&["netlink_derive"]),
            times.iter().filter(|(name, _)| !is_own(name)).fold(0.0, |a, (_, t)| a + t),
        );
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("User CPU seconds of rustc, release profile, one job; load average {}\n", load.trim());
    println!("{table}");
    Ok(())
}

/// CPU seconds by crate.
fn build(scratch: &Path, dependency: &str) -> Result<BTreeMap<String, f64>> {
    let io = |error: std::io::Error| format!("{}: {error}", scratch.display());
    let _ = fs::remove_dir_all(scratch);
    fs::create_dir_all(scratch.join("src")).map_err(io)?;
    let dependency = dependency.replace("ROOT", &root().display().to_string());
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
    Ok(times)
}

/// Megabytes of the largest of the libraries in question.
fn rlib(deps: &Path) -> Option<f64> {
    let files = fs::read_dir(deps).ok()?.flatten().map(|entry| entry.path());
    let ours = files.filter(|path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.ends_with(".rlib")
            && (name.starts_with("libnetlink_families") || name.starts_with("libnetlink_bindings"))
    });
    ours.filter_map(|path| Some(fs::metadata(path).ok()?.len() as f64 / 1e6)).reduce(f64::max)
}
