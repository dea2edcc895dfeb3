//! Goes through a message by its static metadata alone, independently of derived code.

use super::{Tally, hex};
use netlink_runtime::meta::{
    AttrMeta, Card, Key, MemberType, Order, Scalar, Selector, SetMeta, SubMeta, TypeMeta,
};
use netlink_runtime::wire::{Attr, Attrs, NESTED, align};

/// Sets that enclose the one being walked, innermost first.
struct Scope<'s> {
    set: &'static SetMeta,
    header: &'s [u8],
    attrs: &'s [u8],
    outer: Option<&'s Scope<'s>>,
}

/// A selector's value.
#[derive(PartialEq)]
enum Selected {
    Text(Vec<u8>),
    Number(u64),
}

/// Why an attribute is raw whose number is higher than all that its set knows.
pub(super) const BEYOND: &str = "(beyond the set's last attribute)";

/// Counts every attribute of a message.
pub(super) fn message(set: &'static SetMeta, payload: &[u8], tally: &mut Tally) {
    nest(set, payload, set.name, None, tally);
}

fn header_len(set: &SetMeta) -> usize {
    set.header.map_or(0, |h| align(h.size as usize))
}

fn nest(set: &'static SetMeta, payload: &[u8], path: &str, outer: Option<&Scope<'_>>, tally: &mut Tally) {
    let (header, attrs) = payload.split_at(header_len(set).min(payload.len()));
    let scope = Scope { set, header, attrs, outer };
    let mut seen: Vec<u16> = Vec::new();
    for attr in Attrs::new(attrs).iter(set) {
        let attr = match attr {
            Ok(attr) => attr,
            Err(error) => return raw(tally, path, &error.to_string(), attrs),
        };
        tally.attrs += 1;
        let Some(meta) = set.attr(attr.id()) else {
            let beyond = set.attrs.last().is_some_and(|last| last.id < attr.id());
            let why = if beyond { &BEYOND[1..BEYOND.len() - 1] } else { "no such attribute" };
            raw(tally, &format!("{path}.{}", attr.id()), why, attr.payload);
            continue;
        };
        let path = format!("{path}.{}", meta.c_name);
        if meta.card != Card::Multi && seen.contains(&attr.id()) && !matches!(meta.ty, TypeMeta::Pad) {
            raw(tally, &path, "a second one", attr.payload);
        }
        seen.push(attr.id());
        attribute(meta, attr, &path, &scope, tally);
        tally.paths.insert(path);
    }
}

fn raw(tally: &mut Tally, path: &str, why: &str, payload: &[u8]) {
    tally.raw.entry(format!("{path} ({why})")).or_insert((0, hex(payload))).0 += 1;
}

fn attribute(meta: &AttrMeta, attr: Attr<'_>, path: &str, scope: &Scope<'_>, tally: &mut Tally) {
    match meta.card {
        Card::One | Card::Multi => value(&meta.ty, attr.payload, path, scope, tally),
        Card::Indexed => members(&meta.ty, attr.payload, path, 1, scope, tally),
        Card::TypeValue(levels) => members(&meta.ty, attr.payload, path, levels, scope, tally),
    }
}

/// Members of an indexed array, or of so many levels whose types carry data.
fn members(ty: &TypeMeta, payload: &[u8], path: &str, levels: u8, scope: &Scope<'_>, tally: &mut Tally) {
    for member in Attrs::new(payload).iter(scope.set) {
        let Ok(member) = member else { return raw(tally, path, "a broken member", payload) };
        let inner = format!("{path}[]");
        let nested = levels > 1 || matches!(ty, TypeMeta::Nest(_));
        if nested && member.raw_type & NESTED == 0 {
            suspect(tally, &inner, "member without NLA_F_NESTED", payload);
        }
        if levels > 1 {
            members(ty, member.payload, &inner, levels - 1, scope, tally);
        } else {
            value(ty, member.payload, &inner, scope, tally);
        }
    }
}

fn suspect(tally: &mut Tally, path: &str, why: &str, payload: &[u8]) {
    tally.suspects.entry(format!("{path} ({why})")).or_insert((0, hex(payload))).0 += 1;
}

fn value(ty: &TypeMeta, payload: &[u8], path: &str, scope: &Scope<'_>, tally: &mut Tally) {
    match ty {
        TypeMeta::Nest(set) => nest(set.get(), payload, path, Some(scope), tally),
        TypeMeta::Records { set, len_offset, len_bytes } => {
            records(set.get(), usize::from(*len_offset), *len_bytes, payload, path, scope, tally);
        }
        TypeMeta::Sub(sub, selectors) => match select(sub, selectors, scope) {
            Some(ty) => value(ty, payload, path, scope, tally),
            None => raw(tally, path, &format!("no format of {}", sub.name), payload),
        },
        TypeMeta::Pad => tally.padding += 1,
        TypeMeta::Binary => drop(tally.binary.insert(path.to_owned())),
        TypeMeta::Unused => raw(tally, path, "unused", payload),
        TypeMeta::String if payload.iter().position(|b| *b == 0) != payload.len().checked_sub(1) => {
            suspect(tally, path, "not one NUL at the end", payload);
        }
        TypeMeta::Struct(s) if payload.len() != s.size as usize => {
            let has_tail = s.members.last().is_some_and(|m| matches!(m.ty, MemberType::Tail(_)));
            if !has_tail {
                suspect(tally, path, &format!("struct {} has {} bytes", s.c_name, s.size), payload);
            }
        }
        _ => {}
    }
}

fn records(
    set: &'static SetMeta,
    len_offset: usize,
    len_bytes: u8,
    payload: &[u8],
    path: &str,
    scope: &Scope<'_>,
    tally: &mut Tally,
) {
    let mut rest = payload;
    while !rest.is_empty() {
        let len = rest.get(len_offset..).and_then(|b| number(b, usize::from(len_bytes), Order::Native));
        let len = len.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let Some(record) = rest.get(..len).filter(|r| !r.is_empty()) else {
            return raw(tally, path, "a broken record", rest);
        };
        nest(set, record, &format!("{path}[]"), Some(scope), tally);
        rest = rest.get(align(len)..).unwrap_or_default();
    }
}

/// A native integer of this many bytes.
fn number(bytes: &[u8], width: usize, order: Order) -> Option<u64> {
    let mut low_first = bytes.get(..width)?.to_vec();
    let big = match order {
        Order::Native => cfg!(target_endian = "big"),
        Order::Little => false,
        Order::Big | Order::Net => true,
    };
    if big {
        low_first.reverse();
    }
    low_first.resize(8, 0);
    low_first.first_chunk().map(|b| u64::from_le_bytes(*b))
}

/// The format that the selectors choose.
fn select(sub: &'static SubMeta, by: &[Selector], scope: &Scope<'_>) -> Option<&'static TypeMeta> {
    let values: Vec<Option<Selected>> = by.iter().map(|s| selector(s, scope)).collect();
    let fits = |keys: &[Key]| {
        keys.iter().zip(&values).all(|(key, value)| match (key, value) {
            (Key::Text(text), Some(Selected::Text(is))) => text.as_bytes() == is,
            (Key::Number(n), Some(Selected::Number(is))) => n == is,
            _ => false,
        })
    };
    sub.formats.iter().find(|f| fits(f.keys)).map(|f| &f.ty).or(sub.default.as_ref())
}

fn selector(by: &Selector, scope: &Scope<'_>) -> Option<Selected> {
    let attr = |scope: &Scope<'_>, meta: &AttrMeta| {
        let found =
            Attrs::new(scope.attrs).iter(scope.set).filter_map(Result::ok).find(|a| a.id() == meta.id)?;
        match meta.ty {
            TypeMeta::String => {
                let text = found.payload.split(|b| *b == 0).next().unwrap_or_default();
                Some(Selected::Text(text.to_vec()))
            }
            TypeMeta::Scalar(Scalar { bytes, order, .. }, _) => {
                number(found.payload, usize::from(bytes), order).map(Selected::Number)
            }
            _ => None,
        }
    };
    match by {
        Selector::Attr(id) => attr(scope, scope.set.attr(*id)?),
        Selector::Outer(name) => {
            let mut at = scope.outer;
            while let Some(outer) = at {
                let known = outer.set.by_name(name).or_else(|| outer.set.by_c_name(name));
                if let Some(value) = known.and_then(|m| attr(outer, m)) {
                    return Some(value);
                }
                at = outer.outer;
            }
            None
        }
        Selector::Header(member) => {
            let mut at = Some(scope);
            while let Some(here) = at {
                let found = here.set.header.and_then(|h| h.members.iter().find(|m| m.c_name == *member));
                if let Some(found) = found {
                    let bytes = here.header.get(found.offset as usize..)?;
                    let order = match found.ty {
                        MemberType::Scalar(Scalar { order, .. }, _) => order,
                        _ => Order::Native,
                    };
                    return number(bytes, found.ty.size() as usize, order).map(Selected::Number);
                }
                at = here.outer;
            }
            None
        }
        Selector::Request(_) => None,
    }
}

/// The path of the innermost attribute that holds byte `at` of a message, and where it starts.
pub(super) fn locate(set: &'static SetMeta, payload: &[u8], at: usize) -> (String, usize) {
    let mut path = set.name.to_owned();
    let (mut set, mut start, mut bytes) = (set, 0, payload);
    let mut attribute_start = 0;
    loop {
        let header = header_len(set).min(bytes.len());
        let Some(inside) = (at - start).checked_sub(header) else { break };
        let hit = Attrs::new(&bytes[header..])
            .iter(set)
            .filter_map(Result::ok)
            .find(|a| (a.offset..a.offset + align(4 + a.payload.len())).contains(&inside));
        let Some(hit) = hit else { break };
        let meta = set.attr(hit.id());
        path += &format!(".{}", meta.map_or_else(|| hit.id().to_string(), |m| m.c_name.to_owned()));
        attribute_start = start + header + hit.offset;
        let nested = meta.filter(|m| matches!(m.card, Card::One | Card::Multi)).map(|m| m.ty);
        let Some(TypeMeta::Nest(inner)) = nested.filter(|_| inside >= hit.offset + 4) else { break };
        (set, start, bytes) = (inner.get(), attribute_start + 4, hit.payload);
    }
    (path, attribute_start)
}
