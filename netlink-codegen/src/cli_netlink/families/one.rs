//! A family: its operations and groups.

use super::list::{live_json, operation_json};
use super::{Kernel, columns, modes, needs, tree};
use crate::cli_netlink::monitor::short;
use crate::cli_netlink::request::find::first_line;
use crate::cli_netlink::{Outcome, Stop};
use crate::ir::{Family, Protocol};
use netlink_runtime::genl;
use serde_json::json;
use std::io::Write;

/// Shows a family that has a schema.
pub(super) fn run(
    family: &Family,
    kernel: &Kernel,
    as_json: bool,
    out: &mut impl Write,
) -> Result<Outcome, Stop> {
    let (spoken, live) = match &family.protocol {
        Protocol::Raw { c_name, .. } | Protocol::Netfilter { c_name, .. } => (c_name.clone(), None),
        Protocol::Generic { name, .. } => (name.clone(), kernel.family(name)),
        Protocol::None => ("no protocol: definitions for other schemas".to_owned(), None),
    };
    let generic = matches!(family.protocol, Protocol::Generic { .. });
    if as_json {
        let operations = family.operations.iter().map(|op| {
            let message = op.request.as_ref().or(op.reply.as_ref());
            let found = op.request.as_ref().and_then(|m| live?.operation(m.number.into()));
            json!({
                "name": op.name, "c_name": message.map(|m| &m.c_name), "number": message.map(|m| m.number),
                "do": op.do_, "dump": op.dump, "event": op.event, "group": op.group, "doc": op.doc,
                "kernel": found.map(operation_json),
            })
        });
        let groups = family.groups.iter().map(|group| {
            let number = group.number.or_else(|| live?.group(&group.name));
            json!({"name": group.name, "c_name": group.c_name, "number": number, "doc": group.doc})
        });
        let line = json!({
            "schema": family.name, "family": spoken, "id": live.map(|k| k.id), "doc": family.doc,
            "operations": operations.collect::<Vec<_>>(), "groups": groups.collect::<Vec<_>>(),
            "kernel": live.map(live_json),
        });
        writeln!(out, "{line}")?;
        return Ok(Outcome::Fine);
    }
    writeln!(out, "{}: {}", family.name, first_line(&family.doc))?;
    let here = match (generic, live, kernel.socket.is_some()) {
        (true, Some(live), _) => {
            format!(", in this kernel with the id {} and version {}", live.id, live.version)
        }
        (true, None, true) => ", which this kernel does not have now".to_owned(),
        _ => String::new(),
    };
    writeln!(out, "{}{spoken}{here}", if generic { "generic netlink family " } else { "" })?;

    let mut rows: Vec<_> = family
        .operations
        .iter()
        .map(|op| {
            let message = op.request.as_ref().or(op.reply.as_ref());
            let found = op.request.as_ref().and_then(|m| live?.operation(m.number.into()));
            let lacks = live.is_some() && found.is_none() && op.request.is_some() && (op.do_ || op.dump);
            let remark = match found.and_then(needs) {
                Some(needs) => format!("[{needs}] "),
                None if lacks => "[not in this kernel] ".to_owned(),
                None => String::new(),
            };
            let c_name = message.map_or_else(String::new, |m| format!("{} = {}", m.c_name, m.number));
            let doc = format!("{remark}{}", first_line(&op.doc));
            [op.name.clone(), modes(op.do_, op.dump, op.event), c_name, doc]
        })
        .collect();
    let known = |number: u32| {
        family.operations.iter().any(|op| op.request.as_ref().is_some_and(|m| u32::from(m.number) == number))
    };
    let foreign = live.into_iter().flat_map(|live| &live.operations).filter(|op| !known(op.id));
    rows.extend(foreign.map(|op| foreign_row(op, "not in the schema")));
    if !rows.is_empty() {
        writeln!(out, "\noperations")?;
        columns(&rows, "  ", out)?;
    }
    let mut rows: Vec<_> = family
        .groups
        .iter()
        .map(|group| {
            let number = group.number.or_else(|| live?.group(&group.name));
            let number = number.map_or_else(String::new, |n| n.to_string());
            // As `netlink monitor` takes it.
            [short(&group.name), number, first_line(&group.doc).to_owned()]
        })
        .collect();
    let foreign = live.into_iter().flat_map(|live| &live.groups);
    let foreign = foreign.filter(|(name, _)| !family.groups.iter().any(|g| g.name == *name));
    rows.extend(
        foreign.map(|(name, number)| [name.clone(), number.to_string(), "not in the schema".to_owned()]),
    );
    if !rows.is_empty() {
        writeln!(out, "\ngroups")?;
        columns(&rows, "  ", out)?;
    }
    Ok(Outcome::Fine)
}

/// Shows a family of the kernel that has no schema, and what its operations accept.
pub(super) fn stranger(
    family: &genl::Family,
    operation: Option<&str>,
    kernel: &mut Kernel,
    as_json: bool,
    out: &mut impl Write,
) -> Result<Outcome, Stop> {
    let wanted = |op: &genl::Operation| operation.is_none_or(|name| name.parse() == Ok(op.id));
    let operations: Vec<_> = family.operations.iter().copied().filter(wanted).collect();
    if let (Some(name), true) = (operation, operations.is_empty()) {
        return Err(Stop::Usage(format!(
            "`{}` has no schema, and no operation with the number `{name}`",
            family.name
        )));
    }
    if as_json {
        let mut live = live_json(family);
        for op in &operations {
            let accepted =
                kernel.policies(&family.name, op.id).map(|policies| tree::policy_json(&policies, op.id));
            live["policies"][op.id.to_string()] = json!(accepted);
        }
        writeln!(out, "{}", json!({"schema": null, "family": family.name, "id": family.id, "kernel": live}))?;
        return Ok(Outcome::Fine);
    }
    writeln!(
        out,
        "generic netlink family {}, id {}, version {}: no schema",
        family.name, family.id, family.version
    )?;
    writeln!(out, "\noperations")?;
    for op in &operations {
        columns(&[foreign_row(op, "")], "  ", out)?;
        if let Some(policies) = kernel.policies(&family.name, op.id) {
            tree::policy_text(&policies, op.id, out)?;
        }
    }
    if !family.groups.is_empty() && operation.is_none() {
        writeln!(out, "\ngroups")?;
        let rows: Vec<_> =
            family.groups.iter().map(|(name, number)| [name.clone(), number.to_string()]).collect();
        columns(&rows, "  ", out)?;
    }
    Ok(Outcome::Fine)
}

/// An operation that only the kernel knows.
fn foreign_row(op: &genl::Operation, remark: &str) -> [String; 4] {
    let needs = needs(op).map_or_else(String::new, |needs| format!("[{needs}] "));
    [
        "-".into(),
        modes(op.can_do(), op.can_dump(), false),
        format!("command {}", op.id),
        format!("{needs}{remark}"),
    ]
}
