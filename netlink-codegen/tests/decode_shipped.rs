//! Schemas that are loaded when a message is theirs say the same as all of them loaded at once.

use netlink_codegen::decode::table::Found;
use netlink_codegen::decode::{Registry, Table, shipped};
use netlink_codegen::ir::{Family, Protocol};
use netlink_codegen::shipped_model;
use netlink_runtime::meta::{SetMeta, SetRef, TypeMeta};
use std::collections::BTreeSet;
use std::sync::LazyLock;

static ALL: LazyLock<&'static Registry> =
    LazyLock::new(|| Registry::new(shipped_model().unwrap_or_else(|errors| panic!("{errors}"))));

/// The sets inside of a type.
fn inside(ty: &TypeMeta, out: &mut Vec<SetRef>) {
    match ty {
        TypeMeta::Nest(set) | TypeMeta::Records { set, .. } => out.push(*set),
        TypeMeta::Sub(sub, _) => {
            sub.formats.iter().map(|format| &format.ty).chain(&sub.default).for_each(|ty| inside(ty, out));
        }
        _ => {}
    }
}

/// Compares two sets, and all that are in them.
fn same(a: &'static SetMeta, b: &'static SetMeta, seen: &mut BTreeSet<(usize, usize)>) {
    let address = |set: &'static SetMeta| std::ptr::from_ref(set) as usize;
    if !seen.insert((address(a), address(b))) {
        return;
    }
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    let nests = |set: &'static SetMeta| {
        let mut out = Vec::new();
        set.attrs.iter().for_each(|attr| inside(&attr.ty, &mut out));
        out
    };
    for (a, b) in nests(a).into_iter().zip(nests(b)) {
        same(a.get(), b.get(), seen);
    }
}

#[test]
fn messages_are_the_same() {
    let (lazy, all) = (Table::shipped(), Table::from(*ALL));
    let mut seen = BTreeSet::new();
    let mut compared = 0;
    let mut compare = |lazy: Option<Found>, all: Option<Found>, what: &str| {
        let (lazy, all) = match (lazy, all) {
            (None, None) => return,
            (Some(lazy), Some(all)) => (lazy, all),
            (lazy, all) => panic!("{what}: {lazy:?}, and not {all:?}"),
        };
        assert_eq!(lazy.message.c_name, all.message.c_name, "{what}");
        assert_eq!((&lazy.operation.name, lazy.request), (&all.operation.name, all.request), "{what}");
        match (lazy.set(), all.set()) {
            (Some(lazy), Some(all)) => same(lazy, all, &mut seen),
            (lazy, all) => assert!(lazy.is_none() && all.is_none(), "{what}"),
        }
        compared += 1;
    };
    // Families that share a type are told apart by the first byte.
    let payloads: Vec<_> = [0, 1, 2, 10, 16, 17].map(|family| [family; 64]).into();
    for protocol in 0..32 {
        for message_type in 0..=u16::MAX {
            assert_eq!(lazy.knows(protocol, message_type), all.knows(protocol, message_type));
            if !all.knows(protocol, message_type) {
                continue;
            }
            for (request, payload) in [true, false].iter().flat_map(|r| payloads.iter().map(move |p| (*r, p)))
            {
                let what = format!("{protocol}, {message_type}, {}", payload[0]);
                let of = |table: &Table| table.raw(protocol, message_type, request, payload);
                compare(of(&lazy), of(&all), &what);
            }
        }
    }
    for name in ALL.model().families.iter().filter_map(|family| match &family.protocol {
        Protocol::Generic { name, .. } => Some(name),
        _ => None,
    }) {
        for (command, request) in (0..=u8::MAX).flat_map(|command| [(command, true), (command, false)]) {
            let of = |table: &Table| table.generic(name, command, request, &[]);
            compare(of(&lazy), of(&all), &format!("{name}, {command}"));
        }
    }
    let sets = ALL.model().sets.len();
    assert!(
        compared > 1000 && seen.len() > sets * 9 / 10,
        "{compared} messages, {} of {sets} sets",
        seen.len()
    );
}

#[test]
fn every_family_is_found_by_its_names() {
    for family in &ALL.model().families {
        assert_eq!(shipped::family(&family.name), Some(family.name.as_str()));
        let alone = shipped::registry(&family.name).model();
        let alone = &alone[alone.family(&family.name).expect("the family itself")];
        let names = |family: &Family| -> Vec<_> {
            family.operations.iter().map(|operation| operation.name.clone()).collect()
        };
        assert_eq!(names(alone), names(family), "{}", family.name);
        assert_eq!(alone.groups, family.groups, "{}", family.name);
        if let Protocol::Generic { name, .. } = &family.protocol {
            assert_eq!(shipped::family(name), Some(family.name.as_str()));
        }
    }
    assert_eq!(shipped::family("nl80211"), None);
}
