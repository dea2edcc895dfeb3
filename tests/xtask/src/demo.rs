//! The whole pipeline once: headers → facts → schemas → Rust → the live kernel.

use crate::{Result, cargo, codegen, kernel, root, setup, step, target};
use netlink_tests::downstream::copy;
use netlink_tests::{kernel_oopsed, output_limited};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Where a system keeps the headers of its kernel interface.
const HEADERS: &str = "/usr/include";

pub(crate) fn run(system: bool) -> Result<()> {
    let dir = target().join("demo");
    fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let store = facts(&dir, system)?;
    let bindings = bindings(&dir, store.as_deref())?;
    step("building the bindings and asking the kernel");
    tables(&bindings)
}

/// A store of facts with those of this machine's headers in it; `None`: the shipped facts do.
fn facts(dir: &Path, system: bool) -> Result<Option<PathBuf>> {
    if !Path::new(HEADERS).join("linux/netlink.h").is_file() {
        step("no kernel headers on this machine; going on with the shipped facts");
        return Ok(None);
    }
    let libclang = match setup::libclang(system) {
        Ok(path) => path,
        Err(reason) => {
            step(&format!("no libclang ({reason}); going on with the shipped facts"));
            return Ok(None);
        }
    };
    let version = kernel::version_of(Path::new(HEADERS))?;
    let store = dir.join("facts");
    let _ = fs::remove_dir_all(&store);
    let shipped = root().join("kernel-headers");
    copy(&shipped.join("facts"), &store.join("facts")).map_err(|e| e.to_string())?;
    fs::copy(shipped.join("MANIFEST.toml"), store.join("MANIFEST.toml")).map_err(|e| e.to_string())?;
    step(&format!("extracting facts from the headers of Linux {version} in {HEADERS}"));
    let shown = store.display().to_string();
    let mut extract = codegen(&["extract", "--headers", HEADERS, "--kernel", &version, "--store", &shown]);
    match crate::run(extract.env("LIBCLANG_PATH", libclang)) {
        Ok(()) => Ok(Some(store)),
        Err(reason) => {
            step(&format!("extraction ended with {reason}; going on with the shipped facts"));
            Ok(None)
        }
    }
}

/// A crate of its own with bindings made just now.
fn bindings(dir: &Path, store: Option<&Path>) -> Result<PathBuf> {
    let crate_dir = dir.join("netlink-families");
    let _ = fs::remove_dir_all(&crate_dir);
    let families = root().join("netlink-families");
    copy(&families, &crate_dir).map_err(|e| format!("{}: {e}", crate_dir.display()))?;
    let write = |name: &str, text: String| {
        let path = crate_dir.join(name);
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
    };
    let manifest = fs::read_to_string(families.join("Cargo.toml")).map_err(|e| e.to_string())?;
    write("Cargo.toml", standalone(&manifest))?;
    fs::copy(root().join("Cargo.lock"), crate_dir.join("Cargo.lock")).map_err(|e| e.to_string())?;
    step(&format!("merging them with the schemas; bindings go to {}", crate_dir.display()));
    let shown = crate_dir.display().to_string();
    let mut generate = codegen(&["generate", "--all", "--out", &shown]);
    if let Some(store) = store {
        generate.arg("--store").arg(store);
    }
    run_quietly(&mut generate)?;
    Ok(crate_dir)
}

/// The manifest without what it has from the workspace.
fn standalone(manifest: &str) -> String {
    let runtime = root().join("netlink-runtime").display().to_string();
    let mut out = String::from("[workspace]\n\n");
    for line in manifest.lines() {
        match line {
            "[lints]" | "workspace = true" => {}
            "version.workspace = true" => out.push_str("version = \"0.1.0\"\n"),
            "edition.workspace = true" => out.push_str("edition = \"2024\"\n"),
            _ if line.contains(".workspace = true") => {}
            _ => out
                .push_str(&format!("{}\n", line.replace("workspace = true", &format!("path = {runtime:?}")))),
        }
    }
    out
}

fn run_quietly(command: &mut std::process::Command) -> Result<()> {
    crate::run(command.stdout(Stdio::null()))
}

/// Builds and runs the example that prints the tables.
fn tables(bindings: &Path) -> Result<()> {
    let mut build = cargo();
    build.current_dir(bindings).args(["build", "--quiet", "--features", "all", "--example", "tables"]);
    build.env("CARGO_TARGET_DIR", target());
    crate::run(&mut build)?;
    if kernel_oopsed() {
        return Err("the bindings are built, but the running kernel has oopsed and may not answer; \
                    run this on a healthy one"
            .to_owned());
    }
    let mut example = std::process::Command::new(target().join("debug/examples/tables"));
    example.stderr(Stdio::null());
    match output_limited(&mut example, Duration::from_secs(60)) {
        Some((status, text)) => {
            print!("{text}");
            if status.success() { Ok(()) } else { Err(format!("the tables ended with {status}")) }
        }
        None => Err("the running kernel's rtnetlink did not answer within 60 s".to_owned()),
    }
}
