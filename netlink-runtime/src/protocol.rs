//! Protocols and message types.

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
