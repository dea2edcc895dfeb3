//! Developer commands: `cargo xtask help` lists them.
#![forbid(unsafe_code)]

mod apt;
mod compile_time;
mod debs;
mod demo;
mod faults;
mod instructions;
mod kernel;
mod kernel_test;
mod package;
mod setup;
mod skips;
mod speed;
mod spread;
mod targets;
mod test;
mod tool_speed;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What went wrong, for a person.
type Result<T> = std::result::Result<T, String>;

const HELP: &str = "\
Developer commands of the netlink toolchain

Usage: cargo xtask <COMMAND>

Commands:
  demo [--system]   From kernel headers to bindings to live tables: the whole pipeline, once
  test [--system]   Set everything up and run all tests
  package           Package the published crates, and build projects on the packages alone
  targets           Rust 1.85, a big-endian and a 32-bit machine, no_std, memory checks: the part
                    of `test` that fetches compilers and emulators into the target folder
  compile-time      Measure what compiling the families costs, beside netlink-bindings
  speed [PART...] [--rounds N] [--quick]
                    Measure speed beside C and other libraries, and write docs/speed: all parts, or
                    parse, live, write, compile, size, source; --quick tries it out on small files, and
                    writes to the target folder
  instructions      Count the instructions of hot paths beside benches/instructions.txt; part of `test`
  tool-speed        Measure how fast `netlink` starts, decodes and dumps, beside pyroute2 and ynl
  kernel-test [--kernel 6.1] [FILTER...]
                    Run the live tests on other kernels, by default Debian's 6.1 and 6.12, in an
                    emulator; a FILTER is part of a test program's name, and after `::` of a test's
  generate          Regenerate netlink-families from the schemas and the shipped facts
  kernel PACKAGE... Fetch kernel headers and put their facts into kernel-headers/:
                    ziglang==0.14.1 (from PyPI), linux-libc-dev@trixie-backports (Debian's
                    newest of that suite), linux-libc-dev@trixie=6.12.107-1 (that version);
                    --release 7.2.12 files a second build of a release beside the first;
                    --check alone fetches the smallest, and changes nothing
  faults [NAME...]  Break the code on purpose, in all ways of tests/faults or in these, and see the
                    conformance tests fail (also: mutants)

  --system          Install what is missing with the system's package manager; without it the
                    demo installs nothing outside of the target folder

Environment:
  LIBCLANG_PATH     The directory of a libclang to use
  UPDATE_EXPECT=1   Tests, and `instructions`, rewrite their golden files instead of comparing; read
                    what changed";

fn main() -> ExitCode {
    if let Some(code) = compile_time::rustc() {
        return code;
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    let system = args.iter().any(|a| a == "--system");
    let named = args
        .first()
        .is_some_and(|c| ["faults", "mutants", "kernel", "kernel-test", "speed"].contains(&c.as_str()));
    if let Some(odd) = args.iter().skip(1).find(|a| *a != "--system" && !named) {
        eprintln!("error: unknown argument `{odd}`\n\n{HELP}");
        return ExitCode::from(2);
    }
    let done = match args.first().map(String::as_str) {
        Some("demo") => demo::run(system),
        Some("test") => test::run(system),
        Some("package") => counted(|skips| package::run(setup::libclang(system).ok().as_deref(), skips)),
        Some("compile-time") => compile_time::run(),
        Some("instructions") => counted(instructions::run),
        Some("speed") => speed::run_parts(&args[1..]),
        Some("tool-speed") => tool_speed::run(),
        Some("targets") => counted(targets::run),
        Some("kernel-test") => counted(|skips| kernel_test::run(&args[1..], skips, true)),
        Some("generate") => generate(&[]),
        Some("kernel") if args[1..] == ["--check"] => {
            counted(|skips| setup::libclang(system).and_then(|libclang| kernel::check(&libclang, skips)))
        }
        Some("kernel") => kernel::run(&args[1..]),
        Some("faults" | "mutants") => faults::run(&args[1..]),
        Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// A part of `test` alone, with what it skips.
fn counted(part: impl FnOnce(&skips::Skips) -> Result<()>) -> Result<()> {
    let skips = skips::Skips::start();
    let done = part(&skips);
    skips.report();
    done
}

/// The workspace's root.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Where things go that are made on the way.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn create_dir(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))
}

/// Says what happens next.
fn step(what: &str) {
    eprintln!("==> {what}");
}

/// A cargo command in the workspace.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command to its end.
fn run(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// `netlink-codegen` with these arguments.
fn codegen(args: &[&str]) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "netlink-codegen", "--features", "cli"]);
    command.args(["--bin", "netlink-codegen", "--"]).args(args);
    command
}

/// `netlink-codegen generate --all` with these arguments besides.
fn generate(more: &[&str]) -> Result<()> {
    run(codegen(&["generate", "--all"]).args(more))
}
