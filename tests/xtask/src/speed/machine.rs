//! The machine, and the versions of everything.

use crate::{Result, root};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// What the numbers depend on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    pub(crate) rustc: String,
    pub(crate) cc: String,
    pub(crate) valgrind: String,
    /// Of what is measured beside ours.
    pub(crate) versions: BTreeMap<String, String>,
}

/// Packages that the suite measures.
const PEERS: &[&str] =
    &["netlink-bindings", "netlink-socket2", "nlink", "netlink-packet-route", "rtnetlink", "neli"];

impl Machine {
    /// This one. `valgrind` is the version of the one that counts.
    pub(crate) fn here(valgrind: Option<&str>) -> Result<Self> {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let lock = fs::read_to_string(root().join("benches/Cargo.lock")).unwrap_or_default();
        let mut versions = locked(&lock, PEERS);
        let pyroute2 = crate::tool_speed::PYROUTE2.split_once("==");
        versions.extend(pyroute2.map(|(name, version)| (name.to_owned(), version.to_owned())));
        Ok(Machine {
            cpu: model.map_or("unknown", |(_, model)| model).to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            rustc: first_line(Command::new("rustc").arg("--version"))?,
            cc: first_line(Command::new("cc").arg("--version"))?,
            valgrind: valgrind.unwrap_or("none").to_owned(),
            versions,
        })
    }
}

/// The first line that a command prints.
pub(crate) fn first_line(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The versions that a lock file has of these packages.
fn locked(lock: &str, names: &[&str]) -> BTreeMap<String, String> {
    let of = |line: &str, key: &str| Some(line.strip_prefix(key)?.trim_matches('"').to_owned());
    let mut found = BTreeMap::new();
    for pair in lock.lines().collect::<Vec<_>>().windows(2) {
        if let [name, version] = pair
            && let (Some(name), Some(version)) = (of(name, "name = "), of(version, "version = "))
            && names.contains(&name.as_str())
        {
            found.insert(name, version);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_of_a_lock_file() {
        let lock = "[[package]]\nname = \"neli\"\nversion = \"0.7.5\"\n\n[[package]]\nname = \"other\"\nversion = \"1.0.0\"\n";
        let found = super::locked(lock, &["neli", "nlink"]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("neli".to_owned(), "0.7.5".to_owned())]);
    }
}
