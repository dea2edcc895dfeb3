//! Operations: requests and replies with their numbers, events as operations of their own.

use super::super::layout::Called;
use super::super::yaml::{Map, Yaml};
use super::super::{most, prefix_of};
use super::{Ynl, directional, spec_name, spec_prefix};
use crate::ir::{Family, Item, Message, Operation, Protocol, StructId, Type, names};

impl Ynl<'_> {
    pub(super) fn operations(&mut self, family: &Family, out: &mut Map) {
        let model = self.model;
        let mut operations = Map::default();
        let directional = directional(family);
        if directional {
            operations.text("enum-model", "directional");
        }
        let named = family.operations.iter().filter_map(|op| {
            let message = op.request.as_ref().or(op.reply.as_ref())?;
            Some((op.name.as_str(), message.c_name.as_str()))
        });
        let prefix = prefix_of(named);
        operations.text("name-prefix", &spec_prefix(&prefix));
        let messages = || family.operations.iter().flat_map(|op| [&op.request, &op.reply]).flatten();
        let header = |m: &Message| m.set.and_then(|id| model[id].header);
        let fixed = match &family.protocol {
            Protocol::Generic { user_header, .. } => *user_header,
            _ if messages().all(|m| header(m).is_some()) => most(messages().filter_map(header)),
            _ => None,
        };
        if let Some(fixed) = fixed {
            operations.text("fixed-header", &self.struct_name(fixed));
        }
        let mut list = Vec::new();
        for op in &family.operations {
            self.operation(op, &prefix, directional, fixed, &mut list);
        }
        operations.put("list", Yaml::Seq(list));
        out.put("operations", operations.done());
    }

    fn operation(
        &mut self,
        op: &Operation,
        prefix: &str,
        directional: bool,
        fixed: Option<StructId>,
        list: &mut Vec<Yaml>,
    ) {
        let place = format!("operation {}", op.name);
        let asks = op.do_ || op.dump;
        for (lost, what) in [
            (!op.match_.is_empty(), "what tells it from others of its number"),
            (!op.required.is_empty(), "attributes that a request needs"),
            (!op.nlm_flags.is_empty(), "flags that a request needs"),
            (asks && op.event, "an event of the same name; it is one of its own"),
        ] {
            if lost {
                self.lose(&place, what);
            }
        }
        if let Some(message) = op.request.as_ref().or(op.reply.as_ref())
            && names::c_name(prefix, &op.name) != message.c_name
        {
            self.lose(&place, &format!("the C name {}", message.c_name));
        }
        if let (Some(a), Some(b)) = (&op.request, &op.reply) {
            if a.set != b.set {
                self.lose(&place, "the request's own attributes");
            }
            // Replies have numbers only; their names are those of operations, if any.
            let mut ops = self.model[self.own].operations.iter();
            let reply = format!("{}_REPLY", a.c_name);
            if b.c_name != a.c_name
                && b.c_name != reply
                && !ops.any(|op| names::c_name(prefix, &op.name) == b.c_name)
            {
                self.lose(&place, &format!("the C name {}", b.c_name));
            }
        }
        if asks {
            let mut out = self.head(op, &op.name, op.reply.as_ref().or(op.request.as_ref()), fixed);
            if !directional && let Some(request) = &op.request {
                out.put("value", Yaml::number(request.number));
            }
            let mut mode = Map::default();
            for (key, message) in [("request", &op.request), ("reply", &op.reply)] {
                let Some(message) = message else { continue };
                let mut body = Map::default();
                if directional {
                    body.put("value", Yaml::number(message.number));
                }
                body.list("attributes", self.attributes(message));
                mode.put(key, body.done());
            }
            let mode = mode.done();
            if op.do_ {
                out.put("do", mode.clone());
            }
            if op.dump {
                out.put("dump", mode);
            }
            list.push(out.done());
        }
        if op.event {
            let name = if asks { format!("{}-ntf", op.name) } else { op.name.clone() };
            let mut out = self.head(op, &name, op.reply.as_ref(), fixed);
            if let Some(reply) = &op.reply {
                out.put("value", Yaml::number(reply.number));
                let mut body = Map::default();
                body.put("attributes", Yaml::Seq(self.attributes(reply)));
                out.put("event", body.done());
            }
            out.text("mcgrp", op.group.as_deref().unwrap_or_default());
            list.push(out.done());
        }
        if !asks && !op.event {
            let out = self.head(op, &op.name, None, fixed);
            list.push(out.done());
        }
    }

    /// What operations begin with.
    fn head(
        &mut self,
        op: &Operation,
        name: &str,
        message: Option<&Message>,
        fixed: Option<StructId>,
    ) -> Map {
        let mut out = Map::default();
        let name = self.spec_name(&format!("operation {}", op.name), name);
        out.text("name", &name);
        out.text("doc", &op.doc);
        if let Some(set) = message.and_then(|m| m.set) {
            out.text("attribute-set", &self.item_name(Item::Set(set)));
            match self.model[set].header {
                Some(header) if Some(header) != fixed => out.text("fixed-header", &self.struct_name(header)),
                _ => {}
            }
        }
        out
    }

    fn attributes(&self, message: &Message) -> Vec<Yaml> {
        let attrs = message.set.map(|set| self.model[set].attrs.as_slice()).unwrap_or_default();
        let used = attrs.iter().filter(|attr| !matches!(attr.ty, Type::Pad | Type::Unused));
        used.map(|attr| Yaml::text(spec_name(&attr.name))).collect()
    }
}
