//! Index, name and MTU of every link: what the smallest binary for it weighs. Without the router, which would add a
//! thread.

use neli::consts::nl::{NlmF, Nlmsg};
use neli::consts::rtnl::{Ifla, RtAddrFamily, Rtm};
use neli::consts::socket::NlFamily;
use neli::nl::{NlPayload, NlmsghdrBuilder};
use neli::rtnl::{Ifinfomsg, IfinfomsgBuilder};
use neli::socket::synchronous::NlSocketHandle;
use neli::utils::Groups;
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    if list().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn list() -> Result<(), Box<dyn Error>> {
    let socket = NlSocketHandle::connect(NlFamily::Route, None, Groups::empty())?;
    let request = NlmsghdrBuilder::default()
        .nl_type(Rtm::Getlink)
        .nl_flags(NlmF::REQUEST | NlmF::DUMP)
        .nl_payload(NlPayload::Payload(
            IfinfomsgBuilder::default().ifi_family(RtAddrFamily::Unspecified).build()?,
        ))
        .build()?;
    socket.send(&request)?;
    loop {
        for message in socket.recv::<Rtm, Ifinfomsg>()?.0 {
            let message = message?;
            if u16::from(message.nl_type()) == u16::from(Nlmsg::Done) {
                return Ok(());
            }
            match message.nl_payload() {
                NlPayload::Payload(link) => {
                    let attributes = link.rtattrs().get_attr_handle();
                    let name = attributes.get_attr_payload_as_with_len::<String>(Ifla::Ifname)?;
                    let mtu = attributes.get_attr_payload_as::<u32>(Ifla::Mtu)?;
                    println!("{} {name} {mtu}", link.ifi_index());
                }
                NlPayload::Err(_) => return Err("refused".into()),
                _ => {}
            }
        }
    }
}
