//! `netlink-codegen scaffold`: a schema to begin with.

use super::Outcome;
use crate::headers::facts::Store;
use crate::headers::store;
use crate::policy;
use crate::scaffold::Scaffold;
use clap::Args as ClapArgs;
use std::collections::BTreeMap;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  netlink-codegen scaffold linux/thermal.h > thermal.yaml
  netlink-codegen scaffold linux/taskstats.h linux/cgroupstats.h
  netlink-codegen scaffold linux/devlink.h --policies linux-6.12      types of another kernel's source
  netlink-codegen scaffold sensors.h --store facts                    a header of one's own, after `extract`

Lines that need a look end in `# CHECK`. Then add docs, and see what `netlink-codegen check` says.

Exit status: 0 fine, 2 nothing done.";

/// Write a schema to begin with, from headers and policies
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Headers of the facts, the one that defines the family first
    #[arg(value_name = "HEADER", required = true)]
    headers: Vec<String>,
    /// Take types from these policies instead of the stored ones: a file, or a kernel's source tree
    #[arg(long, value_name = "PATH")]
    policies: Option<PathBuf>,
    /// Take facts from this store, as `extract --store` writes it
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    match yaml(args).and_then(|yaml| super::print(&yaml)) {
        Ok(()) => Outcome::Fine,
        Err(message) => {
            eprintln!("error: {message}");
            Outcome::Failed
        }
    }
}

fn yaml(args: &Args) -> Result<String, String> {
    let facts: Store = match &args.store {
        Some(directory) => store::load_dir(directory),
        None => store::shipped(),
    }
    .map_err(|e| e.to_string())?;
    let tables = match &args.policies {
        Some(path) => policy::open(path),
        None => policy::shipped(),
    }?;
    Scaffold { headers: args.headers.clone(), facts: &facts, tables: &tables, live: BTreeMap::new() }.yaml()
}
