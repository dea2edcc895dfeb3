//! Puts faults in on purpose, one at a time, and sees the conformance tests fail.
//!
//! It works on a copy of the tree in the target folder, which keeps its own build from one run to
//! the next: a fault costs what building the runtime, the families and one test costs.

use crate::{Result, root, step, target};
use netlink_tests::faults::{self, Fault};
use netlink_tests::run_limited;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longest that a test may take: one that runs longer hangs, and so has failed.
const LIMIT: Duration = Duration::from_secs(10);

/// The test programs that faults are put before.
const PROGRAMS: [&str; 2] = ["conformance", "sockets"];

/// Where they are.
type Programs = BTreeMap<&'static str, PathBuf>;

/// How a test ended.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    /// The machine cannot run it.
    Skipped,
    Failed,
    Hung,
}

pub(crate) fn run(wanted: &[String]) -> Result<()> {
    let mut faults = faults::read()?;
    if let Some(odd) = wanted.iter().find(|name| !faults.iter().any(|f| f.name == **name)) {
        return Err(format!("no fault is named {odd}"));
    }
    faults.retain(|fault| wanted.is_empty() || wanted.contains(&fault.name));
    let place = target().join("faults");
    let copy = Copy { tree: place.join("tree"), build: place.join("target"), skips: place.join("skips.txt") };
    step("copying the tree");
    sync(&root(), &copy.tree)?;
    step("building and running the tests without a fault");
    let exe = copy.build()?.map_err(|error| format!("the tree does not build:\n{error}"))?;
    let tests: BTreeSet<&str> = faults.iter().flat_map(|f| &f.fails).map(String::as_str).collect();
    for test in tests {
        if matches!(copy.test(&exe, test)?, Outcome::Failed | Outcome::Hung) {
            return Err(format!("{test} fails without any fault"));
        }
    }
    let start = Instant::now();
    let mut bad = 0;
    for fault in &faults {
        let began = Instant::now();
        let (verdict, good) = copy.try_fault(fault)?;
        bad += u32::from(!good);
        println!("{:<44}{:>4} s  {verdict}", fault.name, began.elapsed().as_secs());
    }
    println!("{} faults, {bad} not seen, {} s", faults.len(), start.elapsed().as_secs());
    if bad == 0 { Ok(()) } else { Err(format!("{bad} faults are not seen by all the tests they name")) }
}

/// The copy of the tree that faults are put into.
struct Copy {
    tree: PathBuf,
    build: PathBuf,
    skips: PathBuf,
}

impl Copy {
    /// Puts a fault in, builds, runs the tests it names, takes it out. What is to be said of it, and
    /// whether all was as it should be.
    fn try_fault(&self, fault: &Fault) -> Result<(String, bool)> {
        let mut before: Vec<(PathBuf, String)> = Vec::new();
        for edit in &fault.edits {
            let path = self.tree.join(&edit.file);
            let text = read(&path)?;
            write(&path, &edit.apply(&text)?)?;
            before.push((path, text));
        }
        let seen = self.build()?.map(|exe| self.outcomes(&exe, fault));
        // Of two edits in one file, the first saw it whole.
        for (path, text) in before.iter().rev() {
            write(path, text)?;
        }
        let outcomes = match seen {
            Ok(outcomes) => outcomes?,
            Err(error) => return Ok((format!("DOES NOT COMPILE\n{error}"), false)),
        };
        let of = |wanted| outcomes.iter().filter(move |(_, outcome)| *outcome == wanted);
        let mut verdict = format!(
            "seen by {} of {}",
            of(Outcome::Failed).count() + of(Outcome::Hung).count(),
            outcomes.len()
        );
        for (what, outcome) in
            [("hung", Outcome::Hung), ("skipped", Outcome::Skipped), ("NOT SEEN", Outcome::Passed)]
        {
            for (test, _) in of(outcome) {
                verdict.push_str(&format!("; {what}: {test}"));
            }
        }
        Ok((verdict, of(Outcome::Passed).count() == 0))
    }

    fn outcomes<'f>(&self, exe: &Programs, fault: &'f Fault) -> Result<Vec<(&'f str, Outcome)>> {
        fault.fails.iter().map(|test| Ok((test.as_str(), self.test(exe, test)?))).collect()
    }

    /// Builds the tests: where each program is, or what the compiler says.
    fn build(&self) -> Result<std::result::Result<Programs, String>> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["test", "--no-run", "--package", "netlink-tests"]);
        cargo.args(PROGRAMS.iter().flat_map(|program| ["--test", program]));
        cargo.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.build);
        // Nobody debugs these.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_INCREMENTAL", "1");
        let output = cargo.output().map_err(|e| format!("cargo: {e}"))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            let errors: Vec<&str> = said.lines().filter(|l| l.starts_with("error")).collect();
            return Ok(Err(errors.join("\n")));
        }
        let mut programs = Programs::new();
        for program in PROGRAMS {
            // `Executable tests/conformance/main.rs (path)`.
            let source = format!("Executable tests/{program}/");
            let line = said.lines().find(|l| l.trim_start().starts_with(&source));
            let path = line.and_then(|l| Some(l.rsplit_once('(')?.1.trim_end_matches(')')));
            let path = path.ok_or_else(|| format!("cargo does not name {program}:\n{said}"))?;
            programs.insert(program, self.tree.join(path));
        }
        Ok(Ok(programs))
    }

    /// Runs a test: of the conformance tests, unless it says `program/test`.
    fn test(&self, programs: &Programs, name: &str) -> Result<Outcome> {
        let (program, name) = name.split_once('/').unwrap_or((PROGRAMS[0], name));
        let exe = programs.get(program).ok_or_else(|| format!("no program {program}"))?;
        let _ = fs::remove_file(&self.skips);
        let mut command = Command::new(exe);
        command.args(["--exact", name]).current_dir(self.tree.join("tests"));
        command.env("NETLINK_SKIP_LOG", &self.skips).env_remove("RUST_BACKTRACE");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        // The test itself may be a child, in a namespace.
        command.process_group(0);
        Ok(match run_limited(&mut command, LIMIT) {
            None => Outcome::Hung,
            Some(status) if !status.success() => Outcome::Failed,
            Some(_) if self.skips.exists() => Outcome::Skipped,
            Some(_) => Outcome::Passed,
        })
    }
}

/// Makes one folder like the other. What is the same is not touched, so that it is not built anew.
fn sync(from: &Path, to: &Path) -> Result<()> {
    let failed = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    fs::create_dir_all(to).map_err(|e| failed(to, e))?;
    let names = |path: &Path| -> Result<BTreeSet<std::ffi::OsString>> {
        let entries = fs::read_dir(path).map_err(|e| failed(path, e))?;
        Ok(entries
            .filter_map(|e| Some(e.ok()?.file_name()))
            .filter(|n| n != "target" && n != ".git")
            .collect())
    };
    let here = names(from)?;
    for gone in names(to)?.difference(&here) {
        let path = to.join(gone);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(|e| failed(&path, e))?;
    }
    for name in here {
        let (source, copy) = (from.join(&name), to.join(&name));
        if source.is_dir() {
            sync(&source, &copy)?;
        } else {
            let bytes = fs::read(&source).map_err(|e| failed(&source, e))?;
            if !fs::read(&copy).is_ok_and(|there| there == bytes) {
                fs::write(&copy, bytes).map_err(|e| failed(&copy, e))?;
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}
