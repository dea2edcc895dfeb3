//! The published crates as packages: what is in them, and that they are enough.

use crate::skips::Skips;
use crate::{Result, cargo, root, step, target};
use netlink_tests::downstream::{PUBLISHED, Project, text};
use netlink_tests::{live_obstacle, output_limited};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// All crates of the workspace have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The least cargo that packages several crates which depend on each other.
const CARGO: u32 = 90;

/// Bytes that a package may have, unpacked.
const LIMIT: u64 = 2 << 20;

/// Files that every package has.
const ALWAYS: &[&str] = &["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// What cargo adds.
const CARGOS: &[&str] = &["Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"];

/// How what else is in a package ends.
const KINDS: &[&str] = &[".rs", ".md", ".tera", ".yaml", ".json", ".txt", ".toml", ".bash", ".fish", ".zsh"];

/// What manifests say, for those who look for crates.
const METADATA: &[&str] =
    &["description", "readme", "license", "keywords", "categories", "rust-version", "edition"];

/// A project that has what ships ready-made: the example of the families' package.
const READY_MADE: &str = r#"[package]
name = "ready-made"
version = "0.1.0"
edition = "2024"

[dependencies]
netlink-families = { version = "0.1", features = ["all"] }
netlink-runtime = "0.1"

[workspace]
"#;

/// Packages all crates, and builds projects on the packages alone.
pub(crate) fn run(libclang: Option<&Path>, skips: &Skips) -> Result<()> {
    if minor().is_some_and(|minor| minor < CARGO) {
        skips.note("packages", &format!("cargo is older than 1.{CARGO}"));
        return Ok(());
    }
    let out = target().join("downstream");
    let scratch = target().join("tmp/packaged");
    step("packaging the crates");
    let packages = package(&out, &scratch.join("crates"))?;
    for ((name, folder), (_, dir)) in PUBLISHED.iter().zip(&packages) {
        inspect(name, &root().join(folder), dir)?;
    }
    step("building projects on the packages");
    for example in ["shipped-families", "custom-family"] {
        if example == "custom-family" && libclang.is_none() {
            skips.note("a custom family on packages", "libclang is not here");
            continue;
        }
        let from = root().join("tests/downstream").join(example);
        // What generates its families does without ready-made ones.
        let crates: Vec<_> = packages.iter().filter(|(n, _)| *n != "netlink-families").cloned().collect();
        let project = Project::copy(&from, &scratch.join(example), &out, &crates);
        build(project.map_err(|e| format!("{example}: {e}"))?, example, &scratch, libclang, skips)?;
    }
    let project = ready_made(&scratch.join("ready-made"), &out, &packages);
    build(project.map_err(|e| format!("ready-made: {e}"))?, "ready-made", &scratch, None, skips)
}

/// The minor version of cargo; none where it cannot be told.
fn minor() -> Option<u32> {
    let output = cargo().arg("--version").output().ok()?;
    text(&output.stdout).split('.').nth(1)?.parse().ok()
}

/// Packages the crates, and unpacks them below `place`.
///
/// Cargo's own verification is not asked for: it takes packages for as unchanging as published
/// ones, and would build on what was in them the first time.
fn package(out: &Path, place: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    let command = |offline: &[&str]| {
        let mut package = cargo();
        package.args(["package", "--quiet", "--allow-dirty", "--no-verify"]).args(offline);
        package.args(PUBLISHED.iter().flat_map(|(name, _)| ["--package", name]));
        package.arg("--target-dir").arg(out);
        package
    };
    // Without network where that is enough: packages have a lock file of their own.
    match command(&["--offline"]).output() {
        Ok(output) if output.status.success() => {}
        _ => crate::run(&mut command(&[]))?,
    }
    let _ = fs::remove_dir_all(place);
    fs::create_dir_all(place).map_err(|e| format!("{}: {e}", place.display()))?;
    let unpack = |name: &'static str| {
        let package = format!("{name}-{VERSION}");
        // Files are as new as they look to cargo: packages have the same dates always.
        let mut tar = Command::new("tar");
        tar.args(["-x", "-z", "-m", "-f"]).arg(out.join(format!("package/{package}.crate")));
        crate::run(tar.arg("-C").arg(place))?;
        Ok((name, place.join(package)))
    };
    PUBLISHED.iter().map(|(name, _)| unpack(name)).collect()
}

/// Whether a package holds what its crate's folder does, but for tests, and nothing else.
fn inspect(name: &str, folder: &Path, dir: &Path) -> Result<()> {
    let read = |dir: &Path| {
        let mut files = Vec::new();
        list(dir, "", &mut files).map_err(|e| format!("{}: {e}", dir.display()))?;
        files.sort();
        Ok::<_, String>(files)
    };
    let (all, files) = (read(folder)?, read(dir)?);
    let wrong = |what: String| Err(format!("the package {name} {what}"));
    let has = |files: &[(String, u64)], file: &str| files.iter().any(|(f, _)| f == file);
    // As the manifests exclude them.
    let left_out = |file: &str| file.starts_with("tests/") || file.starts_with("fuzz/");
    let folders = all.iter().map(|(file, _)| file.as_str()).filter(|file| !left_out(file));
    if let Some(missing) = ALWAYS.iter().copied().chain(folders).find(|file| !has(&files, file)) {
        return wrong(format!("has no {missing}"));
    }
    for (file, _) in &files {
        let sort = ALWAYS.contains(&file.as_str()) || KINDS.iter().any(|end| file.ends_with(end));
        let ours = sort && has(&all, file) && !left_out(file);
        if !ours && !CARGOS.contains(&file.as_str()) {
            return wrong(format!("holds {file}"));
        }
    }
    let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    if bytes > LIMIT {
        return wrong(format!("has {bytes} bytes"));
    }
    let manifest = fs::read_to_string(dir.join("Cargo.toml")).map_err(|e| format!("{name}: {e}"))?;
    for key in METADATA {
        if !manifest.lines().any(|line| line.starts_with(&format!("{key} = "))) {
            return wrong(format!("says no {key}"));
        }
    }
    if manifest.contains("netlink-tests") || manifest.contains("path = \"../") {
        return wrong("depends on what is not published".to_owned());
    }
    println!("{name} {VERSION}: {} files, {} kB", files.len(), bytes.div_ceil(1000));
    Ok(())
}

/// The files of a folder with their sizes.
fn list(dir: &Path, prefix: &str, out: &mut Vec<(String, u64)>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), out)?;
        } else {
            out.push((name, entry.metadata()?.len()));
        }
    }
    Ok(())
}

fn ready_made(dir: &Path, out: &Path, packages: &[(&str, PathBuf)]) -> std::io::Result<Project> {
    let used = ["netlink-families", "netlink-runtime", "netlink-derive"];
    let crates: Vec<_> = packages.iter().filter(|(name, _)| used.contains(name)).cloned().collect();
    fs::create_dir_all(dir.join("src"))?;
    fs::write(dir.join("Cargo.toml"), READY_MADE)?;
    for (_, families) in crates.iter().filter(|(name, _)| *name == "netlink-families") {
        fs::copy(families.join("examples/tables.rs"), dir.join("src/main.rs"))?;
    }
    Project::at(dir, out, &crates)
}

/// Builds a project and runs it; the reason why it was not run.
fn build(
    mut project: Project,
    name: &str,
    scratch: &Path,
    libclang: Option<&Path>,
    skips: &Skips,
) -> Result<()> {
    if let Some(libclang) = libclang {
        project.set("LIBCLANG_PATH", &libclang.display().to_string());
    }
    let dependencies = project.dependencies().map_err(|e| format!("{name}: {e}"))?;
    let place = scratch.join("crates").display().to_string();
    let ours = dependencies.lines().filter(|line| PUBLISHED.iter().any(|(name, _)| line.starts_with(name)));
    if let Some(odd) = ours.into_iter().find(|line| !line.contains(&place)) {
        return Err(format!("{name}: {odd} is not from its package"));
    }
    crate::run(&mut project.command(&[], &["build", "--quiet"]))?;
    if let Some(reason) = live_obstacle() {
        skips.note(&format!("running {name} on packages"), reason);
        return Ok(());
    }
    let mut run = project.command(&["unshare", "-rn"], &["run", "--quiet"]);
    match output_limited(&mut run, Duration::from_secs(60)) {
        Some((status, printed)) if status.success() && !printed.is_empty() => Ok(()),
        Some((status, printed)) => Err(format!("{name}: {status}\n{printed}")),
        None => Err(format!("{name} did not end within 60 s")),
    }
}
