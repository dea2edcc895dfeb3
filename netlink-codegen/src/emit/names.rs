//! Rust names of a family's items, all different.
//!
//! [`ir::names`](crate::ir::names) says what a name looks like; this says what happens when two
//! things of one module want the same one. The rules depend on the schema alone, so a name
//! never changes from run to run:
//!
//! - Items take their names in the order sets, structs, enums, sub-messages, operations, each
//!   kind in schema order. Who comes late gets its kind as a suffix (`AcceptOp`), then a number.
//! - A set or sub-message takes the names of the types derived from it as well (`LinkView`…).
//! - Names that generated code needs from the preludes are taken from the start.
//! - Fields, constants and variants that come late get `_`.

use super::EmitError;
use crate::ir::names;
use crate::ir::{FamilyId, Item, Model, Protocol};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a local item must not shadow: the runtime's prelude and the standard one's types.
const PRELUDE: &[&str] = &[
    "Address",
    "AsMut",
    "AsRef",
    "Bitfield32",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Extend",
    "Flex",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "HwAddr",
    "Into",
    "IntoIterator",
    "IpAddr",
    "SocketAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "Iterator",
    "LabelStack",
    "NetlinkAttrs",
    "NetlinkMessage",
    "NetlinkOp",
    "NetlinkStruct",
    "NetlinkSub",
    "NlString",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Protocol",
    "Rest",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Suffixes of the types that the derives make beside a set.
const SET_TYPES: &[&str] = &["", "View", "Builder", "Indexed"];
/// Suffixes of the types that the derives make beside a sub-message.
const SUB_TYPES: &[&str] = &["", "View"];
/// Structs, enums and operations are only themselves.
const PLAIN: &[&str] = &[""];

/// The names one module, struct or enum has given out.
#[derive(Default)]
pub(super) struct Scope(HashSet<String>);

impl Scope {
    /// A scope where these are taken.
    pub(super) fn with<'w>(taken: impl IntoIterator<Item = &'w str>) -> Self {
        Scope(taken.into_iter().map(str::to_owned).collect())
    }

    /// Gives out `name`, with as many `_` as it needs.
    pub(super) fn claim(&mut self, mut name: String) -> String {
        while !self.0.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    /// Gives out the name of a union's arm, which has methods beside the one of its name.
    pub(super) fn claim_arm(&mut self, mut name: String) -> String {
        loop {
            let plain = name.trim_end_matches('_');
            let all = [name.clone(), format!("from_{plain}"), format!("with_{plain}")];
            if !all.iter().any(|n| self.0.contains(n)) {
                self.0.extend(all);
                return name;
            }
            // Not a `_` at the end, which the other methods go without.
            name = format!("{plain}_2");
        }
    }

    fn claim_item(&mut self, name: &str, kind: &str, derived: &[&str]) -> String {
        let mut candidate = name.to_owned();
        let mut tried = 0;
        loop {
            let all: Vec<String> = derived.iter().map(|suffix| format!("{candidate}{suffix}")).collect();
            if !all.iter().any(|n| self.0.contains(n)) {
                self.0.extend(all);
                return candidate;
            }
            tried += 1;
            candidate = if tried == 1 { format!("{name}{kind}") } else { format!("{name}{kind}{tried}") };
        }
    }
}

/// Rust names of all items of a model.
pub(super) struct Names {
    items: HashMap<Item, (FamilyId, String)>,
    operations: HashMap<(FamilyId, usize), String>,
    scopes: Vec<HashSet<String>>,
}

impl Names {
    pub(super) fn new(model: &Model) -> Self {
        let mut out = Names { items: HashMap::new(), operations: HashMap::new(), scopes: Vec::new() };
        for (ix, family) in model.families.iter().enumerate() {
            let id = FamilyId(ix as u32);
            let mut scope = Scope::with(PRELUDE.iter().copied());
            if matches!(family.protocol, Protocol::Raw { .. } | Protocol::Netfilter { .. }) {
                scope.claim("Group".to_owned());
            }
            let mut item = |item, name: &str, kind, derived| {
                let name = scope.claim_item(&names::type_name(name), kind, derived);
                out.items.insert(item, (id, name));
            };
            for &set in &family.sets {
                item(Item::Set(set), &model[set].name, "Attrs", SET_TYPES);
            }
            for &s in &family.structs {
                let kind = if model[s].union { "Union" } else { "Struct" };
                item(Item::Struct(s), &model[s].name, kind, PLAIN);
            }
            for &e in &family.enums {
                let kind = if model[e].flags { "Flags" } else { "Enum" };
                item(Item::Enum(e), &model[e].name, kind, PLAIN);
            }
            for &sub in &family.subs {
                item(Item::Sub(sub), &model[sub].name, "Data", SUB_TYPES);
            }
            for (ix, op) in family.operations.iter().enumerate() {
                let name = scope.claim_item(&names::operation(&op.name), "Op", PLAIN);
                out.operations.insert((id, ix), name);
            }
            out.scopes.push(scope.0);
        }
        out
    }

    /// The name of an item in its own module.
    pub(super) fn own(&self, item: Item) -> Option<&str> {
        self.items.get(&item).map(|(_, name)| name.as_str())
    }

    pub(super) fn operation(&self, family: FamilyId, ix: usize) -> Option<&str> {
        self.operations.get(&(family, ix)).map(String::as_str)
    }
}

/// Names as one family's module writes them, and the imports that takes.
pub(super) struct Imports<'m> {
    model: &'m Model,
    names: &'m Names,
    family: FamilyId,
    scope: Scope,
    /// What each foreign item is called here, and the line parts to import it.
    foreign: HashMap<Item, String>,
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl<'m> Imports<'m> {
    pub(super) fn new(model: &'m Model, names: &'m Names, family: FamilyId) -> Self {
        let scope = Scope(names.scopes.get(family.0 as usize).cloned().unwrap_or_default());
        Imports { model, names, family, scope, foreign: HashMap::new(), uses: BTreeMap::new() }
    }

    /// The word for an item, imported when it is another family's.
    ///
    /// A foreign name that this module already has comes with its family in front
    /// (`TcAction`).
    pub(super) fn word(&mut self, item: Item) -> Result<String, EmitError> {
        let Some((owner, name)) = self.names.items.get(&item) else {
            return Err(EmitError::Dangling(format!("{item:?}")));
        };
        if *owner == self.family {
            return Ok(name.clone());
        }
        if let Some(known) = self.foreign.get(&item) {
            return Ok(known.clone());
        }
        let family = &self.model.families[owner.0 as usize].name;
        let alias = if self.scope.0.contains(name) {
            self.scope.claim_item(&format!("{}{name}", names::type_name(family)), "Import", PLAIN)
        } else {
            self.scope.claim(name.clone())
        };
        let import = if alias == *name { name.clone() } else { format!("{name} as {alias}") };
        self.uses.entry(names::field(family)).or_default().insert(import);
        self.foreign.insert(item, alias.clone());
        Ok(alias)
    }

    /// `super::common::{Af, EtherType}`, sorted.
    pub(super) fn uses(&self) -> Vec<String> {
        let line = |(module, items): (&String, &BTreeSet<String>)| {
            let items: Vec<&str> = items.iter().map(String::as_str).collect();
            match items[..] {
                [one] => format!("super::{module}::{one}"),
                _ => format!("super::{module}::{{{}}}", items.join(", ")),
            }
        };
        self.uses.iter().map(line).collect()
    }
}

/// The field of an attribute. `rest` is a field of every set. (So is `header` of sets that have
/// one; [`check`](crate::check) refuses an attribute of that name there.)
pub(super) fn attr_field(name: &str) -> String {
    match names::field(name) {
        field if field == "rest" => format!("{field}_"),
        field => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_comers_get_another_name() {
        let mut scope = Scope::with(["Option"]);
        assert_eq!(scope.claim_item("Link", "Attrs", SET_TYPES), "Link");
        // `LinkView` is derived from the set `Link`.
        assert_eq!(scope.claim_item("LinkView", "Struct", PLAIN), "LinkViewStruct");
        assert_eq!(scope.claim_item("Link", "Op", PLAIN), "LinkOp");
        assert_eq!(scope.claim_item("Link", "Op", PLAIN), "LinkOp2");
        assert_eq!(scope.claim_item("Option", "Enum", PLAIN), "OptionEnum");
        // A set needs all of its derived names.
        assert_eq!(scope.claim_item("StatsView", "Struct", PLAIN), "StatsView");
        assert_eq!(scope.claim_item("Stats", "Attrs", SET_TYPES), "StatsAttrs");
        assert_eq!(scope.claim("X".to_owned()) + &scope.claim("X".to_owned()), "XX_");
    }
}
