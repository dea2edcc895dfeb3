//! Questions to the facts: numbers by C name, groups of constants, sentinels.

use super::{Lower, lifetime};
use crate::headers::facts::{Constant, History, Home, Value};
use crate::ir::{Lifetime, names};
use crate::report::{Diagnostic, Span, codes, did_you_mean, list};
use crate::schema::ast::DefKind;
use crate::schema::node::Text;

/// Constants that belong together: an enum, or one header's macros.
pub(super) struct Group {
    /// C names, in header order.
    pub(super) constants: Vec<String>,
    /// The enum's tag.
    pub(super) tag: Option<String>,
    /// What the names begin with.
    pub(super) prefix: String,
}

/// A plain integer as schemas write it.
pub(super) fn literal(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i128::from_str_radix(hex, 16).ok()?,
        None if digits.starts_with(|c: char| c.is_ascii_digit()) => digits.parse().ok()?,
        None => return None,
    };
    Some(if negative { -value } else { value })
}

impl Lower<'_> {
    /// Not an entry of its enum but a bound of it.
    pub(super) fn sentinel(&self, constant: &Constant) -> bool {
        constant.sentinel
            || constant.name.starts_with("__")
            || (constant.home == Home::Macro
                && constant.name.ends_with("_MAX")
                && self.facts.constants.contains_key(&format!("__{}", constant.name)))
    }

    pub(super) fn life_of(&self, c_name: &str) -> Lifetime {
        let constant = self.facts.constants.get(c_name);
        constant.map_or_else(Lifetime::default, |c| self.life(c_name, &c.header, &c.value))
    }

    /// Of a name with this history, which stands in this header now.
    pub(super) fn life<T: Clone + PartialEq>(
        &self,
        c_name: &str,
        header: &str,
        history: &History<T>,
    ) -> Lifetime {
        let mut life = lifetime(history);
        // Kernels whose header cannot be read, or was not, say nothing.
        if let Some(since) = life.since {
            let first = self.facts.moves.get(c_name).and_then(|stays| stays.first());
            let header = first.filter(|stay| stay.from as u32 <= since).map_or(header, |stay| &stay.header);
            let unknown = self.facts.unknown_headers.iter().filter(|(_, h)| h == header);
            life.unknown =
                unknown.map(|(kernel, _)| *kernel as u32).filter(|kernel| *kernel < since).collect();
        }
        life
    }

    /// A header that a name is said to come from, for messages.
    pub(super) fn header_of(&self, c_name: &str) -> &str {
        self.facts.constants.get(c_name).map_or("", |c| &c.header)
    }

    /// Known constants close to a name. Only names with the same beginning are compared:
    /// there are tens of thousands.
    pub(super) fn similar_constant(&self, c_name: &str) -> Option<String> {
        let head = c_name.get(..c_name.len().min(4)).unwrap_or(c_name);
        did_you_mean(c_name, self.facts.constants.keys().map(String::as_str).filter(|k| k.starts_with(head)))
    }

    pub(super) fn unknown_constant(&mut self, c_name: &str, span: Span) {
        let message = format!("no header defines {c_name}");
        let help = self.similar_constant(c_name).unwrap_or_else(|| {
            "write `c-name` if it is called otherwise, or `value` if it is in no header".to_owned()
        });
        self.out.push(Diagnostic::error(codes::UNKNOWN_CONSTANT, message).at(span, "").help(help));
    }

    /// A number in a schema: a literal, a header's constant, or a `const` of the file.
    pub(super) fn number(&mut self, file: usize, text: &Text) -> Option<i128> {
        let value = self.try_number(file, text);
        if value.is_none() {
            if names::is_c_literal(text) {
                self.unknown_constant(text, text.span);
            } else {
                let message = format!("`{}` is not a number", &**text);
                self.error(codes::BAD_NUMBER, message, text.span);
            }
        }
        value
    }

    pub(super) fn try_number(&self, file: usize, text: &str) -> Option<i128> {
        if let Some(value) = literal(text).or_else(|| self.facts.int(text)) {
            return Some(value);
        }
        let consts = self.files[file].definitions.iter().filter(|d| d.kind == DefKind::Const);
        let value = consts.filter(|d| &*d.name.text == text).find_map(|d| d.value.as_ref())?;
        literal(value).or_else(|| self.facts.int(value))
    }

    /// All constants of a prefix, which must be of one enum or one header's macros.
    pub(super) fn prefix_group(&mut self, prefix: &str, span: Span) -> Option<Group> {
        let facts = self.facts;
        let matching: Vec<&Constant> = facts
            .constants
            .values()
            .filter(|c| c.name.starts_with(prefix) && c.name.len() > prefix.len())
            .filter(|c| !self.sentinel(c) && numeric(c, prefix))
            .collect();
        let mut groups: Vec<(String, Vec<&Constant>)> = Vec::new();
        for constant in matching {
            let key = match constant.home {
                Home::Enum(ix) => match &facts.enums.get(ix).and_then(|e| e.tag.as_ref()) {
                    Some(tag) => format!("enum {tag} of {}", constant.header),
                    None => format!("enum #{ix} of {}", constant.header),
                },
                Home::Macro => format!("macros of {}", constant.header),
            };
            match groups.iter_mut().find(|(k, _)| *k == key) {
                Some((_, members)) => members.push(constant),
                None => groups.push((key, vec![constant])),
            }
        }
        match groups.len() {
            0 => {
                let message = format!("no constant begins with {prefix}");
                let help = self.similar_prefix(prefix);
                self.out.push(Diagnostic::error(codes::EMPTY_PREFIX, message).at(span, "").maybe_help(help));
                None
            }
            1 => {
                let constants = groups.remove(0).1;
                let tag = match constants[0].home {
                    Home::Enum(ix) => facts.enums.get(ix).and_then(|e| e.tag.clone()),
                    Home::Macro => None,
                };
                let constants = constants.into_iter().map(|c| c.name.clone()).collect();
                Some(Group { constants, tag, prefix: prefix.to_owned() })
            }
            n => {
                let message = format!("the prefix {prefix}* covers {n} groups of constants");
                let mut diagnostic = Diagnostic::error(codes::PREFIX_SPANS, message).at(span, "");
                for (key, members) in &groups {
                    // An anonymous enum's number is ours and means nothing to others.
                    let key = if key.starts_with("enum #") {
                        format!("anonymous enum of {}", members[0].header)
                    } else {
                        key.clone()
                    };
                    let names = list(members.iter().map(|c| &*c.name).take(4));
                    let more = if members.len() > 4 { "…" } else { "" };
                    diagnostic = diagnostic.help(format!("{key}: {names}{more}"));
                }
                let help =
                    format!("write `of {}` to choose one of them, or list entries", groups[0].1[0].name);
                self.out.push(diagnostic.help(help));
                None
            }
        }
    }

    /// `IF_OPERS_*`: the longest beginning that some constant has.
    fn similar_prefix(&self, prefix: &str) -> Option<String> {
        let mut shorter = prefix;
        while let Some(cut) = shorter.trim_end_matches('_').rfind('_') {
            shorter = &shorter[..=cut];
            if let Some(name) = self.facts.constants.keys().find(|k| k.starts_with(shorter)) {
                return Some(format!("{name} begins with {shorter}"));
            }
        }
        None
    }

    /// The group that holds a constant: its enum, or for a macro those neighbours in its header
    /// that share its prefix.
    pub(super) fn group_of(&mut self, c_name: &str, span: Span) -> Option<Group> {
        let facts = self.facts;
        let Some(constant) = facts.constants.get(c_name) else {
            self.unknown_constant(c_name, span);
            return None;
        };
        match constant.home {
            Home::Enum(ix) => self.enum_group(ix),
            Home::Macro => {
                let prefix = word_prefix(c_name);
                let run: Vec<&Constant> = facts
                    .constants
                    .values()
                    .filter(|c| c.home == Home::Macro && c.header == constant.header)
                    .collect();
                let at = run.iter().position(|c| c.name == c_name)?;
                let same = |c: &&&Constant| c.name.starts_with(prefix);
                let before = run[..at].iter().rev().take_while(same).count();
                let after = run[at..].iter().take_while(same).count();
                let constants = run[at - before..at + after]
                    .iter()
                    .filter(|c| !self.sentinel(c) && numeric(c, prefix))
                    .map(|c| c.name.clone())
                    .collect();
                Some(Group { constants, tag: None, prefix: prefix.to_owned() })
            }
        }
    }

    pub(super) fn enum_group(&self, ix: usize) -> Option<Group> {
        let found = self.facts.enums.get(ix)?;
        let constants: Vec<String> = found
            .entries
            .iter()
            .filter(|name| self.facts.constants.get(*name).is_none_or(|c| !self.sentinel(c)))
            .cloned()
            .collect();
        let prefix = common_prefix(&constants);
        Some(Group { constants, tag: found.tag.clone(), prefix })
    }
}

/// An entry's macro: a number, and not another name for an entry of the same prefix.
fn numeric(constant: &Constant, prefix: &str) -> bool {
    match constant.value.newest() {
        Some(Value::Int(_) | Value::Big(..)) => true,
        Some(Value::Alias(other)) => !other.starts_with(prefix),
        _ => false,
    }
}

/// `IPPROTO_` of `IPPROTO_TCP`; up to the last underscore.
fn word_prefix(c_name: &str) -> &str {
    c_name.rfind('_').map_or("", |ix| &c_name[..=ix])
}

/// What all names begin with, up to an underscore.
pub(crate) fn common_prefix(constants: &[String]) -> String {
    let Some(first) = constants.first() else { return String::new() };
    let mut len = first.len();
    for name in constants {
        len = len.min(first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count());
    }
    // A name that is the whole prefix would have nothing left.
    let head = &first[..len];
    let head = if constants.iter().any(|c| c.len() == len) { head.trim_end_matches('_') } else { head };
    let cut = if constants.iter().any(|c| c.len() == head.len()) || !head.ends_with('_') {
        head.rfind('_').map_or(0, |ix| ix + 1)
    } else {
        head.len()
    };
    head[..cut].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        assert_eq!(literal("12"), Some(12));
        assert_eq!(literal("-1"), Some(-1));
        assert_eq!(literal("0x80000000"), Some(0x8000_0000));
        for text in ["", "-", "0x", "1a", "a", "+1", "--1"] {
            assert_eq!(literal(text), None, "{text}");
        }
    }

    #[test]
    fn prefixes() {
        let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(common_prefix(&names(&["IF_OPER_UP", "IF_OPER_DOWN"])), "IF_OPER_");
        assert_eq!(common_prefix(&names(&["FOO_BAR"])), "FOO_");
        assert_eq!(common_prefix(&names(&["NL_A", "NL_AB"])), "NL_");
        assert_eq!(common_prefix(&names(&["ABC", "XYZ"])), "");
        assert_eq!(common_prefix(&[]), "");
    }
}
