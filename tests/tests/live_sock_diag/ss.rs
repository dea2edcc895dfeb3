//! What `ss` says of sockets.

use netlink_tests::has_program;
use std::collections::BTreeMap;
use std::process::Command;

/// A line of `ss`, with the details below it.
pub(crate) struct Line {
    words: Vec<String>,
}

impl Line {
    /// A column.
    pub(crate) fn word(&self, ix: usize) -> &str {
        self.words.get(ix).map_or("", String::as_str)
    }

    /// The text after `key` in a word of the details: `1464412` of `ino:1464412`.
    pub(crate) fn after(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(key))
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }

    /// `skmem:(r0,rb131072,…)` in the order of `SK_MEMINFO_*`.
    pub(crate) fn memory(&self) -> Vec<u32> {
        let text = self.after("skmem:(").unwrap_or_default().trim_end_matches(')');
        let given: BTreeMap<&str, u32> = text
            .split(',')
            .filter_map(|part| {
                let digits = part.find(|c: char| c.is_ascii_digit())?;
                Some((&part[..digits], part[digits..].parse().ok()?))
            })
            .collect();
        ["r", "rb", "t", "tb", "f", "w", "o", "bl", "d"]
            .iter()
            .filter_map(|key| given.get(key).copied())
            .collect()
    }
}

/// Sockets by inode, which `inode` finds in a line; `None` without the program.
pub(crate) fn list(args: &str, inode: impl Fn(&Line) -> Option<u32>) -> Option<BTreeMap<u32, Line>> {
    if !has_program("ss") {
        return None;
    }
    let output = Command::new("ss").args(args.split_whitespace()).output().expect("ss runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // Details stand on lines of their own, behind a tab.
    let joined = text.replace("\n\t", " ");
    let lines =
        joined.lines().map(|line| Line { words: line.split_whitespace().map(str::to_owned).collect() });
    Some(lines.filter_map(|line| Some((inode(&line)?, line))).collect())
}
