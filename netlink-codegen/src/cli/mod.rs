//! The `netlink-codegen` command: one file per subcommand, each with its `Args` and `run`.

pub mod check;
pub mod coverage;
pub mod diff;
pub mod explain;
pub mod export;
pub mod extract;
pub mod generate;
pub mod import;
pub mod scaffold;
pub mod verify;

use crate::complete::{Ask, Place, Script, Word, matching};
use crate::decode::shipped;
use crate::help;
use crate::man::Pages;
use crate::report::{Diagnostics, Severity, codes, render};
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

const EXAMPLES: &str = "\
Examples:
  netlink-codegen scaffold linux/thermal.h > thermal.yaml
  netlink-codegen check thermal.yaml
  netlink-codegen generate --schema thermal.yaml --out src/netlink
  netlink-codegen verify thermal.yaml

Exit status: 0 fine, 1 there is something to complain about, 2 it could not be done.";

/// Kernel headers and YAML schemas in, annotated Rust netlink bindings out.
#[derive(Debug, Parser)]
#[command(name = "netlink-codegen", version, about, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Coverage(coverage::Args),
    Diff(diff::Args),
    Explain(explain::Args),
    Export(export::Args),
    Extract(extract::Args),
    Generate(generate::Args),
    Import(import::Args),
    Scaffold(scaffold::Args),
    Verify(verify::Args),
    #[command(after_help = Script::examples("netlink-codegen"))]
    Completion(Script),
    #[command(after_help = Pages::examples("netlink-codegen"))]
    Man(Pages),
    #[command(name = "__complete", hide = true)]
    Complete(Ask),
}

/// The command line, for what describes it.
#[cfg(test)]
pub(crate) fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Parses the arguments and runs the subcommand.
pub fn main() -> ExitCode {
    let outcome = match help::parse::<Cli>().command {
        Command::Check(args) => check::run(&args),
        Command::Coverage(args) => coverage::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Extract(args) => extract::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Scaffold(args) => scaffold::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Completion(script) => write(None, &script.text("netlink-codegen")),
        Command::Man(pages) => match pages.write::<Cli>(&mut std::io::stdout().lock()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                eprintln!("error: {error}");
                Outcome::Findings
            }
            _ => Outcome::Fine,
        },
        Command::Complete(ask) => {
            // A shell that does not listen any more has its reasons.
            let _ = ask.answer::<Cli>(&values, &mut std::io::stdout().lock());
            Outcome::Fine
        }
    };
    outcome.into()
}

/// Values of arguments, for completion. `None`: names of files.
fn values(place: &Place<'_>) -> Option<Vec<Word>> {
    let words: Vec<_> = match place.argument {
        "family" | "families" => {
            netlink_schemas::SCHEMAS.iter().map(|(name, _)| Word::new(*name, "")).collect()
        }
        "code" => codes::TABLE.iter().map(|row| Word::new(row.code.id(), row.title)).collect(),
        "kernel" | "from" | "to" => shipped::facts()
            .kernels
            .iter()
            .map(|kernel| Word::new(&kernel.release, &kernel.version))
            .collect(),
        _ => return None,
    };
    Some(matching(words, place.typed))
}

/// Prints what a command has to say. A reader that has seen enough is no error.
fn print(text: &str) -> Result<(), String> {
    use std::io::Write as _;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|e| e.to_string()),
    }
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
    let written = match out {
        None => print(text),
        Some(path) => std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display())),
    };
    match written {
        Ok(()) => Outcome::Fine,
        Err(error) => {
            eprintln!("error: {error}");
            Outcome::Failed
        }
    }
}
