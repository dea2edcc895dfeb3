//! The routes that writing cases add, and how they go away again.

use crate::Result;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;

/// The device that they go over.
pub const DEVICE: &str = "w0";

/// The table that they are added to.
pub const TABLE: u8 = 100;

/// Their prefix length.
pub const PREFIX: u8 = 24;

/// Destination and gateway of the route with this number, from 0. Their protocol is static, their scope
/// universe, their type unicast.
pub fn route(number: u32) -> (Ipv4Addr, Ipv4Addr) {
    let gateway = Ipv4Addr::new(10, 200, 0, (2 + number % 200) as u8);
    (Ipv4Addr::from((20 << 24) + (number << 8)), gateway)
}

/// The index of the device that they go over.
pub fn device() -> Result<u32> {
    Ok(nix::net::if_::if_nametoindex(DEVICE)?)
}

/// Removes all of them: a device that goes down loses its routes.
pub(crate) fn clear() -> Result<()> {
    let (kind, flags) = (SockType::Raw, SockFlag::empty());
    let socket = socket(AddressFamily::Netlink, kind, flags, SockProtocol::NetlinkRoute)?;
    for up in [0, IFF_UP] {
        send(socket.as_raw_fd(), &set_up(device()?, up), MsgFlags::empty())?;
        let mut answer = [0; 128];
        let len = recv(socket.as_raw_fd(), &mut answer, MsgFlags::empty())?;
        // An acknowledgement: what follows the header is the error's number.
        match answer[..len].get(16..20) {
            Some([0, 0, 0, 0]) => {}
            _ => return Err(format!("{DEVICE} does not go up and down").into()),
        }
    }
    Ok(())
}

const IFF_UP: u32 = 1;

/// An `RTM_NEWLINK` that sets whether a device is up: `nlmsghdr` and `ifinfomsg`. By hand, as this is no library's work.
fn set_up(device: u32, up: u32) -> Vec<u8> {
    const RTM_NEWLINK: u16 = 16;
    const REQUEST_AND_ACK: u16 = 5;
    let mut message = Vec::new();
    message.extend(32_u32.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend(REQUEST_AND_ACK.to_ne_bytes());
    message.extend([0; 8]);
    message.extend([0; 4]);
    message.extend(device.to_ne_bytes());
    message.extend(up.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    message
}
