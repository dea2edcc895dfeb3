//! `netlink-codegen coverage`: how much of the headers' attributes the schemas describe.

use super::Outcome;
use crate::Loader;
use crate::coverage::{Coverage, EnumCoverage, Exceptions, State, measure};
use crate::headers::store;
use crate::report::render;
use clap::Args as ClapArgs;
use serde_json::json;
use std::collections::BTreeMap;

const EXAMPLES: &str = "\
Examples:
  netlink-codegen coverage                      a line for each family
  netlink-codegen coverage --family rt-link     each enum of a family, and what is missing
  netlink-codegen coverage --json | jq 'select(.missing != [])'

Exit status: 0 fine, 1 a schema misses values of an enum that it describes, 2 nothing done.";

/// Compare the attributes that schemas describe with those that headers define
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only enums of this family
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// One JSON object for each enum, one a line
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    let model = match Loader::new().shipped().load() {
        Ok(loaded) => loaded.model,
        Err(diagnostics) => {
            eprint!("{}", render::plain(&diagnostics));
            return Outcome::Failed;
        }
    };
    let facts = store::shipped().map_err(|e| e.to_string());
    let measured = facts.and_then(|facts| Ok(measure(&model, &facts, &Exceptions::shipped()?)));
    let mut coverage = match measured {
        Ok(coverage) => coverage,
        Err(error) => {
            eprintln!("error: {error}");
            return Outcome::Failed;
        }
    };
    if let Some(family) = &args.family {
        coverage.enums.retain(|e| e.families.contains(family));
        if coverage.enums.is_empty() {
            eprintln!("error: no attribute enum belongs to {family}");
            return Outcome::Failed;
        }
    }
    let text = match (args.json, &args.family) {
        (true, _) => coverage.enums.iter().map(|e| format!("{}\n", object(e))).collect(),
        (false, Some(_)) => enums(&coverage),
        (false, None) => families(&coverage),
    };
    if let Err(error) = super::print(&text) {
        eprintln!("error: {error}");
        return Outcome::Failed;
    }
    let gaps = coverage.enums.iter().any(|e| e.reason.is_none() && e.count(State::Missing) > 0);
    if gaps { Outcome::Findings } else { Outcome::Fine }
}

fn object(found: &EnumCoverage) -> serde_json::Value {
    let names = |state: State| -> Vec<&str> {
        found.values.iter().filter(|(_, _, s)| *s == state).map(|(_, name, _)| name.as_str()).collect()
    };
    json!({
        "enum": found.name,
        "header": found.header,
        "families": found.families,
        "sets": found.sets,
        "total": found.values.len(),
        "typed": found.count(State::Typed),
        "opaque": names(State::Opaque),
        "excused": names(State::Excused),
        "missing": names(State::Missing),
        "reason": found.reason,
    })
}

fn enums(coverage: &Coverage) -> String {
    let mut out = String::new();
    for found in &coverage.enums {
        let total = found.values.len();
        let about = found.reason.clone().unwrap_or_else(|| found.sets.join(" "));
        out += &format!("{}  ({}, {about})\n", found.name, found.header);
        out += &format!("  {} of {total} typed\n", found.count(State::Typed));
        for (state, word) in
            [(State::Opaque, "opaque"), (State::Excused, "left out"), (State::Missing, "missing")]
        {
            if found.reason.is_none() && found.count(state) > 0 {
                let names = found.values.iter().filter(|(_, _, s)| *s == state);
                let names: Vec<&str> = names.map(|(_, name, _)| name.as_str()).collect();
                out += &format!("  {word}: {}\n", names.join(" "));
            }
        }
    }
    out
}

fn families(coverage: &Coverage) -> String {
    // An enum whose header serves several families counts for the first.
    let mut rows: BTreeMap<&str, [usize; 6]> = BTreeMap::new();
    let mut total = [0; 6];
    for found in &coverage.enums {
        let family = found.families.first().map_or("-", |f| f.as_str());
        let counts = [
            usize::from(found.reason.is_none()),
            1,
            found.count(State::Typed),
            found.count(State::Opaque),
            found.count(State::Missing),
            found.values.len(),
        ];
        let row = rows.entry(family).or_default();
        for (at, count) in counts.into_iter().enumerate() {
            row[at] += count;
            total[at] += count;
        }
    }
    let mut out = format!(
        "{:<20} {:>9} {:>8} {:>8} {:>8} {:>8}\n",
        "family", "enums", "values", "typed", "opaque", "missing"
    );
    let mut line = |name: &str, r: &[usize; 6]| {
        let enums = format!("{}/{}", r[0], r[1]);
        out += &format!("{name:<20} {enums:>9} {:>8} {:>8} {:>8} {:>8}\n", r[5], r[2], r[3], r[4]);
    };
    for (family, row) in &rows {
        line(family, row);
    }
    line("all", &total);
    out
}
