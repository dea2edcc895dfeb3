//! From an include directory to the facts of one kernel.
//!
//! Each header is its own translation unit, so one that does not compile spoils nobody
//! else's facts. `values` then evaluates macros, and `assemble` makes facts of it all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::assemble::assemble;
use super::clang::{Complaint, Parsed, RawRecord, Session, Unit};
use super::facts::{Kernel, Store};
use super::values::Values;
use super::{include, sources, stubs};

/// The architecture whose layouts are the facts; others are recorded as differences.
pub const BASE_TARGET: &str = "x86_64-linux-gnu";

/// What to extract.
#[derive(Clone, Debug)]
pub struct Options {
    /// The include directory (that holds `linux/`).
    pub root: PathBuf,
    /// Target triple; it chooses layouts and the directory of `asm/`.
    pub target: String,
    /// Another target, whose `asm/` does where `root` has none of `target`.
    pub fallback: Option<String>,
    /// Include directories that are searched before `root`.
    pub include: Vec<PathBuf>,
    /// The kernel that the headers belong to.
    pub kernel: Kernel,
    /// Headers below `root`, `*` for anything but `/`.
    pub headers: Vec<String>,
    /// Headers elsewhere; their facts are recorded under the path as given.
    pub files: Vec<PathBuf>,
    /// Headers private to the kernel: its source tree, and paths in it.
    pub private: Vec<(PathBuf, String)>,
}

impl Options {
    /// The project's whole header list, below `root`.
    pub fn listed(root: PathBuf, kernel: Kernel) -> Options {
        let headers = sources::listed().into_iter().filter(|l| !l.private).map(|l| l.pattern).collect();
        Options {
            root,
            target: BASE_TARGET.to_owned(),
            fallback: None,
            include: Vec::new(),
            kernel,
            headers,
            files: Vec::new(),
            private: Vec::new(),
        }
    }
}

/// What extraction gave.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// The facts: a store of one kernel.
    pub store: Store,
    /// What went wrong, all of it.
    pub findings: Vec<Finding>,
    /// Headers that were named by path and are not there.
    pub absent: Vec<String>,
    /// Every file that was read: the headers, and what they include.
    pub read: BTreeSet<PathBuf>,
    /// Object-like macros without a value: header and name.
    pub unsolved: Vec<(String, String)>,
    /// Sizes of the catch.
    pub counts: Counts,
}

/// Something wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The header that was being read.
    pub header: String,
    /// Where, when the compiler said so; may be a header that this one includes.
    pub file: PathBuf,
    /// The line, or 0.
    pub line: u32,
    /// The column, or 0.
    pub column: u32,
    /// What.
    pub message: String,
    /// Facts were lost; else only worth knowing.
    pub error: bool,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}:{}: ", self.file.display(), self.line, self.column)?;
        } else {
            write!(f, "{}: ", self.header)?;
        }
        f.write_str(&self.message)
    }
}

/// How much was extracted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Headers that were read.
    pub headers: usize,
    /// Enums.
    pub enums: usize,
    /// Enumerators.
    pub constants: usize,
    /// Structs and unions.
    pub records: usize,
    /// Their members, anonymous ones flattened.
    pub fields: usize,
    /// Macros with an integer value, those that repeat an enumerator included.
    pub int_macros: usize,
    /// Macros with a string value.
    pub string_macros: usize,
}

/// Why nothing could be extracted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// libclang is not there, or too old.
    #[error("{0}")]
    Clang(String),
    /// The directory, target or header names make no sense.
    #[error("{0}")]
    Input(String),
}

/// A header and what became of it.
pub(super) struct Job {
    pub(super) name: String,
    path: PathBuf,
    pub(super) private: bool,
    /// What stands before its `#include`.
    prelude: String,
    /// Virtual files beyond the C library's.
    extra: Vec<(PathBuf, String)>,
    pub(super) parsed: Parsed,
    pub(super) trusted: bool,
}

/// What all units share.
pub(super) struct Context {
    pub(super) session: Session,
    main: PathBuf,
    arguments: Vec<String>,
    libc: Vec<(PathBuf, String)>,
}

/// The declarations that stand in for a C library while headers are read: path below the
/// include directory and text. For other tools that read the same headers without one.
pub fn stand_ins() -> &'static [(&'static str, &'static str)] {
    stubs::LIBC
}

/// Extracts facts.
pub fn extract(options: &Options) -> Result<Extraction, Error> {
    let root = std::path::absolute(&options.root)
        .map_err(|e| Error::Input(format!("{}: {e}", options.root.display())))?;
    if !root.is_dir() {
        return Err(Error::Input(format!("{}: not a directory", root.display())));
    }
    let asm = include::asm_dir(&root, &options.target).or_else(|error| match &options.fallback {
        Some(other) => include::asm_dir(&root, other).map_err(|_| error),
        None => Err(error),
    });
    let asm = asm.map_err(Error::Input)?;
    let session = Session::open().map_err(Error::Clang)?;
    let context = Context {
        session,
        main: root.join("netlink-codegen.c"),
        arguments: arguments(options, &root, &asm),
        libc: stubs::libc(&root),
    };
    let mut out = Extraction::default();
    let mut jobs = jobs(options, &root, &mut out)?;
    for job in &mut jobs {
        read(&context, &root, job, &mut out.findings)?;
        // Stand-ins for a C library need not exist.
        let included = job.parsed.included.iter().filter(|file| file.is_file());
        out.read.extend(included.chain([&job.path]).cloned());
    }
    let values = Values::of(&context, &jobs)?;
    assemble(options, &jobs, &values, &mut out);
    Ok(out)
}

fn arguments(options: &Options, root: &Path, asm: &Path) -> Vec<String> {
    // The root comes before `asm`: headers are told apart by path, and an earlier directory with
    // the same headers would leave nothing to find.
    let mut arguments: Vec<String> =
        ["-x", "c", "-std=gnu11", "-nostdinc", "-ferror-limit=0", "-w", "-D__packed=__attribute__((packed))"]
            .map(str::to_owned)
            .to_vec();
    arguments.push(format!("--target={}", options.target));
    for directory in options.include.iter().map(PathBuf::as_path).chain([root, asm]) {
        arguments.push("-isystem".to_owned());
        arguments.push(directory.to_string_lossy().into_owned());
    }
    arguments
}

fn jobs(options: &Options, root: &Path, out: &mut Extraction) -> Result<Vec<Job>, Error> {
    let (found, absent) = include::expand(root, &options.headers);
    out.absent = absent;
    // By name: the store's order, and each header once.
    let mut paths: BTreeMap<String, (PathBuf, bool)> = BTreeMap::new();
    for name in found {
        let path = root.join(&name);
        paths.insert(name, (path, false));
    }
    let files = options.files.iter().map(|file| (file.to_string_lossy().into_owned(), file.clone(), false));
    let private = options.private.iter().map(|(tree, header)| (header.clone(), tree.join(header), true));
    for (name, path, private) in files.chain(private) {
        if !path.is_file() {
            out.findings.push(Finding {
                header: name.clone(),
                file: path.clone(),
                line: 0,
                column: 0,
                message: format!("no such file: {}", path.display()),
                error: true,
            });
            continue;
        }
        let path =
            std::path::absolute(&path).map_err(|e| Error::Input(format!("{}: {e}", path.display())))?;
        paths.insert(name, (path, private));
    }
    if paths.is_empty() && out.findings.is_empty() {
        return Err(Error::Input(format!("{}: none of the listed headers is here", root.display())));
    }
    Ok(paths
        .into_iter()
        .map(|(name, (path, private))| Job {
            name,
            path,
            private,
            prelude: String::new(),
            extra: Vec::new(),
            parsed: Parsed::default(),
            trusted: true,
        })
        .collect())
}

impl Job {
    pub(super) fn include(&self) -> String {
        format!("{}#include \"{}\"\n", self.prelude, self.path.display())
    }
}

impl Context {
    pub(super) fn unit<'a>(&'a self, text: &'a str, files: &'a [(PathBuf, String)]) -> Unit<'a> {
        Unit { text, path: &self.main, arguments: &self.arguments, virtual_files: files }
    }

    pub(super) fn files(&self, jobs: &[&Job]) -> Vec<(PathBuf, String)> {
        self.libc.iter().chain(jobs.iter().flat_map(|job| &job.extra)).cloned().collect()
    }

    fn declarations(&self, job: &Job) -> Result<(Parsed, Vec<Complaint>), Error> {
        let files = self.files(&[job]);
        let text = job.include();
        self.session.declarations(&self.unit(&text, &files), &job.path).map_err(Error::Clang)
    }
}

/// Parses one header, with more company when it cannot do alone.
fn read(context: &Context, root: &Path, job: &mut Job, findings: &mut Vec<Finding>) -> Result<(), Error> {
    if let Err(e) = std::fs::File::open(&job.path) {
        job.trusted = false;
        findings.push(Finding {
            header: job.name.clone(),
            file: job.path.clone(),
            line: 0,
            column: 0,
            message: e.to_string(),
            error: true,
        });
        return Ok(());
    }
    if job.private {
        job.prelude = format!("{}{}", stubs::KERNEL, stubs::HELPERS);
    }
    let (mut parsed, mut complaints) = context.declarations(job)?;
    if job.private {
        leave_out_includes(context, root, job, &mut parsed, &mut complaints, findings)?;
    } else if !complaints.is_empty() {
        job.prelude = stubs::COMPANIONS.to_owned();
        let (again, fewer) = context.declarations(job)?;
        if fewer.is_empty() {
            (parsed, complaints) = (again, fewer);
        } else {
            job.prelude.clear();
        }
    }
    if !complaints.is_empty() {
        distrust(job, &mut parsed, &complaints, findings);
    }
    job.parsed = parsed;
    Ok(())
}

/// A header from the kernel's source includes headers that need a configured tree. What is
/// wanted of it rarely needs them, so those that are not found are left out, one by one.
fn leave_out_includes(
    context: &Context,
    root: &Path,
    job: &mut Job,
    parsed: &mut Parsed,
    complaints: &mut Vec<Complaint>,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let mut left_out = Vec::new();
    while left_out.len() < 64
        && let Some(name) = complaints.iter().find_map(|c| {
            c.message.strip_prefix('\'')?.split_once("' file not found").map(|(name, _)| name.to_owned())
        })
        && !left_out.contains(&name)
    {
        job.extra.push((root.join(&name), String::new()));
        left_out.push(name);
        (*parsed, *complaints) = context.declarations(job)?;
    }
    if !left_out.is_empty() {
        findings.push(Finding {
            header: job.name.clone(),
            file: job.path.clone(),
            line: 0,
            column: 0,
            message: format!("read without {}", left_out.join(", ")),
            error: false,
        });
    }
    Ok(())
}

/// After an error the compiler guesses on, and its guesses about layouts are silently wrong.
fn distrust(job: &mut Job, parsed: &mut Parsed, complaints: &[Complaint], findings: &mut Vec<Finding>) {
    let finding = |complaint: &Complaint, message: String| Finding {
        header: job.name.clone(),
        file: complaint.file.clone(),
        line: complaint.line,
        column: complaint.column,
        message,
        error: !job.private,
    };
    if !job.private {
        findings.extend(complaints.iter().map(|c| finding(c, c.message.clone())));
        job.trusted = false;
        parsed.records.clear();
        return;
    }
    // Prototypes with unknown types are expected here; only records around an error go.
    let (spoilt, fine) = std::mem::take(&mut parsed.records).into_iter().partition(|record| {
        complaints.iter().any(|c| c.file != job.path || (record.lines.0..=record.lines.1).contains(&c.line))
    });
    parsed.records = fine;
    let spoilt: Vec<RawRecord> = spoilt;
    if let Some(first) = complaints.first() {
        let mut message = first.message.clone();
        if complaints.len() > 1 {
            message += &format!(" (and {} more errors in the header)", complaints.len() - 1);
        }
        if !spoilt.is_empty() {
            let names: Vec<&str> = spoilt.iter().map(|r| r.name.as_str()).collect();
            message += &format!("; left out: {}", names.join(", "));
        }
        findings.push(finding(first, message));
    }
}
