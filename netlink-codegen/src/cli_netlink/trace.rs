//! `netlink trace`: the netlink conversation of a command.
//!
//! This process becomes `strace`, which runs the command and pipes what it sees to another process of this
//! program. So the command has the terminal, its exit status is the one that is seen, and signals go where
//! they would go without us.

use super::decode::Reading;
use super::output::Output;
use super::{Outcome, Schemas, Stop};
use crate::decode::Decoder;
use crate::decode::input::{Format, Input};
use clap::Args as ClapArgs;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

const EXAMPLES: &str = "\
Examples:
  netlink trace ip link add v0 type veth
  netlink trace --json -o trace.json -- nft add table inet filter
  netlink trace -o trace.txt -- sh -c 'ip link; ss -t'

What is sent to the kernel and received from it is shown as it happens, on standard error or in FILE; the command keeps
its input and output. Its children are traced, too. strace does the work and has to be installed; messages that are
moved by `read` and `write` instead of socket calls are not seen.

Exit status: the command's; 2 for wrong use, or where nothing can be traced.";

/// Options of `strace`. The dumps have all bytes, so that its own view of them may be short.
const OPTIONS: &[&str] =
    &["-f", "-yy", "-qq", "-e", "signal=none", "-e", "trace=%network", "-e", "read=all", "-e", "write=all"];

/// Run a command and show its netlink conversation
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Write there, and not to standard error
    #[arg(short, value_name = "FILE")]
    output_file: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    schemas: Schemas,
    /// Be the process that reads what strace prints
    #[arg(long, hide = true)]
    reader: bool,
    /// The command with its arguments
    #[arg(value_name = "COMMAND", trailing_var_arg = true, required_unless_present = "reader")]
    command: Vec<OsString>,
}

/// Runs it. Comes back only as the reader, or where there is no tracing.
pub fn run(args: &Args, out: &mut impl Write) -> Result<Outcome, Stop> {
    if args.reader {
        return read(args, out);
    }
    // What is wrong with a schema is better said before the command runs.
    if !args.schemas.schema.is_empty() {
        args.schemas.load()?;
    }
    if let Some(file) = &args.output_file {
        std::fs::File::create(file).map_err(|e| Stop::Usage(format!("{}: {e}", file.display())))?;
    }
    probe()?;
    let reader = reader(args)?;
    let error =
        Command::new("strace").args(OPTIONS).arg("-o").arg(reader).arg("--").args(&args.command).exec();
    Err(missing(&error))
}

/// The command of the shell that reads what `strace` prints.
fn reader(args: &Args) -> Result<OsString, Stop> {
    let program = std::env::current_exe()?;
    // The same options; the command is the last of the arguments.
    let options: Vec<OsString> = std::env::args_os().skip(1).collect();
    let options = &options[..options.len().saturating_sub(args.command.len())];
    let options = options.strip_suffix(&[OsString::from("--")]).unwrap_or(options);
    // An interrupt is for the command; its last messages are still shown.
    let mut line = b"|trap '' INT; exec ".to_vec();
    quote(&mut line, program.as_os_str());
    for option in options {
        line.push(b' ');
        quote(&mut line, option);
    }
    line.extend_from_slice(b" --reader >");
    match &args.output_file {
        Some(file) => quote(&mut line, file.as_os_str()),
        None => line.extend_from_slice(b"&2"),
    }
    Ok(OsString::from_vec(line))
}

/// Appends a word as the shell reads it.
fn quote(line: &mut Vec<u8>, word: &OsStr) {
    line.push(b'\'');
    for byte in word.as_bytes() {
        match byte {
            b'\'' => line.extend_from_slice(br"'\''"),
            other => line.push(*other),
        }
    }
    line.push(b'\'');
}

/// Tries whether there is `strace`, and whether it may trace.
fn probe() -> Result<(), Stop> {
    let mut probe = Command::new("strace");
    probe.args(OPTIONS).args(["-o", "/dev/null", "--", "sh", "-c", ":"]);
    let output = probe.output().map_err(|e| missing(&e))?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Stop::Usage(format!(
        "strace cannot trace here: {}\nIt needs ptrace(2): see /proc/sys/kernel/yama/ptrace_scope; containers have it \
         with `--cap-add SYS_PTRACE`.",
        told.trim_end()
    )))
}

fn missing(error: &io::Error) -> Stop {
    Stop::Usage(match error.kind() {
        io::ErrorKind::NotFound => {
            "strace is not installed; `apt install strace` or `dnf install strace` brings it. \
             On a device of type nlmon, `tcpdump -w FILE` captures without it; `netlink decode` reads that."
                .to_owned()
        }
        _ => format!("strace: {error}"),
    })
}

fn read(args: &Args, out: &mut impl Write) -> Result<Outcome, Stop> {
    let input = Input::new(io::stdin().lock(), Some(Format::Strace))?;
    let decoder = Decoder::new(args.schemas.table()?);
    let mut reading = Reading::new(decoder, args.output.live_printer(), 0, "trace");
    reading.all(input, out)?;
    Ok(reading.outcome)
}
