//! What headers say: constants, enums, macros and record layouts, over many kernels.
//!
//! Pure data without I/O. [`store`](super::store) reads and writes it as text; `clang`
//! makes it from headers; lowering asks it by C name. Facts are found **by name alone**:
//! the header is an attribute of a fact, never part of its key, because constants move
//! between headers, enums and macros while their names stay.

use indexmap::IndexMap;

/// Index of a kernel in the [`Store`]'s list: 0 is the oldest.
pub type KernelIx = usize;

/// One kernel whose headers were extracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Short release as users say it: `6.12`.
    pub release: String,
    /// Exact version: `6.12.107`.
    pub version: String,
    /// The package that the headers came from: `linux-libc-dev 6.12.107-1`.
    pub package: String,
    /// SHA-256 of that package file, or empty when the headers were a plain directory.
    pub sha256: String,
}

/// A value over the kernels: what it was from which kernel on.
///
/// `None` means "not there". Only changes are kept, in kernel order; before the first
/// entry nothing is known to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History<T>(pub Vec<(KernelIx, Option<T>)>);

impl<T> Default for History<T> {
    fn default() -> Self {
        History(Vec::new())
    }
}

impl<T: Clone + PartialEq> History<T> {
    /// A value that is the same in all kernels.
    pub fn always(value: T) -> Self {
        History(vec![(0, Some(value))])
    }

    /// The value in `kernel`, when the name is there.
    pub fn at(&self, kernel: KernelIx) -> Option<&T> {
        self.0.iter().rev().find(|(k, _)| *k <= kernel).and_then(|(_, v)| v.as_ref())
    }

    /// The newest value that ever was.
    pub fn newest(&self) -> Option<&T> {
        self.0.iter().rev().find_map(|(_, v)| v.as_ref())
    }

    /// The first kernel that has the name. 0: as old as the store, perhaps older.
    pub fn since(&self) -> Option<KernelIx> {
        self.0.iter().find(|(_, v)| v.is_some()).map(|(k, _)| *k)
    }

    /// The first kernel that no longer has it.
    pub fn gone(&self) -> Option<KernelIx> {
        self.0.last().filter(|(_, v)| v.is_none()).map(|(k, _)| *k)
    }
}

/// A constant's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// An integer in the C type's own sense (`-1` stays `-1`).
    Int(i128),
    /// An integer whose macro swaps bytes (`__cpu_to_be16(0x2000)`): the argument, before
    /// swapping, and the width in bits. Host-independent.
    Big(i128, u8),
    /// A string literal, without its NUL.
    Str(String),
    /// A macro that is only another constant's name.
    Alias(String),
    /// Some other macro body that is no constant (a member alias, a tag alias), as written.
    Text(String),
}

/// Where a constant stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Home {
    /// In the enum with this index ([`Store::enums`]).
    Enum(usize),
    /// A `#define`.
    Macro,
}

/// A named constant: an enumerator or an object-like macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The C name.
    pub name: String,
    /// The header of the newest kernel that has it, relative to the include directory.
    pub header: String,
    /// Where it stands in the newest kernel that has it.
    pub home: Home,
    /// Its value in each kernel.
    pub value: History<Value>,
    /// A bound (`__X_MAX`, `X_MAX = __X_MAX - 1`), not an entry.
    pub sentinel: bool,
    /// Private to the kernel: from its source, in no UAPI header.
    pub private: bool,
}

/// An enum of the newest kernel that has it, named or anonymous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The tag, or `None` for an anonymous enum (or the typedef's name when there is one).
    pub tag: Option<String>,
    /// The header, as in [`Constant::header`].
    pub header: String,
    /// C names of the enumerators, in source order.
    pub entries: Vec<String>,
}

/// Size and alignment of a record, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// `sizeof`.
    pub size: u32,
    /// `_Alignof`.
    pub align: u32,
}

/// A struct or union (tag or typedef name).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The tag; for an unnamed record its typedef's name.
    pub name: String,
    /// It has no tag: C knows it by its typedef only.
    pub typedef: bool,
    /// The header, as in [`Constant::header`].
    pub header: String,
    /// A union rather than a struct.
    pub union: bool,
    /// Declared `packed`.
    pub packed: bool,
    /// Size and alignment in each kernel (x86_64).
    pub layout: History<Layout>,
    /// Members in declaration order of the newest kernel; anonymous members flattened into
    /// their parent, named members kept whole (their type is a record of its own, or
    /// `Inline` records flattened as `outer.inner` when they have no name).
    pub fields: Vec<Field>,
    /// How other architectures lay it out, where that differs.
    pub arch: Vec<ArchLayout>,
}

/// A record as an architecture other than x86_64 lays it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchLayout {
    /// The first word of its target triple.
    pub arch: String,
    /// Size and alignment.
    pub layout: Layout,
    /// Where the members lie that the newest kernel has, in their order; `None`: not there.
    pub spots: Vec<Option<Spot>>,
}

/// Where a member lies: its byte offset, and the first bit of a bitfield (see [`Place::bits`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Byte offset.
    pub offset: u32,
    /// The first bit in that byte, for a bitfield.
    pub bit: Option<u8>,
}

impl From<&Place> for Spot {
    fn from(place: &Place) -> Spot {
        Spot { offset: place.offset, bit: place.bits.map(|(bit, _)| bit) }
    }
}

/// A member of a [`Record`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The C member name; `a.b` for a member of a named member of unnamed record type.
    pub name: String,
    /// Place and type in each kernel that has the record.
    pub place: History<Place>,
    /// Private to the kernel.
    pub private: bool,
}

/// Where a member lies and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Byte offset; of a bitfield, of the byte its first bit lies in.
    pub offset: u32,
    /// For a bitfield: first bit within that byte, and width. The first bit is the least
    /// significant one, in every byte order, and bits count from the least significant of the byte.
    pub bits: Option<(u8, u8)>,
    /// The type.
    pub ty: CType,
}

/// A member's type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CType {
    /// Integer of this many bits, signed or not, in this byte order (`__be32` and friends).
    Int {
        /// Width in bits: 8, 16, 32, 64 (128 for `__u128`).
        bits: u8,
        /// Signed.
        signed: bool,
        /// Byte order.
        order: Order,
    },
    /// `char`: text when in an array.
    Char,
    /// C `long`/`unsigned long`: differs between architectures (here as on x86_64).
    Long {
        /// Signed.
        signed: bool,
    },
    /// A pointer.
    Pointer,
    /// `enum TAG`.
    Enum(String),
    /// `struct TAG`, `union TAG` or a record known by its typedef.
    Record(String),
    /// A fixed array.
    Array(Box<CType>, u32),
    /// A flexible array at the end (`[]` or `[0]`).
    Flexible(Box<CType>),
    /// Anything else, as C spells it, with its size in bytes.
    Other(String, u32),
}

/// Byte order of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// The machine's.
    Native,
    /// Big-endian.
    Big,
    /// Little-endian.
    Little,
}

/// Where a name stood in older kernels, when that is not where it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The first kernel of this stay.
    pub from: KernelIx,
    /// The last kernel of this stay.
    pub to: KernelIx,
    /// The header it stood in.
    pub header: String,
    /// It was a `#define` (of a constant; always false for a record).
    pub define: bool,
}

/// All facts about all kernels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// The kernels, oldest first.
    pub kernels: Vec<Kernel>,
    /// Enumerators and macros, in header order, by C name.
    pub constants: IndexMap<String, Constant>,
    /// Enums, in header order.
    pub enums: Vec<Enum>,
    /// Structs and unions by tag.
    pub records: IndexMap<String, Record>,
    /// Every header that was extracted for at least one kernel, sorted.
    pub headers: Vec<String>,
    /// Earlier homes of constants and records that moved, by C name.
    pub moves: IndexMap<String, Vec<Move>>,
    /// Headers that a kernel does not have, or whose facts are not trusted there
    /// (compilation errors): absence of a name there means nothing.
    pub missing_headers: Vec<(KernelIx, String)>,
    /// Those of [`missing_headers`](Self::missing_headers) that the kernel may have all the same:
    /// they do not compile there, or the package that its headers came from cannot hold them.
    pub unknown_headers: Vec<(KernelIx, String)>,
}

impl Store {
    /// The newest kernel.
    pub fn newest(&self) -> KernelIx {
        self.kernels.len().saturating_sub(1)
    }

    /// A constant's integer value in the newest kernel that has it; aliases followed.
    pub fn int(&self, name: &str) -> Option<i128> {
        let mut name = name;
        for _ in 0..8 {
            match self.constants.get(name)?.value.newest()? {
                Value::Int(v) | Value::Big(v, _) => return Some(*v),
                Value::Alias(other) => name = other,
                Value::Str(_) | Value::Text(_) => return None,
            }
        }
        None
    }

    /// A string macro's value.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.constants.get(name)?.value.newest()? {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The enum with this tag.
    pub fn enum_by_tag(&self, tag: &str) -> Option<usize> {
        self.enums.iter().position(|e| e.tag.as_deref() == Some(tag))
    }

    /// The enum that holds this constant.
    pub fn enum_of(&self, constant: &str) -> Option<usize> {
        match self.constants.get(constant)?.home {
            Home::Enum(ix) => Some(ix),
            Home::Macro => None,
        }
    }

    /// A record by tag or typedef name.
    pub fn record(&self, name: &str) -> Option<&Record> {
        self.records.get(name)
    }

    /// Bytes that a member of this type takes, in the newest kernel; none for a flexible array.
    pub fn size_of(&self, ty: &CType) -> u32 {
        match ty {
            CType::Int { bits, .. } => u32::from(*bits) / 8,
            CType::Char => 1,
            CType::Long { .. } | CType::Pointer => 8,
            CType::Enum(_) => 4,
            CType::Record(tag) => self.record(tag).and_then(|r| r.layout.newest()).map_or(0, |l| l.size),
            CType::Array(inner, count) => self.size_of(inner).saturating_mul(*count),
            CType::Flexible(_) => 0,
            CType::Other(_, size) => *size,
        }
    }

    /// First bit of a member and one past the last, counted from the record's start; a flexible
    /// array takes all that follows.
    pub fn bit_range(&self, offset: u32, bits: Option<(u8, u8)>, ty: &CType) -> (u32, u32) {
        let start = offset * 8;
        match (bits, ty) {
            (Some((first, width)), _) => {
                let start = start + u32::from(first);
                (start, start + u32::from(width))
            }
            (None, CType::Flexible(_)) => (start, u32::MAX),
            (None, _) => (start, start + self.size_of(ty) * 8),
        }
    }

    /// The kernel of that release, or that it is a point release of: 6.12 for 6.12.107.
    pub fn kernel(&self, release: &str) -> Option<KernelIx> {
        find_release(self.kernels.iter().map(|k| k.release.as_str()), release)
    }
}

/// Which of these is the release, or has it as a point release. Where a release is there in two
/// builds, the second one has the longer name.
pub(crate) fn find_release<'r>(known: impl Iterator<Item = &'r str>, wanted: &str) -> Option<usize> {
    let of = known.enumerate().filter(|(_, release)| is_point_of(release, wanted));
    of.max_by_key(|(_, release)| release.len()).map(|(at, _)| at)
}

/// Whether `version` is `release`, or a point release or build of it: `6.12.107` of `6.12`.
pub(crate) fn is_point_of(release: &str, version: &str) -> bool {
    version.strip_prefix(release).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}
