//! C's socket addresses.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;

/// `struct sockaddr_in` or `struct sockaddr_in6`, which may be in something longer (`struct
/// sockaddr_storage`). Flow and scope are as the standard library has them: not swapped.
pub(crate) fn read_sockaddr(payload: &[u8]) -> Option<SocketAddr> {
    let (family, rest) = payload.split_first_chunk()?;
    let (port, rest) = rest.split_first_chunk()?;
    let port = u16::from_be_bytes(*port);
    match u16::from_ne_bytes(*family) {
        // Eight bytes without meaning follow.
        AF_INET => {
            let (ip, _) = rest.first_chunk::<12>()?.split_first_chunk::<4>()?;
            Some(SocketAddrV4::new(Ipv4Addr::from(*ip), port).into())
        }
        AF_INET6 => {
            let (flow, rest) = rest.split_first_chunk()?;
            let (ip, rest) = rest.split_first_chunk::<16>()?;
            let scope = rest.first_chunk()?;
            let (flow, scope) = (u32::from_ne_bytes(*flow), u32::from_ne_bytes(*scope));
            Some(SocketAddrV6::new(Ipv6Addr::from(*ip), port, flow, scope).into())
        }
        _ => None,
    }
}

/// A socket address as C lays it out.
#[derive(Clone, Copy, Debug)]
pub struct SockAddrBytes {
    bytes: [u8; 28],
    len: usize,
}

impl SockAddrBytes {
    /// `struct sockaddr_in` (16 bytes) or `struct sockaddr_in6` (28 bytes).
    pub fn new(address: SocketAddr) -> Self {
        let mut bytes = [0; 28];
        let mut put = |at: usize, part: &[u8]| {
            if let Some(room) = bytes.get_mut(at..at + part.len()) {
                room.copy_from_slice(part);
            }
        };
        put(2, &address.port().to_be_bytes());
        let len = match address {
            SocketAddr::V4(v4) => {
                put(0, &AF_INET.to_ne_bytes());
                put(4, &v4.ip().octets());
                16
            }
            SocketAddr::V6(v6) => {
                put(0, &AF_INET6.to_ne_bytes());
                put(4, &v6.flowinfo().to_ne_bytes());
                put(8, &v6.ip().octets());
                put(24, &v6.scope_id().to_ne_bytes());
                28
            }
        };
        SockAddrBytes { bytes, len }
    }
}

impl AsRef<[u8]> for SockAddrBytes {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
