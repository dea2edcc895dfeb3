//! Link-layer addresses.

use core::fmt;

/// A link-layer address: 6 bytes on Ethernet, 20 on InfiniBand, 4 or 16 on IP tunnels, 0 on
/// interfaces that have none.
///
/// ```
/// use netlink_runtime::types::HwAddr;
///
/// let mac: HwAddr = "02:00:00:00:00:01".parse().unwrap();
/// assert_eq!(mac, HwAddr::from([2, 0, 0, 0, 0, 1]));
/// assert_eq!(mac.to_string(), "02:00:00:00:00:01");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HwAddr {
    len: u8,
    bytes: [u8; HwAddr::MAX],
}

impl HwAddr {
    /// The longest address of any link (`MAX_ADDR_LEN`, `linux/netdevice.h`).
    pub const MAX: usize = 32;

    /// These bytes, if they are no more than [`MAX`](Self::MAX).
    #[inline]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if let Ok(mac) = <[u8; 6]>::try_from(bytes) {
            return Some(mac.into());
        }
        if bytes.len() > Self::MAX {
            return None;
        }
        // Two halves, each returned in registers: a copy of so many bytes as there are would keep the
        // whole address in memory, and with it whatever a function returns that may hold one.
        let (low, high) = (half(bytes), half(bytes.get(16..).unwrap_or_default()));
        let mut out = [0; Self::MAX];
        out[..16].copy_from_slice(&low.to_ne_bytes());
        out[16..].copy_from_slice(&high.to_ne_bytes());
        Some(HwAddr { len: bytes.len() as u8, bytes: out })
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The first 16 bytes, zeroes where there are none.
#[inline(never)]
fn half(bytes: &[u8]) -> u128 {
    let mut out = [0; 16];
    out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    u128::from_ne_bytes(out)
}

impl Default for HwAddr {
    /// Six zero bytes.
    fn default() -> Self {
        [0; 6].into()
    }
}

impl From<[u8; 6]> for HwAddr {
    #[inline]
    fn from(mac: [u8; 6]) -> Self {
        let mut bytes = [0; Self::MAX];
        bytes[..6].copy_from_slice(&mac);
        HwAddr { len: 6, bytes }
    }
}

impl fmt::Display for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.as_bytes().iter().enumerate() {
            write!(f, "{}{byte:02x}", if i == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is no link-layer address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseHwAddrError;

impl fmt::Display for ParseHwAddrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a link-layer address: want hexadecimal bytes with colons between, 32 at most")
    }
}

impl core::error::Error for ParseHwAddrError {}

impl core::str::FromStr for HwAddr {
    type Err = ParseHwAddrError;

    fn from_str(text: &str) -> Result<Self, ParseHwAddrError> {
        let mut out = HwAddr { len: 0, bytes: [0; Self::MAX] };
        if text.is_empty() {
            return Ok(out);
        }
        for part in text.split(':') {
            let digits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_hexdigit());
            let byte = u8::from_str_radix(part, 16).ok().filter(|_| digits).ok_or(ParseHwAddrError)?;
            *out.bytes.get_mut(usize::from(out.len)).ok_or(ParseHwAddrError)? = byte;
            out.len += 1;
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_length_and_no_more_than_32() {
        for n in [0usize, 1, 4, 6, 8, 16, 20, 32] {
            let address = HwAddr::new(&[0xabu8; 32][..n]).unwrap();
            assert_eq!(address.as_bytes().len(), n);
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        assert_eq!(HwAddr::new(&[0; 33]), None);
        for bad in ["0", "xx:00", "+1:02", "001:02", ":", "1:"] {
            assert_eq!(bad.parse::<HwAddr>().is_err(), bad != "0", "{bad}");
        }
    }
}
