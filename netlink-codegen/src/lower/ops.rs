//! Operations and multicast groups.

use super::constants::literal;
use super::enums::c_prefix;
use super::protocol::constant_name;
use super::{Lower, origin, word};
use crate::ir::{Group, Message, Operation, Protocol, SetId, StructId, names};
use crate::report::{Code, Diagnostic, Span, codes, did_you_mean, list};
use crate::schema::ast::{Direction, Form, Op};
use crate::schema::node::Text;

/// `nlm-flags`, as lower-case names of `NLM_F_*`.
const NLM_FLAGS: &[&str] =
    &["create", "excl", "replace", "append", "root", "match", "atomic", "echo", "nonrec", "bulk"];

impl<'a> Lower<'a> {
    pub(super) fn operations(&mut self) {
        for ix in 0..self.files.len() {
            self.family_header(ix);
            self.groups(ix);
            let counters = self.counters(ix);
            for (op, (request, reply)) in self.files[ix].operations.list.iter().zip(counters) {
                if let Some(operation) = self.operation(ix, op, request, reply) {
                    self.model.families[ix].operations.push(operation);
                }
            }
        }
    }

    fn family_header(&mut self, ix: usize) {
        let file = &self.files[ix];
        let Some(header) = &file.operations.fixed_header else { return };
        let set = file.operations.attribute_set.clone().unwrap_or_else(|| header.clone());
        let id = self.header_for(ix, &word(header), &word(&set));
        if let Protocol::Generic { user_header, .. } = &mut self.model.families[ix].protocol {
            *user_header = id;
        }
    }

    /// Numbers by position, as YNL counts them: of the request and of the reply.
    fn counters(&mut self, ix: usize) -> Vec<(i128, i128)> {
        let file = &self.files[ix];
        let (mut request, mut reply) = (1, 1);
        let mut out = Vec::new();
        for op in &file.operations.list {
            let written = |lower: &mut Self, text: &Option<Text>| {
                text.as_ref().filter(|_| op.form == Form::Ynl).and_then(|t| lower.number(ix, t))
            };
            if !file.operations.directional {
                request = written(self, &op.value).unwrap_or(request);
                out.push((request, request));
                request += 1;
                continue;
            }
            let notification = op.notify.is_some() || op.modes.event;
            if notification {
                reply = written(self, &op.value).unwrap_or(reply);
                out.push((request, reply));
                reply += 1;
            } else {
                request = written(self, &op.request.value).unwrap_or(request);
                reply = written(self, &op.reply.value).unwrap_or(reply);
                out.push((request, reply));
                request += 1;
                reply += i128::from(op.reply.present);
            }
        }
        out
    }

    fn operation(
        &mut self,
        ix: usize,
        op: &Op,
        by_position: i128,
        reply_by_position: i128,
    ) -> Option<Operation> {
        let prefix = self.op_prefix(ix);
        let c_name = match &op.c_name {
            Some(c_name) => c_name.text.clone(),
            None => names::c_name(&prefix, &op.name),
        };
        let asks = op.modes.single || op.modes.dump;
        let positional = (op.form == Form::Ynl).then_some(if asks { by_position } else { reply_by_position });
        let number = self.op_number(ix, &c_name, op, positional)?;
        let mut operation = Operation {
            name: op.name.text.clone(),
            doc: op.doc.clone(),
            request: None,
            reply: None,
            do_: op.modes.single,
            dump: op.modes.dump,
            event: op.modes.event || op.notify.is_some(),
            nlm_flags: self.nlm_flags(&op.request.nlm_flags),
            required: Vec::new(),
            match_: Vec::new(),
            group: None,
            life: self.life_of(&c_name),
            origin: origin(op.name.span),
        };
        if asks {
            let set = self.message_set(ix, op, &op.request)?;
            operation.request = Some(Message { c_name: c_name.clone(), number, set });
            operation.required = self.required(&op.request.required, set);
        }
        let answers = match op.form {
            Form::Short => (asks || op.modes.event) && !op.reply.none,
            Form::Ynl => op.reply.present || op.notify.is_some(),
        };
        if answers {
            let (reply_name, reply_number) = match &op.modes.reply {
                reply if op.form == Form::Short && op.reply.value.is_some() => {
                    let reply_name = reply.as_ref().map_or(c_name.clone(), |r| names::c_name(&prefix, r));
                    let number = self.written_reply(ix, &reply_name, op)?;
                    (reply_name, number)
                }
                Some(reply) => {
                    let Some(found) = self.reply(ix, &prefix, reply) else { return Some(operation) };
                    found
                }
                None if op.form == Form::Ynl && (!asks || self.files[ix].operations.directional) => {
                    let value =
                        if self.files[ix].operations.directional { reply_by_position } else { by_position };
                    self.answer(ix, &prefix, &c_name, op, value)?
                }
                None => (c_name.clone(), number),
            };
            let source = match &op.notify {
                Some(other) => self.notified(ix, other)?,
                None => op,
            };
            let set = self.message_set(ix, source, &source.reply)?;
            operation.reply = Some(Message { c_name: reply_name, number: reply_number, set });
        }
        operation.match_ = self.matches(op, &operation);
        operation.group = self.event_group(ix, op.group.as_ref());
        Some(operation)
    }

    fn op_prefix(&mut self, ix: usize) -> String {
        let file = &self.files[ix];
        match &file.operations.prefix {
            Some(prefix) => c_prefix(prefix),
            None if file.is_ynl() => {
                let stated = c_prefix(&format!("{}-cmd-", file.name.as_ref().map_or("", |n| &n.text)));
                let known = |op: &Op| self.known(&stated, &names::c_name("", &op.name));
                match file.operations.list.iter().any(known) {
                    true => stated,
                    false => self.guessed_operations(ix).unwrap_or(stated),
                }
            }
            None => String::new(),
        }
    }

    /// The number of a reply that the short form writes because no header has it.
    fn written_reply(&mut self, ix: usize, c_name: &str, op: &Op) -> Option<u16> {
        let value = op.reply.value.as_ref()?;
        let written = self.number(ix, value)?;
        match self.facts.int(c_name).filter(|fact| self.compared(ix, *fact) != self.compared(ix, written)) {
            Some(fact) => {
                self.disagreement(c_name, written, fact, value.span);
                self.composed(ix, fact, value.span)
            }
            None => self.composed(ix, written, value.span),
        }
    }

    /// The name and number of a message that YNL gives only a number, if any: of a reply, or of a
    /// notification with a name of its own (`newlink-ntf`) and another's number.
    fn answer(
        &mut self,
        ix: usize,
        prefix: &str,
        c_name: &str,
        op: &Op,
        written: i128,
    ) -> Option<(String, u16)> {
        let mut number = written;
        let reply = format!("{c_name}_REPLY");
        // Where requests and replies are two enums, the header says what a reply is called.
        if op.notify.is_none()
            && !op.modes.event
            && let Some(fact) = self.facts.int(&reply)
            && self.compared(ix, fact) != self.compared(ix, written)
        {
            let place = op.reply.value.as_ref().map_or(op.name.span, |v| v.span);
            self.disagreement(&reply, written, fact, place);
            number = fact;
        }
        let value = self.compared(ix, number);
        let list = &self.files[ix].operations.list;
        let others = list.iter().map(|other| names::c_name(prefix, &other.name));
        let mut candidates = [reply, c_name.to_owned()].into_iter().chain(others);
        let is = |name: &str| self.facts.int(name).is_some_and(|fact| self.compared(ix, fact) == value);
        let name = candidates.find(|name| is(name)).or_else(|| {
            let known = self.facts.constants.values().filter(|c| c.name.starts_with(prefix));
            let mut known = known.filter(|c| !self.sentinel(c) && is(&c.name));
            known.next().map(|c| c.name.clone())
        });
        let number = self.composed(ix, number, op.name.span)?;
        Some((name.unwrap_or_else(|| c_name.to_owned()), number))
    }

    /// The number of an operation's request, or of its message when it has none.
    fn op_number(&mut self, ix: usize, c_name: &str, op: &Op, by_position: Option<i128>) -> Option<u16> {
        let fact = self.facts.int(c_name);
        let written = match (&op.value, by_position) {
            (Some(value), None) => Some(self.number(ix, value)?),
            (_, by_position) => by_position,
        };
        let place = op.value.as_ref().map_or(op.name.span, |v| v.span);
        let number = match (written, fact) {
            (Some(written), Some(fact)) if self.compared(ix, written) != self.compared(ix, fact) => {
                self.disagreement(c_name, written, fact, place);
                fact
            }
            (Some(written), _) => written,
            (None, Some(fact)) => fact,
            (None, None) => {
                self.unknown_constant(c_name, op.c_name.as_ref().map_or(op.name.span, |c| c.span));
                return None;
            }
        };
        self.composed(ix, number, place)
    }

    /// YNL writes netfilter message types with the subsystem in them.
    pub(super) fn compared(&self, ix: usize, number: i128) -> i128 {
        match self.model.families[ix].protocol {
            Protocol::Raw { protonum: 12, .. } => number & 0xff,
            _ => number,
        }
    }

    /// The constant after `->` and its message type. `file/name` is an operation of another file:
    /// some kernels answer with a number of another subsystem.
    fn reply(&mut self, ix: usize, prefix: &str, reply: &crate::schema::expr::Word) -> Option<(String, u16)> {
        if !reply.text.contains('/') {
            let c_name = names::c_name(prefix, reply);
            return self.reply_number(ix, &c_name, reply).map(|number| (c_name, number));
        }
        let (target, name) = self.reference(ix, &reply.text, reply.span)?;
        let list = &self.files[target].operations.list;
        let Some(op) = list.iter().find(|o| o.name.text == name) else {
            let message = format!("`{}` has no operation `{name}`", self.files[target].stem);
            let help = did_you_mean(name, list.iter().map(|o| &*o.name.text));
            self.out.push(
                Diagnostic::error(codes::UNKNOWN_OPERATION, message).at(reply.span, "").maybe_help(help),
            );
            return None;
        };
        let c_name = match &op.c_name {
            Some(c_name) => c_name.text.clone(),
            None => names::c_name(&self.op_prefix(target), &op.name),
        };
        let number = self.op_number(target, &c_name, op, None)?;
        Some((c_name, number))
    }

    fn reply_number(&mut self, ix: usize, c_name: &str, reply: &crate::schema::expr::Word) -> Option<u16> {
        if let Some(value) = self.facts.int(c_name) {
            return self.composed(ix, value, reply.span);
        }
        // A reply that no header names may be another operation with a `value`.
        let list = &self.files[ix].operations.list;
        let other = list.iter().find(|o| o.name.text == reply.text).and_then(|o| o.value.as_ref());
        match other {
            Some(value) => {
                let value = self.number(ix, value)?;
                self.composed(ix, value, reply.span)
            }
            None => {
                self.unknown_constant(c_name, reply.span);
                None
            }
        }
    }

    /// The message type of an operation's number.
    fn composed(&mut self, ix: usize, number: i128, span: Span) -> Option<u16> {
        let (limit, base) = match self.model.families[ix].protocol {
            Protocol::Netfilter { subsystem, .. } => (0xff, u16::from(subsystem) << 8),
            Protocol::Generic { .. } => (0xff, 0),
            Protocol::Raw { .. } | Protocol::None => (0xffff, 0),
        };
        if !(0..=limit).contains(&number) {
            self.error(
                codes::OUT_OF_RANGE,
                format!("{number} cannot be an operation's number (0 to {limit})"),
                span,
            );
            return None;
        }
        Some(number as u16 | base)
    }

    /// The set of one direction, with its header. Outer `None`: reported.
    fn message_set(&mut self, ix: usize, op: &Op, direction: &Direction) -> Option<Option<SetId>> {
        let defaults = &self.files[ix].operations;
        let header =
            direction.fixed_header.as_ref().or(op.fixed_header.as_ref()).or(defaults.fixed_header.as_ref());
        let set = direction
            .attribute_set
            .as_ref()
            .or(op.attribute_set.as_ref())
            .or(defaults.attribute_set.as_ref());
        let Some(set) = set else {
            if header.is_some() && op.form == Form::Short {
                let message =
                    format!("the operation `{}` has a fixed header but no attribute set", &*op.name);
                self.out.push(
                    Diagnostic::error(codes::MISSING_KEY, message)
                        .at(op.name.span, "")
                        .help("`attribute-set`, even of a set without attributes, holds the header"),
                );
            }
            return Some(None);
        };
        let set = word(set);
        let header: Option<StructId> = match header {
            Some(header) => Some(self.header_for(ix, &word(header), &set)?),
            None => None,
        };
        let id = self.set_ref(ix, &set, header)?;
        self.fill();
        self.model[id].message = true;
        Some(Some(id))
    }

    fn notified(&mut self, ix: usize, other: &Text) -> Option<&'a Op> {
        let list = &self.files[ix].operations.list;
        let found = list.iter().find(|o| o.name.text == other.text);
        if found.is_none() {
            let message = format!("no operation is called `{}`", &**other);
            let help = did_you_mean(other, list.iter().map(|o| &*o.name.text));
            self.out.push(
                Diagnostic::error(codes::UNKNOWN_OPERATION, message).at(other.span, "").maybe_help(help),
            );
        }
        found
    }

    fn required(&mut self, written: &[Text], set: Option<SetId>) -> Vec<String> {
        let mut out = Vec::new();
        for name in written {
            let attrs = set.map(|set| &self.model[set].attrs[..]).unwrap_or_default();
            if attrs.iter().any(|a| a.name == name.text) {
                out.push(name.text.clone());
                continue;
            }
            let message = format!("the request has no attribute `{}`", &**name);
            let help = did_you_mean(name, attrs.iter().map(|a| a.name.as_str()));
            self.out.push(
                Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message).at(name.span, "").maybe_help(help),
            );
        }
        out
    }

    fn nlm_flags(&mut self, written: &[Text]) -> Vec<String> {
        for flag in written.iter().filter(|f| !NLM_FLAGS.contains(&&*f.text)) {
            let message = format!("`{}` is no message flag", &**flag);
            let help = did_you_mean(flag, NLM_FLAGS.iter().copied())
                .unwrap_or_else(|| format!("flags are {}", list(NLM_FLAGS.iter().copied())));
            self.out.push(Diagnostic::error(codes::NLM_FLAG, message).at(flag.span, "").help(help));
        }
        written.iter().map(|f| f.text.clone()).collect()
    }

    /// `family: [AF_INET]`: the member may be written without its struct's own prefix, and each header
    /// has it.
    fn matches(&mut self, op: &Op, operation: &Operation) -> Vec<(String, Vec<i128>)> {
        let mut out = Vec::new();
        for (key, values) in &op.matches {
            let messages = operation.request.iter().chain(&operation.reply);
            let headers: Vec<_> = messages.filter_map(|m| self.model[m.set?].header).collect();
            if headers.is_empty() {
                self.error(codes::MATCH, "`match` needs a fixed header", key.span);
                continue;
            }
            let without = |h: &&StructId| self.model.member_by_suffix(**h, key).is_none();
            if let Some(&header) = headers.iter().find(without) {
                self.unknown_member(header, key, key.span);
                continue;
            }
            let mut numbers = Vec::new();
            for value in values {
                let number =
                    literal(value).or_else(|| self.facts.int(value)).or_else(|| self.schema_constant(value));
                match number {
                    Some(number) => numbers.push(number),
                    None => self.bad_match(codes::MATCH, value),
                }
            }
            out.push((key.text.clone(), numbers));
        }
        out
    }

    fn bad_match(&mut self, code: Code, value: &Text) {
        let message = format!("`{}` is neither a number nor a constant of a header or a schema", &**value);
        self.error(code, message, value.span);
    }

    fn groups(&mut self, ix: usize) {
        let file = &self.files[ix];
        let prefix = file.groups.prefix.as_ref().map(|p| c_prefix(p));
        let generic = matches!(self.model.families[ix].protocol, Protocol::Generic { .. });
        for group in &file.groups.list {
            let mut name = group.name.text.clone();
            let derived = prefix.as_ref().map(|p| names::c_name(p, &name));
            let written = group.c_name.as_ref().map(|c| match group.form {
                Form::Short => c.text.clone(),
                Form::Ynl => c_prefix(c),
            });
            let mut c_name = written.or(derived).unwrap_or_default();
            let number = match &group.value {
                Some(value) => {
                    if c_name.is_empty() {
                        c_name = constant_name(value);
                    }
                    self.number(ix, value)
                }
                None => self.facts.int(&c_name),
            };
            if generic {
                // The constant of a generic netlink group is its registered name.
                if let Some(registered) = self.facts.string(&c_name) {
                    name = registered.to_owned();
                }
            } else if number.is_none() && group.value.is_none() && group.form == Form::Short {
                let place = group.c_name.as_ref().map_or(group.name.span, |c| c.span);
                let c_name = if c_name.is_empty() { group.name.text.clone() } else { c_name.clone() };
                self.unknown_constant(&c_name, place);
                continue;
            }
            let number = number.and_then(|n| u32::try_from(n).ok());
            self.model.families[ix].groups.push(Group { name, c_name, number, doc: group.doc.clone() });
        }
    }

    fn event_group(&mut self, ix: usize, group: Option<&Text>) -> Option<String> {
        let group = group?;
        let list = &self.files[ix].groups.list;
        let Some(at) = list.iter().position(|g| g.name.text == group.text) else {
            let message = format!("no multicast group is called `{}`", &**group);
            let help = did_you_mean(group, list.iter().map(|g| &*g.name.text));
            self.out.push(Diagnostic::error(codes::GROUP, message).at(group.span, "").maybe_help(help));
            return None;
        };
        self.model.families[ix].groups.get(at).map(|g| g.name.clone())
    }
}
