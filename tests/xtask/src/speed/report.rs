//! The tables.

use super::format::times;
use super::list::works;
use super::plot;
use super::results::{Metric, Results, Row};
use super::work::{Case, Check, Limit, Part, Target, Work};
use std::fmt::Write as _;

/// All tables of what was measured; `plots` are those that go with them.
pub(crate) fn tables(results: &Results, plots: &[(String, String)]) -> String {
    let mut out = String::new();
    for work in works() {
        let rows: Vec<&Row> = results.rows.iter().filter(|row| row.work == work.name).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "### {}\n\n{}", work.title, table(work, &rows, results));
        if let Some((file, _)) = plots.iter().find(|(file, _)| *file == plot::file(work)) {
            let _ = writeln!(out, "![{}]({file})\n", work.title);
        }
    }
    out
}

/// The page of the documentation.
pub(crate) fn page(results: &Results, plots: &[(String, String)]) -> String {
    let mut out = String::from(
        "# Speed\n\nThe same work by this toolchain, by other libraries and by plain C, on the same data, in one \
         run: `cargo xtask speed` measures, and writes this folder. `benches/README.md` says what the cases do.\n\n",
    );
    if plots.iter().any(|(file, _)| file == plot::SUMMARY) {
        let _ = writeln!(out, "![What it takes, beside others]({})\n", plot::SUMMARY);
    }
    let _ = writeln!(out, "## What is asked, and what is measured\n\n{}", targets(results));
    let _ = writeln!(out, "## Where it was measured\n\n{}", machine(results));
    let _ = writeln!(
        out,
        "## Tables\n\nTimes are medians of the rounds, each of which takes the best of several passes; beside them the \
         least and the most of the rounds. Instructions are those in user space, counted by callgrind on the small \
         files. `× C` and `× ours` are ratios of the first column to our C's and to the first line of ours.\n"
    );
    out.push_str(&tables(results, plots));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn machine(results: &Results) -> String {
    let m = &results.machine;
    let versions: Vec<String> =
        m.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let mut out = format!(
        "{}, {} cores, Linux {}; {}; {}; {}. Beside it: {}.\n\n",
        m.cpu,
        m.cores,
        m.kernel,
        m.rustc,
        m.cc,
        m.valgrind,
        versions.join(", ")
    );
    let runs = Part::ALL.iter().filter_map(|part| Some((part.name(), results.runs.get(part.name())?)));
    out.push_str("| part | date | rounds | load average before | during | CPUs busy with other things |\n|---|---|---|---|---|---|\n");
    for (part, run) in runs {
        let load = &run.load;
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let _ = writeln!(
            out,
            "| {part} | {} | {} | {:.2} | ≤ {:.2} | ≤ {:.2} |",
            run.date,
            run.rounds,
            load.before,
            most(&mut load.rounds.iter().flatten().copied()),
            most(&mut load.others.iter().copied()),
        );
    }
    if Part::ALL.iter().any(|part| results.loaded(*part)) {
        out.push_str(LOADED);
    }
    out
}

const LOADED: &str = "\nSome parts were measured while the machine had other work: their wall and CPU times say \
    little, so plots show instructions, and what is asked of times is not judged.\n";

fn targets(results: &Results) -> String {
    let mut out = String::from("| work | asked | measured | |\n|---|---|---|---|\n");
    for work in works() {
        for target in work.targets {
            let (measured, verdict) = judge(target, results.loaded(work.part), results);
            let _ = writeln!(out, "| {} | {} | {measured} | {verdict} |", target.of, target.asked);
        }
    }
    out
}

/// What was measured of what is asked, and whether that is enough.
fn judge(target: &Target, loaded: bool, results: &Results) -> (String, &'static str) {
    let (mut shown, mut missed, mut open) = (Vec::new(), false, false);
    for check in target.checks {
        let Some(verdict) = check.judge(results) else {
            open = true;
            shown.push(format!("{}: –", check.metric.head()));
            continue;
        };
        let unsure = loaded && check.metric.needs_quiet();
        open |= unsure;
        missed |= !unsure && !verdict.met;
        shown.push(format!("{}{}", show(check, verdict.value), if unsure { " (under load)" } else { "" }));
    }
    let verdict = match (missed, open) {
        (true, _) => "**missed**",
        (false, true) => "open",
        (false, false) => "met",
    };
    (shown.join(", "), verdict)
}

fn show(check: &Check, value: f64) -> String {
    let what = match check.metric {
        Metric::Instructions | Metric::Allocations | Metric::Bytes => format!(" {}", check.metric.head()),
        _ => String::new(),
    };
    match check.limit {
        Limit::Times(_, (program, case)) => format!("{} × {program} `{case}`{what}", times(value)),
        Limit::AtMost(_) | Limit::Least => format!("{}{what}", check.metric.show(value)),
    }
}

/// A row's case in the list; parts without programs have none.
pub(crate) fn case_of(work: &Work, row: &Row) -> Option<&'static Case> {
    work.cases.iter().find(|case| case.program.name() == row.program && case.case == row.case)
}

/// How a row's way is called.
pub(crate) fn way<'a>(work: &Work, row: &'a Row) -> &'a str {
    case_of(work, row).map_or(&row.case, |case| case.way)
}

fn table(work: &Work, rows: &[&Row], results: &Results) -> String {
    let Some((first, others)) = work.columns.split_first() else { return String::new() };
    let reference = work.reference.and_then(|(program, case)| results.row(program.name(), case));
    let ours = rows.iter().find(|row| row.program == "ours");
    let with_spread = rows.iter().any(|row| row.values.get(first).is_some_and(|s| s.least < s.most));
    // A column that nobody has anything for says nothing.
    let others: Vec<&Metric> =
        others.iter().filter(|m| rows.iter().any(|row| row.values.contains_key(m))).collect();

    let mut heads = vec!["", "", first.head()];
    heads.extend(with_spread.then_some("least – most"));
    heads.extend(reference.map(|_| "× C"));
    heads.extend(ours.map(|_| "× ours"));
    heads.extend(others.iter().map(|metric| metric.head()));
    let mut out = format!("| {} |\n|---|---|{}\n", heads.join(" | "), "--:|".repeat(heads.len() - 2));

    let mut notes = Notes::default();
    for row in rows {
        let name = if row.program == "ours" { "**ours**" } else { row.program.as_str() };
        let dash = || "–".to_owned();
        let mut cells = vec![name.to_owned(), way(work, row).to_owned()];
        cells.push(row.value(*first).map_or_else(dash, |value| first.show(value)));
        if with_spread {
            let spread = row.values.get(first).filter(|s| s.least < s.most);
            cells.push(
                spread.map_or_else(dash, |s| format!("{} – {}", first.show(s.least), first.show(s.most))),
            );
        }
        let ratio = |other: &Row| Some(times(row.value(*first)? / other.value(*first)?));
        cells.extend(reference.map(|other| ratio(other).unwrap_or_else(dash)));
        cells.extend(ours.map(|other| ratio(other).unwrap_or_else(dash)));
        for metric in &others {
            cells.push(row.value(**metric).map_or_else(dash, |value| metric.show(value)));
        }
        let _ = writeln!(out, "| {} |", cells.join(" | "));
        let differs = case_of(work, row).and_then(|case| case.differs);
        row.notes.iter().map(String::as_str).chain(differs).for_each(|text| notes.add(row, text));
    }
    if !notes.0.is_empty() {
        out.push('\n');
    }
    for (program, text, cases) in notes.0 {
        let _ = writeln!(out, "- {program} {}: {text}", cases.join(", "));
    }
    out
}

/// What is to be said below a table: of a program's cases for which the same is to be said, once.
#[derive(Default)]
struct Notes<'a>(Vec<(&'a str, &'a str, Vec<String>)>);

impl<'a> Notes<'a> {
    fn add(&mut self, row: &'a Row, text: &'a str) {
        let case = format!("`{}`", row.case);
        match self.0.iter_mut().find(|(program, said, _)| *program == row.program && *said == text) {
            Some((_, _, cases)) => cases.push(case),
            None => self.0.push((&row.program, text, vec![case])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::Load;
    use super::super::results::Run;
    use super::super::work::{Input, Program};
    use super::*;

    const TARGET: Target = Target {
        of: "some work",
        asked: "≤ 1.2 × C, ≤ 100 instructions",
        checks: &[
            Check::times(Metric::Time, "view", 1.2, ("C", "pass")),
            Check::at_most(Metric::Instructions, "view", 100.0),
        ],
    };
    const WORK: Work = Work {
        name: "work",
        title: "Some work",
        part: Part::Parse,
        input: Input::Kernel,
        columns: &[Metric::Time, Metric::Instructions, Metric::Allocations],
        reference: Some((Program::Parse, "pass")),
        cases: &[
            Case::new(Program::Ours, "view", "view"),
            Case::new(Program::Neli, "all", "").but("all of it"),
            Case::new(Program::Parse, "pass", "single pass"),
        ],
        targets: &[TARGET],
    };

    fn results() -> Results {
        let mut ours = Row::new("work", "ours", "view");
        ours.values.insert(Metric::Time, [12.0, 11.5, 13.0].into());
        ours.set(Metric::Instructions, 99.6);
        let mut neli = Row::new("work", "neli", "all");
        neli.notes.push("has no such case".to_owned());
        let mut c = Row::new("work", "C", "pass");
        c.set(Metric::Time, 8.0);
        Results { rows: vec![ours, neli, c], ..Results::default() }
    }

    #[test]
    fn a_table() {
        let results = results();
        let rows: Vec<&Row> = results.rows.iter().collect();
        let expected = "\
|  |  | time | least – most | × C | × ours | instructions |
|---|---|--:|--:|--:|--:|--:|
| **ours** | view | 12.0 ns | 11.5 ns – 13.0 ns | 1.50 | 1.00 | 100 |
| neli |  | – | – | – | – | – |
| C | single pass | 8.00 ns | – | 1.00 | 0.67 | – |

- neli `all`: has no such case
- neli `all`: all of it
";
        assert_eq!(table(&WORK, &rows, &results), expected);
    }

    #[test]
    fn verdicts() {
        let mut results = results();
        let judged = |results: &Results, loaded| judge(&TARGET, loaded, results);
        let missed = ("1.50 × C `pass`, 100 instructions".to_owned(), "**missed**");
        assert_eq!(judged(&results, false), missed);
        // A load excuses times, and nothing else.
        let open = ("1.50 × C `pass` (under load), 100 instructions".to_owned(), "open");
        assert_eq!(judged(&results, true), open);
        results.rows[0].set(Metric::Time, 9.0);
        assert_eq!(judged(&results, false).1, "met");
        results.rows[0].set(Metric::Instructions, 101.0);
        assert_eq!(judged(&results, true).1, "**missed**");
        results.rows[0].values.clear();
        assert_eq!(judged(&results, false), ("time: –, instructions: –".to_owned(), "open"));
    }

    #[test]
    fn the_page_tells_of_load() {
        let mut results = results();
        let run = |before| Run {
            date: "2026-11-26".to_owned(),
            rounds: 5,
            load: Load { before, rounds: vec![[0.4, 1.1]], others: vec![0.1] },
        };
        results.runs.insert("parse".to_owned(), run(0.3));
        assert!(!page(&results, &[]).contains(LOADED));
        results.runs.insert("parse".to_owned(), run(1.3));
        assert!(page(&results, &[]).contains(LOADED));
        assert!(page(&results, &[]).contains("| parse | 2026-11-26 | 5 | 1.30 | ≤ 1.10 | ≤ 0.10 |"));
    }
}
