//! Upstream's own specifications load leniently. They are input and not part of this
//! repository: `YNL_SPECS=<kernel source>/Documentation/netlink/specs cargo test` runs this.

use netlink_codegen::Loader;
use std::fs;
use std::path::PathBuf;

#[test]
fn every_upstream_specification_loads() {
    let Some(folder) = std::env::var_os("YNL_SPECS").map(PathBuf::from) else {
        eprintln!("skipped: YNL_SPECS names no folder of specifications");
        return;
    };
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&folder).expect("YNL_SPECS").map(|e| e.expect("entry").path()) {
        if entry.extension().is_some_and(|e| e == "yaml") {
            count += 1;
            if let Err(diagnostics) = Loader::new().lenient(true).file(&entry).load() {
                wrong.push(format!("{}:\n{diagnostics}", entry.display()));
            }
        }
    }
    assert!(count > 0, "{} has no specifications", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
