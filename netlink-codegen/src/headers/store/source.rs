//! What the headers of one kernel can tell.

use std::collections::HashSet;

use crate::headers::facts::Store;

/// The headers that came with one kernel, to tell those that it does not have from those that
/// its package could not hold.
pub(in crate::headers) struct Source<'k> {
    unreadable: HashSet<&'k str>,
    lower_case: HashSet<String>,
    folders: HashSet<&'k str>,
}

impl<'k> Source<'k> {
    pub(in crate::headers) fn of(one: &'k Store) -> Source<'k> {
        let missing: HashSet<&str> = one.missing_headers.iter().map(|(_, h)| h.as_str()).collect();
        let there = || one.headers.iter().map(String::as_str).filter(|h| !missing.contains(h));
        Source {
            unreadable: one.unknown_headers.iter().map(|(_, h)| h.as_str()).collect(),
            lower_case: there().map(str::to_lowercase).collect(),
            folders: there().map(folder).collect(),
        }
    }

    /// The kernel does not have this header, which is not among those that came. Packages for all
    /// systems hold one of two that differ in case only, some leave out whole folders, and headers
    /// of the source are only in the source: then nobody knows.
    pub(in crate::headers) fn lacks(&self, header: &str) -> bool {
        !self.unreadable.contains(header)
            && !self.lower_case.contains(&header.to_lowercase())
            && self.folders.contains(folder(header))
    }
}

/// `linux`, `rdma`…
fn folder(header: &str) -> &str {
    header.split_once('/').map_or("", |(folder, _)| folder)
}
