//! Builds the programs of the suite. What cannot be had is left out, with the reason.

use super::work::Program;
use crate::debs::Debs;
use crate::debs::packages::LIBMNL;
use crate::tool_speed::PYROUTE2;
use crate::{Result, cargo, create_dir, root, setup, step, target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Flags of C: what a person who wants speed uses, for any machine of the kind.
const CFLAGS: &[&str] = &["-O3", "-Wall", "-Wno-unused-function"];

/// What there is to run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Programs {
    /// The words that start each.
    words: BTreeMap<Program, Vec<PathBuf>>,
    /// Why the others are not there.
    lacking: BTreeMap<Program, String>,
}

/// The suite's folder.
pub(crate) fn benches() -> PathBuf {
    root().join("benches")
}

/// Where the suite puts what it makes.
pub(crate) fn dir() -> PathBuf {
    target().join("speed")
}

/// A cargo command in the suite's own workspace.
pub(crate) fn bench_cargo(command: &str) -> Command {
    let mut cargo = cargo();
    // Flags that somebody has set would make other programs.
    for odd in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        cargo.env_remove(odd);
    }
    cargo.current_dir(benches()).env("CARGO_TARGET_DIR", benches().join("target")).arg(command);
    cargo
}

impl Programs {
    /// Builds those of these programs that can be built.
    pub(crate) fn build(wanted: &[Program]) -> Result<Self> {
        let mut programs = Programs::default();
        let (there, lacking): (Vec<Program>, Vec<Program>) =
            wanted.iter().partition(|program| benches().join(program.source()).exists());
        for program in lacking {
            programs.lacking.insert(program, format!("there is no `benches/{}`", program.source()));
        }
        let packages: Vec<Program> = there.iter().copied().filter(|p| package(*p).is_some()).collect();
        step("building the programs in Rust");
        // Together, so that what they share is built once; where that fails, what can be built alone.
        if rust(&packages).is_ok() {
            packages.iter().for_each(|program| programs.have(*program, vec![binary(*program)]));
        } else {
            for program in packages {
                let built = rust(&[program]).map(|()| vec![binary(program)]);
                programs.insert(program, built);
            }
        }
        step("building the programs in C");
        for program in there.into_iter().filter(|p| package(*p).is_none()) {
            let words = match program {
                Program::Pyroute2 => python(),
                _ => c(program).map(|path| vec![path]),
            };
            programs.insert(program, words);
        }
        Ok(programs)
    }

    fn have(&mut self, program: Program, words: Vec<PathBuf>) {
        self.words.insert(program, words);
    }

    fn insert(&mut self, program: Program, words: Result<Vec<PathBuf>>) {
        match words {
            Ok(words) => self.have(program, words),
            Err(reason) => {
                step(&format!("without {}: {reason}", program.name()));
                self.lacking.insert(program, reason);
            }
        }
    }

    /// The words that start it; `Err` says why it is not there.
    pub(crate) fn get(&self, program: Program) -> Result<&[PathBuf]> {
        let lacking = || self.lacking.get(&program).cloned().unwrap_or_else(|| "not built".to_owned());
        self.words.get(&program).map(Vec::as_slice).ok_or_else(lacking)
    }
}

/// The cargo package of a program in Rust.
fn package(program: Program) -> Option<&'static str> {
    Some(match program {
        Program::Ours => "bench-ours",
        Program::Bindings => "bench-bindings",
        Program::Nlink => "bench-nlink",
        Program::PacketRoute => "bench-packet-route",
        Program::Neli => "bench-neli",
        Program::Data => "bench-data",
        Program::Pyroute2 | Program::Parse | Program::Live | Program::Write | Program::Mnl => return None,
    })
}

fn binary(program: Program) -> PathBuf {
    benches().join("target/release").join(package(program).unwrap_or_default())
}

fn rust(programs: &[Program]) -> Result<()> {
    if programs.is_empty() {
        return Ok(());
    }
    let mut cargo = bench_cargo("build");
    cargo.args(["--quiet", "--release", "--locked"]);
    for name in programs.iter().filter_map(|program| package(*program)) {
        cargo.args(["--package", name]);
    }
    crate::run(&mut cargo)
}

/// Compiles a program of the suite in C.
fn c(program: Program) -> Result<PathBuf> {
    compile_c(&benches().join(program.source()), CFLAGS, program == Program::Mnl)
}

/// Compiles a program in C, with libmnl if it takes that.
pub(crate) fn compile_c(source: &Path, flags: &[&str], libmnl: bool) -> Result<PathBuf> {
    let bin = dir().join("bin");
    create_dir(&bin)?;
    let out = bin.join(source.file_stem().unwrap_or_default());
    let mut cc = Command::new("cc");
    cc.args(flags).arg("-o").arg(&out).arg(source);
    if libmnl {
        if !Path::new("/usr/include/libmnl/libmnl.h").exists() {
            let debs = Debs::open(&target().join("targets"))?;
            debs.need(&[&LIBMNL])?;
            let libraries = debs.path("usr/lib/x86_64-linux-gnu");
            cc.arg("-I").arg(debs.path("usr/include")).arg("-L").arg(&libraries);
            cc.arg(format!("-Wl,-rpath,{}", libraries.display()));
        }
        cc.arg("-lmnl");
    }
    crate::run(&mut cc).map(|()| out)
}

fn python() -> Result<Vec<PathBuf>> {
    let python = setup::venv(&dir().join("venv"), &[PYROUTE2])?;
    Ok(vec![python, benches().join(Program::Pyroute2.source())])
}
