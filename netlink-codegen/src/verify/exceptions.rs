//! Mismatches that are as they should be.

use super::{Fact, Report, Source, State};

/// The list: what each line excuses, and why.
#[derive(Clone, Debug, Default)]
pub struct Exceptions(Vec<Exception>);

#[derive(Clone, Debug)]
struct Exception {
    source: Source,
    name: String,
    place: Option<String>,
    what: String,
    reason: String,
}

impl Exception {
    fn is_about(&self, fact: &Fact) -> bool {
        let place = |place: &String| fact.place.rsplit(' ').next() == Some(place);
        fact.source == self.source
            && fact.name == self.name
            && fact.what == self.what
            && self.place.as_ref().is_none_or(place)
    }

    fn line(&self) -> String {
        let place = self.place.as_ref().map_or(String::new(), |place| format!("@{place}"));
        format!("{} {}{place} {}", self.source.word(), self.name, self.what)
    }
}

impl Exceptions {
    /// The list that ships with the schemas.
    pub fn shipped() -> Result<Self, String> {
        Self::parse(netlink_schemas::VERIFY).map_err(|e| format!("verify.txt: {e}"))
    }

    /// Reads a list: `headers|policies|live NAME[@PLACE] WHAT reason`. The place is a kernel, the name of a
    /// table, or an operation.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut list = Vec::new();
        for (ix, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong =
                || format!("line {}: expected `headers|policies|live NAME[@PLACE] WHAT reason`", ix + 1);
            let mut words = line.splitn(4, ' ').filter(|w| !w.is_empty());
            let mut word = || words.next().ok_or_else(wrong);
            let source = match word()? {
                "headers" => Source::Headers,
                "policies" => Source::Policies,
                "live" => Source::Live,
                _ => return Err(wrong()),
            };
            let (name, what, reason) = (word()?, word()?.to_owned(), word()?.to_owned());
            let (name, place) =
                name.split_once('@').map_or((name, None), |(name, at)| (name, Some(at.to_owned())));
            list.push(Exception { source, name: name.to_owned(), place, what, reason });
        }
        Ok(Exceptions(list))
    }

    /// Gives mismatches their reasons, and says which lines excused nothing though what they are about was
    /// compared. Lines about running kernels may excuse nothing on this one: they differ by their options.
    pub fn apply(&self, report: &mut Report) {
        for exception in &self.0 {
            let mut needed = false;
            let mut seen = false;
            for fact in report.facts.iter_mut().filter(|fact| exception.is_about(fact)) {
                seen = true;
                if fact.state == State::Mismatch {
                    fact.reason = Some(exception.reason.clone());
                    needed = true;
                }
            }
            if seen && !needed && exception.source != Source::Live {
                report.stale.push(exception.line());
            }
        }
    }

    /// Lines about something that was not compared at all.
    pub fn unknown(&self, report: &Report) -> Vec<String> {
        let unknown = |e: &&Exception| !report.facts.iter().any(|fact| e.is_about(fact));
        self.0.iter().filter(unknown).map(Exception::line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let fact = |place: &str, state| Fact {
            family: "f".to_owned(),
            source: Source::Policies,
            place: place.to_owned(),
            name: "A_X".to_owned(),
            what: "type",
            state,
            detail: String::new(),
            reason: None,
        };
        let facts =
            vec![fact("a.c one", State::Mismatch), fact("b.c two", State::Mismatch), fact("", State::Equal)];
        Report { facts, stale: Vec::new() }
    }

    #[test]
    fn lines_excuse_what_they_name() {
        let mut all = report();
        Exceptions::parse("# why\npolicies A_X type because of this").unwrap().apply(&mut all);
        let reasons: Vec<_> = all.facts.iter().map(|f| f.reason.as_deref()).collect();
        assert_eq!(reasons, [Some("because of this"), Some("because of this"), None]);

        let mut one = report();
        Exceptions::parse("policies A_X@two type because").unwrap().apply(&mut one);
        assert_eq!(one.mismatches().map(|f| f.place.as_str()).collect::<Vec<_>>(), ["a.c one"]);
        assert!(one.stale.is_empty());
    }

    #[test]
    fn lines_without_use_are_told() {
        let mut all = report();
        all.facts.remove(0);
        all.facts.remove(0);
        let list =
            Exceptions::parse("policies A_X type why\nheaders A_X type why\npolicies A_X@two type why")
                .unwrap();
        list.apply(&mut all);
        assert_eq!(all.stale, ["policies A_X type"]);
        assert_eq!(list.unknown(&all), ["headers A_X type", "policies A_X@two type"]);
    }

    #[test]
    fn other_lines_are_mistakes() {
        for text in ["policies A_X type", "policy A_X type why"] {
            let message = "line 1: expected `headers|policies|live NAME[@PLACE] WHAT reason`";
            assert_eq!(Exceptions::parse(text).unwrap_err(), message);
        }
    }
}
