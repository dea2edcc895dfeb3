//! Instructions of hot paths beside a baseline that is committed: a report, and a failure when one takes
//! grossly more than it did.

use crate::skips::Skips;
use crate::speed::callgrind::Callgrind;
use crate::speed::list::works;
use crate::speed::machine::first_line;
use crate::speed::programs::{Programs, benches};
use crate::speed::work::{Case, Input, Program};
use crate::{Result, step};
use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// What counting is called where it is skipped.
const NAME: &str = "instructions";

/// The work is done so often, so that what is done once counts for nothing.
const PASSES: u32 = 20;

/// More than this part of the baseline, and more than these few instructions, is a regression.
const PART: f64 = 0.1;
const FEW: f64 = 10.0;

/// Instructions for each message, by program and case.
type Counts = BTreeMap<(String, String), f64>;

/// What the numbers depend on, and the numbers.
#[derive(Debug, Default, PartialEq)]
struct Baseline {
    tools: Vec<String>,
    counts: Counts,
}

/// Counts, and compares. `UPDATE_EXPECT=1` writes the baseline instead.
pub(crate) fn run(skips: &Skips) -> Result<()> {
    step("counting instructions");
    let callgrind = match Callgrind::find() {
        Ok(callgrind) => callgrind,
        Err(reason) => {
            skips.note(NAME, &reason);
            return Ok(());
        }
    };
    let now = Baseline { tools: tools(&callgrind)?, counts: count(&callgrind)? };
    let path = benches().join("instructions.txt");
    if env::var_os("UPDATE_EXPECT").is_some() {
        return fs::write(&path, now.text()).map_err(|e| format!("{}: {e}", path.display()));
    }
    let was = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let was = Baseline::parse(&was)?;
    let (report, worse) = compare(&was.counts, &now.counts);
    println!("{report}");
    if was.ours() != now.ours() {
        let of = |tools: &[String]| tools.join(", ");
        let reason = format!("counted with {}, the baseline with {}", of(now.ours()), of(was.ours()));
        skips.note(NAME, &reason);
        return Ok(());
    }
    match worse.as_slice() {
        [] => Ok(()),
        worse => Err(format!(
            "many more instructions than in benches/instructions.txt (UPDATE_EXPECT=1 writes it anew): {}",
            worse.join(", ")
        )),
    }
}

/// The compilers and the counter; that of C is the last.
fn tools(callgrind: &Callgrind) -> Result<Vec<String>> {
    let version = Command::new("rustc").arg("-vV").output().map_err(|e| format!("rustc: {e}"))?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let mut lines = version.lines();
    let rustc = lines.next().unwrap_or_default();
    let host = lines.find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let cc = first_line(Command::new("cc").arg("--version"))?;
    Ok([rustc, host, &callgrind.version, &cc].map(str::to_owned).to_vec())
}

/// Ours and C's over files: those that are in the tree are the same everywhere.
fn count(callgrind: &Callgrind) -> Result<Counts> {
    let programs = Programs::build(&[Program::Ours, Program::Parse])?;
    let mut counts = Counts::new();
    for work in works() {
        let Input::File { large, .. } = work.input else { continue };
        let file = benches().join("small").join(large);
        let here = |case: &&Case| [Program::Ours, Program::Parse].contains(&case.program);
        for Case { program, case, .. } in work.cases.iter().filter(here) {
            let words = programs.get(*program)?;
            match callgrind.per_message(words, case, file.as_os_str(), PASSES) {
                Ok(count) => {
                    counts.insert((program.name().to_owned(), (*case).to_owned()), count);
                }
                Err(reason) => step(&format!("{} {case}: {reason}", program.name())),
            }
        }
    }
    Ok(counts)
}

impl Baseline {
    fn text(&self) -> String {
        let mut out = String::from(
            "# Instructions for each message of benches/small. UPDATE_EXPECT=1 cargo xtask instructions writes this.\n",
        );
        for tool in &self.tools {
            let _ = writeln!(out, "# {tool}");
        }
        for ((program, case), count) in &self.counts {
            let _ = writeln!(out, "{program} {case} {count:.1}");
        }
        out
    }

    /// The tools that the numbers of our programs depend on: all but the compiler of C.
    fn ours(&self) -> &[String] {
        self.tools.split_last().map_or(&[], |(_, ours)| ours)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut found = Baseline::default();
        for line in text.lines().skip(1) {
            if let Some(tool) = line.strip_prefix("# ") {
                found.tools.push(tool.to_owned());
                continue;
            }
            let words: Vec<&str> = line.split(' ').collect();
            let count = words.get(2).and_then(|word| word.parse().ok());
            let ([program, case, _], Some(count)) = (words.as_slice(), count) else {
                return Err(format!("an odd line of the baseline: {line:?}"));
            };
            found.counts.insert(((*program).to_owned(), (*case).to_owned()), count);
        }
        Ok(found)
    }
}

/// A line for each case, and the cases of ours that are grossly worse.
fn compare(was: &Counts, now: &Counts) -> (String, Vec<String>) {
    let mut report = String::from("instructions for each message: now, baseline\n");
    let mut worse = Vec::new();
    for (key, count) in now {
        let (program, case) = key;
        let _ = match was.get(key) {
            None => writeln!(report, "  {program} {case}: {count:.1}, not in the baseline"),
            Some(before) => {
                let more = count - before;
                if program == Program::Ours.name() && more > FEW && more > before * PART {
                    worse.push(format!("{case}: {count:.1} instead of {before:.1}"));
                }
                writeln!(
                    report,
                    "  {program} {case}: {count:.1}, {before:.1} ({:+.1} %)",
                    more / before * 100.0
                )
            }
        };
    }
    for (program, case) in was.keys().filter(|key| !now.contains_key(*key)) {
        let _ = writeln!(report, "  {program} {case}: only in the baseline");
    }
    (report, worse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, &str, f64)]) -> Counts {
        of.iter().map(|(p, c, n)| (((*p).to_owned(), (*c).to_owned()), *n)).collect()
    }

    #[test]
    fn the_file_gives_back_what_it_holds() {
        let tools = ["rustc 1.95.0", "valgrind-3.19.0"].map(str::to_owned).to_vec();
        let baseline = Baseline { tools, counts: counts(&[("C", "walk", 14.0), ("ours", "walk", 15.5)]) };
        assert_eq!(Baseline::parse(&baseline.text()), Ok(baseline));
        assert!(Baseline::parse("#\nours walk\n").is_err());
        assert!(Baseline::parse("#\nours walk many\n").is_err());
    }

    #[test]
    fn only_gross_regressions_of_ours_fail() {
        let was =
            counts(&[("ours", "a", 200.0), ("ours", "b", 20.0), ("C", "a", 100.0), ("ours", "gone", 1.0)]);
        let worse = |a, b, c| {
            let now = counts(&[("ours", "a", a), ("ours", "b", b), ("C", "a", c), ("ours", "new", 5.0)]);
            compare(&was, &now)
        };
        assert!(worse(219.0, 29.0, 200.0).1.is_empty());
        assert_eq!(worse(221.0, 29.0, 100.0).1, ["a: 221.0 instead of 200.0"]);
        assert_eq!(worse(200.0, 31.0, 100.0).1, ["b: 31.0 instead of 20.0"]);
        let (report, _) = worse(210.0, 20.0, 100.0);
        for line in ["ours a: 210.0, 200.0 (+5.0 %)", "ours new: 5.0, not in", "ours gone: only in"] {
            assert!(report.contains(line), "{report}");
        }
    }
}
