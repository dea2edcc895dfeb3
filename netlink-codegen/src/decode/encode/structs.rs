//! C structs, from JSON to bytes.

use super::Error;
use super::value::{integer, ip4, ip6, items, mac, octets, opaque, parsed, same_name, scalar, text, wanted};
use crate::ir::{EnumId, Member, MemberType, Model, StructId};
use crate::report::{did_you_mean, list};
use serde_json::Value;
use std::net::IpAddr;

/// A C struct: an object of members, the others zero; or its bytes.
pub(super) fn structure(model: &Model, id: StructId, value: &Value) -> Result<Vec<u8>, Error> {
    let value = parsed(value);
    let source = &model[id];
    let Value::Object(object) = &*value else { return opaque(&value) };
    let mut bytes = vec![0; source.size as usize];
    for (name, value) in object {
        // What the decoder says about a struct of another length.
        if name.starts_with('…') {
            continue;
        }
        set_member(model, id, &mut bytes, object, name, value).map_err(|e| e.inside(name))?;
    }
    Ok(bytes)
}

fn set_member(
    model: &Model,
    id: StructId,
    bytes: &mut Vec<u8>,
    object: &serde_json::Map<String, Value>,
    name: &str,
    value: &Value,
) -> Result<(), Error> {
    let members: Vec<(u32, &Member)> = model.flat_members(id).collect();
    let Some((at, member)) = members.iter().find(|(_, m)| same_name(name, &m.c_name)) else {
        // `a.b`, a member of a member without a type, comes apart on a command line.
        if let (Some(inner), true) = (value.as_object(), has_inside(&members, name)) {
            return inner.iter().try_for_each(|(part, value)| {
                set_member(model, id, bytes, object, &format!("{name}.{part}"), value)
            });
        }
        let names: Vec<_> = members.iter().map(|(_, m)| m.c_name.as_str()).collect();
        let help = did_you_mean(name, names.iter().copied());
        let help = help.unwrap_or_else(|| format!("it has {}", list(names)));
        return Err(Error::new(format!("{} has no such member; {help}", shown(model, id))));
    };
    let at = *at as usize;
    if let MemberType::Tail(element) = &member.ty {
        // A tail may start in the struct's padding.
        bytes.truncate(at);
        match **element {
            MemberType::Text(0 | 1) => {
                bytes.extend(text(value)?);
                return Ok(());
            }
            MemberType::Bytes(0 | 1) => {
                bytes.extend(opaque(value)?);
                return Ok(());
            }
            _ => {}
        }
        for item in items(value)? {
            bytes.extend(member_bytes(model, element, &item, &|_| None)?);
        }
        return Ok(());
    }
    if let (Some((first, width)), MemberType::Scalar(s, names)) = (member.bits, &member.ty) {
        let n = integer(model, *names, value)?;
        let half = if s.signed { 1i128 << (width - 1) } else { 0 };
        let (min, max) = (-half, (1i128 << width) - 1 - half);
        if n < min || n > max {
            return Err(Error::new(format!("{n} is not between {min} and {max}")));
        }
        let room = bytes.get_mut(at..).unwrap_or_default();
        netlink_runtime::__private::store_bits(n as u64, room, first.into(), width.into());
        return Ok(());
    }
    let family = |member: &str| {
        let (_, value) = object.iter().find(|(n, _)| same_name(n, member))?;
        let names = members.iter().find(|(_, m)| m.c_name == member).and_then(|(_, m)| names_of(m));
        integer(model, names, value).ok()
    };
    let new = member_bytes(model, &member.ty, value, &family)?;
    match bytes.get_mut(at..at + new.len()) {
        Some(room) => room.copy_from_slice(&new),
        None => return Err(Error::new(format!("{} bytes are too many here", new.len()))),
    }
    Ok(())
}

/// `struct TAG` for messages.
fn shown(model: &Model, id: StructId) -> String {
    let source = &model[id];
    match (source.union, source.c_name.as_str()) {
        (_, "") => format!("`{}`", source.name),
        (true, c_name) => format!("`union {c_name}`"),
        (false, c_name) => format!("`struct {c_name}`"),
    }
}

fn has_inside(members: &[(u32, &Member)], name: &str) -> bool {
    members.iter().any(|(_, m)| {
        m.c_name.split_once('.').is_some_and(|(first, _)| same_name(name, first))
            || m.c_name.len() > name.len()
                && m.c_name.as_bytes()[name.len()] == b'.'
                && m.c_name.get(..name.len()).is_some_and(|start| same_name(name, start))
    })
}

fn names_of(member: &Member) -> Option<EnumId> {
    match member.ty {
        MemberType::Scalar(_, names) => names,
        _ => None,
    }
}

fn member_bytes(
    model: &Model,
    ty: &MemberType,
    value: &Value,
    family: &dyn Fn(&str) -> Option<i128>,
) -> Result<Vec<u8>, Error> {
    let fill = |bytes: Vec<u8>, size: u32| {
        let size = size as usize;
        let mut bytes = bytes;
        if bytes.len() > size {
            return Err(Error::new(format!("{} bytes, and there is room for {size}", bytes.len())));
        }
        bytes.resize(size, 0);
        Ok(bytes)
    };
    match ty {
        MemberType::Scalar(s, names) => scalar(*s, integer(model, *names, value)?),
        MemberType::Text(n) => fill(text(value)?, *n),
        MemberType::Bytes(n) => fill(opaque(value)?, *n),
        MemberType::Struct(id) | MemberType::UnionBy(id, _) => {
            fill(structure(model, *id, value)?, model[*id].size)
        }
        MemberType::Ip4 => ip4(value),
        MemberType::Ip6 => ip6(value),
        MemberType::IpBy(member) => match (value.as_str().and_then(|t| t.parse().ok()), family(member)) {
            (Some(IpAddr::V4(_)), Some(10)) => Err(wanted("an IPv6 address", value)),
            (Some(IpAddr::V6(_)), Some(2)) => Err(wanted("an IPv4 address", value)),
            (Some(address), _) => fill(octets(address), 16),
            (None, _) => fill(opaque(value)?, 16),
        },
        MemberType::Mac(n) => fill(mac(value)?.as_bytes().to_vec(), *n),
        MemberType::Array(element, n) => {
            let list = items(value)?;
            if list.len() > *n as usize {
                return Err(Error::new(format!("{} elements, and there is room for {n}", list.len())));
            }
            let parts: Result<Vec<_>, _> =
                list.iter().map(|item| member_bytes(model, element, item, &|_| None)).collect();
            let bytes = parts?.concat();
            let size = size_of(model, element) * n;
            fill(bytes, size)
        }
        MemberType::Tail(_) => Err(Error::new("a flexible tail inside of something")),
    }
}

fn size_of(model: &Model, ty: &MemberType) -> u32 {
    match ty {
        MemberType::Scalar(s, _) => u32::from(s.bits / 8),
        MemberType::Text(n) | MemberType::Bytes(n) | MemberType::Mac(n) => *n,
        MemberType::Struct(id) | MemberType::UnionBy(id, _) => model[*id].size,
        MemberType::Ip4 => 4,
        MemberType::Ip6 | MemberType::IpBy(_) => 16,
        MemberType::Array(element, n) => size_of(model, element) * n,
        MemberType::Tail(_) => 0,
    }
}
