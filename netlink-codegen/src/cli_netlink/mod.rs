//! The `netlink` command: one file per subcommand, each with its `Args` and `run`.

mod complete;
pub mod decode;
pub mod families;
mod headers;
pub mod monitor;
pub mod namespace;
pub mod output;
pub mod request;
pub mod trace;

use crate::complete::{Ask, Script};
use crate::decode::{Registry, Table, shipped};
use crate::help;
use crate::man::Pages;
use crate::report::render;
use crate::{Loader, check::Checked};
use clap::{Parser, Subcommand};
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a command ends with; scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well: 0.
    Fine,
    /// The kernel refused, or the input had faults: 1.
    Findings,
    /// Wrong use: 2.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome as u8)
    }
}

/// Why a command stopped.
#[derive(Debug)]
pub enum Stop {
    /// Wrong use.
    Usage(String),
    /// The kernel, or a file, is to blame.
    Failure(String),
    /// Nobody reads the output any more.
    Closed,
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Stop::Closed,
            _ => Stop::Failure(error.to_string()),
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  netlink families                        what there is
  netlink families rt-link newlink        what a request takes
  netlink dump rt-link getlink
  netlink do rt-link getlink ifname=lo
  netlink monitor rt-link
  netlink trace -- ip link show
  netlink decode capture.pcap

Exit status: 0 fine, 1 the kernel refused or the input has faults, 2 wrong use.";

/// Reads and writes netlink messages by schema.
#[derive(Debug, Parser)]
#[command(name = "netlink", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Families(families::Args),
    /// Ask the kernel for all objects of a kind, and print them
    #[command(after_help = request::DUMP_EXAMPLES)]
    Dump(request::Args),
    /// Send one request, and print the replies
    #[command(after_help = request::DO_EXAMPLES)]
    Do(request::Args),
    Monitor(monitor::Args),
    Decode(decode::Args),
    Trace(trace::Args),
    #[command(after_help = Script::examples("netlink"))]
    Completion(Script),
    #[command(after_help = Pages::examples("netlink"))]
    Man(Pages),
    #[command(name = "__complete", hide = true)]
    Complete(Ask),
}

/// Schemas to go by.
#[derive(Debug, clap::Args)]
pub struct Schemas {
    /// Schema file to use besides the ones that ship with the tool; one of the same name replaces a shipped one
    /// (repeatable)
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// Take facts from the headers in this directory, too: of a family of one's own, or a kernel's (which hold linux/);
    /// libclang reads them
    #[arg(long, value_name = "DIR")]
    headers: Option<PathBuf>,
    /// Where a schema disagrees with headers, take the headers' word
    #[arg(long)]
    lenient: bool,
}

impl Schemas {
    /// Loads them and the shipped ones.
    pub fn load(&self) -> Result<Checked, Stop> {
        let mut loader = Loader::new().lenient(self.lenient).shipped();
        for file in &self.schema {
            loader = loader.file(file);
        }
        let own = match &self.headers {
            Some(directory) => Some(headers::facts(directory, &self.schema)?),
            None => None,
        };
        loader.load_with(|| own.as_ref().unwrap_or_else(|| shipped::facts())).map_err(|mut diagnostics| {
            diagnostics.list.retain(|d| d.severity == crate::report::Severity::Error);
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            Stop::Usage(render::terminal(&diagnostics, colour).trim_end().to_owned())
        })
    }

    fn registry(&self) -> Result<&'static Registry, Stop> {
        Ok(Registry::new(self.load()?))
    }

    /// Nothing of the user's is among them. What is may replace what shipped ones refer to, and may have
    /// faults to be told of: then all are loaded at once.
    fn all_shipped(&self) -> bool {
        self.schema.is_empty() && self.headers.is_none()
    }

    /// The messages of all of them.
    fn table(&self) -> Result<Table, Stop> {
        if self.all_shipped() { Ok(Table::shipped()) } else { Ok(self.registry()?.into()) }
    }

    /// A model that has the family of this name, if there is one, and the messages of all.
    fn family(&self, name: &str) -> Result<(&'static Registry, Table), Stop> {
        match shipped::family(name).filter(|_| self.all_shipped()) {
            Some(schema) => Ok((shipped::registry(schema), Table::shipped())),
            None => self.registry().map(|registry| (registry, registry.into())),
        }
    }
}

/// The command line, for what describes it.
#[cfg(test)]
pub(crate) fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Parses the arguments and runs the subcommand.
pub fn main() -> ExitCode {
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let done = match help::parse::<Cli>().command {
        Command::Families(args) => families::run(&args, &mut out),
        Command::Dump(args) => request::run(&args, true, &mut out),
        Command::Do(args) => request::run(&args, false, &mut out),
        Command::Monitor(args) => monitor::run(&args, &mut out),
        Command::Decode(args) => decode::run(&args, &mut out),
        Command::Trace(args) => trace::run(&args, &mut out),
        Command::Completion(script) => write(&script.text("netlink"), &mut out),
        Command::Man(pages) => pages.write::<Cli>(&mut out).map(|()| Outcome::Fine).map_err(Stop::from),
        Command::Complete(ask) => {
            ask.answer::<Cli>(&complete::values, &mut out).map(|()| Outcome::Fine).map_err(Stop::from)
        }
    };
    let done = done.and_then(|outcome| Ok(out.flush().map(|()| outcome)?));
    let outcome = match done {
        Ok(outcome) => outcome,
        Err(stop) => {
            // What was written before is part of the output.
            let _ = out.flush();
            match stop {
                Stop::Closed => Outcome::Fine,
                Stop::Usage(text) => {
                    complain(&text);
                    Outcome::Failed
                }
                Stop::Failure(text) => {
                    complain(&text);
                    Outcome::Findings
                }
            }
        }
    };
    outcome.into()
}

fn write(text: &str, out: &mut impl Write) -> Result<Outcome, Stop> {
    out.write_all(text.as_bytes())?;
    Ok(Outcome::Fine)
}

/// Says what is wrong. Diagnostics bring their own `error:`.
fn complain(text: &str) {
    let plain = text.trim_start_matches(|c: char| {
        c == '\u{1b}' || c == '[' || c == 'm' || c == ';' || c.is_ascii_digit()
    });
    if plain.starts_with("error") {
        eprintln!("{text}");
    } else {
        eprintln!("error: {text}");
    }
}
