//! YNL's keys → type expressions.

use super::{Lower, word};
use crate::ir::{Order, Scalar};
use crate::report::{Diagnostic, Span, codes};
use crate::schema::ast::YnlType;
use crate::schema::expr::{self, Base, NameRef, Names, NamesKind, TypeExpr, Wrap};
use crate::schema::node::Text;

impl YnlType {
    /// Keys of a subset's attribute, over those of the set it is chosen from.
    pub(super) fn over(&self, base: &YnlType) -> YnlType {
        let own = self.clone();
        let base = base.clone();
        YnlType {
            ty: own.ty.or(base.ty),
            byte_order: own.byte_order.or(base.byte_order),
            names: own.names.or(base.names),
            as_flags: own.as_flags.or(base.as_flags),
            nested: own.nested.or(base.nested),
            multi: own.multi.or(base.multi),
            sub_type: own.sub_type.or(base.sub_type),
            structure: own.structure.or(base.structure),
            sub_message: own.sub_message.or(base.sub_message),
            selector: own.selector.or(base.selector),
            type_value: if own.type_value.is_empty() { base.type_value } else { own.type_value },
            hint: own.hint.or(base.hint),
            len: own.len.or(base.len),
        }
    }
}

impl Lower<'_> {
    /// The type expression that YNL's keys mean. `None` after a report.
    pub(super) fn ynl_type(&mut self, keys: &YnlType, place: Span) -> Option<TypeExpr> {
        let Some(ty) = &keys.ty else {
            self.error(codes::MISSING_KEY, "the attribute lacks the key `type`", place);
            return None;
        };
        let mut wrap = if keys.multi == Some(true) { Wrap::Multi } else { Wrap::One };
        let mut array = false;
        let base = match &*ty.text {
            "nest" => Base::Nest(self.ynl_key(keys.nested.as_ref(), "nested-attributes", ty)?),
            "indexed-array" | "array-nest" => {
                wrap = Wrap::Indexed;
                match keys.sub_type.as_ref().map(|s| &*s.text) {
                    Some("binary") if keys.structure.is_some() => {
                        Base::Struct(word(keys.structure.as_ref()?), None)
                    }
                    Some("nest") | None => {
                        Base::Nest(self.ynl_key(keys.nested.as_ref(), "nested-attributes", ty)?)
                    }
                    Some(_) => self.ynl_plain(keys.sub_type.as_ref()?, keys)?,
                }
            }
            "nest-type-value" => {
                let nested = self.ynl_key(keys.nested.as_ref(), "nested-attributes", ty)?;
                if keys.type_value.is_empty() {
                    self.ynl_key(None, "type-value", ty)?;
                }
                wrap = Wrap::TypeValue(keys.type_value.iter().map(word).collect());
                Base::Nest(nested)
            }
            "sub-message" => {
                let table = self.ynl_key(keys.sub_message.as_ref(), "sub-message", ty)?;
                let selector = self.ynl_key(keys.selector.as_ref(), "selector", ty)?;
                Base::Sub(table, vec![selector])
            }
            "binary" if keys.structure.is_some() => Base::Struct(word(keys.structure.as_ref()?), None),
            "binary" if keys.sub_type.is_some() => {
                array = true;
                self.ynl_plain(keys.sub_type.as_ref()?, keys)?
            }
            _ if ty.text.split_whitespace().count() > 1 => {
                return expr::parse(ty).map_err(|e| self.out.push(*e)).ok();
            }
            _ => self.ynl_plain(ty, keys)?,
        };
        // Names make no sense on nests, which YNL allows: `enum` of an indexed array's index.
        let takes_names = matches!(base, Base::Int(_) | Base::VarInt { .. } | Base::Bitfield32);
        let names = keys.names.as_ref().filter(|_| takes_names).map(|names| self.ynl_names(keys, names));
        Some(TypeExpr { wrap, array, base, names, span: ty.span })
    }

    fn ynl_key(&mut self, key: Option<&Text>, name: &str, ty: &Text) -> Option<expr::Word> {
        if key.is_none() {
            let message = format!("an attribute of type `{}` needs the key `{name}`", ty.text);
            self.error(codes::MISSING_KEY, message, ty.span);
        }
        key.map(word)
    }

    fn ynl_names(&mut self, keys: &YnlType, names: &Text) -> Names {
        let kind = if keys.as_flags == Some(true) { NamesKind::Bits } else { NamesKind::Enum };
        // `enum` of a definition of flags means its masks.
        let local = self.scope_definition(names);
        let kind = match local {
            Some(crate::schema::ast::DefKind::Flags) => NamesKind::Flags,
            _ => kind,
        };
        Names { kind, list: vec![NameRef::Named(word(names))], span: names.span }
    }

    /// The kind of the definition a text names, in the file it stands in.
    fn scope_definition(&self, text: &Text) -> Option<crate::schema::ast::DefKind> {
        let file = self.files.iter().position(|f| f.source == text.span.file)?;
        let ix = self.scope.find(super::scope::Kind::Definition, file, text)?;
        Some(self.files[file].definitions[ix].kind)
    }

    /// A scalar or another type of one word, with byte order and display hint.
    fn ynl_plain(&mut self, ty: &Text, keys: &YnlType) -> Option<Base> {
        let hint = keys.hint.as_ref().map_or("", |h| &h.text);
        if let Some(scalar) = expr::scalar(ty) {
            let order = match keys.byte_order.as_ref().map(|o| &*o.text) {
                Some("big-endian") if scalar.bits > 8 => Order::Big,
                Some("little-endian") if scalar.bits > 8 => Order::Little,
                Some("big-endian" | "little-endian") | None => scalar.order,
                Some(_) => {
                    let place = keys.byte_order.as_ref().map_or(ty.span, |o| o.span);
                    let message = "`byte-order` is `big-endian` or `little-endian`";
                    self.error(codes::WRONG_SHAPE, message, place);
                    scalar.order
                }
            };
            return Some(match (hint, scalar.bits) {
                ("ipv4", 32) => Base::Ip4,
                _ => Base::Int(Scalar { order, ..scalar }),
            });
        }
        Some(match &*ty.text {
            "binary" => match hint {
                "mac" => Base::Mac,
                "ipv4" => Base::Ip4,
                "ipv6" => Base::Ip6,
                "ipv4-or-v6" => Base::Ip(None),
                _ => Base::Binary,
            },
            _ => match expr::parse(ty) {
                Ok(expr) if expr.wrap == Wrap::One && !expr.array => expr.base,
                Ok(_) => return None,
                Err(error) => {
                    let diagnostic = Diagnostic { code: codes::TYPE_EXPRESSION, ..*error };
                    self.out.push(diagnostic);
                    return None;
                }
            },
        })
    }
}
