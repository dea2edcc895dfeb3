//! What could not be run on this machine: noted in a file by whoever skips, counted at the end.

use crate::target;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct Skips {
    log: PathBuf,
}

impl Skips {
    /// Nothing is skipped yet.
    pub(crate) fn start() -> Self {
        let log = target().join("skipped-tests.txt");
        let _ = fs::remove_file(&log);
        Skips { log }
    }

    /// The file for tests to append to, by `NETLINK_SKIP_LOG`.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Notes that something is skipped, and why.
    pub(crate) fn note(&self, what: &str, reason: &str) {
        netlink_tests::skip_in(&self.log, what, reason);
    }

    /// Says how many tests were skipped, and why.
    pub(crate) fn report(&self) {
        let skips = fs::read_to_string(&self.log).unwrap_or_default();
        let mut lines: Vec<&str> = skips.lines().collect();
        lines.sort_unstable();
        lines.dedup();
        println!("skipped tests: {}", lines.len());
        for line in lines {
            println!("  {line}");
        }
    }
}
