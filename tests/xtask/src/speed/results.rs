//! What was measured, and its file: `docs/speed/results.json`.

use super::load::Load;
use super::machine::Machine;
use super::work::Part;
use crate::Result;
use crate::spread::Spread;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A number that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Metric {
    /// Nanoseconds for each message.
    Time,
    /// Milliseconds for all messages.
    Whole,
    /// User CPU time, milliseconds for all messages.
    User,
    /// System CPU time, milliseconds for all messages.
    System,
    /// Instructions in user space for each message.
    Instructions,
    /// Allocations for each message.
    Allocations,
    /// Most memory that the process had, in kilobytes.
    Peak,
    /// CPU seconds of the compiler: the crates of the library in question.
    Own,
    /// The same: all that cargo compiles.
    All,
    /// Of a file or of files.
    Bytes,
}

/// One way to do a piece of work, measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) work: String,
    pub(crate) program: String,
    pub(crate) case: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) values: BTreeMap<Metric, Spread>,
    /// How many messages there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) messages: Option<u64>,
    /// What else is to be said: why there are no values, or not all, for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

impl Row {
    pub(crate) fn new(work: &str, program: &str, case: &str) -> Self {
        let (work, program, case) = (work.to_owned(), program.to_owned(), case.to_owned());
        Row { work, program, case, values: BTreeMap::new(), messages: None, notes: Vec::new() }
    }

    /// The median.
    pub(crate) fn value(&self, metric: Metric) -> Option<f64> {
        Some(self.values.get(&metric)?.median)
    }

    /// Notes a number that is the same each time.
    pub(crate) fn set(&mut self, metric: Metric, value: f64) {
        self.values.insert(metric, Spread::exact(value));
    }
}

/// When and under what load a part was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) date: String,
    /// How often each case ran.
    pub(crate) rounds: usize,
    pub(crate) load: Load,
}

/// Everything that is known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    /// By part.
    pub(crate) runs: BTreeMap<String, Run>,
    pub(crate) rows: Vec<Row>,
}

impl Results {
    /// What the file holds; nothing when there is none.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display())),
            Err(_) => Ok(Results::default()),
        }
    }

    /// Writes it with a line for each row, so that changes can be read.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let json = |e: serde_json::Error| e.to_string();
        let rows: Result<Vec<String>> =
            self.rows.iter().map(|row| serde_json::to_string(row).map_err(json)).collect();
        let text = format!(
            "{{\n\"machine\": {},\n\"runs\": {},\n\"rows\": [\n{}\n]\n}}\n",
            serde_json::to_string_pretty(&self.machine).map_err(json)?,
            serde_json::to_string_pretty(&self.runs).map_err(json)?,
            rows?.join(",\n")
        );
        fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Takes what was measured now in the place of what there was of the same parts.
    pub(crate) fn take(&mut self, new: Results) {
        let works: Vec<&str> = new.rows.iter().map(|row| row.work.as_str()).collect();
        self.rows.retain(|row| !works.contains(&row.work.as_str()));
        self.rows.extend(new.rows);
        self.runs.extend(new.runs);
        self.machine = new.machine;
    }

    /// The row of a program's case.
    pub(crate) fn row(&self, program: &str, case: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.program == program && row.case == case)
    }

    /// Was a part in which time counts measured while the machine had other work?
    pub(crate) fn loaded(&self, part: Part) -> bool {
        part.timed() && self.runs.get(part.name()).is_some_and(|run| run.load.high())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_replaces_itself() {
        let with = |work: &str, case: &str| {
            let mut row = Row::new(work, "ours", case);
            row.set(Metric::Time, 7.5);
            row
        };
        let mut all = Results { rows: vec![with("a", "one"), with("b", "two")], ..Results::default() };
        all.take(Results { rows: vec![with("b", "three")], ..Results::default() });
        let cases: Vec<&str> = all.rows.iter().map(|row| row.case.as_str()).collect();
        assert_eq!(cases, ["one", "three"]);
        assert_eq!(all.row("ours", "three").and_then(|row| row.value(Metric::Time)), Some(7.5));
    }

    #[test]
    fn the_file_gives_back_what_it_holds() {
        let mut row = Row::new("a", "ours", "one");
        row.values.insert(Metric::Time, [2.0, 1.0, 3.0].into());
        row.notes.push("a reason, \"quoted\"".to_owned());
        let all = Results { rows: vec![row], ..Results::default() };
        let path = std::env::temp_dir().join(format!("netlink-speed-{}.json", std::process::id()));
        all.write(&path).expect("a file");
        let read = Results::read(&path).expect("what it holds");
        std::fs::remove_file(&path).expect("the file");
        assert_eq!(format!("{:?}", read.rows), format!("{:?}", all.rows));
    }
}
