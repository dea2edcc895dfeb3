//! Nodes → [`ast`](super::ast): the shape of each object of a schema file.

use super::ast::*;
use super::decode::{Decoder, Named, Object};
use super::expr::{self, Base, TypeExpr, Word, Words, Wrap};
use super::node::{Kind, Node, Text};
use crate::report::{Diagnostic, Diagnostics, Span};

/// Reads a file's tree.
pub(super) fn file(stem: &str, source: u32, node: &Node, out: &mut Diagnostics) -> Option<File> {
    let d = &mut Decoder { out };
    let lists = ["definitions", "attribute-sets", "sub-messages"];
    let Kind::Mapping(entries) = &node.kind else {
        d.shape(node, "a mapping with `name`, `attribute-sets`…");
        return None;
    };
    // A file of sequences alone is YNL's, where unknown keys are the next release's.
    let short = |(key, value): &(Text, Node)| match &value.kind {
        Kind::Mapping(_) if lists.contains(&&*key.text) => true,
        Kind::Mapping(inner) => {
            inner.iter().any(|(k, v)| &*k.text == "list" && matches!(v.kind, Kind::Mapping(_)))
        }
        _ => false,
    };
    let sequences =
        entries.iter().any(|(k, v)| lists.contains(&&*k.text) && matches!(v.kind, Kind::Sequence(_)));
    let form = if sequences && !entries.iter().any(short) { Form::Ynl } else { Form::Short };
    let object = d.object(node, "schema file", form)?;

    let mut file = File { source, stem: stem.to_owned(), doc: d.doc(&object), ..File::default() };
    file.name = d.text(&object, "name");
    file.protocol = d.text(&object, "protocol");
    file.protonum = d.text(&object, "protonum");
    file.version = d.text(&object, "version");
    file.c_family_name = d.text(&object, "c-family-name");
    file.c_version_name = d.text(&object, "c-version-name");
    file.subsystem = d.text(&object, "subsystem");
    for named in d.named(object.get("definitions"), "name") {
        file.definitions.extend(d.definition(named));
    }
    for named in d.named(object.get("attribute-sets"), "name") {
        file.sets.extend(d.set(named));
    }
    for named in d.named(object.get("sub-messages"), "name") {
        file.subs.extend(d.sub_table(named));
    }
    if let Some(node) = object.get("operations") {
        file.operations = d.operations(node).unwrap_or_default();
    }
    if let Some(node) = object.get("mcast-groups") {
        file.groups = d.groups(node).unwrap_or_default();
    }
    let ignored = [
        "uapi-header",
        "max-by-define",
        "cmd-max-name",
        "cmd-cnt-name",
        "kernel-policy",
        "kernel-family",
        "license",
    ];
    d.finish(&object, &ignored);
    if file.name.is_none() {
        d.missing("name", node.span, "the schema file");
    }
    Some(file)
}

impl Decoder<'_> {
    pub(super) fn report<T>(&mut self, result: Result<T, Box<Diagnostic>>) -> Option<T> {
        result.map_err(|error| self.out.push(*error)).ok()
    }

    fn expr(&mut self, text: &Text) -> Option<TypeExpr> {
        self.report(expr::parse(text))
    }

    fn definition(&mut self, named: Named<'_>) -> Option<Definition> {
        let mut def = Definition {
            name: named.name.clone(),
            form: named.form,
            doc: String::new(),
            kind: DefKind::Enum,
            c_name: None,
            prefix: None,
            enum_name: None,
            bits: false,
            names: None,
            tag: None,
            value: None,
            value_start: None,
            entries: Vec::new(),
            members: Vec::new(),
        };
        let Some(body) = named.body else {
            self.missing("type", named.name.span, &format!("the definition `{}`", &*named.name));
            return None;
        };
        if let Kind::Scalar { text, .. } = &body.kind {
            return self.definition_type(&mut def, text).then_some(def);
        }
        let object = self.object(body, "definition", named.form)?;
        let Some(ty) = self.text(&object, "type") else {
            self.missing("type", named.name.span, &format!("the definition `{}`", &*named.name));
            return None;
        };
        if !self.definition_type(&mut def, &ty) {
            return None;
        }
        object.get("name");
        def.doc = self.doc(&object);
        def.c_name = self.text(&object, "c-name");
        match def.kind {
            DefKind::Const => def.value = self.text(&object, "value"),
            DefKind::Struct => {
                for named in self.named(object.get("members"), "name") {
                    def.members.extend(self.member(named));
                }
            }
            DefKind::Enum | DefKind::Flags => {
                def.prefix = self.text(&object, "name-prefix");
                def.value_start = self.text(&object, "value-start");
                for named in self.named(object.get("entries"), "name") {
                    def.entries.extend(self.entry(named));
                }
            }
        }
        def.enum_name = self.text_or_empty(&object, "enum-name");
        self.finish(&object, &["header", "scope", "render-max", "enum-cnt-name", "name-prefix"]);
        Some(def)
    }

    /// `enum`, `enum NAME+`, `flags…`, `bits NAME+`, `struct`, `struct TAG`, `const`.
    fn definition_type(&mut self, def: &mut Definition, text: &Text) -> bool {
        let mut words = Words::new(text);
        let kind = match words.peek() {
            Some("const") => DefKind::Const,
            Some("enum") => DefKind::Enum,
            Some("flags" | "bits") => DefKind::Flags,
            Some("struct") => DefKind::Struct,
            _ => {
                let message = "a definition is `const`, `enum`, `flags` or `struct`".to_owned();
                self.out.push(*words.error(message, None));
                return false;
            }
        };
        def.kind = kind;
        def.bits = words.peek() == Some("bits");
        let parsed = if text.text.split_whitespace().count() == 1 {
            Ok(())
        } else {
            match kind {
                DefKind::Enum | DefKind::Flags => words.names().map(|names| def.names = names),
                DefKind::Struct => {
                    words.next();
                    words.name("a struct's tag").map(|tag| def.tag = Some(tag))
                }
                DefKind::Const => {
                    words.next();
                    Ok(())
                }
            }
        };
        let parsed = parsed.and_then(|()| words.end_or_single(text));
        self.report(parsed).is_some()
    }

    fn entry(&mut self, named: Named<'_>) -> Option<Entry> {
        let mut entry =
            Entry { name: named.name, form: named.form, c_name: None, value: None, doc: String::new() };
        match named.body.map(|b| (b, &b.kind)) {
            None => {}
            Some((_, Kind::Scalar { text, .. })) => {
                if crate::ir::names::is_c_literal(text) && !text.starts_with("0X") {
                    entry.c_name = Some(text.clone());
                } else {
                    entry.value = Some(text.clone());
                }
            }
            Some((body, _)) => {
                let object = self.object(body, "entry", named.form)?;
                object.get("name");
                entry.value = self.text(&object, "value");
                entry.c_name = self.text(&object, "c-name");
                entry.doc = self.doc(&object);
                self.finish(&object, &[]);
            }
        }
        Some(entry)
    }

    fn member(&mut self, named: Named<'_>) -> Option<Member> {
        let mut member = Member {
            name: named.name,
            form: named.form,
            ty: None,
            ynl: YnlType::default(),
            doc: String::new(),
        };
        match named.body.map(|b| (b, &b.kind)) {
            None => {}
            Some((_, Kind::Scalar { text, .. })) => member.ty = self.expr(text),
            Some((body, _)) => {
                let object = self.object(body, "struct member", named.form)?;
                object.get("name");
                member.doc = self.doc(&object);
                if named.form == Form::Short {
                    member.ty = self.text(&object, "type").and_then(|text| self.expr(&text));
                } else {
                    member.ynl = self.ynl_type(&object);
                }
                self.finish(&object, &[]);
            }
        }
        Some(member)
    }

    fn ynl_type(&mut self, object: &Object<'_>) -> YnlType {
        YnlType {
            ty: self.text(object, "type"),
            byte_order: self.text(object, "byte-order"),
            names: self.text(object, "enum"),
            as_flags: self.boolean(object, "enum-as-flags"),
            nested: self.text(object, "nested-attributes"),
            multi: self.boolean(object, "multi-attr"),
            sub_type: self.text(object, "sub-type"),
            structure: self.text(object, "struct"),
            sub_message: self.text(object, "sub-message"),
            selector: self.text(object, "selector"),
            type_value: self.texts(object, "type-value"),
            hint: self.text(object, "display-hint"),
            len: self.text(object, "len"),
        }
    }

    fn set(&mut self, named: Named<'_>) -> Option<AttrSet> {
        let mut set = AttrSet {
            name: named.name.clone(),
            form: named.form,
            doc: String::new(),
            prefix: None,
            enum_name: None,
            subset_of: None,
            extends: None,
            attrs: Vec::new(),
        };
        let Some(body) = named.body else {
            self.missing("attributes", named.name.span, &format!("the attribute set `{}`", &*named.name));
            return None;
        };
        let object = self.object(body, "attribute set", named.form)?;
        object.get("name");
        set.doc = self.doc(&object);
        set.prefix = self.text(&object, "name-prefix");
        set.enum_name = self.text_or_empty(&object, "enum-name");
        set.subset_of = self.text(&object, "subset-of");
        set.extends = self.text(&object, "extends");
        for named in self.named(object.get("attributes"), "name") {
            set.attrs.extend(self.attr(named));
        }
        self.finish(&object, &["attr-cnt-name", "attr-max-name", "header"]);
        Some(set)
    }

    fn attr(&mut self, named: Named<'_>) -> Option<Attr> {
        let mut attr = Attr {
            name: named.name,
            form: named.form,
            c_name: None,
            prefix: None,
            ty: None,
            ynl: YnlType::default(),
            value: None,
            always: false,
            doc: String::new(),
            checks: Vec::new(),
            unit: None,
            since: None,
        };
        match named.body.map(|b| (b, &b.kind)) {
            None => {}
            Some((_, Kind::Scalar { text, .. })) => attr.ty = Some(self.expr(text)?),
            Some((body, _)) => {
                let object = self.object(body, "attribute", named.form)?;
                object.get("name");
                if named.form == Form::Short {
                    attr.ty = match self.text(&object, "type") {
                        Some(text) => Some(self.expr(&text)?),
                        None => None,
                    };
                } else {
                    attr.ynl = self.ynl_type(&object);
                    attr.prefix = self.text(&object, "name-prefix");
                }
                attr.c_name = self.text(&object, "c-name");
                attr.value = self.text(&object, "value");
                attr.always = self.boolean(&object, "always").unwrap_or(false);
                attr.doc = self.doc(&object);
                attr.unit = self.text(&object, "unit");
                attr.since = self.text(&object, "since");
                if let Some(node) = object.get("checks") {
                    let checks = self.object(node, "list of checks", named.form)?;
                    for key in
                        ["min", "max", "min-len", "max-len", "exact-len", "flags-mask", "unterminated-ok"]
                    {
                        let value = self.text(&checks, key);
                        attr.checks.extend(checks.key(key).cloned().zip(value));
                    }
                    self.finish(&checks, &["sparse"]);
                }
                self.finish(&object, &[]);
            }
        }
        Some(attr)
    }

    fn sub_table(&mut self, named: Named<'_>) -> Option<SubTable> {
        let mut table = SubTable { name: named.name.clone(), doc: String::new(), formats: Vec::new() };
        let Some(body) = named.body else {
            self.missing("formats", named.name.span, &format!("the sub-message `{}`", &*named.name));
            return None;
        };
        let Kind::Mapping(entries) = &body.kind else {
            self.shape(body, "a mapping of formats");
            return None;
        };
        // A table is a plain mapping from selectors to formats, unless it has a list of them:
        // then it is an object with room for documentation.
        let listed =
            entries.iter().find(|(k, v)| &*k.text == "formats" && !matches!(v.kind, Kind::Scalar { .. }));
        let formats = match listed {
            Some((_, formats)) => {
                let object = self.object(body, "sub-message", named.form)?;
                object.get("name");
                object.get("formats");
                table.doc = self.doc(&object);
                self.finish(&object, &[]);
                formats
            }
            None if named.form == Form::Short => body,
            None => {
                self.missing("formats", named.name.span, &format!("the sub-message `{}`", &*named.name));
                return None;
            }
        };
        for named in self.named(Some(formats), "value") {
            table.formats.extend(self.format(named));
        }
        Some(table)
    }

    fn format(&mut self, named: Named<'_>) -> Option<Format> {
        let mut format = Format { key: named.name, form: named.form, ty: None, doc: String::new() };
        match named.body.map(|b| (b, &b.kind)) {
            None => {}
            Some((_, Kind::Scalar { text, .. })) => format.ty = Some(self.expr(text)?),
            Some((body, _)) => {
                let object = self.object(body, "format", named.form)?;
                object.get("value");
                format.doc = self.doc(&object);
                if named.form == Form::Short {
                    format.ty = match self.text(&object, "type") {
                        Some(text) => Some(self.expr(&text)?),
                        None => None,
                    };
                } else {
                    let header = self.text(&object, "fixed-header");
                    let set = self.text(&object, "attribute-set");
                    format.ty = format_type(header.as_ref(), set.as_ref());
                }
                self.finish(&object, &[]);
            }
        }
        Some(format)
    }
}

/// YNL's `fixed-header` and `attribute-set` of a format as one type.
fn format_type(header: Option<&Text>, set: Option<&Text>) -> Option<TypeExpr> {
    let (base, span): (Base, Span) = match (header, set) {
        (Some(header), set) => (Base::Struct(Word::from(header), set.map(Word::from)), header.span),
        (None, Some(set)) => (Base::Nest(Word::from(set)), set.span),
        (None, None) => return None,
    };
    Some(TypeExpr { wrap: Wrap::One, array: false, base, names: None, span })
}
