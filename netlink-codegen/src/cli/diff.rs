//! `netlink-codegen diff`: what changed between two kernels.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use super::Outcome;
use crate::headers::diff::{Diff, diff, json, markdown, text};
use crate::headers::extract::{Options, extract};
use crate::headers::facts::{Kernel, Store};
use crate::headers::{sources, store};

const EXAMPLES: &str = "\
Examples:
  netlink-codegen diff 6.12 7.3
  netlink-codegen diff 6.12 7.3 --family nl80211
  netlink-codegen diff 6.1 7.3 --format markdown > changes.md
  netlink-codegen diff 6.12 7.3 --format json | jq -r 'select(.change == \"renumbered\").name'
  netlink-codegen diff 7.3 /usr/include          a kernel and an include directory (needs libclang)

Bounds (__IFLA_MAX) stand apart. Nothing is said of names whose header one of the two lacks: such
headers are listed.

Exit status: 0 fine, 1 with --exit-code when there is any difference, 2 wrong use.";

/// Tell what changed between two kernels, by the facts
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The older one: a kernel of the store, such as 6.12, or an include directory
    #[arg(value_name = "A")]
    from: String,
    /// The newer one
    #[arg(value_name = "B")]
    to: String,
    /// Only headers that this family uses
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// End with 1 when there is a difference
    #[arg(long)]
    exit_code: bool,
    /// Take kernels from this store, as `extract --store` writes it
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    match attempt(args) {
        Ok(outcome) => outcome,
        Err(message) => {
            eprintln!("error: {message}");
            Outcome::Failed
        }
    }
}

fn attempt(args: &Args) -> Result<Outcome, String> {
    let facts = match &args.store {
        Some(directory) => store::load_dir(directory).map_err(|e| format!("{}/{e}", directory.display()))?,
        None => store::shipped().map_err(|e| format!("the shipped facts: {e}"))?,
    };
    let found = diff(&side(&facts, &args.from)?, &side(&facts, &args.to)?);
    let found = match &args.family {
        Some(family) => of_family(found, family)?,
        None => found,
    };
    let shown = match args.format {
        Format::Text => text(&found),
        Format::Markdown => markdown(&found),
        Format::Json => json(&found),
    };
    match std::io::stdout().lock().write_all(shown.as_bytes()) {
        // A reader that has seen enough is no error.
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => return Err(e.to_string()),
        _ => {}
    }
    Ok(if args.exit_code && !found.is_empty() { Outcome::Findings } else { Outcome::Fine })
}

/// The facts of a kernel of the store, or of the headers in a directory.
fn side(facts: &Store, wanted: &str) -> Result<Store, String> {
    if let Some(kernel) = facts.kernel(wanted) {
        return Ok(store::only(facts, kernel));
    }
    let directory = Path::new(wanted);
    if !directory.is_dir() {
        let known: Vec<&str> = facts.kernels.iter().map(|k| k.release.as_str()).collect();
        return Err(format!("{wanted}: neither a directory nor one of the kernels {}", known.join(", ")));
    }
    let kernel = Kernel {
        release: wanted.to_owned(),
        version: wanted.to_owned(),
        package: String::new(),
        sha256: String::new(),
    };
    let extraction = extract(&Options::listed(directory.to_owned(), kernel)).map_err(|e| e.to_string())?;
    for finding in extraction.findings.iter().filter(|f| f.error) {
        eprintln!("warning: {finding}");
    }
    Ok(extraction.store)
}

fn of_family(found: Diff, family: &str) -> Result<Diff, String> {
    let list = sources::listed();
    if !list.iter().any(|listed| listed.families.iter().any(|f| f == family)) {
        return Err(format!("--family {family}: no header is listed for it"));
    }
    Ok(found.of_family(&list, family))
}
