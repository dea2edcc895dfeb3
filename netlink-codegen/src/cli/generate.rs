//! `netlink-codegen generate`: schemas → annotated Rust.

use super::{Outcome, show};
use crate::emit::{self, Options, OutFile, Serde, disk, tree};
use crate::headers::facts::Store;
use crate::headers::own;
use crate::ir::FamilyId;
use crate::report::{Diagnostics, Severity, render};
use crate::{Loaded, Loader};
use clap::{ArgGroup, Args as ClapArgs};
use std::fs;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  All that ships, into this workspace's families crate and index of schemas:
    netlink-codegen generate --all

  See whether that crate is up to date (continuous integration):
    netlink-codegen generate --all --check

  One family and those it uses, as kernel 6.12 has it, as plain files:
    netlink-codegen generate --family rt-link --kernel 6.12 --out src/netlink

  A schema of one's own:
    netlink-codegen generate --schema schemas/sensors.yaml --out src/netlink

When DIR holds a Cargo.toml with a section for generated features, files go to DIR/src, and the
module list of src/lib.rs and the features of Cargo.toml follow; else DIR just gets the files.
Nothing is ever deleted: generated files that no schema makes any more are named.

Exit status: 0 fine, 1 errors in schemas or, with --check, files that are not up to date, 2 wrong use.";

/// Write annotated Rust for schemas
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("what").required(true).multiple(true).args(["all", "family", "schema"]))]
pub struct Args {
    /// Every schema that ships with the tool
    #[arg(long)]
    all: bool,
    /// A shipped schema, and what it uses (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    family: Vec<String>,
    /// A schema file; it replaces a shipped one of its name (repeatable)
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// Leave out what this kernel does not have
    #[arg(long, value_name = "VERSION", conflicts_with = "headers")]
    kernel: Option<String>,
    /// Leave out what the kernel of these headers does not have (the directory that holds linux/)
    #[arg(long, value_name = "DIR")]
    headers: Option<PathBuf>,
    /// Take facts from this store, as `extract --store` writes it
    #[arg(long, value_name = "DIR", conflicts_with = "headers")]
    store: Option<PathBuf>,
    /// Where to write [default: netlink-families/ of the workspace around the current directory]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; say which files are not up to date
    #[arg(long)]
    check: bool,
    /// Where a schema disagrees with headers: warn, and take the headers' word
    #[arg(long)]
    lenient: bool,
    /// Owned types derive serde's Serialize and Deserialize (the crate of the families has a feature
    /// for that)
    #[arg(long)]
    serde: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    match attempt(args) {
        Ok(outcome) => outcome,
        Err(Failure::Use(message)) => {
            eprintln!("error: {message}");
            Outcome::Failed
        }
        Err(Failure::Findings(diagnostics)) => {
            show(&diagnostics, Severity::Warning);
            eprintln!("{}", render::summary(&diagnostics));
            Outcome::Findings
        }
        Err(Failure::Emit(errors)) => {
            for error in &errors {
                eprintln!("error: {error}");
            }
            Outcome::Findings
        }
    }
}

enum Failure {
    /// The command makes no sense here.
    Use(String),
    Findings(Diagnostics),
    Emit(Vec<emit::EmitError>),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Use(error.to_string())
    }
}

fn attempt(args: &Args) -> Result<Outcome, Failure> {
    let out = match &args.out {
        Some(out) => out.clone(),
        None => workspace_families()?,
    };
    let target = Target::of(&out)?;
    // The module list of a crate names every family, whichever are written now.
    let everything = args.all || matches!(target, Target::Crate { .. });
    let mut loader = loader(args, everything);
    let mut kernel = args.kernel.clone();
    if let Some(headers) = &args.headers {
        let (facts, release) = facts(headers)?;
        loader = loader.facts(facts);
        kernel = Some(release);
    }
    let Loaded { mut model, diagnostics, .. } = loader.load().map_err(Failure::Findings)?;
    show(&diagnostics, Severity::Warning);
    if let Some(kernel) = &kernel {
        model = model.for_kernel(kernel).map_err(|e| Failure::Use(format!("--kernel: {e}")))?;
    }
    let wanted = wanted(args, &model)?;
    // In the crate every file is made by the same command, however it was made this time.
    let sources = match target {
        Target::Crate { .. } => Default::default(),
        Target::Plain => args.schema.iter().filter_map(|path| Options::source_of(path)).collect(),
    };
    // Not the directory itself: text must not depend on where it was made.
    let arguments = match (&args.kernel, &args.headers) {
        (Some(kernel), _) => format!("--kernel {kernel}"),
        (None, Some(_)) => "--headers DIR".to_owned(),
        (None, None) => String::new(),
    };
    let serde = match target {
        Target::Crate { .. } => Serde::Feature,
        Target::Plain if args.serde => Serde::On,
        Target::Plain => Serde::Off,
    };
    let options = Options { kernel, sources, arguments, serde, command: None };
    let files = match &target {
        Target::Crate { lib, manifest } => emit::crate_files(&model, &wanted, &options, lib, manifest),
        Target::Plain => emit::flat_files(&model, &wanted, &options),
    };
    let mut files = files.map_err(Failure::Emit)?;
    // What ships is indexed as it is.
    if args.all && args.out.is_none() && args.schema.is_empty() && options.kernel.is_none() {
        files.push(emit::index::file(&model));
    }
    let outcome = if args.check { compare(args, &out, &files)? } else { write(&out, &files)? };
    if args.all {
        leftovers(&out, &target, &files)?;
    }
    Ok(outcome)
}

/// What the output directory is.
enum Target {
    Crate { lib: String, manifest: String },
    Plain,
}

impl Target {
    fn of(out: &Path) -> Result<Self, Failure> {
        let manifest = fs::read_to_string(out.join("Cargo.toml")).unwrap_or_default();
        if !tree::is_crate(&manifest) {
            return Ok(Target::Plain);
        }
        let path = out.join("src/lib.rs");
        let lib = fs::read_to_string(&path).map_err(|e| Failure::Use(format!("{}: {e}", path.display())))?;
        Ok(Target::Crate { lib, manifest })
    }

    fn folder(&self) -> &'static str {
        match self {
            Target::Crate { .. } => "src",
            Target::Plain => "",
        }
    }
}

fn loader(args: &Args, everything: bool) -> Loader {
    let mut loader = Loader::new().lenient(args.lenient);
    for file in &args.schema {
        loader = loader.file(file);
    }
    if everything {
        loader = loader.shipped();
    }
    for family in &args.family {
        loader = loader.family(family);
    }
    match &args.store {
        Some(store) => loader.facts_dir(store),
        None => loader,
    }
}

/// The shipped facts together with those of these headers, and the kernel they belong to.
fn facts(headers: &Path) -> Result<(Store, String), Failure> {
    let own = own::of_kernel(headers, &[]).map_err(|e| Failure::Use(e.to_string()))?;
    for finding in own.findings.iter().filter(|f| f.error) {
        eprintln!("warning: {finding}");
    }
    Ok((own.facts, own.release))
}

/// Families to write: the ones named, with those they use.
fn wanted(args: &Args, model: &crate::check::Checked) -> Result<Vec<FamilyId>, Failure> {
    if args.all {
        return Ok(tree::living(model));
    }
    let files = args.schema.iter().filter_map(|p| p.file_stem()).map(|s| s.to_string_lossy().into_owned());
    let names = args.family.iter().cloned().chain(files);
    let find = |name: String| match model.family(&name) {
        Some(id) if model.lacking.contains(&id) => {
            Err(Failure::Use(format!("that kernel does not have the family {name}")))
        }
        found => found.ok_or_else(|| Failure::Use(format!("there is no schema called {name}"))),
    };
    Ok(tree::with_uses(model, names.map(find).collect::<Result<Vec<_>, _>>()?))
}

fn write(out: &Path, files: &[OutFile]) -> Result<Outcome, Failure> {
    let written = disk::write(out, files)?;
    for file in &written {
        println!("{}", out.join(&file.path).display());
    }
    eprintln!("{} of {} files written", written.len(), files.len());
    Ok(Outcome::Fine)
}

fn compare(args: &Args, out: &Path, files: &[OutFile]) -> Result<Outcome, Failure> {
    let stale = disk::compare(out, files)?;
    if stale.is_empty() {
        eprintln!("{} files are up to date", files.len());
        return Ok(Outcome::Fine);
    }
    for file in &stale {
        println!("{file}");
    }
    eprintln!("{} of {} files are not up to date; run: {}", stale.len(), files.len(), command(args));
    Ok(Outcome::Findings)
}

/// The same command without `--check`.
fn command(args: &Args) -> String {
    let mut words = vec!["netlink-codegen generate".to_owned()];
    words.extend(args.all.then(|| "--all".to_owned()));
    words.extend(args.family.iter().map(|f| format!("--family {f}")));
    words.extend(args.schema.iter().map(|f| format!("--schema {}", f.display())));
    words.extend(args.kernel.iter().map(|k| format!("--kernel {k}")));
    words.extend(args.headers.iter().map(|d| format!("--headers {}", d.display())));
    words.extend(args.out.iter().map(|d| format!("--out {}", d.display())));
    words.extend(args.lenient.then(|| "--lenient".to_owned()));
    words.join(" ")
}

fn leftovers(out: &Path, target: &Target, files: &[OutFile]) -> Result<(), Failure> {
    for path in disk::orphans(out, target.folder(), files)? {
        eprintln!("warning: {}: generated, but no schema makes it any more; delete it", path.display());
    }
    Ok(())
}

/// The families crate of the workspace that the current directory is in.
fn workspace_families() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir()?;
    let manifest =
        |dir: &PathBuf| fs::read_to_string(dir.join("Cargo.toml")).is_ok_and(|text| tree::is_crate(&text));
    here.ancestors().map(|dir| dir.join("netlink-families")).find(manifest).ok_or_else(|| {
        Failure::Use("no netlink-families/ above the current directory: say --out DIR".to_owned())
    })
}
