//! Families and operations by the words of a command line.

use crate::cli_netlink::Stop;
use crate::ir::{Family, Model, Operation, Protocol};
use crate::report::{did_you_mean, list};
use netlink_runtime::socket::Socket;

/// How an operation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Do,
    Dump,
}

impl Way {
    pub(super) fn can(self, operation: &Operation) -> bool {
        match self {
            Way::Do => operation.do_,
            Way::Dump => operation.dump,
        }
    }
}

/// The family of this name: of a schema, or as generic netlink has it.
pub(in crate::cli_netlink) fn family<'m>(model: &'m Model, name: &str) -> Result<&'m Family, Stop> {
    if let Some(id) = model.find_family(name) {
        return Ok(&model[id]);
    }
    let known: Vec<_> = model.families.iter().map(|f| f.name.as_str()).collect();
    let near = did_you_mean(name, known.iter().copied());
    let help = match near {
        Some(near) => near,
        None if registered(name) => {
            format!(
                "this kernel has it: a schema can be given by --schema (`netlink families {name}` shows what it takes)"
            )
        }
        None => format!("there are {}; `netlink families` lists all", list(known)),
    };
    Err(Stop::Usage(format!("no schema is named `{name}`; {help}")))
}

/// Whether the kernel has a generic netlink family of this name.
fn registered(name: &str) -> bool {
    Socket::open(netlink_runtime::Protocol::Generic).is_ok_and(|mut socket| socket.family(name).is_ok())
}

/// An operation of a family, by its name in the schema or its C name.
pub(in crate::cli_netlink) fn named<'m>(
    family: &'m Family,
    name: &str,
) -> impl Iterator<Item = &'m Operation> + use<'m> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
    let wanted = plain(name);
    family.operations.iter().filter(move |op| {
        let c_names = op.request.iter().chain(&op.reply).map(|message| plain(&message.c_name));
        plain(&op.name) == wanted || c_names.into_iter().next() == Some(wanted.clone())
    })
}

/// An operation that can be asked for this way.
pub(super) fn operation<'m>(family: &'m Family, name: Option<&str>, way: Way) -> Result<&'m Operation, Stop> {
    if matches!(family.protocol, Protocol::None) {
        let text = format!("`{}` has definitions for other schemas, and no operations", family.name);
        return Err(Stop::Usage(text));
    }
    let can: Vec<_> = family.operations.iter().filter(|op| way.can(op)).collect();
    let Some(name) = name else { return Err(Stop::Usage(choice(family, &can, way))) };
    let mut same = named(family, name).peekable();
    if same.peek().is_none() {
        let known: Vec<_> = can.iter().map(|op| op.name.as_str()).collect();
        let help = did_you_mean(name, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("there are {}", list(known)));
        return Err(Stop::Usage(format!("`{}` has no operation `{name}`; {help}", family.name)));
    }
    let same: Vec<_> = same.collect();
    if let Some(operation) = same.iter().find(|op| way.can(op)) {
        return Ok(operation);
    }
    let why = match way {
        Way::Dump if same.iter().any(|op| op.do_) => "cannot be dumped: `netlink do` asks for it",
        Way::Do if same.iter().any(|op| op.dump) => "can only be dumped: `netlink dump` asks for it",
        Way::Do | Way::Dump => "is an event: the kernel sends it on its own, and `netlink monitor` shows it",
    };
    Err(Stop::Usage(format!("`{name}` of `{}` {why}", family.name)))
}

/// The operations to choose from.
fn choice(family: &Family, can: &[&Operation], way: Way) -> String {
    let verb = match way {
        Way::Do => "do",
        Way::Dump => "dump",
    };
    if can.is_empty() {
        return format!("`{}` has no operation for `netlink {verb}`", family.name);
    }
    let width = can.iter().map(|op| op.name.len()).max().unwrap_or(0);
    let lines: Vec<_> =
        can.iter().map(|op| format!("\n  {:width$}  {}", op.name, first_line(&op.doc))).collect();
    format!("which operation? `netlink {verb} {}` has{}", family.name, lines.concat())
}

/// The first line of a text.
pub(in crate::cli_netlink) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
