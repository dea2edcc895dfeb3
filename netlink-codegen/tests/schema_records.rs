//! Every record of the newest kernel in the store as the payload of an attribute: unions, bitfields,
//! packed structs, tails and whatever else headers have must have a place in the model, in metadata
//! and in the generated code.

use netlink_codegen::Loader;
use netlink_codegen::emit::{self, Options};
use netlink_codegen::headers::facts::{Record, Store};
use netlink_codegen::headers::store;
use netlink_codegen::ir::{MemberType, Model, StructId};
use std::collections::BTreeMap;

/// Members that are not in the model, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("fc_nl_event.event_data", IN_TAIL),
    ("group_filter.gf_slist", IN_TAIL),
    ("ip_msfilter.imsf_slist", IN_TAIL),
    ("iphdr.addrs.saddr", COPY),
    ("iphdr.addrs.daddr", COPY),
    ("ipv6_rpl_sr_hdr.segments.data", "another tail at the same place"),
    ("ipv6hdr.addrs.saddr", COPY),
    ("ipv6hdr.addrs.daddr", COPY),
    ("tc_u32_sel.hdr", COPY),
    ("tcmu_cmd_entry.req.iov", "a tail in an arm, while the other arm goes on (no netlink payload)"),
    ("tls12_crypto_info_chacha20_poly1305.salt", "an empty array (`[0]`) in the middle"),
];

const IN_TAIL: &str = "an arm that is the tail's first element";
const COPY: &str = "`__struct_group` has it twice";

/// What the newest kernel has: records with their members.
fn records(facts: &Store) -> BTreeMap<String, Vec<String>> {
    let newest = facts.newest();
    let there = facts.records.values().filter(|record| record.layout.at(newest).is_some());
    let members = |record: &Record| {
        let members = record.fields.iter().filter(|field| field.place.at(newest).is_some());
        members.map(|field| field.name.clone()).collect()
    };
    there.map(|record| (record.name.clone(), members(record))).collect()
}

/// A schema with an attribute for each record.
fn schema<'r>(records: impl Iterator<Item = &'r String>) -> String {
    let head =
        "name: all\noperations: {attribute-set: all, list: {get: {c-name: GET, value: 1, modes: do}}}\n";
    let attrs = records
        .enumerate()
        .map(|(ix, record)| format!("      a{ix}: {{value: {}, type: struct {record}}}\n", ix + 1));
    format!("{head}attribute-sets:\n  all:\n    attributes:\n{}", attrs.collect::<String>())
}

/// All members of a struct by their C names, arms of its own unions among them.
fn members(model: &Model, id: StructId) -> Vec<String> {
    let mut names = Vec::new();
    for (_, member) in model.flat_members(id) {
        match member.ty {
            MemberType::Struct(union) if model[union].union && model[union].c_name.is_empty() => {
                names.extend(
                    model[union].members.iter().map(|arm| format!("{}.{}", member.c_name, arm.c_name)),
                );
            }
            _ => names.push(member.c_name.clone()),
        }
    }
    names
}

#[test]
fn every_record_has_a_place() {
    let facts = store::shipped().expect("the shipped facts");
    let records = records(&facts);
    let loaded = Loader::new().facts(facts).text("all", &schema(records.keys())).load();
    let loaded = loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert!(loaded.diagnostics.list.is_empty(), "{}", loaded.diagnostics);
    let model = loaded.model;
    let tagged = model.structs.iter().filter(|s| s.union && !s.c_name.is_empty()).count();
    let others = model.structs.iter().filter(|s| s.union && s.c_name.is_empty()).count();
    println!("{} records, {tagged} unions with a tag, {others} without", records.len());
    assert!(records.len() > 800 && tagged > 12 && others > 30);

    let mut left_out = Vec::new();
    for (name, there) in &records {
        let id = model.structs.iter().position(|s| s.c_name == *name).expect("in the model");
        let found = members(&model, StructId(id as u32));
        left_out.extend(there.iter().filter(|m| !found.contains(m)).map(|m| format!("{name}.{m}")));
    }
    let expected: Vec<&str> = LEFT_OUT.iter().map(|(member, _)| *member).collect();
    assert_eq!(left_out, expected);

    let family = model.family("all").expect("the family");
    emit::family(&model, family, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
}
