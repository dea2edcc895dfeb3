//! `netlink families`: what there are schemas for, and what the kernel has.

use super::{Outcome, Schemas, Stop};
use crate::ir::{Family, Protocol as Spoken};
use clap::Args as ClapArgs;
use netlink_runtime::Protocol;
use netlink_runtime::extack::{Ack, KernelError};
use netlink_runtime::genl::{self, GENL_ID_CTRL};
use netlink_runtime::message::{GenlHeader, NLM_F_DUMP};
use netlink_runtime::socket::{Error, Socket};
use serde_json::json;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  netlink families
  netlink families --json | jq -r 'select(.schema and .id).family'

Generic netlink families that the kernel does not have may still be there in modules.

Exit status: 0 fine, 2 wrong use.";

/// List the families that have a schema, and the generic netlink families of this kernel
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Print JSON, one family per line
    #[arg(long)]
    json: bool,
    /// Do not ask the kernel
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    schemas: Schemas,
}

/// Runs it.
pub fn run(args: &Args, out: &mut impl Write) -> Result<Outcome, Stop> {
    let model = args.schemas.load()?;
    let kernel = if args.offline { Ok(Vec::new()) } else { ask() };
    let kernel = kernel.unwrap_or_else(|error| {
        eprintln!("note: the kernel's generic netlink families are not known: {error}");
        Vec::new()
    });
    let spoken = |family: &Family| match &family.protocol {
        Spoken::Raw { c_name, .. } | Spoken::Netfilter { c_name, .. } => Some((c_name.clone(), None)),
        Spoken::Generic { name, .. } => Some((name.clone(), kernel.iter().find(|k| k.name == *name))),
        Spoken::None => None,
    };
    let mut rows = Vec::new();
    for family in &model.families {
        let Some((protocol, registered)) = spoken(family) else { continue };
        let doc = family.doc.lines().next().unwrap_or_default();
        if args.json {
            let operations: Vec<_> = family.operations.iter().map(|o| &o.name).collect();
            let line = json!({
                "schema": family.name, "family": protocol, "id": registered.map(|k| k.id),
                "operations": operations, "doc": doc,
            });
            writeln!(out, "{line}")?;
        }
        let id = registered.map_or(String::new(), |k| format!("id {}", k.id));
        rows.push([family.name.clone(), protocol, id, doc.to_owned()]);
    }
    for family in &kernel {
        if rows.iter().any(|row| row[1] == family.name && row[2] == format!("id {}", family.id)) {
            continue;
        }
        if args.json {
            let line = json!({"schema": null, "family": family.name, "id": family.id});
            writeln!(out, "{line}")?;
        }
        rows.push(["-".into(), family.name.clone(), format!("id {}", family.id), "no schema".into()]);
    }
    if !args.json {
        let width = |column: usize| rows.iter().map(|r| r[column].len()).max().unwrap_or(0);
        let (a, b, c) = (width(0), width(1), width(2));
        for [name, protocol, id, doc] in &rows {
            let line = format!("{name:a$}  {protocol:b$}  {id:c$}  {doc}");
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(Outcome::Fine)
}

/// The families that the controller lists.
fn ask() -> Result<Vec<genl::Family>, Error> {
    const CTRL_CMD_GETFAMILY: u8 = 3;
    let mut socket = Socket::open(Protocol::Generic)?;
    let request = GenlHeader { command: CTRL_CMD_GETFAMILY, version: 1 };
    let mut replies = socket.raw_request(GENL_ID_CTRL, NLM_F_DUMP, &request.to_bytes())?;
    let mut families = Vec::new();
    while let Some(message) = replies.next()? {
        match (Ack::parse(message), GenlHeader::split(message.payload())) {
            (Some(end), _) if end.errno() != 0 => {
                return Err(Error::Kernel(Box::new(KernelError::new(&end))));
            }
            (None, Some((_, attrs))) => families.push(genl::Family::parse(attrs)),
            _ => {}
        }
    }
    Ok(families)
}
