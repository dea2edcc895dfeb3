//! Dumps of generic netlink families, where there is something to dump.

use crate::Result;
use crate::capture::Capture;
use netlink_families::ethtool::FeaturesGet;
use netlink_runtime::Protocol;
use netlink_runtime::extack::{Ack, KernelError};
use netlink_runtime::message::NLM_F_DUMP;
use netlink_runtime::socket::Socket;

/// What each link can offload, with names.
pub(crate) fn ethtool(file: &mut Capture) -> Result<()> {
    file.dump(&mut Socket::open(Protocol::Generic)?, FeaturesGet::dump())
}

/// Ports of devices (`DEVLINK_CMD_PORT_GET`).
pub(crate) fn devlink(file: &mut Capture) -> Result<()> {
    dump(file, "devlink", 5)
}

/// What radios can do (`NL80211_CMD_GET_WIPHY`).
pub(crate) fn nl80211(file: &mut Capture) -> Result<()> {
    dump(file, "nl80211", 1)
}

/// A family that netlink-families does not have.
fn dump(file: &mut Capture, family: &str, command: u8) -> Result<()> {
    let mut socket = Socket::open(Protocol::Generic)?;
    let id = socket.family(family)?.id;
    let mut exchange = socket.raw_request(id, NLM_F_DUMP, &[command, 1, 0, 0])?;
    while let Some(message) = exchange.next()? {
        match Ack::parse(message) {
            Some(end) if end.errno() != 0 => return Err(KernelError::new(&end).into()),
            Some(_) => {}
            None => file.push(message)?,
        }
    }
    Ok(())
}
