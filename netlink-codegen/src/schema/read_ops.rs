//! Nodes → operations and multicast groups.

use super::ast::*;
use super::decode::{Decoder, Named, Object};
use super::expr::Words;
use super::node::{Kind, Node, Text};
use crate::report::{Diagnostic, codes};

/// The form of an object whose things are in its `list`.
fn list_form(node: &Node) -> Form {
    match &node.kind {
        Kind::Mapping(entries) => {
            match entries.iter().find(|(k, _)| &*k.text == "list").map(|(_, v)| &v.kind) {
                Some(Kind::Sequence(_)) => Form::Ynl,
                _ => Form::Short,
            }
        }
        _ => Form::Short,
    }
}

impl Decoder<'_> {
    pub(super) fn operations(&mut self, node: &Node) -> Option<Operations> {
        let object = self.object(node, "operations", list_form(node))?;
        let mut operations = Operations {
            prefix: self.text(&object, "name-prefix"),
            fixed_header: self.text(&object, "fixed-header"),
            attribute_set: self.text(&object, "attribute-set"),
            ..Operations::default()
        };
        operations.directional = self.text(&object, "enum-model").is_some_and(|m| &*m.text == "directional");
        for named in self.named(object.get("list"), "name") {
            operations.list.extend(self.operation(named));
        }
        self.finish(&object, &["doc", "enum-name", "async-prefix", "async-enum"]);
        Some(operations)
    }

    fn operation(&mut self, named: Named<'_>) -> Option<Op> {
        let mut op = Op {
            name: named.name.clone(),
            form: named.form,
            doc: String::new(),
            c_name: None,
            value: None,
            modes: Modes::default(),
            fixed_header: None,
            attribute_set: None,
            request: Direction::default(),
            reply: Direction::default(),
            notify: None,
            group: None,
            matches: Vec::new(),
        };
        let Some(body) = named.body else { return Some(op) };
        if let Kind::Scalar { text, .. } = &body.kind {
            op.modes = self.modes(text)?;
            return Some(op);
        }
        let object = self.object(body, "operation", named.form)?;
        object.get("name");
        op.doc = self.doc(&object);
        op.c_name = self.text(&object, "c-name");
        op.value = self.text(&object, "value");
        op.fixed_header = self.text(&object, "fixed-header");
        op.attribute_set = self.text(&object, "attribute-set");
        op.group = self.text(&object, "mcgrp");
        match named.form {
            Form::Short => {
                // Without modes the number is reserved.
                if let Some(text) = self.text(&object, "modes") {
                    op.modes = self.modes(&text)?;
                }
                op.request = self.direction(object.get("request"), "request", Form::Short);
                op.reply = self.direction(object.get("reply"), "reply", Form::Short);
                op.request.required.extend(self.texts(&object, "required"));
                op.request.nlm_flags.extend(self.texts(&object, "nlm-flags"));
                if let Some(node) = object.get("match") {
                    match &node.kind {
                        Kind::Mapping(entries) => {
                            for (key, value) in entries {
                                let values = self.scalars(value);
                                op.matches.push((key.clone(), values));
                            }
                        }
                        _ => self.shape(node, "a mapping of header members to values"),
                    }
                }
            }
            Form::Ynl => self.ynl_operation(&object, &mut op),
        }
        self.finish(&object, &["flags", "dont-validate", "config-cond"]);
        Some(op)
    }

    fn ynl_operation(&mut self, object: &Object<'_>, op: &mut Op) {
        for (key, dump) in [("do", false), ("dump", true)] {
            let Some(node) = object.get(key) else { continue };
            if dump {
                op.modes.dump = true;
            } else {
                op.modes.single = true;
            }
            if node.is_null() {
                continue;
            }
            let Some(mode) = self.object(node, "mode of an operation", Form::Ynl) else { continue };
            for (name, target) in [("request", &mut op.request), ("reply", &mut op.reply)] {
                if let Some(node) = mode.get(name) {
                    target.merge(self.direction(Some(node), name, Form::Ynl));
                }
            }
            self.finish(&mode, &["pre", "post"]);
        }
        op.notify = self.text(object, "notify");
        if let Some(node) = object.get("event") {
            op.modes.event = true;
            let event = self.direction((!node.is_null()).then_some(node), "event", Form::Ynl);
            op.reply.merge(event);
            op.reply.present = true;
        }
    }

    fn direction(&mut self, node: Option<&Node>, what: &'static str, form: Form) -> Direction {
        let mut direction = Direction::default();
        let Some(node) = node else { return direction };
        direction.present = true;
        if node.is_null() {
            direction.none = form == Form::Short;
            return direction;
        }
        let Some(object) = self.object(node, what, form) else { return direction };
        direction.fixed_header = self.text(&object, "fixed-header");
        direction.attribute_set = self.text(&object, "attribute-set");
        if form == Form::Ynl || what == "reply" {
            direction.value = self.text(&object, "value");
        }
        match form {
            Form::Short => {
                direction.required = self.texts(&object, "required");
                direction.nlm_flags = self.texts(&object, "nlm-flags");
            }
            Form::Ynl => direction.attributes = self.texts(&object, "attributes"),
        }
        self.finish(&object, &[]);
        direction
    }

    /// `do dump event -> REPLY`.
    fn modes(&mut self, text: &Text) -> Option<Modes> {
        let mut words = Words::new(text);
        let mut modes = Modes::default();
        loop {
            match words.peek() {
                None => break,
                Some("do") => modes.single = true,
                Some("dump") => modes.dump = true,
                Some("event") => modes.event = true,
                Some("->") => {
                    words.next();
                    let reply = words.name("the reply's name after `->`").and_then(|reply| {
                        modes.reply = Some(reply);
                        words.end()
                    });
                    let reply = reply.map_err(|e| Box::new(Diagnostic { code: codes::MODES, ..*e }));
                    self.report(reply)?;
                    break;
                }
                Some(other) => {
                    let message = format!("`{other}` is no mode");
                    let help = "modes are `do`, `dump` and `event`, then perhaps `-> REPLY`".to_owned();
                    self.out.push(*words.coded(codes::MODES, message, Some(help)));
                    return None;
                }
            }
            words.next();
        }
        if !(modes.single || modes.dump || modes.event) {
            let help = "modes are `do`, `dump` and `event`, then perhaps `-> REPLY`".to_owned();
            self.out.push(*words.coded(codes::MODES, "no mode is given".to_owned(), Some(help)));
            return None;
        }
        Some(modes)
    }

    pub(super) fn groups(&mut self, node: &Node) -> Option<Groups> {
        let object = self.object(node, "multicast groups", list_form(node))?;
        let mut groups = Groups { prefix: self.text(&object, "name-prefix"), list: Vec::new() };
        for named in self.named(object.get("list"), "name") {
            groups.list.extend(self.group(named));
        }
        self.finish(&object, &["doc"]);
        Some(groups)
    }

    fn group(&mut self, named: Named<'_>) -> Option<Group> {
        let mut group =
            Group { name: named.name, form: named.form, c_name: None, value: None, doc: String::new() };
        match named.body.map(|b| (b, &b.kind)) {
            None => {}
            Some((_, Kind::Scalar { text, .. })) => {
                if crate::ir::names::is_c_literal(text) {
                    group.c_name = Some(text.clone());
                } else {
                    group.value = Some(text.clone());
                }
            }
            Some((body, _)) => {
                let object = self.object(body, "multicast group", named.form)?;
                object.get("name");
                group.c_name = self.text(&object, "c-name").or_else(|| self.text(&object, "c-define-name"));
                group.value = self.text(&object, "value");
                group.doc = self.doc(&object);
                self.finish(&object, &["flags"]);
            }
        }
        Some(group)
    }
}

impl Direction {
    fn merge(&mut self, other: Direction) {
        self.present |= other.present;
        self.fixed_header = self.fixed_header.take().or(other.fixed_header);
        self.attribute_set = self.attribute_set.take().or(other.attribute_set);
        self.value = self.value.take().or(other.value);
        self.attributes.extend(other.attributes);
    }
}
