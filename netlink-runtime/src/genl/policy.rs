//! What a family accepts. All of it is `#[inline]`: compiled where it is used, which is in few programs.

use super::ask::CTRL;
use super::{OP_POLICY, POLICY};
use crate::error::DecodeError;
use crate::extack::Policy;
use crate::wire::{Attrs, TypeValueOf, wt};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;

/// `CTRL_ATTR_POLICY_DO`.
const DO: u16 = 1;
/// `CTRL_ATTR_POLICY_DUMP`.
const DUMP: u16 = 2;

/// What the kernel accepts of each attribute of a set, by the attribute's number. What is not listed
/// is unknown to the kernel, or refused, or not checked: it does not tell these apart.
pub type PolicySet = BTreeMap<u16, PolicyType>;

/// What the kernel accepts for an attribute in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyType {
    /// `NL_ATTR_TYPE_INVALID`: no type.
    Invalid,
    /// `NL_ATTR_TYPE_FLAG`: no payload.
    Flag,
    /// `NL_ATTR_TYPE_U8` … `U64`, `UINT`: an unsigned integer within these limits, both included.
    Unsigned {
        /// Its width.
        width: IntWidth,
        /// The least value.
        min: u64,
        /// The greatest value.
        max: u64,
    },
    /// The same types: an unsigned integer of these bits.
    Mask {
        /// Its width.
        width: IntWidth,
        /// The bits that may be set.
        mask: u64,
    },
    /// `NL_ATTR_TYPE_S8` … `S64`, `SINT`: a signed integer within these limits, both included.
    Signed {
        /// Its width.
        width: IntWidth,
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// `NL_ATTR_TYPE_BINARY`: bytes.
    Binary(Lengths),
    /// `NL_ATTR_TYPE_STRING`: text, with or without a NUL at its end.
    String(Lengths),
    /// `NL_ATTR_TYPE_NUL_STRING`: text with a NUL at its end, which does not count.
    NulString(Lengths),
    /// `NL_ATTR_TYPE_NESTED`: attributes.
    Nested {
        /// Their set, an index of [`Policies::sets`]; `None` if the kernel does not check them here.
        set: Option<u32>,
        /// The highest of them.
        max_attr: Option<u32>,
    },
    /// `NL_ATTR_TYPE_NESTED_ARRAY`: members of any number, each of which holds attributes.
    NestedArray {
        /// Their set, an index of [`Policies::sets`]; `None` if the kernel does not check them here.
        set: Option<u32>,
        /// The highest of them.
        max_attr: Option<u32>,
    },
    /// `NL_ATTR_TYPE_BITFIELD32`: [`Bitfield32`](crate::types::Bitfield32).
    Bitfield32 {
        /// The bits that may be selected; `None` if any may.
        mask: Option<u32>,
    },
    /// A type of a later kernel, by its number (`enum netlink_attribute_type`).
    Other(u32),
}

/// How wide an integer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntWidth {
    /// 8 bits.
    W8,
    /// 16 bits.
    W16,
    /// 32 bits.
    W32,
    /// 64 bits.
    W64,
    /// 32 or 64 bits, as the value needs (`NL_ATTR_TYPE_UINT`, `NL_ATTR_TYPE_SINT`).
    Variable,
}

/// How long a payload may be, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lengths {
    /// At least; `None` if the kernel does not say.
    pub min: Option<u32>,
    /// At most; `None` if the kernel does not say.
    pub max: Option<u32>,
}

impl IntWidth {
    /// The width in bits: 64 for the variable one.
    #[inline]
    pub fn bits(self) -> u32 {
        match self {
            IntWidth::W8 => 8,
            IntWidth::W16 => 16,
            IntWidth::W32 => 32,
            IntWidth::W64 | IntWidth::Variable => 64,
        }
    }
}

impl PolicyType {
    /// The set of the attributes in a nest.
    #[inline]
    pub fn nested(&self) -> Option<u32> {
        match self {
            PolicyType::Nested { set, .. } | PolicyType::NestedArray { set, .. } => *set,
            _ => None,
        }
    }

    /// The same with another set in it.
    #[inline]
    fn renumbered(mut self, number: impl Fn(u32) -> u32) -> Self {
        if let PolicyType::Nested { set: Some(set), .. } | PolicyType::NestedArray { set: Some(set), .. } =
            &mut self
        {
            *set = number(*set);
        }
        self
    }
}

/// Limits that the kernel leaves out are those of the type.
impl From<Policy> for PolicyType {
    #[inline]
    fn from(policy: Policy) -> Self {
        let width = match policy.kind {
            2 | 6 => IntWidth::W8,
            3 | 7 => IntWidth::W16,
            4 | 8 => IntWidth::W32,
            5 | 9 => IntWidth::W64,
            _ => IntWidth::Variable,
        };
        let spare = 64 - width.bits();
        let lengths = Lengths { min: policy.min_length, max: policy.max_length };
        let (set, max_attr) = (policy.index, policy.max_type);
        match policy.kind {
            0 => PolicyType::Invalid,
            1 => PolicyType::Flag,
            2..=5 | 17 => match policy.mask {
                Some(mask) => PolicyType::Mask { width, mask },
                None => PolicyType::Unsigned {
                    width,
                    min: policy.min.unwrap_or(0),
                    max: policy.max.unwrap_or(u64::MAX >> spare),
                },
            },
            6..=9 | 16 => PolicyType::Signed {
                width,
                min: policy.min_signed.unwrap_or(i64::MIN >> spare),
                max: policy.max_signed.unwrap_or(i64::MAX >> spare),
            },
            10 => PolicyType::Binary(lengths),
            11 => PolicyType::String(lengths),
            12 => PolicyType::NulString(lengths),
            13 => PolicyType::Nested { set, max_attr },
            14 => PolicyType::NestedArray { set, max_attr },
            // It was read from 32 bits.
            15 => PolicyType::Bitfield32 { mask: policy.mask.and_then(|mask| u32::try_from(mask).ok()) },
            other => PolicyType::Other(other),
        }
    }
}

/// Which sets an operation uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OperationPolicy {
    /// For single requests, an index of [`Policies::sets`].
    pub of_do: Option<u32>,
    /// For dumps.
    pub of_dump: Option<u32>,
}

/// The policies of a family.
///
/// Sets are numbered anew in every answer of the kernel, and nests refer to them by number, also to
/// the set that they are in: who follows them remembers where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policies {
    /// The sets, by their index.
    pub sets: BTreeMap<u32, PolicySet>,
    /// The operations that have a policy, by command.
    pub operations: BTreeMap<u32, OperationPolicy>,
}

impl Policies {
    /// Reads what follows `genlmsghdr` in one message of the answer.
    #[inline]
    pub fn parse(attrs: &[u8]) -> Result<Self, DecodeError> {
        let attrs = Attrs::new(attrs);
        let mut policies = Policies::default();
        for ([set, attr], policy) in
            attrs.get::<TypeValueOf<wt::Bytes, 2>>(POLICY, &CTRL)?.into_iter().flatten()
        {
            let set = policies.sets.entry(set.into()).or_default();
            set.insert(attr, Policy::parse(policy?).into());
        }
        for ([command], used) in
            attrs.get::<TypeValueOf<wt::Bytes, 1>>(OP_POLICY, &CTRL)?.into_iter().flatten()
        {
            let used = Attrs::new(used?);
            let (of_do, of_dump) = (used.get::<wt::U32>(DO, &CTRL)?, used.get::<wt::U32>(DUMP, &CTRL)?);
            policies.operations.insert(command.into(), OperationPolicy { of_do, of_dump });
        }
        Ok(policies)
    }

    /// There are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.operations.is_empty()
    }

    /// What single requests of an operation may hold.
    #[inline]
    pub fn of_do(&self, command: u32) -> Option<&PolicySet> {
        self.set(self.operations.get(&command)?.of_do?)
    }

    /// What dump requests of an operation may hold.
    #[inline]
    pub fn of_dump(&self, command: u32) -> Option<&PolicySet> {
        self.set(self.operations.get(&command)?.of_dump?)
    }

    /// What is in a nest.
    #[inline]
    pub fn nested(&self, policy: &PolicyType) -> Option<&PolicySet> {
        self.set(policy.nested()?)
    }

    #[inline]
    fn set(&self, index: u32) -> Option<&PolicySet> {
        // A set without attributes is not listed.
        static NONE: PolicySet = PolicySet::new();
        Some(self.sets.get(&index).unwrap_or(&NONE))
    }

    /// Adds another message of the same answer.
    #[inline]
    pub fn insert(&mut self, part: Policies) {
        for (index, set) in part.sets {
            self.sets.entry(index).or_default().extend(set);
        }
        self.operations.extend(part.operations);
    }

    /// Puts right the answer about one operation: the kernel may call it 0.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn name(&mut self, operation: u32) {
        if !self.operations.contains_key(&operation) {
            if let Some(used) = self.operations.remove(&0) {
                self.operations.insert(operation, used);
            }
        }
    }

    /// Adds another answer: sets that are here already are used again, the others get new numbers.
    #[inline]
    pub fn merge(&mut self, other: &Policies) {
        let ours = self.indices();
        let next = ours.last().map_or(0, |last| last.saturating_add(1));
        let place = |index: u32| {
            let known = ours.iter().copied().find(|here| self.is_same(*here, other, index));
            known.unwrap_or(next.saturating_add(index))
        };
        let places: BTreeMap<u32, u32> = other.indices().into_iter().map(|ix| (ix, place(ix))).collect();
        // All that are referred to are among them.
        let place = |index: u32| places.get(&index).copied().unwrap_or(index);
        for (index, set) in &other.sets {
            let set = set.iter().map(|(attr, policy)| (*attr, policy.renumbered(place))).collect();
            self.sets.entry(place(*index)).or_insert(set);
        }
        for (command, used) in &other.operations {
            let (of_do, of_dump) = (used.of_do.map(place), used.of_dump.map(place));
            self.operations.insert(*command, OperationPolicy { of_do, of_dump });
        }
    }

    /// All numbers of sets that are said anywhere.
    #[inline]
    fn indices(&self) -> BTreeSet<u32> {
        let used = self.operations.values().flat_map(|o| o.of_do.into_iter().chain(o.of_dump));
        let nested = self.sets.values().flat_map(|set| set.values().filter_map(PolicyType::nested));
        self.sets.keys().copied().chain(used).chain(nested).collect()
    }

    /// Whether a set is the same as one of others, and so are the sets that it leads to.
    #[inline]
    fn is_same(&self, here: u32, others: &Policies, there: u32) -> bool {
        let mut seen = BTreeSet::new();
        let mut pairs = vec![(here, there)];
        while let Some((here, there)) = pairs.pop() {
            if !seen.insert((here, there)) {
                continue;
            }
            let (Some(ours), Some(theirs)) = (self.set(here), others.set(there)) else { return false };
            if ours.len() != theirs.len() {
                return false;
            }
            for ((attr, our), (other, their)) in ours.iter().zip(theirs) {
                if attr != other || our.renumbered(|_| 0) != their.renumbered(|_| 0) {
                    return false;
                }
                pairs.extend(our.nested().zip(their.nested()));
            }
        }
        true
    }
}
