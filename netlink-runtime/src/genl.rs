//! The generic netlink controller: families by name or number, what they can do, and what they
//! accept.
//!
//! Families register at run time, so their message types have to be asked for. The blocking socket
//! does that where a request needs it; [`Socket::families`](crate::socket::Socket::families),
//! [`family`](crate::socket::Socket::family), [`family_by_id`](crate::socket::Socket::family_by_id) and
//! [`policy`](crate::socket::Socket::policy) are for those who want to know.
//!
//! What the kernel says is in `net/netlink/genetlink.c` (families, operations) and
//! `net/netlink/policy.c` (policies).

mod ask;
mod policy;

pub use ask::{GetFamilies, GetFamily, GetFamilyById, GetPolicy};
pub use policy::{IntWidth, Lengths, OperationPolicy, Policies, PolicySet, PolicyType};

use crate::message::GenlHeader;
use crate::types::NlStr;
use crate::wire::{Attrs, IndexedOf, wt};
use alloc::string::String;
use alloc::vec::Vec;

/// The message type of the controller itself, the only one that is fixed.
pub const GENL_ID_CTRL: u16 = 16;

/// An operation needs `CAP_NET_ADMIN` in the initial namespaces.
pub const GENL_ADMIN_PERM: u32 = 0x01;
/// An operation answers single requests.
pub const GENL_CMD_CAP_DO: u32 = 0x02;
/// An operation answers dumps.
pub const GENL_CMD_CAP_DUMP: u32 = 0x04;
/// An operation has a policy.
pub const GENL_CMD_CAP_HASPOL: u32 = 0x08;
/// An operation needs `CAP_NET_ADMIN` in the user namespace that owns the network namespace.
pub const GENL_UNS_ADMIN_PERM: u32 = 0x10;

const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_CMD_GETPOLICY: u8 = 10;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;
const VERSION: u16 = 3;
const HDRSIZE: u16 = 4;
const MAXATTR: u16 = 5;
const OPS: u16 = 6;
const MCAST_GROUPS: u16 = 7;
const POLICY: u16 = 8;
const OP_POLICY: u16 = 9;
const OP: u16 = 10;
const OP_ID: u16 = 1;
const OP_FLAGS: u16 = 2;
const GROUP_NAME: u16 = 1;
const GROUP_ID: u16 = 2;

/// A generic netlink family as the running kernel knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Family {
    /// The message type; 0 if the controller did not say.
    pub id: u16,
    /// The name.
    pub name: String,
    /// The version of its interface.
    pub version: u32,
    /// Size of its fixed header, in bytes.
    pub header_size: u32,
    /// The highest attribute of its messages; 0 where each command has its own set.
    pub max_attr: u32,
    /// What it can be asked, in the kernel's order. Commands of its notifications are not among them.
    pub operations: Vec<Operation>,
    /// Its multicast groups: names and numbers.
    pub groups: Vec<(String, u32)>,
}

impl Family {
    /// Reads what follows `genlmsghdr` in a controller's message. Attributes that are malformed
    /// count as absent.
    pub fn parse(attrs: &[u8]) -> Self {
        let attrs = Attrs::new(attrs);
        let word = |id| attrs.find::<wt::U32>(id).unwrap_or(0);
        let members = |id| {
            let members = attrs.find::<IndexedOf<wt::Bytes>>(id).into_iter().flatten();
            members.filter_map(|(_, attrs)| Some(Attrs::new(attrs.ok()?)))
        };
        Family {
            id: attrs.find::<wt::U16>(FAMILY_ID).unwrap_or(0),
            name: attrs.find::<wt::Str>(FAMILY_NAME).map(text).unwrap_or_default(),
            version: word(VERSION),
            header_size: word(HDRSIZE),
            max_attr: word(MAXATTR),
            operations: members(OPS).filter_map(operation).collect(),
            groups: members(MCAST_GROUPS).filter_map(group).collect(),
        }
    }

    /// The number of a multicast group.
    pub fn group(&self, name: &str) -> Option<u32> {
        self.groups.iter().find(|(n, _)| n == name).map(|(_, id)| *id)
    }

    /// What is known about an operation, by its command.
    pub fn operation(&self, command: u32) -> Option<&Operation> {
        self.operations.iter().find(|op| op.id == command)
    }
}

/// What a family can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Operation {
    /// The command.
    pub id: u32,
    /// `GENL_*` bits.
    pub flags: u32,
}

impl Operation {
    /// An operation with these `GENL_*` bits.
    pub fn new(id: u32, flags: u32) -> Self {
        Operation { id, flags }
    }

    /// It answers single requests.
    pub fn can_do(&self) -> bool {
        self.flags & GENL_CMD_CAP_DO != 0
    }

    /// It answers dumps.
    pub fn can_dump(&self) -> bool {
        self.flags & GENL_CMD_CAP_DUMP != 0
    }

    /// Attributes are checked against a policy, in single requests or in dumps.
    pub fn has_policy(&self) -> bool {
        self.flags & GENL_CMD_CAP_HASPOL != 0
    }

    /// It takes `CAP_NET_ADMIN` in the initial namespaces.
    pub fn needs_admin(&self) -> bool {
        self.flags & GENL_ADMIN_PERM != 0
    }

    /// It takes `CAP_NET_ADMIN` in the user namespace that owns the network namespace.
    pub fn needs_namespace_admin(&self) -> bool {
        self.flags & GENL_UNS_ADMIN_PERM != 0
    }
}

fn operation(attrs: Attrs<'_>) -> Option<Operation> {
    let (id, flags) = (attrs.find::<wt::U32>(OP_ID)?, attrs.find::<wt::U32>(OP_FLAGS));
    Some(Operation { id, flags: flags.unwrap_or(0) })
}

fn group(attrs: Attrs<'_>) -> Option<(String, u32)> {
    Some((text(attrs.find::<wt::Str>(GROUP_NAME)?), attrs.find::<wt::U32>(GROUP_ID)?))
}

fn text(text: NlStr<'_>) -> String {
    text.to_string_lossy().into_owned()
}

/// The attributes of a controller's message.
fn attrs_of(payload: &[u8]) -> &[u8] {
    GenlHeader::split(payload).map_or(&[], |(_, attrs)| attrs)
}
