//! Index, name and MTU of every link: what the smallest binary for it weighs.

use netlink_bindings::rt_link::{Ifinfomsg, Request};
use netlink_socket2::NetlinkSocket;
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    if list().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn list() -> Result<(), Box<dyn Error>> {
    let mut socket = NetlinkSocket::new();
    let request = Request::new().op_getlink_dump(&Ifinfomsg::default());
    let mut links = socket.request(&request)?;
    while let Some((header, link)) = links.recv().transpose()? {
        let name = link.get_ifname()?.to_string_lossy();
        println!("{} {name} {}", header.ifi_index, link.get_mtu()?);
    }
    Ok(())
}
