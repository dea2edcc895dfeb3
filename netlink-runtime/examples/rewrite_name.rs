//! Gives every interface another name on the way from the kernel to the program, and keeps all else of
//! the message byte for byte, attributes included that this program does not know.
//!
//! ```text
//! $ cargo run --example rewrite_name
//! 1: renamed-lo
//! ```

use netlink_runtime::message::{Header, Messages};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Intercept, OnReceive, Socket};

const RTM_NEWLINK: u16 = 16;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 16)]
struct Ifinfomsg {
    #[netlink(4)]
    ifi_index: i32,
}

/// Links, as far as this program is interested.
#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(header)]
    header: Ifinfomsg,
    #[netlink(IFLA_IFNAME = 3)]
    ifname: Option<NlString>,
    /// What it is not interested in.
    #[netlink(rest)]
    rest: Rest,
}

#[derive(NetlinkOp)]
#[netlink(protocol = 0, dump, request(RTM_GETLINK = 18, Link), reply(RTM_NEWLINK = 16, Link))]
struct GetLink;

/// A datagram with other names in it, if all of it can be read.
fn rename(datagram: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    for message in Messages::new(datagram) {
        let message = message?;
        if message.header.message_type != RTM_NEWLINK {
            out.extend(message.bytes());
        } else {
            let mut payload = message.payload().to_vec();
            // The header stays as it is; what follows it is the attributes.
            let mut link = Link::from_bytes(&payload)?;
            if let Some(name) = &mut link.ifname {
                *name = format!("renamed-{name}").as_str().into();
            }
            payload.splice(16.., link.to_bytes()?.drain(16..));
            let len = (Header::LEN + payload.len()) as u32;
            out.extend(Header { len, ..message.header }.to_bytes());
            out.extend(payload);
        }
        out.resize(out.len().next_multiple_of(4), 0);
    }
    Ok(out)
}

fn main() -> Result<(), Error> {
    let kernel = Socket::builder().connect(Protocol::Route)?;
    let renamed = Intercept::new(kernel).on_receive(|datagram, _| match rename(datagram) {
        Ok(bytes) => OnReceive::Replace(bytes),
        Err(_) => OnReceive::Forward,
    });
    let mut route = Socket::builder().over(Protocol::Route, renamed)?;
    let mut links = route.dump(GetLink::dump())?;
    while let Some(link) = links.next()? {
        let name = link.ifname()?.map(|name| name.to_string_lossy().into_owned());
        println!("{}: {}", link.header().ifi_index, name.unwrap_or_default());
    }
    Ok(())
}
