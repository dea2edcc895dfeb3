//! The shipped schemas as specifications of YNL's, read back.

mod ynl_support;

use netlink_codegen::Loader;
use netlink_codegen::ir::Protocol;
use ynl_support::{difference, exported, generated, shipped_facts};

#[test]
fn what_is_exported_means_the_same() {
    let loaded = Loader::new().facts(shipped_facts().clone()).shipped().load().expect("shipped schemas");
    for family in &loaded.model.families {
        if family.protocol == Protocol::None { continue }
        let (again, lost) = exported(&loaded, &family.name);
        let d = difference(&generated(&loaded, &family.name), &generated(&again, &family.name));
        println!("{} lost {} {:?}", family.name, lost.len(), d);
        for l in lost { println!("    {l}"); }
        for d in &again.diagnostics.list { if d.code.id() != "NL0605" { println!("   {:?} {} {}", d.severity, d.code.id(), d.message); } }
    }
}
