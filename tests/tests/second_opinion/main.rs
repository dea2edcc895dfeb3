//! Decoding equals that of independent decoders, on what the running kernel sends.
//!
//! Dumps of every kind that this kernel has are taken and decoded by us, by pyroute2, by the kernel's YNL
//! tool and its specifications, and by a walker of attributes without types. Numbers, nesting and values
//! have to agree. What does not stands in `disagreements.txt`, with what proves who is right.

mod compare;
mod dumps;
mod listed;
mod ours;
mod take;
mod tools;
mod tree;
mod value;

use compare::Comparison;
use netlink_tests::{in_namespace, live_obstacle, skip};
use ours::Schemas;
use serde_json::json;
use std::collections::BTreeSet;
use take::Taken;
use tools::Tools;
use tree::Tree;

/// Different dumps that a kernel with everything that tests set up has to give.
const ENOUGH: usize = 60;

#[test]
fn other_decoders_agree() {
    const TEST: &str = "other_decoders_agree";
    if let Some(reason) = live_obstacle() {
        return skip(TEST, reason);
    }
    let Some(tools) = Tools::get(TEST) else { return };
    if !in_namespace(TEST) {
        return;
    }
    let schemas = Schemas::load();
    let mut taken = Taken::new(TEST, &schemas);
    dumps::all(&mut taken);
    let mut decoders = tools.start();
    let mut comparison = Comparison::default();
    let mut labels = BTreeSet::new();
    for dump in &taken.dumps {
        for message in schemas.messages(&dump.capture, &dump.genl) {
            // The end of a dump says nothing; refusals are dumps of their own.
            if message.family == ours::CONTROL && !dump.label.starts_with("refused") {
                continue;
            }
            labels.insert(dump.label.as_str());
            let question = json!({
                "protocol": message.protocol.0,
                "family": message.family,
                "genl": message.genl,
                "message": tree::hex(&message.bytes),
                "skip": message.skip,
                "shape": message.tree.shape(),
            });
            let answer = decoders.ask(&question);
            for name in tools.names() {
                let theirs = &answer[name];
                if theirs.is_null() {
                    comparison.silent(name, &message);
                } else if let Some(why) = theirs["failed"].as_str() {
                    comparison.failed(name, &message, why);
                } else {
                    comparison.message(name, &message, &Tree::parse(theirs));
                }
            }
        }
    }
    println!("{} different dumps: {labels:?}", labels.len());
    println!("{comparison}");
    listed::check(&comparison, &taken.skipped, &tools.names());
    assert!(labels.len() >= ENOUGH, "{} different dumps", labels.len());
}
