//! What a socket sends and how it reads what comes back.

use crate::error::{DecodeError, EncodeError};
use crate::meta::SetMeta;
use alloc::vec::Vec;

/// A netlink protocol (`NETLINK_*`, `linux/netlink.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Protocol(pub u16);

#[allow(non_upper_case_globals)] // open enum: the constants are its variants
impl Protocol {
    /// `NETLINK_ROUTE`: links, addresses, routes, neighbours, rules, traffic control.
    pub const Route: Self = Self(0);
    /// `NETLINK_SOCK_DIAG`: sockets.
    pub const SockDiag: Self = Self(4);
    /// `NETLINK_XFRM`: IPsec.
    pub const Xfrm: Self = Self(6);
    /// `NETLINK_AUDIT`.
    pub const Audit: Self = Self(9);
    /// `NETLINK_CONNECTOR`.
    pub const Connector: Self = Self(11);
    /// `NETLINK_NETFILTER`: nftables, conntrack, ipset, logging, queues.
    pub const Netfilter: Self = Self(12);
    /// `NETLINK_KOBJECT_UEVENT`.
    pub const KobjectUevent: Self = Self(15);
    /// `NETLINK_GENERIC`: families found by name.
    pub const Generic: Self = Self(16);
    /// `NETLINK_CRYPTO`.
    pub const Crypto: Self = Self(21);
}

/// Which message a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// A message type of a classic protocol.
    Raw(u16),
    /// A command of a generic netlink family; the family's id is found by its name.
    Generic {
        /// The name the kernel registers.
        family: &'static str,
        /// The command.
        command: u8,
        /// The version sent.
        version: u8,
    },
}

/// A request that a socket can send. Derived operations make them.
pub trait Request {
    /// How replies are read.
    type Reply: Reply;

    /// The protocol it is spoken on.
    const PROTOCOL: Protocol;

    /// The message type or command.
    fn message_type(&self) -> MessageType;

    /// `NLM_F_*` bits besides `NLM_F_REQUEST`, `NLM_F_ACK` and, for a dump, `NLM_F_DUMP`.
    fn flags(&self) -> u16;

    /// Appends what follows `nlmsghdr` (for generic netlink: what follows `genlmsghdr`): the fixed header and the
    /// attributes.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// The request's attributes, to name those that the kernel refuses.
    fn set(&self) -> Option<&'static SetMeta>;

    /// What is asked, for error texts: `RTM_NEWLINK`.
    fn name(&self) -> Option<&'static str> {
        None
    }
}

impl<R: Request + ?Sized> Request for &R {
    type Reply = R::Reply;

    const PROTOCOL: Protocol = R::PROTOCOL;

    fn message_type(&self) -> MessageType {
        (**self).message_type()
    }

    fn flags(&self) -> u16 {
        (**self).flags()
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        (**self).encode(out)
    }

    fn set(&self) -> Option<&'static SetMeta> {
        (**self).set()
    }

    fn name(&self) -> Option<&'static str> {
        (**self).name()
    }
}

/// A type of replies.
pub trait Reply {
    /// The borrowed form.
    type View<'a>;

    /// Reads what follows `nlmsghdr` (for generic netlink: what follows `genlmsghdr`).
    fn view(payload: &[u8]) -> Result<Self::View<'_>, DecodeError>;

    /// Whether a message of this type (for generic netlink: this command) is such a reply.
    fn accepts(message_type: u16) -> bool;
}
