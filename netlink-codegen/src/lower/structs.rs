//! C structs: layout from headers, annotations from definitions.

use super::members::{Field, Laid};
use super::scope::Kind;
use super::{Lower, lifetime, origin};
use crate::headers::facts::{CType, Record, Store};
use crate::ir::{Lifetime, Member, Origin, Struct, StructId};
use crate::report::{Diagnostic, Span, codes, did_you_mean, list, plural};
use crate::schema::ast::{self, DefKind, Definition, Form};
use crate::schema::expr::Word;

/// The C tag that a struct definition speaks of.
fn tag_of(def: &Definition) -> String {
    let named = def.tag.as_ref().map(|t| &t.text);
    let named = named.or(def.c_name.as_ref().map(|t| &t.text));
    let named = named.or(def.enum_name.as_ref().map(|t| &t.text).filter(|t| !t.is_empty()));
    named.unwrap_or(&def.name.text).replace('-', "_")
}

impl<'a> Lower<'a> {
    /// Whether a file can say what a struct is.
    pub(super) fn knows_struct(&self, file: usize, tag: &str) -> bool {
        self.struct_definition(file, tag).is_some() || self.record(tag).is_some()
    }

    fn record(&self, tag: &str) -> Option<&'a Record> {
        self.facts.record(tag).or_else(|| self.facts.record(&tag.replace('-', "_")))
    }

    /// A definition of the file by its name, else one that annotates the tag.
    fn struct_definition(&self, file: usize, tag: &str) -> Option<usize> {
        let definitions = &self.files[file].definitions;
        let is_struct = |ix: &usize| definitions[*ix].kind == DefKind::Struct;
        self.scope
            .find(Kind::Definition, file, tag)
            .filter(is_struct)
            .or_else(|| definitions.iter().position(|d| d.kind == DefKind::Struct && tag_of(d) == tag))
    }

    /// The struct that a reference names.
    pub(super) fn struct_ref(&mut self, file: usize, word: &Word) -> Option<StructId> {
        let (target, name) = self.reference(file, word, word.span)?;
        if let Some(ix) = self.struct_definition(target, name) {
            self.used.insert((target, ix));
            return self.defined_struct((target, ix), word.span);
        }
        if target != file {
            self.declared(Kind::Definition, file, word, word.span);
            return None;
        }
        if let Some(record) = self.record(name) {
            return self.build((file, record.name.clone()), Some(record), None, word.span);
        }
        if let Some(ix) = self.scope.find(Kind::Definition, target, name) {
            let place = self.definition((target, ix)).name.span;
            let message = format!("`{name}` is not a struct");
            self.out.push(
                Diagnostic::error(codes::WRONG_KIND, message).at(word.span, "").at(place, "defined here"),
            );
            return None;
        }
        let files = self.files;
        let defined = files[file].definitions.iter().map(|d| &*d.name.text);
        let tags = self.facts.records.keys().map(String::as_str);
        let help = did_you_mean(name, defined.chain(tags));
        let message = format!("no header defines struct {name}");
        self.out.push(Diagnostic::error(codes::UNKNOWN_STRUCT, message).at(word.span, "").maybe_help(help));
        None
    }

    pub(super) fn defined_struct(&mut self, at: (usize, usize), from: Span) -> Option<StructId> {
        let def = self.definition(at);
        let tag = tag_of(def);
        let record = self.record(&tag);
        if record.is_none() && !def.as_written() {
            let message = format!("no header defines struct {tag}");
            let place = def.tag.as_ref().map_or(def.name.span, |t| t.span);
            let help = did_you_mean(&tag, self.facts.records.keys().map(String::as_str));
            self.out.push(Diagnostic::error(codes::UNKNOWN_STRUCT, message).at(place, "").maybe_help(help));
            return None;
        }
        self.build((at.0, tag), record, Some(def), from)
    }

    /// A struct of a header that another struct has as a member: annotated when the file
    /// defines it.
    pub(super) fn nested_struct(&mut self, file: usize, tag: &str, from: Span) -> Option<StructId> {
        if let Some(ix) = self.struct_definition(file, tag) {
            self.used.insert((file, ix));
            return self.defined_struct((file, ix), from);
        }
        let record = self.record(tag)?;
        self.build((file, record.name.clone()), Some(record), None, from)
    }

    fn build(
        &mut self,
        key: (usize, String),
        record: Option<&'a Record>,
        def: Option<&'a Definition>,
        from: Span,
    ) -> Option<StructId> {
        if self.structs_open.contains(&key) {
            let message = format!("struct {} contains itself", key.1);
            self.error(codes::STRUCT_CYCLE, message, from);
            return None;
        }
        if let Some(known) = self.structs.get(&key) {
            return *known;
        }
        self.structs_open.push(key.clone());
        let built = match record {
            Some(record) => self.from_record(&key, record, def, from),
            None => def.map(|def| self.from_schema(&key, def)),
        };
        self.structs_open.pop();
        let id = built.map(|built| self.model.add_struct(built));
        self.structs.insert(key, id);
        id
    }

    fn from_record(
        &mut self,
        key: &(usize, String),
        record: &'a Record,
        def: Option<&'a Definition>,
        from: Span,
    ) -> Option<Struct> {
        // The newest kernel that has it.
        let kernel = record.layout.gone().map_or(self.facts.newest(), |gone| gone.saturating_sub(1));
        let layout = record.layout.at(kernel)?;
        let sizes: Vec<(u32, u32)> =
            record.layout.0.iter().filter_map(|(k, l)| Some((*k as u32, l.as_ref()?.size))).collect();
        let annotations: &[ast::Member] = def.map_or(&[], |d| &d.members);
        let mut fields = self.fields(record, kernel, annotations);
        if record.union {
            self.unsupported(&record.name, &[], from, def);
            return None;
        }
        if let Some(def) = def {
            self.compare_layout(def, record, layout.size, &fields);
        }
        self.drop_group_copies(&mut fields);
        keep_annotated_arms(self.facts, &mut fields);
        if let Some(clash) = self.overlap(&fields) {
            // Members written out say what to make of the union.
            if let Some(def) = def.filter(|d| d.as_written()) {
                let [a, b] = clash;
                let message =
                    format!("`{a}` and `{b}` of struct {} overlap in C, not as written here", record.name);
                self.error(codes::LAYOUT_DIFFERS, message, def.name.span);
                return Some(self.from_schema(key, def));
            }
            self.unsupported(&record.name, &clash, from, def);
            return None;
        }
        for annotation in annotations {
            let found = fields.iter().any(|f| f.annotation.is_some_and(|a| a.name == annotation.name));
            if !found && annotation.form == Form::Short {
                self.no_member(&record.name, fields.iter().map(|f| f.name.as_str()), &annotation.name);
            }
        }
        let mut members = Vec::new();
        for field in &fields {
            let Some(ty) = self.member_type(key.0, &record.name, field, &fields, from) else { continue };
            let old = sizes.iter().rev().skip(1).map(|(_, size)| *size).min();
            members.push(Member {
                c_name: field.name.clone(),
                offset: field.offset,
                bits: field.bits,
                ty,
                grown: old.is_some_and(|old| field.offset >= old),
                doc: field.annotation.map(|a| a.doc.clone()).unwrap_or_default(),
                life: field.life,
            });
        }
        Some(Struct {
            family: Self::family(key.0),
            name: def.map_or_else(|| record.name.replace('_', "-"), |d| d.name.text.replace('_', "-")),
            c_name: record.name.clone(),
            typedef: record.typedef,
            doc: def.map(|d| d.doc.clone()).unwrap_or_default(),
            size: layout.size,
            sizes,
            members,
            origin: def.map_or_else(|| Origin::Header(record.header.clone()), |d| origin(d.name.span)),
        })
    }

    /// Members of a record in one kernel, those with dotted annotations opened up.
    fn fields(&self, record: &'a Record, kernel: usize, annotations: &'a [ast::Member]) -> Vec<Field<'a>> {
        let born = record.layout.since().unwrap_or(0);
        let mut fields = Vec::new();
        for field in &record.fields {
            let Some(place) = field.place.at(kernel) else { continue };
            let mut life = lifetime(&field.place);
            life.since = life.since.filter(|since| *since as usize > born);
            life.gone = life.gone.filter(|gone| (*gone as usize) <= kernel);
            let new = Field {
                name: field.name.clone(),
                offset: place.offset,
                bits: place.bits,
                ty: place.ty.clone(),
                life,
                annotation: None,
            };
            self.open(new, kernel, annotations, &mut fields);
        }
        for field in &mut fields {
            field.annotation = annotations.iter().find(|a| match a.form {
                Form::Short => a.name.text == field.name,
                Form::Ynl => a.name.text.replace('-', "_") == field.name,
            });
        }
        fields
    }

    /// A member, or the members in it when an annotation names one of them by path.
    fn open(
        &self,
        field: Field<'a>,
        kernel: usize,
        annotations: &'a [ast::Member],
        out: &mut Vec<Field<'a>>,
    ) {
        let path = format!("{}.", field.name);
        let wanted = annotations.iter().any(|a| a.name.starts_with(&path));
        let inner = match &field.ty {
            CType::Record(tag) if wanted => self.record(tag),
            _ => None,
        };
        let Some(inner) = inner else {
            out.push(field);
            return;
        };
        for child in &inner.fields {
            let Some(place) = child.place.at(kernel) else { continue };
            let new = Field {
                name: format!("{path}{}", child.name),
                offset: field.offset + place.offset,
                bits: place.bits,
                ty: place.ty.clone(),
                life: field.life,
                annotation: None,
            };
            self.open(new, kernel, annotations, out);
        }
    }

    /// `__struct_group` gives members twice, once inside a named struct: that copy goes.
    fn drop_group_copies(&self, fields: &mut Vec<Field<'a>>) {
        let copies: Vec<usize> = fields
            .iter()
            .enumerate()
            .filter(|(_, field)| match &field.ty {
                CType::Record(tag) => self.record(tag).is_some_and(|record| {
                    !record.fields.is_empty()
                        && record.fields.iter().all(|inner| {
                            let Some(place) = inner.place.newest() else { return true };
                            fields.iter().any(|other| {
                                other.name == inner.name && other.offset == field.offset + place.offset
                            })
                        })
                }),
                _ => false,
            })
            .map(|(ix, _)| ix)
            .collect();
        for ix in copies.into_iter().rev() {
            fields.remove(ix);
        }
    }

    /// Names of two members that share bytes.
    fn overlap(&self, fields: &[Field<'a>]) -> Option<[String; 2]> {
        let mut sorted: Vec<&Field<'a>> = fields.iter().collect();
        sorted.sort_by_key(|f| f.bit_range(self.facts));
        sorted.windows(2).find_map(|pair| {
            let ((_, end), (start, last)) = (pair[0].bit_range(self.facts), pair[1].bit_range(self.facts));
            // Nothing lies on a member of no size.
            (start < end && start < last).then(|| [pair[0].name.clone(), pair[1].name.clone()])
        })
    }

    pub(super) fn unsupported(&mut self, tag: &str, clash: &[String], from: Span, def: Option<&Definition>) {
        let detail = match clash {
            [a, b] => format!("`{a}` and `{b}` of struct {tag} overlap"),
            _ => format!("{tag} is a union"),
        };
        let message = format!("{detail}, which is not supported yet");
        let mut diagnostic = Diagnostic::error(codes::UNION, message).at(from, "");
        if let Some(def) = def {
            diagnostic = diagnostic.at(def.name.span, "defined here");
        }
        if let [_, b] = clash {
            let help =
                format!("annotate the member that counts in a definition of {tag}: `members: {{{b}: TYPE}}`");
            diagnostic = diagnostic.help(help);
        }
        self.out.push(diagnostic.help("or use `binary` for the attribute, and say why in `doc`"));
    }

    pub(super) fn no_member<'n>(
        &mut self,
        tag: &str,
        known: impl Iterator<Item = &'n str> + Clone,
        name: &crate::schema::node::Text,
    ) {
        let message = format!("struct {tag} has no member `{}`", &**name);
        let help = did_you_mean(name, known.clone()).unwrap_or_else(|| format!("it has {}", list(known)));
        self.out.push(Diagnostic::error(codes::UNKNOWN_MEMBER, message).at(name.span, "").help(help));
    }

    pub(super) fn unknown_member(&mut self, id: StructId, name: &str, span: Span) {
        let found = &self.model[id];
        let known = || found.members.iter().map(|m| m.c_name.as_str());
        let message = format!("struct {} has no member `{name}`", found.c_name);
        let help = did_you_mean(name, known()).unwrap_or_else(|| format!("it has {}", list(known())));
        self.out.push(Diagnostic::error(codes::UNKNOWN_MEMBER, message).at(span, "").help(help));
    }

    /// A struct that no header has: members lie one after the other, as written.
    fn from_schema(&mut self, key: &(usize, String), def: &'a Definition) -> Struct {
        let laid = self.as_written(key.0, def);
        let size = laid.last().map_or(0, |l| l.offset + l.size);
        let members = laid
            .into_iter()
            .filter_map(|l| {
                Some(Member {
                    c_name: l.name,
                    offset: l.offset,
                    bits: None,
                    ty: l.ty?,
                    grown: false,
                    doc: l.doc,
                    life: Lifetime::default(),
                })
            })
            .collect();
        Struct {
            family: Self::family(key.0),
            name: def.name.text.replace('_', "-"),
            c_name: key.1.clone(),
            typedef: false,
            doc: def.doc.clone(),
            size,
            sizes: vec![(0, size)],
            members,
            origin: origin(def.name.span),
        }
    }

    /// Members written in a sequence against the header's layout.
    fn compare_layout(&mut self, def: &'a Definition, record: &Record, size: u32, fields: &[Field<'a>]) {
        if !def.as_written() {
            return;
        }
        let file = self.files.iter().position(|f| f.source == def.name.span.file).unwrap_or(0);
        let laid = self.as_written(file, def);
        let mut wrong = Vec::new();
        for Laid { name, offset, size, span, .. } in &laid {
            if let Some(field) = fields.iter().find(|f| f.name == *name)
                && field.bits.is_none()
                && (field.offset != *offset || field.size(self.facts) != *size)
            {
                let text = format!(
                    "{} at {offset} here, {} at {} in C",
                    plural(*size, "byte"),
                    field.size(self.facts),
                    field.offset
                );
                wrong.push((*span, text));
            }
        }
        let written = laid.last().map_or(0, |l| l.offset + l.size);
        if written == size && wrong.is_empty() {
            return;
        }
        let message = if written == size {
            format!("struct {} has its members elsewhere in {}", record.name, record.header)
        } else {
            let size = plural(size, "byte");
            format!("struct {} has {size} in {}, as written here {written}", record.name, record.header)
        };
        let mut diagnostic = Diagnostic::error(codes::LAYOUT_DIFFERS, message).at(def.name.span, "");
        if let Some((span, text)) = wrong.into_iter().next() {
            diagnostic = diagnostic.at(span, text);
        }
        self.out.push(diagnostic);
    }
}

impl Definition {
    /// Its members are a sequence: a layout of their own.
    fn as_written(&self) -> bool {
        !self.members.is_empty() && self.members.iter().all(|m| m.form == Form::Ynl)
    }
}

/// Of members that share bytes, annotated ones win: that is how a schema chooses an arm of a
/// union.
fn keep_annotated_arms(facts: &Store, fields: &mut Vec<Field<'_>>) {
    let chosen: Vec<(u32, u32)> =
        fields.iter().filter(|f| f.annotation.is_some()).map(|f| f.bit_range(facts)).collect();
    fields.retain(|field| {
        let (start, end) = field.bit_range(facts);
        field.annotation.is_some() || !chosen.iter().any(|(s, e)| start < *e && *s < end)
    });
}
