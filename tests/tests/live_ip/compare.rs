//! Compares what `ip` prints with what our views say, and looks again where that changes.

use crate::json::{Json, Obj};
use crate::keys::Keys;
use crate::world::World;
use netlink_runtime::socket::Error;
use std::time::Duration;

/// Keys that are not compared, with the reasons: `object key: reason`.
const LISTED: &str = include_str!("../../data/ip-keys.txt");

/// How often to look again before a difference counts: traffic and timers change things.
const ATTEMPTS: usize = 12;

/// One object of the comparison, for instance all links.
pub(crate) struct Check {
    object: &'static str,
    world: World,
    keys: Keys,
    problems: Vec<String>,
}

impl Check {
    /// Starts the comparison of an object.
    pub(crate) fn new(object: &'static str) -> Self {
        Check { object, world: World::new(), keys: Keys::new(object, LISTED), problems: Vec::new() }
    }

    /// Runs `ip -j -d …` and compares each of its objects with ours, in order.
    pub(crate) fn run(&mut self, words: &str, ours: impl Fn(&mut World) -> Result<Vec<Obj>, Error>) {
        let mut problems = Vec::new();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(250));
            }
            self.world.refresh().expect("names of the links");
            let ours = ours(&mut self.world).unwrap_or_else(|e| panic!("{words}: our dump: {e}"));
            problems = self.keys.compare(&ours, &ip(words));
            if problems.is_empty() {
                break;
            }
        }
        self.problems.extend(problems.into_iter().map(|p| format!("ip {words}: {p}")));
    }

    /// Prints the counts.
    ///
    /// # Panics
    ///
    /// When something differs, or the list of keys that are not compared is too long or stale.
    pub(crate) fn finish(mut self) {
        self.problems.extend(self.keys.judge(self.object));
        let all = self.problems.join("\n  ");
        assert!(self.problems.is_empty(), "{}: {} differences\n  {all}", self.object, self.problems.len());
    }
}

/// The output of `ip -j`. Where there is nothing to tell, it prints nothing.
fn ip(words: &str) -> Vec<Obj> {
    let text = netlink_tests::ip(&format!("-j -d {words}"));
    if text.trim().is_empty() {
        return Vec::new();
    }
    let Json::List(list) = serde_json::from_str(&text).unwrap_or_else(|e| panic!("ip {words}: {e}")) else {
        panic!("ip {words}: no list");
    };
    let objects = list.into_iter().filter_map(|member| match member {
        // Objects that a filter left out are printed empty.
        Json::Object(object) => (!object.0.is_empty()).then_some(object),
        other => panic!("ip {words}: {other} in the list"),
    });
    objects.collect()
}
