//! From the words of a command line to multicast groups.

use crate::cli_netlink::Stop;
use crate::decode::{protocol_number, table};
use crate::ir::{self, Model, Protocol};
use crate::report::{did_you_mean, list};
use netlink_runtime::genl;

/// Prefixes that all groups of a protocol have, which need not be said.
const PREFIXES: [&str; 4] = ["rtnlgrp-", "nfnlgrp-", "xfrmnlgrp-", "sknlgrp-"];

/// A multicast group of a protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The protocol.
    pub(super) protocol: u16,
    /// The number.
    pub(super) number: u32,
    /// What people call it: `rt-link:link`.
    pub(super) name: String,
}

impl Group {
    /// Whether it is a group of this family.
    pub(super) fn is_of(&self, family: &str) -> bool {
        self.name.strip_prefix(family).is_some_and(|rest| rest.starts_with(':'))
    }
}

/// What is wanted.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Groups of protocols that have fixed numbers.
    pub(super) fixed: Vec<Group>,
    /// Families of generic netlink, and the group if only one is wanted. Numbers are the kernel's, now.
    generic: Vec<(String, Option<String>)>,
    /// Everything: families that appear later, too.
    pub(super) all: bool,
}

impl Wanted {
    /// What the words say, given the families that the kernel has.
    pub(super) fn new(model: &Model, kernel: &[genl::Family], words: &[String]) -> Result<Self, Stop> {
        let mut wanted = Wanted::default();
        let names = Names { model, kernel };
        if words.is_empty() {
            wanted.add_all(model);
        }
        for word in words {
            match word.as_str() {
                "all" => wanted.add_all(model),
                word => names.add(word, &mut wanted)?,
            }
        }
        Ok(wanted)
    }

    fn add_all(&mut self, model: &Model) {
        self.all = true;
        model.families.iter().flat_map(fixed).for_each(|group| self.push(group));
    }

    fn push(&mut self, group: Group) {
        // Families may share groups, as those of traffic control do.
        if !self.fixed.iter().any(|g| (g.protocol, g.number) == (group.protocol, group.number)) {
            self.fixed.push(group);
        }
    }

    /// Whether anything of generic netlink is wanted.
    pub(super) fn generic(&self) -> bool {
        self.all || !self.generic.is_empty()
    }

    /// The wanted groups of a generic netlink family.
    pub(super) fn of(&self, family: &genl::Family) -> Vec<Group> {
        let wanted = |group: &str| {
            self.all || {
                let is = |(f, g): &(String, Option<String>)| {
                    *f == family.name && g.as_ref().is_none_or(|g| g == group)
                };
                self.generic.iter().any(is)
            }
        };
        let groups = family.groups.iter().filter(|(name, _)| wanted(name));
        groups.map(|(name, number)| generic_group(&family.name, name, *number)).collect()
    }

    /// Families and groups that are wanted by name, and that the kernel does not have.
    pub(super) fn missing(&self, kernel: &[genl::Family]) -> Vec<String> {
        let there = |(family, group): &&(String, Option<String>)| {
            let family = kernel.iter().find(|f| f.name == *family);
            family.is_some_and(|f| group.as_ref().is_none_or(|g| f.group(g).is_some()))
        };
        let lacking = self.generic.iter().filter(|wanted| !there(wanted));
        lacking
            .map(|(family, group)| match group {
                Some(group) => format!("{family}:{group}"),
                None => family.clone(),
            })
            .collect()
    }
}

/// A group of a generic netlink family.
pub(super) fn generic_group(family: &str, group: &str, number: u32) -> Group {
    Group { protocol: table::NETLINK_GENERIC, number, name: format!("{family}:{group}") }
}

/// A family's groups whose numbers do not depend on the kernel.
fn fixed(family: &ir::Family) -> impl Iterator<Item = Group> {
    let protocol = match family.protocol {
        Protocol::Generic { .. } => None,
        _ => table::number_of(&family.protocol),
    };
    family.groups.iter().filter_map(move |group| {
        let name = format!("{}:{}", family.name, short(&group.name));
        Some(Group { protocol: protocol?, number: group.number?, name })
    })
}

/// A group's name, without what all of its protocol have in common.
pub(in crate::cli_netlink) fn short(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let short = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix));
    short.map_or(name.clone(), str::to_owned)
}

/// What there is.
struct Names<'m> {
    model: &'m Model,
    kernel: &'m [genl::Family],
}

impl Names<'_> {
    fn add(&self, word: &str, wanted: &mut Wanted) -> Result<(), Stop> {
        if let Some((family, group)) = word.split_once(':') {
            return self.add_one(family, group, wanted);
        }
        if let Some(id) = self.model.find_family(word) {
            return self.add_family(&self.model[id], wanted);
        }
        if let Some(family) = self.kernel.iter().find(|family| family.name == word) {
            if family.groups.is_empty() {
                return Err(silent(word));
            }
            wanted.generic.push((word.to_owned(), None));
            return Ok(());
        }
        self.add_group(word, wanted)
    }

    fn add_family(&self, family: &ir::Family, wanted: &mut Wanted) -> Result<(), Stop> {
        if let Protocol::Generic { name, .. } = &family.protocol {
            let known = self.kernel.iter().find(|k| k.name == *name);
            if known.map_or(family.groups.is_empty(), |k| k.groups.is_empty()) {
                return Err(silent(&family.name));
            }
            wanted.generic.push((name.clone(), None));
            return Ok(());
        }
        let groups: Vec<_> = fixed(family).collect();
        if groups.is_empty() {
            return Err(silent(&family.name));
        }
        groups.into_iter().for_each(|group| wanted.push(group));
        Ok(())
    }

    /// `FAMILY:GROUP`, `FAMILY:NUMBER` or `PROTOCOL:NUMBER`.
    fn add_one(&self, family: &str, group: &str, wanted: &mut Wanted) -> Result<(), Stop> {
        let number = group.parse().ok();
        let known = self.model.find_family(family).map(|id| &self.model[id]);
        let registered = match known.map(|f| &f.protocol) {
            Some(Protocol::Generic { name, .. }) => Some(name.as_str()),
            Some(_) => None,
            None => Some(family),
        };
        let live = self.kernel.iter().find(|k| Some(k.name.as_str()) == registered);
        if let Some(name) = registered.filter(|_| known.is_some() || live.is_some()) {
            let groups = live.map_or_else(
                || known.into_iter().flat_map(|f| &f.groups).map(|g| g.name.as_str()).collect(),
                |live| live.groups.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            );
            let numbered = live.and_then(|l| l.groups.iter().find(|(_, n)| Some(*n) == number));
            let named = groups.iter().find(|g| short(g) == short(group)).copied();
            let Some(found) = named.or(numbered.map(|(name, _)| name.as_str())) else {
                return Err(no_group(family, group, groups));
            };
            wanted.generic.push((name.to_owned(), Some(found.to_owned())));
            return Ok(());
        }
        let protocol = match known {
            Some(known) => {
                if let Some(found) =
                    fixed(known).find(|g| g.name == format!("{}:{}", known.name, short(group)))
                {
                    wanted.push(found);
                    return Ok(());
                }
                table::number_of(&known.protocol)
            }
            None => protocol_number(family),
        };
        match (protocol, number) {
            (Some(protocol), Some(number)) => {
                let name = format!("{family}:{number}");
                wanted.push(Group { protocol, number, name });
                Ok(())
            }
            (Some(_), None) => {
                let names: Vec<_> =
                    known.into_iter().flat_map(|f| &f.groups).map(|g| short(&g.name)).collect();
                Err(no_group(family, group, names.iter().map(String::as_str).collect()))
            }
            (None, _) => Err(Stop::Usage(format!("there is no family `{family}`"))),
        }
    }

    /// A group by its name alone.
    fn add_group(&self, word: &str, wanted: &mut Wanted) -> Result<(), Stop> {
        let is = |group: &str| short(group) == short(word);
        let mut found: Vec<String> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for family in &self.model.families {
            for group in &family.groups {
                names.push(short(&group.name));
                if is(&group.name) || is(&group.c_name) {
                    found.push(format!("{}:{}", family.name, short(&group.name)));
                }
            }
            names.push(family.name.clone());
        }
        for family in self.kernel {
            names.push(family.name.clone());
            // Those that have a schema were found by it.
            if self.model.find_family(&family.name).is_none() {
                let groups = family.groups.iter().filter(|(name, _)| is(name));
                found.extend(groups.map(|(name, _)| format!("{}:{name}", family.name)));
            }
        }
        match found.as_slice() {
            [one] => self.add(one, wanted),
            [] => {
                let near = did_you_mean(word, names.iter().map(String::as_str));
                let help = near.unwrap_or_else(|| "`netlink families` lists what there is".to_owned());
                Err(Stop::Usage(format!("no family and no group is named `{word}`; {help}")))
            }
            several => {
                let several = list(several.iter().map(String::as_str));
                Err(Stop::Usage(format!("`{word}` is a group of several families: say one of {several}")))
            }
        }
    }
}

fn silent(family: &str) -> Stop {
    Stop::Usage(format!("`{family}` has no multicast groups of its own"))
}

fn no_group(family: &str, group: &str, groups: Vec<&str>) -> Stop {
    let near = did_you_mean(group, groups.iter().copied());
    let help = near.unwrap_or_else(|| format!("there are {}", list(groups)));
    Stop::Usage(format!("`{family}` has no group `{group}`; {help}"))
}
