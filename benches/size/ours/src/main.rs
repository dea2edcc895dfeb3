//! Index, name and MTU of every link: what the smallest binary for it weighs.

use netlink_families::rt_link::GetLink;
use netlink_runtime::Protocol;
use netlink_runtime::socket::{Result, Socket};
use std::process::ExitCode;

fn main() -> ExitCode {
    if list().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn list() -> Result<()> {
    let mut socket = Socket::open(Protocol::Route)?;
    let mut links = socket.dump(GetLink::dump())?;
    while let Some(link) = links.next()? {
        let name = link.ifname()?.unwrap_or_default();
        println!("{} {name} {}", link.header().ifi_index, link.mtu()?.unwrap_or(0));
    }
    Ok(())
}
