//! Values of macros: a second translation unit per header assigns each to a variable.
//!
//! What fails there for want of another header's helper is tried once more in a unit that
//! includes everything. Expressions in network order are evaluated with the swapping macros
//! made to keep their argument.

use std::collections::HashMap;

use super::clang::Evaluated;
use super::extract::{Context, Error, Job};
use super::facts::Value;
use super::macros::{Body, Swapped, classify};
use super::stubs;

/// The values of expressions, by header and text.
pub(super) struct Values {
    plain: HashMap<(usize, String), Evaluated>,
    /// In network order: the value meant, and the width.
    big: HashMap<(usize, String), (i128, u8)>,
}

impl Values {
    pub(super) fn of(context: &Context, jobs: &[Job]) -> Result<Values, Error> {
        let mut swapped = Swapped::new();
        loop {
            let before = swapped.len();
            for m in jobs.iter().flat_map(|job| &job.parsed.macros) {
                swapped.learn(&m.name, &m.body);
            }
            if swapped.len() == before {
                break;
            }
        }
        let mut values = Values { plain: HashMap::new(), big: HashMap::new() };
        let mut unsolved = Vec::new();
        for (at, job) in jobs.iter().enumerate() {
            let mut wanted = Vec::new();
            for m in job.parsed.macros.iter().filter(|m| !m.function_like) {
                if matches!(classify(&m.name, &m.body), Body::Name(_) | Body::Expression) {
                    wanted.push(Wanted { job: at, text: m.name.clone(), swap: swapped.width(&m.body) });
                }
            }
            for entry in job.parsed.enums.iter().flat_map(|e| &e.entries) {
                if let Some(bits) = swapped.width(&entry.init) {
                    wanted.push(Wanted { job: at, text: entry.init.join(" "), swap: Some(bits) });
                }
            }
            if !wanted.is_empty() {
                unsolved.extend(values.evaluate(context, &[job], wanted, "")?);
            }
        }
        let all: Vec<&Job> = jobs.iter().filter(|job| job.trusted && !job.private).collect();
        unsolved.retain(|wanted| !jobs[wanted.job].private);
        if !unsolved.is_empty() {
            values.evaluate(context, &all, unsolved, stubs::VALUE_COMPANIONS)?;
        }
        Ok(values)
    }

    /// Evaluates and returns what has no value.
    fn evaluate(
        &mut self,
        context: &Context,
        jobs: &[&Job],
        wanted: Vec<Wanted>,
        companions: &str,
    ) -> Result<Vec<Wanted>, Error> {
        const PREFIX: &str = "__nlx_";
        let mut text: String = jobs.iter().map(|job| job.include()).collect();
        text += companions;
        text += stubs::HELPERS;
        let variable = |text: &mut String, at: usize| {
            text.push_str(&format!("static const __auto_type {PREFIX}{at} = {};\n", wanted[at].text));
        };
        let (swap, plain): (Vec<usize>, Vec<usize>) =
            (0..wanted.len()).partition(|at| wanted[*at].swap.is_some());
        plain.iter().for_each(|at| variable(&mut text, *at));
        text += &stubs::unswapped();
        swap.iter().for_each(|at| variable(&mut text, *at));
        let files = context.files(jobs);
        let solved = context
            .session
            .values(&context.unit(&text, &files), PREFIX, wanted.len())
            .map_err(Error::Clang)?;
        let mut unsolved = Vec::new();
        for (wanted, value) in wanted.into_iter().zip(solved) {
            match (value, wanted.swap) {
                (Some(Evaluated::Int(value)), Some(bits)) => {
                    self.big.insert((wanted.job, wanted.text), (value, bits));
                }
                (Some(value), _) => {
                    self.plain.insert((wanted.job, wanted.text), value);
                }
                (None, _) => unsolved.push(wanted),
            }
        }
        Ok(unsolved)
    }

    pub(super) fn value(&self, job: usize, text: &str) -> Option<Value> {
        let key = (job, text.to_owned());
        if let Some((value, bits)) = self.big.get(&key) {
            return Some(Value::Big(*value, *bits));
        }
        self.plain.get(&key).map(|value| match value {
            Evaluated::Int(value) => Value::Int(*value),
            Evaluated::Str(text) => Value::Str(text.clone()),
        })
    }
}

/// An expression to evaluate in the company of a header.
struct Wanted {
    job: usize,
    text: String,
    swap: Option<u8>,
}
