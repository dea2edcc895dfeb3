//! Names in the generated code: what must not fall together.

use super::span;
use crate::ir::{Model, names};
use crate::report::{Diagnostic, Diagnostics, Span, codes};
use std::collections::HashMap;

pub(super) fn check(model: &Model, out: &mut Diagnostics) {
    for set in &model.sets {
        let what = format!("attributes of `{}`", set.name);
        let attrs = set.attrs.iter().map(|a| (a.name.as_str(), names::field(&a.name), span(&a.origin)));
        distinct(&what, attrs, out);
        if set.header.is_some() {
            for attr in set.attrs.iter().filter(|a| names::field(&a.name) == "header") {
                let message = "the accessor `header` of this set gives the fixed header";
                out.push(
                    Diagnostic::error(codes::RESERVED_NAME, message)
                        .at(span(&attr.origin), "")
                        .help(format!("give the attribute another name and `c-name: {}`", attr.c_name)),
                );
            }
        }
    }
    for item in &model.enums {
        let what = format!("entries of `{}`", item.name);
        // An entry has no place of its own in the model; its enum has.
        let place = span(&item.origin);
        let entries = item.entries.iter().map(|e| (e.name.as_str(), names::constant(&e.name), place));
        distinct(&what, entries, out);
    }
    // Arms of unions are C's, flattened: of two with one name, the second gets a number.
    for item in model.structs.iter().filter(|s| !s.union) {
        let what = format!("members of struct {}", item.c_name);
        let place = span(&item.origin);
        let members = item.members.iter().map(|m| (m.c_name.as_str(), names::field(&m.c_name), place));
        distinct(&what, members, out);
    }
    for family in &model.families {
        let what = format!("operations of `{}`", family.name);
        let ops = family.operations.iter().map(|o| (o.name.as_str(), names::field(&o.name), span(&o.origin)));
        distinct(&what, ops, out);
        let what = format!("attribute sets of `{}`", family.name);
        let sets = family.sets.iter().map(|id| &model[*id]);
        distinct(&what, sets.map(|s| (s.name.as_str(), names::type_name(&s.name), span(&s.origin))), out);
    }
}

fn distinct<'n>(what: &str, list: impl Iterator<Item = (&'n str, String, Span)>, out: &mut Diagnostics) {
    let mut seen: HashMap<String, (&str, Span)> = HashMap::new();
    for (name, rust, place) in list {
        match seen.get(&rust) {
            // The same name twice has been reported where it was declared.
            Some((first, first_place)) if *first != name => {
                let message = format!("`{first}` and `{name}`, {what}, are both `{rust}` in Rust");
                let mut diagnostic = Diagnostic::error(codes::RUST_NAME, message).at(place, "");
                if *first_place != place {
                    diagnostic = diagnostic.at(*first_place, "the other one");
                }
                out.push(diagnostic);
            }
            Some(_) => {}
            None => {
                seen.insert(rust, (name, place));
            }
        }
    }
}
