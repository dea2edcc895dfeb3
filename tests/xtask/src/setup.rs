//! Finds what the commands need, and gets what can be got.

use crate::{Result, step, target};
use netlink_tests::{has_program, run_limited};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The wheel's version: pinned, so that everybody extracts with the same clang.
const LIBCLANG: &str = "libclang==18.1.1";

/// Longest that a download or an installation may take.
const LIMIT: Duration = Duration::from_secs(300);

/// The directory of a libclang, found or got; `Err` says why there is none.
pub(crate) fn libclang(system: bool) -> Result<PathBuf> {
    if let Some(found) = find_libclang() {
        step(&format!("libclang: {}", found.display()));
        return Ok(found);
    }
    step(&format!("no libclang here; getting the wheel `{LIBCLANG}` into the target folder"));
    match fetch_wheel() {
        Ok(found) => return Ok(found),
        Err(reason) if !system => return Err(format!("{reason}; `--system` would try the package manager")),
        Err(reason) => step(&format!("{reason}; trying the package manager")),
    }
    install(&["libclang1"])?;
    find_libclang().ok_or_else(|| "the package manager's libclang is not where libraries are".to_owned())
}

fn wheel_dir() -> PathBuf {
    target().join("libclang")
}

/// A libclang that is there already.
fn find_libclang() -> Option<PathBuf> {
    let said = std::env::var_os("LIBCLANG_PATH").map(PathBuf::from);
    let mut places: Vec<PathBuf> = said.into_iter().collect();
    places.push(wheel_dir().join("native"));
    for (parent, tail) in [("/usr/lib", "lib"), ("/usr/local/lib", "")] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        places.extend(entries.map(|e| e.path().join(tail)));
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        places.extend(entries.map(|e| e.path()));
    }
    places.extend(["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from));
    places.into_iter().find(|place| holds_libclang(place))
}

fn holds_libclang(place: &Path) -> bool {
    if place.is_file() {
        return place.file_name().is_some_and(|n| n.to_string_lossy().starts_with("libclang"));
    }
    let names = fs::read_dir(place).into_iter().flatten().flatten().map(|e| e.file_name());
    // `libclang-cpp` is another library.
    names.map(|n| n.to_string_lossy().into_owned()).any(|n| {
        n == "libclang.so"
            || n.starts_with("libclang.so.")
            || n.starts_with("libclang-") && !n.contains("cpp")
    })
}

/// Python, which can read wheels and get them by pip.
pub(crate) fn python() -> Result<&'static str> {
    let found = ["python3", "python"].into_iter().find(|p| has_program(p));
    found.ok_or_else(|| "no Python for pip".to_owned())
}

/// The Python of a virtual environment with these packages, made when it is not there.
pub(crate) fn venv(dir: &Path, packages: &[&str]) -> Result<PathBuf> {
    let (inside, done) = (dir.join("bin/python"), dir.join("packages"));
    if fs::read_to_string(&done).is_ok_and(|had| had == packages.join("\n")) {
        return Ok(inside);
    }
    step(&format!("fetching {}", packages.join(" ")));
    limited(Command::new(python()?).args(["-m", "venv"]).arg(dir), "venv")?;
    let mut pip = Command::new(&inside);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
    limited(&mut pip, "pip install")?;
    fs::write(&done, packages.join("\n")).map_err(|e| format!("{}: {e}", done.display()))?;
    Ok(inside)
}

/// Downloads a wheel into an empty folder.
pub(crate) fn wheel(package: &str, platform: &[&str], download: &Path) -> Result<PathBuf> {
    fs::create_dir_all(download).map_err(|e| format!("{}: {e}", download.display()))?;
    let mut pip = Command::new(python()?);
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]);
    limited(pip.args(platform).arg("-d").arg(download).arg(package), "pip download")?;
    only_file(download, "whl").ok_or_else(|| "pip downloaded no wheel".to_owned())
}

/// The file in a folder whose name ends in this way.
pub(crate) fn only_file(dir: &Path, extension: &str) -> Option<PathBuf> {
    let mut paths = fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path());
    paths.find(|p| p.extension().is_some_and(|e| e == extension))
}

/// Downloads and unpacks the wheel, which holds nothing but the library.
fn fetch_wheel() -> Result<PathBuf> {
    let python = python()?;
    let dir = wheel_dir();
    let wheel = wheel(LIBCLANG, &[], &dir.join("download"))?;
    let unpacked = dir.join("unpacked");
    limited(Command::new(python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&unpacked), "unpacking")?;
    let native = dir.join("native");
    let inside = fs::read_dir(&unpacked)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path().join("platlib/clang/native"))
        .find(|p| holds_libclang(p))
        .ok_or("the wheel holds no library")?;
    fs::rename(&inside, &native).map_err(|e| format!("{}: {e}", native.display()))?;
    Ok(native)
}

/// Runs a command that gets something.
pub(crate) fn limited(command: &mut Command, what: &str) -> Result<()> {
    match run_limited(command, LIMIT) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("{what} failed ({status})")),
        None => Err(format!("{what} could not be started or took more than {LIMIT:?}")),
    }
}

/// Installs packages of a Debian system.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !has_program("apt-get") {
        return Err("no apt-get here: install it by hand".to_owned());
    }
    step(&format!("installing {}", packages.join(" ")));
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["-qq", "-o", "Acquire::Retries=2"]).args(args).env("DEBIAN_FRONTEND", "noninteractive");
        command.stdout(Stdio::null());
        command
    };
    limited(&mut apt(&["update"]), "apt-get update")?;
    limited(apt(&["install", "-y", "--no-install-recommends"]).args(packages), "apt-get install")
}
