//! The running kernel: its generic netlink families, their operations, groups and policies.

use super::accepted::{Accepted, compare, inside};
use super::{Report, Source, State, Writer};
use crate::ir::{Family, Lifetime, Model, Operation, Protocol, SetId};
use netlink_runtime::genl::{self, GetFamilies, Policies};
use netlink_runtime::socket::{Error, Socket};
use std::collections::BTreeSet;

/// What the running kernel says of itself.
#[derive(Clone, Debug, Default)]
pub struct Kernel {
    /// Its release, such as `6.18.1`.
    pub release: String,
    /// Every family, with the policies of its operations if it has any.
    pub families: Vec<(genl::Family, Option<Policies>)>,
}

/// A family of the kernel without a schema.
#[derive(Clone, Copy, Debug)]
pub struct Stranger<'k> {
    /// The family.
    pub family: &'k genl::Family,
    /// Its policies.
    pub policies: Option<&'k Policies>,
}

impl Kernel {
    /// Asks for everything.
    pub fn ask() -> Result<Self, Error> {
        let mut socket = Socket::open(netlink_runtime::Protocol::Generic)?;
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let mut kernel = Kernel { release: release.trim().to_owned(), families: Vec::new() };
        let mut families = Vec::new();
        let mut replies = socket.dump(GetFamilies)?;
        while let Some(family) = replies.next()? {
            families.push(family);
        }
        drop(replies);
        for family in families {
            let policies = socket.policy(&family.name, None)?;
            kernel.families.push((family, policies));
        }
        kernel.families.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        Ok(kernel)
    }

    /// The families that no schema is about.
    pub fn strangers<'k>(&'k self, model: &'k Model) -> impl Iterator<Item = Stranger<'k>> {
        let known = |name: &str| {
            model
                .families
                .iter()
                .any(|f| matches!(&f.protocol, Protocol::Generic { name: n, .. } if n == name))
        };
        self.families
            .iter()
            .filter(move |(family, _)| !known(&family.name))
            .map(|(family, policies)| Stranger { family, policies: policies.as_ref() })
    }
}

/// Compares families with the running kernel. One that it does not have is one fact.
pub fn live(model: &Model, kernel: &Kernel, wanted: &dyn Fn(&str) -> bool, report: &mut Report) {
    // The stored kernels between which the running one lies: names of the older one should be there,
    // names of the newer one may be.
    let version = |release: &str| -> Vec<u32> {
        let parts = release.split(|c: char| !c.is_ascii_digit()).take(2);
        parts.filter_map(|n| n.parse().ok()).collect()
    };
    let own = version(&kernel.release);
    let older = model.kernels.iter().rposition(|k| version(k) <= own).map(|ix| ix as u32);
    let newer = model.kernels.iter().position(|k| version(k) >= own).map(|ix| ix as u32);
    for family in model.families.iter().filter(|f| wanted(&f.name)) {
        let Protocol::Generic { name, version, user_header } = &family.protocol else { continue };
        let mut writer = Writer { report, family: &family.name, source: Source::Live };
        let Some((found, policies)) = kernel.families.iter().find(|(f, _)| f.name == *name) else {
            writer.add("", name, "family", State::Absent, "the kernel has no such family");
            continue;
        };
        let mut check = Check { model, family, older, newer, writer, seen: BTreeSet::new() };
        check.head(found, *version, user_header.map_or(0, |id| model[id].size));
        check.operations(found);
        check.groups(found);
        if let Some(policies) = policies {
            check.policies(found, policies);
        }
    }
}

struct Check<'r, 'm> {
    model: &'m Model,
    family: &'m Family,
    older: Option<u32>,
    newer: Option<u32>,
    writer: Writer<'r>,
    /// Pairs of a set and a policy that were compared, which may hold themselves.
    seen: BTreeSet<(SetId, u32)>,
}

impl Check<'_, '_> {
    fn certain(&self, life: Lifetime) -> bool {
        self.older.is_some_and(|k| life.at(k)) && self.newer.is_none_or(|k| life.at(k))
    }

    /// What it means that the kernel lacks something of a schema, which describes the newest kernel.
    fn missing(&self) -> State {
        let newest = self.model.kernels.len().checked_sub(1).map(|ix| ix as u32);
        if self.older == newest { State::Mismatch } else { State::Absent }
    }

    fn head(&mut self, found: &genl::Family, version: u8, header: u32) {
        let name = &found.name;
        if name == "nlctrl" {
            self.writer.same("", name, "id", &genl::GENL_ID_CTRL, &found.id);
        } else {
            self.writer.add("", name, "id", State::Unchecked, "chosen by the kernel");
        }
        let (state, detail) = match u32::from(version) == found.version {
            true => (State::Equal, String::new()),
            false => (self.missing(), format!("schema {version}, kernel {}", found.version)),
        };
        self.writer.add("", name, "version", state, detail);
        self.writer.same("", name, "header", &header, &found.header_size);
    }

    fn operations(&mut self, found: &genl::Family) {
        let name = |op: &Operation| op.request.as_ref().map_or_else(String::new, |m| m.c_name.clone());
        for op in &self.family.operations {
            let Some(request) = op.request.as_ref().filter(|_| op.do_ || op.dump) else { continue };
            let c_name = name(op);
            let Some(theirs) = found.operation(request.number.into()) else {
                let state = if self.certain(op.life) { State::Mismatch } else { State::Absent };
                self.writer.add("", &c_name, "operation", state, "the kernel does not answer it");
                continue;
            };
            self.writer.add("", &c_name, "operation", State::Equal, "");
            for (what, ours, can) in [("do", op.do_, theirs.can_do()), ("dump", op.dump, theirs.can_dump())] {
                if ours && !can {
                    self.writer.add("", &c_name, what, self.missing(), "the kernel does not answer it so");
                } else {
                    self.writer.same("", &c_name, what, &ours, &can);
                }
            }
        }
        for theirs in &found.operations {
            let request =
                |op: &&Operation| op.request.as_ref().is_some_and(|m| u32::from(m.number) == theirs.id);
            if !self.family.operations.iter().any(|op| request(&op)) {
                let name = format!("{}:{}", found.name, theirs.id);
                self.writer.add("", &name, "operation", State::Mismatch, "the schema does not have it");
            }
        }
    }

    fn groups(&mut self, found: &genl::Family) {
        for group in &self.family.groups {
            match found.group(&group.name) {
                Some(_) => self.writer.add("", &group.name, "group", State::Equal, ""),
                None => {
                    self.writer.add("", &group.name, "group", self.missing(), "the kernel does not have it")
                }
            }
        }
        for (name, _) in &found.groups {
            if !self.family.groups.iter().any(|g| g.name == *name) {
                self.writer.add("", name, "group", State::Mismatch, "the schema does not have it");
            }
        }
    }

    fn policies(&mut self, found: &genl::Family, policies: &Policies) {
        for op in &self.family.operations {
            let Some(request) = &op.request else { continue };
            let used = policies.operations.get(&request.number.into()).copied().unwrap_or_default();
            let can = found.operation(request.number.into());
            let dump = used.of_dump.filter(|_| can.is_some_and(genl::Operation::can_dump));
            let indices: BTreeSet<u32> = used.of_do.into_iter().chain(dump).collect();
            for index in indices {
                match request.set {
                    Some(set) => self.set(&request.c_name, set, index, policies),
                    // Takes no attributes, says the schema.
                    None => {
                        let takes = policies.sets.get(&index).map_or(0, |set| set.len());
                        self.writer.same("", &request.c_name, "attributes", &0, &takes);
                    }
                }
            }
        }
    }

    /// Compares a set and all that is in it with a policy, once.
    fn set(&mut self, place: &str, set: SetId, index: u32, policies: &Policies) {
        let mut todo = vec![(set, index)];
        let model = self.model;
        while let Some((set, index)) = todo.pop() {
            if !self.seen.insert((set, index)) {
                continue;
            }
            let none = Default::default();
            let policy = policies.sets.get(&index).unwrap_or(&none);
            for (number, accepted) in policy {
                let Some(attr) = model[set].attrs.iter().find(|a| a.number == *number) else {
                    let name = format!("{}:{number}", model[set].name);
                    let detail = format!("kernel {}", Accepted::of_live(accepted).words());
                    self.writer.add(place, &name, "attribute", State::Mismatch, detail);
                    continue;
                };
                let (older, newer) = (self.older, self.newer);
                let there =
                    |life: Lifetime| older.is_none_or(|k| life.at(k)) && newer.is_none_or(|k| life.at(k));
                for (what, state, detail) in compare(model, attr, &Accepted::of_live(accepted), &there) {
                    self.writer.add(place, &attr.c_name, what, state, detail);
                }
                let inner = inside(model, attr, Accepted::of_live(accepted).kind);
                todo.extend(inner.zip(accepted.nested()));
            }
            for attr in model[set].attrs.iter().filter(|a| !policy.contains_key(&a.number)) {
                let (state, why) = match self.certain(attr.life) {
                    true => (State::Unchecked, "in no policy here"),
                    false => (State::Absent, ""),
                };
                self.writer.add(place, &attr.c_name, "type", state, why);
            }
        }
    }
}
