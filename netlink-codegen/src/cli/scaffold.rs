//! `netlink-codegen scaffold`: a schema to begin with.

use super::Outcome;
use crate::headers::facts::Store;
use crate::headers::store;
use crate::policy;
use crate::scaffold::Scaffold;
use clap::Args as ClapArgs;
use netlink_runtime::{Protocol, socket::Socket};
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
    /// Ask the running kernel for types of attributes that are in no policy
    #[arg(long)]
    live: bool,
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
    let headers = args.headers.clone();
    let mut scaffold = Scaffold { headers, facts: &facts, tables: &tables, live: BTreeMap::new() };
    if args.live {
        scaffold = live(scaffold)?;
    }
    scaffold.yaml()
}

/// With what the running kernel says of the family that the headers name.
fn live(scaffold: Scaffold<'_>) -> Result<Scaffold<'_>, String> {
    let name =
        scaffold.family().ok_or("--live: the headers do not name a generic netlink family")?.to_owned();
    let error = |e: netlink_runtime::socket::Error| format!("--live: {name}: {e}");
    let mut socket = Socket::open(Protocol::Generic).map_err(error)?;
    Ok(match socket.policy(&name, None).map_err(error)? {
        Some(policies) => scaffold.with_live(&policies),
        None => scaffold,
    })
}
