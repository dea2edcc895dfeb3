//! What every program of the suite in Rust has in common: its arguments, its clock, its counts of allocations, CPU
//! time and memory, and the line that it prints.
//!
//! `PROGRAM CASE INPUT PASSES` does a case that often and prints
//!
//! ```text
//! messages checksum nanoseconds-per-message allocations-per-message user-ms system-ms peak-kB
//! ```
//!
//! With 0 passes it does all but the work: the difference of two runs under callgrind is the work alone.

mod count;
pub mod links;
pub mod routes;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::process::ExitCode;
use std::time::Instant;

/// Failing is an error with a text; the program ends with it.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What a pass found: how many messages, and a sum that every program gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Messages.
    pub messages: u64,
    /// Of what was read in them.
    pub checksum: u64,
}

/// A pass that needs something made before it: an open socket, say.
pub type Pass = Box<dyn FnMut() -> Result<Sum>>;

/// The work of a case, by what its input is.
pub enum Work {
    /// A file: goes through its messages.
    File(fn(&[u8]) -> Sum),
    /// `-`: a dump of the kernel's. Gives the pass, with what it needs.
    Live(fn() -> Result<Pass>),
    /// How many: adds so many [`routes`], which are gone before each pass. Gives the pass, with what it needs.
    Write(fn(u32) -> Result<Pass>),
}

/// Runs a case as the arguments say.
pub fn main(find: impl Fn(&str) -> Option<Work>) -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let [_, case, input, passes] = args.as_slice() else {
        eprintln!("usage: PROGRAM CASE INPUT PASSES");
        return ExitCode::from(2);
    };
    let Some(work) = find(case) else {
        eprintln!("no case {case}");
        return ExitCode::from(3);
    };
    match run(work, input, passes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{case} {input} {passes}: {e}");
            ExitCode::from(2)
        }
    }
}

fn run(work: Work, input: &str, passes: &str) -> Result<()> {
    let passes = passes.parse()?;
    let nothing = || Ok(());
    match work {
        Work::File(pass) => {
            let data = std::fs::read(input)?;
            measure(passes, nothing, || Ok(pass(std::hint::black_box(&data))))
        }
        Work::Live(open) if input == "-" => measure(passes, nothing, open()?),
        Work::Live(_) => Err("the input of a live case is -".into()),
        Work::Write(open) => measure(passes, routes::clear, open(input.parse()?)?),
    }
}

fn measure(
    passes: u32,
    prepare: impl Fn() -> Result<()>,
    mut pass: impl FnMut() -> Result<Sum>,
) -> Result<()> {
    let (mut best, mut allocated, mut sum) = (f64::INFINITY, 0, Sum::default());
    let (mut user, mut system) = (0, 0);
    for _ in 0..passes {
        prepare()?;
        let (before, allocations) = (getrusage(UsageWho::RUSAGE_SELF)?, count::allocations());
        let start = Instant::now();
        sum = pass()?;
        best = best.min(start.elapsed().as_secs_f64() * 1e9);
        allocated = count::allocations() - allocations;
        let after = getrusage(UsageWho::RUSAGE_SELF)?;
        let between = |of: fn(&Usage) -> i64| of(&after) - of(&before);
        user += between(|u| u.user_time().num_microseconds());
        system += between(|u| u.system_time().num_microseconds());
    }
    let peak = getrusage(UsageWho::RUSAGE_SELF)?.max_rss();
    let messages = sum.messages.max(1) as f64;
    let best = if passes == 0 { 0.0 } else { best / messages };
    let (user, system) = (user as f64 / 1e3, system as f64 / 1e3);
    let Sum { messages: count, checksum } = sum;
    println!("{count} {checksum} {best:.2} {:.2} {user:.1} {system:.1} {peak}", allocated as f64 / messages);
    Ok(())
}
