//! The work of the suite with netlink-packet-route, and live with rtnetlink, by the ways that their examples show.
//!
//! netlink-packet-route has one way to read a message: it becomes an owned value, with all its attributes decoded.
//! So `routes3` and `routes-owned`, which ask for more or less of it, are the same. The cases `…-nlas` do without:
//! they iterate over attributes with netlink-packet-core and read only those that are asked for; which attribute
//! has which type is then the caller's to know.

#![forbid(unsafe_code)]

mod every;
mod links;
mod live;
mod messages;
mod routes;
mod write;

use bench_harness::Work::{File, Live, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    bench_harness::main(|case| {
        Some(match case {
            "walk" => File(messages::walk),
            "routes3" | "routes-owned" => File(routes::three),
            "routes3-nlas" => File(routes::three_nlas),
            "defaults" => File(routes::defaults),
            "defaults-nlas" => File(routes::defaults_nlas),
            "links8" => File(links::eight),
            "links8-nlas" => File(links::eight_nlas),
            "links16" => File(links::sixteen),
            "links16-nlas" => File(links::sixteen_nlas),
            "links-all" => File(every::all),
            "links-owned" => File(links::owned),
            "build" => File(routes::build),
            "live-routes" => Live(live::routes),
            "live-routes-threads" => Live(live::routes_threads),
            "live-kernel" => Live(live::kernel),
            "add-one" => Write(write::one),
            "add-one-threads" => Write(write::one_threads),
            "add-joined-100" => Write(write::joined),
            "add-each-100" => Write(write::each),
            "add-last-100" => Write(write::last),
            _ => return None,
        })
    })
}
