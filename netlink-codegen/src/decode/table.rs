//! From numbers on the wire to operations.

use super::meta::Registry;
use super::shipped;
use crate::ir::{Family, FamilyId, Message, Model, Operation, Protocol, Unit};
use netlink_runtime::meta::{AttrMeta, SetMeta};
use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

/// `NETLINK_NETFILTER`: its message types hold the subsystem.
const NETLINK_NETFILTER: u16 = 12;
/// `NETLINK_GENERIC`.
pub const NETLINK_GENERIC: u16 = 16;

/// Names of protocols (`linux/netlink.h`) and their numbers.
const PROTOCOLS: &[(&str, u16)] = &[
    ("route", 0),
    ("usersock", 2),
    ("sock-diag", 4),
    ("xfrm", 6),
    ("selinux", 7),
    ("iscsi", 8),
    ("audit", 9),
    ("connector", 11),
    ("netfilter", NETLINK_NETFILTER),
    ("kobject-uevent", 15),
    ("generic", NETLINK_GENERIC),
    ("scsitransport", 18),
    ("rdma", 20),
    ("crypto", 21),
    ("smc", 22),
];

/// The number of a protocol: `route`, `NETLINK_ROUTE`, `0`.
pub fn protocol_number(text: &str) -> Option<u16> {
    let name = text.to_ascii_lowercase().replace('_', "-");
    let name = name.strip_prefix("netlink-").unwrap_or(&name);
    let known = PROTOCOLS.iter().find(|(n, _)| *n == name).map(|(_, number)| *number);
    known.or_else(|| name.parse().ok())
}

/// The name of a protocol: `route`.
pub fn protocol_name(number: u16) -> Option<&'static str> {
    PROTOCOLS.iter().find(|(_, n)| *n == number).map(|(name, _)| *name)
}

/// Names that [`protocol_number`] takes.
pub fn protocol_names() -> impl Iterator<Item = &'static str> {
    PROTOCOLS.iter().map(|(name, _)| *name)
}

/// The number of a family's protocol.
pub fn number_of(protocol: &Protocol) -> Option<u16> {
    match protocol {
        Protocol::Raw { protonum, .. } => Some(*protonum),
        Protocol::Generic { .. } => Some(NETLINK_GENERIC),
        Protocol::Netfilter { .. } => Some(NETLINK_NETFILTER),
        Protocol::None => None,
    }
}

/// A message of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    registry: &'static Registry,
    /// The operation.
    pub operation: &'static Operation,
    /// The message.
    pub message: &'static Message,
    /// It is what the operation sends, not what comes back.
    pub request: bool,
}

impl Found {
    /// Its attributes.
    pub fn set(&self) -> Option<&'static SetMeta> {
        self.message.set.map(|set| self.registry.set(set))
    }

    /// What the integers of an attribute count.
    pub fn unit(&self, attr: &AttrMeta) -> Option<Unit> {
        self.registry.unit(attr)
    }
}

/// Which messages a type is.
#[derive(Debug, Default)]
pub struct Table {
    /// By protocol and message type.
    raw: HashMap<(u16, u16), Row<Vec<Found>>>,
    /// By family, as the kernel registers it; then by command.
    generic: HashMap<&'static str, Row<HashMap<u16, Vec<Found>>>>,
}

/// What families have for a key, looked up when a message has it.
#[derive(Debug)]
struct Row<T> {
    families: Vec<Source>,
    found: OnceLock<T>,
}

impl<T> Default for Row<T> {
    fn default() -> Self {
        Row { families: Vec::new(), found: OnceLock::new() }
    }
}

/// Where a family is found.
#[derive(Clone, Copy, Debug)]
enum Source {
    Here(&'static Registry, FamilyId),
    Shipped(&'static str),
}

impl Source {
    /// All messages of the family.
    fn messages(self) -> impl Iterator<Item = Found> {
        let (registry, family) = match self {
            Source::Here(registry, family) => (registry, Some(family)),
            Source::Shipped(schema) => {
                let registry = shipped::registry(schema);
                (registry, registry.model().family(schema))
            }
        };
        let operations = family.map(|family| registry.model()[family].operations.iter());
        operations.into_iter().flatten().flat_map(move |operation| {
            let request = operation.request.iter().map(|message| (message, true));
            let reply = operation.reply.iter().map(|message| (message, false));
            let found = move |(message, request)| Found { registry, operation, message, request };
            request.chain(reply).map(found)
        })
    }
}

impl From<&'static Registry> for Table {
    /// The operations of all families of a model. Schemas that do not ship with the tool come first: they may
    /// describe what shipped ones do, under another name.
    fn from(registry: &'static Registry) -> Self {
        let mut table = Table::default();
        let ships = |family: &Family| netlink_schemas::SCHEMAS.iter().any(|(name, _)| *name == family.name);
        let all = || registry.model().families.iter().enumerate();
        let (own, shipped) = (all().filter(|(_, f)| !ships(f)), all().filter(|(_, f)| ships(f)));
        for (ix, family) in own.chain(shipped) {
            let source = Source::Here(registry, FamilyId(ix as u32));
            match &family.protocol {
                Protocol::Generic { name, .. } => {
                    table.generic.entry(name).or_default().families.push(source)
                }
                other => {
                    let protocol = number_of(other).into_iter();
                    protocol.for_each(|protocol| table.add(protocol, family.message_numbers(), source));
                }
            }
        }
        table
    }
}

impl Table {
    /// The operations of the schemas that ship with the tool, which are loaded when a message is theirs.
    pub fn shipped() -> Self {
        let mut table = Table::default();
        for (schema, protocol, messages) in netlink_schemas::MESSAGES {
            table.add(*protocol, messages.iter().copied(), Source::Shipped(schema));
        }
        for (schema, family) in netlink_schemas::GENERIC {
            table.generic.entry(family).or_default().families.push(Source::Shipped(schema));
        }
        table
    }

    fn add(&mut self, protocol: u16, numbers: impl IntoIterator<Item = u16>, source: Source) {
        for number in numbers {
            self.raw.entry((protocol, number)).or_default().families.push(source);
        }
    }

    /// A message of a classic protocol. `payload` tells families apart that share types.
    pub fn raw(&self, protocol: u16, message_type: u16, request: bool, payload: &[u8]) -> Option<Found> {
        let row = self.raw.get(&(protocol, message_type))?;
        let found = row.found.get_or_init(|| {
            let all = row.families.iter().flat_map(|source| source.messages());
            all.filter(|found| found.message.number == message_type).collect()
        });
        choose(found, request, payload)
    }

    /// A message of a generic netlink family.
    pub fn generic(&self, family: &str, command: u8, request: bool, payload: &[u8]) -> Option<Found> {
        choose(self.commands(family, command)?, request, payload)
    }

    /// A message that a generic netlink family sends on its own. Families may number these apart from their
    /// replies, as thermal does.
    pub fn event(&self, family: &str, command: u8) -> Option<Found> {
        let mut all = self.commands(family, command)?.iter();
        all.find(|found| found.operation.event && !found.request).copied()
    }

    fn commands(&self, family: &str, command: u8) -> Option<&[Found]> {
        let row = self.generic.get(family)?;
        let commands = row.found.get_or_init(|| {
            let mut commands: HashMap<_, Vec<_>> = HashMap::new();
            for found in row.families.iter().flat_map(|source| source.messages()) {
                commands.entry(found.message.number).or_default().push(found);
            }
            commands
        });
        commands.get(&command.into()).map(Vec::as_slice)
    }

    /// Whether some schema has this type.
    pub fn knows(&self, protocol: u16, message_type: u16) -> bool {
        self.raw.contains_key(&(protocol, message_type))
    }
}

/// The message that goes this way; where none does, one that goes the other.
fn choose(all: &[Found], request: bool, payload: &[u8]) -> Option<Found> {
    let best = |same_way: bool, exact: bool| {
        all.iter().copied().find(|found| {
            (found.request == request) == same_way
                && if exact {
                    !found.operation.match_.is_empty() && matches(found, payload)
                } else {
                    found.operation.match_.is_empty()
                }
        })
    };
    best(true, true)
        .or_else(|| best(true, false))
        .or_else(|| best(false, true))
        .or_else(|| best(false, false))
}

/// Whether the fixed header has the values that the operation is known by.
fn matches(found: &Found, payload: &[u8]) -> bool {
    let model = found.registry.model();
    let header = found.message.set.and_then(|set| model[set].header);
    found.operation.match_.iter().all(|(name, values)| {
        let member = header.and_then(|h| Some((h, model.member_by_suffix(h, name)?)));
        let value = member.and_then(|(h, m)| model.read_member(h, &m.c_name, payload));
        value.is_some_and(|v| values.contains(&v))
    })
}

impl Family {
    /// The numbers of its messages.
    pub fn message_numbers(&self) -> BTreeSet<u16> {
        let messages = |operation: &'_ Operation| {
            [&operation.request, &operation.reply].map(|m| m.as_ref().map(|m| m.number))
        };
        self.operations.iter().flat_map(messages).flatten().collect()
    }
}

impl Model {
    /// The families of this name: the schema's, or the one that the kernel registers.
    pub fn find_family(&self, name: &str) -> Option<FamilyId> {
        let registered = |f: &Family| matches!(&f.protocol, Protocol::Generic { name: n, .. } if n == name);
        self.family(name).or_else(|| self.families.iter().position(registered).map(|ix| FamilyId(ix as u32)))
    }

    /// An integer member of a C struct at the start of `bytes`.
    pub(super) fn read_member(&self, id: crate::ir::StructId, name: &str, bytes: &[u8]) -> Option<i128> {
        let (offset, member) = self.member(id, name)?;
        let crate::ir::MemberType::Scalar(s, _) = member.ty else { return None };
        let bytes = bytes.get(offset as usize..)?.get(..usize::from(s.bits / 8))?;
        let big = match s.order {
            crate::ir::Order::Native => cfg!(target_endian = "big"),
            crate::ir::Order::Big | crate::ir::Order::Net => true,
            crate::ir::Order::Little => false,
        };
        let fold = |all: u64, b: &u8| all << 8 | u64::from(*b);
        let n = if big { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) };
        let shift = 64 - u32::from(s.bits);
        Some(if s.signed { i128::from((n << shift) as i64 >> shift) } else { n.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests and replies of socket diagnostics have one number; their headers name the family each
    /// in its own way.
    #[test]
    fn families_that_share_a_number() {
        let table = Table::shipped();
        for request in [true, false] {
            for (family, operation) in
                [(1, "unix"), (2, "inet"), (10, "inet"), (16, "netlink"), (17, "packet")]
            {
                let mut payload = [0; 72];
                payload[0] = family;
                let found = table.raw(4, 20, request, &payload).expect("an operation");
                assert_eq!((found.operation.name.as_str(), found.request), (operation, request), "{family}");
            }
        }
    }

    #[test]
    fn protocols_by_name_and_number() {
        for (text, number) in
            [("route", 0), ("NETLINK_ROUTE", 0), ("netlink-generic", 16), ("SOCK_DIAG", 4), ("12", 12)]
        {
            assert_eq!(protocol_number(text), Some(number), "{text}");
        }
        assert_eq!(protocol_number("rout"), None);
        assert_eq!(protocol_number("70000"), None);
    }
}
