//! Makes the tables that the suite measures with, always the same ones, in the network namespace that it runs in, and
//! writes dumps of them: `bench-data DIR`, within `unshare -rn`.
//!
//! A file holds plain messages one after the other, without the `NLMSG_DONE`. Links and routes are still there
//! afterwards, for what reads them live. What this machine's kernel cannot make is said, with its reason.

#![forbid(unsafe_code)]

mod capture;
mod generic;
mod links;
mod neighbours;
mod nft;
mod routes;
mod sockets;

use capture::Folder;
use netlink_runtime::Protocol;
use netlink_runtime::socket::{Report, Socket};
use std::process::ExitCode;

/// What goes wrong, with its text.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let (Some(dir), None) = (args.next(), args.next()) else {
        eprintln!("usage: bench-data DIR, in a network namespace of its own: unshare -rn bench-data DIR");
        return ExitCode::from(2);
    };
    match make(&mut Folder(dir.into())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("bench-data: {e}");
            ExitCode::FAILURE
        }
    }
}

fn make(folder: &mut Folder) -> Result<()> {
    let mut route = Socket::builder().receive_buffer(1 << 20).open(Protocol::Route)?;
    links::make(&mut route)?;
    folder.file("links.raw", |file| links::capture(&mut route, file));
    folder.file("neigh.raw", |file| neighbours::capture(&mut route, file));
    folder.file("tcp.raw", sockets::capture);
    folder.file("nft.raw", nft::capture);
    folder.file("ethtool.raw", generic::ethtool);
    folder.file("devlink.raw", generic::devlink);
    folder.file("nl80211.raw", generic::nl80211);
    // The last: nothing else is to be done beside them.
    routes::make(&mut route)?;
    folder.file("routes.raw", |file| routes::capture(&mut route, file, usize::MAX));
    folder.file("routes-100k.raw", |file| routes::capture(&mut route, file, 100_000));
    Ok(())
}

/// Whether all that a batch asked for was done.
fn done(what: &str, report: Report) -> Result<()> {
    report.ok().map_err(|e| format!("{what}: {e}").into())
}
