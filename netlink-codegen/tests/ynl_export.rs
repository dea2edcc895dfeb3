//! The shipped schemas as specifications of YNL's, read back: what differs is listed as lost.

mod ynl_compare;
mod ynl_support;

use netlink_codegen::Loader;
use netlink_codegen::ir::Protocol;
use ynl_compare::Comparison;
use ynl_support::{exported, shipped_facts};

#[test]
fn what_is_exported_means_the_same() {
    let loaded = Loader::new().facts(shipped_facts().clone()).shipped().load().expect("shipped schemas");
    let mut compared = 0;
    let mut wrong = Vec::new();
    for family in loaded.model.families.iter().filter(|family| family.protocol != Protocol::None) {
        let (again, lost) = exported(&loaded, &family.name);
        let mut comparison = Comparison::new(&loaded.model, &again.model);
        comparison.family(&family.name);
        // `link.mtu: what is lost`; what differs below a place is lost with it.
        let places: Vec<&str> = lost.iter().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
        let unlisted: Vec<&String> = comparison
            .different
            .iter()
            .filter(|found| !places.iter().any(|place| found.split(": ").next() == Some(place)))
            .collect();
        wrong.extend(unlisted.iter().map(|found| format!("{}: {found}", family.name)));
        println!("{}: {} things compared, {} lost", family.name, comparison.compared, lost.len());
        compared += comparison.compared;
    }
    assert!(wrong.is_empty(), "not listed as lost:\n{}", wrong.join("\n"));
    assert!(compared > 1000, "{compared}");
}
