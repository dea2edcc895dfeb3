//! Index, name and MTU of every link: what the smallest binary for it weighs. With rtnetlink, on tokio's runtime of
//! one thread.

use futures_util::TryStreamExt;
use netlink_packet_route::link::LinkAttribute;
use std::error::Error;
use std::process::ExitCode;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    if list().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn list() -> Result<(), Box<dyn Error>> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (connection, handle, _) = rtnetlink::new_connection()?;
        tokio::spawn(connection);
        let mut links = handle.link().get().execute();
        while let Some(link) = links.try_next().await? {
            let (mut name, mut mtu) = ("", 0);
            for attribute in &link.attributes {
                match attribute {
                    LinkAttribute::IfName(text) => name = text,
                    LinkAttribute::Mtu(bytes) => mtu = *bytes,
                    _ => {}
                }
            }
            println!("{} {name} {mtu}", link.header.index);
        }
        Ok(())
    })
}
