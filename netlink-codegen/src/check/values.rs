//! Numbers, limits and promises of attributes.

use super::span;
use crate::ir::{Attr, Card, EnumId, Model, Origin, Scalar, Set, Type};
use crate::report::{Diagnostic, Diagnostics, codes};

pub(super) fn check(model: &Model, out: &mut Diagnostics) {
    for set in &model.sets {
        numbers(set, out);
        several_enums(set, out);
        for attr in &set.attrs {
            width(model, attr, &attr.ty, out);
            always(attr, out);
            limits(attr, out);
        }
    }
}

/// One number, one attribute. Fillers may share theirs: some pads are 0, like the enum's
/// `UNSPEC`.
fn numbers(set: &Set, out: &mut Diagnostics) {
    let filler = |a: &&Attr| matches!(a.ty, Type::Pad | Type::Unused);
    let attrs: Vec<&Attr> = set.attrs.iter().filter(|a| !filler(a)).collect();
    for (ix, attr) in attrs.iter().enumerate() {
        if let Some(first) = attrs[..ix].iter().find(|a| a.number == attr.number) {
            let message = format!(
                "`{}` and `{}` of `{}` have the number {}",
                first.name, attr.name, set.name, attr.number
            );
            out.push(
                Diagnostic::error(codes::NUMBER_TWICE, message)
                    .at(span(&attr.origin), attr.c_name.clone())
                    .at(span(&first.origin), first.c_name.clone()),
            );
        }
    }
}

fn several_enums(set: &Set, out: &mut Diagnostics) {
    if set.c_enums.len() > 1 {
        let message = format!("attributes of `{}` come from {} C enums", set.name, set.c_enums.len());
        out.push(Diagnostic::note(codes::SEVERAL_ENUMS, message).at(span(&set.origin), ""));
    }
}

/// Every entry's value fits the integer that holds it.
fn width(model: &Model, attr: &Attr, ty: &Type, out: &mut Diagnostics) {
    match ty {
        Type::Scalar(scalar, Some(names)) => wide(model, attr, *scalar, *names, out),
        Type::Array(inner) => width(model, attr, inner, out),
        _ => {}
    }
}

fn wide(model: &Model, attr: &Attr, scalar: Scalar, names: EnumId, out: &mut Diagnostics) {
    // A negative value in an unsigned integer is its two's complement, as C assigns it.
    let least = -(1i128 << (scalar.bits - 1));
    let greatest = (1i128 << scalar.bits) - 1;
    let entries = &model[names].entries;
    let Some(entry) = entries.iter().find(|e| e.value < least || e.value > greatest) else { return };
    let message = format!(
        "{} = {} of `{}` does not fit {} bits",
        if entry.c_name.is_empty() { &entry.name } else { &entry.c_name },
        entry.value,
        model[names].name,
        scalar.bits,
    );
    // A header's enum may serve wider integers elsewhere (IPPROTO_* beyond 255); a definition
    // is written for its use.
    let diagnostic = match model[names].origin {
        Origin::Header(_) => Diagnostic::note(codes::TOO_WIDE, message),
        _ => Diagnostic::error(codes::TOO_WIDE, message),
    };
    out.push(diagnostic.at(span(&attr.origin), ""));
}

fn always(attr: &Attr, out: &mut Diagnostics) {
    if !attr.always {
        return;
    }
    let reason = match (&attr.card, &attr.ty) {
        (Card::Multi, _) => "a repeated attribute may stand no times",
        (_, Type::Flag) => "a flag says something by being there or not",
        (_, Type::Pad | Type::Unused) => "it has no value",
        _ => return,
    };
    let message = format!("`{}` cannot be `always`: {reason}", attr.name);
    out.push(Diagnostic::error(codes::ALWAYS, message).at(span(&attr.origin), ""));
}

fn limits(attr: &Attr, out: &mut Diagnostics) {
    let checks = &attr.checks;
    let mut report = |message: String| {
        out.push(Diagnostic::error(codes::CHECK, message).at(span(&attr.origin), ""));
    };
    let integer = matches!(
        attr.ty,
        Type::Scalar(..) | Type::VarInt { .. } | Type::Msecs | Type::Bitfield32(_) | Type::Ip4
    );
    if (checks.min.is_some() || checks.max.is_some() || checks.flags_mask.is_some()) && !integer {
        report(format!("`{}` is no integer, so `min`, `max` and `flags-mask` mean nothing", attr.name));
    }
    let sized = matches!(
        attr.ty,
        Type::String
            | Type::Binary
            | Type::Array(_)
            | Type::Struct(_)
            | Type::Mac
            | Type::Ip4
            | Type::Ip6
            | Type::NetIp4
            | Type::NetIp6
            | Type::SockAddr
            | Type::Ip(_)
            | Type::Labels
            | Type::Sub(..)
            | Type::Nest(_)
    );
    if (checks.min_len.is_some() || checks.max_len.is_some() || checks.exact_len.is_some()) && !sized {
        report(format!("`{}` has one length only, so length checks mean nothing", attr.name));
    }
    if checks.unterminated && attr.ty != Type::String {
        report(format!("`{}` is no string, so `unterminated-ok` means nothing", attr.name));
    }
    if let (Some(min), Some(max)) = (checks.min, checks.max)
        && min > max
    {
        report(format!("`{}` has no value from {min} to {max}", attr.name));
    }
    if let (Some(min), Some(max)) = (checks.min_len, checks.max_len)
        && min > max
    {
        report(format!("`{}` has no length from {min} to {max}", attr.name));
    }
    if let Type::Scalar(scalar, _) = &attr.ty {
        let (least, greatest) = match scalar.signed {
            true => (-(1i128 << (scalar.bits - 1)), (1i128 << (scalar.bits - 1)) - 1),
            false => (0, (1i128 << scalar.bits) - 1),
        };
        for limit in [checks.min, checks.max].into_iter().flatten() {
            if !(least..=greatest).contains(&limit) {
                report(format!("the limit {limit} of `{}` does not fit its integer", attr.name));
            }
        }
    }
}
