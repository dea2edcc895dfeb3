//! What `ip` or `tc` prints and what our views say, leaf by leaf; which keys were compared.

use crate::json::{Json, Obj};
use std::collections::{BTreeMap, BTreeSet};

/// Times that run while we look: key ends and how far apart two readings may be.
const CLOCKS: &[(&str, f64)] = &[
    ("_timer", 2.0),
    ("_life_time", 3.0),
    ("expires", 3.0),
    ("used", 3.0),
    ("confirmed", 3.0),
    ("updated", 3.0),
    ("idle_time", 3.0),
    ("unbalanced_time", 3.0),
    ("installed", 3.0),
];

/// The keys of an object.
pub(crate) struct Keys {
    /// Not compared, with the reason.
    listed: BTreeMap<&'static str, &'static str>,
    /// Printed by the other program.
    seen: BTreeSet<String>,
    /// Rebuilt from our views.
    said: BTreeSet<String>,
}

impl Keys {
    /// The keys of this object; `list` has those that are not compared, `object key: reason`.
    pub(crate) fn new(object: &str, list: &'static str) -> Self {
        let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let listed = lines.filter_map(|line| {
            let (key, reason) = line.split_once(": ").unwrap_or_else(|| panic!("no reason: {line}"));
            let (owner, key) = key.split_once(' ').unwrap_or_else(|| panic!("no object: {line}"));
            (owner == object).then_some((key, reason))
        });
        Keys { listed: listed.collect(), seen: BTreeSet::new(), said: BTreeSet::new() }
    }

    /// What differs, either way.
    pub(crate) fn compare(&mut self, ours: &[Obj], theirs: &[Obj]) -> Vec<String> {
        let mut problems = Vec::new();
        if ours.len() != theirs.len() {
            problems.push(format!("{} objects, we have {}", theirs.len(), ours.len()));
        }
        for (ours, theirs) in ours.iter().zip(theirs) {
            let (ours, theirs) = (leaves(ours), leaves(theirs));
            let title = ["ifname", "dst", "id", "priority"].iter().find_map(|key| theirs.get(*key));
            let title = title.map_or_else(String::new, |leaf| format!("{}: ", leaf.value));
            for (place, leaf) in &theirs {
                self.seen.insert(leaf.key.clone());
                if self.listed.contains_key(leaf.key.as_str()) {
                    continue;
                }
                let said = ours.get(place);
                if !said.is_some_and(|said| equal(&leaf.key, &said.value, &leaf.value)) {
                    let said = said.map_or_else(|| "nothing".to_owned(), |said| said.value.to_string());
                    problems.push(format!("{title}{place} is {}, we say {said}", leaf.value));
                }
            }
            for (place, leaf) in ours.iter().filter(|(place, _)| !theirs.contains_key(*place)) {
                problems.push(format!("{title}{place} is not there, we say {}", leaf.value));
            }
            self.said.extend(ours.into_values().map(|leaf| leaf.key));
        }
        problems
    }

    /// Prints the counts; what is wrong with the list.
    pub(crate) fn judge(&self, object: &str) -> Vec<String> {
        let (seen, mut problems) = (self.seen.len(), Vec::new());
        let listed = self.listed.keys().filter(|key| self.seen.contains(**key)).count();
        println!("{object}: {seen} keys seen, {} compared, {listed} listed", seen - listed);
        if listed * 10 > seen {
            problems.push("more than a tenth of the keys is not compared".to_owned());
        }
        for (key, reason) in &self.listed {
            if self.said.contains(*key) {
                problems.push(format!("{key} is in the list ({reason}), yet we have it"));
            } else if !self.seen.contains(*key) {
                println!("{object}: {key} is in the list, but was not seen here");
            }
        }
        problems
    }
}

fn equal(key: &str, ours: &Json, theirs: &Json) -> bool {
    let number = |json: &Json| match json {
        Json::Int(v) => Some(*v as f64),
        Json::Float(v) => Some(*v),
        _ => None,
    };
    let slack = CLOCKS.iter().find(|(end, _)| key.ends_with(end)).map_or(0.0, |(_, slack)| *slack);
    match (number(ours), number(theirs)) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= slack + 1e-9,
        _ => ours == theirs,
    }
}

/// A scalar, or an empty list or object.
struct Leaf {
    /// Where such leaves stand in any object: no indices, kinds of links named.
    key: String,
    value: Json,
}

fn leaves(object: &Obj) -> BTreeMap<String, Leaf> {
    let mut found = BTreeMap::new();
    members(object, "", "", &mut found);
    found
}

fn members(object: &Obj, place: &str, key: &str, found: &mut BTreeMap<String, Leaf>) {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, value) in &object.0 {
        let time = times.entry(name).and_modify(|n| *n += 1).or_insert(1);
        let again = if *time > 1 { format!("#{time}") } else { String::new() };
        // Keys of a link's data mean something else for every kind of link, options for every kind of
        // queueing discipline.
        let kind = match name.as_str() {
            "info_data" => object.text("info_kind"),
            "info_slave_data" => object.text("info_slave_kind"),
            "options" => object.text("kind"),
            _ => None,
        };
        let kind = kind.map_or_else(String::new, |kind| format!("({kind})"));
        let (place, key) = (join(place, name), join(key, name));
        walk(value, &format!("{place}{again}"), &format!("{key}{again}{kind}"), found);
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn walk(value: &Json, place: &str, key: &str, found: &mut BTreeMap<String, Leaf>) {
    match value {
        Json::Object(object) if !object.0.is_empty() => members(object, place, key, found),
        Json::List(list) if !list.is_empty() => {
            for (i, member) in list.iter().enumerate() {
                walk(member, &format!("{place}[{i}]"), &format!("{key}[]"), found);
            }
        }
        Json::List(_) => {
            found.insert(place.to_owned(), Leaf { key: format!("{key}[]"), value: value.clone() });
        }
        _ => {
            found.insert(place.to_owned(), Leaf { key: key.to_owned(), value: value.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;
    use crate::json::{Json, Obj};

    const LIST: &str = "# comment\nlinks linkinfo.info_data(x).a: a reason\nroutes dst: another\n";

    fn read(text: &str) -> Vec<Obj> {
        match serde_json::from_str(text).expect("JSON") {
            Json::Object(object) => vec![object],
            other => panic!("{other}"),
        }
    }

    fn problems(ours: &str, theirs: &str) -> Vec<String> {
        Keys::new("links", LIST).compare(&read(ours), &read(theirs))
    }

    #[test]
    fn repeated_keys_are_told_apart() {
        let twice = r#"{"dst":"10.0.0.0/8","dst":"10.9.9.9"}"#;
        assert_eq!(problems(twice, twice), [""; 0]);
        let found = problems(twice, r#"{"dst":"10.0.0.0/8","dst":"10.9.9.8"}"#);
        assert_eq!(found, [r#""10.0.0.0/8": dst#2 is "10.9.9.8", we say "10.9.9.9""#]);
    }

    #[test]
    fn differences_are_found_both_ways() {
        assert_eq!(problems(r#"{"a":[]}"#, r#"{"a":[1]}"#).len(), 2);
        assert_eq!(problems("{}", r#"{"a":null}"#), ["a is null, we say nothing"]);
        assert_eq!(problems(r#"{"a":{"b":true}}"#, r#"{"a":{}}"#).len(), 2);
        assert_eq!(problems(r#"{"a":1}"#, r#"{"a":"1"}"#).len(), 1);
        assert_eq!(problems(r#"{"used":5,"mtu":5}"#, r#"{"used":6,"mtu":6}"#), ["mtu is 6, we say 5"]);
    }

    #[test]
    fn the_list_is_judged() {
        let theirs = r#"{"linkinfo":{"info_kind":"x","info_data":{"a":1}}}"#;
        let mut keys = Keys::new("links", LIST);
        assert_eq!(keys.compare(&read(r#"{"linkinfo":{"info_kind":"x"}}"#), &read(theirs)), [""; 0]);
        assert_eq!(keys.judge("links"), ["more than a tenth of the keys is not compared"]);
        keys.compare(&read(theirs), &read(theirs));
        assert_eq!(keys.judge("links").len(), 2);
    }
}
