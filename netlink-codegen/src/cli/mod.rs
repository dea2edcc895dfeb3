//! The `netlink-codegen` command: one file per subcommand, each with its `Args` and `run`.

pub mod check;
pub mod coverage;
pub mod explain;
pub mod export;
pub mod extract;
pub mod generate;
pub mod import;

use crate::report::{Diagnostics, Severity, render};
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a command ends with; scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well: 0.
    Fine,
    /// It worked and has something to complain about: 1.
    Findings,
    /// It could not do what was asked: 2.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome as u8)
    }
}

/// Kernel headers and YAML schemas in, annotated Rust netlink bindings out.
#[derive(Debug, Parser)]
#[command(name = "netlink-codegen", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Coverage(coverage::Args),
    Explain(explain::Args),
    Export(export::Args),
    Extract(extract::Args),
    Generate(generate::Args),
    Import(import::Args),
}

/// Parses the arguments and runs the subcommand.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Check(args) => check::run(&args),
        Command::Coverage(args) => coverage::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Extract(args) => extract::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Import(args) => import::run(&args),
    };
    outcome.into()
}

/// Findings of this severity and above, for people.
fn show(diagnostics: &Diagnostics, least: Severity) {
    let mut shown = diagnostics.clone();
    shown.list.retain(|d| d.severity >= least);
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    eprint!("{}", render::terminal(&shown, colour));
}

/// Writes a text to a file, or else to standard output.
fn write(out: Option<&Path>, text: &str) -> Outcome {
    let Some(path) = out else {
        print!("{text}");
        return Outcome::Fine;
    };
    match std::fs::write(path, text) {
        Ok(()) => Outcome::Fine,
        Err(error) => {
            eprintln!("error: {}: {error}", path.display());
            Outcome::Failed
        }
    }
}
