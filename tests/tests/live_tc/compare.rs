//! Compares what `tc` prints with what our views say.

use crate::json::{Json, Obj};
use crate::keys::Keys;
use crate::setup::try_tc;
use std::collections::BTreeSet;
use std::time::Duration;

/// Keys that are not compared, with the reasons: `object key: reason`.
const LISTED: &str = include_str!("../../data/tc-keys.txt");

/// How often to look again before a difference counts: counters and timers change.
const ATTEMPTS: usize = 8;

/// One object of the comparison, for instance all filters.
pub(crate) struct Check {
    object: &'static str,
    keys: Keys,
    problems: Vec<String>,
    /// What `tc` prints for these is no JSON, or another one's name for a key.
    unreadable: BTreeSet<String>,
    compared: usize,
}

impl Check {
    /// Starts the comparison of an object.
    pub(crate) fn new(object: &'static str) -> Self {
        let keys = Keys::new(object, LISTED);
        Check { object, keys, problems: Vec::new(), unreadable: BTreeSet::new(), compared: 0 }
    }

    /// Runs `tc -j -s -d …` and compares each of its objects with ours, in order. `what` names it where
    /// `tc` prints no JSON.
    pub(crate) fn run(&mut self, words: &str, what: &str, mut ours: impl FnMut() -> Vec<Obj>) {
        let mut problems = Vec::new();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(100));
            }
            let ours = ours();
            let text = try_tc(&format!("-j -s -d {words}")).unwrap_or_else(|e| panic!("tc {words}: {e}"));
            let Ok(Json::List(theirs)) = serde_json::from_str(&text) else {
                self.unreadable.insert(what.to_owned());
                return;
            };
            let theirs = theirs.into_iter().filter_map(|member| match member {
                Json::Object(object) => Some(object),
                _ => None,
            });
            problems = self.keys.compare(&ours, &theirs.collect::<Vec<_>>());
            if problems.is_empty() {
                self.compared += ours.len();
                break;
            }
        }
        self.problems.extend(problems.into_iter().map(|p| format!("tc {words}: {what}: {p}")));
    }

    /// Prints the counts; how many objects were compared.
    ///
    /// # Panics
    ///
    /// When something differs, or the list of keys that are not compared is too long or stale.
    pub(crate) fn finish(mut self) -> usize {
        println!("{}: {} compared; `tc` prints no JSON of {:?}", self.object, self.compared, self.unreadable);
        self.problems.extend(self.keys.judge(self.object));
        let all = self.problems.join("\n  ");
        assert!(self.problems.is_empty(), "{}: {} differences\n  {all}", self.object, self.problems.len());
        self.compared
    }
}
