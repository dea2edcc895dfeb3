//! All families.

use super::{Kernel, columns};
use crate::cli_netlink::{Outcome, Stop};
use crate::ir::{Family, Model, Protocol};
use crate::report::plural;
use netlink_runtime::genl;
use serde_json::{Value, json};
use std::io::Write;

/// Lists them.
pub(super) fn run(
    model: &Model,
    kernel: &Kernel,
    as_json: bool,
    out: &mut impl Write,
) -> Result<Outcome, Stop> {
    let mut rows = Vec::new();
    for family in &model.families {
        let (spoken, live) = match &family.protocol {
            Protocol::Raw { c_name, .. } | Protocol::Netfilter { c_name, .. } => (c_name.as_str(), None),
            Protocol::Generic { name, .. } => (name.as_str(), kernel.family(name)),
            Protocol::None => continue,
        };
        let doc = family.doc.lines().next().unwrap_or_default();
        if as_json {
            let operations: Vec<_> = family.operations.iter().map(|o| &o.name).collect();
            let groups: Vec<_> = family.groups.iter().map(|g| &g.name).collect();
            let line = json!({
                "schema": family.name, "family": spoken, "id": live.map(|k| k.id),
                "operations": operations, "groups": groups, "doc": doc, "kernel": live.map(live_json),
            });
            writeln!(out, "{line}")?;
        }
        let id = live.map_or(String::new(), |k| format!("id {}", k.id));
        rows.push([family.name.clone(), spoken.to_owned(), id, count(family, live), doc.to_owned()]);
    }
    for family in &kernel.families {
        let named =
            |f: &Family| matches!(&f.protocol, Protocol::Generic { name, .. } if *name == family.name);
        if model.families.iter().any(named) {
            continue;
        }
        if as_json {
            let live = live_json(family);
            writeln!(
                out,
                "{}",
                json!({"schema": null, "family": family.name, "id": family.id, "kernel": live})
            )?;
        }
        let operations = plural(family.operations.len() as u64, "operation");
        rows.push([
            "-".into(),
            family.name.clone(),
            format!("id {}", family.id),
            operations,
            "no schema".into(),
        ]);
    }
    if !as_json {
        columns(&rows, "", out)?;
    }
    Ok(Outcome::Fine)
}

/// How many operations there are, and how many of them the kernel has.
fn count(family: &Family, live: Option<&genl::Family>) -> String {
    let asked = family.operations.iter().filter_map(|op| op.request.as_ref());
    let Some(live) = live else { return plural(family.operations.len() as u64, "operation") };
    let numbers: std::collections::BTreeSet<u32> = asked.map(|message| message.number.into()).collect();
    let known = numbers.iter().filter(|number| live.operation(**number).is_some()).count();
    let foreign = live.operations.iter().filter(|op| !numbers.contains(&op.id)).count();
    let foreign = if foreign > 0 { format!(", and {foreign} more") } else { String::new() };
    match known == numbers.len() {
        true => format!("{}{foreign}", plural(known as u64, "operation")),
        false => format!("{known} of {}{foreign}", plural(numbers.len() as u64, "operation")),
    }
}

/// What the kernel says of a family.
pub(super) fn live_json(family: &genl::Family) -> Value {
    let operations = family.operations.iter().map(operation_json).collect::<Vec<_>>();
    let groups = family.groups.iter().map(|(name, number)| json!({"name": name, "number": number}));
    json!({
        "id": family.id, "version": family.version, "header_size": family.header_size,
        "max_attr": family.max_attr, "operations": operations, "groups": groups.collect::<Vec<_>>(),
    })
}

/// What the kernel says of an operation.
pub(super) fn operation_json(operation: &genl::Operation) -> Value {
    json!({
        "number": operation.id, "do": operation.can_do(), "dump": operation.can_dump(),
        "policy": operation.has_policy(), "admin": operation.needs_admin(),
        "namespace_admin": operation.needs_namespace_admin(),
    })
}
