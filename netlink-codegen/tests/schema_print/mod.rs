//! A model as text, for expectations.

use netlink_codegen::ir::{
    Attr, Card, EnumId, Family, Key, Lifetime, MemberType, Message, Model, Order, Protocol, Scalar, Selector,
    Type,
};
use std::fmt::Write as _;

pub(crate) fn family(model: &Model, family: &Family) -> String {
    let mut out = String::new();
    let w = &mut out;
    let protocol = match &family.protocol {
        Protocol::Generic { name, version, user_header } => {
            let header = user_header.map(|h| format!(" header {}", model[h].name)).unwrap_or_default();
            format!("generic {name:?} version {version}{header}")
        }
        other => format!("{other:?}").to_lowercase(),
    };
    let _ = writeln!(w, "{} {protocol}", family.name);
    let uses: Vec<&str> = family.uses.iter().map(|f| model.families[f.0 as usize].name.as_str()).collect();
    if !uses.is_empty() {
        let _ = writeln!(w, "uses {}", uses.join(" "));
    }
    for op in &family.operations {
        let modes = [(op.do_, " do"), (op.dump, " dump"), (op.event, " event")];
        let modes: String = modes.iter().filter(|(on, _)| *on).map(|(_, m)| *m).collect();
        let _ = write!(w, "op {}{modes}: {}", op.name, message(model, op.request.as_ref()));
        let _ = write!(w, " -> {}", message(model, op.reply.as_ref()));
        for (member, values) in &op.match_ {
            let _ = write!(w, " match {member} {values:?}");
        }
        if !op.required.is_empty() || !op.nlm_flags.is_empty() {
            let _ = write!(w, " required {:?} flags {:?}", op.required, op.nlm_flags);
        }
        if let Some(group) = &op.group {
            let _ = write!(w, " group {group}");
        }
        let _ = writeln!(w, "{}", life(op.life));
    }
    for group in &family.groups {
        let _ = writeln!(w, "group {} {} {:?}", group.name, group.c_name, group.number);
    }
    for id in &family.sets {
        let set = &model[*id];
        let header = set.header.map(|h| format!(" header {}", model[h].name)).unwrap_or_default();
        let message = if set.message { " message" } else { "" };
        let _ = writeln!(w, "set {} {}{header}{message}", set.name, set.c_prefix);
        for attr in &set.attrs {
            let _ = writeln!(w, "  {}", attribute(model, attr));
        }
    }
    for id in &family.subs {
        let sub = &model[*id];
        let _ = writeln!(w, "sub {}", sub.name);
        for format in &sub.formats {
            let keys: Vec<String> = format
                .keys
                .iter()
                .map(|k| match k {
                    Key::Text(text) => format!("{text:?}"),
                    Key::Number { name, c_name, value } => format!("{name}/{c_name}={value}"),
                })
                .collect();
            let _ = writeln!(w, "  {}: {}", keys.join(", "), ty(model, &format.ty));
        }
        if let Some(default) = &sub.default {
            let _ = writeln!(w, "  default: {}", ty(model, default));
        }
    }
    for id in &family.structs {
        let item = &model[*id];
        let kind = if item.union { "union" } else { "struct" };
        let _ = writeln!(w, "{kind} {} {} {:?}", item.name, item.c_name, item.sizes);
        for member in &item.members {
            let bits = member.bits.map(|(first, width)| format!(".{first}:{width}")).unwrap_or_default();
            let anonymous = if member.anonymous { "anonymous " } else { "" };
            let grown = if member.grown { " grown" } else { "" };
            let what = member_type(model, &member.ty);
            let _ = writeln!(
                w,
                "  {}{bits} {} {anonymous}{what}{grown}{}",
                member.offset,
                member.c_name,
                life(member.life)
            );
        }
        for case in &item.cases {
            let _ = writeln!(w, "  case {:?}: {}", case.key, case.arm);
        }
    }
    for id in &family.enums {
        let item = &model[*id];
        let kind = if item.flags { "flags" } else { "enum" };
        let tag = item.c_tag.as_ref().map(|t| format!(" {t}")).unwrap_or_default();
        let _ = writeln!(w, "{kind} {}{tag}", item.name);
        for entry in &item.entries {
            let _ = writeln!(w, "  {} {} {}{}", entry.value, entry.name, entry.c_name, life(entry.life));
        }
    }
    out
}

fn attribute(model: &Model, attr: &Attr) -> String {
    let card = match &attr.card {
        Card::One => String::new(),
        Card::Multi => "multi ".to_owned(),
        Card::Indexed => "indexed ".to_owned(),
        Card::TypeValue(levels) => format!("type-value {} ", levels.join(" ")),
    };
    let always = if attr.always { " always" } else { "" };
    let ty = ty(model, &attr.ty);
    format!("{} {} {} {card}{ty}{always}{}", attr.number, attr.name, attr.c_name, life(attr.life))
}

fn life(life: Lifetime) -> String {
    let since = life.since.map(|k| format!(" since {k}")).unwrap_or_default();
    since + &life.gone.map(|k| format!(" gone {k}")).unwrap_or_default()
}

fn message(model: &Model, message: Option<&Message>) -> String {
    match message {
        None => "-".to_owned(),
        Some(m) => {
            let set = m.set.map_or("nothing", |s| model[s].name.as_str());
            format!("{} {} {set}", m.c_name, m.number)
        }
    }
}

fn names(model: &Model, id: &Option<EnumId>) -> String {
    id.map(|id| format!(" {}", model[id].name)).unwrap_or_default()
}

fn scalar(s: Scalar) -> String {
    let order = match s.order {
        Order::Native => "",
        Order::Big => "be",
        Order::Little => "le",
        Order::Net => "net",
    };
    format!("{}{order}{}", if s.signed { "s" } else { "u" }, s.bits)
}

fn selector(s: &Selector) -> String {
    match s {
        Selector::Attr(n) => n.clone(),
        Selector::Outer(n) => format!("outer {n}"),
        Selector::Header(n) => format!("header.{n}"),
        Selector::Request(n) => format!("request.{n}"),
    }
}

fn ty(model: &Model, t: &Type) -> String {
    match t {
        Type::Scalar(s, n) => format!("{}{}", scalar(*s), names(model, n)),
        Type::VarInt { signed, names: n } => {
            format!("{}{}", if *signed { "sint" } else { "uint" }, names(model, n))
        }
        Type::Bitfield32(n) => format!("bitfield32{}", names(model, n)),
        Type::Nest(set) => format!("nest {}", model[*set].name),
        Type::Struct(id) => format!("struct {}", model[*id].name),
        Type::Array(inner) => format!("array {}", ty(model, inner)),
        Type::Records(set, member) => format!("records {member} {}", model[*set].name),
        Type::Sub(sub, by) => {
            let by: Vec<String> = by.iter().map(selector).collect();
            format!("sub {} by {}", model[*sub].name, by.join(", "))
        }
        Type::Ip(Some(by)) => format!("ip by {}", selector(by)),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn member_type(model: &Model, t: &MemberType) -> String {
    match t {
        MemberType::Scalar(s, n) => format!("{}{}", scalar(*s), names(model, n)),
        MemberType::Struct(id) => format!("struct {}", model[*id].name),
        MemberType::UnionBy(id, by) => format!("struct {} by {by}", model[*id].name),
        MemberType::Array(inner, count) => format!("{}[{count}]", member_type(model, inner)),
        MemberType::Tail(inner) => format!("{}[]", member_type(model, inner)),
        other => format!("{other:?}").to_lowercase(),
    }
}
