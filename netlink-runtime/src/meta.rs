//! What is known about attribute sets at run time: C names, wire types, nesting.
//!
//! The derive macros write one `static` [`SetMeta`] per set, and the schema-driven tools make
//! the same from a schema; `Debug`, JSON, error texts and the paths of extended
//! acknowledgements all come from here, so none of them needs generated code.

use core::fmt;

/// An attribute set: what one message or nest holds.
#[derive(Debug)]
pub struct SetMeta {
    /// The Rust type's name: `LinkInfo`.
    pub name: &'static str,
    /// The fixed header before the attributes.
    pub header: Option<&'static StructMeta>,
    /// The attributes, sorted by number; of two with the same number (padding may share one) the
    /// one that has a field comes first.
    pub attrs: &'static [AttrMeta],
}

impl SetMeta {
    /// The attribute with this number.
    #[inline]
    pub fn attr(&self, id: u16) -> Option<&'static AttrMeta> {
        // Numbers of most sets have no gaps, so that the number tells the place.
        let first = self.attrs.first()?.id;
        match self.attrs.get(usize::from(id.wrapping_sub(first))) {
            Some(attr) if attr.id == id && attr.ordinal != AttrMeta::NO_FIELD => Some(attr),
            _ => self.search(id),
        }
    }

    #[cold]
    #[inline(never)]
    fn search(&self, id: u16) -> Option<&'static AttrMeta> {
        let ix = self.attrs.partition_point(|a| a.id < id);
        self.attrs.get(ix).filter(|a| a.id == id)
    }

    /// The attribute with this C name: `IFLA_MTU`.
    pub fn by_c_name(&self, c_name: &str) -> Option<&'static AttrMeta> {
        self.attrs.iter().find(|a| a.c_name == c_name)
    }

    /// The attribute with this C name in this set or in any that it leads to, the nearest first:
    /// `IFLA_VLAN_ID` from a link. With the set that it is an attribute of.
    ///
    /// ```
    /// use netlink_runtime::prelude::*;
    ///
    /// #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
    /// struct Link {
    ///     #[netlink(IFLA_LINKINFO = 18, nested)]
    ///     linkinfo: Option<LinkInfo>,
    /// }
    ///
    /// #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
    /// struct LinkInfo {
    ///     #[netlink(IFLA_INFO_KIND = 1)]
    ///     kind: Option<NlString>,
    /// }
    ///
    /// let (set, attr) = Link::meta().find("IFLA_INFO_KIND").expect("below `linkinfo`");
    /// assert_eq!((set.name, attr.id, attr.name), ("LinkInfo", 1, "kind"));
    /// ```
    #[cfg(feature = "alloc")]
    pub fn find(&'static self, c_name: &str) -> Option<(&'static SetMeta, &'static AttrMeta)> {
        let mut sets = alloc::vec![self];
        let mut next = 0;
        while let Some(set) = sets.get(next).copied() {
            next += 1;
            if let Some(attr) = set.by_c_name(c_name) {
                return Some((set, attr));
            }
            let mut types: alloc::vec::Vec<&TypeMeta> = set.attrs.iter().map(|a| &a.ty).collect();
            while let Some(ty) = types.pop() {
                match ty {
                    TypeMeta::Nest(inner) | TypeMeta::Records { set: inner, .. } => {
                        let inner = inner.get();
                        // Sets nest in circles.
                        if !sets.iter().any(|known| core::ptr::eq(*known, inner)) {
                            sets.push(inner);
                        }
                    }
                    // A form is hardly ever a sub-message again, and never its own.
                    TypeMeta::Sub(sub, _) => {
                        let forms = sub.formats.iter().map(|f| &f.ty).chain(&sub.default);
                        types.extend(forms.filter(|form| !matches!(form, TypeMeta::Sub(..))));
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// The attribute with this field name: `mtu`.
    pub fn by_name(&self, name: &str) -> Option<&'static AttrMeta> {
        self.attrs.iter().find(|a| a.name == name)
    }
}

/// One attribute of a [`SetMeta`].
#[derive(Clone, Copy, Debug)]
pub struct AttrMeta {
    /// The number on the wire.
    pub id: u16,
    /// The C name: `IFLA_MTU`.
    pub c_name: &'static str,
    /// The field's name: `mtu`.
    pub name: &'static str,
    /// How often it stands and how members are wrapped.
    pub card: Card,
    /// What one payload (or member) is.
    pub ty: TypeMeta,
    /// Position of its field in the owned type; [`NO_FIELD`](Self::NO_FIELD) for padding and
    /// unused numbers.
    pub ordinal: u16,
}

impl AttrMeta {
    /// Ordinal of attributes without a field.
    pub const NO_FIELD: u16 = u16::MAX;

    /// Sorts by number, fields before padding of the same number. For derived code, which may
    /// know numbers only as names of constants.
    pub const fn sorted<const N: usize>(mut attrs: [AttrMeta; N]) -> [AttrMeta; N] {
        let mut i = 1;
        while i < N {
            let mut j = i;
            while j > 0 && attrs[j].before(&attrs[j - 1]) {
                let swap = attrs[j];
                attrs[j] = attrs[j - 1];
                attrs[j - 1] = swap;
                j -= 1;
            }
            i += 1;
        }
        attrs
    }

    /// How many numbers an index of a set of these attributes has places for: all, but of sets with
    /// far larger numbers than attributes.
    pub const fn indexed(sorted: &[AttrMeta]) -> usize {
        match sorted.last() {
            Some(last) => Self::places(last.id),
            None => 0,
        }
    }

    /// The same where the last number is known.
    pub const fn places(last: u16) -> usize {
        const MOST: usize = 512;
        if (last as usize) < MOST { last as usize + 1 } else { MOST }
    }

    const fn before(&self, other: &AttrMeta) -> bool {
        self.id < other.id || (self.id == other.id && self.ordinal < other.ordinal)
    }
}

/// Cardinality and wrapping of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// Once.
    One,
    /// Any number of times.
    Multi,
    /// A container whose members' types are indices.
    Indexed,
    /// This many nested containers whose types carry data.
    TypeValue(u8),
}

/// Width, sign and byte order of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Width in bytes: 1, 2, 4 or 8.
    pub bytes: u8,
    /// Two's complement.
    pub signed: bool,
    /// Byte order.
    pub order: Order,
}

/// Byte order of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The machine's.
    Native,
    /// Big-endian.
    Big,
    /// Little-endian.
    Little,
    /// Big-endian, with `NLA_F_NET_BYTEORDER` set on the attribute.
    Net,
}

/// Names for an integer's values, if it has some.
pub type Names = Option<&'static EnumMeta>;

/// What a payload is.
///
/// Sets that nest refer to each other in circles, so nests hold a function that gives the set.
#[derive(Clone, Copy, Debug)]
pub enum TypeMeta {
    /// An integer.
    Scalar(Scalar, Names),
    /// 4 or 8 bytes, as the value needs.
    VarInt {
        /// Two's complement.
        signed: bool,
        /// Names for its values.
        names: Names,
    },
    /// Presence alone.
    Flag,
    /// Text.
    String,
    /// Opaque bytes.
    Binary,
    /// A value and the bits of it that count.
    Bitfield32(Names),
    /// Attributes, after the set's fixed header if it has one.
    Nest(SetRef),
    /// A C struct.
    Struct(&'static StructMeta),
    /// A packed C array.
    Array(Element),
    /// Records, each the set's fixed header (whose member at this offset, this many bytes wide,
    /// holds the record's length) and then attributes.
    Records {
        /// Header and attributes of one record.
        set: SetRef,
        /// Offset of the length member in the header.
        len_offset: u16,
        /// Width of the length member in bytes.
        len_bytes: u8,
    },
    /// Depends on a selector.
    Sub(&'static SubMeta, &'static [Selector]),
    /// A link-layer address of any length.
    Mac,
    /// An IPv4 address.
    Ip4,
    /// An IPv6 address.
    Ip6,
    /// An IPv4 or IPv6 address, by length.
    Ip,
    /// An address whose family the selector gives; a label for `AF_MPLS`.
    IpBy(Selector),
    /// An IPv4 or IPv6 address with a port: `struct sockaddr_in` or `struct sockaddr_in6`.
    SockAddr,
    /// MPLS label stack entries.
    Labels,
    /// Milliseconds in 64 bits.
    Msecs,
    /// Alignment.
    Pad,
    /// A number that no kernel uses.
    Unused,
}

/// A set, through a function: sets nest in circles, and statics must not.
#[derive(Clone, Copy)]
pub struct SetRef {
    get: fn(usize) -> &'static SetMeta,
    key: usize,
}

impl SetRef {
    /// The set of a derived type.
    pub const fn of<T: crate::AttrSet>() -> Self {
        fn get<T: crate::AttrSet>(_: usize) -> &'static SetMeta {
            T::meta()
        }
        SetRef { get: get::<T>, key: 0 }
    }

    /// The set that `get` returns for `key`: for tools that make sets at run time.
    pub const fn dynamic(get: fn(usize) -> &'static SetMeta, key: usize) -> Self {
        SetRef { get, key }
    }

    /// The set.
    pub fn get(self) -> &'static SetMeta {
        (self.get)(self.key)
    }
}

impl fmt::Debug for SetRef {
    // Only the name: the sets behind it may come back to this one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetRef({})", self.get().name)
    }
}

/// An element of a packed array.
#[derive(Clone, Copy, Debug)]
pub enum Element {
    /// Integers.
    Scalar(Scalar, Names),
    /// C structs.
    Struct(&'static StructMeta),
    /// IPv4 addresses.
    Ip4,
    /// IPv6 addresses.
    Ip6,
}

/// Where a selector's value stands.
#[derive(Clone, Copy, Debug)]
pub enum Selector {
    /// In this attribute of the own set.
    Attr(u16),
    /// In the attribute of this name, the field's or the C name, in the nearest enclosing set
    /// where it stands.
    Outer(&'static str),
    /// In the member of this C name in the fixed header of the own set or, where the own set
    /// has none, of the nearest enclosing one that has it.
    Header(&'static str),
    /// In the member of this C name in the request's fixed header.
    Request(&'static str),
}

/// A table from selector values to payload formats.
#[derive(Debug)]
pub struct SubMeta {
    /// The Rust type's name: `LinkData`.
    pub name: &'static str,
    /// The formats.
    pub formats: &'static [FormatMeta],
    /// The format for any other selector.
    pub default: Option<TypeMeta>,
}

/// One row of a [`SubMeta`].
#[derive(Debug)]
pub struct FormatMeta {
    /// One key for each selector.
    pub keys: &'static [Key],
    /// The payload.
    pub ty: TypeMeta,
}

/// A selector value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Text as on the wire, without its NUL.
    Text(&'static str),
    /// A number.
    Number(u64),
}

/// Names for the values of an enum or the bits of a flag word.
#[derive(Debug)]
pub struct EnumMeta {
    /// The Rust type's name.
    pub name: &'static str,
    /// Values are masks that combine.
    pub flags: bool,
    /// C names (or, where no header has one, schema names) and values, in order of declaration.
    /// Negative values are sign-extended.
    pub entries: &'static [(&'static str, u64)],
}

impl EnumMeta {
    /// The value with this name, sign-extended.
    pub fn value_of(&self, c_name: &str) -> Option<u64> {
        self.entries.iter().find(|(n, _)| *n == c_name).map(|(_, v)| *v)
    }

    /// The name of exactly this value.
    pub fn name_of(&self, value: u64) -> Option<&'static str> {
        self.entries.iter().find(|(_, v)| *v == value).map(|(n, _)| *n)
    }
}

/// The layout of a C struct, or of a union, whose members overlap.
#[derive(Debug)]
pub struct StructMeta {
    /// The C tag or typedef: `ifinfomsg`.
    pub c_name: &'static str,
    /// `sizeof`, in bytes.
    pub size: u32,
    /// Members in C order, anonymous ones flattened.
    pub members: &'static [MemberMeta],
}

impl StructMeta {
    /// The member at this offset; of an anonymous union, the first arm there.
    pub fn member_at(&self, offset: u32) -> Option<&'static MemberMeta> {
        let covers = |m: &&MemberMeta| m.offset <= offset && offset - m.offset < m.ty.size();
        let found = self.members.iter().find(covers)?;
        match found.ty {
            MemberType::Union(union) if union.anonymous => union.arms.member_at(offset - found.offset),
            _ => Some(found),
        }
    }
}

#[cfg(feature = "alloc")]
impl StructMeta {
    /// Whether bytes or bits may lie between the members, here or in a struct inside.
    pub(crate) const fn has_holes(&self) -> bool {
        let (mut covered, mut i) = (0, 0);
        while i < self.members.len() {
            let ty = &self.members[i].ty;
            if ty.has_holes() {
                return true;
            }
            covered += ty.size();
            i += 1;
        }
        covered != self.size
    }
}

/// A member of a [`StructMeta`].
#[derive(Debug)]
pub struct MemberMeta {
    /// The C name.
    pub c_name: &'static str,
    /// Offset in bytes.
    pub offset: u32,
    /// What it is.
    pub ty: MemberType,
}

/// What a struct member is.
#[derive(Clone, Copy, Debug)]
pub enum MemberType {
    /// An integer.
    Scalar(Scalar, Names),
    /// Bits of an integer.
    Bits(BitField),
    /// Text in this many bytes.
    Text(u32),
    /// Opaque bytes.
    Bytes(u32),
    /// Another struct, or a union of which there is no more to say than its arms.
    Struct(&'static StructMeta),
    /// A union, with its place in the struct.
    Union(&'static UnionMeta),
    /// An IPv4 address.
    Ip4,
    /// An IPv6 address.
    Ip6,
    /// An address in 16 bytes; the member of this C name holds its family.
    IpBy(&'static str),
    /// A link-layer address of this many bytes.
    Mac(u32),
    /// A fixed array.
    Array(&'static MemberType, u32),
    /// The rest of the payload: elements, one text ([`Text`](Self::Text) of one byte), one run of
    /// bytes, or one address.
    Tail(&'static MemberType),
}

impl MemberType {
    /// Whether bytes or bits of it may belong to no member.
    #[cfg(feature = "alloc")]
    pub(crate) const fn has_holes(&self) -> bool {
        match self {
            MemberType::Struct(of) => of.has_holes(),
            MemberType::Array(element, _) => element.has_holes(),
            MemberType::Bits(..) | MemberType::Union(_) | MemberType::IpBy(_) => true,
            _ => false,
        }
    }

    /// Size in bytes; 0 for a tail and for bits.
    pub const fn size(&self) -> u32 {
        match self {
            MemberType::Scalar(s, _) => s.bytes as u32,
            MemberType::Bits(..) | MemberType::Tail(_) => 0,
            MemberType::Text(n) | MemberType::Bytes(n) | MemberType::Mac(n) => *n,
            MemberType::Struct(s) => s.size,
            MemberType::Union(u) => u.arms.size,
            MemberType::Ip4 => 4,
            MemberType::Ip6 | MemberType::IpBy(_) => 16,
            MemberType::Array(e, n) => e.size() * *n,
        }
    }
}

/// Bits of an integer in a struct.
#[derive(Clone, Copy, Debug)]
pub struct BitField {
    /// The first bit, counted from the least significant bit of the byte at the member's offset.
    pub first: u8,
    /// How many.
    pub width: u8,
    /// Two's complement.
    pub signed: bool,
    /// Names for its values.
    pub names: Names,
}

/// A union as a member of a struct.
#[derive(Debug)]
pub struct UnionMeta {
    /// The arms: members that share bytes.
    pub arms: &'static StructMeta,
    /// It has no name in C: the arms are members of the struct around it.
    pub anonymous: bool,
    /// The member of the struct around it, by C name, that says which arms count.
    pub by: Option<&'static str>,
    /// Which arms those are.
    pub cases: &'static [Case],
}

/// An arm of a union that counts when the member that chooses has this value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The value, sign-extended; `None`: any that has no case of its own.
    pub value: Option<u64>,
    /// The arm's index.
    pub arm: u16,
}

impl UnionMeta {
    /// Whether an arm counts for this value of [`by`](Self::by). All do when there is no value, or
    /// no case for it.
    pub fn counts(&self, arm: usize, value: Option<u64>) -> bool {
        let Some(value) = value else { return true };
        let has = |key: Option<u64>| self.cases.iter().any(|c| c.value == key);
        let key = if has(Some(value)) { Some(value) } else { None };
        !has(key) || self.cases.iter().any(|c| c.value == key && usize::from(c.arm) == arm)
    }
}
