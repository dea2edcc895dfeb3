//! The work of the suite with netlink-families: by view, index, projection, collector and as owned values.

#![forbid(unsafe_code)]

mod links;
mod links_typed;
mod live;
mod routes;
mod write;

use bench_harness::Sum;
use bench_harness::Work::{File, Live, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    bench_harness::main(|case| {
        Some(match case {
            "walk" => File(walk),
            "routes3-view" => File(routes::view),
            "routes3-projection" => File(routes::projection),
            "routes-owned" => File(routes::owned),
            "defaults" => File(routes::defaults),
            "build" => File(routes::build),
            "build-request" => File(routes::build_request),
            "links8-projection" => File(links::projection8),
            "links16-view" => File(links::view16),
            "links16-index" => File(links::index16),
            "links-all" => File(links::all),
            "links-all-typed" => File(links_typed::all),
            "links-owned" => File(links::owned),
            "live-routes-view" => Live(live::view),
            "live-routes-projection" => Live(live::projection),
            "live-routes-foreach" => Live(live::for_each),
            "live-kernel" => Live(live::kernel),
            "add-one" => Write(write::one),
            "add-last-100" => Write(write::last100),
            "add-each-100" => Write(write::each100),
            "add-last-1000" => Write(write::last1000),
            _ => return None,
        })
    })
}

/// The length of every message.
fn walk(data: &[u8]) -> Sum {
    let mut sum = Sum::default();
    for message in netlink_runtime::message::Messages::new(data) {
        let Ok(message) = message else { break };
        sum.messages += 1;
        sum.checksum += u64::from(message.header.len);
    }
    sum
}
