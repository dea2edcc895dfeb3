//! C structs.

use super::sets::c_struct;
use super::{Field, Result, Row, Rows, StructRow, Uses, identifier};
use crate::emit::EmitError;
use crate::emit::docs;
use crate::emit::names::Scope;
use crate::emit::types::tail;
use crate::ir::names;
use crate::ir::{Item, Member, MemberType, Model, Struct, StructId};

impl Rows<'_> {
    pub(super) fn structs(&mut self, uses: &Uses) -> Result<Vec<StructRow>> {
        let mut out = Vec::new();
        for &id in &self.family.structs {
            let s = &self.model[id];
            out.push(self.structure(id, s, uses).map_err(|e| e.at(format!("struct `{}`", s.c_name)))?);
        }
        Ok(out)
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
        let mut members = s.members.as_slice();
        if let Some((name, offset, element)) = tail(self.model, id) {
            let element = self.types().tail(element).map_err(|e| e.at(name))?;
            args.push(format!("tail({offset}, {}: {element})", names::field(name)));
            while let Some((Member { ty: MemberType::Tail(_), .. }, before)) = members.split_last() {
                members = before;
            }
        }
        let mut scope = Scope::default();
        let mut fields = Vec::new();
        for member in members {
            fields.push(self.member(member, &mut scope).map_err(|e| e.at(&member.c_name))?);
        }
        let bytes = if s.size == 1 { "1 byte".to_owned() } else { format!("{} bytes", s.size) };
        let intro = format!("{}, {bytes}{}.", c_struct(self.model, id), sizes(self.model, s));
        let name = self.own(Item::Struct(id))?;
        let odd_names = fields.iter().any(|f| f.name.trim_matches('_').contains("__"));
        Ok(StructRow {
            odd_names,
            row: Row { doc: docs::item(&intro, &s.doc, ""), args: args.join(", "), name, fields },
            // A header is written as a literal; it never grows, or it would break the kernel's users too.
            non_exhaustive: !uses.headers.contains(&id),
        })
    }

    fn member(&mut self, member: &Member, scope: &mut Scope) -> Result<Field> {
        let typed = self.types().member(&member.ty, member.bits)?;
        let mut args = vec![member.offset.to_string()];
        args.extend(typed.words);
        Ok(Field {
            doc: docs::line(
                &member.c_name,
                &member.c_name,
                &member.doc,
                &docs::lifetime(self.model, member.life),
            ),
            args: args.join(", "),
            name: scope.claim(names::field(&member.c_name)),
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
