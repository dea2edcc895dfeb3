//! C structs.

use super::sets::c_struct;
use super::{Field, Result, Row, Rows, StructRow, Uses, identifier, numbered};
use crate::emit::EmitError;
use crate::emit::docs;
use crate::emit::names::Scope;
use crate::emit::types::tail;
use crate::ir::names;
use crate::ir::{Item, Key, Member, MemberType, Model, Struct, StructId};

impl Rows<'_> {
    pub(super) fn structs(&mut self, uses: &Uses) -> Result<Vec<StructRow>> {
        let mut out = Vec::new();
        for &id in self.family.structs.iter().filter(|id| !self.model[**id].union) {
            let s = &self.model[id];
            out.push(self.structure(id, s, uses).map_err(|e| e.at(format!("struct `{}`", s.c_name)))?);
        }
        Ok(out)
    }

    pub(super) fn unions(&mut self) -> Result<Vec<Row>> {
        let mut out = Vec::new();
        for &id in self.family.structs.iter().filter(|id| self.model[**id].union) {
            let s = &self.model[id];
            out.push(self.union(id, s).map_err(|e| e.at(format!("union `{}`", s.name)))?);
        }
        Ok(out)
    }

    fn union(&mut self, id: StructId, s: &Struct) -> Result<Row> {
        let mut args = Vec::new();
        if !s.c_name.is_empty() {
            args.push(identifier(&s.c_name)?.to_owned());
        }
        args.push(format!("size = {}", s.size));
        let mut scope = Scope::default();
        let mut fields = Vec::new();
        for arm in &s.members {
            let name = scope.claim_arm(names::field(&arm.c_name));
            fields.push(self.member(s, arm, name).map_err(|e| e.at(&arm.c_name))?);
        }
        let sizes = sizes(self.model, s);
        let intro = match s.c_name.is_empty() {
            true => format!("A union of {}{sizes}:", bytes(s.size)),
            false => format!("{}, {}{sizes}.", c_struct(self.model, id), bytes(s.size)),
        };
        let name = self.own(Item::Struct(id))?;
        Ok(Row {
            doc: docs::item(&intro, &s.doc, &docs::lifetime(self.model, s.life)),
            args: args.join(", "),
            name,
            fields,
        })
    }

    fn structure(&mut self, id: StructId, s: &Struct, uses: &Uses) -> Result<StructRow> {
        let mut args = vec![identifier(&s.c_name)?.to_owned(), format!("size = {}", s.size)];
        let lengths = uses.lengths.get(&id).into_iter().flatten();
        match lengths.collect::<Vec<_>>()[..] {
            [] => {}
            [length] if s.members.iter().any(|m| m.c_name == *length) => {
                args.push(format!("length = {}", names::field(length)));
            }
            [length] => return Err(EmitError::NoSelector(length.clone())),
            _ => return Err(EmitError::unsupported("a record header with two lengths")),
        }
        if let Some((name, offset, element)) = tail(self.model, id) {
            let element = self.types().tail(s, element).map_err(|e| e.at(name))?;
            let field = names::field(name);
            let name = if c_name_of(&field) == name { field } else { format!("{name:?}") };
            args.push(format!("tail({offset}, {name}: {element})"));
        }
        let mut scope = Scope::default();
        let mut fields = Vec::new();
        for member in s.members.iter().filter(|m| !matches!(m.ty, MemberType::Tail(_))) {
            let name = scope.claim(names::field(&member.c_name));
            fields.push(self.member(s, member, name).map_err(|e| e.at(&member.c_name))?);
        }
        let intro = format!("{}, {}{}.", c_struct(self.model, id), bytes(s.size), sizes(self.model, s));
        let name = self.own(Item::Struct(id))?;
        let odd_names = fields.iter().any(|f| f.name.trim_matches('_').contains("__"));
        Ok(StructRow {
            odd_names,
            row: Row {
                doc: docs::item(&intro, &s.doc, &docs::lifetime(self.model, s.life)),
                args: args.join(", "),
                name,
                fields,
            },
            // A header is written as a literal; it never grows, or it would break the kernel's users too.
            non_exhaustive: !uses.headers.contains(&id),
        })
    }

    /// A member or arm.
    fn member(&mut self, of: &Struct, member: &Member, name: String) -> Result<Field> {
        let typed = self.types().member(of, member)?;
        // Arms lie at the union's start, as a rule.
        let offset = (!of.union || member.offset != 0).then(|| member.offset.to_string());
        let c_name = (c_name_of(&name) != member.c_name).then(|| format!("{:?}", member.c_name));
        let cases = cases(of, member)?;
        let args: Vec<String> = offset.into_iter().chain(c_name).chain(typed.words).chain(cases).collect();
        let life = docs::lifetime(self.model, member.life);
        let doc = if member.anonymous {
            let all = |id: StructId| self.model[id].members.iter().map(|m| format!("`{}`", m.c_name));
            let arms: Vec<String> = match member.ty {
                MemberType::Struct(id) | MemberType::UnionBy(id, _) => all(id).collect(),
                _ => Vec::new(),
            };
            docs::line(
                "",
                "",
                &format!("{}, which share their bytes. {}", arms.join(", "), member.doc),
                &life,
            )
        } else {
            docs::line(&member.c_name, &member.c_name, &member.doc, &life)
        };
        Ok(Field {
            doc,
            args: args.join(", "),
            name,
            ty: if member.grown { format!("Option<{}>", typed.ty) } else { typed.ty },
            // Serde's own implementations stop there.
            long_array: match array_len(&member.ty) {
                0..=32 => "",
                _ if member.grown => "optional_array",
                _ => "array",
            },
        })
    }
}

/// Elements of a member that is an array in Rust.
fn array_len(ty: &MemberType) -> u32 {
    match ty {
        MemberType::Text(n) | MemberType::Bytes(n) | MemberType::Mac(n) => *n,
        // Bytes of bytes are one array.
        MemberType::Array(element, n) => array_len(element).max(1).saturating_mul(*n),
        _ => 0,
    }
}

/// The C name that the derive takes a field for: `type_` is `type`, which no field can be called.
fn c_name_of(field: &str) -> &str {
    match field.strip_suffix('_') {
        Some(word) if !word.is_empty() && syn::parse_str::<syn::Ident>(word).is_err() => word,
        _ => field,
    }
}

/// `case(NAME = 1, 2)` and `default` of an arm.
fn cases(of: &Struct, arm: &Member) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    let mut default = false;
    for case in of.cases.iter().filter(|case| case.arm == arm.c_name) {
        match &case.key {
            Some(Key::Number { c_name, value, .. }) if c_name.is_empty() => keys.push(unsigned(*value)),
            Some(Key::Number { c_name, value, .. }) => keys.push(numbered(c_name, unsigned(*value))?),
            Some(Key::Text(_)) => return Err(EmitError::unsupported("text that chooses an arm")),
            None => default = true,
        }
    }
    let mut out = Vec::new();
    if !keys.is_empty() {
        out.push(format!("case({})", keys.join(", ")));
    }
    out.extend(default.then(|| "default".to_owned()));
    Ok(out)
}

/// As 64 bits hold it.
fn unsigned(value: i128) -> String {
    (value as u64).to_string()
}

fn bytes(size: u32) -> String {
    if size == 1 { "1 byte".to_owned() } else { format!("{size} bytes") }
}

/// ` (since 7.3; 248 since 6.1; 232 before)` of a struct that grew or shrank.
fn sizes(model: &Model, s: &Struct) -> String {
    if s.sizes.len() < 2 {
        return String::new();
    }
    let kernel = |ix: u32| model.kernels.get(ix as usize).map_or("?", String::as_str);
    let mut parts = Vec::new();
    for (ix, &(since, size)) in s.sizes.iter().enumerate().rev() {
        parts.push(match since {
            0 => format!("{size} before"),
            _ if ix + 1 == s.sizes.len() => format!("since {}", kernel(since)),
            _ => format!("{size} since {}", kernel(since)),
        });
    }
    format!(" ({})", parts.join("; "))
}
