//! The suite that measures speed: everything of `speed/list.rs` in one run, with tables and plots in
//! `docs/speed`.

pub(crate) mod callgrind;
mod compiled;
mod format;
pub(crate) mod list;
mod load;
pub(crate) mod machine;
mod measure;
mod plot;
pub(crate) mod programs;
mod report;
mod results;
pub(crate) mod work;

use crate::{Result, create_dir, root, run, step};
use callgrind::Callgrind;
use list::works;
use machine::Machine;
use measure::Options;
use netlink_tests::live_obstacle;
use programs::Programs;
use results::Results;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use work::{Part, Program, Work};

/// Rounds when nobody says how many.
const ROUNDS: usize = 5;

/// What was measured, beside its tables and plots.
const FILE: &str = "results.json";

/// Set in the process that measures, in its namespace.
const INSIDE: &str = "NETLINK_SPEED_INSIDE";

/// What was asked for.
struct Asked {
    parts: Vec<Part>,
    options: Options,
    /// Nothing is measured.
    draw: bool,
}

impl Asked {
    fn parse(args: &[String]) -> Result<Self> {
        let mut asked =
            Asked { parts: Vec::new(), options: Options { rounds: ROUNDS, quick: false }, draw: false };
        let mut args = args.iter();
        let mut rounds = None;
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--quick" => asked.options.quick = true,
                "draw" => asked.draw = true,
                "--rounds" => {
                    let number = args.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                    rounds = Some(number.ok_or("--rounds takes a number")?);
                }
                name => {
                    let part = Part::ALL.iter().find(|part| part.name() == name);
                    asked.parts.push(*part.ok_or_else(|| format!("no part `{name}`"))?);
                }
            }
        }
        if asked.parts.is_empty() && !asked.draw {
            asked.parts = Part::ALL.to_vec();
        }
        asked.options.rounds = rounds.unwrap_or(if asked.options.quick { 1 } else { ROUNDS });
        Ok(asked)
    }

    /// The work that programs do.
    fn works(&self) -> Vec<&'static Work> {
        works().filter(|work| self.parts.contains(&work.part) && !work.cases.is_empty()).collect()
    }

    /// Where the results go: what was only tried out is not for the documentation.
    fn docs(&self) -> PathBuf {
        if self.options.quick { programs::dir().join("docs") } else { root().join("docs/speed") }
    }

    /// Takes new results into the file, and draws it.
    fn take(&self, new: Results) -> Result<()> {
        create_dir(&self.docs())?;
        let file = self.docs().join(FILE);
        let mut all = Results::read(&file)?;
        all.take(new);
        all.write(&file)?;
        self.draw(&all)
    }

    /// Writes tables and plots.
    fn draw(&self, all: &Results) -> Result<()> {
        let write = |name: &str, text: String| {
            let path = self.docs().join(name);
            fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
        };
        let plots = plot::plots(all);
        write("README.md", report::page(all, &plots))?;
        plots.into_iter().try_for_each(|(name, svg)| write(&name, svg))
    }
}

/// Measures what is asked for, prints the tables, and writes them beside the plots.
pub(crate) fn run_parts(args: &[String]) -> Result<()> {
    let asked = Asked::parse(args)?;
    if env::var_os(INSIDE).is_some() {
        return inside(&asked);
    }
    if asked.draw {
        return Results::read(&asked.docs().join(FILE)).and_then(|all| asked.draw(&all));
    }
    let callgrind = Callgrind::find();
    if let Err(reason) = &callgrind {
        step(&format!("instructions are not counted: {reason}"));
    }
    let mut new = Results::default();
    if !asked.works().is_empty() {
        new.take(in_namespace(&asked, args)?);
    }
    for part in &asked.parts {
        match part {
            Part::Compile => new.take(compiled::compile()?),
            Part::Size => new.take(compiled::size()?),
            Part::Source => new.take(compiled::source()?),
            Part::Parse | Part::Live | Part::Write => {}
        }
    }
    let wrong = measure::wrong(&new);
    new.machine = Machine::here(callgrind.as_ref().ok().map(|found| found.version.as_str()))?;
    println!("{}", report::tables(&new, &[]));
    asked.take(new)?;
    match wrong.as_slice() {
        [] => Ok(()),
        wrong => Err(format!("other results than the reference's: {}", wrong.join(", "))),
    }
}

/// What the process inside of the namespace gets, and gives.
fn files() -> (PathBuf, PathBuf) {
    (programs::dir().join("programs.json"), programs::dir().join("measured.json"))
}

/// Builds the programs, and runs this program again in a network namespace of its own.
fn in_namespace(asked: &Asked, args: &[String]) -> Result<Results> {
    if let Some(reason) = live_obstacle() {
        return Err(format!("the data cannot be made: {reason}"));
    }
    let mut wanted: Vec<Program> =
        asked.works().iter().flat_map(|work| work.cases.iter().map(|case| case.program)).collect();
    wanted.push(Program::Data);
    wanted.sort_unstable();
    wanted.dedup();
    create_dir(&programs::dir())?;
    let built = Programs::build(&wanted)?;
    let (programs, measured) = files();
    let json = serde_json::to_string(&built).map_err(|e| e.to_string())?;
    fs::write(&programs, json).map_err(|e| format!("{}: {e}", programs.display()))?;
    let _ = fs::remove_file(&measured);
    let exe = env::current_exe().map_err(|e| e.to_string())?;
    let mut unshare = Command::new("unshare");
    run(unshare.arg("-rn").arg(exe).arg("speed").args(args).env(INSIDE, "1"))?;
    Results::read(&measured)
}

/// Makes the data, and measures.
fn inside(asked: &Asked) -> Result<()> {
    let (programs, measured) = files();
    let json = fs::read_to_string(&programs).map_err(|e| format!("{}: {e}", programs.display()))?;
    let programs: Programs = serde_json::from_str(&json).map_err(|e| e.to_string())?;
    let data = programs::dir().join("data");
    make_data(&programs, &data)?;
    let callgrind = Callgrind::find().ok();
    measure::measure(&asked.works(), &programs, &data, callgrind.as_ref(), asked.options)?.write(&measured)
}

fn make_data(programs: &Programs, data: &Path) -> Result<()> {
    step("making the data");
    create_dir(data)?;
    let words = programs.get(Program::Data)?;
    let (first, rest) = words.split_first().ok_or("no program that makes the data")?;
    run(Command::new(first).args(rest).arg(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &str) -> Result<(Vec<&'static str>, usize, bool)> {
        let args: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let asked = Asked::parse(&args)?;
        let parts = asked.parts.iter().map(|part| part.name()).collect();
        Ok((parts, asked.options.rounds, asked.options.quick))
    }

    #[test]
    fn arguments() {
        let all = Part::ALL.iter().map(|part| part.name()).collect::<Vec<_>>();
        assert_eq!(parsed(""), Ok((all.clone(), ROUNDS, false)));
        assert_eq!(parsed("live parse"), Ok((vec!["live", "parse"], ROUNDS, false)));
        assert_eq!(parsed("--quick"), Ok((all, 1, true)));
        assert_eq!(parsed("size --rounds 3"), Ok((vec!["size"], 3, false)));
        assert_eq!(parsed("draw"), Ok((Vec::new(), ROUNDS, false)));
        assert!(parsed("--rounds").is_err());
        assert!(parsed("sizes").is_err());
    }

    /// The list is consistent: what it refers to is in it, once.
    #[test]
    fn list() {
        let mut keys = Vec::new();
        let mut names = Vec::new();
        for work in works() {
            names.push(work.name);
            keys.extend(work.cases.iter().map(|case| (case.program.name(), case.case)));
            if let Some((program, case)) = work.reference {
                assert!(work.cases.iter().any(|c| c.program == program && c.case == case), "{}", work.name);
            }
        }
        let unique = |mut all: Vec<(&str, &str)>| {
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count);
        };
        unique(names.iter().map(|name| (*name, "")).collect());
        unique(keys.clone());
        for check in works().filter(|w| !w.cases.is_empty()).flat_map(|w| w.targets).flat_map(|t| t.checks) {
            assert!(keys.contains(&check.of), "{:?}", check.of);
            if let work::Limit::Times(_, other) = check.limit {
                assert!(keys.contains(&other), "{other:?}");
            }
        }
    }
}
