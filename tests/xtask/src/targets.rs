//! Checks what a test on this machine with this compiler cannot: the oldest Rust, machines of
//! another byte order and word size, no `std`, and a second opinion on memory.

mod bare;
mod machine;
mod memory;

use crate::debs::Debs;
use crate::debs::packages::{Group, RUST, RUSTC};
use crate::skips::Skips;
use crate::{Result, create_dir, step, target};
use machine::{BIG_ENDIAN, NARROW};
use netlink_tests::live_obstacle;
use std::path::PathBuf;
use std::process::Command;

/// Why a part did not pass.
enum Stop {
    /// The machine or the network lacks something.
    Skip(String),
    /// What was checked is wrong.
    Fail(String),
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Stop::Fail(message)
    }
}

type Outcome = std::result::Result<(), Stop>;

/// What the parts have in common.
struct Targets<'a> {
    /// Everything is below it.
    dir: PathBuf,
    debs: Debs,
    skips: &'a Skips,
}

/// A part: what it checks, and how.
type Part = (&'static str, fn(&Targets<'_>) -> Outcome);

const PARTS: &[Part] = &[
    ("Rust 1.85", oldest_rust),
    ("big-endian machine", |targets| machine::test(targets, &BIG_ENDIAN)),
    ("32-bit machine", |targets| machine::test(targets, &NARROW)),
    ("no_std", bare::build),
    ("Valgrind", memory::valgrind),
    ("Miri", memory::miri),
];

pub(crate) fn run(skips: &Skips) -> Result<()> {
    let dir = target().join("targets");
    let targets = Targets { debs: Debs::open(&dir)?, dir, skips };
    let mut failed = Vec::new();
    for (what, part) in PARTS {
        step(&format!("targets: {what}"));
        match part(&targets) {
            Ok(()) => {}
            Err(Stop::Skip(reason)) => skips.note(&format!("targets: {what}"), &reason),
            Err(Stop::Fail(message)) => {
                step(&format!("targets: {what} failed: {message}"));
                failed.push(*what);
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("targets: {} failed", failed.join(", "))) }
}

/// The crates that promise it build with the oldest Rust.
fn oldest_rust(targets: &Targets<'_>) -> Outcome {
    targets.need(&[])?;
    let mut cargo = targets.cargo("check");
    for package in ["netlink-derive", "netlink-runtime", "netlink-families"] {
        cargo.args(["--package", package]);
    }
    Ok(crate::run(cargo.args(["--all-features", "--lib", "--examples"]))?)
}

impl Targets<'_> {
    /// Makes sure that the compiler and these packages are there.
    fn need(&self, groups: &[&Group]) -> Outcome {
        if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
            return Err(Stop::Skip("the compiler that is fetched runs on Linux on x86_64 only".to_owned()));
        }
        self.debs.need(&[&[&RUST], groups].concat()).map_err(Stop::Skip)?;
        let version = self.rustc().arg("--version").output();
        let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        match version {
            Ok(version) if version.starts_with(RUSTC) => Ok(()),
            Ok(version) => Err(Stop::Skip(format!("the compiler does not run here (it says {version:?})"))),
            Err(error) => Err(Stop::Skip(format!("the compiler does not run here: {error}"))),
        }
    }

    /// The compiler.
    fn rustc(&self) -> Command {
        let mut rustc = Command::new(self.debs.path("usr/bin/rustc"));
        rustc.env("LD_LIBRARY_PATH", self.libraries());
        rustc
    }

    /// A cargo command with that compiler, and with none of the flags that are meant for another.
    fn cargo(&self, command: &str) -> Command {
        let mut cargo = crate::cargo();
        for odd in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
            cargo.env_remove(odd);
        }
        cargo.env("RUSTC", self.debs.path("usr/bin/rustc")).env("LD_LIBRARY_PATH", self.libraries());
        cargo.env("CARGO_TARGET_DIR", self.dir.join("build")).env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo.env("NETLINK_SKIP_LOG", self.skips.log());
        if let Some(reason) = live_obstacle() {
            cargo.env("NETLINK_NO_LIVE", reason);
        }
        // Of the tools' packages, some of which ask for a newer Rust, only what 1.85 takes is built.
        cargo.arg(command).arg("--ignore-rust-version");
        cargo
    }

    /// Where the compiler's own libraries are.
    fn libraries(&self) -> PathBuf {
        self.debs.path("usr/lib/x86_64-linux-gnu")
    }

    /// A folder for a part's own files.
    fn scratch(&self, name: &str) -> Result<PathBuf> {
        let dir = self.dir.join(name);
        create_dir(&dir)?;
        Ok(dir)
    }
}
