//! `netlink-codegen check`: schemas against the dialect and the headers.

use super::Outcome;
use crate::Loader;
use crate::report::{Diagnostics, render};
use clap::{Args as ClapArgs, ValueEnum};
use std::io::IsTerminal as _;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  netlink-codegen check                            every schema that ships with the tool
  netlink-codegen check schemas/sensors.yaml       a file of one's own
  netlink-codegen check rt-link --format json      one shipped schema, for a program to read
  netlink-codegen check --lenient Documentation/netlink/specs/*.yaml

Exit status: 0 fine, 1 errors were found, 2 wrong use.";

/// Check schemas: shape, references, numbers and layouts against headers
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Schema files, or names of shipped schemas; all shipped ones when none is given
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where a schema disagrees with headers: warn, and take the headers' word
    #[arg(long)]
    lenient: bool,
    /// Say also what is only worth a note
    #[arg(short, long)]
    verbose: bool,
    /// How to write findings
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object a line
    Json,
    /// Lines that cargo shows from a build script
    Cargo,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    let mut loader = Loader::new().lenient(args.lenient);
    if args.files.is_empty() {
        loader = loader.shipped();
    }
    for file in &args.files {
        if (file.extension().is_some() || file.components().count() > 1) && !file.is_file() {
            eprintln!("error: {}: no such file", file.display());
            return Outcome::Failed;
        }
        // A bare name is a shipped schema, unless there is such a file.
        loader = match file.to_str() {
            Some(name) if file.extension().is_none() && !file.exists() => loader.family(name),
            _ => loader.file(file),
        };
    }
    let (mut diagnostics, families) = match loader.load() {
        Ok(loaded) => (loaded.diagnostics, loaded.model.families.len()),
        Err(diagnostics) => (diagnostics, 0),
    };
    if !args.verbose {
        diagnostics.list.retain(|d| d.severity != crate::report::Severity::Note);
    }
    show(&diagnostics, args.format);
    if matches!(args.format, Format::Text) {
        let summary = render::summary(&diagnostics);
        match (diagnostics.has_errors(), summary.is_empty()) {
            (true, _) => eprintln!("{summary}"),
            (false, true) => eprintln!("{families} schemas are fine"),
            (false, false) => eprintln!("{families} schemas are fine; {summary}"),
        }
    }
    if diagnostics.has_errors() { Outcome::Findings } else { Outcome::Fine }
}

fn show(diagnostics: &Diagnostics, format: Format) {
    match format {
        Format::Text => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            eprint!("{}", render::terminal(diagnostics, colour));
        }
        Format::Json => print!("{}", render::json(diagnostics)),
        Format::Cargo => print!("{}", render::cargo(diagnostics)),
    }
}
