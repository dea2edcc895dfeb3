//! The schemas that ship: listed, sound, complete. `UPDATE_EXPECT=1` rewrites the lists.

use netlink_codegen::coverage::{Exceptions, NO_SCHEMA, State, measure};
use netlink_codegen::headers::store;
use netlink_codegen::ir::{MemberType, Type};
use netlink_codegen::report::Severity;
use netlink_codegen::{Loaded, Loader};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FOLDER: &str = "../schemas";

fn shipped() -> Loaded {
    Loader::new().shipped().load().unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

fn files() -> Vec<String> {
    let entries = fs::read_dir(FOLDER).expect(FOLDER).map(|e| e.expect("entry").path());
    let yaml = entries.filter(|p| p.extension().is_some_and(|e| e == "yaml"));
    let mut stems: Vec<String> =
        yaml.map(|p| p.file_stem().expect("stem").to_string_lossy().into_owned()).collect();
    stems.sort();
    stems
}

#[test]
fn every_schema_is_listed() {
    let path = Path::new(FOLDER).join("lib.rs");
    let text = fs::read_to_string(&path).expect("schemas/lib.rs");
    let start = text.find("pub static SCHEMAS").expect("the list");
    let end = start + text[start..].find("];").expect("its end") + 2;
    let list: String =
        files().iter().map(|stem| format!("    (\"{stem}\", include_str!(\"{stem}.yaml\")),\n")).collect();
    let head = "pub static SCHEMAS: &[(&str, &str)] = &[";
    let wanted = if list.is_empty() { format!("{head}];") } else { format!("{head}\n{list}];") };
    if text[start..end] == wanted {
        return;
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, format!("{}{wanted}{}", &text[..start], &text[end..])).expect("write");
        return;
    }
    panic!("schemas/lib.rs does not list the folder's schemas; UPDATE_EXPECT=1 brings it up to date");
}

#[test]
fn shipped_schemas_are_sound() {
    let loaded = shipped();
    let warnings = loaded.diagnostics.count(Severity::Warning);
    assert_eq!(warnings, 0, "{}", loaded.diagnostics);
}

#[test]
fn structs_of_every_kernel_hold_their_members() {
    let model = shipped().model;
    for kernel in &model.kernels {
        let cut = model.for_kernel(kernel).expect("a kernel of the model");
        for s in cut.structs.iter().filter(|s| !s.members.is_empty()) {
            let held = |m: &&netlink_codegen::ir::Member| match m.ty {
                MemberType::Tail(_) => m.offset <= s.size,
                _ => m.offset < s.size,
            };
            let outside = s.members.iter().find(|m| !held(m)).map(|m| &m.c_name);
            assert_eq!(outside, None, "{kernel}: {} of {} bytes", s.c_name, s.size);
        }
    }
}

#[test]
fn opaque_attributes_have_a_reason() {
    let model = shipped().model;
    let opaque = model.sets.iter().flat_map(|s| s.attrs.iter().map(move |a| (s, a)));
    let bare: Vec<String> = opaque
        .filter(|(_, a)| a.ty == Type::Binary && a.doc.is_empty())
        .map(|(s, a)| format!("{}/{}", s.name, a.name))
        .collect();
    assert!(bare.is_empty(), "`binary` without a `doc` that says why: {bare:?}");
}

#[test]
fn described_enums_are_complete() {
    let model = shipped().model;
    let facts = store::shipped().expect("facts");
    let exceptions = Exceptions::shipped().expect("schemas/coverage.txt");
    let coverage = measure(&model, &facts, &exceptions);
    let missing: Vec<&str> = coverage
        .enums
        .iter()
        .filter(|e| e.reason.is_none())
        .flat_map(|e| &e.values)
        .filter(|(_, _, state)| *state == State::Missing)
        .map(|(_, name, _)| name.as_str())
        .collect();
    assert!(missing.is_empty(), "no set has {missing:#?}; schemas/coverage.txt may `skip` with a reason");
}

#[test]
fn the_list_of_gaps_is_true() {
    let model = shipped().model;
    let facts = store::shipped().expect("facts");
    let path = Path::new(FOLDER).join("coverage.txt");
    let text = fs::read_to_string(&path).expect("coverage.txt");
    let coverage = measure(&model, &facts, &Exceptions::parse(&text).expect("coverage.txt"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let stale: BTreeSet<&str> = coverage.stale.iter().map(String::as_str).collect();
        let kept = text.lines().filter(|l| !l.split_whitespace().nth(1).is_some_and(|c| stale.contains(c)));
        let mut new: String = kept.map(|l| format!("{l}\n")).collect();
        for constant in &coverage.unknown {
            // What commands look like; whoever adds a schema says better.
            let command = constant.contains("_CMD_") && !constant.contains("_CMD_ATTR_");
            let line = match command {
                true => format!("not {constant} commands\n"),
                false => format!("later {constant} {NO_SCHEMA}\n"),
            };
            new.push_str(&line);
        }
        fs::write(&path, new).expect("write");
        return;
    }
    assert!(coverage.stale.is_empty(), "lines that say nothing any more: {:?}", coverage.stale);
    assert!(coverage.unknown.is_empty(), "neither described nor listed: {:?}", coverage.unknown);
}
