//! `netlink-codegen verify`: schemas against headers, policies and the running kernel.

use super::Outcome;
use crate::Loader;
use crate::headers::{facts::Store, store};
use crate::policy;
use crate::report::render;
use crate::scaffold::{self, Seen};
use crate::verify::{self, Counts, Exceptions, Fact, Kernel, Report, State};
use clap::Args as ClapArgs;
use serde_json::json;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  netlink-codegen verify                        every schema: headers of each stored kernel, policies of the newest
  netlink-codegen verify ethtool -v             one family, and what cannot be compared
  netlink-codegen verify thermal.yaml           a file of one's own
  netlink-codegen verify --live                 the running kernel as well (all its families: as root)
  netlink-codegen verify --policies rows.jsonl  other policies: as text, as JSON a line, or a kernel's source tree
  netlink-codegen verify --json | jq 'select(.state == \"mismatch\" and .reason == null)'

Exit status: 0 fine, 1 mismatches without a reason, 2 nothing done.";

/// Compare schemas with headers of every kernel, policies and the running kernel
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Names of shipped schemas, or schema files; all shipped ones when none is given
    #[arg(value_name = "FAMILY")]
    families: Vec<String>,
    /// Ask the running kernel for its generic netlink families and their policies, too
    #[arg(long)]
    live: bool,
    /// Compare with these policies instead of the stored ones: a file, or a kernel's source tree
    #[arg(long, value_name = "PATH")]
    policies: Option<PathBuf>,
    /// One JSON object for each comparison that did not end as equal, then one for each family
    #[arg(long)]
    json: bool,
    /// Say also what is excused and what cannot be compared; with --json, everything
    #[arg(short, long)]
    verbose: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    match attempt(args) {
        Ok(outcome) => outcome,
        Err(message) => {
            eprintln!("{message}");
            Outcome::Failed
        }
    }
}

fn attempt(args: &Args) -> Result<Outcome, String> {
    let error = |e: &dyn std::fmt::Display| format!("error: {e}");
    let mut loader = Loader::new().shipped();
    let mut families = Vec::new();
    for family in &args.families {
        let path = Path::new(family);
        if path.extension().is_some() {
            loader = loader.file(path);
            families.extend(path.file_stem().and_then(OsStr::to_str));
        } else {
            families.push(family.as_str());
        }
    }
    let model = loader.load().map_err(|d| render::plain(&d))?.model;
    if let Some(name) = families.iter().find(|name| model.family(name).is_none()) {
        return Err(error(&format!("there is no schema {name}")));
    }
    let facts = store::shipped().map_err(|e| error(&e))?;
    let tables = match &args.policies {
        None => policy::shipped(),
        Some(path) => policy::open(path),
    };
    let tables = tables.map_err(|e| error(&e))?;
    let wanted = |name: &str| families.is_empty() || families.contains(&name);
    let mut report = Report::default();
    verify::headers(&model, &facts, &wanted, &mut report);
    verify::policies(&model, &facts, &tables, &wanted, &mut report);
    let kernel = match args.live {
        true => Some(Kernel::ask().map_err(|e| error(&format!("the running kernel: {e}")))?),
        false => None,
    };
    if let Some(kernel) = &kernel {
        verify::live(&model, kernel, &wanted, &mut report);
    }
    Exceptions::shipped().map_err(|e| error(&e))?.apply(&mut report);
    let mut out = String::new();
    if args.json {
        objects(args, &report, &mut out);
    } else {
        text(args, &report, &mut out);
    }
    if let Some(kernel) = kernel.as_ref().filter(|_| args.families.is_empty()) {
        strangers(args, kernel, &model, &facts, &tables, &mut out);
    }
    super::print(&out).map_err(|e| error(&e))?;
    let fine = report.mismatches().next().is_none() && report.stale.is_empty();
    Ok(if fine { Outcome::Fine } else { Outcome::Findings })
}

fn objects(args: &Args, report: &Report, out: &mut String) {
    for fact in report.facts.iter().filter(|f| args.verbose || f.state != State::Equal) {
        let line = json!({
            "family": fact.family, "source": fact.source.word(), "place": fact.place, "name": fact.name,
            "what": fact.what, "state": fact.state.words(), "detail": fact.detail, "reason": fact.reason,
        });
        let _ = writeln!(out, "{line}");
    }
    for stale in &report.stale {
        let _ = writeln!(out, "{}", json!({"stale": stale}));
    }
    for ((family, source), c) in report.counts() {
        let line = json!({
            "family": family, "source": source.word(), "equal": c.equal, "mismatch": c.mismatch,
            "explained": c.explained, "not checkable": c.unchecked, "not in this version": c.absent,
        });
        let _ = writeln!(out, "{line}");
    }
}

fn text(args: &Args, report: &Report, out: &mut String) {
    for fact in report.facts.iter().filter(|f| shown(args, f)) {
        let Fact { family, place, name, what, .. } = fact;
        let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
        let state = match (&fact.state, &fact.reason) {
            (_, Some(_)) => "as it should be",
            (State::Mismatch, None) => "MISMATCH",
            (state, None) => state.words(),
        };
        let source = fact.source.word();
        let _ = write!(out, "{state}: {family}, {source}: {what} of {name}{place}: {}", fact.detail);
        let _ = writeln!(out, "{}", fact.reason.as_ref().map_or(String::new(), |r| format!("; {r}")));
    }
    for stale in &report.stale {
        let _ = writeln!(out, "MISMATCH: verify.txt: `{stale}` excuses nothing");
    }
    let row = |out: &mut String, cells: [&str; 7]| {
        let [family, source, rest @ ..] = cells;
        let _ = write!(out, "{family:<16} {source:<9}");
        for cell in rest {
            let _ = write!(out, " {cell:>13}");
        }
        out.push('\n');
    };
    row(out, ["family", "source", "equal", "mismatch", "explained", "not checkable", "not in version"]);
    for ((family, source), counts) in report.counts() {
        let Counts { equal, mismatch, explained, unchecked, absent } = counts;
        let cells = [equal, mismatch, explained, unchecked, absent].map(|n| n.to_string());
        row(out, [family, source.word(), &cells[0], &cells[1], &cells[2], &cells[3], &cells[4]]);
    }
}

/// Families without a schema: what the kernel accepts, and what `scaffold` would guess.
fn strangers(
    args: &Args,
    kernel: &Kernel,
    model: &crate::ir::Model,
    facts: &Store,
    tables: &[policy::Table],
    out: &mut String,
) {
    for stranger in kernel.strangers(model) {
        let family = stranger.family;
        let header = scaffold::header_of(&family.name, facts);
        let none = Default::default();
        let seen = scaffold::seen(stranger.policies.unwrap_or(&none), header.as_deref(), facts, tables);
        if args.json {
            let _ = writeln!(
                out,
                "{}",
                json!({
                    "family": family.name, "id": family.id, "schema": null, "header": header,
                    "attributes": seen.iter().map(|s| json!({
                        "name": s.c_name, "number": s.number, "kernel": s.accepted.words(), "guess": s.guess,
                    })).collect::<Vec<_>>(),
                })
            );
            continue;
        }
        let known = header.as_deref().unwrap_or("in no header");
        let _ = writeln!(out, "\nno schema: {} ({known}), id {}", family.name, family.id);
        for Seen { c_name, number, accepted, guess } in seen {
            let name = c_name.unwrap_or_else(|| number.to_string());
            let guess = if guess.is_empty() { "?" } else { &guess };
            let _ = writeln!(out, "  {name:<38} scaffold {guess:<28} kernel {}", accepted.words());
        }
    }
}

fn shown(args: &Args, fact: &Fact) -> bool {
    match fact.state {
        State::Mismatch => args.verbose || fact.reason.is_none(),
        State::Unchecked => args.verbose,
        State::Equal | State::Absent => false,
    }
}
