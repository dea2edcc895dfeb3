//! Operations: modes on a line, and what differs from most.

use super::super::layout::Called;
use super::super::yaml::{Map, Yaml};
use super::super::{agrees, most, prefix_of};
use super::Short;
use crate::ir::{Family, Message, Operation, Protocol, SetId, StructId, names};

impl Short<'_> {
    pub(super) fn operations(&self, family: &Family, out: &mut Map) {
        if family.operations.is_empty() {
            return;
        }
        let model = self.model;
        let messages = || family.operations.iter().flat_map(|op| [&op.request, &op.reply]).flatten();
        let named = family.operations.iter().filter_map(|op| Some((op.name.as_str(), c_name(op)?)));
        let prefix = prefix_of(named);
        let mut operations = Map::default();
        operations.text("name-prefix", &prefix);
        // A default must not reach a message without any.
        let set = match messages().all(|m| m.set.is_some()) {
            true => most(messages().filter_map(|m| m.set)),
            false => None,
        };
        let header = |id: SetId| model[id].header;
        let fixed = match &family.protocol {
            Protocol::Generic { user_header, .. } => *user_header,
            _ if messages().all(|m| m.set.is_some_and(|id| header(id).is_some())) => {
                most(messages().filter_map(|m| header(m.set?)))
            }
            _ => None,
        };
        if let Some(fixed) = fixed {
            operations.text("fixed-header", &self.struct_name(fixed));
        }
        if let Some(set) = set {
            operations.text("attribute-set", &self.set_name(set));
        }
        let mut list = Map::default();
        for (ix, op) in family.operations.iter().enumerate() {
            if c_name(op).is_none() {
                list.put(&op.name, self.reserved(&family.operations, ix, &prefix));
                continue;
            }
            list.put(&op.name, self.operation(op, &prefix, set, fixed));
        }
        operations.put("list", list.done());
        out.put("operations", operations.done());
    }

    fn operation(&self, op: &Operation, prefix: &str, set: Option<SetId>, fixed: Option<StructId>) -> Yaml {
        let mut out = Map::default();
        let message = op.request.as_ref().or(op.reply.as_ref());
        let mut modes: Vec<String> = [(op.do_, "do"), (op.dump, "dump"), (op.event, "event")]
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| (*word).to_owned())
            .collect();
        let mut request = Map::default();
        let mut reply = Map::default();
        if let (Some(asks), Some(answers)) = (&op.request, &op.reply) {
            if asks.c_name != answers.c_name {
                let short = names::schema_name(prefix, &answers.c_name);
                let short = if names::c_name(prefix, &short) == answers.c_name {
                    short
                } else {
                    answers.c_name.clone()
                };
                modes.push(format!("-> {short}"));
            }
            let same = asks.c_name == answers.c_name && asks.number == answers.number;
            if !same && !agrees(self.facts, &answers.c_name, answers.number) {
                reply.put("value", Yaml::number(answers.number));
            }
        }
        out.text("modes", &modes.join(" "));
        if let Some(message) = message {
            if names::c_name(prefix, &op.name) != message.c_name {
                out.text("c-name", &message.c_name);
            }
            if !agrees(self.facts, &message.c_name, message.number) {
                out.put("value", Yaml::number(message.number));
            }
        }
        out.text("doc", &op.doc);
        match (&op.request, &op.reply) {
            (Some(a), Some(b)) if a.set != b.set => {
                self.carries(a, set, fixed, &mut request);
                self.carries(b, set, fixed, &mut reply);
            }
            _ => {
                if let Some(message) = message {
                    self.carries(message, set, fixed, &mut out);
                }
            }
        }
        let words = |list: &[String]| list.iter().map(Yaml::text).collect::<Vec<_>>();
        request.list("required", words(&op.required));
        request.list("nlm-flags", words(&op.nlm_flags));
        if !request.is_empty() {
            out.put("request", request.done());
        }
        if op.request.is_some() && op.reply.is_none() {
            out.put("reply", Yaml::Plain("null".to_owned()));
        } else if !reply.is_empty() {
            out.put("reply", reply.done());
        }
        if !op.match_.is_empty() {
            let values = |list: &[i128]| Yaml::Seq(list.iter().map(|v| Yaml::number(*v)).collect());
            let entries = op.match_.iter().map(|(member, list)| (member.clone(), values(list)));
            out.put("match", Yaml::Map(entries.collect()));
        }
        if let Some(group) = &op.group {
            out.text("mcgrp", group);
        }
        out.or_alone("modes")
    }

    /// An operation without a message, whose number is the one between its neighbours.
    fn reserved(&self, ops: &[Operation], ix: usize, prefix: &str) -> Yaml {
        let number = |op: &Operation| op.request.as_ref().or(op.reply.as_ref()).map(|m| i128::from(m.number));
        let after = ops[ix + 1..].iter().position(|op| number(op).is_some());
        let after = after.and_then(|more| Some(number(&ops[ix + 1 + more])? - 1 - more as i128));
        let before = ops[..ix].iter().rev().position(|op| number(op).is_some());
        let before = before.and_then(|less| Some(number(&ops[ix - 1 - less])? + 1 + less as i128));
        let mut out = Map::default();
        let c_name = names::c_name(prefix, &ops[ix].name);
        if let Some(value) = after.or(before).filter(|value| !agrees(self.facts, &c_name, *value)) {
            out.put("value", Yaml::number(value));
        }
        out.text("doc", &ops[ix].doc);
        out.or_alone("modes")
    }

    /// The set and header of a message, where they are not the family's.
    fn carries(&self, message: &Message, set: Option<SetId>, fixed: Option<StructId>, out: &mut Map) {
        let Some(id) = message.set else { return };
        let header = self.model[id].header;
        if let Some(header) = header.filter(|header| Some(*header) != fixed) {
            out.text("fixed-header", &self.struct_name(header));
        }
        if Some(id) != set {
            out.text("attribute-set", &self.set_name(id));
        }
    }
}

fn c_name(op: &Operation) -> Option<&str> {
    op.request.as_ref().or(op.reply.as_ref()).map(|message| message.c_name.as_str())
}
