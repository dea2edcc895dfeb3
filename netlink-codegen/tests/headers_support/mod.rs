//! Shared by the `headers_*` tests: where headers are, and honest skips.
#![allow(dead_code, reason = "each test uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use netlink_codegen::headers::facts::Kernel;

/// Says why something is not tested, and counts it.
pub(crate) fn skip(what: &str, why: &str) {
    static SKIPPED: AtomicUsize = AtomicUsize::new(0);
    let number = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    eprintln!("skipped ({number}): {what}: {why}");
}

/// An include directory with kernel headers.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) path: PathBuf,
    /// `7.3.4`; a sublevel of 255 stands for that or more.
    pub(crate) version: String,
}

impl Root {
    pub(crate) fn kernel(&self) -> Kernel {
        let release: Vec<&str> = self.version.split('.').take(2).collect();
        Kernel {
            release: release.join("."),
            version: self.version.clone(),
            package: String::new(),
            sha256: String::new(),
        }
    }
}

/// Include directories below `$NETLINK_TEST_HEADERS`, else `/usr/include`; oldest first.
pub(crate) fn roots() -> Vec<Root> {
    let top =
        std::env::var_os("NETLINK_TEST_HEADERS").map_or_else(|| PathBuf::from("/usr/include"), PathBuf::from);
    let mut roots = Vec::new();
    look(&top, 4, &mut roots);
    roots.sort_by_key(|root: &Root| {
        root.version.split('.').map(|n| n.parse().unwrap_or(0)).collect::<Vec<u32>>()
    });
    if roots.is_empty() {
        skip("everything that needs kernel headers", &format!("none below {}", top.display()));
    }
    roots
}

fn look(directory: &Path, depth: usize, roots: &mut Vec<Root>) {
    if let Some(version) = version(directory) {
        roots.push(Root { path: directory.to_owned(), version });
        return;
    }
    let Ok(entries) = directory.read_dir() else { return };
    for path in entries.flatten().map(|e| e.path()).filter(|p| depth > 0 && p.is_dir()) {
        look(&path, depth - 1, roots);
    }
}

fn version(root: &Path) -> Option<String> {
    if !root.join("linux/netlink.h").is_file() || !root.join("linux/rtnetlink.h").is_file() {
        return None;
    }
    let text = std::fs::read_to_string(root.join("linux/version.h")).ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("#define LINUX_VERSION_CODE "))?;
    let code: u32 = line.trim().parse().ok()?;
    Some(format!("{}.{}.{}", code >> 16, code >> 8 & 255, code & 255))
}

/// Whether a C compiler is there.
pub(crate) fn has_cc() -> bool {
    let probe = Command::new("cc").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    probe.is_ok_and(|status| status.success())
}

/// A directory of its own, removed at the end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("netlink-codegen-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a scratch directory");
        Scratch(path)
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a scratch directory");
        }
        std::fs::write(&path, text).expect("a scratch file");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
