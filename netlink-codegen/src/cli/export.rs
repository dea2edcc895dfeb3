//! `netlink-codegen export`: a schema for other tools.

use super::{Outcome, show, write};
use crate::Loader;
use crate::report::{Severity, render};
use crate::rewrite;
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  netlink-codegen export --ynl rt-neigh
  netlink-codegen export --ynl schemas/sensors.yaml --out sensors-ynl.yaml

The specification stands alone: what the schema uses of other files is copied into it. What YNL has no
words for becomes `binary`, and is listed.

Exit status: 0 fine, 1 the schema has errors, 2 nothing done.";

/// Write a schema as a YNL specification
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// As YNL, the YAML language of the kernel's own specifications
    #[arg(long, required = true)]
    ynl: bool,
    /// A shipped schema by name, or a schema file
    #[arg(value_name = "FAMILY")]
    family: String,
    /// Where to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    let path = Path::new(&args.family);
    let (loader, name) = match path.extension() {
        None => (Loader::new().family(&args.family), args.family.clone()),
        Some(_) => {
            let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
            (Loader::new().file(path), stem.unwrap_or_default())
        }
    };
    let loaded = match loader.load() {
        Ok(loaded) => loaded,
        Err(diagnostics) => {
            show(&diagnostics, Severity::Warning);
            eprintln!("{}", render::summary(&diagnostics));
            return Outcome::Findings;
        }
    };
    show(&loaded.diagnostics, Severity::Warning);
    let Some(family) = loaded.model.family(&name) else {
        eprintln!("error: there is no schema called {name}");
        return Outcome::Failed;
    };
    let exported = rewrite::ynl(&loaded.model, family);
    for lost in &exported.lost {
        eprintln!("left out: {lost}");
    }
    // Upstream's tools want a licence first; of a file of the user's own only its author knows it.
    let licence = if path.extension().is_none() { env!("CARGO_PKG_LICENSE") } else { "NOASSERTION" };
    let text = format!("# SPDX-License-Identifier: {licence}\n{}", exported.text);
    write(args.out.as_deref(), &text)
}
