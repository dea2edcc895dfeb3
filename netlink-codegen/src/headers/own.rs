//! Facts of headers of one's own, together with the shipped ones.

use super::extract::{self, BASE_TARGET, Finding, Options, extract};
use super::facts::{Kernel, Store};
use super::{overlay, store};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where headers find `linux/types.h` and the like.
const SYSTEM: &str = "/usr/include";

/// The shipped facts with those of other headers.
#[derive(Debug)]
pub struct Own {
    /// All of them.
    pub facts: Store,
    /// The kernel that the headers belong to.
    pub release: String,
    /// What is wrong with the headers.
    pub findings: Vec<Finding>,
    /// Names that had another meaning before.
    pub changed: Vec<String>,
}

/// Why there are no such facts.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory cannot be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Nothing says which kernel they are of.
    #[error("{}: this should say which kernel the headers belong to", .0.display())]
    NoRelease(PathBuf),
    /// There are none.
    #[error("{}: there are no headers (*.h) in it", .0.display())]
    NoHeaders(PathBuf),
    /// They cannot be read.
    #[error(transparent)]
    Extract(#[from] extract::Error),
    /// The shipped facts are damaged.
    #[error("the shipped facts: {0}")]
    Shipped(String),
}

/// With those of a kernel's include directory (that holds `linux/`): of the headers that the project knows,
/// and of these. They are one kernel's beside the others, so names that it lacks are known all the same.
pub fn of_kernel(directory: &Path, more: &[String]) -> Result<Own, Error> {
    let version = directory.join("linux/version.h");
    let release = release_of(&version).ok_or(Error::NoRelease(version))?;
    let mut options = Options::listed(directory.to_owned(), kernel(&release));
    options.headers.extend(more.iter().cloned());
    let extraction = extract(&options)?;
    let facts = store::merge(&shipped()?, &extraction.store);
    Ok(Own { facts, release, findings: extraction.findings, changed: Vec::new() })
}

/// With those of all headers in a directory and below it: a kernel's if it has `linux/version.h`, otherwise
/// headers of one's own, which count for every kernel.
pub fn of_directory(directory: &Path, more: &[String]) -> Result<Own, Error> {
    if directory.join("linux/version.h").is_file() {
        return of_kernel(directory, more);
    }
    let mut files = Vec::new();
    collect(directory, &mut files).map_err(|error| Error::Io { path: directory.to_owned(), error })?;
    if files.is_empty() {
        return Err(Error::NoHeaders(directory.to_owned()));
    }
    files.sort();
    let mut facts = shipped()?;
    let newest = facts.kernels.last().map_or_else(|| "headers".to_owned(), |k| k.release.clone());
    let extraction = extract(&Options {
        root: PathBuf::from(SYSTEM),
        target: BASE_TARGET.to_owned(),
        fallback: None,
        include: vec![directory.to_owned()],
        kernel: kernel(&newest),
        headers: Vec::new(),
        files,
        private: Vec::new(),
    })?;
    let changed = overlay::overlay(&mut facts, &extraction.store);
    Ok(Own { facts, release: newest, findings: extraction.findings, changed })
}

fn shipped() -> Result<Store, Error> {
    store::shipped().map_err(|e| Error::Shipped(e.to_string()))
}

fn kernel(release: &str) -> Kernel {
    Kernel {
        version: release.to_owned(),
        release: release.to_owned(),
        package: String::new(),
        sha256: String::new(),
    }
}

/// Headers in a directory and below it.
fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "h") {
            files.push(path);
        }
    }
    Ok(())
}

/// `6.12` of the `LINUX_VERSION_CODE` in `linux/version.h`, which every kernel has.
fn release_of(version: &Path) -> Option<String> {
    let text = fs::read_to_string(version).ok()?;
    let line = text.lines().find(|line| line.split_whitespace().nth(1) == Some("LINUX_VERSION_CODE"))?;
    let code: u32 = line.split_whitespace().nth(2)?.parse().ok()?;
    Some(format!("{}.{}", code >> 16, code >> 8 & 0xff))
}
