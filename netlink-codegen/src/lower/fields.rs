//! What a record of the headers has, flattened as far as a schema speaks of it.

use super::members::Field;
use super::{Lower, lifetime};
use crate::headers::facts::{self, CType, Record};
use crate::schema::ast::{self, Form};

impl<'a> Lower<'a> {
    /// Members of a record in one kernel, those with dotted annotations opened up.
    pub(super) fn fields(
        &self,
        record: &'a Record,
        kernel: usize,
        annotations: &'a [ast::Member],
    ) -> Vec<Field<'a>> {
        let born = record.layout.since().unwrap_or(0);
        let lacking = lifetime(&record.layout).lacking;
        let mut fields = Vec::new();
        for field in &record.fields {
            let Some(place) = field.place.at(kernel) else { continue };
            // In kernels where it lies elsewhere, what lies here is another one.
            let here = |there: &Option<facts::Place>| there.clone().filter(|p| p.offset == place.offset);
            let here = field.place.0.iter().map(|(kernel, there)| (*kernel, here(there)));
            let here = here.skip_while(|(_, there)| there.is_none()).collect();
            let mut life = lifetime(&facts::History(here));
            life.since = life.since.filter(|since| *since as usize > born);
            life.gone = life.gone.filter(|gone| (*gone as usize) <= kernel);
            life.lacking = life.lacking.without(lacking);
            let new = Field {
                name: field.name.clone(),
                offset: place.offset,
                bits: place.bits,
                ty: place.ty.clone(),
                ..Field::new(life)
            };
            self.open(new, kernel, annotations, &mut fields);
        }
        self.measure(&mut fields, record.layout.at(kernel).map_or(0, |layout| layout.size));
        for field in &mut fields {
            field.annotation = annotations.iter().find(|a| match a.form {
                Form::Short => a.name.text == field.name,
                Form::Ynl => a.name.text.replace('-', "_") == field.name,
            });
        }
        fields
    }

    /// Members of a type that none of the headers has (a C library's `struct sockaddr_storage`) are
    /// bytes up to the next member.
    fn measure(&self, fields: &mut [Field<'a>], size: u32) {
        let offsets: Vec<u32> = fields.iter().map(|f| f.offset).collect();
        for field in fields {
            let mut ty = &field.ty;
            while let CType::Array(inner, _) | CType::Flexible(inner) = ty {
                ty = inner;
            }
            let CType::Record(tag) = ty else { continue };
            if self.record(tag).is_some() {
                continue;
            }
            let end = offsets.iter().copied().filter(|at| *at > field.offset).min().unwrap_or(size);
            field.ty = match &field.ty {
                CType::Flexible(_) => CType::Flexible(Box::new(CType::Other(tag.clone(), 1))),
                _ => CType::Other(tag.clone(), end.saturating_sub(field.offset)),
            };
        }
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
                ..Field::new(field.life)
            };
            self.open(new, kernel, annotations, out);
        }
    }

    /// `__struct_group` gives members twice, once inside of a struct: that copy goes.
    pub(super) fn drop_group_copies(&self, fields: &mut Vec<Field<'a>>) {
        let is_member = |name: &str, offset: u32| fields.iter().any(|f| f.name == name && f.offset == offset);
        // A copy in a member of struct type.
        let of_type = |field: &Field<'_>| match &field.ty {
            CType::Record(tag) => self.record(tag).is_some_and(|record| {
                let there = |inner: &facts::Field| {
                    inner.place.newest().is_none_or(|p| is_member(&inner.name, field.offset + p.offset))
                };
                !record.fields.is_empty() && record.fields.iter().all(there)
            }),
            _ => false,
        };
        // A copy in a member whose type has no name: all paths that begin with it.
        let of_path = |field: &Field<'_>| {
            let Some((first, _)) = field.name.split_once('.') else { return false };
            let mut copies = fields.iter().filter_map(|f| Some((f, f.name.split_once('.')?)));
            copies.all(|(f, (part, rest))| {
                part != first || (f.annotation.is_none() && is_member(rest, f.offset))
            })
        };
        let copies: Vec<bool> = fields.iter().map(|field| of_type(field) || of_path(field)).collect();
        let mut copies = copies.into_iter();
        fields.retain(|_| !copies.next().unwrap_or(false));
    }
}
