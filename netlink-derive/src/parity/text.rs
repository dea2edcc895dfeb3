//! What the front end reads in a file, as canonical text. See `netlink_codegen::emit::text`.

use crate::attr::{Key, Number, Selector};
use crate::cstruct::{CStruct, Form, Whole};
use crate::ctxt::Ctxt;
use crate::named::Named;
use crate::operation::{Channel, Message, Op};
use crate::set::{Card, Field, Payload, Set};
use crate::sub::{self, Sub};
use crate::union::Union;
use proc_macro2::TokenStream;
use std::collections::HashMap;
use syn::{Attribute, DeriveInput, Expr, GenericArgument, Item, Lit, PathArguments, Type, UseTree};

/// The canonical text of a generated file, or why it cannot be read.
pub(super) fn file(source: &str) -> Result<String, String> {
    let file = syn::parse_file(source).map_err(|e| e.to_string())?;
    let mut text = Text { foreign: HashMap::new() };
    let mut blocks = Vec::new();
    for item in &file.items {
        let cx = Ctxt::new();
        let block = text.item(&cx, item);
        let errors = cx.finish(None);
        if !errors.is_empty() {
            return Err(errors.to_string());
        }
        blocks.extend(block?);
    }
    blocks.sort();
    Ok(blocks.join("\n"))
}

struct Text {
    /// Items of other families with their modules.
    foreign: HashMap<String, String>,
}

type Block = Result<Option<String>, String>;

impl Text {
    fn item(&mut self, cx: &Ctxt, item: &Item) -> Block {
        match item {
            Item::Use(import) => self.import(&import.tree, &mut Vec::new()).map(|()| None),
            Item::Const(item) => constant(&item.ident.to_string(), &item.expr).map(Some),
            Item::Struct(item) => self.derived(cx, &item.attrs, &item.clone().into()),
            Item::Enum(item) => {
                for attr in &item.attrs {
                    if attr.path().is_ident("netlink_union") {
                        let args = attr.meta.require_list().map_err(|e| e.to_string())?.tokens.clone();
                        return Union::read(cx, args, &item.clone().into())
                            .map(|u| self.union(&u))
                            .transpose();
                    }
                    let flags = attr.path().is_ident("netlink_flags");
                    if flags || attr.path().is_ident("netlink_enum") {
                        let args = attr.meta.require_list().map_err(|e| e.to_string())?.tokens.clone();
                        return Named::read(cx, args, &item.clone().into(), flags)
                            .map(|e| named(&e))
                            .transpose();
                    }
                }
                self.derived(cx, &item.attrs, &item.clone().into())
            }
            _ => Err("an item that generated files do not have".to_owned()),
        }
    }

    fn import(&mut self, tree: &UseTree, path: &mut Vec<String>) -> Result<(), String> {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                let end = self.import(&inner.tree, path);
                path.pop();
                return end;
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path)?;
                }
            }
            UseTree::Glob(_) if path.as_slice() == ["netlink_runtime", "prelude"] => {}
            UseTree::Name(name) => self.foreign(path, &name.ident, &name.ident)?,
            UseTree::Rename(name) => self.foreign(path, &name.ident, &name.rename)?,
            UseTree::Glob(_) => return Err("an import of everything".to_owned()),
        }
        Ok(())
    }

    fn foreign(&mut self, path: &[String], name: &syn::Ident, here: &syn::Ident) -> Result<(), String> {
        match path {
            [first, module] if first == "super" => {
                self.foreign.insert(here.to_string(), format!("{module}::{name}"));
                Ok(())
            }
            _ => Err(format!("an import of `{name}` from elsewhere")),
        }
    }

    fn derived(&self, cx: &Ctxt, attrs: &[Attribute], input: &DeriveInput) -> Block {
        let mut derives = Vec::new();
        for attr in attrs.iter().filter(|a| a.path().is_ident("derive")) {
            attr.parse_nested_meta(|meta| {
                derives.extend(meta.path.get_ident().map(ToString::to_string));
                Ok(())
            })
            .map_err(|e| e.to_string())?;
        }
        let ours: Vec<&str> = derives.iter().filter_map(|d| d.strip_prefix("Netlink")).collect();
        match ours.as_slice() {
            [kind @ ("Message" | "Attrs")] => Set::read(cx, input).map(|s| self.set(&s, *kind == "Message")),
            ["Struct"] => CStruct::read(cx, input).map(|s| self.structure(&s)),
            ["Sub"] => Sub::read(cx, input).map(|s| self.sub(&s)),
            ["Op"] => Op::read(cx, input).map(|op| self.operation(&op)),
            _ => return Err(format!("`{}` has {} of our derives", input.ident, ours.len())),
        }
        .transpose()
    }

    fn set(&self, set: &Set, message: bool) -> Result<String, String> {
        let mut out = format!("set {}", set.name);
        if message {
            out += " message";
        }
        if let Some((_, ty)) = &set.header {
            out += &format!(" header {}", self.ty(ty)?);
        }
        out.push('\n');
        for field in &set.fields {
            let Number { c_name, value, .. } = &field.number;
            out += &format!("  {value} {c_name} {}: {}\n", field.name, self.field(field)?);
        }
        let mut last = Vec::new();
        for (word, numbers) in [("pad", &set.pads), ("unused", &set.unused)] {
            last.extend(numbers.iter().map(|n| format!("  {} {} {word}\n", n.value, n.c_name)));
        }
        last.sort();
        Ok(out + &last.concat())
    }

    fn field(&self, field: &Field) -> Result<String, String> {
        let payload = match &field.payload {
            Payload::Wire(wire) => self.marker(&wire.marker)?,
            Payload::Selected { ty, selectors, address } => {
                let by: Vec<String> = selectors.iter().map(selector).collect();
                let what = if *address { "address".to_owned() } else { format!("sub {}", self.ty(ty)?) };
                format!("{what} by {}", by.join(" "))
            }
        };
        let card = match field.card {
            Card::Multi => format!("multi {payload}"),
            Card::Always => format!("{payload} always"),
            Card::Optional | Card::Flag => payload,
        };
        Ok(card + &bounds(field)?)
    }

    fn sub(&self, sub: &Sub) -> Result<String, String> {
        let mut out = format!("sub {}\n", sub.name);
        for form in &sub.forms {
            let keys: Vec<String> = form.keys.iter().map(key).collect();
            out += &format!("  {} {}\n", keys.join(", "), self.form(form)?);
        }
        if let Some(form) = &sub.default {
            out += &format!("  default {}\n", self.form(form)?);
        }
        Ok(out)
    }

    fn form(&self, form: &sub::Form) -> Result<String, String> {
        Ok(format!("{}: {}", form.name, self.marker(&form.wire.marker)?))
    }

    fn structure(&self, s: &CStruct) -> Result<String, String> {
        let mut out = format!("struct {} {} size {}", s.name, s.c_name, expr(&s.size)?);
        if let Some(length) = &s.length {
            out += &format!(" length {length}");
        }
        out.push('\n');
        for m in &s.members {
            let what = self.member(&m.form, &m.ty)?;
            let grown = if m.grown { " grown" } else { "" };
            out += &format!("  {} {} {}: {what}{grown}\n", m.offset, m.c_name, m.name);
        }
        if let Some(tail) = &s.tail {
            let element = self.marker(&tail.marker)?;
            let whole = match &tail.whole {
                Whole::Elements => String::new(),
                Whole::Text => " text".to_owned(),
                Whole::Opaque => " opaque".to_owned(),
                Whole::Address(by) => format!(" by {by}"),
            };
            out += &format!("  {} {} tail: {element}{whole}\n", tail.offset, tail.c_name);
        }
        Ok(out)
    }

    fn union(&self, u: &Union) -> Result<String, String> {
        let mut out = format!("union {} {} size {}\n", u.name, u.c_name, expr(&u.size)?);
        for arm in &u.arms {
            let what = self.member(&arm.form, &arm.ty)?;
            out += &format!("  {} {} {}: {what}", arm.offset, arm.c_name, arm.name);
            for number in &arm.cases {
                out += &format!(" case {}", key(&Key::Number(number.clone())));
            }
            out += if arm.default { " default\n" } else { "\n" };
        }
        Ok(out)
    }

    /// A member of a struct or an arm of a union.
    fn member(&self, form: &Form, ty: &Type) -> Result<String, String> {
        Ok(match form {
            Form::Wire(marker) => self.marker(marker)?,
            Form::Union { marker, anonymous, by } => {
                let anonymous = if *anonymous { "anonymous " } else { "" };
                let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
                format!("{anonymous}{}{by}", self.marker(marker)?)
            }
            Form::Bits(bits) => format!("bits {} {} {}", bits.first, bits.width, self.ty(ty)?),
            Form::By(by) => self.address(ty, by)?,
        })
    }

    /// An address by family, or arrays of such.
    fn address(&self, ty: &Type, by: &syn::Ident) -> Result<String, String> {
        match ty {
            Type::Array(array) => Ok(format!("{} x {}", expr(&array.len)?, self.address(&array.elem, by)?)),
            _ => Ok(format!("ip by {by}")),
        }
    }

    fn operation(&self, op: &Op) -> Result<String, String> {
        let mut out = format!("op {}", op.name);
        out += &match &op.channel {
            Channel::Raw(protocol) => format!(" protocol {}", expr(protocol)?),
            Channel::Generic { family, version } => {
                let version = version.as_ref().map_or_else(|| Ok("1".to_owned()), expr)?;
                format!(" family {} version {version}", expr(family)?)
            }
        };
        for (word, on) in [("do", op.modes.do_), ("dump", op.modes.dump), ("event", op.modes.event)] {
            if on {
                out += &format!(" {word}");
            }
        }
        if !op.flags.is_empty() {
            let words: Vec<String> = op.flags.iter().map(ToString::to_string).collect();
            out += &format!(" flags {}", words.join(" "));
        }
        out.push('\n');
        for (word, message) in [("request", &op.request), ("reply", &op.reply)] {
            let message: &Option<Message> = message;
            if let Some((Number { c_name, value, .. }, ty)) = message {
                let set = ty.as_ref().map(|t| self.ty(t)).transpose()?.unwrap_or_default();
                out += format!("  {word} {c_name} = {value} {set}").trim_end();
                out.push('\n');
            }
        }
        Ok(out)
    }

    /// A type's name, with the module of another family.
    fn ty(&self, ty: &Type) -> Result<String, String> {
        let (name, _) = crate::shape::last(ty).ok_or("a type without a name")?;
        let name = name.to_string();
        Ok(self.foreign.get(&name).cloned().unwrap_or(name))
    }

    /// What a wire type of the runtime means.
    fn marker(&self, marker: &TokenStream) -> Result<String, String> {
        self.wire(&syn::parse2(marker.clone()).map_err(|e| e.to_string())?)
    }

    fn wire(&self, ty: &Type) -> Result<String, String> {
        let Type::Path(path) = ty else { return Err("a wire type without a name".to_owned()) };
        let last = path.path.segments.last().ok_or("a wire type without a name")?;
        let (mut types, mut numbers) = (Vec::new(), Vec::new());
        if let PathArguments::AngleBracketed(args) = &last.arguments {
            for arg in &args.args {
                match arg {
                    GenericArgument::Type(ty) => types.push(ty),
                    GenericArgument::Const(value) => numbers.push(expr(value)?),
                    _ => return Err("a wire type of lifetimes".to_owned()),
                }
            }
        }
        let name = last.ident.to_string();
        let plain = match name.as_str() {
            "Uint" => "uint",
            "Sint" => "sint",
            "Flag" => "flag",
            "Str" => "string",
            "Unterminated" => "unterminated",
            "Bytes" => "binary",
            "Bits" => "bitfield32",
            "Mac" => "mac",
            "Ip4" => "ip4",
            "Ip6" => "ip6",
            "NetIp4" => "netip4",
            "NetIp6" => "netip6",
            "SockAddr" => "sockaddr",
            "Ip" => "ip",
            "Labels" => "labels",
            "Msecs" => "msecs",
            _ => "",
        };
        match (name.as_str(), types.as_slice(), numbers.as_slice()) {
            (_, [], []) if !plain.is_empty() => Ok(plain.to_owned()),
            (_, [], []) => integer(&name).ok_or_else(|| format!("`{name}` is no wire type")),
            ("Named", [names, word], []) => Ok(format!("{} {}", self.wire(word)?, self.ty(names)?)),
            ("NamedUint", [names], []) => Ok(format!("uint {}", self.ty(names)?)),
            ("NamedSint", [names], []) => Ok(format!("sint {}", self.ty(names)?)),
            ("NamedBits", [names], []) => Ok(format!("bitfield32 {}", self.ty(names)?)),
            ("Nest", [set], []) => Ok(format!("nest {}", self.ty(set)?)),
            ("Struct", [s], []) => Ok(format!("struct {}", self.ty(s)?)),
            ("Union", [s], []) => Ok(format!("union {}", self.ty(s)?)),
            ("FlexOf", [s], []) => Ok(format!("flex {}", self.ty(s)?)),
            ("RecordsOf", [set], []) => Ok(format!("records {}", self.ty(set)?)),
            ("ArrayOf", [element], []) => Ok(format!("array {}", self.wire(element)?)),
            ("IndexedOf", [member], []) => Ok(format!("indexed {}", self.wire(member)?)),
            ("TypeValueOf", [member], [levels]) => Ok(format!("type-value {levels} {}", self.wire(member)?)),
            ("Text", [], [n]) => Ok(format!("text {n}")),
            ("Opaque", [], [n]) => Ok(format!("opaque {n}")),
            ("FixedMac", [], [n]) => Ok(format!("mac {n}")),
            ("Fix", [element], [n]) => Ok(format!("{n} x {}", self.wire(element)?)),
            _ => Err(format!("`{name}` is no wire type")),
        }
    }
}

/// `BeU16` → `be16`.
fn integer(name: &str) -> Option<String> {
    let at = name.find(['U', 'I'])?;
    let (order, rest) = name.split_at(at);
    let (sign, bits) = rest.split_at(1);
    let order = match order {
        "" => "",
        "Be" => "be",
        "Le" => "le",
        "Net" => "net",
        _ => return None,
    };
    matches!(bits, "8" | "16" | "32" | "64").then(|| match (sign, order) {
        ("I", _) => format!("i{order}{bits}"),
        (_, "") => format!("u{bits}"),
        _ => format!("{order}{bits}"),
    })
}

fn named(item: &Named) -> Result<String, String> {
    let mut out = format!("{} {}\n", if item.flags { "flags" } else { "enum" }, item.name);
    for entry in &item.entries {
        out += &format!("  {} {} {}\n", expr(&entry.value)?, entry.c_name, entry.name);
    }
    Ok(out)
}

/// Limits of the length.
fn bounds(field: &Field) -> Result<String, String> {
    let Some(bounds) = &field.bounds else { return Ok(String::new()) };
    let text = |bound: &Option<Expr>| bound.as_ref().map(expr).transpose();
    let (min, max) = (text(&bounds.min)?, text(&bounds.max)?);
    Ok(match (min, max) {
        (Some(min), Some(max)) if min == max => format!(" exact_len = {min}"),
        (min, max) => {
            let word = |word: &str, bound: Option<String>| {
                bound.map_or_else(String::new, |b| format!(" {word} = {b}"))
            };
            word("min_len", min) + &word("max_len", max)
        }
    })
}

fn key(key: &Key) -> String {
    match key {
        Key::Text(text) => format!("{:?}", text.value()),
        Key::Number(Number { c_name, value, .. }) if *c_name != value.to_string() => {
            format!("{c_name} = {value}")
        }
        Key::Number(number) => number.value.to_string(),
    }
}

fn selector(by: &Selector) -> String {
    match by {
        Selector::Field(name) => name.to_string(),
        Selector::Header(name) => format!("header.{name}"),
        Selector::Outer(name) => format!("outer.{name}"),
        Selector::OuterHeader(name) => format!("outer.header.{name}"),
        Selector::Request(name) => format!("request.{name}"),
    }
}

/// Text, or a number in decimal.
fn expr(value: &Expr) -> Result<String, String> {
    match value {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => int.base10_parse::<u128>().map(|n| n.to_string()).map_err(|e| e.to_string()),
            Lit::Str(text) => Ok(format!("{:?}", text.value())),
            _ => Err("neither a number nor text".to_owned()),
        },
        Expr::Unary(minus) if matches!(minus.op, syn::UnOp::Neg(_)) => Ok(format!("-{}", expr(&minus.expr)?)),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [syn::Stmt::Expr(inner, None)] => expr(inner),
            _ => Err("neither a number nor text".to_owned()),
        },
        Expr::Call(call) if call.args.len() == 1 => call.args.first().map_or(Ok(String::new()), expr),
        _ => Err("neither a number nor text".to_owned()),
    }
}

/// `PROTOCOL`, `FAMILY`, `GROUP_…`.
fn constant(name: &str, value: &Expr) -> Result<String, String> {
    let value = expr(value)?;
    match name {
        "PROTOCOL" => Ok(format!("protocol {value}\n")),
        "FAMILY" => Ok(format!("family {value}\n")),
        _ if name.starts_with("GROUP_") => Ok(format!("group {value}\n")),
        _ => Err(format!("the constant `{name}`")),
    }
}
