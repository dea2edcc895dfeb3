//! Values of arguments, as shells complete them: families, operations, attributes, groups.

use super::monitor::groups::short;
use super::request::find;
use super::{Schemas, Stop};
use crate::complete::{Place, Word, matching};
use crate::decode::encode::{parse_args, suggest};
use crate::decode::table;
use crate::ir::{Family, Model, Operation, Protocol, SetId};

/// What there is for an argument. `None`: names of files.
pub(super) fn values(place: &Place<'_>) -> Option<Vec<Word>> {
    let words = match (place.command, place.argument) {
        ("dump" | "do" | "families", "family") => families(place),
        ("dump" | "do" | "families", "operation") => operations(place),
        ("dump" | "do", "attrs") => attributes(place),
        ("dump" | "do", "header") => header(place),
        ("dump" | "do", "flags") => {
            let flags = ["create", "excl", "replace", "append", "echo"];
            matching(flags.map(|flag| Word::new(flag, "")), place.typed)
        }
        ("monitor", "words") => groups(place),
        (_, "protocol") => matching(table::protocol_names().map(|name| Word::new(name, "")), place.typed),
        // Numbers, times, and texts of a form that nobody can guess.
        (_, "genl" | "until" | "rcvbuf" | "json" | "path" | "filter") => Vec::new(),
        _ => return None,
    };
    Some(words)
}

/// The schemas that the line names.
fn schemas(place: &Place<'_>) -> Schemas {
    Schemas {
        schema: place.given("schema").map(Into::into).collect(),
        headers: place.given("headers").last().map(Into::into),
        lenient: true,
    }
}

/// Names of schemas that have operations, and of generic netlink families.
fn families(place: &Place<'_>) -> Vec<Word> {
    let schemas = schemas(place);
    if schemas.all_shipped() {
        let classic = netlink_schemas::MESSAGES.iter().map(|(schema, ..)| *schema);
        let generic = netlink_schemas::GENERIC.iter().flat_map(|(schema, name)| [*schema, *name]);
        return sorted(classic.chain(generic).map(|name| Word::new(name, "")), place.typed);
    }
    let Ok(model) = schemas.load() else { return Vec::new() };
    let words = model.families.iter().filter(|family| !family.operations.is_empty());
    sorted(words.map(|family| Word::new(&family.name, &family.doc)), place.typed)
}

fn sorted(words: impl Iterator<Item = Word>, typed: &str) -> Vec<Word> {
    let mut words = matching(words, typed);
    words.sort_by(|a, b| a.text.cmp(&b.text));
    words.dedup_by(|a, b| a.text == b.text);
    words
}

/// The family that the line names.
fn family(place: &Place<'_>) -> Result<(&'static Model, &'static Family), Stop> {
    let name = place.given("family").last().unwrap_or_default();
    let (registry, _) = schemas(place).family(name)?;
    let model = registry.model();
    Ok((model, find::family(model, name)?))
}

/// Whether the command can ask for an operation.
fn can(command: &str, operation: &Operation) -> bool {
    match command {
        "dump" => operation.dump,
        "do" => operation.do_,
        _ => true,
    }
}

fn operations(place: &Place<'_>) -> Vec<Word> {
    let Ok((_, family)) = family(place) else { return Vec::new() };
    let all = family.operations.iter().filter(|operation| can(place.command, operation));
    matching(all.map(|operation| Word::new(&operation.name, &operation.doc)), place.typed)
}

/// What the request of the line's operation holds.
fn request(place: &Place<'_>) -> Option<(&'static Model, SetId)> {
    let (model, family) = family(place).ok()?;
    let mut named = find::named(family, place.given("operation").last()?);
    let operation = named.find(|operation| can(place.command, operation))?;
    Some((model, operation.request.as_ref()?.set?))
}

fn attributes(place: &Place<'_>) -> Vec<Word> {
    let Some((model, set)) = request(place) else { return Vec::new() };
    let words = |argument| place.given(argument).map(str::to_owned).collect::<Vec<_>>();
    let Ok(input) = parse_args(&words("header"), &words("attrs"), None) else { return Vec::new() };
    shown(suggest::attribute(model, set, &input, place.typed))
}

fn header(place: &Place<'_>) -> Vec<Word> {
    request(place).map(|(model, set)| shown(suggest::header(model, set, place.typed))).unwrap_or_default()
}

fn shown(words: Vec<suggest::Suggestion>) -> Vec<Word> {
    words.into_iter().map(|(text, doc)| Word::new(text, &doc)).collect()
}

/// Families with groups, and their groups by name: alone, or behind the family's.
fn groups(place: &Place<'_>) -> Vec<Word> {
    let Ok(registry) = schemas(place).registry() else { return Vec::new() };
    let mut words = vec![Word::new("all", "Everything")];
    for family in registry.model().families.iter().filter(|family| !family.groups.is_empty()) {
        words.push(Word::new(&family.name, &family.doc));
        for group in &family.groups {
            let name = short(&group.name);
            let whole = Word::new(format!("{}:{name}", family.name), &group.doc);
            // Only who types the family wants to see it each time.
            match (place.typed.contains(':'), &family.protocol) {
                (false, Protocol::Generic { .. }) => {}
                (false, _) => words.push(Word::new(name, &group.doc)),
                (true, _) => words.push(whole),
            }
        }
    }
    sorted(words.into_iter(), place.typed)
}
