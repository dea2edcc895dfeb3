//! The other decoders: pyroute2 from PyPI and, where `NETLINK_TEST_YNL` names upstream's specifications,
//! the kernel's YNL tool from Debian's package of the kernel source. Both are kept in the target directory.

use netlink_tests::{has_program, run_limited, skip};
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Pinned, because the list of disagreements is about these versions.
const PACKAGES: &[&str] = &["pyroute2==0.9.7", "PyYAML==6.0.3"];

/// Only the tool is taken from it, which is the same in all of its releases.
const KERNEL_SOURCE: &str = "linux-source-6.12";

/// Longest that a download may take.
const LIMIT: Duration = Duration::from_secs(300);

/// Where the decoders are.
pub(crate) struct Tools {
    python: PathBuf,
    /// The tool's library, and specifications.
    ynl: Option<(PathBuf, PathBuf)>,
}

impl Tools {
    /// Finds or gets them; `None` after saying what is missing.
    pub(crate) fn get(test: &str) -> Option<Tools> {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("second-opinion");
        let python = match pyroute2(&dir) {
            Ok(python) => python,
            Err(reason) => {
                skip(test, &format!("no pyroute2: {reason}"));
                return None;
            }
        };
        let ynl = match specifications() {
            Some(specifications) => match ynl(&dir) {
                Ok(library) => Some((library, specifications)),
                Err(reason) => {
                    skip(test, &format!("no YNL tool: {reason}"));
                    None
                }
            },
            None => {
                skip(test, "no YNL tool: NETLINK_TEST_YNL names no directory of upstream's specifications");
                None
            }
        };
        Some(Tools { python, ynl })
    }

    /// Starts `decode.py`.
    pub(crate) fn start(&self) -> Decoders {
        let mut command = Command::new(&self.python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/second_opinion/decode.py"));
        if let Some((library, specifications)) = &self.ynl {
            command.arg(library).arg(specifications);
        }
        // Its compiled form does not belong beside the sources.
        command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Python runs");
        let to = child.stdin.take().expect("a pipe");
        let from = BufReader::new(child.stdout.take().expect("a pipe"));
        Decoders { child, to, from }
    }

    /// Names of the decoders that there are.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let mut names = vec!["plain", "pyroute2"];
        names.extend(self.ynl.as_ref().map(|_| "ynl"));
        names
    }
}

/// A running `decode.py`.
pub(crate) struct Decoders {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Decoders {
    /// What the decoders make of a message.
    pub(crate) fn ask(&mut self, question: &serde_json::Value) -> serde_json::Value {
        writeln!(self.to, "{question}").expect("decode.py reads");
        let mut answer = String::new();
        self.from.read_line(&mut answer).expect("decode.py answers");
        serde_json::from_str(&answer).unwrap_or_else(|e| panic!("decode.py: {e}: {answer}"))
    }
}

impl Drop for Decoders {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    match run_limited(command.stdout(Stdio::null()), LIMIT) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("{what} failed ({status})")),
        None => Err(format!("{what} could not be run or took more than {LIMIT:?}")),
    }
}

/// The Python that has pyroute2.
fn pyroute2(dir: &Path) -> Result<PathBuf, String> {
    let environment = dir.join("python");
    let python = environment.join("bin/python");
    let done = environment.join("packages");
    if fs::read_to_string(&done).is_ok_and(|packages| packages == PACKAGES.join("\n")) {
        return Ok(python);
    }
    if !has_program("python3") {
        return Err("the program `python3` is not installed".to_owned());
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment), "python3 -m venv")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--retries", "1", "--timeout", "20"]).args(PACKAGES);
    run(&mut pip, "pip install")?;
    fs::write(&done, PACKAGES.join("\n")).map_err(|e| e.to_string())?;
    Ok(python)
}

/// The newest of the kernels' specifications.
fn specifications() -> Option<PathBuf> {
    let root = PathBuf::from(std::env::var_os("NETLINK_TEST_YNL")?);
    let version = |name: &OsString| -> Vec<u32> {
        name.to_string_lossy().split('.').map_while(|part| part.parse().ok()).collect()
    };
    let names = fs::read_dir(&root).ok()?.filter_map(|entry| Some(entry.ok()?.file_name()));
    let newest = names.filter(|name| !version(name).is_empty()).max_by_key(version)?;
    Some(root.join(newest))
}

/// The directory that has the tool's library in `lib`.
fn ynl(dir: &Path) -> Result<PathBuf, String> {
    let tool = dir.join("ynl");
    if tool.join("lib/ynl.py").is_file() {
        return Ok(tool);
    }
    fs::create_dir_all(dir).map_err(|e| e.to_string())?;
    // Unpacked beside its place, so that half of it is not taken for all.
    let script = format!(
        "set -e; rm -rf new; mkdir new; cd new; apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 download {KERNEL_SOURCE}
         dpkg-deb --fsys-tarfile *.deb | tar -xO --wildcards './usr/src/{KERNEL_SOURCE}.tar.xz' |
             tar -xJ --wildcards --strip-components=3 '{KERNEL_SOURCE}/tools/net/ynl/lib/*.py'
         mv ynl ../ynl; cd ..; rm -rf new"
    );
    run(Command::new("sh").arg("-c").arg(script).current_dir(dir), &format!("getting {KERNEL_SOURCE}"))?;
    tool.join("lib/ynl.py").is_file().then_some(tool).ok_or_else(|| "the package does not have it".to_owned())
}
