//! `netlink families`: what there are schemas for, and what the kernel has beside it.

mod list;
mod one;
mod operation;
mod tree;

use super::namespace::Namespace;
use super::request::find;
use super::{Outcome, Schemas, Stop};
use clap::Args as ClapArgs;
use netlink_runtime::Protocol;
use netlink_runtime::genl;
use netlink_runtime::socket::Socket;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  netlink families
  netlink families ethtool
  netlink families rt-link newlink
  netlink families rt-link newlink linkinfo.data.vlan
  netlink families --json | jq -r 'select(.schema and .id).family'

Without a family: all that have a schema, and the generic netlink families of this kernel. Of a
family: its operations and groups, and what the kernel has of them. Of an operation: what it
takes, beside what the kernel says that it accepts (generic netlink, from Linux 5.10 on). A path
leads to a part of it, and lists all names of values there.

Generic netlink families that the kernel does not have may still be there in modules.

Exit status: 0 fine, 2 wrong use.";

/// List families, their operations, and what these take
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Family: the name of its schema, or of the generic netlink family
    family: Option<String>,
    /// Operation; of a family without a schema, its number
    operation: Option<String>,
    /// A part of what the operation takes: names of attributes, and of kinds where the form depends on one
    path: Option<String>,
    /// Print JSON, one family per line
    #[arg(long)]
    json: bool,
    /// Do not ask the kernel
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    namespace: Namespace,
    #[command(flatten)]
    schemas: Schemas,
}

/// Runs it.
pub fn run(args: &Args, out: &mut impl Write) -> Result<Outcome, Stop> {
    let model = match &args.family {
        Some(name) => args.schemas.family(name)?.0,
        None => args.schemas.registry()?,
    }
    .model();
    let mut kernel = Kernel::ask(args);
    let Some(name) = &args.family else {
        return list::run(model, &kernel, args.json, out);
    };
    let stranger = kernel.families.iter().find(|family| family.name == *name).cloned();
    match (stranger, model.find_family(name)) {
        (Some(family), None) => {
            one::stranger(&family, args.operation.as_deref(), &mut kernel, args.json, out)
        }
        _ => {
            let family = find::family(model, name)?;
            match &args.operation {
                None => one::run(family, &kernel, args.json, out),
                Some(name) => {
                    let path = args.path.as_deref();
                    operation::run(model, family, name, path, &mut kernel, args.json, out)
                }
            }
        }
    }
}

/// What the kernel has.
struct Kernel {
    families: Vec<genl::Family>,
    socket: Option<Socket>,
}

impl Kernel {
    fn ask(args: &Args) -> Self {
        let mut kernel = Kernel { families: Vec::new(), socket: None };
        if args.offline {
            return kernel;
        }
        let asked = args.namespace.open(Socket::builder(), Protocol::Generic).and_then(|mut socket| {
            kernel.families = socket.families()?.to_vec();
            Ok(socket)
        });
        match asked {
            Ok(socket) => kernel.socket = Some(socket),
            Err(error) => {
                let why = args.namespace.explain(&error, Protocol::Generic);
                eprintln!("note: the kernel's generic netlink families are not known: {why}");
            }
        }
        kernel
    }

    /// A family, if the kernel has it.
    fn family(&self, name: &str) -> Option<&genl::Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// What an operation accepts. Old kernels do not say, and some operations check nothing.
    fn policies(&mut self, family: &str, command: u32) -> Option<genl::Policies> {
        self.socket.as_mut()?.policy(family, Some(command)).ok()?
    }
}

/// What an operation needs, as people say it.
fn needs(operation: &genl::Operation) -> Option<&'static str> {
    match (operation.needs_admin(), operation.needs_namespace_admin()) {
        (true, _) => Some("CAP_NET_ADMIN of the machine"),
        (false, true) => Some("CAP_NET_ADMIN"),
        (false, false) => None,
    }
}

/// How something can be asked for, or that it is told.
fn modes(can_do: bool, can_dump: bool, event: bool) -> String {
    let modes = [(can_do, "do"), (can_dump, "dump"), (event, "event")];
    let modes: Vec<_> = modes.iter().filter(|(has, _)| *has).map(|(_, mode)| *mode).collect();
    modes.join(" ")
}

/// Rows in columns, two blanks between them; the last column is as wide as it is.
fn columns<const N: usize>(rows: &[[String; N]], indent: &str, out: &mut impl Write) -> std::io::Result<()> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..N).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let cells: Vec<_> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", format!("{indent}{}", cells.join("  ")).trim_end())?;
    }
    Ok(())
}
