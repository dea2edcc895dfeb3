//! What changed between two kernels.
//!
//! Names are compared, wherever they stand: that a constant moves to another header or from an
//! enum to a macro is a change of its own, and no removal. Nothing is said of names whose header
//! the other kernel does not have; such headers are listed.

mod records;
mod show;

use std::collections::{BTreeMap, HashSet};

use super::facts::{Constant, Home, Kernel, Layout, Place, Store, Value};
use super::sources::{Listed, families_of};
use super::store::Source;

pub use show::{json, markdown, text};

/// What changed from one kernel to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// The one.
    pub from: Kernel,
    /// The other.
    pub to: Kernel,
    /// Every change, by header and in its order.
    pub changes: Vec<Change>,
    /// Headers that only one of them has, sorted.
    pub headers: Vec<OnlyHeader>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The header that the name stands in now, or stood in.
    pub header: String,
    /// The C name; of a member, its record's.
    pub name: String,
    /// A bound (`__X_MAX`) rather than an entry: it follows others.
    pub bound: bool,
    /// What happened to it.
    pub what: What,
}

/// What happens to names. The old comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A constant that there was not.
    Added(Value),
    /// A constant that there is no more.
    Removed(Value),
    /// Another number.
    Renumbered(Value, Value),
    /// The same 32 bits, of another sign: `1<<31` became `1U<<31`.
    Sign(Value, Value),
    /// Another text, or no longer the same kind of value.
    Value(Value, Value),
    /// The same number, as only another name of this constant.
    Alias(String),
    /// It stands elsewhere: in another header, or became a macro or an enumerator.
    Moved(Stand, Stand),
    /// A record that there was not.
    RecordAdded(Layout),
    /// A record that there is no more.
    RecordRemoved(Layout),
    /// Larger, smaller, or of another alignment.
    Resized(Layout, Layout),
    /// A member that there was not.
    MemberAdded(String, Place, Room),
    /// A member that there is no more.
    MemberRemoved(String, Place),
    /// Another name for what lies in the same place.
    MemberRenamed(String, String),
    /// Elsewhere in the record, or of another type.
    MemberChanged(String, Place, Place),
}

/// Where a constant or record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The header.
    pub header: String,
    /// It is a `#define`.
    pub define: bool,
}

/// What was there before a new member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Nothing: the record ended before.
    Grown,
    /// Padding, or bits that nobody used.
    Padding,
    /// Another member: in its stead, or beside it in a union.
    Member,
}

/// A header that one of the kernels does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlyHeader {
    /// The header.
    pub header: String,
    /// The newer kernel has it, rather than the older.
    pub new: bool,
    /// The other may have it all the same: it does not compile there, or its package could not
    /// hold it.
    pub unknown: bool,
    /// Constants of this header that only its kernel is known to have.
    pub constants: usize,
    /// Such records.
    pub records: usize,
}

/// Compares two kernels: stores of one kernel each, as [`only`](super::store::only) and
/// extraction give them.
pub fn diff(from: &Store, to: &Store) -> Diff {
    let (old, new) = (Side::of(from), Side::of(to));
    let mut comparer = Comparer { changes: Vec::new(), only: BTreeMap::new() };
    comparer.constants(&old, &new);
    comparer.records(&old, &new);
    let Comparer { mut changes, only } = comparer;
    changes.sort_by(|a, b| a.header.cmp(&b.header));
    let kernel = |store: &Store| store.kernels.first().cloned().unwrap_or_else(nameless);
    let mut headers: Vec<OnlyHeader> = Vec::new();
    for (side, other, new) in [(&old, &new, false), (&new, &old, true)] {
        for header in side.headers.iter().filter(|header| !other.headers.contains(*header)) {
            let (constants, records) = only.get(&(new, (*header).to_owned())).copied().unwrap_or_default();
            let unknown = !other.source.lacks(header);
            headers.push(OnlyHeader { header: (*header).to_owned(), new, unknown, constants, records });
        }
    }
    headers.sort_by(|a, b| (&a.header, a.new).cmp(&(&b.header, b.new)));
    Diff { from: kernel(from), to: kernel(to), changes, headers }
}

fn nameless() -> Kernel {
    let text = String::new;
    Kernel { release: text(), version: text(), package: text(), sha256: text() }
}

impl Diff {
    /// Only what concerns headers that a family uses, by the list of headers.
    pub fn of_family(mut self, list: &[Listed], family: &str) -> Diff {
        let of = |header: &str| families_of(list, header).contains(&family);
        self.changes.retain(|change| {
            of(&change.header) || matches!(&change.what, What::Moved(old, _) if of(&old.header))
        });
        self.headers.retain(|only| of(&only.header));
        self
    }

    /// Nothing changed that is known of.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.headers.is_empty()
    }
}

/// One of the kernels.
struct Side<'s> {
    store: &'s Store,
    /// Headers that it has.
    headers: HashSet<&'s str>,
    source: Source<'s>,
}

impl<'s> Side<'s> {
    fn of(store: &'s Store) -> Side<'s> {
        let missing: HashSet<&str> = store.missing_headers.iter().map(|(_, h)| h.as_str()).collect();
        let headers = store.headers.iter().map(String::as_str).filter(|h| !missing.contains(h)).collect();
        Side { store, headers, source: Source::of(store) }
    }

    fn constant(&self, name: &str) -> Option<&'s Constant> {
        self.store.constants.get(name).filter(|c| self.headers.contains(c.header.as_str()))
    }
}

struct Comparer {
    changes: Vec<Change>,
    /// Constants and records of headers that only one side has: the new one?
    only: BTreeMap<(bool, String), (usize, usize)>,
}

impl Comparer {
    fn push(&mut self, header: &str, name: &str, bound: bool, what: What) {
        self.changes.push(Change { header: header.to_owned(), name: name.to_owned(), bound, what });
    }

    fn constants(&mut self, old: &Side<'_>, new: &Side<'_>) {
        for name in new.store.constants.keys() {
            let Some(now) = new.constant(name) else { continue };
            let Some(value) = now.value.newest() else { continue };
            match old.constant(name) {
                Some(before) => self.constant(before, now, old.store, new.store),
                None if old.headers.contains(now.header.as_str()) => {
                    self.push(&now.header, name, now.sentinel, What::Added(value.clone()));
                }
                None => self.only.entry((true, now.header.clone())).or_default().0 += 1,
            }
        }
        for name in old.store.constants.keys().filter(|name| new.constant(name).is_none()) {
            let Some(before) = old.constant(name) else { continue };
            let Some(value) = before.value.newest() else { continue };
            if new.headers.contains(before.header.as_str()) {
                self.push(&before.header, name, before.sentinel, What::Removed(value.clone()));
            } else {
                self.only.entry((false, before.header.clone())).or_default().0 += 1;
            }
        }
    }

    fn constant(&mut self, before: &Constant, now: &Constant, old: &Store, new: &Store) {
        let (Some(was), Some(is)) = (before.value.newest(), now.value.newest()) else { return };
        let (was_int, is_int) = (old.int(&before.name), new.int(&now.name));
        let what = match (was_int, is_int) {
            (Some(a), Some(b)) if a == b => match (was, is) {
                (Value::Int(_) | Value::Big(..), Value::Alias(other)) => Some(What::Alias(other.clone())),
                _ => None,
            },
            (Some(a), Some(b)) if same_bits(a, b) => Some(What::Sign(Value::Int(a), Value::Int(b))),
            (Some(_), Some(_)) => Some(What::Renumbered(was.clone(), is.clone())),
            _ if was == is => None,
            _ => Some(What::Value(was.clone(), is.clone())),
        };
        let bound = before.sentinel || now.sentinel;
        if let Some(what) = what {
            self.push(&now.header, &now.name, bound, what);
        }
        let stand = |c: &Constant| Stand { header: c.header.clone(), define: c.home == Home::Macro };
        if stand(before) != stand(now) {
            self.push(&now.header, &now.name, bound, What::Moved(stand(before), stand(now)));
        }
    }
}

/// Whether two numbers are one as C's 32-bit integers, signed and unsigned.
fn same_bits(a: i128, b: i128) -> bool {
    let fits = |v: i128| (i128::from(i32::MIN)..=i128::from(u32::MAX)).contains(&v);
    fits(a) && fits(b) && (a - b).rem_euclid(1 << 32) == 0
}
