//! Kernels for the store: packages with headers are fetched, and what they say is merged.

mod fetch;

use crate::skips::Skips;
use crate::{Result, codegen, root, setup, step, target};
use fetch::{Headers, fetch};
use netlink_tests::downstream::copy;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A machine whose layouts are recorded: the first one's, and where the others differ.
struct Target {
    triple: &'static str,
    /// What zig calls it, by version.
    zig: &'static [&'static str],
    /// What the kernel calls it.
    kernel: &'static str,
}

const fn machine(triple: &'static str, zig: &'static [&'static str], kernel: &'static str) -> Target {
    Target { triple, zig, kernel }
}

/// 64 and 32 bits, several alignments, both byte orders.
const TARGETS: &[Target] = &[
    machine("x86_64-linux-gnu", &["x86", "x86_64"], "x86"),
    machine("i386-linux-gnu", &["x86", "i386"], "x86"),
    machine("aarch64-linux-gnu", &["aarch64"], "arm64"),
    machine("arm-linux-gnueabihf", &["arm"], "arm"),
    machine("mips-linux-gnu", &["mips"], "mips"),
];

pub(crate) fn run(args: &[String]) -> Result<()> {
    let (packages, release) = arguments(args)?;
    let work = work()?;
    let store = scratch_store(&work)?;
    let libclang = setup::libclang(false)?;
    for (at, package) in packages.iter().enumerate() {
        let headers = fetch(package, &work.join(format!("fetched-{at}")))?;
        let start = Instant::now();
        add(&headers, release, &store, TARGETS, &libclang)?;
        step(&format!("{} is in the store after {:.1?}", headers.package, start.elapsed()));
    }
    let shipped = root().join("kernel-headers");
    copy(&store.join("facts"), &shipped.join("facts")).map_err(|e| e.to_string())?;
    for name in ["MANIFEST.toml", "lib.rs"] {
        fs::copy(store.join(name), shipped.join(name)).map_err(|e| format!("{name}: {e}"))?;
    }
    step("review what changed in kernel-headers/; `cargo xtask generate` brings the families up to date");
    Ok(())
}

fn arguments(args: &[String]) -> Result<(Vec<&str>, Option<&str>)> {
    let mut packages = Vec::new();
    let mut release = None;
    let mut args = args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        match arg {
            "--release" => release = Some(args.next().ok_or("--release: of which version?")?),
            option if option.starts_with('-') => return Err(format!("unknown argument `{option}`")),
            package => packages.push(package),
        }
    }
    match packages.len() {
        0 => Err("which package? such as ziglang==0.14.1 or linux-libc-dev@trixie-backports".to_owned()),
        1 => Ok((packages, release)),
        _ if release.is_some() => Err("--release is for one package".to_owned()),
        _ => Ok((packages, release)),
    }
}

/// The smallest package with headers, fetched as `kernel` would: the kernel that the store has
/// already must change no byte of it.
pub(crate) fn check(libclang: &Path, skips: &Skips) -> Result<()> {
    const PACKAGE: &str = "linux-libc-dev@trixie-backports";
    let work = work()?;
    let headers = match fetch(PACKAGE, &work.join("checked")) {
        Ok(headers) => headers,
        Err(reason) => {
            skips.note("fetching kernel headers", &reason);
            return Ok(());
        }
    };
    let store = scratch_store(&work)?;
    let manifest = store.join("MANIFEST.toml");
    let read = || fs::read_to_string(&manifest).map_err(|e| format!("{}: {e}", manifest.display()));
    let sum = format!("sha256 = \"{}\"", headers.sha256);
    let known = read()?.contains(&sum);
    // One machine tells enough, and is soon done.
    add(&headers, None, &store, &TARGETS[..1], libclang)?;
    if !read()?.contains(&sum) {
        return Err(format!("{} was fetched, and is not in the store", headers.package));
    }
    let shipped = root().join("kernel-headers");
    if known && let Some(file) = first_difference(&store, &shipped)? {
        return Err(format!("{}: extracting {} again changed it", file.display(), headers.package));
    }
    Ok(())
}

/// The first file of one folder that is not the same in another.
fn first_difference(one: &Path, other: &Path) -> Result<Option<PathBuf>> {
    let mut entries = fs::read_dir(one).map_err(|e| format!("{}: {e}", one.display()))?.flatten();
    entries
        .find_map(|entry| {
            let other = other.join(entry.file_name());
            if entry.path().is_dir() {
                return first_difference(&entry.path(), &other).transpose();
            }
            (fs::read(entry.path()).ok() != fs::read(&other).ok()).then_some(Ok(other))
        })
        .transpose()
}

fn work() -> Result<PathBuf> {
    let work = target().join("kernels");
    fs::create_dir_all(&work).map_err(|e| format!("{}: {e}", work.display()))?;
    Ok(work)
}

/// A copy of the store: the tool is built with the store in it, and would be built anew for every
/// change of the original.
fn scratch_store(work: &Path) -> Result<PathBuf> {
    let store = work.join("store");
    let _ = fs::remove_dir_all(&store);
    copy(&root().join("kernel-headers"), &store).map_err(|e| format!("{}: {e}", store.display()))?;
    Ok(store)
}

/// Extracts the facts of these headers into a store, for each machine that they are for.
fn add(
    headers: &Headers,
    release: Option<&str>,
    store: &Path,
    targets: &[Target],
    libclang: &Path,
) -> Result<()> {
    for target in targets.iter().filter(|target| is_for(&headers.include, target)) {
        let mut extract = codegen(&["extract", "--kernel", &headers.version, "--target", target.triple]);
        extract.arg("--headers").arg(&headers.include).arg("--store").arg(store);
        extract.args(["--package", &headers.package, "--sha256", &headers.sha256]);
        extract.args(release.map(|release| format!("--release={release}")));
        let status = extract.env("LIBCLANG_PATH", libclang).status();
        let status = status.map_err(|e| format!("{extract:?}: {e}"))?;
        // 1: some headers do not compile, which was said, and is in the store.
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("{extract:?}: {status}"));
        }
    }
    Ok(())
}

/// Whether the package has what is special to a machine.
fn is_for(include: &Path, target: &Target) -> bool {
    let shared = include.join("../lib/linux/uapi").join(target.kernel);
    // x86 is one architecture to the kernel, so each of its packages does for both.
    let same = TARGETS.iter().filter(|other| other.kernel == target.kernel).map(|o| include.join(o.triple));
    same.chain([shared]).any(|dir| dir.join("asm/types.h").is_file())
}

/// The kernel version that the headers are of.
pub(crate) fn version_of(include: &Path) -> Result<String> {
    let path = include.join("linux/version.h");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let code = text.lines().find_map(|line| line.strip_prefix("#define LINUX_VERSION_CODE "));
    let code: u32 =
        code.and_then(|c| c.trim().parse().ok()).ok_or("linux/version.h has no LINUX_VERSION_CODE")?;
    Ok(format!("{}.{}.{}", code >> 16, code >> 8 & 0xff, code & 0xff))
}
