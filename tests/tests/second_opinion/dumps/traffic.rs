//! Traffic control of every kind.

use super::{index, take};
use crate::take::Taken;

#[path = "../../live_tc/setup.rs"]
#[allow(dead_code)] // some of it is for other tests
mod setup;

pub(crate) fn all(taken: &mut Taken<'_>) {
    let made = setup::everything("other_decoders_agree");
    if made.qdiscs == 0 {
        return taken.skip("tc", "traffic control", "not in this kernel");
    }
    // That dump is of all devices; those of classes and filters are of one.
    taken.take("queueing disciplines", "dump tc getqdisc");
    for device in &made.devices {
        let index = index(device);
        // `qdisc htb 1: root refcnt 5 …`
        let shown = setup::try_tc(&format!("qdisc show dev {device}")).unwrap_or_default();
        let Some(kind) = shown.split(' ').nth(1) else { continue };
        for (what, shown, operation) in
            [("classes", "class", "gettclass"), ("filters", "filter", "gettfilter")]
        {
            if setup::try_tc(&format!("{shown} show dev {device}")).is_ok_and(|shown| !shown.is_empty()) {
                let words = format!("dump tc {operation} --header tcm_ifindex={index}");
                taken.take(&format!("{what} of {kind}"), &words);
            }
        }
    }
    let egress = format!("--header tcm_ifindex={} --header tcm_parent=0xfffffff3", index("q98"));
    let block = "--header tcm_ifindex=-1 --header tcm_parent=23";
    take(
        taken,
        &[
            ("filters of a block", &format!("dump tc gettfilter {block}")),
            ("chains of a block", &format!("dump tc getchain {block}")),
            ("filters with actions", &format!("dump tc gettfilter {egress}")),
        ],
    );
    for kind in setup::action_kinds() {
        if setup::try_tc(&format!("actions list action {kind}")).is_ok_and(|shown| shown.contains("order")) {
            let tab = format!(r#"--json {{"attrs":[["tab",[[1,{{"kind":"{kind}"}}]]]]}}"#);
            taken.take(&format!("actions: {kind}"), &format!("dump tc getaction {tab}"));
        }
    }
}
