//! Builds for a machine without an operating system.

use super::{Outcome, Targets};
use crate::create_dir;
use crate::debs::packages::{LIBRARY, RUST_SOURCE};
use crate::{Result, run};
use std::fs;
use std::path::Path;

const TRIPLE: &str = "thumbv7em-none-eabi";

/// The runtime's features that do without `std`.
const FEATURES: &[&str] = &["", "alloc", "derive", "alloc,derive"];

/// The intrinsics that a program would be linked with. No program is linked here, but a crate
/// without `std` is refused without a crate of this name.
const INTRINSICS: &str = "\
#![allow(internal_features)]
#![feature(no_core, compiler_builtins)]
#![compiler_builtins]
#![no_core]
";

/// The runtime with each set of features, and a crate without `std` that uses all derives.
pub(super) fn build(targets: &Targets<'_>) -> Outcome {
    targets.need(&[&RUST_SOURCE])?;
    library(targets)?;
    for features in FEATURES {
        let mut cargo = targets.cargo("build");
        cargo.args(["--quiet", "--package", "netlink-runtime", "--target", TRIPLE]);
        run(cargo.args(["--no-default-features", "--features", features]))?;
    }
    let mut cargo = targets.cargo("build");
    Ok(run(cargo.args(["--package", "netlink-renamed", "--target", TRIPLE]))?)
}

/// Builds `core` and `alloc`, once, to where the compiler looks for them.
fn library(targets: &Targets<'_>) -> Result<()> {
    let out = targets.debs.path("usr/lib/rustlib").join(TRIPLE).join("lib");
    if out.join("liballoc.rlib").exists() {
        return Ok(());
    }
    create_dir(&out)?;
    let intrinsics = targets.scratch("bare")?.join("compiler_builtins.rs");
    fs::write(&intrinsics, INTRINSICS).map_err(|e| format!("{}: {e}", intrinsics.display()))?;
    let source = targets.debs.path(LIBRARY);
    let build = |name: &str, source: &Path| {
        let mut rustc = targets.rustc();
        // The library is written in a Rust that only its own compiler takes.
        rustc.env("RUSTC_BOOTSTRAP", "1").args(["--crate-name", name, "--target", TRIPLE]);
        rustc.args(["--edition", "2021", "--crate-type", "rlib", "--cap-lints", "allow"]);
        rustc.args(["-Cpanic=abort", "-Zforce-unstable-if-unmarked", "--out-dir"]).arg(&out);
        run(rustc.arg(source))
    };
    build("compiler_builtins", &intrinsics)?;
    build("core", &source.join("core/src/lib.rs"))?;
    build("alloc", &source.join("alloc/src/lib.rs"))
}
