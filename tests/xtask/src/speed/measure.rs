//! Runs the programs in turns, in the namespace that has the data.

use super::callgrind::Callgrind;
use super::load::{self, Load};
use super::programs::Programs;
use super::results::{Metric, Results, Row, Run};
use super::work::{Case, Input, Part, Work};
use crate::spread::Spread;
use crate::{Result, step};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Mutex;
use std::thread;

/// What a program says with when it has no such case.
const NO_CASE: i32 = 3;
/// Requests of slow programs, and of those whose instructions are counted.
const FEW: u32 = 1_000;

/// How to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) rounds: usize,
    /// On the small files alone, without counting instructions.
    pub(crate) quick: bool,
}

/// The line that a program prints.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    pub(crate) messages: u64,
    checksum: u64,
    /// Nanoseconds for each message, in the best pass.
    time: f64,
    allocations: Option<f64>,
    /// Of all passes, milliseconds.
    user: Option<f64>,
    system: Option<f64>,
    /// Kilobytes.
    peak: Option<f64>,
}

impl Line {
    /// `messages checksum nanoseconds allocations user-ms system-ms peak-kB`; what a program cannot tell is `-`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let odd = || format!("an odd line: {text:?}");
        let words: Vec<&str> = text.split_whitespace().collect();
        let [messages, checksum, time, rest @ ..] = words.as_slice() else { return Err(odd()) };
        let number = |ix: usize| match rest.get(ix) {
            None | Some(&"-") => Ok(None),
            Some(word) => word.parse::<f64>().map(Some).map_err(|_| odd()),
        };
        Ok(Line {
            messages: messages.parse().map_err(|_| odd())?,
            checksum: checksum.parse().map_err(|_| odd())?,
            time: time.parse().map_err(|_| odd())?,
            allocations: number(0)?,
            user: number(1)?,
            system: number(2)?,
            peak: number(3)?,
        })
    }

    /// What has to be the same wherever the same is done.
    fn result(&self) -> (u64, u64) {
        (self.messages, self.checksum)
    }

    /// The numbers of one pass.
    fn values(&self, passes: u32) -> Vec<(Metric, f64)> {
        let each = f64::from(passes.max(1));
        let mut values =
            vec![(Metric::Time, self.time), (Metric::Whole, self.time * self.messages as f64 / 1e6)];
        let told = [
            (Metric::Allocations, self.allocations),
            (Metric::User, self.user.map(|ms| ms / each)),
            (Metric::System, self.system.map(|ms| ms / each)),
            (Metric::Peak, self.peak),
        ];
        values.extend(told.into_iter().filter_map(|(metric, value)| Some((metric, value?))));
        values
    }
}

/// A case, with everything to run it.
struct Planned<'a> {
    work: &'a Work,
    case: &'a Case,
    words: Vec<PathBuf>,
    /// The program's second argument, and the one when instructions are counted.
    input: OsString,
    small: OsString,
    passes: u32,
    samples: BTreeMap<Metric, Vec<f64>>,
    row: Row,
}

impl Planned<'_> {
    fn run(&self, input: &OsString, passes: u32) -> Result<Line> {
        // By a shell: the most memory that a process had counts what started it, and that should be small.
        let mut command = Command::new("sh");
        command.args(["-c", r#""$@"; exit $?"#, "sh"]).args(&self.words);
        command.arg(self.case.case).arg(input).arg(passes.to_string());
        let output = command.output().map_err(|e| format!("sh: {e}"))?;
        if output.status.success() {
            return Line::parse(&String::from_utf8_lossy(&output.stdout));
        }
        Err(why(output.status, &String::from_utf8_lossy(&output.stderr)))
    }

    /// Takes the numbers of a run.
    fn take(&mut self, line: &Line, passes: u32) {
        for (metric, value) in line.values(passes) {
            self.samples.entry(metric).or_default().push(value);
        }
    }

    /// Whether its checksum has to be that of the others.
    fn same(&self) -> bool {
        self.case.differs.is_none()
    }
}

/// Why a program did not print its line. What callgrind says besides begins with `==`.
pub(crate) fn why(status: ExitStatus, said: &str) -> String {
    if status.code() == Some(NO_CASE) {
        return "has no such case".to_owned();
    }
    let last = said.lines().rfind(|line| !line.starts_with("==")).unwrap_or_default();
    format!("{status}: {last}")
}

/// How many passes take about as long as is wanted.
fn passes(part: Part, line: &Line) -> u32 {
    // CPU times are counted in ticks: what takes them from the kernel runs longer.
    let wanted = if part == Part::Live { 1.5e9 } else { 0.3e9 };
    let once = (line.time * line.messages as f64).max(1.0);
    ((wanted / once) as u32).clamp(1, 5_000)
}

/// Measures these works.
pub(crate) fn measure(
    works: &[&Work],
    programs: &Programs,
    data: &Path,
    callgrind: Option<&Callgrind>,
    options: Options,
) -> Result<Results> {
    let (planned, mut rows) = plan(works, programs, data, options);
    let before = if options.quick { load::average() } else { load::settle() };
    step("once each, for checksums");
    let (mut planned, failed) = try_once(planned)?;
    rows.extend(failed);
    let mut load = Load { before, ..Load::default() };
    for round in 0..options.rounds {
        step(&format!("round {} of {}", round + 1, options.rounds));
        load.round(|| planned.iter_mut().for_each(|case| sample(case, round)));
    }
    if let Some(callgrind) = callgrind.filter(|_| !options.quick) {
        count(callgrind, &mut planned);
    }
    for mut case in planned {
        let medians = case.samples.iter().filter_map(|(metric, values)| Some((*metric, Spread::of(values)?)));
        case.row.values.extend(medians);
        rows.push(case.row);
    }
    let run = Run { date: today(), rounds: options.rounds, load };
    let runs = works.iter().map(|work| (work.part.name().to_owned(), run.clone())).collect();
    Ok(Results { runs, rows: in_order(works, rows), ..Results::default() })
}

/// What can be run, and rows for what cannot.
fn plan<'a>(
    works: &[&'a Work],
    programs: &Programs,
    data: &Path,
    options: Options,
) -> (Vec<Planned<'a>>, Vec<Row>) {
    let (mut planned, mut rows) = (Vec::new(), Vec::new());
    for work in works {
        let mut cases: Vec<&Case> = work.cases.iter().collect();
        cases.sort_by_key(|case| work.reference != Some((case.program, case.case)));
        for case in cases {
            let mut row = Row::new(work.name, case.program.name(), case.case);
            let slow = case.program.slow();
            let (input, small) = match work.input {
                Input::File { large, small } => {
                    let used = if slow || options.quick { small } else { large };
                    (data.join(used).into(), data.join(small).into())
                }
                Input::Kernel => ("-".into(), "-".into()),
                Input::Requests(n) => {
                    let used = if slow || options.quick { FEW } else { n };
                    (used.to_string().into(), FEW.to_string().into())
                }
            };
            match programs.get(case.program) {
                Err(reason) => row.notes.push(reason),
                Ok(_) if slow && options.quick => row.notes.push("left out of a quick run".to_owned()),
                Ok(words) => {
                    let (words, samples) = (words.to_vec(), BTreeMap::new());
                    planned.push(Planned { work, case, words, input, small, passes: 1, samples, row });
                    continue;
                }
            }
            rows.push(row);
        }
    }
    (planned, rows)
}

/// Runs everything once: finds how many passes are enough, and what does not run or has another result than
/// the reference, or the first that there is. The rows of those are given back: nothing else is measured of them.
fn try_once(planned: Vec<Planned<'_>>) -> Result<(Vec<Planned<'_>>, Vec<Row>)> {
    let mut found: BTreeMap<(&str, OsString), (u64, u64)> = BTreeMap::new();
    let (mut kept, mut rows): (Vec<Planned<'_>>, Vec<Row>) = (Vec::new(), Vec::new());
    for mut case in planned {
        let line = match case.run(&case.input, 1) {
            Ok(line) => line,
            Err(reason) => {
                case.row.notes.push(reason);
                rows.push(case.row);
                continue;
            }
        };
        if case.same() {
            let key = (case.work.name, case.input.clone());
            let first = kept.iter().find(|other| other.work.name == case.work.name && other.same());
            let expected = match (found.get(&key), first) {
                (Some(expected), _) => *expected,
                (None, Some(first)) => first.run(&case.input, 1)?.result(),
                (None, None) => line.result(),
            };
            found.insert(key, expected);
            if line.result() != expected {
                case.row.notes.push(format!("{WRONG}{:?} instead of {expected:?}", line.result()));
                rows.push(case.row);
                continue;
            }
        }
        if case.case.program.slow() {
            case.take(&line, 1);
        }
        case.passes = passes(case.work.part, &line);
        case.row.messages = Some(line.messages);
        kept.push(case);
    }
    Ok((kept, rows))
}

/// What rows say whose work was not the same.
const WRONG: &str = "another result, messages and sum: ";

/// The cases whose work was not the same.
pub(crate) fn wrong(results: &Results) -> Vec<String> {
    let rows = results.rows.iter().filter(|row| row.notes.iter().any(|text| text.starts_with(WRONG)));
    rows.map(|row| format!("{} {}", row.program, row.case)).collect()
}

/// One more measurement of a case. One that fails now and then does not end the others.
fn sample(case: &mut Planned<'_>, round: usize) {
    // Once was enough for those that take minutes.
    if case.case.program.slow() {
        return;
    }
    match case.run(&case.input, case.passes) {
        Ok(line) => case.take(&line, case.passes),
        Err(reason) => case.row.notes.push(format!("round {}: {reason}", round + 1)),
    }
}

/// Counts instructions. What else runs meanwhile does not change them, so several cases run at once; those that
/// write would be in each other's way.
fn count(callgrind: &Callgrind, planned: &mut [Planned<'_>]) {
    step("counting instructions");
    let fast = planned.iter_mut().filter(|case| !case.case.program.slow());
    let (writing, reading): (Vec<_>, Vec<_>) =
        fast.partition(|case| matches!(case.work.input, Input::Requests(_)));
    for (cases, at_once) in [(reading, thread::available_parallelism().map_or(1, usize::from)), (writing, 1)]
    {
        let queue = Mutex::new(cases.into_iter());
        let next = || queue.lock().ok()?.next();
        thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(|| {
                    while let Some(case) = next() {
                        match callgrind.per_message(&case.words, case.case.case, &case.small, 1) {
                            Ok(count) => case.row.set(Metric::Instructions, count),
                            Err(reason) => case.row.notes.push(format!("instructions: {reason}")),
                        }
                    }
                });
            }
        });
    }
}

/// In the order of the list.
fn in_order(works: &[&Work], mut rows: Vec<Row>) -> Vec<Row> {
    let place = |row: &Row| {
        let work = works.iter().position(|work| work.name == row.work)?;
        let same = |case: &Case| case.program.name() == row.program && case.case == row.case;
        Some((work, works.get(work)?.cases.iter().position(same)?))
    };
    rows.sort_by_key(place);
    rows
}

/// The date.
pub(crate) fn today() -> String {
    super::machine::first_line(Command::new("date").args(["-u", "+%Y-%m-%d"])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::work::Program;
    use super::*;

    #[test]
    fn lines() {
        let line = Line::parse("1000 77 7.25 0.50 30 4 2048\n").expect("a line");
        assert_eq!(line.result(), (1000, 77));
        let values: BTreeMap<Metric, f64> = line.values(10).into_iter().collect();
        assert_eq!(values[&Metric::Time], 7.25);
        assert_eq!(values[&Metric::Whole], 0.00725);
        assert_eq!((values[&Metric::User], values[&Metric::Allocations]), (3.0, 0.5));
        let short = Line::parse("1000 77 7.25 - - 4").expect("a line");
        assert_eq!((short.allocations, short.user, short.system, short.peak), (None, None, Some(4.0), None));
        assert!(Line::parse("1000 77").is_err());
        assert!(Line::parse("1000 77 7.25 x").is_err());
    }

    #[test]
    fn passes_fill_their_time() {
        let line = |messages, time| Line { messages, time, ..Line::default() };
        assert_eq!(passes(Part::Parse, &line(1_000_000, 10.0)), 30);
        assert_eq!(passes(Part::Live, &line(1_000_000, 10.0)), 150);
        assert_eq!(passes(Part::Parse, &line(1_000_000, 4000.0)), 1);
        assert_eq!(passes(Part::Parse, &line(0, 0.0)), 5_000);
    }

    const CASES: &[Case] = &[
        Case::new(Program::Ours, "a", ""),
        Case::new(Program::Neli, "b", "").but("something else"),
        Case::new(Program::Parse, "c", ""),
    ];
    const WORK: Work = Work {
        name: "work",
        title: "",
        part: Part::Parse,
        input: Input::Kernel,
        columns: &[],
        reference: Some((Program::Parse, "c")),
        cases: CASES,
        targets: &[],
    };

    /// A case whose program prints this, or ends with this.
    fn says(case: &'static Case, script: &str) -> Planned<'static> {
        let words = ["sh", "-c", script].map(PathBuf::from).to_vec();
        let (input, samples) = (OsString::from("-"), BTreeMap::new());
        let row = Row::new("work", case.program.name(), case.case);
        Planned { work: &WORK, case, words, small: input.clone(), input, passes: 1, samples, row }
    }

    #[test]
    fn results_have_to_be_the_references() {
        let cases = |ours: &str| {
            let [a, b, c] = CASES else { unreachable!() };
            vec![says(c, "echo 5 10 1.0 0"), says(a, ours), says(b, "echo 5 99 1.0 0")]
        };
        let tried = |ours: &str| try_once(cases(ours)).expect("all run");
        let (kept, rows) = tried("echo 5 10 2.0 0");
        assert_eq!((kept.len(), rows.len()), (3, 0));
        let (kept, rows) = tried("echo 5 11 2.0 0");
        assert_eq!(kept.len(), 2);
        assert_eq!(rows[0].notes, ["another result, messages and sum: (5, 11) instead of (5, 10)"]);
        assert_eq!(wrong(&Results { rows, ..Results::default() }), ["ours a"]);
        let (kept, rows) = tried("exit 3");
        assert_eq!(kept.len(), 2);
        assert_eq!(rows[0].notes, ["has no such case"]);
        assert!(wrong(&Results { rows, ..Results::default() }).is_empty());
    }
}
