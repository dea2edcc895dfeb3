//! `--headers`: facts of headers of the user's own.

use super::Stop;
use crate::headers::facts::Store;
use crate::headers::own;
use std::path::{Path, PathBuf};

/// The shipped facts with those of a directory's headers. Of a kernel's headers those are read that the tool
/// knows, and those that the schemas name.
pub(super) fn facts(directory: &Path, schemas: &[PathBuf]) -> Result<Store, Stop> {
    let named: Vec<_> = schemas.iter().flat_map(|schema| named(schema)).collect();
    let told = |error: own::Error| Stop::Usage(format!("--headers: {error}"));
    let own = own::of_directory(directory, &named).map_err(told)?;
    for finding in own.findings.iter().filter(|finding| finding.error) {
        eprintln!("warning: {finding}");
    }
    for name in &own.changed {
        eprintln!("note: {name}: the header's meaning replaces the kernel's");
    }
    Ok(own.facts)
}

/// The headers that a schema file names. (What is wrong with the file is told when it is loaded.)
fn named(schema: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(schema).unwrap_or_default();
    let value = |line: &str| {
        Some(line.trim().strip_prefix("uapi-header:")?.trim().trim_matches(['"', '\'']).to_owned())
    };
    text.lines().filter_map(value).collect()
}
