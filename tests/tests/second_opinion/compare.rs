//! Compares what two decoders make of a message.

use crate::ours::Message;
use crate::tree::{Node, Tree};
use crate::value::{self, Alike};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The other decoder does not know the attribute, or the format that it has here.
    Unknown,
    /// The other decoder leaves structured bytes as they are.
    Bytes,
    /// Another value, or another nesting.
    Differs,
    /// Only we have it.
    Missing,
    /// Only the other decoder has it.
    Extra,
    /// The other decoder gives up.
    Fails,
}

impl Verdict {
    pub(crate) const ALL: [Verdict; 6] = [
        Verdict::Unknown,
        Verdict::Bytes,
        Verdict::Differs,
        Verdict::Missing,
        Verdict::Extra,
        Verdict::Fails,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Unknown => "unknown",
            Verdict::Bytes => "bytes",
            Verdict::Differs => "differs",
            Verdict::Missing => "missing",
            Verdict::Extra => "extra",
            Verdict::Fails => "fails",
        }
    }
}

/// An attribute of a family, as a decoder sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) decoder: &'static str,
    pub(crate) family: String,
    /// The C name; `NAME.member` in a struct, `NAME[]` for what has a number alone, the message's name
    /// for its fixed header.
    pub(crate) name: String,
}

/// A disagreement, and how often it occurred.
pub(crate) struct Finding {
    pub(crate) count: usize,
    /// What both said the first time.
    pub(crate) example: String,
}

#[derive(Default)]
struct Counts {
    messages: usize,
    attributes: usize,
    /// The same values.
    agree: usize,
    /// Bytes that are those of our value.
    as_bytes: usize,
    findings: usize,
}

/// All that was compared.
#[derive(Default)]
pub(crate) struct Comparison {
    counts: BTreeMap<&'static str, Counts>,
    /// Messages that a decoder has nothing for.
    silent: BTreeMap<&'static str, BTreeMap<String, usize>>,
    /// Where decoders had something to say.
    pub(crate) seen: BTreeSet<Place>,
    /// Where they said the same, by family and attribute.
    agreed: BTreeSet<(String, String)>,
    pub(crate) findings: BTreeMap<(Place, Verdict), Finding>,
}

/// Whose message is compared.
#[derive(Clone, Copy)]
struct Context<'m> {
    decoder: &'static str,
    message: &'m Message,
}

/// Knows no types, and no headers.
pub(crate) const PLAIN: &str = "plain";

impl Comparison {
    /// A decoder does not know messages of this type.
    pub(crate) fn silent(&mut self, decoder: &'static str, message: &Message) {
        *self.silent.entry(decoder).or_default().entry(message.name.clone()).or_default() += 1;
    }

    /// A decoder could not read a message.
    pub(crate) fn failed(&mut self, decoder: &'static str, message: &Message, why: &str) {
        let context = Context { decoder, message };
        self.find(context, &message.name, Verdict::Fails, why.to_owned());
    }

    /// Compares a message.
    pub(crate) fn message(&mut self, decoder: &'static str, message: &Message, theirs: &Tree) {
        self.counts.entry(decoder).or_default().messages += 1;
        self.tree(Context { decoder, message }, &message.name, &message.tree, theirs);
    }

    fn tree(&mut self, context: Context<'_>, name: &str, ours: &Tree, theirs: &Tree) {
        if context.decoder != PLAIN {
            for (member, alike) in value::members(&ours.header, &theirs.header) {
                self.count(context, &format!("{name}.{member}"), alike);
            }
        }
        // By number, because some decoders do not keep the order of different ones.
        let mut left: BTreeMap<u16, Vec<&Node>> = BTreeMap::new();
        for (number, _, node) in theirs.attrs.iter().rev() {
            left.entry(*number).or_default().push(node);
        }
        for (number, own, node) in &ours.attrs {
            let own = if own.is_empty() { format!("{}[]", name.trim_end_matches("[]")) } else { own.clone() };
            match left.get_mut(number).and_then(Vec::pop) {
                Some(theirs) => self.node(context, &own, node, theirs),
                None => self.find(context, &own, Verdict::Missing, node.short()),
            }
        }
        for (number, node) in left.iter().flat_map(|(number, nodes)| nodes.iter().map(move |n| (number, n))) {
            self.find(context, name, Verdict::Extra, format!("{number}: {}", node.short()));
        }
    }

    fn node(&mut self, context: Context<'_>, name: &str, ours: &Node, theirs: &Node) {
        let verdict = match (ours, theirs) {
            (_, Node::Failed(_)) => Verdict::Fails,
            (Node::Unknown(_), Node::Unknown(_) | Node::Bytes(_)) => {
                return self.count(context, name, Alike::Bytes);
            }
            (_, Node::Unknown(_)) => Verdict::Unknown,
            (Node::Tree(ours), Node::Tree(theirs)) => {
                self.count(context, name, Alike::Same);
                return self.tree(context, name, ours, theirs);
            }
            (Node::Records(ours), Node::Records(theirs)) if ours.len() == theirs.len() => {
                self.count(context, name, Alike::Same);
                for (ours, theirs) in ours.iter().zip(theirs) {
                    self.tree(context, name, ours, theirs);
                }
                return;
            }
            (Node::Tree(_) | Node::Records(_), Node::Bytes(_)) => Verdict::Bytes,
            // Without members, nothing tells a nest from a list.
            (Node::Value(ours), Node::Tree(theirs)) if value::is_empty(ours) && theirs.attrs.is_empty() => {
                return self.count(context, name, Alike::Same);
            }
            (Node::Tree(ours), Node::Value(theirs)) if ours.attrs.is_empty() && value::is_empty(theirs) => {
                return self.count(context, name, Alike::Same);
            }
            (Node::Value(ours), Node::Bytes(bytes)) => match value::fits(ours, bytes) {
                Some(true) => return self.count(context, name, Alike::Bytes),
                None if context.decoder == PLAIN => return self.count(context, name, Alike::Bytes),
                None => Verdict::Bytes,
                Some(false) => Verdict::Differs,
            },
            (Node::Tree(_) | Node::Records(_), Node::Value(Value::String(text)))
                if value::printed(text).is_some() =>
            {
                Verdict::Bytes
            }
            (Node::Value(ours), Node::Value(theirs)) if value::is_empty(ours) && value::is_empty(theirs) => {
                return self.count(context, name, Alike::Same);
            }
            (Node::Value(ours), Node::Value(theirs)) => {
                if let (Some(ours), Some(theirs)) = (parts(ours), parts(theirs)) {
                    for (member, alike) in value::members(&ours, &theirs) {
                        self.count(context, &format!("{name}.{member}"), alike);
                    }
                    return;
                }
                let alike = value::alike(ours, theirs);
                let printed = theirs.as_str().and_then(value::printed);
                let list = ours.is_object() || ours.is_array();
                if !list || printed.is_none() || !matches!(alike, Alike::Differs(_)) {
                    return self.count(context, name, alike);
                }
                Verdict::Bytes
            }
            _ => Verdict::Differs,
        };
        self.find(context, name, verdict, format!("{} / {}", ours.short(), theirs.short()));
    }

    /// Counts an attribute, or a member of one.
    fn count(&mut self, context: Context<'_>, name: &str, alike: Alike) {
        let counts = self.counts.entry(context.decoder).or_default();
        match alike {
            Alike::Same => counts.agree += 1,
            Alike::Bytes => counts.as_bytes += 1,
            Alike::Differs(what) => return self.find(context, name, Verdict::Differs, what),
        }
        counts.attributes += 1;
        let place = context.place(name);
        if context.decoder != PLAIN {
            self.agreed.insert(place.attribute());
        }
        self.seen.insert(place);
    }

    fn find(&mut self, context: Context<'_>, name: &str, verdict: Verdict, example: String) {
        let counts = self.counts.entry(context.decoder).or_default();
        counts.attributes += 1;
        counts.findings += 1;
        let place = context.place(name);
        self.seen.insert(place.clone());
        let example = || Finding { count: 0, example: format!("{}: {example}", context.message.name) };
        self.findings.entry((place, verdict)).or_insert_with(example).count += 1;
    }
}

/// The members of a struct, or of a list; lists are compared as such with lists.
fn parts(value: &Value) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Object(members) if !value::is_bytes(members) => Some(value::list(members)),
        Value::Array(items) => {
            Some(items.iter().enumerate().map(|(at, item)| (at.to_string(), item.clone())).collect())
        }
        _ => None,
    }
}

impl Place {
    /// The family and the attribute, without members.
    fn attribute(&self) -> (String, String) {
        let name = self.name.split('.').next().unwrap_or_default();
        (self.family.clone(), name.to_owned())
    }
}

impl Context<'_> {
    fn place(self, name: &str) -> Place {
        Place { decoder: self.decoder, family: self.message.family.clone(), name: name.to_owned() }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:10} {:>9} {:>11} {:>9} {:>9} {:>9}",
            "decoder", "messages", "attributes", "agreeing", "as bytes", "listed"
        )?;
        for (decoder, counts) in &self.counts {
            let Counts { messages, attributes, agree, as_bytes, findings } = counts;
            writeln!(f, "{decoder:10} {messages:9} {attributes:11} {agree:9} {as_bytes:9} {findings:9}")?;
        }
        for decoder in self.counts.keys() {
            for verdict in Verdict::ALL {
                let of = |((place, v), finding): (&(Place, Verdict), &Finding)| {
                    (place.decoder == *decoder && *v == verdict).then_some(finding.count)
                };
                let found: Vec<usize> = self.findings.iter().filter_map(of).collect();
                if !found.is_empty() {
                    let total: usize = found.iter().sum();
                    writeln!(f, "{decoder}: {}: {} attributes, {total} times", verdict.word(), found.len())?;
                }
            }
        }
        for (decoder, messages) in &self.silent {
            let total: usize = messages.values().sum();
            let names: Vec<&str> = messages.keys().map(String::as_str).collect();
            writeln!(f, "{decoder} does not know {total} messages: {}", names.join(" "))?;
        }
        let all: BTreeSet<_> =
            self.seen.iter().filter(|p| p.decoder == PLAIN).map(Place::attribute).collect();
        let alone: BTreeSet<&str> =
            all.difference(&self.agreed).map(|(_, attribute)| attribute.as_str()).collect();
        writeln!(
            f,
            "{} different attributes; {} of them nobody else has a value of: {}",
            all.len(),
            alone.len(),
            alone.into_iter().collect::<Vec<_>>().join(" ")
        )
    }
}
