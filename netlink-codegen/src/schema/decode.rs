//! Spanned YAML nodes → the pieces every schema object is made of: texts, booleans, lists,
//! named lists in both forms, and objects that know which of their keys were asked for.

use super::ast::Form;
use super::node::{Kind, Node, Text};
use crate::report::{Diagnostic, Diagnostics, Severity, Span, codes, did_you_mean, list};
use std::cell::RefCell;

/// An object being read. Keys asked for are known; [`Object::finish`] reports the rest.
pub(super) struct Object<'n> {
    /// What it is, for messages: `attribute`, `operation`…
    what: &'static str,
    entries: &'n [(Text, Node)],
    asked: RefCell<Vec<&'static str>>,
    form: Form,
}

/// A named thing of a list, in either form.
pub(super) struct Named<'n> {
    pub(super) name: Text,
    pub(super) form: Form,
    /// What stands after the name; in a sequence, the item itself.
    pub(super) body: Option<&'n Node>,
}

pub(super) struct Decoder<'o> {
    pub(super) out: &'o mut Diagnostics,
}

impl<'n> Object<'n> {
    pub(super) fn get(&self, key: &'static str) -> Option<&'n Node> {
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|(k, _)| &*k.text == key).map(|(_, v)| v)
    }

    /// The place of a key.
    pub(super) fn key(&self, key: &str) -> Option<&'n Text> {
        self.entries.iter().find(|(k, _)| &*k.text == key).map(|(k, _)| k)
    }
}

impl Decoder<'_> {
    pub(super) fn shape(&mut self, node: &Node, wanted: &str) {
        let message = format!("expected {wanted}, found {}", node.what());
        self.out.push(Diagnostic::error(codes::WRONG_SHAPE, message).at(node.span, ""));
    }

    /// An object; `form` decides how unknown keys are taken.
    pub(super) fn object<'n>(
        &mut self,
        node: &'n Node,
        what: &'static str,
        form: Form,
    ) -> Option<Object<'n>> {
        match &node.kind {
            Kind::Mapping(entries) => Some(Object { what, entries, asked: RefCell::default(), form }),
            _ => {
                self.shape(node, &format!("a mapping ({what})"));
                None
            }
        }
    }

    /// Reports keys that were not asked for and are not in `ignored`: known keys of YNL that
    /// speak to the kernel's own generators.
    pub(super) fn finish(&mut self, object: &Object<'_>, ignored: &[&'static str]) {
        let asked = object.asked.borrow();
        for (key, _) in object.entries {
            if asked.iter().any(|a| *a == &*key.text) || ignored.contains(&&*key.text) {
                continue;
            }
            let severity = if object.form == Form::Short { Severity::Error } else { Severity::Warning };
            let message = format!("unknown key `{}` in this {}", &*key.text, object.what);
            let help = did_you_mean(key, asked.iter().copied())
                .unwrap_or_else(|| format!("keys here are {}", list(asked.iter().copied())));
            let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, message).at(key.span, "").help(help);
            self.out.push(Diagnostic { severity, ..diagnostic });
        }
    }

    /// A scalar's text; nothing when the key is absent or empty.
    pub(super) fn text(&mut self, object: &Object<'_>, key: &'static str) -> Option<Text> {
        let node = object.get(key)?;
        self.scalar(node)
    }

    pub(super) fn scalar(&mut self, node: &Node) -> Option<Text> {
        match &node.kind {
            Kind::Scalar { .. } if node.is_null() => None,
            Kind::Scalar { text, .. } => Some(text.clone()),
            _ => {
                self.shape(node, "a scalar");
                None
            }
        }
    }

    /// As [`text`](Self::text), but an empty value is meant: `enum-name:` of an anonymous enum.
    pub(super) fn text_or_empty(&mut self, object: &Object<'_>, key: &'static str) -> Option<Text> {
        match object.get(key)? {
            Node { kind: Kind::Scalar { text, .. }, .. } => Some(text.clone()),
            node => {
                self.shape(node, "a scalar");
                None
            }
        }
    }

    /// Documentation: paragraphs joined, surrounding white space gone.
    pub(super) fn doc(&mut self, object: &Object<'_>) -> String {
        self.text(object, "doc").map(|t| t.text.trim().to_owned()).unwrap_or_default()
    }

    pub(super) fn boolean(&mut self, object: &Object<'_>, key: &'static str) -> Option<bool> {
        let text = self.text(object, key)?;
        match &*text.text {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => {
                let message = format!("`{key}` is `true` or `false`");
                self.out.push(Diagnostic::error(codes::WRONG_SHAPE, message).at(text.span, ""));
                None
            }
        }
    }

    /// A list of scalars; a single scalar is a list of one.
    pub(super) fn texts(&mut self, object: &Object<'_>, key: &'static str) -> Vec<Text> {
        match object.get(key) {
            None => Vec::new(),
            Some(node) => self.scalars(node),
        }
    }

    pub(super) fn scalars(&mut self, node: &Node) -> Vec<Text> {
        match &node.kind {
            Kind::Sequence(items) => items.iter().filter_map(|item| self.scalar(item)).collect(),
            Kind::Scalar { .. } => self.scalar(node).into_iter().collect(),
            Kind::Mapping(_) => {
                self.shape(node, "a list");
                Vec::new()
            }
        }
    }

    /// A list of named things. `id`: the key that names an item of a sequence.
    pub(super) fn named<'n>(&mut self, node: Option<&'n Node>, id: &'static str) -> Vec<Named<'n>> {
        let Some(node) = node else { return Vec::new() };
        match &node.kind {
            Kind::Mapping(entries) => entries
                .iter()
                .map(|(key, value)| Named {
                    name: key.clone(),
                    form: Form::Short,
                    body: (!value.is_null()).then_some(value),
                })
                .collect(),
            Kind::Sequence(items) => items.iter().filter_map(|item| self.item(item, id)).collect(),
            Kind::Scalar { .. } if node.is_null() => Vec::new(),
            Kind::Scalar { .. } => {
                self.shape(node, "a list");
                Vec::new()
            }
        }
    }

    fn item<'n>(&mut self, item: &'n Node, id: &'static str) -> Option<Named<'n>> {
        match &item.kind {
            Kind::Scalar { text, .. } => Some(Named { name: text.clone(), form: Form::Ynl, body: None }),
            Kind::Mapping(entries) => match entries.iter().find(|(k, _)| &*k.text == id) {
                Some((_, Node { kind: Kind::Scalar { text, .. }, .. })) => {
                    Some(Named { name: text.clone(), form: Form::Ynl, body: Some(item) })
                }
                Some((_, other)) => {
                    self.shape(other, "a scalar");
                    None
                }
                None => {
                    self.missing(id, item.span, "this item");
                    None
                }
            },
            Kind::Sequence(_) => {
                self.shape(item, "a mapping or a name");
                None
            }
        }
    }

    pub(super) fn missing(&mut self, key: &str, span: Span, what: &str) {
        let message = format!("{what} lacks the key `{key}`");
        self.out.push(Diagnostic::error(codes::MISSING_KEY, message).at(span, ""));
    }
}
