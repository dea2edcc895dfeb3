//! `disagreements.txt`: what other decoders say differently, and who is right.

use crate::compare::{Comparison, Place, Verdict};
use std::collections::BTreeSet;

const LIST: &str = include_str!("disagreements.txt");

/// A line of the list.
struct Entry {
    line: usize,
    decoder: &'static str,
    family: String,
    verdict: Verdict,
    /// A C name; a `*` at the end stands for any rest.
    name: String,
}

/// Fails for disagreements that are not listed, and for lines that nothing needs.
pub(crate) fn check(comparison: &Comparison, skipped: &[String], decoders: &[&'static str]) {
    let (release, entries) = parse(LIST).unwrap_or_else(|error| panic!("disagreements.txt: {error}"));
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
    let same_kernel = running.starts_with(&format!("{release}."));
    for (at, entry) in entries.iter().enumerate() {
        if used.contains(&at) || !decoders.contains(&entry.decoder) {
            continue;
        }
        let seen = comparison.seen.iter().any(|place| entry.is_at(place));
        // What another kernel does not send is no reason to take it off.
        if seen || same_kernel && !skipped.contains(&entry.family) {
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

/// The kernel that the list is of, and its entries.
fn parse(text: &str) -> Result<(String, Vec<Entry>), String> {
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
            continue;
        }
        if let Some(inside) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let (decoder, family) = inside.split_once(' ').ok_or_else(|| wrong("want [DECODER FAMILY]"))?;
            let decoder = ["pyroute2", "ynl"].into_iter().find(|name| *name == decoder);
            section = Some((decoder.ok_or_else(|| wrong("no such decoder"))?, family.to_owned()));
            continue;
        }
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
            entries.push(Entry { line: at + 1, decoder, family: family.clone(), verdict, name });
        }
    }
    Ok((release.ok_or("of no kernel")?, entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_a_place_a_verdict_and_a_reason() {
        let (release, entries) =
            parse("kernel 6.18\n# words\n[ynl tc]\ndiffers A B.*: because\n    of that\n").expect("a list");
        assert_eq!((release.as_str(), entries.len()), ("6.18", 2));
        let place = |name: &str| Place { decoder: "ynl", family: "tc".to_owned(), name: name.to_owned() };
        assert!(entries[0].covers(&place("A"), Verdict::Differs));
        assert!(!entries[0].covers(&place("A"), Verdict::Unknown) && !entries[0].is_at(&place("AB")));
        assert!(entries[1].is_at(&place("B.x")) && !entries[1].is_at(&place("B")));
        assert!(!entries[0].is_at(&Place { decoder: "pyroute2", ..place("A") }));
        for wrong in [
            "differs A: because",
            "[plain tc]",
            "[ynl]",
            "[ynl tc]\nwrong A: because",
            "[ynl tc]\ndiffers A",
            "[ynl tc]\ndiffers A: ",
            "[ynl tc]",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
