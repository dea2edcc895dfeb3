//! The golden files as tools see them. (Apart from `emit_compile.rs`, which needs the runtime alone.)
// Declarations, of which only some are used here.
#![allow(dead_code, unreachable_pub)]

use netlink_codegen::Loader;
use netlink_codegen::decode::Registry;
use netlink_codegen::headers::store;
use netlink_codegen::ir::StructId;
use netlink_runtime::CStruct;
use netlink_runtime::meta::StructMeta;
use netlink_runtime::walk::StructRef;
use netlink_runtime::walk::json::{Options, write_struct};

#[rustfmt::skip]
#[path = "emit_golden/shared.rs"]
mod shared;
#[rustfmt::skip]
#[path = "emit_golden/zoo.rs"]
mod zoo;

/// The metadata of the generated types shows bytes as that of the schema does.
#[test]
fn tools_see_the_same_through_types_and_schema() {
    let read = |name: &str| {
        let path = std::path::Path::new("tests/emit_golden").join(name);
        std::fs::read_to_string(path).expect("a file of the golden folder")
    };
    let facts = store::read(MANIFEST, [("zoo.h", read("facts.txt").as_str())].into_iter()).expect("facts");
    let loader = ["shared", "zoo"].into_iter().fold(Loader::new().facts(facts), |loader, family| {
        loader.file(format!("tests/emit_golden/{family}.yaml"))
    });
    let registry = Registry::new(loader.load().unwrap_or_else(|errors| panic!("{errors}")).model);
    let model = registry.model();
    let json = |meta: &'static StructMeta, bytes: &[u8]| {
        let mut out = String::new();
        write_struct(&mut out, &StructRef::new(meta, bytes), Options { names: true }).expect("a String");
        out
    };
    let metas = [
        zoo::ZooDen::META,
        zoo::ZooAddr::META,
        zoo::ZooMarks::META,
        zoo::ZooVia::META,
        zoo::ZooOdd::META,
        zoo::ZooNames::META,
        zoo::ZooBlob::META,
        zoo::ZooMixed::META,
        zoo::ZooStats::META,
    ];
    let mut arms = std::collections::BTreeSet::new();
    for meta in metas {
        let found = model.structs.iter().position(|s| s.c_name == meta.c_name).expect("in the model");
        let by_schema = registry.structure(StructId(found as u32));
        // Values that choose each arm and none, at every length.
        for (family, mood, proto) in [(2, 0, 0x800), (10, 1, 2), (7, 2, 3), (0, 5, 9)] {
            let mut bytes: Vec<u8> = (0..120).map(|i| i as u8 ^ 0x5a).collect();
            bytes[..2].copy_from_slice(&u16::to_ne_bytes(family));
            bytes[2] = mood | 0x80;
            bytes[20..22].copy_from_slice(&u16::to_be_bytes(proto));
            for len in 1..bytes.len() {
                let shown = json(meta, &bytes[..len]);
                assert_eq!(shown, json(by_schema, &bytes[..len]), "{} of {len} bytes", meta.c_name);
                arms.extend(
                    ["at.type", "half.b", "low", "tag", "words", "mac"]
                        .into_iter()
                        .filter(|arm| shown.contains(&format!("\"{arm}\":")) && meta.c_name == "zoo_den"),
                );
            }
        }
    }
    assert_eq!(arms.len(), 6, "{arms:?}");
}

const MANIFEST: &str = "
[[kernel]]\nrelease = \"1.0\"\nversion = \"1.0.1\"\npackage = \"\"\nsha256 = \"\"
[[kernel]]\nrelease = \"2.0\"\nversion = \"2.0.1\"\npackage = \"\"\nsha256 = \"\"\n";
