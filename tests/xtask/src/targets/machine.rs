//! Builds the tests for machines of another kind, and runs them.

use super::{Outcome, Stop, Targets};
use crate::debs::packages::{EMULATOR, Group, I386, LINKER, S390X};
use crate::{Result, root, run};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A kind of machine.
pub(super) struct Machine {
    /// Rust's name of it.
    triple: &'static str,
    packages: &'static [&'static Group],
    /// Where its C library is, below `usr/lib`.
    libc: &'static str,
    /// Where GCC's is, below `usr/lib/gcc`.
    libgcc: &'static str,
    /// What runs its programs, if not this machine itself.
    emulator: Option<&'static str>,
}

/// Big-endian, 64 bits.
pub(super) const BIG_ENDIAN: Machine = Machine {
    triple: "s390x-unknown-linux-gnu",
    packages: &[&LINKER, &S390X, &EMULATOR],
    libc: "s390x-linux-gnu",
    libgcc: "s390x-linux-gnu/12",
    emulator: Some("usr/bin/qemu-s390x-static"),
};

/// 32 bits. Its programs run here, so that the live tests are among what is tested.
pub(super) const NARROW: Machine = Machine {
    triple: "i686-unknown-linux-gnu",
    packages: &[&LINKER, &I386],
    libc: "i386-linux-gnu",
    libgcc: "i686-linux-gnu/12",
    emulator: None,
};

/// The packages whose tests run everywhere. (`netlink-portable` has those of other packages.)
const PACKAGES: &[&str] = &["netlink-runtime", "netlink-renamed", "netlink-portable"];

/// Their tests besides those of `netlink-runtime`.
const TESTS: &[&str] = &["renamed", "hygiene", "emit_compile"];

/// Tests of `netlink-tests` that decode what the running kernel says, with all families.
const LIVE: &[&str] = &["live_exact", "live_genl", "live_nlctrl"];

/// Builds and runs the tests.
pub(super) fn test(targets: &Targets<'_>, machine: &Machine) -> Outcome {
    targets.need(machine.packages)?;
    let linker = machine.linker(targets)?;
    machine.probe(targets, &linker)?;
    let mut cargo = targets.cargo("test");
    cargo.args(["--target", machine.triple, "--no-fail-fast", "--all-features", "--lib"]);
    cargo.args(machine.options(targets, &linker));
    for package in PACKAGES {
        cargo.args(["--package", package]);
    }
    let live = machine.emulator.is_none();
    for test in runtime_tests()?.iter().filter(|test| live || !test.contains("live")) {
        cargo.args(["--test", test]);
    }
    for test in TESTS {
        cargo.args(["--test", test]);
    }
    if live {
        cargo.args(["--package", "netlink-tests"]);
        for test in LIVE {
            cargo.args(["--test", test]);
        }
    }
    Ok(run(&mut cargo)?)
}

/// The names of `netlink-runtime`'s integration tests.
fn runtime_tests() -> Result<Vec<String>> {
    let dir = root().join("netlink-runtime/tests");
    let entries = fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let names = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
    let mut tests: Vec<String> = names.filter_map(|n| n.strip_suffix(".rs").map(str::to_owned)).collect();
    tests.sort_unstable();
    Ok(tests)
}

impl Machine {
    /// Options of cargo that make it build for this machine, and know how to run the result.
    fn options(&self, targets: &Targets<'_>, linker: &Path) -> Vec<String> {
        let option = |key: &str, value: String| {
            ["--config".to_owned(), format!("target.{}.{key}={value}", self.triple)]
        };
        let mut options = Vec::from(option("linker", format!("{linker:?}")));
        options.extend(option("rustflags", format!("{FLAGS:?}")));
        if let Some(emulator) = self.emulator {
            options.extend(option("runner", format!("[{:?}]", targets.debs.path(emulator))));
        }
        options
    }

    /// Programs are linked statically: a machine that runs them needs no C library for them. A
    /// C compiler would know the files to begin and to end with; the linker alone does not.
    fn linker(&self, targets: &Targets<'_>) -> Result<PathBuf> {
        let script = targets.dir.join(format!("link-{}", self.triple));
        let libc = targets.debs.path("usr/lib").join(self.libc);
        let libgcc = targets.debs.path("usr/lib/gcc").join(self.libgcc);
        let (libc, libgcc) = (libc.display(), libgcc.display());
        let lld = targets.debs.path("usr/lib/llvm-19/bin/ld.lld");
        let text = format!(
            "#!/bin/sh\nexec '{}' '{libc}/crt1.o' '{libc}/crti.o' -L'{libc}' -L'{libgcc}' \"$@\" '{libc}/crtn.o'\n",
            lld.display()
        );
        let say = |e| format!("{}: {e}", script.display());
        fs::write(&script, text).map_err(say)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(say)?;
        Ok(script)
    }

    /// Whether programs for this machine run here at all.
    fn probe(&self, targets: &Targets<'_>, linker: &Path) -> Outcome {
        let dir = targets.scratch("probe")?;
        let source = dir.join("probe.rs");
        fs::write(&source, "fn main() {}\n").map_err(|e| format!("{}: {e}", source.display()))?;
        let program = dir.join(self.triple);
        let mut rustc = targets.rustc();
        rustc.args(["--target", self.triple]).args(FLAGS).arg(format!("-Clinker={}", linker.display()));
        run(rustc.arg("-o").arg(&program).arg(&source))?;
        let start = self.emulator.map(|emulator| targets.debs.path(emulator));
        let mut start = Command::new(start.as_ref().unwrap_or(&program));
        if self.emulator.is_some() {
            start.arg(&program);
        }
        run(&mut start).map_err(|why| Stop::Skip(format!("no programs for {} run here: {why}", self.triple)))
    }
}

/// How it is built, other than for this machine: `ld` is the flavour of [`Machine::linker`].
const FLAGS: &[&str] = &["-Clinker-flavor=ld", "-Ctarget-feature=+crt-static", "-Crelocation-model=static"];
