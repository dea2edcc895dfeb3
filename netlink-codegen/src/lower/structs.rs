//! C structs: layout from headers, annotations from definitions.

use super::arms::Chosen;
use super::members::{Field, Laid};
use super::scope::Kind;
use super::unions::{Place, Union};
use super::{Lower, origin};
use crate::headers::facts::{self, CType, Record};
use crate::ir::{Lifetime, Member, MemberType, Origin, Struct, StructId};
use crate::report::{Diagnostic, Span, codes, did_you_mean, list, plural};
use crate::schema::ast::{self, DefKind, Definition, Form};
use crate::schema::expr::{Base, Word};

/// Deepest nesting of structs.
const MAX_DEPTH: usize = 24;

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

    pub(super) fn record(&self, tag: &str) -> Option<&'a Record> {
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
        if self.structs_open.len() >= MAX_DEPTH {
            self.error(codes::STRUCT_CYCLE, format!("structs nested more than {MAX_DEPTH} deep"), from);
            return None;
        }
        self.structs_open.push(key.clone());
        let built = match record {
            Some(record) => self.record_struct(&key, record, def, from),
            None => def.map(|def| self.written_struct(&key, def)),
        };
        self.structs_open.pop();
        let id = built.map(|built| self.model.add_struct(built));
        self.structs.insert(key, id);
        id
    }

    fn record_struct(
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
        if let Some(def) = def.filter(|def| def.as_written()) {
            self.compare_layout(key.0, def, record, layout.size, &fields);
        }
        self.drop_group_copies(&mut fields);
        let places = if record.union {
            fields.retain(|field| !matches!(field.ty, CType::Flexible(_)));
            (0..fields.len()).map(Place::Member).collect()
        } else {
            self.arrange(&mut fields, annotations)
        };
        if let Some(def) = def.filter(|def| def.as_written()) {
            self.compare_unions(def, record, &fields, &places);
        }
        self.annotations_found(record, annotations, &fields, &places);
        let name = def.map_or_else(|| record.name.replace('_', "-"), |d| d.name.text.replace('_', "-"));
        let mut built = Struct {
            family: Self::family(key.0),
            name,
            c_name: record.name.clone(),
            typedef: record.typedef,
            union: record.union,
            doc: def.map(|d| d.doc.clone()).unwrap_or_default(),
            size: layout.size,
            members: Vec::new(),
            cases: Vec::new(),
            origin: def.map_or_else(|| Origin::Header(record.header.clone()), |d| origin(d.name.span)),
            sizes,
            life: self.life(&record.name, &record.header, &record.layout),
        };
        let mut chosen = Vec::new();
        for place in &places {
            let place = match place {
                Place::Member(ix) => self.plain_member(key.0, &fields, *ix, &built, from),
                Place::Union(union) => self.union_member(key.0, &fields, union, annotations, &built, from),
            };
            let Some((member, table)) = place else { continue };
            if let (MemberType::Struct(id), Some((table, by))) = (&member.ty, table) {
                chosen.push(Chosen { member: built.members.len(), union: *id, table, by });
            }
            built.members.push(member);
        }
        self.choose(key.0, &mut built, chosen);
        Some(built)
    }

    /// Every annotation of the short form is of a member or a union.
    fn annotations_found(
        &mut self,
        record: &Record,
        annotations: &[ast::Member],
        fields: &[Field<'a>],
        places: &[Place],
    ) {
        for annotation in annotations.iter().filter(|a| a.form == Form::Short) {
            let of_field = |f: &Field<'_>| f.annotation.is_some_and(|a| a.name == annotation.name);
            let unions = places.iter().filter_map(|place| match place {
                Place::Union(union) => Some(union.name.as_str()),
                Place::Member(_) => None,
            });
            let mut names = unions.clone();
            if !fields.iter().any(of_field) && !names.any(|name| name == annotation.name.text) {
                let known = fields.iter().map(|f| f.name.as_str()).chain(unions);
                self.no_member(&record.name, known, &annotation.name);
            }
        }
    }

    /// A member, and what chooses its arms where it is a union of the headers.
    fn plain_member(
        &mut self,
        file: usize,
        fields: &[Field<'a>],
        ix: usize,
        of: &Struct,
        from: Span,
    ) -> Option<(Member, Option<Table>)> {
        let field = &fields[ix];
        let table = table(field.annotation).filter(|_| !of.union && self.is_union(&field.ty));
        let ty = match table {
            Some(_) => self.plain(file, &of.c_name, &field.ty, from),
            None => self.member_type(file, &of.c_name, field, fields, from),
        };
        Some((
            Member {
                c_name: field.name.clone(),
                offset: field.offset,
                bits: field.bits,
                ty: ty?,
                anonymous: false,
                grown: !of.union && grown(of, field.offset),
                doc: field.annotation.map(|a| a.doc.clone()).unwrap_or_default(),
                life: field.life,
            },
            table,
        ))
    }

    fn is_union(&self, ty: &CType) -> bool {
        matches!(ty, CType::Record(tag) if self.record(tag).is_some_and(|record| record.union))
    }

    /// Members that share bytes, as one; and what chooses among them.
    fn union_member(
        &mut self,
        file: usize,
        fields: &[Field<'a>],
        union: &Union,
        annotations: &'a [ast::Member],
        of: &Struct,
        from: Span,
    ) -> Option<(Member, Option<Table>)> {
        let annotation = annotations.iter().find(|a| a.name.text == union.name);
        let table = table(annotation);
        let life = Lifetime::together(union.arms.iter().map(|ix| fields[*ix].life));
        let (start, end) = union.bytes;
        let (ty, anonymous) = match annotation {
            // The schema says what the bytes are as a whole.
            Some(_) if table.is_none() => {
                let byte = CType::Int { bits: 8, signed: false, order: facts::Order::Native };
                let ty = CType::Array(Box::new(byte), end - start);
                let whole =
                    Field { name: union.name.clone(), offset: start, ty, annotation, ..Field::new(life) };
                (self.member_type(file, &of.c_name, &whole, fields, from)?, false)
            }
            _ => {
                let built = self.union_of(file, fields, union, of, from);
                (MemberType::Struct(self.model.add_struct(built)), union.anonymous)
            }
        };
        let doc = annotation.map(|a| a.doc.clone()).unwrap_or_default();
        let (c_name, grown) = (union.name.clone(), grown(of, start));
        Some((Member { c_name, offset: start, bits: None, ty, anonymous, grown, doc, life }, table))
    }

    /// A union that C has no name for.
    fn union_of(
        &mut self,
        file: usize,
        fields: &[Field<'a>],
        union: &Union,
        of: &Struct,
        from: Span,
    ) -> Struct {
        let (start, end) = union.bytes;
        let mut arms = Vec::new();
        let mut sizes: Vec<(u32, u32)> = Vec::new();
        for kernel in 0..self.facts.kernels.len() as u32 {
            let there = union.arms.iter().map(|ix| &fields[*ix]).filter(|f| f.life.at(kernel));
            let size = there.map(|f| f.bit_range(self.facts).1.div_ceil(8) - start).max();
            if let Some(size) = size.filter(|size| sizes.last().is_none_or(|(_, last)| last != size)) {
                sizes.push((if sizes.is_empty() { 0 } else { kernel }, size));
            }
        }
        for &ix in &union.arms {
            let field = &fields[ix];
            let Some(ty) = self.member_type(file, &of.c_name, field, fields, from) else { continue };
            arms.push(Member {
                c_name: union.arm_name(&field.name).to_owned(),
                offset: field.offset - start,
                bits: field.bits,
                ty,
                anonymous: false,
                grown: false,
                doc: field.annotation.map(|a| a.doc.clone()).unwrap_or_default(),
                life: field.life,
            });
        }
        let holder = if of.typedef { of.c_name.clone() } else { format!("struct {}", of.c_name) };
        let doc = match union.anonymous {
            true => format!("members of `{holder}` that share their bytes."),
            false => format!("`{}` of `{holder}`.", union.name),
        };
        Struct {
            family: of.family,
            name: format!("{}-{}", of.name, union.name.replace(['_', '.'], "-")),
            c_name: String::new(),
            typedef: false,
            union: true,
            doc,
            size: end - start,
            sizes,
            life: Lifetime::default(),
            members: arms,
            cases: Vec::new(),
            origin: of.origin.clone(),
        }
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
    fn written_struct(&mut self, key: &(usize, String), def: &'a Definition) -> Struct {
        let laid = self.as_written(key.0, def, false);
        let size = laid.last().map_or(0, |l| l.offset + l.size);
        let members = laid
            .into_iter()
            .filter_map(|l| {
                Some(Member {
                    c_name: l.name,
                    offset: l.offset,
                    bits: None,
                    ty: l.ty?,
                    anonymous: false,
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
            union: false,
            doc: def.doc.clone(),
            size,
            sizes: vec![(0, size)],
            life: Lifetime::default(),
            members,
            cases: Vec::new(),
            origin: origin(def.name.span),
        }
    }

    /// Members written in a sequence against the header's layout.
    fn compare_layout(
        &mut self,
        file: usize,
        def: &'a Definition,
        record: &Record,
        size: u32,
        fields: &[Field<'a>],
    ) {
        let laid = self.as_written(file, def, true);
        let written = laid.last().map_or(0, |l| l.offset + l.size);
        let there = |name: &str| fields.iter().find(|f| f.name == name);
        let mut wrong = Vec::new();
        for Laid { name, offset, size, span, .. } in laid.iter().filter(|l| l.ty.is_some()) {
            // A member of a union is written without the union's name.
            let inside = |f: &&Field<'_>| f.name.rsplit_once('.').is_some_and(|(_, last)| last == name);
            let Some(field) = there(name).or_else(|| fields.iter().find(inside)) else { continue };
            let theirs = field.size(self.facts);
            if field.bits.is_some() || (field.offset, theirs) == (*offset, *size) {
                continue;
            }
            let theirs = match field.ty {
                CType::Flexible(_) => "an array without end".to_owned(),
                _ => plural(theirs, "byte"),
            };
            let ours = plural(*size, "byte");
            wrong.push((
                *span,
                format!("{ours} at {offset} here; in C `{}` is {theirs} at {}", field.name, field.offset),
            ));
        }
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
        for (span, text) in wrong {
            diagnostic = diagnostic.at(span, text);
        }
        self.out.push(diagnostic);
    }
}

impl Lower<'_> {
    /// Sequences have no words for unions.
    fn compare_unions(&mut self, def: &Definition, record: &Record, fields: &[Field<'_>], places: &[Place]) {
        for place in places {
            let Place::Union(union) = place else { continue };
            let arms = list(union.arms.iter().map(|ix| fields[*ix].name.as_str()));
            let (start, end) = union.bytes;
            let message = format!(
                "{arms} of struct {} share the bytes {start} to {} in {}, not as written here",
                record.name,
                end - 1,
                record.header
            );
            self.error(codes::LAYOUT_DIFFERS, message, def.name.span);
        }
    }
}

impl Definition {
    /// Its members are a sequence: a layout of their own.
    pub(super) fn as_written(&self) -> bool {
        !self.members.is_empty() && self.members.iter().all(|m| m.form == Form::Ynl)
    }
}

/// The table that chooses among a union's arms, and the members by which.
type Table = (Word, Vec<Word>);

fn table(annotation: Option<&ast::Member>) -> Option<Table> {
    match &annotation?.ty.as_ref()?.base {
        Base::Sub(table, by) => Some((table.clone(), by.clone())),
        _ => None,
    }
}

/// Whether a struct that was smaller once did not have what lies at this offset.
fn grown(of: &Struct, offset: u32) -> bool {
    let old = of.sizes.iter().rev().skip(1).map(|(_, size)| *size).min();
    old.is_some_and(|old| offset >= old)
}
