//! Where headers come from: the project's list of headers, and the layout of an include
//! directory.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One line of the header list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// A path below the include directory; `*` stands for anything but `/`.
    pub pattern: String,
    /// Private to the kernel: `pattern` is a path in its source tree.
    pub private: bool,
    /// The families that use it; none for headers that only support others.
    pub families: Vec<String>,
}

/// The header list that ships with the tool.
pub fn listed() -> Vec<Listed> {
    parse_list(netlink_kernel_headers::HEADERS)
}

/// Reads a header list: `pattern families…` per line, `-` for no family, `source:path` for a
/// header of the kernel's source, `#` comments.
pub fn parse_list(text: &str) -> Vec<Listed> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split('#').next()?.split_whitespace();
            let first = words.next()?;
            let (pattern, private) = match first.strip_prefix("source:") {
                Some(path) => (path.to_owned(), true),
                None => (first.to_owned(), false),
            };
            Some(Listed { pattern, private, families: words.filter(|w| *w != "-").map(str::to_owned).collect() })
        })
        .collect()
}

/// The families that use `header`, by the header list; empty when it is only support or not
/// listed.
pub fn families_of<'l>(list: &'l [Listed], header: &str) -> Vec<&'l str> {
    let mut families: Vec<&str> = Vec::new();
    for entry in list.iter().filter(|entry| matches(&entry.pattern, header)) {
        for family in &entry.families {
            if !families.contains(&family.as_str()) {
                families.push(family);
            }
        }
    }
    families
}

/// Whether `path` is matched by `pattern`, where `*` stands for anything but `/`.
pub fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, tail)) => {
            let Some(rest) = path.strip_prefix(head) else { return false };
            let end = rest.find('/').unwrap_or(rest.len());
            (0..=end).rev().any(|at| rest.is_char_boundary(at) && matches(tail, &rest[at..]))
        }
    }
}

/// The headers below `root` that `patterns` name, sorted, and the plain paths among the
/// patterns that are not there.
pub(super) fn expand(root: &Path, patterns: &[String]) -> (BTreeSet<String>, Vec<String>) {
    let mut found = BTreeSet::new();
    let mut absent = Vec::new();
    for pattern in patterns {
        let Some(star) = pattern.find('*') else {
            if root.join(pattern).is_file() {
                found.insert(pattern.clone());
            } else if !absent.contains(pattern) {
                absent.push(pattern.clone());
            }
            continue;
        };
        let directory = pattern[..star].rfind('/').map_or("", |slash| &pattern[..slash]);
        let Ok(entries) = root.join(directory).read_dir() else { continue };
        for entry in entries.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            if path.ends_with(".h") && matches(pattern, &path) && entry.path().is_file() {
                found.insert(path);
            }
        }
    }
    (found, absent)
}

/// The directory that holds `asm/` for `target`: beside the headers (one architecture), in
/// Debian's multiarch directory, or in the per-architecture tree of newer packages.
pub(super) fn asm_dir(root: &Path, target: &str) -> Result<PathBuf, String> {
    let multiarch = root.join(target);
    if multiarch.join("asm/types.h").is_file() {
        return Ok(multiarch);
    }
    let shared = root.parent().map(|usr| usr.join("lib/linux/uapi").join(kernel_arch(target)));
    if let Some(shared) = shared.filter(|dir| dir.join("asm/types.h").is_file()) {
        return Ok(shared);
    }
    if root.join("asm/types.h").is_file() {
        return Ok(root.to_owned());
    }
    let mut others: Vec<String> = root
        .read_dir()
        .map_err(|e| format!("{}: {e}", root.display()))?
        .flatten()
        .filter(|entry| entry.path().join("asm/types.h").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    others.sort();
    Err(if others.is_empty() {
        format!("{}: no asm/types.h for {target}: is this an include directory of kernel headers?", root.display())
    } else {
        format!("{}: no asm/types.h for {target}; there is: {}", root.display(), others.join(", "))
    })
}

/// The name of the kernel's `arch/` directory for a target triple.
fn kernel_arch(target: &str) -> &str {
    let cpu = target.split('-').next().unwrap_or(target);
    match cpu {
        "x86_64" | "i386" | "i486" | "i586" | "i686" => "x86",
        "aarch64" => "arm64",
        "hppa" => "parisc",
        "s390x" => "s390",
        "sh4" => "sh",
        "loongarch64" => "loongarch",
        _ => ["arm", "mips", "powerpc", "riscv", "sparc"]
            .into_iter()
            .find(|family| cpu.starts_with(family))
            .unwrap_or(cpu),
    }
}

/// The architecture's name in the store: the first word of its triple.
pub fn arch_name(target: &str) -> &str {
    target.split('-').next().unwrap_or(target)
}
