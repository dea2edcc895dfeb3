//! What a guest runs, and how it tells what came of it.

use crate::{Result, cargo, root, target};
use std::fmt::Write as _;
use std::path::PathBuf;

/// A program that a guest runs.
pub(super) struct Program {
    name: String,
    exe: PathBuf,
    arguments: Vec<String>,
}

impl Program {
    /// A test program: of its tests, those with one of these in their names; all, if there are none.
    fn tests(name: &str, exe: &str, tests: Vec<String>) -> Self {
        let arguments = ["--test-threads=1".to_owned()].into_iter().chain(tests).collect();
        Program { name: name.to_owned(), exe: root().join(exe), arguments }
    }
}

/// Compares all schemas with what the kernel says of itself.
const VERIFY: &str = "verify";

/// What came of a program.
pub(super) struct Verdict {
    pub(super) name: String,
    pub(super) passed: bool,
    /// It failed at first: in an emulator, what others do in the meantime takes its time.
    pub(super) again: bool,
    pub(super) seconds: u64,
    pub(super) output: String,
    /// `test: reason`.
    pub(super) skips: Vec<String>,
}

/// The programs whose tests speak to the kernel. The million routes of one of them are for kernels that
/// are not emulated; named, it is run.
fn usual(name: &str) -> bool {
    (name.starts_with("live_") && name != "live_memory") || name == "extack_paths"
}

/// Builds the test programs. A filter is part of a program's name, and after `::` of a test's.
pub(super) fn programs(filters: &[String]) -> Result<Vec<Program>> {
    let mut command = cargo();
    // As all tests are built, so that it is one build.
    command.args(["test", "--workspace", "--all-features", "--no-run"]);
    let output = command.output().map_err(|e| format!("cargo: {e}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("the tests do not build:\n{said}"));
    }
    let mut programs = Vec::new();
    for line in said.lines() {
        // `Executable tests/live_ip/main.rs (path)`.
        let Some(line) = line.trim_start().strip_prefix("Executable tests/") else { continue };
        let Some((source, exe)) = line.trim_end_matches(')').split_once(" (") else { continue };
        let name = source.trim_end_matches("/main.rs").trim_end_matches(".rs");
        let tests: Option<Vec<String>> = match filters {
            [] => usual(name).then(Vec::new),
            filters => {
                let parts = filters.iter().map(|f| f.split_once("::").unwrap_or((f, "")));
                let hits: Vec<&str> = parts.filter(|(p, _)| name.contains(p)).map(|(_, test)| test).collect();
                (!hits.is_empty())
                    .then(|| hits.iter().filter(|t| !t.is_empty()).map(|t| (*t).into()).collect())
            }
        };
        if let Some(tests) = tests {
            programs.push(Program::tests(name, exe, tests));
        }
    }
    if filters.is_empty() || filters.iter().any(|filter| VERIFY.contains(filter.as_str())) {
        // Built beside the tests, some of which run it.
        let exe = target().join("debug/netlink-codegen");
        let arguments = ["verify", "--live"].map(str::to_owned).to_vec();
        programs.push(Program { name: VERIFY.to_owned(), exe, arguments });
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}

/// The script of a guest's first process: runs the programs one after the other, and turns off.
pub(super) fn script(programs: &[Program]) -> String {
    let mut script = format!(
        "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp RUST_BACKTRACE=0\n\
         export NETLINK_TEST_LIMIT=600 NETLINK_SKIP_LOG=/run/skips\n\
         stty -F /dev/ttyS1 raw -echo\n\
         exec </dev/null >/dev/ttyS1 2>&1\n\
         ip link set lo up\n\
         cd {}\n",
        quoted(&root().join("tests").to_string_lossy())
    );
    for program in programs {
        let words: String = program.arguments.iter().map(|word| format!(" {}", quoted(word))).collect();
        let exe = quoted(&program.exe.to_string_lossy());
        let name = &program.name;
        let _ = write!(
            script,
            "echo {BEGIN}{name}\n\
             begun=$(cut -d. -f1 /proc/uptime)\n\
             : >/run/skips\n\
             {exe}{words}\n\
             code=$?\n\
             if [ $code -ne 0 ]; then echo {AGAIN}; {exe}{words}; code=$?; fi\n\
             sed 's/^/{SKIP}/' /run/skips\n\
             echo {END}$code $(($(cut -d. -f1 /proc/uptime) - begun))\n"
        );
    }
    script.push_str("sync\necho o >/proc/sysrq-trigger\nsleep 60\n");
    script
}

const BEGIN: &str = "@@begin ";
const SKIP: &str = "@@skip ";
const AGAIN: &str = "@@again";
const END: &str = "@@end ";

/// Reads what the script wrote.
pub(super) fn verdicts(output: &str, programs: &[Program]) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    for part in output.split(BEGIN).skip(1) {
        let (name, rest) = part.split_once('\n').ok_or("the guest's output is cut off")?;
        let end = rest.rfind(END).ok_or_else(|| format!("the guest ended within {name}:\n{rest}"))?;
        let numbers: Vec<u64> =
            rest[end + END.len()..].split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let [code, seconds] = numbers[..] else { return Err(format!("no result of {name}")) };
        let (mut text, mut skips) = (String::new(), Vec::new());
        for line in rest[..end].lines() {
            match line.strip_prefix(SKIP) {
                Some(skip) => skips.push(skip.to_owned()),
                None => {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        let name = name.trim().to_owned();
        let (passed, again) = (code == 0, text.contains(AGAIN));
        verdicts.push(Verdict { name, passed, again, seconds, output: text, skips });
    }
    let missing: Vec<&str> =
        programs.iter().skip(verdicts.len()).map(|program| program.name.as_str()).collect();
    if missing.is_empty() { Ok(verdicts) } else { Err(format!("not run: {}", missing.join(", "))) }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
