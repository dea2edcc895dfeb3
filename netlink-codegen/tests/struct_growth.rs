//! Structs that grew: what any kernel of the store sent of them decodes, and what it did not know
//! is absent. `growth/growth.yaml` and the shipped facts make the file beside it, which the derives
//! read; `UPDATE_EXPECT=1 cargo test` rewrites it.

use std::fs;
use std::path::Path;

use netlink_codegen::Loader;
use netlink_codegen::emit::{self, Options};
use netlink_codegen::headers::facts::{Record, Store};
use netlink_codegen::headers::store;
use netlink_codegen::ir::FamilyId;
use netlink_runtime::AttrSet as _;
use netlink_runtime::owned::OwnedSet as _;
use netlink_runtime::walk::json;
use serde_json::{Map, Value};

#[rustfmt::skip]
#[path = "growth/growth.rs"]
#[allow(dead_code, unreachable_pub, reason = "declarations, of which only some are used here")]
mod growth;

/// Each attribute and its struct.
const STRUCTS: [(u16, &str); 6] = [
    (1, "taskstats"),
    (2, "tcp_info"),
    (3, "mptcp_info"),
    (4, "tc_fq_qd_stats"),
    (5, "rtnl_link_stats64"),
    (6, "audit_status"),
];

#[test]
fn the_generated_file_is_up_to_date() {
    let loaded = Loader::new().file("tests/growth/growth.yaml").load();
    let model = loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).model;
    let options = Options {
        sources: Options::source_of(Path::new("tests/growth/growth.yaml")).into_iter().collect(),
        ..Options::default()
    };
    let files = emit::flat_files(&model, &[FamilyId(0)], &options).expect("text");
    let path = Path::new("tests/growth/growth.rs");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, &files[0].text).expect("write");
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == files[0].text, "{} differs; UPDATE_EXPECT=1 accepts it", path.display());
}

/// An attribute with so many bytes, none of them zero.
fn message(number: u16, len: u32) -> Vec<u8> {
    let total = u16::try_from(4 + len).expect("a short struct");
    let mut bytes = [total.to_ne_bytes(), number.to_ne_bytes()].concat();
    bytes.extend((0..len).map(|at| (at % 251 + 1) as u8));
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn decoded(bytes: &[u8]) -> Map<String, Value> {
    let mut text = String::new();
    let meta = growth::All::meta();
    json::write_body(&mut text, meta, bytes, None, json::Options::default()).expect("JSON");
    let body: Value = serde_json::from_str(&format!("{{{text}}}")).expect("JSON");
    match &body["attrs"][0][1] {
        Value::Object(members) => members.clone(),
        other => panic!("{other}"),
    }
}

/// Whether the kernel has the member just where the newest has it.
fn has(record: &Record, member: &str, kernel: usize, newest: usize) -> bool {
    let field = record.fields.iter().find(|f| f.name == member);
    field.is_some_and(|f| f.place.at(kernel).is_some() && f.place.at(kernel) == f.place.at(newest))
}

/// Whether a member of the newest kernel ends within so many bytes.
fn ends_within(facts: &Store, record: &Record, member: &str, size: u32) -> bool {
    let places = || record.fields.iter().filter_map(|f| Some((f, f.place.at(facts.newest())?)));
    let Some((_, place)) = places().find(|(f, _)| f.name == member) else { return false };
    let (start, mut end) = facts.bit_range(place.offset, place.bits, &place.ty);
    if end == start {
        // Its type is none of the store's; it goes up to the next one.
        let later = places().map(|(_, p)| p.offset).filter(|offset| *offset > place.offset);
        end = later.min().unwrap_or(u32::MAX / 8) * 8;
    }
    end <= size * 8
}

#[test]
fn every_recorded_length_decodes() {
    let facts = store::shipped().expect("the shipped store");
    let newest = facts.newest();
    for (number, name) in STRUCTS {
        let record = facts.record(name).expect("a record");
        let size = |kernel: usize| record.layout.at(kernel).map(|layout| layout.size);
        let whole = decoded(&message(number, size(newest).expect("a size")));
        assert!(whole.len() > 5 && !whole.contains_key("…short"), "{whole:?}");
        let mut lengths = 0;
        for kernel in (0..newest).filter(|k| size(*k) != size(*k + 1)) {
            let Some(len) = size(kernel) else { continue };
            lengths += 1;
            let release = &facts.kernels[kernel].release;
            let short = decoded(&message(number, len));
            assert_eq!(short.get("…short"), Some(&Value::from(len)), "{name} of {release}");
            for (member, value) in &whole {
                let there = ends_within(&facts, record, member, len);
                assert_eq!(short.get(member), there.then_some(value), "{name}.{member} of {release}");
                assert!(there || !has(record, member, kernel, newest), "{name}.{member} of {release}");
            }
            assert_eq!(short.len(), short.keys().filter(|k| whole.contains_key(*k)).count() + 1);
            assert!(growth::All::from_bytes(&message(number, len)).is_ok());
        }
        assert!(lengths > 0, "{name} never grew");
        let longer = decoded(&message(number, size(newest).unwrap_or(0) + 8));
        assert!(longer.contains_key("…rest") && longer.len() == whole.len() + 1, "{longer:?}");
    }
}

#[test]
fn accessors_tell_absent_from_zero() {
    let read = |len: u32| {
        let all = growth::All::from_bytes(&message(1, len)).expect("a message");
        let stats = all.taskstats.expect("the struct");
        [stats.thrashing_count, stats.compact_count, stats.irq_count].map(|member| member.is_some())
    };
    assert_eq!(read(328), [false, false, false]);
    assert_eq!(read(352), [true, false, false]);
    assert_eq!(read(416), [true, true, false]);
    assert_eq!(read(432), [true, true, true]);
    assert_eq!(read(688), [true, true, true]);
    // A bitfield over three bytes is there when all three are.
    let options = |len| {
        let all = growth::All::from_bytes(&message(2, len)).expect("a message");
        let info = all.tcp_info.expect("the struct");
        (info.tcpi_accecn_fail_mode.is_some(), info.tcpi_options2.is_some())
    };
    assert_eq!(
        [276, 277, 278, 279, 280].map(options),
        [(false, false), (true, false), (true, false), (true, false), (true, true)]
    );
    // The bytes are what they were all the same.
    for len in [328, 352, 416, 432, 560, 688, 700] {
        let bytes = message(1, len);
        let all = growth::All::from_bytes(&bytes).expect("a message");
        assert_eq!(all.to_bytes().as_deref(), Ok(&*bytes), "{len}");
    }
}
