//! Index, name and MTU of every link: what the smallest binary for it weighs. On tokio's runtime of one thread:
//! `nlink::blocking` would add a thread with one.

use nlink::netlink::{Connection, Route};
use std::error::Error;
use std::process::ExitCode;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    if list().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn list() -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let links = runtime.block_on(async { Connection::<Route>::new()?.get_links().await })?;
    for link in links {
        println!("{} {} {}", link.ifindex(), link.name().unwrap_or_default(), link.mtu().unwrap_or(0));
    }
    Ok(())
}
