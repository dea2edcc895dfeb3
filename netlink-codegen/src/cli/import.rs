//! `netlink-codegen import`: a YNL specification in the short form.

use super::{Outcome, show, write};
use crate::Loader;
use crate::report::{Severity, render};
use crate::rewrite;
use clap::Args as ClapArgs;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  netlink-codegen import Documentation/netlink/specs/wireguard.yaml
  netlink-codegen import specs/sensors.yaml --out schemas/sensors.yaml

What headers know is not said again: numbers, layouts, entries. Where the specification and headers
disagree, the headers' word is taken, with a warning. What has no place in a schema (which attributes an
operation carries, hints for the kernel's own generators) is listed.

Exit status: 0 fine, 1 the specification has errors, 2 nothing done.";

/// Rewrite a YNL specification in the short form
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The specification
    #[arg(value_name = "SPEC")]
    spec: PathBuf,
    /// Where to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    let text = match std::fs::read_to_string(&args.spec) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: {}: {error}", args.spec.display());
            return Outcome::Failed;
        }
    };
    let loaded = match Loader::new().lenient(true).file(&args.spec).load() {
        Ok(loaded) => loaded,
        Err(diagnostics) => {
            show(&diagnostics, Severity::Warning);
            eprintln!("{}", render::summary(&diagnostics));
            return Outcome::Findings;
        }
    };
    show(&loaded.diagnostics, Severity::Warning);
    let stem = args.spec.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(family) = loaded.model.family(&stem) else {
        eprintln!("error: {} is no schema", args.spec.display());
        return Outcome::Failed;
    };
    let file = loaded.files.iter().find(|file| file.stem == stem);
    for (what, count) in rewrite::left_out(&text) {
        eprintln!("left out: {what} ({count})");
    }
    write(args.out.as_deref(), &rewrite::short(&loaded.model, &loaded.facts, family, file))
}
