//! The C compiler lays out the same records: every size, alignment, offset, member size,
//! signedness and bit must be what the facts say.

mod headers_support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use headers_support::{Root, Scratch, has_cc, roots, skip};
use netlink_codegen::headers::extract::{Error, Options, extract};
use netlink_codegen::headers::facts::{CType, Field, Record, Store};

/// A C library's own headers for what UAPI headers take for granted: here they are real, so
/// the stand-ins of the extraction are checked as well.
const PRELUDE: &str = "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\n\
                       #include <sys/types.h>\n#include <sys/socket.h>\n#include <linux/types.h>\n#include <linux/socket.h>\n";

/// For headers that clash with those of a C library.
const BARE: &str = "#include <stddef.h>\n#include <stdint.h>\n";

/// Facts of a root, or `None` after a printed skip.
fn facts(what: &str, root: &Root) -> Option<Store> {
    if !has_cc() {
        skip(what, "no C compiler");
        return None;
    }
    if !cfg!(target_arch = "x86_64") {
        skip(what, "the facts are for x86_64");
        return None;
    }
    match extract(&Options::listed(root.path.clone(), root.kernel())) {
        Ok(extraction) => Some(extraction.store),
        Err(Error::Clang(why)) => {
            skip(what, &why);
            None
        }
        Err(other) => panic!("{other}"),
    }
}

fn by_header(store: &Store) -> BTreeMap<&str, Vec<&Record>> {
    let mut headers: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in store.records.values() {
        headers.entry(&record.header).or_default().push(record);
    }
    headers
}

fn c_name(record: &Record) -> String {
    match (record.typedef, record.union) {
        (true, _) => record.name.clone(),
        (false, true) => format!("union {}", record.name),
        (false, false) => format!("struct {}", record.name),
    }
}

fn cc(root: &Path, source: &Path, more: &[&str]) -> Result<(), String> {
    let asm = root.join("x86_64-linux-gnu");
    let output = Command::new("cc")
        .args(["-std=gnu11", "-w", "-fmax-errors=0", "-isystem"])
        .arg(root)
        .arg("-isystem")
        .arg(asm)
        .args(more)
        .arg(source)
        .output()
        .expect("cc runs");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Size of a type and, for integers, whether it is signed.
fn size_of(store: &Store, ty: &CType) -> Option<(u64, Option<bool>)> {
    Some(match ty {
        CType::Int { bits, signed, .. } => (u64::from(*bits) / 8, Some(*signed)),
        CType::Char => (1, None),
        CType::Long { signed } => (8, Some(*signed)),
        CType::Pointer => (8, None),
        CType::Enum(_) => (4, None),
        CType::Record(name) => (u64::from(store.records.get(name)?.layout.newest()?.size), None),
        CType::Array(element, n) => (size_of(store, element)?.0 * u64::from(*n), None),
        CType::Flexible(_) => return None,
        CType::Other(_, size) => (u64::from(*size), None),
    })
}

#[test]
fn layouts_are_those_of_the_c_compiler() {
    for root in roots() {
        let Some(store) = facts("layouts", &root) else { return };
        let scratch = Scratch::new("layout");
        let (mut records, mut offsets, mut sizes) = (0, 0, 0);
        let mut failures = Vec::new();
        for (header, list) in by_header(&store) {
            let mut program = format!("#include <{header}>\n");
            for record in list {
                records += 1;
                // Some headers define macros with the names of members.
                for part in record.fields.iter().flat_map(|f| f.name.split('.')) {
                    let _ = writeln!(program, "#undef {part}");
                }
                let name = c_name(record);
                let layout = record.layout.newest().expect("a layout");
                let _ = writeln!(
                    program,
                    "_Static_assert(sizeof({name}) == {}, \"size of {name}\");",
                    layout.size
                );
                let _ = writeln!(
                    program,
                    "_Static_assert(_Alignof({name}) == {}, \"alignment of {name}\");",
                    layout.align
                );
                for field in &record.fields {
                    let place = field.place.newest().expect("a place");
                    if place.bits.is_some() {
                        continue;
                    }
                    offsets += 1;
                    let member = format!("(({name} *)0)->{}", field.name);
                    let _ = writeln!(
                        program,
                        "_Static_assert(offsetof({name}, {}) == {}, \"{name}.{}\");",
                        field.name, place.offset, field.name
                    );
                    let Some((size, signed)) = size_of(&store, &place.ty) else { continue };
                    sizes += 1;
                    let _ = writeln!(
                        program,
                        "_Static_assert(sizeof({member}) == {size}, \"size of {name}.{}\");",
                        field.name
                    );
                    if let Some(signed) = signed {
                        let sign = if signed { "<" } else { ">" };
                        let _ = writeln!(
                            program,
                            "_Static_assert((__typeof__({member}))-1 {sign} 0, \"sign of {name}.{}\");",
                            field.name
                        );
                    }
                }
            }
            let compile = |prelude: &str| {
                let source = scratch.file("layout.c", &format!("{prelude}{program}"));
                cc(&root.path, &source, &["-fsyntax-only"])
            };
            if let Err(message) = compile(PRELUDE)
                && compile(BARE).is_err()
            {
                let errors = message.lines().filter(|l| l.contains("error")).take(5);
                failures.push(format!("{header}:\n{}", errors.collect::<Vec<_>>().join("\n")));
            }
        }
        println!("{}: {records} records, {offsets} offsets, {sizes} member sizes", root.path.display());
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert!(records > 700 && offsets > 3_000, "too little was compared");
    }
}

#[test]
fn bitfields_are_those_of_the_c_compiler() {
    for root in roots() {
        let Some(store) = facts("bitfields", &root) else { return };
        let scratch = Scratch::new("bits");
        let mut compared = 0;
        for (header, list) in by_header(&store) {
            let has_bits = |f: &&Field| f.place.newest().is_some_and(|p| p.bits.is_some());
            let fields: Vec<(&Record, &Field)> =
                list.iter().flat_map(|r| r.fields.iter().filter(has_bits).map(move |f| (*r, f))).collect();
            if fields.is_empty() {
                continue;
            }
            let mut program = format!(
                "{PRELUDE}#include <{header}>\nstatic unsigned char bytes[1 << 16];\n\
                 static void show(size_t n) {{ for (size_t i = 0; i < n; i++) printf(\"%02x\", bytes[i]); puts(\"\"); }}\n\
                 int main(void) {{\n"
            );
            for (record, field) in &fields {
                let name = c_name(record);
                let _ = writeln!(
                    program,
                    "{{ {name} *it = ({name} *)bytes; memset(bytes, 0, sizeof *it); it->{} = -1; show(sizeof *it); }}",
                    field.name
                );
            }
            program += "return 0; }\n";
            let source = scratch.file("bits.c", &program);
            let binary: PathBuf = scratch.0.join("bits");
            cc(&root.path, &source, &["-fno-strict-aliasing", "-o", &binary.to_string_lossy()])
                .expect(header);
            let output = Command::new(&binary).output().expect("the program runs");
            let text = String::from_utf8(output.stdout).expect("hex");
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), fields.len(), "{header}");
            for ((record, field), line) in fields.iter().zip(lines) {
                assert_eq!(expected(record, field), line, "{}.{}", record.name, field.name);
                compared += 1;
            }
        }
        println!("{}: {compared} bitfields", root.path.display());
        assert!(compared > 50, "only {compared} bitfields");
    }
}

/// The bytes of a zeroed record with all bits of `field` set, by the facts.
fn expected(record: &Record, field: &Field) -> String {
    let size = record.layout.newest().expect("a layout").size as usize;
    let place = field.place.newest().expect("a place");
    let (bit, width) = place.bits.expect("a bitfield");
    let mut bytes = vec![0_u8; size];
    let first = place.offset as usize * 8 + bit as usize;
    for at in first..first + width as usize {
        bytes[at / 8] |= 1 << (at % 8);
    }
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
