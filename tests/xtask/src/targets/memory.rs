//! Second opinions on memory: what the compiler cannot see of the system calls.

use super::{Outcome, Stop, Targets};
use crate::debs::packages::VALGRIND;
use crate::{root, run};
use netlink_tests::live_obstacle;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The sockets' live tests under Valgrind, which knows how much each system call reads and writes.
pub(super) fn valgrind(targets: &Targets<'_>) -> Outcome {
    if let Some(reason) = live_obstacle() {
        return Err(Stop::Skip(reason.to_owned()));
    }
    targets.need(&[&VALGRIND])?;
    let runner = targets.debs.path("usr/bin/valgrind.bin");
    let mut test = targets.cargo("test");
    // The tests run themselves again in their namespaces, so children count.
    let words = format!(
        "target.x86_64-unknown-linux-gnu.runner=[{runner:?}, '--quiet', '--error-exitcode=9', '--trace-children=yes']"
    );
    test.args(["--config", &words]).env("VALGRIND_LIB", targets.debs.path("usr/libexec/valgrind"));
    Ok(run(test.args(["--package", "netlink-runtime", "--all-features", "--test", "socket_live"]))?)
}

/// The runtime's unit tests under Miri, where somebody has installed it: it comes with nightly
/// toolchains only, and the toolchains of a machine are not ours to change.
pub(super) fn miri(targets: &Targets<'_>) -> Outcome {
    // Told to, rustup installs what is missing; so does `cargo miri`, untold, the source.
    let rustup = || {
        let mut rustup = Command::new("rustup");
        rustup.env("RUSTUP_AUTO_INSTALL", "0").args(["run", "nightly"]);
        rustup
    };
    let found = rustup().args(["rustc", "--print", "sysroot"]).stderr(Stdio::null()).output();
    let sysroot =
        found.map(|out| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim())).unwrap_or_default();
    let needed = ["bin/cargo-miri", "lib/rustlib/src/rust/library"];
    if needed.iter().any(|path| !sysroot.join(path).exists()) {
        let reason = "no nightly toolchain with the components `miri` and `rust-src` is installed";
        return Err(Stop::Skip(reason.to_owned()));
    }
    let dir = targets.scratch("miri")?;
    let mut test = rustup();
    test.args(["cargo", "miri", "test", "--package", "netlink-runtime", "--all-features", "--lib"]);
    // Miri's own standard library would go to the user's cache.
    Ok(run(test.current_dir(root()).env("CARGO_TARGET_DIR", &dir).env("XDG_CACHE_HOME", &dir))?)
}
