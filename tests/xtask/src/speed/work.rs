//! What a row of the suite is: some work, the programs that do it, and what is asked of ours.

use super::results::{Metric, Results};
use serde::{Deserialize, Serialize};

/// A program, as the tables call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Program {
    Ours,
    Bindings,
    Nlink,
    PacketRoute,
    Neli,
    Pyroute2,
    /// Our own C: over files, live, and writing.
    Parse,
    Live,
    Write,
    Mnl,
    /// Makes what the others work on.
    Data,
}

impl Program {
    /// What tables and results call it. All C of our own is one: the cases tell it apart.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Program::Ours => "ours",
            Program::Bindings => "netlink-bindings",
            Program::Nlink => "nlink",
            Program::PacketRoute => "netlink-packet-route",
            Program::Neli => "neli",
            Program::Pyroute2 => "pyroute2",
            Program::Parse | Program::Live | Program::Write => "C",
            Program::Mnl => "libmnl",
            Program::Data => "data",
        }
    }

    /// Its source below `benches`.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Program::Ours => "ours",
            Program::Bindings => "peers/bindings",
            Program::Nlink => "peers/nlink",
            Program::PacketRoute => "peers/packet-route",
            Program::Neli => "peers/neli",
            Program::Pyroute2 => "python/pyroute2_speed.py",
            Program::Parse => "c/parse.c",
            Program::Live => "c/live.c",
            Program::Write => "c/write.c",
            Program::Mnl => "c/mnl.c",
            Program::Data => "data",
        }
    }

    /// Takes so long that it goes once through the small files only, and nobody counts its instructions.
    pub(crate) fn slow(self) -> bool {
        self == Program::Pyroute2
    }
}

/// What a program gets to work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A file of messages, and the one of which instructions are counted.
    File { large: &'static str, small: &'static str },
    /// The kernel.
    Kernel,
    /// That many requests.
    Requests(u32),
}

/// A part of the suite that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Parse,
    Live,
    Write,
    Compile,
    Size,
    Source,
}

impl Part {
    pub(crate) const ALL: &[Part] =
        &[Part::Parse, Part::Live, Part::Write, Part::Compile, Part::Size, Part::Source];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Parse => "parse",
            Part::Live => "live",
            Part::Write => "write",
            Part::Compile => "compile",
            Part::Size => "size",
            Part::Source => "source",
        }
    }

    /// Is what it measures time, and more than that of the compiler?
    pub(crate) fn timed(self) -> bool {
        matches!(self, Part::Parse | Part::Live | Part::Write)
    }
}

/// A program's way to do some work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) program: Program,
    /// The argument.
    pub(crate) case: &'static str,
    /// How tables call the way.
    pub(crate) way: &'static str,
    /// What it does otherwise than the others, if it does; then its checksum is its own.
    pub(crate) differs: Option<&'static str>,
}

impl Case {
    pub(crate) const fn new(program: Program, case: &'static str, way: &'static str) -> Self {
        Case { program, case, way, differs: None }
    }

    pub(crate) const fn but(self, differs: &'static str) -> Self {
        Case { differs: Some(differs), ..self }
    }
}

/// Some work.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) part: Part,
    pub(crate) input: Input,
    /// What tables show; the first is what the ratios are of.
    pub(crate) columns: &'static [Metric],
    /// The case of C that ratios refer to, and whose checksum all others have to have.
    pub(crate) reference: Option<(Program, &'static str)>,
    /// Ours first: ratios refer to the first of them.
    pub(crate) cases: &'static [Case],
    pub(crate) targets: &'static [Target],
}

/// What is asked of ours.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) of: &'static str,
    /// In words.
    pub(crate) asked: &'static str,
    /// All have to hold.
    pub(crate) checks: &'static [Check],
}

/// A program's name and its case, as rows have them.
pub(crate) type Key = (&'static str, &'static str);

/// A condition on a number.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) metric: Metric,
    pub(crate) of: Key,
    pub(crate) limit: Limit,
}

#[derive(Debug)]
pub(crate) enum Limit {
    AtMost(f64),
    /// As many times the same number of another row.
    Times(f64, Key),
    /// No more than those of other libraries in Rust that do the work.
    Least,
}

impl Check {
    pub(crate) const fn at_most(metric: Metric, case: &'static str, limit: f64) -> Self {
        Check { metric, of: ("ours", case), limit: Limit::AtMost(limit) }
    }

    pub(crate) const fn times(metric: Metric, case: &'static str, limit: f64, other: Key) -> Self {
        Check { metric, of: ("ours", case), limit: Limit::Times(limit, other) }
    }

    /// What was measured beside the limit, both in the metric's own unit: a number of the kind, or how
    /// many times the other row's. `None` when something was not measured.
    pub(crate) fn judge(&self, results: &Results) -> Option<Verdict> {
        let row = results.row(self.of.0, self.of.1)?;
        let value = row.value(self.metric)?;
        let (value, limit) = match self.limit {
            Limit::AtMost(limit) => (value, limit),
            Limit::Times(limit, (program, case)) => {
                (value / results.row(program, case)?.value(self.metric)?, limit)
            }
            Limit::Least => {
                let c = [Program::Parse, Program::Mnl].map(Program::name);
                let others = results.rows.iter().filter(|r| r.work == row.work && r.program != row.program);
                let others = others.filter(|r| !c.contains(&r.program.as_str()));
                let least = others.filter_map(|r| r.value(self.metric)).reduce(f64::min)?;
                (value, least)
            }
        };
        Some(Verdict { value, limit, met: value <= limit })
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) value: f64,
    pub(crate) limit: f64,
    pub(crate) met: bool,
}

impl Metric {
    /// Does it depend on what else the machine does?
    pub(crate) fn needs_quiet(self) -> bool {
        matches!(self, Metric::Time | Metric::Whole | Metric::User | Metric::System)
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::Row;
    use super::*;

    fn results() -> Results {
        let row = |program: &str, case: &str, time: f64| {
            let mut row = Row::new("work", program, case);
            row.set(Metric::Time, time);
            row
        };
        let rows = vec![row("ours", "view", 11.0), row("C", "pass", 10.0), row("peer", "get", 12.0)];
        Results { rows, ..Results::default() }
    }

    #[test]
    fn limits() {
        let judge = |check: Check| check.judge(&results());
        let verdict = |value, limit, met| Some(Verdict { value, limit, met });
        assert_eq!(judge(Check::at_most(Metric::Time, "view", 11.0)), verdict(11.0, 11.0, true));
        assert_eq!(judge(Check::at_most(Metric::Time, "view", 10.9)), verdict(11.0, 10.9, false));
        let times = |limit| judge(Check::times(Metric::Time, "view", limit, ("C", "pass")));
        assert_eq!(times(1.15), verdict(1.1, 1.15, true));
        assert_eq!(times(1.05), verdict(1.1, 1.05, false));
        let least = Check { metric: Metric::Time, of: ("ours", "view"), limit: Limit::Least };
        assert_eq!(judge(least), verdict(11.0, 12.0, true));
        assert_eq!(judge(Check::at_most(Metric::Peak, "view", 1.0)), None);
        assert_eq!(judge(Check::at_most(Metric::Time, "index", 1.0)), None);
    }
}
