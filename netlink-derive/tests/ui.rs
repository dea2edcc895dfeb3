//! What the macros say about mistakes: `tests/ui/<topic>/<case>.rs` and what rustc prints of it.
//!
//! `TRYBUILD=overwrite cargo test -p netlink-derive --test ui` writes the `.stderr` files anew;
//! read each before it is committed: does it point at the token, does it say what to write?

use std::process::Command;

/// The compiler that the `.stderr` files are from: others word their own part differently.
const RUST: &str = "1.95";

#[test]
fn mistakes_are_explained() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&output.stdout);
    if !version.starts_with(&format!("rustc {RUST}.")) {
        let reason = format!("messages are those of rustc {RUST}, here is {}", version.trim());
        netlink_tests::skip("mistakes_are_explained", &reason);
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
