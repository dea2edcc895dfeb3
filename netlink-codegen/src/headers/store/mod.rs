//! The store: facts of many kernels as text that diffs well.
//!
//! One file per header, one fact per line, history by change; `MANIFEST.toml` lists the
//! kernels. `README.md` of the data crate shows the format by example.

mod arch;
mod manifest;
mod merge;
mod read;
mod source;
mod syntax;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::facts::Store;

pub use arch::add_arch;
pub use merge::{compose, merge, only};
pub use read::read;
pub(super) use source::Source;
pub use write::write;

/// The file that lists the kernels.
const MANIFEST: &str = "MANIFEST.toml";
/// The folder of facts.
const FACTS: &str = "facts";

/// Why a store could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A line says something that the format does not know.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The file, relative to the store.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The facts that ship inside the tool.
pub fn shipped() -> Result<Store, Error> {
    read(netlink_kernel_headers::MANIFEST, netlink_kernel_headers::FACTS.iter().copied())
}

/// The store in a directory; empty when there is no `MANIFEST.toml` yet.
pub fn load_dir(directory: &Path) -> Result<Store, Error> {
    let manifest = match fs::read_to_string(directory.join(MANIFEST)) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Store::default()),
        Err(source) => return Err(Error::Io { path: directory.join(MANIFEST), source }),
    };
    let files = fact_files(&directory.join(FACTS))?;
    read(&manifest, files.iter().map(|(header, text)| (header.as_str(), text.as_str())))
}

/// Header paths and texts below `facts`.
fn fact_files(facts: &Path) -> Result<BTreeMap<String, String>, Error> {
    let mut files = BTreeMap::new();
    let mut folders = vec![facts.to_owned()];
    while let Some(folder) = folders.pop() {
        let io = |source| Error::Io { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let header = path.strip_prefix(facts).ok().and_then(Path::to_str);
            let Some(header) = header.and_then(|name| name.strip_suffix(".txt")) else { continue };
            let header = header.replace(std::path::MAIN_SEPARATOR, "/");
            let text =
                fs::read_to_string(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
            files.insert(header, text);
        }
    }
    Ok(files)
}

/// Writes a store into a directory and returns the files that changed. When the directory is
/// the data crate (it has a `Cargo.toml`), its `lib.rs` is brought up to date as well.
///
/// Everything is written beside its place first and then moved, so an interrupted run leaves
/// no file half-written.
pub fn save_dir(store: &Store, directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let (manifest, facts) = write(store);
    let mut wanted: Vec<(PathBuf, String)> = facts
        .iter()
        .map(|(header, text)| (directory.join(FACTS).join(format!("{header}.txt")), text.clone()))
        .collect();
    if directory.join("Cargo.toml").is_file() {
        wanted.push((directory.join("lib.rs"), data_crate(facts.keys())));
    }
    wanted.push((directory.join(MANIFEST), manifest));
    wanted.retain(|(path, text)| fs::read_to_string(path).ok().as_ref() != Some(text));

    let mut staged = Vec::new();
    let outcome = wanted.iter().try_for_each(|(path, text)| {
        let temporary = path.with_extension(format!("new-{}", std::process::id()));
        let io = |source| Error::Io { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(io)?;
        }
        staged.push((temporary.clone(), path.clone()));
        fs::write(&temporary, text).map_err(io)
    });
    let outcome = outcome.and_then(|()| {
        staged.iter().try_for_each(|(temporary, path)| {
            fs::rename(temporary, path).map_err(|source| Error::Io { path: path.clone(), source })
        })
    });
    if let Err(error) = outcome {
        for (temporary, _) in &staged {
            // What was moved already is gone from here, which is as it should be.
            let _ = fs::remove_file(temporary);
        }
        return Err(error);
    }
    Ok(wanted.into_iter().map(|(path, _)| path).collect())
}

/// The source of the data crate, which ships the store's files as they are.
fn data_crate<'h>(headers: impl Iterator<Item = &'h String>) -> String {
    let mut text = String::from(
        "//! Facts extracted from Linux UAPI headers, as text.\n\
         //!\n\
         //! Written by `netlink-codegen extract`; not edited by hand.\n\
         #![no_std]\n\
         #![forbid(unsafe_code)]\n\n\
         /// The kernels, oldest first: release, version, package and checksum of each.\n\
         pub static MANIFEST: &str = include_str!(\"MANIFEST.toml\");\n\n\
         /// The headers that are extracted, and the families that use them.\n\
         pub static HEADERS: &str = include_str!(\"headers.txt\");\n\n\
         /// What the newest kernel's source says that it accepts for each attribute.\n\
         pub static POLICIES: &str = include_str!(\"policies.txt\");\n\n\
         /// Every header: its path below the include directory and its facts.\n\
         #[rustfmt::skip]\n\
         pub static FACTS: &[(&str, &str)] = &[\n",
    );
    for header in headers {
        text += &format!("    (\"{header}\", include_str!(\"{FACTS}/{header}.txt\")),\n");
    }
    text + "];\n"
}
