//! Addresses whose family stands elsewhere, and MPLS labels.

use super::HwAddr;
use crate::meta::{FormatMeta, Key, SubMeta, TypeMeta};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An entry of an MPLS label stack (RFC 3032): label, traffic class, bottom-of-stack bit, time
/// to live.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(C)]
pub struct Label {
    room: Room,
    /// As on the wire, so that labels sort as numbers do.
    bytes: [u8; 4],
}

/// A byte before a label, where an [`IpAddr`] has its kind: so the bytes of all that an [`Address`] may be
/// lie in the same place, and compilers keep it in registers. An IPv4 address is the better for it: reading
/// one out of an `Address` takes half the time.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
enum Room {
    #[default]
    Empty,
}

impl Label {
    /// A label alone, at the bottom of the stack.
    pub const fn new(label: u32) -> Self {
        Self::from_bits((label << 12) | 0x100)
    }

    /// The entry that is this number in host order.
    pub const fn from_bits(bits: u32) -> Self {
        Label { room: Room::Empty, bytes: bits.to_be_bytes() }
    }

    /// The whole entry, in host order.
    pub const fn bits(self) -> u32 {
        u32::from_be_bytes(self.bytes)
    }

    /// The label: 20 bits.
    pub const fn label(self) -> u32 {
        self.bits() >> 12
    }

    /// The traffic class: 3 bits.
    pub const fn traffic_class(self) -> u8 {
        (self.bits() >> 9) as u8 & 7
    }

    /// It is the last of its stack.
    pub const fn is_bottom(self) -> bool {
        self.bits() & 0x100 != 0
    }

    /// Hops left.
    pub const fn ttl(self) -> u8 {
        self.bits() as u8
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.label())
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({})", self.label())
    }
}

/// A label stack, borrowed. Displays as `100/200`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Labels<'a>(&'a [u8]);

impl<'a> Labels<'a> {
    /// The stack in this payload, if it is whole entries.
    #[inline]
    pub fn new(payload: &'a [u8]) -> Option<Self> {
        (payload.len() % 4 == 0).then_some(Labels(payload))
    }

    /// The entries, top first.
    pub fn iter(self) -> impl Iterator<Item = Label> + Clone + 'a {
        self.0.chunks_exact(4).map(|c| Label::from_bits(u32::from_be_bytes([c[0], c[1], c[2], c[3]])))
    }

    /// The payload.
    pub const fn payload(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, label) in self.iter().enumerate() {
            write!(f, "{}{label}", if i == 0 { "" } else { "/" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A label stack, owned, top first.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LabelStack(pub alloc::vec::Vec<Label>);

/// An address of the family that its message's header names.
///
/// ```
/// use netlink_runtime::types::{Address, Label};
/// use std::net::Ipv4Addr;
///
/// let address = Address::from(Ipv4Addr::LOCALHOST);
/// assert_eq!(address.ip(), Some(Ipv4Addr::LOCALHOST.into()));
/// assert_eq!(Address::Label(Label::new(100)).to_string(), "100");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// IPv4 or IPv6.
    Ip(IpAddr),
    /// `AF_MPLS`: one label.
    Label(Label),
    /// Another family's address: one byte for `AF_MCTP` and `AF_PHONET`.
    Other(HwAddr),
}

impl Address {
    /// `AF_MPLS` (`linux/socket.h` of the kernel).
    pub const AF_MPLS: u64 = 28;

    /// Families whose addresses are IPv4 or IPv6: none said, `AF_INET`, `AF_INET6`, `AF_BRIDGE`
    /// (remote ends of tunnels) and multicast routing's `RTNL_FAMILY_IPMR` and `_IP6MR`.
    const IP: [u64; 6] = [0, 2, 10, 7, 128, 129];

    /// What an address of a family is, for tools.
    pub(crate) const FORMS: &'static SubMeta = &SubMeta {
        name: "Address",
        formats: &[
            FormatMeta { keys: &[Key::Number(Self::IP[0])], ty: TypeMeta::Ip },
            FormatMeta { keys: &[Key::Number(Self::IP[1])], ty: TypeMeta::Ip },
            FormatMeta { keys: &[Key::Number(Self::IP[2])], ty: TypeMeta::Ip },
            FormatMeta { keys: &[Key::Number(Self::IP[3])], ty: TypeMeta::Ip },
            FormatMeta { keys: &[Key::Number(Self::IP[4])], ty: TypeMeta::Ip },
            FormatMeta { keys: &[Key::Number(Self::IP[5])], ty: TypeMeta::Ip },
            FormatMeta { keys: &[Key::Number(Self::AF_MPLS)], ty: TypeMeta::Labels },
        ],
        default: Some(TypeMeta::Mac),
    };

    /// Reads an address of this family: an entry of a label stack for
    /// [`AF_MPLS`](Self::AF_MPLS), 4 or 16 bytes for IP, bytes of other families as they are.
    #[inline(always)] // or views of messages are written to memory, to be passed by reference
    pub fn read(payload: &[u8], family: u64) -> Option<Self> {
        if family == Self::AF_MPLS {
            return payload.try_into().ok().map(|b| Address::Label(Label::from_bits(u32::from_be_bytes(b))));
        }
        match read_ip(payload) {
            Some(ip) => Some(Address::Ip(ip)),
            None if Self::IP.contains(&family) => None,
            None => HwAddr::new(payload).map(Address::Other),
        }
    }

    /// The IP address, if it is one.
    pub const fn ip(self) -> Option<IpAddr> {
        match self {
            Address::Ip(ip) => Some(ip),
            Address::Label(_) | Address::Other(_) => None,
        }
    }
}

/// An IP address by its length.
#[inline]
pub(crate) fn read_ip(payload: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(payload) {
        Some(IpAddr::V4(Ipv4Addr::from(v4)))
    } else {
        <[u8; 16]>::try_from(payload).ok().map(|v6| IpAddr::V6(Ipv6Addr::from(v6)))
    }
}

impl Default for Address {
    /// `0.0.0.0`.
    fn default() -> Self {
        Address::Ip(Ipv4Addr::UNSPECIFIED.into())
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Address::Ip(ip)
    }
}

impl From<Ipv4Addr> for Address {
    fn from(ip: Ipv4Addr) -> Self {
        Address::Ip(ip.into())
    }
}

impl From<Ipv6Addr> for Address {
    fn from(ip: Ipv6Addr) -> Self {
        Address::Ip(ip.into())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Ip(ip) => ip.fmt(f),
            Address::Label(label) => label.fmt(f),
            Address::Other(address) => fmt::Display::fmt(address, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_decides() {
        let v4 = [10, 0, 0, 1];
        assert_eq!(Address::read(&v4, 2), Some(Ipv4Addr::from(v4).into()));
        assert_eq!(Address::read(&v4, Address::AF_MPLS), Some(Address::Label(Label::from_bits(0x0a00_0001))));
        // One byte is an address of AF_MCTP (45), and none of IP.
        assert_eq!(Address::read(&[9], 45).map(|a| a.to_string()), Some("09".into()));
        assert_eq!(Address::read(&[9], 2), None);
        assert_eq!(Address::read(&[9], Address::AF_MPLS), None);
    }
}
