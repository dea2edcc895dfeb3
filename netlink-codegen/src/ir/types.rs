//! The items of the [`Model`](super::Model).

use super::{EnumId, FamilyId, SetId, StructId, SubId};

/// Where an item comes from, for diagnostics. Not part of the model's meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Made by the tool.
    #[default]
    Synthetic,
    /// A byte range of a schema file.
    Schema {
        /// Index of the file in the loader's source map.
        file: u32,
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
    },
    /// A header, relative to the include directory.
    Header(String),
}

/// Which kernels have a name, as indices into [`Model::kernels`](super::Model::kernels).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// First kernel of the store that has it. `None` or 0: as old as the store.
    pub since: Option<u32>,
    /// First kernel of the store that no longer has it.
    pub gone: Option<u32>,
    /// Kernels in between that lack it all the same: a point release of an older kernel may have
    /// got what the first releases of a newer one do not have.
    pub lacking: KernelSet,
    /// Kernels before the first one of which nobody knows, because their header cannot be read.
    pub unknown: KernelSet,
}

/// Some kernels, as indices into [`Model::kernels`](super::Model::kernels).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelSet(u64);

impl KernelSet {
    /// Whether the kernel is among them.
    pub fn has(self, kernel: u32) -> bool {
        1u64.checked_shl(kernel).is_some_and(|bit| self.0 & bit != 0)
    }

    /// Those of both.
    pub fn and(self, other: KernelSet) -> KernelSet {
        KernelSet(self.0 & other.0)
    }

    /// Those that are not in the other.
    pub fn without(self, other: KernelSet) -> KernelSet {
        KernelSet(self.0 & !other.0)
    }

    /// The kernels, oldest first.
    pub fn iter(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |kernel| self.has(*kernel))
    }
}

impl FromIterator<u32> for KernelSet {
    fn from_iter<I: IntoIterator<Item = u32>>(kernels: I) -> Self {
        KernelSet(
            kernels.into_iter().filter_map(|kernel| 1u64.checked_shl(kernel)).fold(0, |set, bit| set | bit),
        )
    }
}

/// How a family is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A classic protocol: the message type is the operation.
    Raw {
        /// `NETLINK_ROUTE`…
        protonum: u16,
        /// Its C name.
        c_name: String,
    },
    /// Generic netlink: the family id is resolved at run time.
    Generic {
        /// The family name the kernel registers.
        name: String,
        /// The version requests carry.
        version: u8,
        /// Size of the user header after `genlmsghdr`, when the family has one.
        user_header: Option<StructId>,
    },
    /// A netfilter subsystem: message types are `subsystem << 8 | message`.
    Netfilter {
        /// `NFNL_SUBSYS_…`
        subsystem: u8,
        /// Its C name.
        c_name: String,
    },
    /// Items for other files only.
    None,
}

/// One schema file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The file's name: `rt-link`. References of other files and cargo features use it.
    pub name: String,
    /// One line or more.
    pub doc: String,
    /// How it is spoken.
    pub protocol: Protocol,
    /// Its items, in schema order: those that this file declares or is first to need.
    pub sets: Vec<SetId>,
    /// Its enums and flags.
    pub enums: Vec<EnumId>,
    /// Its C structs.
    pub structs: Vec<StructId>,
    /// Its sub-message tables.
    pub subs: Vec<SubId>,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Its multicast groups.
    pub groups: Vec<Group>,
    /// Other families whose items it uses.
    pub uses: Vec<FamilyId>,
}

/// An attribute set, with the fixed header before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The file it belongs to.
    pub family: FamilyId,
    /// Kebab-case name: `link-info`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Prefix of the C names: `IFLA_INFO_`.
    pub c_prefix: String,
    /// C constants of the enum(s) it is bound to, as coverage counts them: the index into the
    /// facts' enums.
    pub c_enums: Vec<usize>,
    /// The C struct before the attributes.
    pub header: Option<StructId>,
    /// By number.
    pub attrs: Vec<Attr>,
    /// An operation sends or receives it.
    pub message: bool,
    /// Where it is declared.
    pub origin: Origin,
}

/// One attribute of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attr {
    /// Kebab-case name: `num-tx-queues`.
    pub name: String,
    /// `IFLA_NUM_TX_QUEUES`.
    pub c_name: String,
    /// The number on the wire.
    pub number: u16,
    /// What one occurrence's payload is (for [`Card::Indexed`] and [`Card::TypeValue`]: one
    /// member's).
    pub ty: Type,
    /// How often it stands and how members are wrapped.
    pub card: Card,
    /// Every message of every known kernel has it.
    pub always: bool,
    /// What it is, one line.
    pub doc: String,
    /// Which kernels know it.
    pub life: Lifetime,
    /// Limits.
    pub checks: Checks,
    /// What an integer counts.
    pub unit: Option<Unit>,
    /// Where it is declared.
    pub origin: Origin,
}

/// What an integer counts, for people who read it.
///
/// ```
/// use netlink_codegen::ir::Unit;
///
/// assert_eq!(Unit::of("ms").map(Unit::word), Some("ms"));
/// assert_eq!(Unit::of("fortnights"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit(&'static str);

impl Unit {
    /// All of them. `cs` is a hundredth of a second, the tick in which the kernel tells times to programs
    /// (`USER_HZ`).
    pub const WORDS: &[&str] =
        &["ns", "us", "ms", "cs", "s", "bytes", "bytes/s", "packets", "Mbit/s", "Hz", "percent"];

    /// The unit of this word.
    pub fn of(word: &str) -> Option<Unit> {
        Self::WORDS.iter().find(|known| **known == word).map(|known| Unit(known))
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        self.0
    }
}

/// Limits a schema states for an attribute's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Smallest value.
    pub min: Option<i128>,
    /// Largest value.
    pub max: Option<i128>,
    /// Least payload length, in bytes.
    pub min_len: Option<u32>,
    /// Greatest payload length, in bytes (without a string's NUL).
    pub max_len: Option<u32>,
    /// Exact payload length.
    pub exact_len: Option<u32>,
    /// Allowed bits.
    pub flags_mask: Option<u64>,
    /// The string goes without its NUL.
    pub unterminated: bool,
}

/// Cardinality and wrapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Card {
    /// Once.
    One,
    /// Any number of times.
    Multi,
    /// A container whose members' types are indices.
    Indexed,
    /// Nested containers whose types carry data, one name per level.
    TypeValue(Vec<String>),
}

/// Width, sign and byte order of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scalar {
    /// 8, 16, 32 or 64.
    pub bits: u8,
    /// Two's complement.
    pub signed: bool,
    /// Byte order.
    pub order: Order,
}

/// Byte order of a scalar attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// The machine's.
    Native,
    /// Big-endian.
    Big,
    /// Little-endian.
    Little,
    /// Big-endian, and encoding sets `NLA_F_NET_BYTEORDER`.
    Net,
}

/// What a payload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// An integer, perhaps with names for its values.
    Scalar(Scalar, Option<EnumId>),
    /// 4 or 8 bytes as the value needs.
    VarInt {
        /// `sint` rather than `uint`.
        signed: bool,
        /// Names for its values.
        names: Option<EnumId>,
    },
    /// Present or not.
    Flag,
    /// Text.
    String,
    /// Bytes.
    Binary,
    /// Value and selector; bit names.
    Bitfield32(Option<EnumId>),
    /// Attributes (after the set's fixed header, if it has one).
    Nest(SetId),
    /// A C struct.
    Struct(StructId),
    /// A packed C array of scalars or structs.
    Array(Box<Type>),
    /// Records one after the other: the set's fixed header, then attributes; the extent is
    /// in this member of the header.
    Records(SetId, String),
    /// The payload depends on a selector.
    Sub(SubId, Vec<Selector>),
    /// A link-layer address of any length.
    Mac,
    /// An IPv4 address.
    Ip4,
    /// An IPv6 address.
    Ip6,
    /// An IPv4 address; encoding sets `NLA_F_NET_BYTEORDER`.
    NetIp4,
    /// An IPv6 address; encoding sets `NLA_F_NET_BYTEORDER`.
    NetIp6,
    /// `struct sockaddr_in` or `struct sockaddr_in6`.
    SockAddr,
    /// Either, by length; with a selector, by the address family it holds (an MPLS label for
    /// `AF_MPLS`).
    Ip(Option<Selector>),
    /// MPLS label stack entries.
    Labels,
    /// Milliseconds (64 bits).
    Msecs,
    /// Alignment only.
    Pad,
    /// A number that no kernel uses.
    Unused,
}

impl Type {
    /// The word of a schema for it, if that is all there is to say: `mac`.
    pub fn word(&self) -> Option<&'static str> {
        Some(match self {
            Type::VarInt { signed: true, names: None } => "sint",
            Type::VarInt { signed: false, names: None } => "uint",
            Type::Flag => "flag",
            Type::String => "string",
            Type::Binary => "binary",
            Type::Bitfield32(None) => "bitfield32",
            Type::Mac => "mac",
            Type::Ip4 => "ip4",
            Type::Ip6 => "ip6",
            Type::NetIp4 => "netip4",
            Type::NetIp6 => "netip6",
            Type::SockAddr => "sockaddr",
            Type::Ip(None) => "ip",
            Type::Labels => "label-stack",
            Type::Msecs => "msecs",
            Type::Pad => "pad",
            Type::Unused => "unused",
            _ => return None,
        })
    }
}

/// Where a selector's value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// An attribute of the own set, by name.
    Attr(String),
    /// An attribute of an enclosing set, by name.
    Outer(String),
    /// A member of the own message's fixed header.
    Header(String),
    /// A member of the request's fixed header.
    Request(String),
}

/// A C struct or union: layout from the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struct {
    /// The file it belongs to.
    pub family: FamilyId,
    /// Kebab-case name, from which the Rust name comes.
    pub name: String,
    /// The C tag or typedef; empty for a union without one, inside of a struct.
    pub c_name: String,
    /// Known by typedef only.
    pub typedef: bool,
    /// A union: members share bytes.
    pub union: bool,
    /// What it is.
    pub doc: String,
    /// `sizeof` in the newest kernel.
    pub size: u32,
    /// Sizes it had, as (kernel index, size), oldest first.
    pub sizes: Vec<(u32, u32)>,
    /// Kernels that have it.
    pub life: Lifetime,
    /// Members in C order, anonymous ones flattened; of a union, its arms.
    pub members: Vec<Member>,
    /// Of a union, which arms count for which value of the member that chooses.
    pub cases: Vec<Case>,
    /// Where it is declared.
    pub origin: Origin,
}

/// An arm of a union that counts for a value of the member that chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The value. `None`: any that has no case of its own.
    pub key: Option<Key>,
    /// The arm, by C name.
    pub arm: String,
}

/// A member of a [`Struct`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The C name (`a.b` inside a member of unnamed type).
    pub c_name: String,
    /// Byte offset.
    pub offset: u32,
    /// First bit within the byte at `offset` and width, for a bitfield.
    pub bits: Option<(u8, u8)>,
    /// What it is.
    pub ty: MemberType,
    /// A union without a name in C, whose arms are members of the struct; the C name is ours.
    pub anonymous: bool,
    /// The struct grew by it: a shorter struct does not have it.
    pub grown: bool,
    /// What it is, one line.
    pub doc: String,
    /// Which kernels have it, relative to the kernels that have the struct.
    pub life: Lifetime,
}

/// What a struct member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberType {
    /// An integer, perhaps with names for its values.
    Scalar(Scalar, Option<EnumId>),
    /// Text in a `char` array of this many bytes.
    Text(u32),
    /// Opaque bytes.
    Bytes(u32),
    /// Another struct or union.
    Struct(StructId),
    /// A union; this member says which arms count.
    UnionBy(StructId, String),
    /// An IPv4 address.
    Ip4,
    /// An IPv6 address.
    Ip6,
    /// An address in 16 bytes whose family is in this member.
    IpBy(String),
    /// A link-layer address of this many bytes.
    Mac(u32),
    /// A fixed array.
    Array(Box<MemberType>, u32),
    /// The rest of the payload, as elements.
    Tail(Box<MemberType>),
}

/// Names for values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The file it belongs to.
    pub family: FamilyId,
    /// Kebab-case name, from which the Rust name comes.
    pub name: String,
    /// The C tag, when it is one C enum with a tag.
    pub c_tag: Option<String>,
    /// What it is.
    pub doc: String,
    /// Values are masks that combine.
    pub flags: bool,
    /// Entries in order of declaration.
    pub entries: Vec<Entry>,
    /// Where it is declared.
    pub origin: Origin,
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Kebab-case name.
    pub name: String,
    /// The C name, empty when no header has one.
    pub c_name: String,
    /// The value; of a flag, its mask.
    pub value: i128,
    /// What it is, one line.
    pub doc: String,
    /// Which kernels have it.
    pub life: Lifetime,
}

/// A table from selector values to payload formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sub {
    /// The file it belongs to.
    pub family: FamilyId,
    /// Kebab-case name, from which the Rust name comes.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Formats, in schema order.
    pub formats: Vec<Format>,
    /// The format for every other selector.
    pub default: Option<Type>,
    /// Where it is declared.
    pub origin: Origin,
}

/// One row of a [`Sub`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// One key per selector.
    pub keys: Vec<Key>,
    /// The payload.
    pub ty: Type,
    /// What it is, one line.
    pub doc: String,
}

/// A selector's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Text as on the wire.
    Text(String),
    /// A number with its C name.
    Number {
        /// The entry's kebab-case name.
        name: String,
        /// Its C name.
        c_name: String,
        /// Its value.
        value: i128,
    },
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Kebab-case name: `getlink`.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// The request, when there is one (an event has none).
    pub request: Option<Message>,
    /// What comes back, and what an event carries.
    pub reply: Option<Message>,
    /// Single request.
    pub do_: bool,
    /// Dump request.
    pub dump: bool,
    /// Sent by the kernel on its own.
    pub event: bool,
    /// `NLM_F_*` bits that the request needs, as lower-case words (`create`, `excl`…).
    pub nlm_flags: Vec<String>,
    /// Attributes the request needs, by name.
    pub required: Vec<String>,
    /// Header member (its name in each header may have that struct's own prefix) and values that tell
    /// this family's messages from others of the same type.
    pub match_: Vec<(String, Vec<i128>)>,
    /// Multicast group of the event.
    pub group: Option<String>,
    /// Which kernels have it.
    pub life: Lifetime,
    /// Where it is declared.
    pub origin: Origin,
}

/// One direction of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// C name of the message type or generic netlink command: `RTM_NEWLINK`.
    pub c_name: String,
    /// Its number (for netfilter: with the subsystem).
    pub number: u16,
    /// Its attributes and header. `None`: no payload beyond the protocol's own header.
    pub set: Option<SetId>,
}

/// A multicast group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Kebab-case name; of a generic netlink group, the name the kernel registers.
    pub name: String,
    /// The C name, when headers have one.
    pub c_name: String,
    /// The number of a classic protocol's group.
    pub number: Option<u32>,
    /// What is sent there.
    pub doc: String,
}
