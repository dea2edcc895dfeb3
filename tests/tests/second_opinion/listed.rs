//! `disagreements.txt`: what other decoders say differently, and who is right.

use crate::compare::{Comparison, Place, Verdict};
use std::collections::BTreeSet;

const LIST: &str = include_str!("disagreements.txt");

/// A line of the list.
struct Entry {
    line: usize,
    /// The kernel that sends it.
    release: String,
    decoder: &'static str,
    family: String,
    verdict: Verdict,
    /// A C name; a `*` at the end stands for any rest.
    name: String,
}

/// Fails for disagreements that are not listed, and for lines that nothing needs.
pub(crate) fn check(comparison: &Comparison, skipped: &[String], decoders: &[&'static str]) {
    let entries = parse(LIST).unwrap_or_else(|error| panic!("disagreements.txt: {error}"));
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for ((place, verdict), finding) in &comparison.findings {
        match entries.iter().enumerate().find(|(_, entry)| entry.covers(place, *verdict)) {
            Some((at, _)) => {
                used.insert(at);
            }
            None => wrong.push(format!(
                "not listed: [{} {}] {} {}: {} x {}",
                place.decoder,
                place.family,
                verdict.word(),
                place.name,
                finding.count,
                finding.example
            )),
        }
    }
    let running = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    for (at, entry) in entries.iter().enumerate() {
        // What another kernel does not send is no reason to take it off.
        let sent = running.starts_with(&format!("{}.", entry.release)) && !skipped.contains(&entry.family);
        if sent && decoders.contains(&entry.decoder) && !used.contains(&at) {
            wrong.push(format!("line {}: nothing needs it: {}", entry.line, entry.name));
        }
    }
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n"));
}

impl Entry {
    fn is_at(&self, place: &Place) -> bool {
        let named = match self.name.strip_suffix('*') {
            Some(start) => place.name.starts_with(start),
            None => place.name == self.name,
        };
        self.decoder == place.decoder && self.family == place.family && named
    }

    fn covers(&self, place: &Place, verdict: Verdict) -> bool {
        self.verdict == verdict && self.is_at(place)
    }
}

/// The entries of a list.
fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let mut release = None;
    let mut section = None;
    let mut entries: Vec<Entry> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}", at + 1);
        if line.is_empty() || line.starts_with('#') || line.starts_with(' ') {
            // A comment, or more of a reason.
            continue;
        }
        if let Some(kernel) = line.strip_prefix("kernel ") {
            release = Some(kernel.to_owned());
            section = None;
            continue;
        }
        if let Some(inside) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let (decoder, family) = inside.split_once(' ').ok_or_else(|| wrong("want [DECODER FAMILY]"))?;
            let decoder = ["pyroute2", "ynl"].into_iter().find(|name| *name == decoder);
            section = Some((decoder.ok_or_else(|| wrong("no such decoder"))?, family.to_owned()));
            continue;
        }
        let release = release.clone().ok_or_else(|| wrong("of no kernel"))?;
        let (decoder, family) = section.clone().ok_or_else(|| wrong("not in a section"))?;
        let (what, reason) = line.split_once(": ").ok_or_else(|| wrong("without a reason"))?;
        if reason.trim().is_empty() {
            return Err(wrong("that is no reason"));
        }
        let mut words = what.split(' ');
        let verdict = words.next().and_then(|word| Verdict::ALL.into_iter().find(|v| v.word() == word));
        let verdict = verdict.ok_or_else(|| wrong("no such verdict"))?;
        // One entry for each name, so that each has to be needed.
        for name in words.map(str::to_owned) {
            let (release, family) = (release.clone(), family.clone());
            entries.push(Entry { line: at + 1, release, decoder, family, verdict, name });
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_place_a_verdict_and_a_reason() {
        let entries =
            parse("kernel 6.18\n# words\n[ynl tc]\ndiffers A B.*: because\n    of that\n").expect("a list");
        assert_eq!((entries[1].release.as_str(), entries[1].line, entries.len()), ("6.18", 4, 2));
        let place = |name: &str| Place { decoder: "ynl", family: "tc".to_owned(), name: name.to_owned() };
        assert!(entries[0].covers(&place("A"), Verdict::Differs));
        assert!(!entries[0].covers(&place("A"), Verdict::Unknown) && !entries[0].is_at(&place("AB")));
        assert!(entries[1].is_at(&place("B.x")) && !entries[1].is_at(&place("B")));
        assert!(!entries[0].is_at(&Place { decoder: "pyroute2", ..place("A") }));
        for wrong in [
            "[ynl tc]\ndiffers A: because",
            "kernel 6.18\ndiffers A: because",
            "[plain tc]",
            "[ynl]",
            "kernel 6.18\n[ynl tc]\nwrong A: because",
            "kernel 6.18\n[ynl tc]\ndiffers A",
            "kernel 6.18\n[ynl tc]\ndiffers A: ",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
