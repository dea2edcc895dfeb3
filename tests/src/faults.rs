//! Faults that are put in on purpose: a test that has never failed says nothing.
//!
//! The files of `tests/faults` list them. A fault has a name, says what is edited in which file, as
//! lines of a diff, and which conformance tests have to fail of it:
//!
//! ```text
//! # What is wrong now, in words.
//! fault last-wins
//! in netlink-runtime/src/owned.rs
//! -        if slot.is_some() {
//! +        if false {
//! fails requirements::e_duplicates netlinklib::the_first_of_two_counts
//! ```
//!
//! Lines with `-` and a space are looked for, and have to stand in the file exactly once; they are
//! replaced by those with `+` and a space. A fault may have several edits, each after a line `in`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A fault.
#[derive(Debug)]
pub struct Fault {
    /// Its name.
    pub name: String,
    /// What is edited for it.
    pub edits: Vec<Edit>,
    /// The conformance tests that fail of it.
    pub fails: Vec<String>,
}

/// One place that is edited.
#[derive(Debug, Default)]
pub struct Edit {
    /// The file, from the root of the tree.
    pub file: String,
    /// The lines that are there.
    pub find: String,
    /// The lines that take their place.
    pub put: String,
}

impl Edit {
    /// The file's text with the fault in it.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        // At the start of a line, so that it stands there whole.
        let at = |from: usize| {
            let found = text[from..].match_indices(&self.find).map(|(at, _)| from + at);
            found.filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n').collect::<Vec<_>>()
        };
        match at(0).as_slice() {
            [start] => {
                let (before, after) = (&text[..*start], &text[start + self.find.len()..]);
                Ok(format!("{before}{}{after}", self.put))
            }
            places => Err(format!("{}: found {} times, not once:\n{}", self.file, places.len(), self.find)),
        }
    }
}

/// The folder of the lists.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("faults")
}

/// All faults of all lists, by file and place.
pub fn read() -> Result<Vec<Fault>, String> {
    let entries = std::fs::read_dir(folder()).map_err(|e| format!("{}: {e}", folder().display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    let mut all: Vec<Fault> = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        all.extend(parse(&text).map_err(|e| format!("{}:{e}", file.display()))?);
    }
    let mut names = BTreeSet::new();
    match all.iter().find(|f| !names.insert(&f.name)) {
        Some(twice) => Err(format!("two faults are named {}", twice.name)),
        None => Ok(all),
    }
}

/// The faults of one list; an error begins with its line.
fn parse(text: &str) -> Result<Vec<Fault>, String> {
    let mut all: Vec<Fault> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let odd = |what: &str| format!("{}: {what}: {line}", at + 1);
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "fault" {
            all.push(Fault { name: rest.to_owned(), edits: Vec::new(), fails: Vec::new() });
            continue;
        }
        if matches!(word, "" | "#") {
            continue;
        }
        let fault = all.last_mut().ok_or_else(|| odd("no fault begins before this"))?;
        let edit = fault.edits.last_mut();
        match (word, edit) {
            ("in", _) => fault.edits.push(Edit { file: rest.to_owned(), ..Edit::default() }),
            ("fails", _) => fault.fails.extend(rest.split_whitespace().map(str::to_owned)),
            // Writing to a String cannot fail.
            ("-", Some(edit)) => writeln!(edit.find, "{rest}").unwrap_or_default(),
            ("+", Some(edit)) => writeln!(edit.put, "{rest}").unwrap_or_default(),
            ("-" | "+", None) => return Err(odd("no file is named before this")),
            _ => return Err(odd("neither of fault, in, -, +, fails, #")),
        }
    }
    let whole =
        |f: &&Fault| !f.edits.is_empty() && f.edits.iter().all(|e| !e.find.is_empty()) && !f.fails.is_empty();
    match all.iter().find(|f| !whole(f)) {
        Some(half) => Err(format!(" {} has no edit, or fails nothing", half.name)),
        None => Ok(all),
    }
}

/// Every test of the running program is named by a fault, and faults name no others of it. Names in the
/// list are those of the conformance tests, or `program/test`. Gives how many tests there are.
///
/// # Panics
///
/// Where one is missing.
pub fn check_list(program: Option<&str>, except: &[&str]) -> usize {
    let exe = std::env::current_exe().expect("the test's own path");
    let list = std::process::Command::new(exe).args(["--list", "--format", "terse"]).output();
    let list = String::from_utf8(list.expect("the list of tests").stdout).expect("text");
    let tests = list.lines().filter_map(|line| line.strip_suffix(": test"));
    let tests: BTreeSet<String> =
        tests.filter(|test| !except.iter().any(|start| test.starts_with(start))).map(str::to_owned).collect();
    let faults = read().unwrap_or_else(|error| panic!("{error}"));
    let named = faults.into_iter().flat_map(|fault| fault.fails);
    let named: BTreeSet<String> = named
        .filter_map(|name| match (name.split_once('/'), program) {
            (None, None) => Some(name),
            (Some((of, test)), Some(program)) if of == program => Some(test.to_owned()),
            _ => None,
        })
        .collect();
    let nobody: Vec<_> = tests.difference(&named).collect();
    assert!(nobody.is_empty(), "no fault in {} names {nobody:#?}", folder().display());
    let unknown: Vec<_> = named.difference(&tests).collect();
    assert!(unknown.is_empty(), "faults name tests that there are not: {unknown:#?}");
    tests.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
# A word.
fault one
in a.rs
-     if x {
+     if true {
in b.rs
- gone
fails m::a m::b
fails m::c
";

    #[test]
    fn a_list_is_read() {
        let faults = parse(LIST).unwrap();
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        assert_eq!((fault.name.as_str(), fault.edits.len()), ("one", 2));
        assert_eq!(fault.fails, ["m::a", "m::b", "m::c"]);
        let text = "fn f() {\n    if x {\n        gone\n";
        assert_eq!(fault.edits[0].apply(text).unwrap(), "fn f() {\n    if true {\n        gone\n");
        assert!(fault.edits[1].apply(text).is_err(), "not at the start of a line");
        assert!(fault.edits[0].apply(&text.repeat(2)).is_err(), "twice");
    }

    #[test]
    fn odd_lists_are_refused() {
        for odd in ["in a.rs", "fault x", "fault x\nin a\nfails y", "fault x\n- y", "fault x\nput it"] {
            assert!(parse(odd).is_err(), "{odd}");
        }
    }
}
