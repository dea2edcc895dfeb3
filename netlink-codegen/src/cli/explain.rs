//! `netlink-codegen explain`: what a rule's code means.

use super::Outcome;
use crate::report::{Code, codes};
use clap::Args as ClapArgs;

const EXAMPLES: &str = "\
Examples:
  netlink-codegen explain NL0107
  netlink-codegen explain            list every code

Exit status: 0 fine, 2 there is no such code.";

/// Explain a code that a finding carries
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The code, such as NL0107; without it, all codes are listed
    code: Option<String>,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    let Some(wanted) = &args.code else {
        let rows = codes::TABLE.iter().map(|row| format!("{}  {}\n", row.code.id(), row.title));
        return super::write(None, &rows.collect::<String>());
    };
    let Some(code) = Code::from_id(wanted) else {
        eprintln!("error: there is no code {wanted}; `netlink-codegen explain` lists them all");
        return Outcome::Failed;
    };
    let row = code.row();
    let lenient = if row.relaxable { "\nWith --lenient this is a warning.\n" } else { "" };
    super::write(None, &format!("{}: {}\n\n{}\n{lenient}", row.code.id(), row.title, row.explanation))
}
