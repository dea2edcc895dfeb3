//! The model as run-time metadata.

use crate::check::Checked;
use crate::ir::{self, EnumId, Model, SetId, StructId, SubId, Unit, names};
use netlink_runtime::meta::{
    AttrMeta, BitField, Card, Case, Element, EnumMeta, FormatMeta, Key, MemberMeta, MemberType, Names, Order,
    Scalar, Selector, SetMeta, SetRef, StructMeta, SubMeta, TypeMeta, UnionMeta,
};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

/// A model, and the metadata of its items, made as they are asked for.
///
/// Metadata is `'static`, so a registry is never freed: a tool makes one per model it loads.
pub struct Registry {
    model: Checked,
    /// The number of the first set among the sets of all registries.
    base: usize,
    sets: Vec<OnceLock<&'static SetMeta>>,
    structs: Vec<OnceLock<&'static StructMeta>>,
    enums: Vec<OnceLock<&'static EnumMeta>>,
    /// By the set that uses the table, too: selectors of its formats stand there.
    subs: Mutex<HashMap<(SubId, SetId), &'static SubMeta>>,
    /// By where the attribute's C name stands.
    units: OnceLock<Vec<(usize, Unit)>>,
}

/// The sets of all registries. Metadata refers to a set by a function and a number, and this is
/// what gives the numbers a meaning.
static ALL: RwLock<Vec<(&'static Registry, SetId)>> = RwLock::new(Vec::new());

fn lookup(key: usize) -> &'static SetMeta {
    let found = ALL.read().unwrap_or_else(PoisonError::into_inner).get(key).copied();
    // Only `Registry::new` hands keys out.
    let (registry, set) = found.expect("keys come from a registry");
    registry.set(set)
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Registry({} sets)", self.sets.len())
    }
}

fn leak<T>(items: Vec<T>) -> &'static [T] {
    Vec::leak(items)
}

impl Registry {
    /// Takes over a model.
    pub fn new(model: Checked) -> &'static Registry {
        fn slots<A, B>(items: &[A]) -> Vec<OnceLock<B>> {
            items.iter().map(|_| OnceLock::new()).collect()
        }
        let mut all = ALL.write().unwrap_or_else(PoisonError::into_inner);
        let registry: &'static Registry = Box::leak(Box::new(Registry {
            base: all.len(),
            sets: slots(&model.sets),
            structs: slots(&model.structs),
            enums: slots(&model.enums),
            subs: Mutex::new(HashMap::new()),
            units: OnceLock::new(),
            model,
        }));
        all.extend((0..registry.sets.len() as u32).map(|ix| (registry, SetId(ix))));
        registry
    }

    /// What the integers of an attribute count.
    pub fn unit(&'static self, attr: &AttrMeta) -> Option<Unit> {
        // Metadata borrows the model's names, so where one stands tells whose it is.
        let place = |c_name: &str| c_name.as_ptr() as usize;
        let all = self.units.get_or_init(|| {
            let attrs = self.model.sets.iter().flat_map(|set| &set.attrs);
            let units = attrs.filter_map(|attr| Some((place(&attr.c_name), attr.unit?)));
            let mut units: Vec<_> = units.collect();
            units.sort_by_key(|(place, _)| *place);
            units
        });
        let found = all.binary_search_by_key(&place(attr.c_name), |(place, _)| *place);
        found.ok().map(|ix| all[ix].1)
    }

    /// The model.
    pub fn model(&'static self) -> &'static Model {
        &self.model
    }

    /// A set's metadata.
    pub fn set(&'static self, id: SetId) -> &'static SetMeta {
        self.sets[id.0 as usize].get_or_init(|| {
            let set = &self.model[id];
            let mut attrs: Vec<_> =
                set.attrs.iter().enumerate().map(|(ix, attr)| self.attr(id, ix, attr)).collect();
            // Padding may share a number with an attribute, which then comes first.
            attrs.sort_by_key(|a| (a.id, a.ordinal));
            Box::leak(Box::new(SetMeta {
                name: String::leak(names::type_name(&set.name)),
                header: set.header.map(|h| self.structure(h)),
                attrs: leak(attrs),
            }))
        })
    }

    fn attr(&'static self, set: SetId, ix: usize, attr: &'static ir::Attr) -> AttrMeta {
        let fieldless = matches!(attr.ty, ir::Type::Pad | ir::Type::Unused);
        AttrMeta {
            id: attr.number,
            c_name: &attr.c_name,
            name: String::leak(names::field(&attr.name)),
            card: match &attr.card {
                ir::Card::One => Card::One,
                ir::Card::Multi => Card::Multi,
                ir::Card::Indexed => Card::Indexed,
                ir::Card::TypeValue(levels) => Card::TypeValue(u8::try_from(levels.len()).unwrap_or(u8::MAX)),
            },
            ty: self.ty(set, &attr.ty),
            ordinal: if fieldless { AttrMeta::NO_FIELD } else { ix as u16 },
        }
    }

    fn ty(&'static self, set: SetId, ty: &'static ir::Type) -> TypeMeta {
        let nest = |id: SetId| SetRef::dynamic(lookup, self.base + id.0 as usize);
        match ty {
            ir::Type::Scalar(s, names) => TypeMeta::Scalar(scalar(*s), self.names(*names)),
            ir::Type::VarInt { signed, names } => {
                TypeMeta::VarInt { signed: *signed, names: self.names(*names) }
            }
            ir::Type::Flag => TypeMeta::Flag,
            ir::Type::String => TypeMeta::String,
            ir::Type::Binary => TypeMeta::Binary,
            ir::Type::Bitfield32(names) => TypeMeta::Bitfield32(self.names(*names)),
            ir::Type::Nest(id) => TypeMeta::Nest(nest(*id)),
            ir::Type::Struct(id) => TypeMeta::Struct(self.structure(*id)),
            ir::Type::Array(element) => match &**element {
                ir::Type::Scalar(s, names) => {
                    TypeMeta::Array(Element::Scalar(scalar(*s), self.names(*names)))
                }
                ir::Type::Struct(id) => TypeMeta::Array(Element::Struct(self.structure(*id))),
                ir::Type::Ip4 => TypeMeta::Array(Element::Ip4),
                ir::Type::Ip6 => TypeMeta::Array(Element::Ip6),
                // Nothing else packs.
                _ => TypeMeta::Binary,
            },
            ir::Type::Records(id, length) => {
                let (offset, bytes) = self.model.length_member(*id, length).unwrap_or_default();
                TypeMeta::Records { set: nest(*id), len_offset: offset as u16, len_bytes: bytes }
            }
            ir::Type::Sub(id, selectors) => TypeMeta::Sub(self.sub(*id, set), self.selectors(set, selectors)),
            ir::Type::Mac => TypeMeta::Mac,
            ir::Type::Ip4 | ir::Type::NetIp4 => TypeMeta::Ip4,
            ir::Type::Ip6 | ir::Type::NetIp6 => TypeMeta::Ip6,
            ir::Type::SockAddr => TypeMeta::SockAddr,
            ir::Type::Ip(None) => TypeMeta::Ip,
            ir::Type::Ip(Some(selector)) => self.selector(set, selector).map_or(TypeMeta::Ip, TypeMeta::IpBy),
            ir::Type::Labels => TypeMeta::Labels,
            ir::Type::Msecs => TypeMeta::Msecs,
            ir::Type::Pad => TypeMeta::Pad,
            ir::Type::Unused => TypeMeta::Unused,
        }
    }

    fn selectors(&'static self, set: SetId, selectors: &'static [ir::Selector]) -> &'static [Selector] {
        let found: Option<Vec<_>> = selectors.iter().map(|s| self.selector(set, s)).collect();
        // With one of them nowhere to be found no format can match: the default is left.
        leak(found.unwrap_or_default())
    }

    /// `None` for an attribute that the set does not have, as in a set for other files that is
    /// used without its selector.
    fn selector(&'static self, set: SetId, selector: &'static ir::Selector) -> Option<Selector> {
        Some(match selector {
            ir::Selector::Attr(name) => {
                Selector::Attr(self.model[set].attrs.iter().find(|a| a.name == *name)?.number)
            }
            // By field name: enclosing sets that have it may give it C names of their own.
            ir::Selector::Outer(name) => Selector::Outer(String::leak(names::field(name))),
            ir::Selector::Header(member) => Selector::Header(member),
            ir::Selector::Request(member) => Selector::Request(member),
        })
    }

    fn sub(&'static self, id: SubId, set: SetId) -> &'static SubMeta {
        let known = || self.subs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(meta) = known().get(&(id, set)).copied() {
            return meta;
        }
        // Not under the lock: a format may be a table again.
        let sub = &self.model[id];
        let format = |format: &'static ir::Format| FormatMeta {
            keys: leak(format.keys.iter().map(key).collect()),
            ty: match format.ty {
                // Nothing should follow the selector; what follows nevertheless is shown.
                ir::Type::Flag => TypeMeta::Binary,
                ref ty => self.ty(set, ty),
            },
        };
        let meta: &'static SubMeta = Box::leak(Box::new(SubMeta {
            name: String::leak(names::type_name(&sub.name)),
            formats: leak(sub.formats.iter().map(format).collect()),
            default: sub.default.as_ref().map(|ty| self.ty(set, ty)),
        }));
        known().insert((id, set), meta);
        meta
    }

    fn names(&'static self, id: Option<EnumId>) -> Names {
        Some(self.enumeration(id?))
    }

    /// An enum's metadata.
    pub fn enumeration(&'static self, id: EnumId) -> &'static EnumMeta {
        self.enums[id.0 as usize].get_or_init(|| {
            let source = &self.model[id];
            let entry = |e: &'static ir::Entry| {
                let name: &str = if e.c_name.is_empty() { &e.name } else { &e.c_name };
                (name, e.value as u64)
            };
            Box::leak(Box::new(EnumMeta {
                name: String::leak(names::type_name(&source.name)),
                flags: source.flags,
                entries: leak(source.entries.iter().map(entry).collect()),
            }))
        })
    }

    /// A C struct's metadata.
    pub fn structure(&'static self, id: StructId) -> &'static StructMeta {
        self.structs[id.0 as usize].get_or_init(|| {
            let source = &self.model[id];
            let member = |m: &'static ir::Member| MemberMeta {
                c_name: &m.c_name,
                offset: m.offset,
                ty: self.member_of(m),
            };
            // A union inside of a struct is known by its place.
            let c_name = if source.c_name.is_empty() { &source.name } else { &source.c_name };
            Box::leak(Box::new(StructMeta {
                c_name,
                size: source.size,
                members: leak(source.members.iter().map(member).collect()),
            }))
        })
    }

    fn member_of(&'static self, m: &'static ir::Member) -> MemberType {
        match (&m.ty, m.bits) {
            (ir::MemberType::Scalar(s, names), Some((first, width))) => {
                let names = self.names(*names);
                MemberType::Bits(BitField { first, width, signed: s.signed, names })
            }
            (ir::MemberType::Struct(id), _) if m.anonymous => self.union(*id, true, None),
            (ir::MemberType::UnionBy(id, by), _) => self.union(*id, m.anonymous, Some(by)),
            (ty, _) => self.member(ty),
        }
    }

    fn union(&'static self, id: StructId, anonymous: bool, by: Option<&'static str>) -> MemberType {
        let source = &self.model[id];
        let case = |case: &'static ir::Case| {
            let arm = source.members.iter().position(|m| m.c_name == case.arm)?;
            let value = match case.key {
                Some(ir::Key::Number { value, .. }) => Some(value as u64),
                _ => None,
            };
            Some(Case { value, arm: arm as u16 })
        };
        let cases = leak(source.cases.iter().filter_map(case).collect());
        MemberType::Union(Box::leak(Box::new(UnionMeta { arms: self.structure(id), anonymous, by, cases })))
    }

    fn member(&'static self, ty: &'static ir::MemberType) -> MemberType {
        let boxed = |ty| -> &'static MemberType { Box::leak(Box::new(self.member(ty))) };
        match ty {
            ir::MemberType::Scalar(s, names) => MemberType::Scalar(scalar(*s), self.names(*names)),
            ir::MemberType::Text(n) => MemberType::Text(*n),
            ir::MemberType::Bytes(n) => MemberType::Bytes(*n),
            ir::MemberType::Struct(id) | ir::MemberType::UnionBy(id, _) => {
                MemberType::Struct(self.structure(*id))
            }
            ir::MemberType::Ip4 => MemberType::Ip4,
            ir::MemberType::Ip6 => MemberType::Ip6,
            ir::MemberType::IpBy(member) => MemberType::IpBy(member),
            ir::MemberType::Mac(n) => MemberType::Mac(*n),
            ir::MemberType::Array(element, n) => MemberType::Array(boxed(element), *n),
            ir::MemberType::Tail(element) => MemberType::Tail(boxed(element)),
        }
    }
}

fn key(key: &'static ir::Key) -> Key {
    match key {
        ir::Key::Text(text) => Key::Text(text),
        ir::Key::Number { value, .. } => Key::Number(*value as u64),
    }
}

/// An integer's form in run-time metadata.
pub(super) fn scalar(s: ir::Scalar) -> Scalar {
    Scalar {
        bytes: s.bits / 8,
        signed: s.signed,
        order: match s.order {
            ir::Order::Native => Order::Native,
            ir::Order::Big => Order::Big,
            ir::Order::Little => Order::Little,
            ir::Order::Net => Order::Net,
        },
    }
}

impl Model {
    /// Offset and width in bytes of the member of a set's fixed header that holds a record's
    /// length.
    pub(super) fn length_member(&self, set: SetId, name: &str) -> Option<(u32, u8)> {
        let (offset, member) = self.member(self[set].header?, name)?;
        match member.ty {
            ir::MemberType::Scalar(s, _) => Some((offset, s.bits / 8)),
            _ => None,
        }
    }
}
