//! From numbers on the wire to operations.

use crate::ir::{FamilyId, Message, Model, Operation, Protocol, SetId};
use std::collections::HashMap;

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
pub struct Found<'m> {
    /// The operation.
    pub operation: &'m Operation,
    /// The message.
    pub message: &'m Message,
    /// It is what the operation sends, not what comes back.
    pub request: bool,
}

impl Found<'_> {
    /// Its attributes.
    pub fn set(&self) -> Option<SetId> {
        self.message.set
    }
}

/// Which messages a type is.
#[derive(Debug)]
pub struct Table<'m> {
    model: &'m Model,
    /// By protocol and message type.
    raw: HashMap<(u16, u16), Vec<Found<'m>>>,
    /// By family, as the kernel registers it, and command.
    generic: HashMap<&'m str, HashMap<u16, Vec<Found<'m>>>>,
}

impl<'m> Table<'m> {
    /// The operations of all families.
    pub fn new(model: &'m Model) -> Self {
        let mut table = Table { model, raw: HashMap::new(), generic: HashMap::new() };
        for family in &model.families {
            for operation in &family.operations {
                let request = operation.request.iter().map(|m| (m, true));
                for (message, request) in request.chain(operation.reply.iter().map(|m| (m, false))) {
                    let found = Found { operation, message, request };
                    let row = match &family.protocol {
                        Protocol::Generic { name, .. } => {
                            table.generic.entry(name).or_default().entry(message.number).or_default()
                        }
                        other => match number_of(other) {
                            Some(protocol) => table.raw.entry((protocol, message.number)).or_default(),
                            None => continue,
                        },
                    };
                    row.push(found);
                }
            }
        }
        table
    }

    /// A message of a classic protocol. `payload` tells families apart that share types.
    pub fn raw(&self, protocol: u16, message_type: u16, request: bool, payload: &[u8]) -> Option<Found<'m>> {
        self.choose(self.raw.get(&(protocol, message_type))?, request, payload)
    }

    /// A message of a generic netlink family.
    pub fn generic(&self, family: &str, command: u8, request: bool, payload: &[u8]) -> Option<Found<'m>> {
        self.choose(self.generic.get(family)?.get(&command.into())?, request, payload)
    }

    /// Whether some schema has this type.
    pub fn knows(&self, protocol: u16, message_type: u16) -> bool {
        self.raw.contains_key(&(protocol, message_type))
    }

    /// The message that goes this way; where none does, one that goes the other.
    fn choose(&self, all: &[Found<'m>], request: bool, payload: &[u8]) -> Option<Found<'m>> {
        let best = |same_way: bool, exact: bool| {
            all.iter().copied().find(|found| {
                (found.request == request) == same_way
                    && if exact {
                        !found.operation.match_.is_empty() && self.matches(found, payload)
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
    fn matches(&self, found: &Found<'_>, payload: &[u8]) -> bool {
        let header = found.set().and_then(|set| self.model[set].header);
        found.operation.match_.iter().all(|(name, values)| {
            let member = header.and_then(|h| Some((h, self.model.member_by_suffix(h, name)?)));
            let value = member.and_then(|(h, m)| self.model.read_member(h, &m.c_name, payload));
            value.is_some_and(|v| values.contains(&v))
        })
    }
}

impl Model {
    /// The families of this name: the schema's, or the one that the kernel registers.
    pub fn find_family(&self, name: &str) -> Option<FamilyId> {
        let registered =
            |f: &crate::ir::Family| matches!(&f.protocol, Protocol::Generic { name: n, .. } if n == name);
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
        let loaded = crate::Loader::new().shipped().load().expect("sound schemas");
        let table = Table::new(&loaded.model);
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
