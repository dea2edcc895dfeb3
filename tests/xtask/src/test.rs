//! All tests, with all set-up.

use crate::skips::Skips;
use crate::{Result, cargo, instructions, kernel, kernel_test, package, root, setup, step, target, targets};
use netlink_tests::{has_program, live_obstacle};

/// Programs that live tests run, and the Debian packages that have them.
const PROGRAMS: &[(&str, &str)] = &[
    ("ip", "iproute2"),
    ("tc", "iproute2"),
    ("unshare", "util-linux"),
    ("cc", "gcc"),
    ("ethtool", "ethtool"),
    ("nft", "nftables"),
    ("conntrack", "conntrack"),
    ("iptables-nft", "iptables"),
    ("tcpdump", "tcpdump"),
    ("ss", "iproute2"),
    ("ipset", "ipset"),
    ("wg", "wireguard-tools"),
];

/// Smaller builds; all tests run with all features.
const SMALLER: &[(&str, &str)] = &[
    ("netlink-runtime", ""),
    ("netlink-runtime", "alloc"),
    ("netlink-runtime", "std"),
    ("netlink-runtime", "derive"),
    ("netlink-runtime", "names"),
    ("netlink-families", "all"),
    ("netlink-families", "all,alloc"),
    ("netlink-no-alloc", ""),
];

pub(crate) fn run(system: bool) -> Result<()> {
    let missing: Vec<&str> = PROGRAMS.iter().filter(|(p, _)| !has_program(p)).map(|(_, p)| *p).collect();
    if !missing.is_empty()
        && let Err(reason) = setup::install(&missing)
    {
        step(&format!("without {}: {reason}", missing.join(", ")));
    }
    let libclang = setup::libclang(system);
    if let Err(reason) = &libclang {
        step(&format!("without libclang: {reason}"));
    }
    let skips = Skips::start();
    let mut test = cargo();
    test.args(["test", "--workspace", "--all-features", "--no-fail-fast"])
        .env("NETLINK_SKIP_LOG", skips.log());
    if let Ok(path) = &libclang {
        test.env("LIBCLANG_PATH", path);
    }
    if let Some(reason) = live_obstacle() {
        // Found out once: where rtnetlink does not answer, each further try would hang as long.
        step(&format!("live tests are skipped: {reason}"));
        test.env("NETLINK_NO_LIVE", reason);
    }
    step("running all tests");
    let tests = crate::run(&mut test);
    step("checking that runtime and families build without warnings with fewer features");
    let smaller = SMALLER.iter().try_for_each(|(package, features)| check(package, features));
    step("running the tests without an allocator");
    // Alone: beside the others of the workspace the runtime would have their features.
    let no_alloc = crate::run(cargo().args(["test", "--quiet", "--package", "netlink-no-alloc"]));
    step("checking that the generated families are up to date");
    // The tests have built it.
    let mut check = std::process::Command::new(target().join("debug/netlink-codegen"));
    let fresh = crate::run(check.args(["generate", "--all", "--check"]).current_dir(root()));
    let fetched = match &libclang {
        Ok(libclang) => kernel::check(libclang, &skips),
        Err(reason) => {
            skips.note("fetching kernel headers", reason);
            Ok(())
        }
    };
    let packages = package::run(libclang.ok().as_deref(), &skips);
    let instructions = instructions::run(&skips);
    let targets = targets::run(&skips);
    let kernels = kernel_test::run(&[], &skips, false);
    skips.report();
    tests
        .and(smaller)
        .and(no_alloc)
        .and(fresh)
        .and(fetched)
        .and(packages)
        .and(instructions)
        .and(targets)
        .and(kernels)
}

/// Checks a package with these features alone. Warnings are errors for it, not for what it
/// depends on, so that nothing else is built anew.
fn check(package: &str, features: &str) -> Result<()> {
    let mut check = cargo();
    check.args(["rustc", "--quiet", "--package", package, "--lib", "--profile", "check"]).args([
        "--no-default-features",
        "--features",
        features,
        "--",
        "--deny",
        "warnings",
    ]);
    crate::run(&mut check)
}
