//! The layout of an include directory: which headers it has, and where `asm/` is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::sources::matches;

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
    // A package for one machine has the `asm` of its architecture, which may serve another too.
    if let Some(relative) = others.iter().find(|name| kernel_arch(name) == kernel_arch(target)) {
        return Ok(root.join(relative));
    }
    Err(if others.is_empty() {
        format!(
            "{}: no asm/types.h for {target}: is this an include directory of kernel headers?",
            root.display()
        )
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

/// Whether a target triple is a big-endian machine's.
pub(super) fn big_endian(target: &str) -> bool {
    let cpu = target.split('-').next().unwrap_or(target);
    let little = cpu.ends_with("el") || cpu.ends_with("le");
    let big = ["mips", "powerpc", "s390", "sparc", "m68k", "hppa", "armeb", "aarch64_be"];
    !little && big.into_iter().any(|family| cpu.starts_with(family))
}
