//! Struct members: C types and annotations → member types.

use super::Lower;
use crate::headers::facts::{self, CType, Store};
use crate::ir::{EnumId, Lifetime, MemberType, Order, Scalar};
use crate::report::{Diagnostic, Span, codes, plural};
use crate::schema::ast::{self, Definition, Form};
use crate::schema::expr::{Base, Names, TypeExpr, Wrap};

/// A member of a C struct, flattened, with what the schema says of it.
pub(super) struct Field<'a> {
    pub(super) name: String,
    pub(super) offset: u32,
    pub(super) bits: Option<(u8, u8)>,
    pub(super) ty: CType,
    pub(super) life: Lifetime,
    pub(super) annotation: Option<&'a ast::Member>,
    /// The union that it is an arm of, in C.
    pub(super) union: Option<String>,
    /// The schema speaks of that union as a whole.
    pub(super) arm: bool,
}

/// A member of a struct that a schema lays out itself.
pub(super) struct Laid {
    pub(super) name: String,
    pub(super) offset: u32,
    pub(super) size: u32,
    /// `None` for padding.
    pub(super) ty: Option<MemberType>,
    pub(super) doc: String,
    pub(super) span: Span,
}

impl Field<'_> {
    /// Something of no name and no size.
    pub(super) fn new(life: Lifetime) -> Self {
        Field {
            name: String::new(),
            offset: 0,
            bits: None,
            ty: CType::Array(Box::new(CType::Char), 0),
            life,
            annotation: None,
            union: None,
            arm: false,
        }
    }

    pub(super) fn size(&self, facts: &Store) -> u32 {
        facts.size_of(&self.ty)
    }

    /// First bit and one past the last, counted from the struct's start; a flexible array takes
    /// all that follows.
    pub(super) fn bit_range(&self, facts: &Store) -> (u32, u32) {
        facts.bit_range(self.offset, self.bits, &self.ty)
    }
}

impl Lower<'_> {
    /// The type of a member: its C type, or what the schema makes of it.
    pub(super) fn member_type(
        &mut self,
        file: usize,
        tag: &str,
        field: &Field<'_>,
        fields: &[Field<'_>],
        from: Span,
    ) -> Option<MemberType> {
        let annotation = field.annotation.and_then(|a| match a.form {
            Form::Short => a.ty.clone().map(|ty| (ty, true)),
            Form::Ynl => {
                let says = a.ynl.names.is_some() || a.ynl.hint.is_some() || a.ynl.byte_order.is_some();
                let keys = says.then_some(&a.ynl)?;
                self.ynl_type(keys, a.name.span).map(|ty| (ty, false))
            }
        });
        let Some((expr, strict)) = annotation else { return self.plain(file, tag, &field.ty, from) };
        if expr.wrap != Wrap::One {
            self.error(codes::ANNOTATION, "a struct member stands once", expr.span);
            return None;
        }
        match self.annotated(file, &field.ty, &expr, fields) {
            Ok(ty) => Some(ty),
            // A sequence's types have been compared as a layout already.
            Err(Misfit::Size(_)) if !strict => self.plain(file, tag, &field.ty, from),
            Err(Misfit::Size(wanted)) => {
                let size = field.size(self.facts);
                let is = match field.ty {
                    CType::Flexible(_) => "is a flexible array".to_owned(),
                    _ => format!("has {}", plural(size, "byte")),
                };
                let message = format!("`{}` of struct {tag} {is}, this needs {wanted}", field.name);
                self.error(codes::ANNOTATION, message, expr.span);
                None
            }
            Err(Misfit::Reported) => None,
        }
    }

    /// The C type as it is.
    pub(super) fn plain(&mut self, file: usize, tag: &str, ty: &CType, from: Span) -> Option<MemberType> {
        Some(match ty {
            CType::Int { bits, .. } if *bits > 64 => MemberType::Bytes(u32::from(*bits) / 8),
            CType::Int { bits, signed, order } => MemberType::Scalar(int(*bits, *signed, *order), None),
            CType::Char => MemberType::Scalar(int(8, false, facts::Order::Native), None),
            CType::Long { signed } => MemberType::Scalar(int(64, *signed, facts::Order::Native), None),
            CType::Pointer => MemberType::Bytes(8),
            CType::Enum(name) => {
                let names = self.facts.enum_by_tag(name).and_then(|_| {
                    let word = crate::schema::expr::Word { text: name.clone(), span: from };
                    let list = vec![crate::schema::expr::NameRef::Named(word)];
                    let kind = crate::schema::expr::NamesKind::Enum;
                    self.names(file, &Names { kind, list, span: from })
                });
                MemberType::Scalar(int(32, self.negative(names), facts::Order::Native), names)
            }
            CType::Record(inner) if inner == "in6_addr" => MemberType::Ip6,
            CType::Record(inner) if inner == "in_addr" => MemberType::Ip4,
            CType::Record(inner) => match self.facts.record(inner) {
                Some(_) => MemberType::Struct(self.nested_struct(file, inner, from)?),
                None => {
                    let message =
                        format!("struct {tag} has a member of struct {inner}, which no header defines");
                    self.error(codes::UNKNOWN_STRUCT, message, from);
                    return None;
                }
            },
            CType::Array(inner, count) => match &**inner {
                CType::Char => MemberType::Text(*count),
                inner => MemberType::Array(Box::new(self.plain(file, tag, inner, from)?), *count),
            },
            CType::Flexible(inner) => match &**inner {
                CType::Char => MemberType::Tail(Box::new(MemberType::Text(1))),
                inner => MemberType::Tail(Box::new(self.plain(file, tag, inner, from)?)),
            },
            CType::Other(_, size) => MemberType::Bytes(*size),
        })
    }

    fn negative(&self, names: Option<EnumId>) -> bool {
        names.is_some_and(|id| self.model[id].entries.iter().any(|e| e.value < 0))
    }

    fn annotated(
        &mut self,
        file: usize,
        ty: &CType,
        expr: &TypeExpr,
        fields: &[Field<'_>],
    ) -> Result<MemberType, Misfit> {
        let names = match &expr.names {
            Some(names) => Some(self.names(file, names).ok_or(Misfit::Reported)?),
            None => None,
        };
        self.fit(file, ty, expr, names, fields)
    }

    /// The annotation laid over a C type; over each element when it fits one.
    fn fit(
        &mut self,
        file: usize,
        ty: &CType,
        expr: &TypeExpr,
        names: Option<EnumId>,
        fields: &[Field<'_>],
    ) -> Result<MemberType, Misfit> {
        let size = self.facts.size_of(ty);
        let wanted = match &expr.base {
            Base::Inherit => match ty {
                CType::Int { bits, signed, order } if *bits <= 64 => {
                    return Ok(MemberType::Scalar(int(*bits, *signed, *order), names));
                }
                CType::Char => return Ok(MemberType::Scalar(int(8, false, facts::Order::Native), names)),
                CType::Enum(_) => {
                    let signed = self.negative(names);
                    return Ok(MemberType::Scalar(int(32, signed, facts::Order::Native), names));
                }
                CType::Long { signed } => {
                    return Ok(MemberType::Scalar(int(64, *signed, facts::Order::Native), names));
                }
                _ => "an integer".to_owned(),
            },
            Base::Int(scalar) => {
                if size * 8 == u32::from(scalar.bits) {
                    // A name for the bytes must not lose the byte order that C states.
                    let order = match (scalar.order, ty) {
                        (Order::Native, CType::Int { order, .. }) => int(8, false, *order).order,
                        (order, _) => order,
                    };
                    return Ok(MemberType::Scalar(Scalar { order, ..*scalar }, names));
                }
                plural(scalar.bits / 8, "byte")
            }
            Base::Ip4 if size == 4 => return Ok(MemberType::Ip4),
            Base::Ip4 => "4 bytes".to_owned(),
            Base::Ip6 if size == 16 => return Ok(MemberType::Ip6),
            Base::Ip6 => "16 bytes".to_owned(),
            Base::Ip(Some(by)) => {
                if !fields.iter().any(|f| f.name == by.text) {
                    let message = format!("the struct has no member `{}` to tell the address family", &**by);
                    self.error(codes::UNKNOWN_MEMBER, message, by.span);
                    return Err(Misfit::Reported);
                }
                match ty {
                    // The rest of the payload is one address.
                    CType::Flexible(_) => {
                        return Ok(MemberType::Tail(Box::new(MemberType::IpBy(by.text.clone()))));
                    }
                    _ if size == 16 => return Ok(MemberType::IpBy(by.text.clone())),
                    _ => "16 bytes".to_owned(),
                }
            }
            Base::Ip(None) => {
                let message = "an address in a struct needs its family";
                let help = "`ip4`, `ip6`, or `ip by MEMBER`";
                self.out.push(Diagnostic::error(codes::ANNOTATION, message).at(expr.span, "").help(help));
                return Err(Misfit::Reported);
            }
            Base::Mac if matches!(ty, CType::Array(inner, _) if self.facts.size_of(inner) == 1) => {
                return Ok(MemberType::Mac(size));
            }
            Base::Mac => "an array of bytes".to_owned(),
            Base::String if matches!(ty, CType::Array(inner, _) if self.facts.size_of(inner) == 1) => {
                return Ok(MemberType::Text(size));
            }
            Base::String if matches!(ty, CType::Flexible(inner) if self.facts.size_of(inner) == 1) => {
                return Ok(MemberType::Tail(Box::new(MemberType::Text(1))));
            }
            Base::String => "an array of characters".to_owned(),
            Base::Binary if !matches!(ty, CType::Flexible(_)) => return Ok(MemberType::Bytes(size)),
            Base::Binary => match ty {
                CType::Flexible(inner) => {
                    let size = self.facts.size_of(inner);
                    return Ok(MemberType::Tail(Box::new(MemberType::Bytes(size))));
                }
                _ => "bytes".to_owned(),
            },
            Base::Struct(tag, None) => {
                let id = self.struct_ref(file, tag).ok_or(Misfit::Reported)?;
                let wanted = self.model[id].size;
                if size == wanted && !matches!(ty, CType::Flexible(_)) {
                    return Ok(MemberType::Struct(id));
                }
                plural(wanted, "byte")
            }
            Base::Sub(..) => {
                let message = "a table chooses among the arms of a union, and this is none";
                self.error(codes::UNION, message, expr.span);
                return Err(Misfit::Reported);
            }
            _ => {
                let message = "a struct member is an integer, text, bytes, an address or a struct";
                self.error(codes::ANNOTATION, message, expr.span);
                return Err(Misfit::Reported);
            }
        };
        match ty {
            CType::Array(inner, count) => {
                let inner = self.fit(file, inner, expr, names, fields).map_err(|e| e.or(wanted))?;
                Ok(MemberType::Array(Box::new(inner), *count))
            }
            // Bytes without end hold elements of any size.
            CType::Flexible(inner)
                if self.facts.size_of(inner) == 1 && self.fixed_size(&expr.base).is_some() =>
            {
                let count = self.fixed_size(&expr.base).unwrap_or(1);
                let element = CType::Array(inner.clone(), count);
                let inner = self.fit(file, &element, expr, names, fields)?;
                Ok(MemberType::Tail(Box::new(inner)))
            }
            CType::Flexible(inner) => {
                let inner = self.fit(file, inner, expr, names, fields).map_err(|e| e.or(wanted))?;
                Ok(MemberType::Tail(Box::new(inner)))
            }
            _ => Err(Misfit::Size(wanted)),
        }
    }

    /// The size of one element of a type that says it by itself.
    fn fixed_size(&self, base: &Base) -> Option<u32> {
        match base {
            Base::Int(scalar) if scalar.bits > 8 => Some(u32::from(scalar.bits) / 8),
            Base::Ip4 => Some(4),
            Base::Ip6 => Some(16),
            _ => None,
        }
    }

    /// Members of a sequence, one after the other without padding. `literally`: also those in
    /// them, whatever headers say of these. Bytes without a length at the end take what is left.
    pub(super) fn as_written(&mut self, file: usize, def: &Definition, literally: bool) -> Vec<Laid> {
        let mut offset = 0;
        let mut laid = Vec::new();
        for (ix, member) in def.members.iter().enumerate() {
            let last = ix + 1 == def.members.len();
            let Some((mut size, ty)) = self.written_member(file, member, last) else { continue };
            if literally && let Some(MemberType::Struct(_)) = ty {
                size = self.written_size(file, member, 0).unwrap_or(size);
            }
            laid.push(Laid {
                name: member.name.text.replace('-', "_"),
                offset,
                size,
                ty,
                doc: member.doc.clone(),
                span: member.name.span,
            });
            offset += size;
        }
        laid
    }

    /// The size of a member by what the file's sequences say alone.
    fn written_size(&self, file: usize, member: &ast::Member, depth: u8) -> Option<u32> {
        let keys = &member.ynl;
        let len = || keys.len.as_ref().and_then(|len| self.try_number(file, len)?.try_into().ok());
        let Some(structure) = &keys.structure else {
            let scalar = keys.ty.as_ref().and_then(|ty| crate::schema::expr::scalar(ty));
            return scalar.map(|s| u32::from(s.bits) / 8).or_else(len);
        };
        let inner = self.scope.find(super::scope::Kind::Definition, file, structure)?;
        let inner = self.definition((file, inner));
        // One that contains itself is reported where it is lowered.
        (depth < 8 && inner.as_written())
            .then(|| inner.members.iter().filter_map(|m| self.written_size(file, m, depth + 1)).sum())
    }

    fn written_member(
        &mut self,
        file: usize,
        member: &ast::Member,
        last: bool,
    ) -> Option<(u32, Option<MemberType>)> {
        let keys = &member.ynl;
        let len = match &keys.len {
            Some(len) => u32::try_from(self.number(file, len)?).ok(),
            None => None,
        };
        let what = keys.ty.as_ref().map_or("", |t| &t.text);
        if what == "pad" {
            return Some((len.unwrap_or(1), None));
        }
        let expr = self.ynl_type(keys, member.name.span)?;
        let names = match &expr.names {
            Some(names) => self.names(file, names),
            None => None,
        };
        Some(match (&expr.base, len) {
            (Base::Int(scalar), _) => (u32::from(scalar.bits) / 8, Some(MemberType::Scalar(*scalar, names))),
            (Base::Struct(tag, _), _) => {
                let id = self.struct_ref(file, tag)?;
                (self.model[id].size, Some(MemberType::Struct(id)))
            }
            (Base::Ip4, _) => (4, Some(MemberType::Ip4)),
            (Base::Ip6, _) => (16, Some(MemberType::Ip6)),
            (Base::Mac, Some(len)) => (len, Some(MemberType::Mac(len))),
            (Base::String, Some(len)) => (len, Some(MemberType::Text(len))),
            (_, Some(len)) => (len, Some(MemberType::Bytes(len))),
            (Base::Binary, None) if last => {
                let byte = MemberType::Scalar(int(8, false, facts::Order::Native), None);
                (0, Some(MemberType::Tail(Box::new(byte))))
            }
            (_, None) => {
                self.error(codes::MISSING_KEY, "the member needs the key `len`", member.name.span);
                return None;
            }
        })
    }
}

/// Why an annotation does not fit.
enum Misfit {
    /// It needs this instead.
    Size(String),
    /// Reported already.
    Reported,
}

impl Misfit {
    /// What the whole needs rather than what an element needs.
    fn or(self, wanted: String) -> Self {
        match self {
            Misfit::Size(_) => Misfit::Size(wanted),
            Misfit::Reported => Misfit::Reported,
        }
    }
}

fn int(bits: u8, signed: bool, order: facts::Order) -> Scalar {
    let order = match order {
        facts::Order::Native => Order::Native,
        facts::Order::Big => Order::Big,
        facts::Order::Little => Order::Little,
    };
    Scalar { bits, signed, order }
}
