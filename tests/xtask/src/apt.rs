//! apt beside the system: its own lists and cache in a folder, the system's keys. Nothing is
//! installed, and nobody need be root.

use crate::{Result, create_dir};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes the folder ready for [`get`].
pub(crate) fn prepare(dir: &Path) -> Result<()> {
    create_dir(dir)?;
    // No packages are installed; apt insists on a file that says so.
    let status = dir.join("status");
    fs::write(&status, "").map_err(|e| format!("{}: {e}", status.display()))
}

/// `apt-get` with the system's sources and keys, for these architectures.
pub(crate) fn get(dir: &Path, architectures: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    let dir = dir.to_string_lossy();
    option(&mut command, "Dir::State", &dir);
    option(&mut command, "Dir::State::status", &format!("{dir}/status"));
    option(&mut command, "Dir::Cache", &dir);
    option(&mut command, "APT::Architecture", "amd64");
    for architecture in architectures {
        option(&mut command, "APT::Architectures::", architecture);
    }
    option(&mut command, "APT::Sandbox::User", "root");
    option(&mut command, "Acquire::Languages", "none");
    option(&mut command, "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled", "false");
    option(&mut command, "Acquire::Retries", "2");
    option(&mut command, "Acquire::http::Timeout", "20");
    command.arg("-qq");
    command
}

/// Sets one of apt's options.
pub(crate) fn option(command: &mut Command, name: &str, value: &str) {
    command.arg("-o").arg(format!("{name}={value}"));
}

/// Unpacks parts of a package below a folder; `what` is what `tar` is to extract.
pub(crate) fn unpack(deb: &Path, root: &Path, what: &[&str]) -> Result<()> {
    let mut archive = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(deb)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("dpkg-deb: {e}"))?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--directory").arg(root);
    // As root it would give the files to whoever has the numbers of their owners.
    tar.arg("--no-same-owner").args(what);
    tar.stdin(archive.stdout.take().map_or_else(Stdio::null, Stdio::from));
    let unpacked = crate::run(&mut tar);
    let _ = archive.wait();
    unpacked
}
