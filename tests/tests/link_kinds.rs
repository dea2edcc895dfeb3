//! rt-link has a form for every link kind that the newest kernel registers, and for no other.

use netlink_families::rt_link::LinkData;
use netlink_runtime::Selected;
use netlink_runtime::meta::Key;
use std::collections::BTreeSet;

const KINDS: &str = include_str!("../../schemas/link-kinds.txt");

#[test]
fn every_registered_kind_has_a_form() {
    let lines = KINDS.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeSet<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    let keys = LinkData::META.formats.iter().flat_map(|format| format.keys);
    let forms: BTreeSet<&str> = keys
        .map(|key| match key {
            Key::Text(text) => *text,
            Key::Number(n) => panic!("link kinds are text, not {n}"),
        })
        .collect();
    assert_eq!(forms, listed);
    assert!(listed.len() > 40, "{} kinds: is the list whole?", listed.len());
}
