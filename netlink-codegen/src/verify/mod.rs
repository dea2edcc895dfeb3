//! Schemas against what else is known: headers of every stored kernel, policies of the kernel's source, and
//! the running kernel.
//!
//! Each comparison is a [`Fact`] with one of four outcomes. Mismatches that are as they should be stand in
//! a list with reasons (`schemas/verify.txt`).

mod accepted;
mod exceptions;
mod headers;
mod live;
mod policies;

pub use exceptions::Exceptions;
pub use headers::headers;
pub use live::{Kernel, Stranger, live};
pub use policies::policies;

pub use accepted::{Accepted, Kind};

use std::collections::BTreeMap;

/// What schemas are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The facts of headers, kernel by kernel.
    Headers,
    /// Tables `struct nla_policy` of the kernel's source.
    Policies,
    /// The running kernel.
    Live,
}

impl Source {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Source::Headers => "headers",
            Source::Policies => "policies",
            Source::Live => "live",
        }
    }
}

/// How a comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Both say the same.
    Equal,
    /// They contradict each other.
    Mismatch,
    /// The other side says nothing that could be compared.
    Unchecked,
    /// This version of the kernel does not have it.
    Absent,
}

impl State {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            State::Equal => "equal",
            State::Mismatch => "mismatch",
            State::Unchecked => "not checkable",
            State::Absent => "not in this version",
        }
    }
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The schema.
    pub family: String,
    /// What it was compared with.
    pub source: Source,
    /// Where the other side stands: a kernel's release, a table, an operation.
    pub place: String,
    /// What it is about, by C name where there is one.
    pub name: String,
    /// Which property.
    pub what: &'static str,
    /// How it ended.
    pub state: State,
    /// Both sides, when they differ, or why they cannot be compared.
    pub detail: String,
    /// Why a mismatch is as it should be.
    pub reason: Option<String>,
}

/// All comparisons.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order they were made.
    pub facts: Vec<Fact>,
    /// Exceptions that were needed for nothing.
    pub stale: Vec<String>,
}

/// How many comparisons ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// [`State::Equal`].
    pub equal: usize,
    /// [`State::Mismatch`] without a reason.
    pub mismatch: usize,
    /// [`State::Mismatch`] with one.
    pub explained: usize,
    /// [`State::Unchecked`].
    pub unchecked: usize,
    /// [`State::Absent`].
    pub absent: usize,
}

impl Report {
    /// Counts by family and source.
    pub fn counts(&self) -> BTreeMap<(&str, Source), Counts> {
        let mut out: BTreeMap<_, Counts> = BTreeMap::new();
        for fact in &self.facts {
            let counts = out.entry((fact.family.as_str(), fact.source)).or_default();
            *match (fact.state, &fact.reason) {
                (State::Equal, _) => &mut counts.equal,
                (State::Mismatch, None) => &mut counts.mismatch,
                (State::Mismatch, Some(_)) => &mut counts.explained,
                (State::Unchecked, _) => &mut counts.unchecked,
                (State::Absent, _) => &mut counts.absent,
            } += 1;
        }
        out
    }

    /// Mismatches without a reason.
    pub fn mismatches(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(|f| f.state == State::Mismatch && f.reason.is_none())
    }
}

/// Adds facts of one family and one source.
struct Writer<'r> {
    report: &'r mut Report,
    family: &'r str,
    source: Source,
}

impl Writer<'_> {
    fn add(&mut self, place: &str, name: &str, what: &'static str, state: State, detail: impl Into<String>) {
        self.report.facts.push(Fact {
            family: self.family.to_owned(),
            source: self.source,
            place: place.to_owned(),
            name: name.to_owned(),
            what,
            state,
            detail: detail.into(),
            reason: None,
        });
    }

    /// Equal, or a mismatch of these two.
    fn same<T: PartialEq + std::fmt::Display>(
        &mut self,
        place: &str,
        name: &str,
        what: &'static str,
        schema: &T,
        other: &T,
    ) {
        if schema == other {
            self.add(place, name, what, State::Equal, "");
        } else {
            self.add(
                place,
                name,
                what,
                State::Mismatch,
                format!("schema {schema}, {} {other}", self.source.word()),
            );
        }
    }
}
