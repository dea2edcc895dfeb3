//! Crates outside of the workspace, as other projects have them.
//!
//! A [`Project`] is a copy of one, with its own lock file and its own idea of where the crates of
//! the toolchain are: the tree's, or packaged ones. All projects share a target directory, so what
//! they depend on is built once; [`Project`]s are therefore used one at a time.

use std::fs::{self, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

/// The published crates in the order of their publication, and where they are in the tree.
pub const PUBLISHED: &[(&str, &str)] = &[
    ("netlink-derive", "netlink-derive"),
    ("netlink-runtime", "netlink-runtime"),
    ("netlink-schemas", "schemas"),
    ("netlink-kernel-headers", "kernel-headers"),
    ("netlink-codegen", "netlink-codegen"),
    ("netlink-families", "netlink-families"),
];

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The published crates as they are in the tree.
pub fn tree() -> Vec<(&'static str, PathBuf)> {
    PUBLISHED.iter().map(|(name, path)| (*name, root().join(path))).collect()
}

/// A crate of its own.
#[derive(Debug)]
pub struct Project {
    /// Where it is.
    pub dir: PathBuf,
    target: PathBuf,
    env: Vec<(&'static str, String)>,
}

impl Project {
    /// Copies what is in `from` to `dir`, afresh. It is built in `target`, on these crates.
    pub fn copy(from: &Path, dir: &Path, target: &Path, crates: &[(&str, PathBuf)]) -> io::Result<Self> {
        let _ = fs::remove_dir_all(dir);
        copy(from, dir)?;
        Self::at(dir, target, crates)
    }

    /// The project in `dir`. It is built in `target`, on these crates.
    pub fn at(dir: &Path, target: &Path, crates: &[(&str, PathBuf)]) -> io::Result<Self> {
        // The same versions of everything else, which are there already.
        fs::copy(root().join("Cargo.lock"), dir.join("Cargo.lock"))?;
        let mut config = String::from("[patch.crates-io]\n");
        for (name, path) in crates {
            config.push_str(&format!("{name} = {{ path = {:?} }}\n", std::path::absolute(path)?));
        }
        fs::create_dir_all(dir.join(".cargo"))?;
        fs::write(dir.join(".cargo/config.toml"), config)?;
        let (dir, target) = (std::path::absolute(dir)?, std::path::absolute(target)?);
        Ok(Project { dir, target, env: Vec::new() })
    }

    /// Sets a variable of the environment for every command from now on.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.env.retain(|(n, _)| *n != name);
        self.env.push((name, value.to_owned()));
    }

    /// A file's text.
    pub fn read(&self, file: &str) -> io::Result<String> {
        fs::read_to_string(self.dir.join(file))
    }

    /// Writes a file.
    pub fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.dir.join(file), text)
    }

    /// Makes a file look changed.
    pub fn touch(&self, file: &str) -> io::Result<()> {
        let file = fs::File::options().append(true).open(self.dir.join(file))?;
        file.set_times(FileTimes::new().set_modified(SystemTime::now()))
    }

    /// Prepares a cargo command without network. `before` stands before it: `unshare -rn`.
    pub fn command(&self, before: &[&str], args: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = match before {
            [] => Command::new(cargo),
            [program, words @ ..] => {
                let mut command = Command::new(program);
                command.args(words).arg(cargo);
                command
            }
        };
        command.args(args).arg("--offline").current_dir(&self.dir);
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_COLOR", "never");
        // What a cargo that runs us has set for itself.
        command.env_remove("OUT_DIR").env_remove("CARGO_TERM_VERBOSE").env_remove("CARGO_TERM_QUIET");
        command.envs(self.env.iter().map(|(name, value)| (*name, value)));
        command
    }

    /// Runs a cargo command without network to its end.
    pub fn cargo(&self, args: &[&str]) -> io::Result<Output> {
        self.command(&[], args).output()
    }

    /// Everything that the project is built of, one `name version` a line. Downloads what is not
    /// there: the one step that may need the network.
    pub fn dependencies(&self) -> io::Result<String> {
        let args = ["tree", "--edges", "normal,build", "--prefix", "none"];
        let mut output = self.cargo(&args)?;
        if !output.status.success() {
            let mut online = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            output = online.args(args).current_dir(&self.dir).output()?;
        }
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(io::Error::other(text(&output.stderr)))
        }
    }
}

/// What a command printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Copies a folder, but for what cargo made in it.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, dest) = (entry.path(), to.join(entry.file_name()));
        match entry.file_name().to_str() {
            Some("target" | "Cargo.lock") => {}
            _ if source.is_dir() => copy(&source, &dest)?,
            _ => {
                fs::copy(&source, &dest)?;
            }
        }
    }
    Ok(())
}
