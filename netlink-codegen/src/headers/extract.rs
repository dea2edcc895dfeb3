//! From an include directory to the facts of one kernel.
//!
//! Each header is its own translation unit, so one that does not compile spoils nobody
//! else's facts. Values of macros come from a second unit that assigns each macro to a
//! variable; what fails there for want of another header's helper is tried once more in a
//! unit that includes everything.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::clang::{Complaint, Evaluated, Parsed, RawRecord, Session, Unit};
use super::facts::{Constant, Enum, Field, History, Home, Kernel, Record, Store, Value};
use super::macros::{Body, Swapped, classify, enum_bounds, macro_bound};
use super::{sources, stubs};

/// The architecture whose layouts are the facts; others are recorded as differences.
pub const BASE_TARGET: &str = "x86_64-linux-gnu";

/// What to extract.
#[derive(Clone, Debug)]
pub struct Options {
    /// The include directory (that holds `linux/`).
    pub root: PathBuf,
    /// Target triple; it chooses layouts and the directory of `asm/`.
    pub target: String,
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
    /// What.
    pub message: String,
    /// Facts were lost; else only worth knowing.
    pub error: bool,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.file.display(), self.line)?;
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
struct Job {
    name: String,
    path: PathBuf,
    private: bool,
    /// What stands before its `#include`.
    prelude: String,
    /// Virtual files beyond the C library's.
    extra: Vec<(PathBuf, String)>,
    parsed: Parsed,
    trusted: bool,
}

/// What all units share.
struct Context {
    session: Session,
    main: PathBuf,
    arguments: Vec<String>,
    libc: Vec<(PathBuf, String)>,
}

/// Extracts facts.
pub fn extract(options: &Options) -> Result<Extraction, Error> {
    let root = std::path::absolute(&options.root)
        .map_err(|e| Error::Input(format!("{}: {e}", options.root.display())))?;
    if !root.is_dir() {
        return Err(Error::Input(format!("{}: not a directory", root.display())));
    }
    let asm = sources::asm_dir(&root, &options.target).map_err(Error::Input)?;
    let session = Session::open().map_err(Error::Clang)?;
    let context = Context {
        session,
        main: root.join("netlink-codegen.c"),
        arguments: arguments(&options.target, &root, &asm),
        libc: stubs::libc(&root),
    };
    let mut out = Extraction::default();
    let mut jobs = jobs(options, &root, &mut out)?;
    for job in &mut jobs {
        read(&context, &root, job, &mut out.findings)?;
    }
    let values = Values::of(&context, &jobs)?;
    assemble(options, &jobs, &values, &mut out);
    Ok(out)
}

fn arguments(target: &str, root: &Path, asm: &Path) -> Vec<String> {
    // The root comes first: headers are told apart by path, and an earlier directory with
    // the same headers would leave nothing to find.
    let mut arguments: Vec<String> =
        ["-x", "c", "-std=gnu11", "-nostdinc", "-ferror-limit=0", "-w", "-D__packed=__attribute__((packed))"]
            .map(str::to_owned)
            .to_vec();
    arguments.push(format!("--target={target}"));
    for directory in [root, asm] {
        arguments.push("-isystem".to_owned());
        arguments.push(directory.to_string_lossy().into_owned());
    }
    arguments
}

fn jobs(options: &Options, root: &Path, out: &mut Extraction) -> Result<Vec<Job>, Error> {
    let (found, absent) = sources::expand(root, &options.headers);
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
                message: format!("no such file: {}", path.display()),
                error: true,
            });
            continue;
        }
        let path = std::path::absolute(&path).map_err(|e| Error::Input(format!("{}: {e}", path.display())))?;
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
    fn include(&self) -> String {
        format!("{}#include \"{}\"\n", self.prelude, self.path.display())
    }
}

impl Context {
    fn unit<'a>(&'a self, text: &'a str, files: &'a [(PathBuf, String)]) -> Unit<'a> {
        Unit { text, path: &self.main, arguments: &self.arguments, virtual_files: files }
    }

    fn files(&self, jobs: &[&Job]) -> Vec<(PathBuf, String)> {
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

/// The values of expressions, by header and text.
struct Values {
    plain: HashMap<(usize, String), Evaluated>,
    /// In network order: the value meant, and the width.
    big: HashMap<(usize, String), (i128, u8)>,
}

impl Values {
    fn of(context: &Context, jobs: &[Job]) -> Result<Values, Error> {
        let mut swapped = Swapped::new();
        loop {
            let before = swapped.len();
            for m in jobs.iter().flat_map(|job| &job.parsed.macros) {
                swapped.learn(&m.name, &m.body);
            }
            if swapped.len() == before {
                break;
            }
        }
        let mut values = Values { plain: HashMap::new(), big: HashMap::new() };
        let mut unsolved = Vec::new();
        for (at, job) in jobs.iter().enumerate() {
            let mut wanted = Vec::new();
            for m in job.parsed.macros.iter().filter(|m| !m.function_like) {
                if matches!(classify(&m.name, &m.body), Body::Name(_) | Body::Expression) {
                    wanted.push(Wanted { job: at, text: m.name.clone(), swap: swapped.width(&m.body) });
                }
            }
            for entry in job.parsed.enums.iter().flat_map(|e| &e.entries) {
                if let Some(bits) = swapped.width(&entry.init) {
                    wanted.push(Wanted { job: at, text: entry.init.join(" "), swap: Some(bits) });
                }
            }
            if !wanted.is_empty() {
                unsolved.extend(values.evaluate(context, &[job], wanted, "")?);
            }
        }
        let all: Vec<&Job> = jobs.iter().filter(|job| job.trusted && !job.private).collect();
        unsolved.retain(|wanted| !jobs[wanted.job].private);
        if !unsolved.is_empty() {
            values.evaluate(context, &all, unsolved, stubs::VALUE_COMPANIONS)?;
        }
        Ok(values)
    }

    /// Evaluates and returns what has no value.
    fn evaluate(
        &mut self,
        context: &Context,
        jobs: &[&Job],
        wanted: Vec<Wanted>,
        companions: &str,
    ) -> Result<Vec<Wanted>, Error> {
        const PREFIX: &str = "__nlx_";
        let mut text: String = jobs.iter().map(|job| job.include()).collect();
        text += companions;
        text += stubs::HELPERS;
        let variable = |text: &mut String, at: usize| {
            text.push_str(&format!("static const __auto_type {PREFIX}{at} = {};\n", wanted[at].text));
        };
        let (swap, plain): (Vec<usize>, Vec<usize>) =
            (0..wanted.len()).partition(|at| wanted[*at].swap.is_some());
        plain.iter().for_each(|at| variable(&mut text, *at));
        text += &stubs::unswapped();
        swap.iter().for_each(|at| variable(&mut text, *at));
        let files = context.files(jobs);
        let solved = context
            .session
            .values(&context.unit(&text, &files), PREFIX, wanted.len())
            .map_err(Error::Clang)?;
        let mut unsolved = Vec::new();
        for (wanted, value) in wanted.into_iter().zip(solved) {
            match (value, wanted.swap) {
                (Some(Evaluated::Int(value)), Some(bits)) => {
                    self.big.insert((wanted.job, wanted.text), (value, bits));
                }
                (Some(value), _) => {
                    self.plain.insert((wanted.job, wanted.text), value);
                }
                (None, _) => unsolved.push(wanted),
            }
        }
        Ok(unsolved)
    }

    fn value(&self, job: usize, text: &str) -> Option<Value> {
        let key = (job, text.to_owned());
        if let Some((value, bits)) = self.big.get(&key) {
            return Some(Value::Big(*value, *bits));
        }
        self.plain.get(&key).map(|value| match value {
            Evaluated::Int(value) => Value::Int(*value),
            Evaluated::Str(text) => Value::Str(text.clone()),
        })
    }
}

/// An expression to evaluate in the company of a header.
struct Wanted {
    job: usize,
    text: String,
    swap: Option<u8>,
}

fn assemble(options: &Options, jobs: &[Job], values: &Values, out: &mut Extraction) {
    let enumerators: HashSet<&str> = jobs
        .iter()
        .flat_map(|job| &job.parsed.enums)
        .flat_map(|e| &e.entries)
        .map(|entry| entry.name.as_str())
        .collect();
    let macros: HashSet<&str> =
        jobs.iter().flat_map(|job| &job.parsed.macros).map(|m| m.name.as_str()).collect();
    let bounds: HashSet<String> = jobs
        .iter()
        .flat_map(|job| &job.parsed.enums)
        .flat_map(|e| {
            let entries: Vec<_> =
                e.entries.iter().map(|x| (x.name.as_str(), x.value, x.init.as_slice())).collect();
            let flags = enum_bounds(&entries);
            e.entries.iter().zip(flags).filter(|(_, f)| *f).map(|(x, _)| x.name.clone()).collect::<Vec<_>>()
        })
        .collect();
    let known = |name: &str| enumerators.contains(name) || macros.contains(name);

    out.store.kernels.push(options.kernel.clone());
    out.counts.headers = jobs.len();
    for (at, job) in jobs.iter().enumerate() {
        out.store.headers.push(job.name.clone());
        if !job.trusted {
            out.store.missing_headers.push((0, job.name.clone()));
        }
        let constant = |name: &str, home, value, sentinel| Constant {
            name: name.to_owned(),
            header: job.name.clone(),
            home,
            value: History::always(value),
            sentinel,
            private: job.private,
        };
        for m in job.parsed.macros.iter().filter(|m| !m.function_like) {
            let value = values.value(at, &m.name);
            let value = match classify(&m.name, &m.body) {
                Body::Empty => continue,
                Body::Itself => {
                    if enumerators.contains(m.name.as_str()) {
                        out.counts.int_macros += 1;
                    }
                    continue;
                }
                Body::Code => None,
                Body::Path => Some(Value::Text(path_text(&m.body))),
                Body::Expression => value,
                Body::Name(target) => match value {
                    Some(value) => {
                        count_macro(&mut out.counts, &value);
                        if known(target) {
                            add(&mut out.store, constant(&m.name, Home::Macro, Value::Alias(target.to_owned()), false), &enumerators);
                            continue;
                        }
                        add(&mut out.store, constant(&m.name, Home::Macro, value, false), &enumerators);
                        continue;
                    }
                    None => Some(Value::Text(target.to_owned())),
                },
            };
            let Some(value) = value else {
                out.unsolved.push((job.name.clone(), m.name.clone()));
                continue;
            };
            count_macro(&mut out.counts, &value);
            let bound = macro_bound(&m.name, &m.body, &bounds);
            add(&mut out.store, constant(&m.name, Home::Macro, value, bound), &enumerators);
        }
        for e in &job.parsed.enums {
            out.counts.enums += 1;
            out.counts.constants += e.entries.len();
            let home = out.store.enums.len();
            let mut entries = Vec::new();
            for entry in &e.entries {
                let text = entry.init.join(" ");
                let value = match values.big.get(&(at, text)) {
                    Some((value, bits)) => Value::Big(*value, *bits),
                    None => Value::Int(entry.value),
                };
                if out.store.constants.contains_key(&entry.name) {
                    continue;
                }
                let bound = bounds.contains(&entry.name);
                out.store
                    .constants
                    .insert(entry.name.clone(), constant(&entry.name, Home::Enum(home), value, bound));
                entries.push(entry.name.clone());
            }
            out.store.enums.push(Enum { tag: e.tag.clone(), header: job.name.clone(), entries });
        }
        for record in &job.parsed.records {
            out.counts.records += 1;
            out.counts.fields += record.fields.len();
            out.store.records.entry(record.name.clone()).or_insert_with(|| Record {
                name: record.name.clone(),
                typedef: record.typedef,
                header: job.name.clone(),
                union: record.union,
                packed: record.packed,
                layout: History::always(record.layout),
                fields: record
                    .fields
                    .iter()
                    .map(|(name, place)| Field {
                        name: name.clone(),
                        place: History::always(place.clone()),
                        private: job.private,
                    })
                    .collect(),
                arch: Vec::new(),
            });
        }
    }
    for name in &out.absent {
        out.store.headers.push(name.clone());
        out.store.missing_headers.push((0, name.clone()));
    }
    out.store.headers.sort();
    out.store.headers.dedup();
}

/// Adds a macro, unless an enumerator has the name (code may use either) or an earlier
/// header defined it.
fn add(store: &mut Store, constant: Constant, enumerators: &HashSet<&str>) {
    if !enumerators.contains(constant.name.as_str()) && !store.constants.contains_key(&constant.name) {
        store.constants.insert(constant.name.clone(), constant);
    }
}

/// Tokens as one would write them: `a.b[0]`, `struct tag`.
fn path_text(tokens: &[String]) -> String {
    let mut text = String::new();
    for token in tokens {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if text.ends_with(word) && token.starts_with(word) {
            text.push(' ');
        }
        text += token;
    }
    text
}

fn count_macro(counts: &mut Counts, value: &Value) {
    match value {
        Value::Int(_) | Value::Big(..) => counts.int_macros += 1,
        Value::Str(_) => counts.string_macros += 1,
        Value::Alias(_) | Value::Text(_) => {}
    }
}
