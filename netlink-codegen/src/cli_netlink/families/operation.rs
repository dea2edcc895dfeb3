//! An operation: what it takes, and what comes back.

use super::tree::{Node, Tree};
use super::{Kernel, modes, needs, tree};
use crate::cli_netlink::request::find;
use crate::cli_netlink::{Outcome, Stop};
use crate::decode::encode::{describe, same_name};
use crate::ir::{Attr, Family, Message, Model, Operation, Protocol, SetId, Type};
use crate::report::{did_you_mean, list};
use netlink_runtime::genl::Policies;
use serde_json::{Value, json};
use std::io::Write;

/// Shows it.
pub(super) fn run(
    model: &Model,
    family: &Family,
    name: &str,
    path: Option<&str>,
    kernel: &mut Kernel,
    as_json: bool,
    out: &mut impl Write,
) -> Result<Outcome, Stop> {
    let operations: Vec<_> = find::named(family, name).collect();
    if operations.is_empty() {
        let known: Vec<_> = family.operations.iter().map(|op| op.name.as_str()).collect();
        let help =
            did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("there are {}", list(known)));
        return Err(Stop::Usage(format!("`{}` has no operation `{name}`; {help}", family.name)));
    }
    for operation in operations {
        show(model, family, operation, path, kernel, as_json, out)?;
    }
    Ok(Outcome::Fine)
}

fn show(
    model: &Model,
    family: &Family,
    operation: &Operation,
    path: Option<&str>,
    kernel: &mut Kernel,
    as_json: bool,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let live = match (&family.protocol, &operation.request) {
        (Protocol::Generic { name, .. }, Some(request)) => {
            let number = request.number.into();
            let found = kernel.family(name).and_then(|family| family.operation(number)).copied();
            found.map(|found| (found, kernel.policies(name, number).map(|policies| (policies, number))))
        }
        _ => None,
    };
    let policies = live.as_ref().and_then(|(_, policies)| policies.as_ref());
    if let Some(path) = path {
        let request = operation.request.as_ref().or(operation.reply.as_ref());
        let Some(set) = request.and_then(|message| message.set) else {
            return Err(Stop::Usage(format!("`{}` takes no attributes", operation.name)));
        };
        let node = part(model, set, path)?;
        return match as_json {
            true => Ok(writeln!(out, "{}", node.json())?),
            false => Ok(node.text("", usize::MAX, out)?),
        };
    }
    if as_json {
        let line = json!({
            "schema": family.name, "operation": operation.name, "do": operation.do_, "dump": operation.dump,
            "event": operation.event, "group": operation.group, "flags": operation.nlm_flags,
            "required": operation.required, "doc": operation.doc,
            "request": operation.request.as_ref().map(|m| message_json(model, m, policies)),
            "reply": operation.reply.as_ref().map(|m| message_json(model, m, None)),
            "kernel": live.as_ref().map(|(found, _)| super::list::operation_json(found)),
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    let modes = modes(operation.do_, operation.dump, operation.event);
    writeln!(out, "{} {} ({modes}): {}", family.name, operation.name, operation.doc)?;
    if let Some(needs) = live.as_ref().and_then(|(found, _)| needs(found)) {
        writeln!(out, "takes {needs}")?;
    }
    if !operation.nlm_flags.is_empty() {
        writeln!(out, "sent with the flags {}", operation.nlm_flags.join(", "))?;
    }
    if !operation.required.is_empty() {
        writeln!(out, "needs {}", operation.required.join(", "))?;
    }
    if let Some(request) = &operation.request {
        writeln!(out, "\nrequest {}", request.c_name)?;
        message_text(model, request, policies, out)?;
    }
    match (&operation.request, &operation.reply) {
        (Some(request), Some(reply)) if request.set == reply.set => {
            writeln!(out, "\nreply {}: the same", reply.c_name)?;
        }
        (_, Some(reply)) => {
            writeln!(out, "\n{} {}", if operation.event { "message" } else { "reply" }, reply.c_name)?;
            message_text(model, reply, None, out)?;
        }
        (_, None) => {}
    }
    Ok(())
}

/// The policies of an operation, and its number.
type Known = (Policies, u32);

fn message_text(
    model: &Model,
    message: &Message,
    policies: Option<&Known>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let Some(set) = message.set else { return writeln!(out, "  no attributes") };
    let tree = Tree::new(model);
    if let Some(header) = model[set].header {
        writeln!(out, "  header, struct {}", model[header].c_name)?;
        for node in tree.members(header) {
            node.text("    ", tree::FEW, out)?;
        }
    }
    writeln!(out, "  attributes")?;
    for node in
        tree.attributes(set, policies.map(|(policies, number)| (policies, tree::request(policies, *number))))
    {
        node.text("    ", tree::FEW, out)?;
    }
    Ok(())
}

fn message_json(model: &Model, message: &Message, policies: Option<&Known>) -> Value {
    let tree = Tree::new(model);
    let header = message.set.and_then(|set| model[set].header);
    let members = header.map(|id| tree.members(id).iter().map(Node::json).collect::<Vec<_>>());
    let attrs = message.set.map(|set| {
        let policies = policies.map(|(policies, number)| (policies, tree::request(policies, *number)));
        tree.attributes(set, policies).iter().map(Node::json).collect::<Vec<_>>()
    });
    json!({
        "c_name": message.c_name, "number": message.number,
        "struct": header.map(|id| &model[id].c_name), "header": members, "attrs": attrs,
    })
}

/// The attribute, or the form of one, that a path leads to.
fn part(model: &Model, set: SetId, path: &str) -> Result<Node, Stop> {
    enum At<'m> {
        Set(SetId),
        Attr(&'m Attr),
        Form(&'m Type),
    }
    let tree = Tree::new(model);
    let mut at = At::Set(set);
    let mut node = None;
    for word in path.split('.') {
        // What is in an attribute, or in the form that was chosen.
        let ty = match at {
            At::Set(_) => None,
            At::Attr(attr) => Some(&attr.ty),
            At::Form(ty) => Some(ty),
        };
        let set = match (&at, ty) {
            (At::Set(set), _) | (_, Some(Type::Nest(set) | Type::Records(set, _))) => *set,
            (_, Some(Type::Sub(sub, _))) => {
                let formats = &model[*sub].formats;
                let names = || formats.iter().filter_map(|f| f.keys.first()).map(describe::key);
                let chosen = formats
                    .iter()
                    .find(|f| f.keys.first().is_some_and(|k| same_name(word, describe::key(k))));
                let Some(format) = chosen else { return Err(no_part(word, names().collect())) };
                node = Some(tree.form(word, format));
                at = At::Form(&format.ty);
                continue;
            }
            _ => return Err(Stop::Usage(format!("nothing is in what stands before `{word}` in `{path}`"))),
        };
        let named = |a: &&Attr| same_name(word, &a.name) || same_name(word, &a.c_name);
        let Some(attr) = describe::attributes(model, set).find(named) else {
            return Err(no_part(word, describe::attributes(model, set).map(|a| a.name.as_str()).collect()));
        };
        node = Some(tree.attribute(attr, None));
        at = At::Attr(attr);
    }
    node.ok_or_else(|| Stop::Usage("an empty path".to_owned()))
}

fn no_part(word: &str, names: Vec<&str>) -> Stop {
    let help =
        did_you_mean(word, names.iter().copied()).unwrap_or_else(|| format!("there are {}", list(names)));
    Stop::Usage(format!("there is no `{word}` here; {help}"))
}
