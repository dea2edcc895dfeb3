//! Packages that hold kernel headers: where they come from, and how to unpack them.

use crate::setup::{limited, only_file, python, wheel};
use crate::{Result, apt, step};
use netlink_tests::has_program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The system of a wheel does not matter for its headers; one for all, and its checksum is the same
/// for all.
const PLATFORM: &[&str] = &["--only-binary=:all:", "--platform", "manylinux_2_12_x86_64"];

/// Takes the headers out of a wheel: those of all machines into the include directory, and `asm` of
/// each machine below its triple, as Debian has it: what all machines share, then their own.
const UNZIP: &str = "
import os, sys, zipfile
wheel, out, *targets = sys.argv[1:]
wheel, top = zipfile.ZipFile(wheel), 'ziglang/lib/libc/include/'
def take(folder, part, to):
    for name in wheel.namelist():
        path = name.removeprefix(top + folder + '/')
        if path != name and path and not path.endswith('/') and path.startswith('asm/') == part:
            file = os.path.join(out, to, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, 'wb') as f: f.write(wheel.read(name))
take('any-linux-any', False, '')
for target in targets:
    triple, *folders = target.split(',')
    take('any-linux-any', True, triple)
    for folder in folders: take(folder + '-linux-any', True, triple)
";

/// Unpacked headers, and what they were unpacked from.
pub(super) struct Headers {
    /// The include directory.
    pub(super) include: PathBuf,
    /// The kernel's version.
    pub(super) version: String,
    /// Name and version of the package.
    pub(super) package: String,
    /// SHA-256 of its file.
    pub(super) sha256: String,
}

/// Fetches a package and unpacks its headers below this folder.
pub(super) fn fetch(package: &str, dir: &Path) -> Result<Headers> {
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let headers = if let Some(version) = package.strip_prefix("ziglang==") {
        zig(version, dir)
    } else if let Some(suite) = package.strip_prefix("linux-libc-dev@") {
        let (suite, version) = suite.split_once('=').map_or((suite, None), |(suite, v)| (suite, Some(v)));
        debian(suite, version, dir)
    } else {
        Err(format!("{package}: expected ziglang==VERSION or linux-libc-dev@SUITE[=VERSION]"))
    }?;
    // It may be a hundred times the size of its headers.
    let _ = fs::remove_dir_all(dir.join("download"));
    Ok(headers)
}

fn zig(version: &str, dir: &Path) -> Result<Headers> {
    step(&format!("fetching ziglang {version}"));
    let wheel = wheel(&format!("ziglang=={version}"), PLATFORM, &dir.join("download"))?;
    let include = dir.join("usr/include");
    let mut unzip = Command::new(python()?);
    unzip.args(["-c", UNZIP]).arg(&wheel).arg(&include);
    unzip.args(super::TARGETS.iter().map(|target| format!("{},{}", target.triple, target.zig.join(","))));
    limited(&mut unzip, "unpacking")?;
    let package = format!("ziglang {version}");
    Ok(Headers { version: super::version_of(&include)?, include, package, sha256: sha256(&wheel)? })
}

fn debian(suite: &str, version: Option<&str>, dir: &Path) -> Result<Headers> {
    if let Some(program) = ["apt-get", "dpkg-deb"].into_iter().find(|p| !has_program(p)) {
        return Err(format!("packages of Debian are needed, but `{program}` is not installed"));
    }
    step(&format!("fetching linux-libc-dev {} of {suite}", version.unwrap_or("(the newest)")));
    let apt = dir.join("download/apt");
    apt::prepare(&apt)?;
    let sources = apt.join("sources.list");
    fs::write(&sources, format!("deb [signed-by={KEYS}] {} {suite} main\n", mirror(suite)?))
        .map_err(|e| format!("{}: {e}", sources.display()))?;
    let apt_get = || {
        let mut command = apt::get(&apt, &["amd64"]);
        apt::option(&mut command, "Dir::Etc::sourcelist", &sources.to_string_lossy());
        apt::option(&mut command, "Dir::Etc::sourceparts", "-");
        command
    };
    limited(apt_get().arg("update"), "apt-get update")?;
    let download = dir.join("download");
    let named = version.map_or("linux-libc-dev".to_owned(), |version| format!("linux-libc-dev={version}"));
    limited(apt_get().current_dir(&download).args(["download", &named]), "apt-get download")?;
    let deb = only_file(&download, "deb").ok_or("apt-get downloaded no package")?;
    let name = deb.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let version = name.split('_').nth(1).ok_or_else(|| format!("{name}: a package without a version"))?;
    limited(Command::new("dpkg-deb").arg("-x").arg(&deb).arg(dir), "dpkg-deb")?;
    // `linux/version.h` stops counting at 255.
    let kernel = version.split(['-', '~', '+']).next().unwrap_or(version).to_owned();
    let package = format!("linux-libc-dev {version}");
    Ok(Headers { include: dir.join("usr/include"), version: kernel, package, sha256: sha256(&deb)? })
}

/// Debian's keys, which its package `debian-archive-keyring` installs.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Where this machine gets Debian's packages from.
fn mirror(suite: &str) -> Result<String> {
    let end = if suite.ends_with("-security") { "/debian-security" } else { "/debian" };
    let output = Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI)"]).output();
    let output = output.map_err(|e| format!("apt-get: {e}"))?;
    let found = String::from_utf8_lossy(&output.stdout);
    let mut found = found.lines().map(|line| line.trim_end_matches('/')).filter(|line| line.ends_with(end));
    found.next().map(str::to_owned).ok_or_else(|| format!("no mirror {end} among apt's sources"))
}

fn sha256(file: &Path) -> Result<String> {
    let output = Command::new("sha256sum").arg(file).output().map_err(|e| format!("sha256sum: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    // Before names that need quoting stands a backslash.
    let sum = text.split_whitespace().next().map(|sum| sum.trim_start_matches('\\').to_owned());
    sum.filter(|sum| sum.len() == 64)
        .ok_or_else(|| format!("sha256sum {}: {}", file.display(), output.status))
}
