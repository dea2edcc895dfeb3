//! Generated files on disk: what differs, writing, and what is left over.

use super::OutFile;
use super::file::MARKER;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Relative to the output directory.
    pub path: String,
    /// The first difference; `None` when the file does not exist.
    pub first: Option<Difference>,
}

/// The first line in which two texts differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Counted from 1.
    pub line: usize,
    /// What is there; `None` beyond the end.
    pub found: Option<String>,
    /// What should be there; `None` beyond the end.
    pub wanted: Option<String>,
    /// Lines that only one of the texts has, in all.
    pub lines: usize,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = &self.first else { return write!(f, "{}: missing", self.path) };
        let s = if first.lines == 1 { "" } else { "s" };
        write!(f, "{}:{}: {} line{s} to change, the first:", self.path, first.line, first.lines)?;
        if let Some(found) = &first.found {
            write!(f, "\n  - {}", found.trim_end())?;
        }
        if let Some(wanted) = &first.wanted {
            write!(f, "\n  + {}", wanted.trim_end())?;
        }
        Ok(())
    }
}

/// The files under `dir` that are missing or differ.
pub fn compare(dir: &Path, files: &[OutFile]) -> io::Result<Vec<Stale>> {
    let mut out = Vec::new();
    for file in files {
        match fs::read(dir.join(&file.path)) {
            Ok(found) if found == file.text.as_bytes() => {}
            Ok(found) => {
                let first = difference(&String::from_utf8_lossy(&found), &file.text);
                out.push(Stale { path: file.path.clone(), first: Some(first) });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                out.push(Stale { path: file.path.clone(), first: None });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(out)
}

/// Writes the files that differ, each in one step, and says which.
///
/// A file that is right keeps its time stamp, so cargo does not build again for nothing.
pub fn write(dir: &Path, files: &[OutFile]) -> io::Result<Vec<Stale>> {
    let stale = compare(dir, files)?;
    for file in files.iter().filter(|f| stale.iter().any(|s| s.path == f.path)) {
        let path = dir.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&temporary, &file.text)?;
        if let Err(error) = fs::rename(&temporary, &path) {
            // The error that matters is the first one.
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
    }
    Ok(stale)
}

/// Rust files in `dir` that carry the marker of generated files and are not among `files`.
/// They are only reported: a family that went away is for a person to delete.
pub fn orphans(dir: &Path, folder: &str, files: &[OutFile]) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(dir.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut out = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "rs") || files.iter().any(|f| dir.join(&f.path) == path) {
            continue;
        }
        let mut start = Vec::new();
        fs::File::open(&path)?.take(MARKER.len() as u64).read_to_end(&mut start)?;
        if start == MARKER.as_bytes() {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

fn difference(found: &str, wanted: &str) -> Difference {
    let (a, b): (Vec<&str>, Vec<&str>) = (found.split('\n').collect(), wanted.split('\n').collect());
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    Difference {
        line: same + 1,
        found: a[..a.len() - tail].first().map(|l| (*l).to_owned()),
        wanted: b[..b.len() - tail].first().map(|l| (*l).to_owned()),
        lines: (a.len() - tail).max(b.len() - tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> OutFile {
        OutFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn writes_only_what_differs_and_reports_leftovers() {
        let dir = std::env::temp_dir().join(format!("netlink-codegen-disk-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let first = [file("src/a.rs", "one\ntwo\nthree\n"), file("src/b.rs", &format!("{MARKER}b\n"))];
        assert_eq!(write(&dir, &first).unwrap().len(), 2);
        assert_eq!(write(&dir, &first).unwrap(), []);

        let second = [file("src/a.rs", "one\n2\nthree\n")];
        let stale = compare(&dir, &second).unwrap();
        assert_eq!(stale[0].to_string(), "src/a.rs:2: 1 line to change, the first:\n  - two\n  + 2");
        assert_eq!(fs::read_to_string(dir.join("src/a.rs")).unwrap(), "one\ntwo\nthree\n");
        write(&dir, &second).unwrap();
        assert_eq!(fs::read_to_string(dir.join("src/a.rs")).unwrap(), "one\n2\nthree\n");

        // `a.rs` has no marker: written by hand as far as we can tell.
        assert_eq!(orphans(&dir, "src", &[]).unwrap(), [dir.join("src/b.rs")]);
        let names: Vec<_> = fs::read_dir(dir.join("src")).unwrap().collect();
        assert_eq!(names.len(), 2, "no temporary files stay: {names:?}");
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn differences_at_the_ends() {
        assert_eq!(difference("a\n", "a\nb\n").wanted.as_deref(), Some("b"));
        assert_eq!(difference("a\nb\n", "a\n").found.as_deref(), Some("b"));
        assert_eq!(difference("a\nb\n", "a\n").wanted, None);
    }
}
