//! Enums and flags: from definitions, from headers, or both.

use super::constants::{Group, literal};
use super::scope::Kind;
use super::{Lower, origin};
use crate::ir::{Entry, Enum, EnumId, Origin, names};
use crate::report::{Diagnostic, Span, codes};
use crate::schema::ast::{self, DefKind, Definition, Form};
use crate::schema::expr::{NameRef, Names, NamesKind};

/// What makes two references the same enum: who owns it, how values are meant, and where its
/// names come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    file: usize,
    kind: NamesKind,
    sources: Vec<String>,
}

/// One source's contribution.
struct Part {
    name: String,
    tag: Option<String>,
    entries: Vec<Entry>,
    origin: Origin,
}

/// Two sources may use one word; the later one says whose it is.
fn add_part(entries: &mut Vec<Entry>, part: Part) {
    for mut entry in part.entries {
        if entries.iter().any(|e| e.name == entry.name) {
            entry.name = format!("{}-{}", part.name, entry.name);
        }
        entries.push(entry);
    }
}

impl Lower<'_> {
    /// The enum that `enum A B`, `flags…` or `bits…` names.
    pub(super) fn names(&mut self, file: usize, names: &Names) -> Option<EnumId> {
        // A single definition is owned by its file; everything else by the file that asks.
        if let [NameRef::Named(word)] = &*names.list
            && let Some((target, name)) = self.reference(file, word, word.span)
            && let Some(ix) = self.scope.find(Kind::Definition, target, name)
        {
            self.used.insert((target, ix));
            return self.defined_enum((target, ix), names.kind, word.span);
        }
        let sources = names.list.iter().map(|name| match name {
            NameRef::Named(word) => word.text.clone(),
            NameRef::Of(word) => match self.facts.enum_of(word) {
                Some(ix) => format!("#{ix}"),
                None => format!("of {}", word.text),
            },
            NameRef::Prefix(word) => format!("{}*", word.text),
        });
        let key = Key { file, kind: names.kind, sources: sources.collect() };
        if let Some(known) = self.enums.get(&key) {
            return *known;
        }
        let parts: Vec<Part> = names.list.iter().filter_map(|n| self.part(file, n, names.kind)).collect();
        let id = (parts.len() == names.list.len()).then(|| self.join(file, names, parts));
        self.enums.insert(key, id);
        id
    }

    fn join(&mut self, file: usize, names: &Names, mut parts: Vec<Part>) -> EnumId {
        let tag = if let [part] = &mut *parts { part.tag.take() } else { None };
        let name = parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join("-");
        let origin = parts.first().map(|p| p.origin.clone()).unwrap_or_default();
        let mut entries: Vec<Entry> = Vec::new();
        for part in parts {
            add_part(&mut entries, part);
        }
        self.model.add_enum(Enum {
            family: Self::family(file),
            name,
            c_tag: tag,
            doc: String::new(),
            flags: names.kind != NamesKind::Enum,
            entries,
            origin,
        })
    }

    fn part(&mut self, file: usize, name: &NameRef, kind: NamesKind) -> Option<Part> {
        let group = match name {
            NameRef::Named(word) => {
                let (target, local) = self.reference(file, word, word.span)?;
                if let Some(ix) = self.scope.find(Kind::Definition, target, local) {
                    self.used.insert((target, ix));
                    let def = self.definition((target, ix));
                    let entries = self.defined_entries((target, ix), kind)?;
                    let name = def.name.text.clone();
                    return Some(Part { name, tag: None, entries, origin: origin(def.name.span) });
                }
                if target != file {
                    self.declared(Kind::Definition, file, word, word.span);
                    return None;
                }
                match self.facts.enum_by_tag(local) {
                    Some(ix) => self.enum_group(ix)?,
                    None => {
                        self.unknown_names(file, local, word.span);
                        return None;
                    }
                }
            }
            NameRef::Of(word) => self.group_of(word, word.span)?,
            NameRef::Prefix(word) => self.prefix_group(word, word.span)?,
        };
        let name = match &group.tag {
            Some(tag) => tag.to_ascii_lowercase().replace('_', "-"),
            None => names::schema_name("", group.prefix.trim_end_matches('_')),
        };
        let header = group.constants.first().map(|c| self.header_of(c).to_owned()).unwrap_or_default();
        let tag = group.tag.clone();
        let entries = self.group_entries(&group, kind);
        Some(Part { name, tag, entries, origin: Origin::Header(header) })
    }

    fn unknown_names(&mut self, file: usize, name: &str, span: Span) {
        let files = self.files;
        let defined = files[file].definitions.iter().map(|d| &*d.name.text);
        let tags = self.facts.enums.iter().filter_map(|e| e.tag.as_deref());
        let help = crate::report::did_you_mean(name, defined.chain(tags)).unwrap_or_else(|| {
            "write a definition, `file/definition`, an enum's tag, `of CONSTANT` or `PREFIX_*`".to_owned()
        });
        let message = format!("`{name}` is neither a definition nor the tag of a C enum");
        self.out.push(Diagnostic::error(codes::UNKNOWN_NAMES, message).at(span, "").help(help));
    }

    /// Entries of constants: named by what follows the prefix, valued as `kind` asks.
    fn group_entries(&self, group: &Group, kind: NamesKind) -> Vec<Entry> {
        let has = |name: &str| group.constants.iter().any(|c| c == name);
        let greatest = group.constants.iter().filter_map(|c| self.facts.int(c)).max();
        let mut entries: Vec<Entry> = Vec::new();
        for c_name in &group.constants {
            let mut schema = names::schema_name(&group.prefix, c_name);
            match (c_name.strip_suffix("_BIT"), kind) {
                // X_BIT beside X: masks take X, indices take X_BIT.
                (Some(mask), NamesKind::Flags) if has(mask) => continue,
                (Some(mask), NamesKind::Bits) if has(mask) => {
                    schema = names::schema_name(&group.prefix, mask);
                }
                (None, NamesKind::Bits) if has(&format!("{c_name}_BIT")) => continue,
                _ => {}
            }
            let Some(value) = self.facts.int(c_name) else { continue };
            // `PREFIX_MAX` is a bound even where no initialiser shows it.
            let bound = c_name.strip_prefix(&*group.prefix) == Some("MAX") && Some(value) == greatest;
            if bound {
                continue;
            }
            let value = match kind {
                NamesKind::Bits if (0..64).contains(&value) => 1 << value,
                NamesKind::Bits => continue,
                _ => value,
            };
            // Names that differ in case only exist in C; the later one keeps its C name.
            if entries.iter().any(|e| e.name == schema) {
                schema = names::schema_name("", c_name);
            }
            let life = self.life_of(c_name);
            entries.push(Entry { name: schema, c_name: c_name.clone(), value, doc: String::new(), life });
        }
        entries
    }

    fn defined_enum(&mut self, at: (usize, usize), kind: NamesKind, span: Span) -> Option<EnumId> {
        let def = self.definition(at);
        if matches!(def.kind, DefKind::Const | DefKind::Struct) {
            let what = if def.kind == DefKind::Const { "constant" } else { "struct" };
            let message = format!("`{}` is a {what}, not an enum", &*def.name);
            self.out.push(
                Diagnostic::error(codes::WRONG_KIND, message).at(span, "").at(def.name.span, "defined here"),
            );
            return None;
        }
        // `bits` of a definition of flags means the same as `flags` of it.
        let kind = if def.kind == DefKind::Flags { NamesKind::Flags } else { kind };
        let key = Key { file: at.0, kind, sources: vec![format!("def {}", def.name.text)] };
        if let Some(known) = self.enums.get(&key) {
            return *known;
        }
        // One of YNL's without entries names nothing.
        let empty = def.form == Form::Ynl && def.entries.is_empty();
        let entries = if empty { None } else { self.defined_entries(at, kind) };
        let id = entries.map(|entries| {
            self.model.add_enum(Enum {
                family: Self::family(at.0),
                name: def.name.text.clone(),
                c_tag: None,
                doc: def.doc.clone(),
                flags: kind != NamesKind::Enum,
                entries,
                origin: origin(def.name.span),
            })
        });
        self.enums.insert(key, id);
        id
    }

    /// A definition by itself, for one that nothing refers to.
    pub(super) fn unused_enum(&mut self, at: (usize, usize)) {
        let def = self.definition(at);
        let kind = if def.kind == DefKind::Flags { NamesKind::Flags } else { NamesKind::Enum };
        self.defined_enum(at, kind, def.name.span);
    }

    /// Entries of a definition: those of its sources, then its own, which may document them.
    pub(super) fn defined_entries(&mut self, at: (usize, usize), kind: NamesKind) -> Option<Vec<Entry>> {
        let def = self.definition(at);
        let mut entries = Vec::new();
        if let Some(names) = &def.names {
            // A definition `bits X` has masks of its own, however it is then referred to.
            let kind = if names.kind == NamesKind::Enum { kind } else { names.kind };
            for name in &names.list {
                add_part(&mut entries, self.part(at.0, name, kind)?);
            }
        } else if def.entries.is_empty() && def.form == Form::Short {
            let tag = def.enum_name.as_ref().map_or(&def.name, |t| t).text.replace('-', "_");
            let Some(group) = self.facts.enum_by_tag(&tag).and_then(|ix| self.enum_group(ix)) else {
                let message = format!("the definition `{}` has no entries", &*def.name);
                let help = "list `entries`, or name a source: `type: enum PREFIX_*`";
                self.out.push(Diagnostic::error(codes::NO_ENTRIES, message).at(def.name.span, "").help(help));
                return None;
            };
            entries = self.group_entries(&group, kind);
        }
        let mut next = 0;
        if let Some(start) = &def.value_start {
            next = self.number(at.0, start).unwrap_or(0);
        }
        let prefix = self.definition_prefix(at.0, def);
        for entry in &def.entries {
            let Some(new) = self.defined_entry(at.0, def, entry, &prefix, &mut next, kind) else { continue };
            match entries.iter_mut().find(|e| e.name == new.name) {
                Some(known) => *known = new,
                None => entries.push(new),
            }
        }
        Some(entries)
    }

    fn defined_entry(
        &mut self,
        file: usize,
        def: &Definition,
        entry: &ast::Entry,
        prefix: &str,
        next: &mut i128,
        kind: NamesKind,
    ) -> Option<Entry> {
        let mut c_name = match &entry.c_name {
            Some(c_name) => c_name.text.clone(),
            None => names::c_name(prefix, &entry.name),
        };
        // Without a prefix there is nothing that a C name could be made of.
        let named = entry.c_name.is_some() || !prefix.is_empty() || names::is_c_literal(&entry.name);
        let header = self.facts.int(&c_name).filter(|_| named);
        let written = match &entry.value {
            Some(text) => Some(self.number(file, text)?),
            None if entry.form == Form::Ynl => Some(*next),
            None => None,
        };
        let mask = |v: i128| if (0..64).contains(&v) { 1i128 << v } else { v };
        // YNL counts flags by bit; what headers say of them is the mask.
        let as_bits = def.kind == DefKind::Flags && (entry.form == Form::Ynl || def.bits);
        let value = match (written, header) {
            (None, Some(value)) if def.bits => mask(value),
            (None, Some(value)) => value,
            (None, None) => {
                self.unknown_constant(&c_name, entry.name.span);
                return None;
            }
            (Some(written), header) => {
                *next = written + 1;
                let value = if as_bits { mask(written) } else { written };
                match header {
                    // A C compiler may call the top bit a sign.
                    Some(fact) if fact as u32 == value as u32 && fact >> 32 == -1 => value,
                    // Headers may name bits (`X_BIT`) beside masks (`X`).
                    Some(fact)
                        if fact != value && self.facts.int(&format!("{c_name}_BIT")) == Some(written) =>
                    {
                        c_name.push_str("_BIT");
                        value
                    }
                    // Or only bits, under the plain name.
                    Some(fact) if fact != value && !(as_bits && fact == written) => {
                        let place = entry.value.as_ref().map_or(entry.name.span, |v| v.span);
                        self.disagreement(&c_name, value, fact, place);
                        fact
                    }
                    _ => value,
                }
            }
        };
        let value = match kind {
            NamesKind::Bits if def.kind == DefKind::Enum && (0..64).contains(&value) => 1 << value,
            _ => value,
        };
        let c_name = if named { c_name } else { String::new() };
        let life = self.life_of(&c_name);
        Some(Entry { name: entry.name.text.clone(), c_name, value, doc: entry.doc.clone(), life })
    }

    pub(super) fn disagreement<T: std::fmt::Display>(
        &mut self,
        c_name: &str,
        written: T,
        fact: T,
        span: Span,
    ) {
        let message = format!("the schema says {c_name} is {written}, headers say {fact}");
        let header = self.header_of(c_name).to_owned();
        self.out.push(
            Diagnostic::error(codes::NUMBER_DIFFERS, message)
                .at(span, format!("{written} here"))
                .help(format!("{c_name} = {fact} in {header}")),
        );
    }

    /// The prefix of a definition's entries as C text.
    fn definition_prefix(&mut self, file: usize, def: &Definition) -> String {
        match &def.prefix {
            Some(prefix) => c_prefix(prefix),
            None if def.form == Form::Ynl => {
                let family = self.files[file].name.as_ref().map_or("", |n| &n.text);
                let stated = c_prefix(&format!("{family}-{}-", def.name.text));
                // Where no header has such names, YNL's rule has made them up.
                match def.entries.iter().any(|e| self.known(&stated, &names::c_name("", &e.name))) {
                    true => stated,
                    false => self.guessed_entries(file, def).unwrap_or_default(),
                }
            }
            None => match def.names.as_ref().map(|n| &*n.list) {
                Some([NameRef::Prefix(prefix)]) => prefix.text.clone(),
                _ => String::new(),
            },
        }
    }

    /// Entries that a set's `enum-name` lends its attributes.
    pub(super) fn enum_name_entries(&mut self, file: usize, name: &str, span: Span) -> Option<Vec<Entry>> {
        let (target, local) = self.reference(file, name, span)?;
        if let Some(ix) = self.scope.find(Kind::Definition, target, local) {
            self.used.insert((target, ix));
            return self.defined_entries((target, ix), NamesKind::Enum);
        }
        if let Some(group) = self.facts.enum_by_tag(local).and_then(|ix| self.enum_group(ix)) {
            return Some(self.group_entries(&group, NamesKind::Enum));
        }
        self.unknown_names(file, local, span);
        None
    }

    /// A constant that only a loaded schema defines: `AF_INET`.
    pub(super) fn schema_constant(&self, c_name: &str) -> Option<i128> {
        for file in self.files {
            for def in file.definitions.iter().filter(|d| d.kind == DefKind::Enum) {
                let prefix = def.prefix.as_ref().map(|p| c_prefix(p)).unwrap_or_default();
                for entry in &def.entries {
                    let name = match &entry.c_name {
                        Some(name) => name.text.clone(),
                        None => names::c_name(&prefix, &entry.name),
                    };
                    if name == c_name
                        && let Some(value) = entry.value.as_ref().and_then(|v| literal(v))
                    {
                        return Some(value);
                    }
                }
            }
        }
        None
    }
}

/// A name prefix as C text: YNL writes `ifla-`, we write `IFLA_`.
pub(super) fn c_prefix(prefix: &str) -> String {
    prefix.to_ascii_uppercase().replace(['-', ' '], "_")
}
