//! The model as one kernel has it.

use super::{FamilyId, Item, KernelSet, Key, Lifetime, MemberType, Model, Selector, SetId, Struct, Type};
use crate::headers::facts::find_release;
use std::collections::HashSet;

impl Lifetime {
    /// Whether the kernel with this index has it.
    pub fn at(self, kernel: u32) -> bool {
        let within =
            self.since.is_none_or(|since| since <= kernel) && self.gone.is_none_or(|gone| kernel < gone);
        within && !self.lacking.has(kernel) || self.unknown.has(kernel)
    }

    /// The last kernel before its first one that is known to lack it.
    pub fn before(self) -> Option<u32> {
        (0..self.since?).rev().find(|kernel| !self.unknown.has(*kernel))
    }
}

impl Lifetime {
    /// Of what is there where some of these are: the arms of a union, the operations of a family.
    pub fn together(lives: impl Iterator<Item = Lifetime> + Clone) -> Lifetime {
        let since = lives.clone().map(|life| life.since.unwrap_or(0)).min().filter(|k| *k > 0);
        let gone = lives.clone().map(|life| life.gone.unwrap_or(u32::MAX)).max().filter(|k| *k < u32::MAX);
        let candidates = lives.clone().flat_map(|life| life.lacking.iter());
        let lacking = candidates.filter(|kernel| lives.clone().all(|life| !life.at(*kernel))).collect();
        let unknown = lives.map(|life| life.unknown).reduce(KernelSet::and).unwrap_or_default();
        Lifetime { since, gone, lacking, unknown }
    }
}

/// A kernel that the facts store does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no facts about kernel {wanted}, only about {}", known.join(", "))]
pub struct UnknownKernel {
    /// What was asked for.
    pub wanted: String,
    /// The kernels there are.
    pub known: Vec<String>,
}

impl Model {
    /// The model without what a kernel lacks: attributes, entries, members, operations, formats,
    /// and items that nothing leads to any more. Ids stay as they are, those of families that have
    /// no operation left too; these are [`lacking`](Self::lacking).
    ///
    /// `release` is one of [`kernels`](Self::kernels), or a point release of one (`6.12.107`).
    pub fn for_kernel(&self, release: &str) -> Result<Model, UnknownKernel> {
        let Some(kernel) = find_release(self.kernels.iter().map(String::as_str), release) else {
            return Err(UnknownKernel { wanted: release.to_owned(), known: self.kernels.clone() });
        };
        let mut out = self.clone();
        out.cut(kernel as u32);
        let ids = (0..out.families.len() as u32).map(FamilyId);
        let lacks = |id: &FamilyId| out[*id].operations.is_empty() && !self[*id].operations.is_empty();
        out.lacking = ids.filter(lacks).collect();
        out.keep_reached(self);
        Ok(out)
    }

    /// Leaves out whatever has a lifetime that does not include the kernel, and what can no
    /// longer be told apart without it.
    fn cut(&mut self, kernel: u32) {
        let had: Vec<bool> = self.sets.iter().map(|set| !set.attrs.is_empty()).collect();
        for set in &mut self.sets {
            set.attrs.retain(|a| a.life.at(kernel));
        }
        let mut lost_names = HashSet::new();
        for e in &mut self.enums {
            lost_names.extend(e.entries.iter().filter(|x| !x.life.at(kernel)).map(|x| x.c_name.clone()));
            e.entries.retain(|x| x.life.at(kernel));
        }
        lost_names.remove("");
        for s in &mut self.structs {
            s.cut(kernel);
            let arms: Vec<&String> = s.members.iter().map(|m| &m.c_name).collect();
            let lost = |key: &Key| matches!(key, Key::Number { c_name, .. } if lost_names.contains(c_name));
            s.cases.retain(|case| arms.contains(&&case.arm) && !case.key.as_ref().is_some_and(lost));
        }
        self.drop_choosers();
        for family in &mut self.families {
            family.operations.retain(|op| op.life.at(kernel));
        }
        // A format whose key or whole content the kernel lacks.
        let emptied = |set: &SetId| had[set.0 as usize] && self.sets[set.0 as usize].attrs.is_empty();
        for sub in &mut self.subs {
            sub.formats.retain(|format| {
                let lost =
                    |key: &Key| matches!(key, Key::Number { c_name, .. } if lost_names.contains(c_name));
                let empty = matches!(&format.ty, Type::Nest(set) if emptied(set));
                !empty && !format.keys.iter().any(lost)
            });
        }
        self.drop_selectors();
    }

    /// A union without arms is no member; what a lost member would have decided about is a union of
    /// all its arms, an address its bytes.
    fn drop_choosers(&mut self) {
        let empty: Vec<bool> = self.structs.iter().map(|s| s.union && s.members.is_empty()).collect();
        for ix in 0..self.structs.len() {
            let mut members = std::mem::take(&mut self.structs[ix].members);
            members.retain(|m| {
                !matches!(m.ty, MemberType::Struct(id) | MemberType::UnionBy(id, _) if empty[id.0 as usize])
            });
            let known: HashSet<String> = members.iter().map(|m| m.c_name.clone()).collect();
            let arms = members.iter().filter(|m| m.anonymous).filter_map(|m| match m.ty {
                MemberType::Struct(id) | MemberType::UnionBy(id, _) => Some(&self[id].members),
                _ => None,
            });
            let arms: HashSet<String> = arms.flatten().map(|arm| arm.c_name.clone()).collect();
            let there = |name: &String| known.contains(name) || arms.contains(name);
            // What an arm depends on stands in the struct around its union.
            if !self.structs[ix].union {
                members.iter_mut().for_each(|m| m.ty.without(&there));
            }
            self.structs[ix].members = members;
        }
    }

    /// What a lost selector would have told apart reads as bytes, an address by its length.
    fn drop_selectors(&mut self) {
        let structs = &self.structs;
        for set in &mut self.sets {
            let attrs: HashSet<String> = set.attrs.iter().map(|a| a.name.clone()).collect();
            let header = set.header.map(|id| &structs[id.0 as usize]);
            let there = |selector: &Selector| match selector {
                Selector::Attr(name) => attrs.contains(name),
                Selector::Header(name) => header.is_some_and(|h| h.members.iter().any(|m| m.c_name == *name)),
                Selector::Outer(_) | Selector::Request(_) => true,
            };
            for attr in &mut set.attrs {
                match &attr.ty {
                    Type::Sub(_, selectors) if !selectors.iter().all(there) => attr.ty = Type::Binary,
                    Type::Ip(Some(selector)) if !there(selector) => attr.ty = Type::Ip(None),
                    _ => {}
                }
            }
        }
    }

    /// Takes items that only `whole` leads to off the families' lists, and families off the
    /// lists of those that no longer use them.
    fn keep_reached(&mut self, whole: &Model) {
        let (before, now) = (whole.reached(whole), self.reached(whole));
        let keep = |item: Item| now.contains(&item) || !before.contains(&item);
        for family in &mut self.families {
            family.sets.retain(|id| keep(Item::Set(*id)));
            family.subs.retain(|id| keep(Item::Sub(*id)));
            family.structs.retain(|id| keep(Item::Struct(*id)));
            family.enums.retain(|id| keep(Item::Enum(*id)));
        }
        for ix in 0..self.families.len() {
            let id = FamilyId(ix as u32);
            let own = self.items().filter(|item| self.family_of(*item) == id && keep(*item));
            let mut used: HashSet<FamilyId> =
                own.flat_map(|i| self.references(i)).map(|i| self.family_of(i)).collect();
            used.extend(self.message_sets(id).map(|set| self[set].family));
            self.families[ix].uses.retain(|family| used.contains(family));
        }
    }

    /// The items that operations lead to, and those that stand for themselves: that nothing in
    /// `whole` refers to.
    fn reached(&self, whole: &Model) -> HashSet<Item> {
        let families = || (0..self.families.len() as u32).map(FamilyId);
        let mut inner: HashSet<Item> = whole.items().flat_map(|item| whole.references(item)).collect();
        inner.extend(families().flat_map(|id| whole.message_sets(id)).map(Item::Set));
        let mut todo: Vec<Item> = whole.items().filter(|item| !inner.contains(item)).collect();
        todo.extend(families().flat_map(|id| self.message_sets(id)).map(Item::Set));
        let mut seen = HashSet::new();
        while let Some(item) = todo.pop() {
            if seen.insert(item) {
                todo.extend(self.references(item));
            }
        }
        seen
    }
}

impl MemberType {
    /// The type where only some members are there to decide.
    fn without(&mut self, there: &impl Fn(&String) -> bool) {
        match self {
            MemberType::UnionBy(id, by) if !there(by) => *self = MemberType::Struct(*id),
            MemberType::IpBy(by) if !there(by) => *self = MemberType::Bytes(16),
            MemberType::Tail(element) if matches!(&**element, MemberType::IpBy(by) if !there(by)) => {
                **element = MemberType::Bytes(1);
            }
            MemberType::Array(element, _) => element.without(there),
            _ => {}
        }
    }
}

impl Struct {
    /// The struct as it was: members cannot move, so what remains keeps its offsets.
    fn cut(&mut self, kernel: u32) {
        self.members.retain(|m| m.life.at(kernel));
        self.sizes.retain(|(since, _)| *since <= kernel);
        if let Some((_, size)) = self.sizes.last() {
            self.size = *size;
        }
        // A member that every struct of this size has did not grow it.
        if self.sizes.len() < 2 {
            self.members.iter_mut().for_each(|m| m.grown = false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{
        Attr, Card, Case, Checks, Entry, Enum, Family, Member, Message, Operation, Order, Origin, Protocol,
        Scalar, Set,
    };

    const U32: Scalar = Scalar { bits: 32, signed: false, order: Order::Native };

    fn life(since: u32, gone: Option<u32>) -> Lifetime {
        Lifetime { since: Some(since), gone, ..Lifetime::default() }
    }

    fn attr(name: &str, number: u16, ty: Type, life: Lifetime) -> Attr {
        Attr {
            name: name.to_owned(),
            c_name: name.to_uppercase(),
            number,
            ty,
            card: Card::One,
            always: false,
            doc: String::new(),
            life,
            checks: Checks::default(),
            unit: None,
            origin: Origin::Synthetic,
        }
    }

    fn set(family: FamilyId, name: &str, attrs: Vec<Attr>) -> Set {
        Set {
            family,
            name: name.to_owned(),
            doc: String::new(),
            c_prefix: String::new(),
            c_enums: Vec::new(),
            header: None,
            attrs,
            message: false,
            origin: Origin::Synthetic,
        }
    }

    fn family(name: &str) -> Family {
        Family {
            name: name.to_owned(),
            doc: String::new(),
            protocol: Protocol::None,
            sets: Vec::new(),
            enums: Vec::new(),
            structs: Vec::new(),
            subs: Vec::new(),
            operations: Vec::new(),
            groups: Vec::new(),
            uses: Vec::new(),
        }
    }

    fn model() -> Model {
        let mut m =
            Model { kernels: ["5.10", "6.1", "6.12"].map(str::to_owned).to_vec(), ..Model::default() };
        let main = m.add_family(family("main"));
        let common = m.add_family(family("common"));
        let names = m.add_enum(Enum {
            family: common,
            name: "names".to_owned(),
            c_tag: None,
            doc: String::new(),
            flags: false,
            entries: vec![Entry {
                name: "a".into(),
                c_name: "A".into(),
                value: 1,
                doc: String::new(),
                life: life(2, None),
            }],
            origin: Origin::Synthetic,
        });
        let inner = m.add_set(set(
            main,
            "inner",
            vec![attr("x", 1, Type::Scalar(U32, Some(names)), Lifetime::default())],
        ));
        let top = m.add_set(set(
            main,
            "top",
            vec![
                attr("kind", 1, Type::String, life(1, None)),
                attr("by-kind", 2, Type::Ip(Some(Selector::Attr("kind".to_owned()))), Lifetime::default()),
                attr("new", 3, Type::Nest(inner), life(2, None)),
                attr("old", 4, Type::Flag, Lifetime { gone: Some(1), ..Lifetime::default() }),
            ],
        ));
        let lone = m.add_set(set(main, "lone", Vec::new()));
        let main = &mut m.families[0];
        main.sets = vec![top, inner, lone];
        main.uses = vec![common];
        main.operations.push(Operation {
            name: "get".to_owned(),
            doc: String::new(),
            request: Some(Message { c_name: "GET".to_owned(), number: 1, set: Some(top) }),
            reply: None,
            do_: true,
            dump: false,
            event: false,
            nlm_flags: Vec::new(),
            required: Vec::new(),
            match_: Vec::new(),
            group: None,
            life: Lifetime::default(),
            origin: Origin::Synthetic,
        });
        m.families[1].enums = vec![names];
        m
    }

    fn attrs(m: &Model) -> Vec<&str> {
        m.sets[1].attrs.iter().map(|a| a.name.as_str()).collect()
    }

    #[test]
    fn leaves_out_what_the_kernel_lacks() {
        let whole = model();
        let newest = whole.for_kernel("6.12.107").unwrap();
        assert_eq!(attrs(&newest), ["kind", "by-kind", "new"]);
        assert_eq!(newest.families[0], whole.families[0]);

        let older = whole.for_kernel("6.1").unwrap();
        assert_eq!(attrs(&older), ["kind", "by-kind"]);
        // Nothing leads to `inner` now, nor through it to the other family; `lone` stands for itself.
        assert_eq!(older.families[0].sets, [SetId(1), SetId(2)]);
        assert_eq!(older.families[0].uses, []);
        assert_eq!(older.families[1].enums, []);

        let oldest = whole.for_kernel("5.10").unwrap();
        assert_eq!(attrs(&oldest), ["by-kind", "old"]);
        assert_eq!(oldest.sets[1].attrs[0].ty, Type::Ip(None));
    }

    #[test]
    fn unions_lose_arms_and_what_chose_among_them() {
        let member = |c_name: &str, ty: MemberType, life: Lifetime| Member {
            c_name: c_name.to_owned(),
            offset: 0,
            bits: None,
            ty,
            anonymous: false,
            grown: false,
            doc: String::new(),
            life,
        };
        let always = Lifetime::default();
        let word = || MemberType::Scalar(U32, None);
        let record = |c_name: &str, union: bool, members: Vec<Member>| Struct {
            family: FamilyId(0),
            name: c_name.to_owned(),
            c_name: c_name.to_owned(),
            typedef: false,
            union,
            doc: String::new(),
            size: 4,
            sizes: vec![(0, 4)],
            life: Lifetime::default(),
            members,
            cases: Vec::new(),
            origin: Origin::Synthetic,
        };
        let mut whole = model();
        let arms = [member("old", word(), always), member("new", word(), life(2, None))];
        let mut addr = record("addr", true, arms.to_vec());
        let key = |value| Some(Key::Number { name: String::new(), c_name: String::new(), value });
        addr.cases = vec![
            Case { key: key(1), arm: "old".to_owned() },
            Case { key: key(2), arm: "new".to_owned() },
            Case { key: None, arm: "new".to_owned() },
        ];
        let addr = whole.add_struct(addr);
        let gone = whole.add_struct(record("gone", true, vec![member("a", word(), life(2, None))]));
        let by = |name: &str| MemberType::IpBy(name.to_owned());
        let holder = whole.add_struct(record(
            "holder",
            false,
            vec![
                member("kind", word(), life(2, None)),
                member("addr", MemberType::UnionBy(addr, "kind".to_owned()), always),
                member("gone", MemberType::Struct(gone), always),
                member("ip", by("kind"), always),
                member("ips", MemberType::Array(Box::new(by("kind")), 2), always),
                member("tail", MemberType::Tail(Box::new(by("kind"))), always),
            ],
        ));

        let newest = whole.for_kernel("6.12").unwrap();
        assert_eq!(newest.structs, whole.structs);
        let older = whole.for_kernel("6.1").unwrap();
        assert_eq!(older[addr].cases, [Case { key: key(1), arm: "old".to_owned() }]);
        let types: Vec<_> = older[holder].members.iter().map(|m| (m.c_name.as_str(), m.ty.clone())).collect();
        let bytes = |n| MemberType::Bytes(n);
        let want = [
            ("addr", MemberType::Struct(addr)),
            ("ip", bytes(16)),
            ("ips", MemberType::Array(Box::new(bytes(16)), 2)),
            ("tail", MemberType::Tail(Box::new(bytes(1)))),
        ];
        assert_eq!(types, want);
    }

    #[test]
    fn unknown_kernels_are_an_error() {
        let error = model().for_kernel("6.10").unwrap_err();
        assert_eq!(error.to_string(), "there are no facts about kernel 6.10, only about 5.10, 6.1, 6.12");
        // 6.1 is no point release of 6.12, nor the other way round.
        assert!(model().for_kernel("6").is_err());
        assert!(model().for_kernel("6.123").is_err());
    }
}
