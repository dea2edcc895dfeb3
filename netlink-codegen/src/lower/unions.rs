//! Unions in structs: which members share bytes, and which of them a schema wants.
//!
//! Facts have members of anonymous and unnamed types flattened, so a union shows by its members
//! lying on each other. One with a name (`addr.u`) is a path whose members all begin at the same
//! bit, as those of no struct do; one without is what overlaps otherwise.

use super::Lower;
use super::members::Field;
use crate::headers::facts::{CType, Store};
use crate::ir::names;
use crate::schema::ast;
use crate::schema::expr::Base;
use indexmap::IndexMap;

/// What lies in a struct: a member or a union, by indices into the fields.
pub(super) enum Place {
    Member(usize),
    Union(Union),
}

/// Members that share bytes.
pub(super) struct Union {
    /// The C name: a path, or for one without a name ours.
    pub(super) name: String,
    pub(super) anonymous: bool,
    /// In C order.
    pub(super) arms: Vec<usize>,
    /// The first byte and one past the last.
    pub(super) bytes: (u32, u32),
}

impl Union {
    /// The name of an arm: of an anonymous union, that of a member of the struct.
    pub(super) fn arm_name<'n>(&self, field: &'n str) -> &'n str {
        let inside = field.strip_prefix(&*self.name).and_then(|rest| rest.strip_prefix('.'));
        inside.filter(|_| !self.anonymous).unwrap_or(field)
    }
}

impl Place {
    fn first(&self) -> usize {
        match self {
            Place::Member(ix) => *ix,
            Place::Union(union) => union.arms.first().copied().unwrap_or(usize::MAX),
        }
    }
}

/// What lies where, in C order.
pub(super) fn places(fields: &[Field<'_>], facts: &Store) -> Vec<Place> {
    let mut grouping = Grouping { fields, facts, out: Vec::new() };
    // An array without end is the struct's tail, whatever else is there.
    let (flexible, fixed): (Vec<usize>, Vec<usize>) =
        (0..fields.len()).partition(|ix| matches!(fields[*ix].ty, CType::Flexible(_)));
    grouping.out.extend(flexible.into_iter().map(Place::Member));
    grouping.group("", &fixed);
    let mut out = grouping.out;
    out.sort_by_key(Place::first);
    name_anonymous(&mut out, fields);
    out
}

struct Grouping<'f, 'a> {
    fields: &'f [Field<'a>],
    facts: &'f Store,
    out: Vec<Place>,
}

/// A member, or all members of a member whose type has no name.
struct Unit {
    /// What a path has after the prefix, if there is more of the path.
    part: Option<String>,
    members: Vec<usize>,
    /// First bit and one past the last.
    bits: (u32, u32),
}

impl Grouping<'_, '_> {
    /// Sorts out members whose paths begin with `prefix`.
    fn group(&mut self, prefix: &str, members: &[usize]) {
        let mut units = self.units(prefix, members);
        units.sort_by_key(|unit| unit.bits);
        let mut rest = units.into_iter().peekable();
        while let Some(first) = rest.next() {
            let mut end = first.bits.1;
            let mut group = vec![first];
            // Nothing lies on a member of no size.
            while let Some(next) = rest.next_if(|unit| unit.bits.0 < end && unit.bits.0 < unit.bits.1) {
                end = end.max(next.bits.1);
                group.push(next);
            }
            match group.as_slice() {
                [Unit { part: None, members, .. }] => {
                    self.out.extend(members.iter().map(|ix| Place::Member(*ix)));
                }
                [Unit { part: Some(part), members, .. }] => {
                    let path = format!("{prefix}{part}");
                    if self.is_union(&format!("{path}."), members) {
                        self.union(path, false, members.clone());
                    } else {
                        self.group(&format!("{path}."), &members.clone());
                    }
                }
                several => {
                    let arms = several.iter().flat_map(|unit| unit.members.clone()).collect();
                    self.union(prefix.to_owned(), true, arms);
                }
            }
        }
    }

    fn union(&mut self, name: String, anonymous: bool, mut arms: Vec<usize>) {
        arms.sort_unstable();
        let (start, end) = self.bits(&arms);
        self.out.push(Place::Union(Union { name, anonymous, arms, bytes: (start / 8, end.div_ceil(8)) }));
    }

    fn units(&self, prefix: &str, members: &[usize]) -> Vec<Unit> {
        let mut parts: IndexMap<Option<&str>, Vec<usize>> = IndexMap::new();
        let mut units = Vec::new();
        for &ix in members {
            let path = self.fields[ix].name.get(prefix.len()..).unwrap_or_default();
            match path.split_once('.') {
                Some((part, _)) => parts.entry(Some(part)).or_default().push(ix),
                None => units.push(Unit { part: None, members: vec![ix], bits: self.bits(&[ix]) }),
            }
        }
        units.extend(parts.into_iter().map(|(part, members)| {
            let bits = self.bits(&members);
            Unit { part: part.map(str::to_owned), members, bits }
        }));
        units
    }

    /// Whether several things all begin where they all begin.
    fn is_union(&self, prefix: &str, members: &[usize]) -> bool {
        let mut units = self.units(prefix, members);
        units.retain(|unit| unit.bits.0 < unit.bits.1);
        units.len() > 1 && units.iter().all(|unit| unit.bits.0 == units[0].bits.0)
    }

    fn bits(&self, members: &[usize]) -> (u32, u32) {
        let ranges = members.iter().map(|ix| self.fields[*ix].bit_range(self.facts));
        ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default()
    }
}

/// Unions without a name are `u`, `u2`… for us, after the path they stand in.
fn name_anonymous(places: &mut [Place], fields: &[Field<'_>]) {
    let named = |places: &[Place], name: &str| {
        let rust = names::field(name);
        fields.iter().any(|f| names::field(&f.name) == rust)
            || places.iter().any(|p| matches!(p, Place::Union(u) if names::field(&u.name) == rust))
    };
    for ix in 0..places.len() {
        let Place::Union(union) = &places[ix] else { continue };
        if !union.anonymous {
            continue;
        }
        let path = union.name.clone();
        let mut tries = (1..).map(|n: u32| if n == 1 { format!("{path}u") } else { format!("{path}u{n}") });
        let name = tries.find(|name| !named(places, name)).unwrap_or(path.clone());
        if let Place::Union(union) = &mut places[ix] {
            union.name = name;
        }
    }
}

impl<'a> Lower<'a> {
    /// What lies in a struct, after the schema had its say: an annotated arm is taken instead of
    /// those it lies on, unless the union itself is annotated.
    pub(super) fn arrange(&self, fields: &mut Vec<Field<'a>>, annotations: &'a [ast::Member]) -> Vec<Place> {
        let whole = places(fields, self.facts);
        for place in &whole {
            let Place::Union(union) = place else { continue };
            let annotated = annotations.iter().any(|a| a.name.text == union.name);
            for &ix in &union.arms {
                fields[ix].union = Some(union.name.clone());
                fields[ix].arm = annotated;
            }
        }
        keep_annotated_arms(self.facts, fields);
        open_ends(self.facts, fields);
        let mut places = places(fields, self.facts);
        for place in &mut places {
            // A union keeps its name when it loses arms.
            if let Place::Union(union) = place
                && union.anonymous
                && let Some(name) = union.arms.first().and_then(|ix| fields[*ix].union.clone())
            {
                union.name = name;
            }
        }
        places
    }
}

/// Of members that share bytes, annotated ones win: that is how a schema chooses arms of a union.
fn keep_annotated_arms(facts: &Store, fields: &mut Vec<Field<'_>>) {
    let chosen: Vec<(u32, u32)> =
        fields.iter().filter(|f| f.annotation.is_some() && !f.arm).map(|f| f.bit_range(facts)).collect();
    fields.retain(|field| {
        let (start, end) = field.bit_range(facts);
        field.annotation.is_some() || field.arm || !chosen.iter().any(|(s, e)| start < *e && *s < end)
    });
}

/// Arrays without end among other members. One that others follow in C is an empty array
/// (`[0]`), not the struct's end; else it is a union's arm that holds all others, and of several
/// the first is taken.
fn open_ends(facts: &Store, fields: &mut Vec<Field<'_>>) {
    let flexible = |f: &Field<'_>| matches!(f.ty, CType::Flexible(_));
    let mut ix = 0;
    while let Some(field) = fields.get(ix) {
        let start = field.bit_range(facts).0;
        let over = |f: &Field<'_>| !flexible(f) && f.bit_range(facts).1 > start;
        if !flexible(field) || !fields.iter().any(over) {
            ix += 1;
        } else if field.annotation.is_none() && !fields[..ix].iter().any(over) {
            fields.remove(ix);
        } else {
            let before = fields[..ix].iter().filter(|f| over(f)).count();
            fields.retain(|f| !over(f));
            ix = ix + 1 - before;
        }
    }
    let mut tails = 0;
    fields.retain(|f| {
        tails += u32::from(flexible(f));
        !flexible(f) || tails == 1
    });
}

/// Whether a table chooses among arms of a union.
pub(super) fn has_arms(table: &ast::SubTable) -> bool {
    table.formats.iter().any(|f| matches!(&f.ty, Some(ty) if matches!(ty.base, Base::Arm(_))))
}
