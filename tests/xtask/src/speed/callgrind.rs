//! Counts instructions, which no other work of the machine changes.

use crate::debs::Debs;
use crate::debs::packages::VALGRIND;
use crate::{Result, target};
use netlink_tests::has_program;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use super::machine::first_line;
use super::measure::{Line, why};

/// The counter.
pub(crate) struct Callgrind {
    program: PathBuf,
    /// Where its parts are, when it is not installed.
    parts: Option<PathBuf>,
    pub(crate) version: String,
}

impl Callgrind {
    /// The one that is installed, or Debian's; `Err` says why there is none.
    pub(crate) fn find() -> Result<Self> {
        let mut found = Callgrind { program: "valgrind".into(), parts: None, version: String::new() };
        if !has_program("valgrind") {
            if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
                return Err("no valgrind here".to_owned());
            }
            let debs = Debs::open(&target().join("targets"))?;
            debs.need(&[&VALGRIND])?;
            found.program = debs.path("usr/bin/valgrind.bin");
            found.parts = Some(debs.path("usr/libexec/valgrind"));
        }
        found.version = first_line(found.command().arg("--version"))?;
        Ok(found)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(parts) = &self.parts {
            command.env("VALGRIND_LIB", parts);
        }
        command
    }

    /// Instructions for each message: those of this many passes without those of none.
    pub(crate) fn per_message(
        &self,
        words: &[PathBuf],
        case: &str,
        input: &OsStr,
        passes: u32,
    ) -> Result<f64> {
        let (none, _) = self.count(words, case, input, 0)?;
        let (all, line) = self.count(words, case, input, passes)?;
        let messages = line.messages * u64::from(passes);
        if messages == 0 {
            return Err(format!("{case}: no messages"));
        }
        Ok((all as f64 - none as f64) / messages as f64)
    }

    fn count(&self, words: &[PathBuf], case: &str, input: &OsStr, passes: u32) -> Result<(u64, Line)> {
        let mut command = self.command();
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).args(words);
        command.arg(case).arg(input).arg(passes.to_string());
        let output = command.output().map_err(|e| format!("{}: {e}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let count = collected(&said).filter(|_| output.status.success());
        let count = count.ok_or_else(|| why(output.status, &said))?;
        Ok((count, Line::parse(&String::from_utf8_lossy(&output.stdout))?))
    }
}

/// What callgrind counted, as it says at the end: `==1== Collected : 123`.
fn collected(said: &str) -> Option<u64> {
    said.lines().rev().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_callgrind_says() {
        let said =
            "==1== Events    : Ir\n==1== Collected : 1234567\n==1== \n==1== I   refs:      1,234,567\n";
        assert_eq!(super::collected(said), Some(1_234_567));
        assert_eq!(super::collected("==1== Command: true"), None);
    }
}
