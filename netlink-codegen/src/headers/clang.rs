//! The only file that touches libclang: it turns one translation unit into plain data.
//!
//! libclang is loaded when a [`Session`] is opened, so the tool builds and runs without it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clang::diagnostic::Severity;
use clang::{Clang, Entity, EntityKind, EntityVisitResult, EvaluationResult, Index, Type, TypeKind, Unsaved};

use super::facts::{CType, Layout, Order, Place};

/// What to do when libclang is absent: both ways were tried, neither needs a `-dev` package.
const HOW_TO_GET: &str = "\
reading headers needs libclang (any version from 10 on), which is loaded at run time. Either
  apt-get install -y --no-install-recommends libclang1-14     (or any other libclang1-NN)
or, without root, on any distribution
  pip download --no-deps -d D libclang==18.1.1 && python3 -m zipfile -e D/libclang*.whl D
  export LIBCLANG_PATH=$PWD/D/libclang-18.1.1.data/platlib/clang/native";

/// libclang, loaded. Field order matters: it is unloaded before the next one may load it.
pub(super) struct Session {
    clang: Clang,
    _turn: MutexGuard<'static, Option<String>>,
}

/// Held while libclang is in use, which is once per process; and why it could not be loaded,
/// because the crate gives another, misleading answer when asked again.
static TURN: Mutex<Option<String>> = Mutex::new(None);

/// One translation unit to parse.
pub(super) struct Unit<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// Where it pretends to lie; the directory must exist.
    pub(super) path: &'a Path,
    /// Compiler arguments.
    pub(super) arguments: &'a [String],
    /// Files that exist for the compiler only; their directories need not exist.
    pub(super) virtual_files: &'a [(PathBuf, String)],
}

/// What one header of a unit declares.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) enums: Vec<RawEnum>,
    pub(super) records: Vec<RawRecord>,
    pub(super) macros: Vec<RawMacro>,
    /// What the whole unit includes, directly or not.
    pub(super) included: Vec<PathBuf>,
}

#[derive(Debug)]
pub(super) struct RawEnum {
    pub(super) tag: Option<String>,
    pub(super) entries: Vec<RawEntry>,
}

#[derive(Debug)]
pub(super) struct RawEntry {
    pub(super) name: String,
    pub(super) value: i128,
    /// The tokens after `=`.
    pub(super) init: Vec<String>,
}

#[derive(Debug)]
pub(super) struct RawMacro {
    pub(super) name: String,
    pub(super) function_like: bool,
    pub(super) body: Vec<String>,
}

#[derive(Debug)]
pub(super) struct RawRecord {
    pub(super) name: String,
    pub(super) typedef: bool,
    pub(super) union: bool,
    pub(super) packed: bool,
    pub(super) layout: Layout,
    pub(super) fields: Vec<(String, Place)>,
    /// First and last line, to tell whether an error lies within.
    pub(super) lines: (u32, u32),
}

/// An error of the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) file: PathBuf,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) message: String,
}

/// The value of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Evaluated {
    Int(i128),
    Str(String),
}

impl Session {
    /// Loads libclang, waiting for other users of it; the error says how to get it.
    pub(super) fn open() -> Result<Session, String> {
        let mut turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = &*turn {
            return Err(error.clone());
        }
        match load() {
            Ok(clang) => Ok(Session { clang, _turn: turn }),
            Err(error) => {
                let error = format!("{error}\n{HOW_TO_GET}");
                *turn = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Parses `unit` and collects what `header` (a path as the compiler sees it) declares.
    pub(super) fn declarations(
        &self,
        unit: &Unit<'_>,
        header: &Path,
    ) -> Result<(Parsed, Vec<Complaint>), String> {
        self.with(unit, true, |root, complaints| {
            let mut parsed = Parsed::default();
            root.visit_children(|entity, _| {
                if file_of(&entity).is_some_and(|file| file == header) {
                    collect(entity, &mut parsed);
                }
                if entity.get_kind() == EntityKind::InclusionDirective {
                    parsed.included.extend(entity.get_file().map(|file| file.get_path()));
                }
                EntityVisitResult::Continue
            });
            (parsed, complaints)
        })
    }

    /// Parses `unit` and evaluates its variables named `prefix` and a number below `count`.
    /// A variable whose initialiser is an error, or no constant, has no value.
    pub(super) fn values(
        &self,
        unit: &Unit<'_>,
        prefix: &str,
        count: usize,
    ) -> Result<Vec<Option<Evaluated>>, String> {
        self.with(unit, false, |root, _| {
            let mut values = vec![None; count];
            root.visit_children(|entity, _| {
                if entity.get_kind() == EntityKind::VarDecl
                    && let Some(name) = entity.get_name()
                    && let Some(number) = name.strip_prefix(prefix)
                    && let Some(slot) = number.parse().ok().and_then(|n: usize| values.get_mut(n))
                {
                    *slot = evaluate(&entity);
                }
                EntityVisitResult::Continue
            });
            values
        })
    }

    fn with<R>(
        &self,
        unit: &Unit<'_>,
        macros: bool,
        work: impl FnOnce(Entity<'_>, Vec<Complaint>) -> R,
    ) -> Result<R, String> {
        // The crate panics at text that C cannot have, and at paths that are no UTF-8.
        let text = |s: &str| !s.contains('\0');
        let path = |p: &Path| p.to_str().is_some_and(text);
        let files = unit.virtual_files.iter().all(|(name, content)| path(name) && text(content));
        if !(text(unit.text) && path(unit.path) && files && unit.arguments.iter().all(|a| text(a))) {
            return Err(format!("{}: not UTF-8, or a NUL in it", unit.path.display()));
        }
        let index = Index::new(&self.clang, false, false);
        let mut unsaved = vec![Unsaved::new(unit.path, unit.text)];
        unsaved.extend(unit.virtual_files.iter().map(|(path, text)| Unsaved::new(path, text)));
        let parsed = index
            .parser(unit.path)
            .arguments(unit.arguments)
            .unsaved(&unsaved)
            .detailed_preprocessing_record(macros)
            .skip_function_bodies(true)
            .parse()
            .map_err(|e| format!("libclang could not parse: {e}"))?;
        let complaints = parsed
            .get_diagnostics()
            .iter()
            .filter(|d| matches!(d.get_severity(), Severity::Error | Severity::Fatal))
            .map(|d| {
                let place = d.get_location().get_file_location();
                Complaint {
                    file: place.file.map(|f| f.get_path()).unwrap_or_default(),
                    line: place.line,
                    column: place.column,
                    message: d.get_text(),
                }
            })
            .collect();
        Ok(work(parsed.get_entity(), complaints))
    }
}

fn load() -> Result<Clang, String> {
    let clang = Clang::new()?;
    // Older ones lack functions that are called here, which the crate answers by panicking.
    let version = clang::get_version();
    let digits = version.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
    match digits.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major < 10 => Err(format!("{version} is too old")),
        _ => Ok(clang),
    }
}

fn file_of(entity: &Entity<'_>) -> Option<PathBuf> {
    Some(entity.get_location()?.get_file_location().file?.get_path())
}

fn collect(entity: Entity<'_>, out: &mut Parsed) {
    match entity.get_kind() {
        EntityKind::MacroDefinition if !entity.is_builtin_macro() => {
            let mut tokens = tokens(&entity);
            if !tokens.is_empty() {
                let name = tokens.remove(0);
                out.macros.push(RawMacro {
                    name,
                    function_like: entity.is_function_like_macro(),
                    body: tokens,
                });
            }
        }
        EntityKind::EnumDecl if entity.is_definition() => collect_enum(entity, out),
        EntityKind::StructDecl | EntityKind::UnionDecl if entity.is_definition() => {
            collect_record(entity, out)
        }
        EntityKind::TypedefDecl | EntityKind::VarDecl => {
            // Definitions inside a typedef are siblings of it, so nothing is lost here.
        }
        _ => {}
    }
}

fn tokens(entity: &Entity<'_>) -> Vec<String> {
    let Some(range) = entity.get_range() else { return Vec::new() };
    range
        .tokenize()
        .iter()
        .filter(|t| t.get_kind() != clang::token::TokenKind::Comment)
        .map(|t| t.get_spelling())
        .collect()
}

fn collect_enum(entity: Entity<'_>, out: &mut Parsed) {
    let unsigned =
        entity.get_enum_underlying_type().is_some_and(|ty| ty.get_canonical_type().is_unsigned_integer());
    let mut entries = Vec::new();
    for child in entity.get_children() {
        let (Some(name), Some((signed_value, unsigned_value))) =
            (child.get_name(), child.get_enum_constant_value())
        else {
            continue;
        };
        let mut init = tokens(&child);
        init.drain(..init.iter().position(|t| t == "=").map_or(init.len(), |at| at + 1));
        let value = if unsigned { i128::from(unsigned_value) } else { i128::from(signed_value) };
        entries.push(RawEntry { name, value, init });
    }
    out.enums.push(RawEnum { tag: name_of(&entity).map(|(name, _)| name), entries });
}

/// The name of an enum or record and whether only a typedef gives it.
///
/// Versions of libclang differ in what they call an unnamed record that a typedef names;
/// its USR is the same in all: `@S@tag`, `@SA@typedef`, `@Sa@…` for none.
fn name_of(entity: &Entity<'_>) -> Option<(String, bool)> {
    let usr = entity.get_usr()?.0;
    let letter = match entity.get_kind() {
        EntityKind::EnumDecl => 'E',
        EntityKind::UnionDecl => 'U',
        _ => 'S',
    };
    for (mark, typedef) in [(format!("@{letter}@"), false), (format!("@{letter}A@"), true)] {
        if let Some(at) = usr.rfind(&mark) {
            let name = &usr[at + mark.len()..];
            if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Some((name.to_owned(), typedef));
            }
        }
    }
    None
}

fn collect_record(entity: Entity<'_>, out: &mut Parsed) {
    nested(entity, out);
    let Some((name, typedef)) = name_of(&entity) else { return };
    let Some(ty) = entity.get_type() else { return };
    let (Ok(size), Ok(align)) = (ty.get_sizeof(), ty.get_alignof()) else { return };
    let mut fields = Vec::new();
    members(entity, ty, "", 0, &mut fields);
    let packed = entity.get_children().iter().any(|c| c.get_kind() == EntityKind::PackedAttr);
    let lines = entity.get_range().map_or((0, 0), |range| {
        (range.get_start().get_file_location().line, range.get_end().get_file_location().line)
    });
    out.records.push(RawRecord {
        name,
        typedef,
        union: entity.get_kind() == EntityKind::UnionDecl,
        packed,
        layout: Layout { size: size as u32, align: align as u32 },
        fields,
        lines,
    });
}

/// Enums and records declared inside a record, at any depth: in C they are visible outside.
fn nested(entity: Entity<'_>, out: &mut Parsed) {
    for child in entity.get_children() {
        match child.get_kind() {
            EntityKind::EnumDecl if child.is_definition() => collect_enum(child, out),
            EntityKind::StructDecl | EntityKind::UnionDecl if child.is_definition() => {
                if name_of(&child).is_some() {
                    collect_record(child, out);
                } else {
                    nested(child, out);
                }
            }
            _ => {}
        }
    }
}

/// Appends the members of `record`. `holder` is the nearest named type around it (offsets of
/// members of anonymous members can be asked of it), `prefix` and `base` (in bits) place the
/// holder in the record that is being described.
fn members(record: Entity<'_>, holder: Type<'_>, prefix: &str, base: u64, out: &mut Vec<(String, Place)>) {
    for child in record.get_children() {
        match child.get_kind() {
            EntityKind::StructDecl | EntityKind::UnionDecl if child.is_anonymous_record_decl() => {
                members(child, holder, prefix, base, out);
            }
            EntityKind::FieldDecl => {
                let (Some(name), Some(ty)) = (child.get_name().filter(|n| !n.is_empty()), child.get_type())
                else {
                    continue;
                };
                let Ok(offset) = holder.get_offsetof(&name) else { continue };
                let offset = base + offset as u64;
                let full = format!("{prefix}{name}");
                if let Some(inner) = unnamed_record(ty) {
                    members(inner, ty, &format!("{full}."), offset, out);
                    continue;
                }
                let bits = child.get_bit_field_width().map(|width| ((offset % 8) as u8, width as u8));
                out.push((full, Place { offset: (offset / 8) as u32, bits, ty: ctype(ty, 0) }));
            }
            _ => {}
        }
    }
}

/// The declaration of a record type that has neither tag nor typedef.
fn unnamed_record(ty: Type<'_>) -> Option<Entity<'_>> {
    let canonical = ty.get_canonical_type();
    if canonical.get_kind() != TypeKind::Record {
        return None;
    }
    canonical.get_declaration().filter(|d| name_of(d).is_none())
}

fn ctype(ty: Type<'_>, depth: u8) -> CType {
    let int = |bits, signed| CType::Int { bits, signed, order: Order::Native };
    let other = || CType::Other(ty.get_display_name(), ty.get_sizeof().unwrap_or(0) as u32);
    // Typedefs of typedefs are a handful deep; the bound only guards against a cycle.
    if depth > 32 {
        return other();
    }
    let inner = |ty: Option<Type<'_>>| ty.map_or_else(other, |ty| ctype(ty, depth + 1));
    match ty.get_kind() {
        TypeKind::Typedef => {
            let Some(declaration) = ty.get_declaration() else { return other() };
            if let Some(known) = declaration.get_name().as_deref().and_then(known_typedef) {
                return known;
            }
            inner(declaration.get_typedef_underlying_type())
        }
        TypeKind::Elaborated => inner(ty.get_elaborated_type()),
        TypeKind::Attributed => inner(ty.get_modified_type()),
        TypeKind::ConstantArray => {
            let element = inner(ty.get_element_type());
            match ty.get_size() {
                Some(0) | None => CType::Flexible(Box::new(element)),
                Some(n) => CType::Array(Box::new(element), n as u32),
            }
        }
        TypeKind::IncompleteArray => CType::Flexible(Box::new(inner(ty.get_element_type()))),
        TypeKind::Pointer => CType::Pointer,
        TypeKind::Record => match ty.get_declaration().and_then(|d| name_of(&d)) {
            Some((name, _)) => CType::Record(name),
            None => CType::Other("struct".into(), ty.get_sizeof().unwrap_or(0) as u32),
        },
        TypeKind::Enum => {
            let declaration = ty.get_declaration();
            match declaration.as_ref().and_then(name_of) {
                Some((name, _)) => CType::Enum(name),
                None => inner(declaration.and_then(|d| d.get_enum_underlying_type())),
            }
        }
        TypeKind::CharS | TypeKind::CharU => CType::Char,
        TypeKind::SChar => int(8, true),
        TypeKind::UChar => int(8, false),
        TypeKind::Short => int(16, true),
        TypeKind::UShort => int(16, false),
        TypeKind::Int => int(32, true),
        TypeKind::UInt => int(32, false),
        TypeKind::Long => CType::Long { signed: true },
        TypeKind::ULong => CType::Long { signed: false },
        TypeKind::LongLong => int(64, true),
        TypeKind::ULongLong => int(64, false),
        TypeKind::Int128 => int(128, true),
        TypeKind::UInt128 => int(128, false),
        _ => {
            let canonical = ty.get_canonical_type();
            if canonical.get_kind() == ty.get_kind() { other() } else { ctype(canonical, depth + 1) }
        }
    }
}

/// Typedefs whose name says more than their definition: byte order, and widths that some
/// architectures spell with `long`.
fn known_typedef(name: &str) -> Option<CType> {
    let bare = name.strip_prefix("__").unwrap_or(name);
    let (bare, aligned) = match bare.strip_prefix("aligned_") {
        Some(rest) => (rest, true),
        None => (bare, false),
    };
    if let Some(order) = match bare.get(..2) {
        Some("be") => Some(Order::Big),
        Some("le") => Some(Order::Little),
        _ => None,
    } {
        let bits = bare[2..].parse().ok().filter(|b| [16, 32, 64].contains(b))?;
        return Some(CType::Int { bits, signed: false, order });
    }
    if name.starts_with("__") || aligned {
        let signed = match bare.get(..1)? {
            "u" => false,
            "s" => true,
            _ => return None,
        };
        let bits = bare[1..].parse().ok().filter(|b| [8, 16, 32, 64, 128].contains(b))?;
        return Some(CType::Int { bits, signed, order: Order::Native });
    }
    None
}

fn evaluate(entity: &Entity<'_>) -> Option<Evaluated> {
    if entity.is_invalid_declaration() {
        return None;
    }
    let ty = entity.get_type()?.get_canonical_type();
    let integer = ty.is_integer() || ty.get_kind() == TypeKind::Enum;
    match entity.evaluate()? {
        EvaluationResult::SignedInteger(v) if integer => Some(Evaluated::Int(v.into())),
        EvaluationResult::UnsignedInteger(v) if integer => Some(Evaluated::Int(v.into())),
        EvaluationResult::String(text) => Some(Evaluated::Str(text.to_string_lossy().into_owned())),
        _ => None,
    }
}
