//! Every record of the newest kernel in the store as the payload of an attribute: unions, bitfields,
//! packed structs, tails and whatever else headers have must have a place in the model, in metadata
//! and in the generated code.

use netlink_codegen::Loader;
use netlink_codegen::check::Checked;
use netlink_codegen::emit::{self, Options};
use netlink_codegen::headers::store;
use netlink_codegen::report::Diagnostics;
use std::fmt::Write as _;

/// Records that have no place, and why.
const NONE: &[(&str, &str)] = &[];

/// The names of all records that the newest kernel has.
fn records() -> Vec<String> {
    let facts = store::shipped().expect("the shipped facts");
    let newest = facts.newest();
    facts.records.values().filter(|r| r.layout.at(newest).is_some()).map(|r| r.name.clone()).collect()
}

/// A schema with an attribute for each record.
fn schema(records: &[String]) -> String {
    let mut yaml =
        "name: all\noperations: {attribute-set: all, list: {get: {c-name: GET, value: 1, modes: do}}}\n\
                    attribute-sets:\n  all:\n    attributes:\n"
            .to_owned();
    for (ix, record) in records.iter().enumerate() {
        let _ = writeln!(yaml, "      a{ix}: {{value: {}, type: struct {record}}}", ix + 1);
    }
    yaml
}

fn load(records: &[String]) -> Result<Checked, Diagnostics> {
    Loader::new().text("all", &schema(records)).load().map(|loaded| loaded.model)
}

#[test]
fn every_record_has_a_place() {
    let mut records = records();
    for (record, reason) in NONE {
        let place = records.iter().position(|r| r == record).unwrap_or_else(|| panic!("{record} is gone"));
        let record = records.remove(place);
        assert!(load(&[record.clone()]).is_err(), "{record} has a place, though the list says: {reason}");
    }
    let model = load(&records).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let tagged = model.structs.iter().filter(|s| s.union && !s.c_name.is_empty()).count();
    let others = model.structs.iter().filter(|s| s.union && s.c_name.is_empty()).count();
    println!("{} records, {tagged} unions with a tag, {others} without", records.len());
    assert!(records.len() > 800 && tagged > 12 && others > 30);
    let family = model.family("all").expect("the family");
    emit::family(&model, family, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
}
