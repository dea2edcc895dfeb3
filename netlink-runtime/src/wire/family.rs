//! Addresses in C structs whose family another member says.

use super::wt::{prefix, store_prefix};
use crate::selected::Selector;
use crate::types::{Address, HwAddr};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const AF_INET: u64 = 2;
const AF_INET6: u64 = 10;

/// A member whose form an address family says: [`Address`], or an array of such.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no address family",
    note = "`by(…)` members hold `Address`"
)]
pub trait ByFamily: Copy + 'static {
    /// Size in bytes.
    const SIZE: usize;

    /// Reads the first [`SIZE`](Self::SIZE) bytes; absent ones count as zero.
    fn load(bytes: &[u8], family: Selector<'_>) -> Self;

    /// Writes into the first [`SIZE`](Self::SIZE) bytes; those that are not there are left out.
    fn store(self, out: &mut [u8]);
}

impl ByFamily for Address {
    const SIZE: usize = 16;

    /// An IPv4 address stands in the first 4 bytes. What is of neither IP family is all 16, as
    /// [`Address::Other`].
    #[inline]
    fn load(bytes: &[u8], family: Selector<'_>) -> Self {
        match family {
            Selector::Number(AF_INET) => Ipv4Addr::from(prefix::<4>(bytes)).into(),
            Selector::Number(AF_INET6) => Ipv6Addr::from(prefix::<16>(bytes)).into(),
            // 16 bytes are no more than a link-layer address may have.
            _ => HwAddr::new(&prefix::<16>(bytes)).map_or_else(Address::default, Address::Other),
        }
    }

    /// Bytes that the address does not use become zero.
    #[inline]
    fn store(self, out: &mut [u8]) {
        let mut bytes = [0; 16];
        match self {
            Address::Ip(IpAddr::V4(ip)) => store_prefix(&ip.octets(), &mut bytes),
            Address::Ip(IpAddr::V6(ip)) => store_prefix(&ip.octets(), &mut bytes),
            Address::Label(label) => store_prefix(&label.bits().to_be_bytes(), &mut bytes),
            Address::Other(address) => store_prefix(address.as_bytes(), &mut bytes),
        }
        store_prefix(&bytes, out);
    }
}

impl<T: ByFamily, const N: usize> ByFamily for [T; N] {
    const SIZE: usize = T::SIZE * N;

    #[inline]
    fn load(bytes: &[u8], family: Selector<'_>) -> Self {
        core::array::from_fn(|i| T::load(bytes.get(i * T::SIZE..).unwrap_or_default(), family))
    }

    #[inline]
    fn store(self, out: &mut [u8]) {
        for (i, value) in self.into_iter().enumerate() {
            value.store(out.get_mut(i * T::SIZE..).unwrap_or_default());
        }
    }
}
