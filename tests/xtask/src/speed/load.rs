//! What else the machine did while something was measured.

use crate::step;
use serde::{Deserialize, Serialize};
use std::fs;
use std::time::{Duration, Instant};

/// Above it, wall times say little.
const HIGH: f64 = 0.5;

/// How long the load may take to fall after everything was built.
const PATIENCE: Duration = Duration::from_secs(180);

/// Load averages over a minute, and the CPUs that others kept busy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Load {
    /// Before the first round.
    pub(crate) before: f64,
    /// At the start and at the end of each round. What is measured is itself a part of it, and about 1.
    pub(crate) rounds: Vec<[f64; 2]>,
    /// How many CPUs were busy in each round with what is not ours.
    pub(crate) others: Vec<f64>,
}

impl Load {
    /// Was there so much else to do that wall times say little?
    pub(crate) fn high(&self) -> bool {
        self.before > HIGH || self.others.iter().any(|busy| *busy > HIGH)
    }

    /// Runs a round and notes the load meanwhile.
    pub(crate) fn round<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (start, average, before) = (Instant::now(), average(), Ticks::now());
        let done = work();
        let after = Ticks::now();
        let ticks = (after.all - before.all) - (after.ours - before.ours);
        // In ticks of a hundredth of a second.
        let busy = ticks / 100.0 / start.elapsed().as_secs_f64();
        self.others.push(round(busy.max(0.0)));
        self.rounds.push([average, self::average()]);
        done
    }
}

/// Two digits are all that is worth keeping.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The load average over the last minute.
pub(crate) fn average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(f64::NAN)
}

/// Waits until what was done before no longer counts; the load average then.
pub(crate) fn settle() -> f64 {
    let start = Instant::now();
    if average() > HIGH {
        step("waiting for the load to fall");
    }
    while average() > HIGH && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_secs(5));
    }
    average()
}

/// CPU time so far, in hundredths of a second.
struct Ticks {
    /// Of all processes, and what other machines took from this one.
    all: f64,
    /// Of this process and of the children that it waited for.
    ours: f64,
}

impl Ticks {
    fn now() -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let own = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        Ticks { all: busy(&stat), ours: ours(&own) }
    }
}

/// All times of the first line of `/proc/stat` but those of waiting and of guests, which count as user's.
fn busy(stat: &str) -> f64 {
    let line = stat.lines().next().unwrap_or_default();
    let numbers = line.split_whitespace().skip(1).map(|word| word.parse().unwrap_or(0.0));
    numbers.take(8).enumerate().filter(|(ix, _)| ![3, 4].contains(ix)).map(|(_, ticks)| ticks).sum()
}

/// `utime`, `stime`, `cutime` and `cstime` of `/proc/self/stat`.
fn ours(stat: &str) -> f64 {
    // The name in parentheses may hold anything; the third field follows it.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace().skip(11).take(4).map(|word| word.parse().unwrap_or(0.0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_proc() {
        let stat = "cpu  10 20 30 4000 500 6 7 80 9 9\ncpu0 1 2 3 4\n";
        assert_eq!(busy(stat), 10.0 + 20.0 + 30.0 + 6.0 + 7.0 + 80.0);
        assert_eq!(ours("77 (a) b) S 1 77 77 0 -1 4 5 6 7 8 100 20 3000 400 20 0"), 3520.0);
    }

    #[test]
    fn others_count_and_we_do_not() {
        let quiet = Load { before: 0.2, rounds: vec![[0.9, 1.1]], others: vec![0.1] };
        assert!(!quiet.high());
        assert!(Load { before: 0.7, ..quiet.clone() }.high());
        assert!(Load { others: vec![0.1, 0.6], ..quiet }.high());
    }
}
