//! The last pass: names of sets with several headers, the families' lists of items, Rust names
//! that would fall together, and which family uses which.

use super::Lower;
use crate::ir::{EnumId, FamilyId, Format, Member, MemberType, Model, SetId, StructId, SubId, Type, names};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A struct at the end of another that ends in a flexible array itself: that array fills what
/// follows, so it is the tail of both. The same with a flexible array of such structs
/// (`struct seg6_iptunnel_encap`): it holds one, which becomes a plain member.
fn open_tails(model: &mut Model) {
    // Structs come after those they have as members.
    for ix in 0..model.structs.len() {
        let outer = &model.structs[ix];
        let Some(Member { ty, offset, bits: None, .. }) = outer.members.last() else { continue };
        let inner = match ty {
            MemberType::Tail(element) => match **element {
                MemberType::Struct(inner) => inner,
                _ => continue,
            },
            MemberType::Struct(inner) if !outer.union && offset + model[*inner].size >= outer.size => *inner,
            _ => continue,
        };
        let (size, tail) = (model[inner].size, model[inner].members.last().cloned());
        let Some(tail @ Member { ty: MemberType::Tail(_), .. }) = tail else { continue };
        let outer = &mut model.structs[ix];
        let Some(member) = outer.members.last_mut() else { continue };
        member.ty = MemberType::Struct(inner);
        let (name, offset) = (format!("{}.{}", member.c_name, tail.c_name), member.offset + tail.offset);
        let grown = member.offset + size - outer.size;
        outer.size += grown;
        outer.sizes.iter_mut().for_each(|(_, size)| *size += grown);
        outer.members.push(Member { c_name: name, offset, ..tail });
    }
}

impl Lower<'_> {
    pub(super) fn finish(&mut self) {
        open_tails(&mut self.model);
        self.name_sets();
        self.own_items();
        for family in 0..self.model.families.len() {
            distinct_names(&mut self.model, FamilyId(family as u32));
        }
        uses(&mut self.model);
    }

    /// A set with one header keeps its name; of several, the one that messages have, else the
    /// one without a header.
    fn name_sets(&mut self) {
        let mut groups: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (ix, instance) in self.instances.iter().enumerate() {
            groups.entry((instance.file, instance.set)).or_default().push(ix);
        }
        for instances in groups.values().filter(|g| g.len() > 1) {
            let plain = instances
                .iter()
                .find(|ix| self.model[self.instances[**ix].id].message)
                .or_else(|| instances.iter().find(|ix| self.instances[**ix].header.is_none()))
                .or(instances.first());
            for ix in instances.iter().filter(|ix| Some(*ix) != plain) {
                let instance = &self.instances[*ix];
                let suffix = match instance.header {
                    Some(header) => format!("with-{}", self.model[header].name),
                    None => "attrs".to_owned(),
                };
                let name = format!("{}-{suffix}", self.model[instance.id].name);
                self.model[instance.id].name = name;
            }
        }
    }

    /// Each family's items: declared ones in the order of the file, then those of headers by
    /// name, so that nothing depends on which file was loaded first.
    fn own_items(&mut self) {
        let mut order: Vec<usize> = (0..self.instances.len()).collect();
        order.sort_by_key(|ix| {
            let instance = &self.instances[*ix];
            let name = &self.model[instance.id].name;
            (instance.file, instance.set, name.len(), name.clone())
        });
        for ix in order {
            let Some(instance) = self.instances.get(ix) else { continue };
            self.model.families[instance.file].sets.push(instance.id);
        }
        let model = &mut self.model;
        let place = |origin: &crate::ir::Origin| match origin {
            crate::ir::Origin::Schema { start, .. } => (0, *start),
            _ => (1, 0),
        };
        let mut enums: Vec<EnumId> = (0..model.enums.len() as u32).map(EnumId).collect();
        // Of a definition used both as values and as bits, the values keep the name.
        enums.sort_by_key(|id| {
            let item = &model[*id];
            let first = item.entries.first().map(|e| e.c_name.clone());
            (place(&item.origin), item.name.clone(), item.flags, first)
        });
        for id in enums {
            let family = model[id].family;
            model.families[family.0 as usize].enums.push(id);
        }
        let mut structs: Vec<StructId> = (0..model.structs.len() as u32).map(StructId).collect();
        structs.sort_by_key(|id| (place(&model[*id].origin), model[*id].name.clone(), *id));
        for id in structs {
            let family = model[id].family;
            model.families[family.0 as usize].structs.push(id);
        }
        let mut subs: Vec<SubId> = (0..model.subs.len() as u32).map(SubId).collect();
        subs.sort_by_key(|id| place(&model[*id].origin));
        for id in subs {
            let family = model[id].family;
            model.families[family.0 as usize].subs.push(id);
        }
    }
}

/// Sets keep their names; what else would have the same Rust name gets its kind as a suffix,
/// and if that is taken too, a number.
fn distinct_names(model: &mut Model, family: FamilyId) {
    let mut taken: HashSet<String> = HashSet::new();
    let family = model.families[family.0 as usize].clone();
    for id in &family.sets {
        taken.insert(names::type_name(&model[*id].name));
    }
    let mut place = |name: &mut String, kind: &str| {
        if taken.insert(names::type_name(name)) {
            return;
        }
        let base = format!("{name}-{kind}");
        let numbered = (2..).map(|n| format!("{base}-{n}"));
        if let Some(free) =
            std::iter::once(base.clone()).chain(numbered).find(|n| taken.insert(names::type_name(n)))
        {
            *name = free;
        }
    };
    for id in family.structs {
        let kind = if model[id].union { "union" } else { "struct" };
        place(&mut model[id].name, kind);
    }
    for id in family.enums {
        let kind = if model[id].flags { "flags" } else { "enum" };
        place(&mut model[id].name, kind);
    }
    for id in family.subs {
        place(&mut model[id].name, "data");
    }
}

/// Fills [`Family::uses`](crate::ir::Family::uses) from the items' references.
fn uses(model: &mut Model) {
    let mut found: BTreeSet<(FamilyId, FamilyId)> = BTreeSet::new();
    let mut add = |from: FamilyId, to: FamilyId| {
        if from != to {
            found.insert((from, to));
        }
    };
    for set in &model.sets {
        if let Some(header) = set.header {
            add(set.family, model[header].family);
        }
        for attr in &set.attrs {
            for to in type_families(model, &attr.ty) {
                add(set.family, to);
            }
        }
    }
    for sub in &model.subs {
        for ty in sub.formats.iter().map(|f: &Format| &f.ty).chain(&sub.default) {
            for to in type_families(model, ty) {
                add(sub.family, to);
            }
        }
    }
    for structure in &model.structs {
        for member in &structure.members {
            if let Some(to) = member_family(model, &member.ty) {
                add(structure.family, to);
            }
        }
    }
    for (ix, family) in model.families.iter().enumerate() {
        let messages = family.operations.iter().flat_map(|op| [&op.request, &op.reply]).flatten();
        for set in messages.filter_map(|m| m.set) {
            add(FamilyId(ix as u32), model[set].family);
        }
    }
    for (from, to) in found {
        model.families[from.0 as usize].uses.push(to);
    }
}

fn type_families(model: &Model, ty: &Type) -> Vec<FamilyId> {
    let set = |id: SetId| model[id].family;
    match ty {
        Type::Scalar(_, Some(id)) | Type::Bitfield32(Some(id)) => vec![model[*id].family],
        Type::VarInt { names: Some(id), .. } => vec![model[*id].family],
        Type::Nest(id) | Type::Records(id, _) => vec![set(*id)],
        Type::Struct(id) => vec![model[*id].family],
        Type::Array(inner) => type_families(model, inner),
        Type::Sub(id, _) => vec![model[*id].family],
        _ => Vec::new(),
    }
}

fn member_family(model: &Model, ty: &MemberType) -> Option<FamilyId> {
    match ty {
        MemberType::Scalar(_, Some(id)) => Some(model[*id].family),
        MemberType::Struct(id) | MemberType::UnionBy(id, _) => Some(model[*id].family),
        MemberType::Array(inner, _) | MemberType::Tail(inner) => member_family(model, inner),
        _ => None,
    }
}
