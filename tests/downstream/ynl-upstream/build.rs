//! Upstream's specifications as they are, from the directory `$NETLINK_TEST_YNL`: those of Linux 7.3,
//! and an older one for what a kernel sends that its author did not know.
#![forbid(unsafe_code)]

use netlink_codegen::Builder;
use std::path::{Path, PathBuf};

fn main() -> Result<(), netlink_codegen::Error> {
    let variable = |name: &str| PathBuf::from(std::env::var_os(name).unwrap_or_default());
    println!("cargo::rerun-if-env-changed=NETLINK_TEST_YNL");
    let (specs, out) = (variable("NETLINK_TEST_YNL"), variable("OUT_DIR"));
    let from = |kernel: &str, names: &[&str], out: &Path| {
        let schemas = names.iter().map(|name| specs.join(kernel).join(name));
        schemas.fold(Builder::new(), Builder::schema).lenient(true).out_dir(out).generate()
    };
    from("7.3", &["tc.yaml", "nftables.yaml", "ethtool.yaml", "rt-link.yaml"], &out)?;
    from("6.12", &["rt_link.yaml"], &out.join("older"))
}
