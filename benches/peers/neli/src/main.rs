//! The work of the suite with neli.
//!
//! neli reads a message into an owned value: its header, and for each attribute the bytes. The types of those are
//! the caller's to name when it asks for them, which its examples do in two ways: `…-match` goes over all attributes
//! once, `…-handle` looks for each. Since that is all that there is to a link, `links-all` is not a case here: there
//! are no types for statistics, for `IFLA_AF_SPEC`, or for kinds of links but one.
//!
//! Live, `…-router` is what its documentation begins with: another thread receives. `…-socket` does without.

#![forbid(unsafe_code)]

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
            "routes3-match" => File(routes::three_match),
            "routes3-handle" => File(routes::three_handle),
            "routes-owned" => File(routes::three_match),
            "defaults" => File(routes::defaults),
            "links8-match" => File(links::eight_match),
            "links8-handle" => File(links::eight_handle),
            "links16-match" => File(links::sixteen_match),
            "links16-handle" => File(links::sixteen_handle),
            "links-owned" => File(links::owned),
            "build" => File(routes::build),
            "live-routes-router" => Live(live::routes_router),
            "live-routes-socket" => Live(live::routes_socket),
            "live-kernel-router" => Live(live::kernel_router),
            "live-kernel-socket" => Live(live::kernel_socket),
            "add-one-router" => Write(write::one_router),
            "add-one-socket" => Write(write::one_socket),
            "add-each-100" => Write(write::each),
            "add-last-100" => Write(write::last),
            _ => return None,
        })
    })
}
