//! The work of the suite with nlink 0.33.0 of 2026-10-23, without its features (`syscall_batch`, receiving several
//! datagrams at once, is off by default), on tokio.
//!
//! `message` are its types, which own what they have read: a link and a route are read as a whole, whatever is asked
//! of them. `attrs` is its iterator of raw attributes with its helpers for values, as its own parsers use it: who takes
//! it knows the numbers and the types of the attributes. nlink does not have every attribute of a link, so there is no
//! `links-all`; what it keeps of a link and of a route is said at `links-owned` and `routes-owned`.

mod links;
mod live;
mod routes;

use bench_harness::{Sum, Work};
use nlink::netlink::{FromNetlink, MessageIter};
use std::process::ExitCode;

fn main() -> ExitCode {
    bench_harness::main(|case| {
        Some(match case {
            "walk" => Work::File(walk),
            "routes3-message" => Work::File(routes::message),
            "routes3-attrs" => Work::File(routes::attrs),
            "routes-owned" => Work::File(routes::owned),
            "defaults-message" => Work::File(routes::defaults_message),
            "defaults-attrs" => Work::File(routes::defaults_attrs),
            "build-route" => Work::File(routes::build_route),
            "build-builder" => Work::File(routes::build_builder),
            "links8-message" => Work::File(links::message8),
            "links8-attrs" => Work::File(links::attrs8),
            "links16-message" => Work::File(links::message16),
            "links16-attrs" => Work::File(links::attrs16),
            "links-owned" => Work::File(links::owned),
            "live-routes-get" => Work::Live(live::get),
            "live-routes-stream" => Work::Live(live::stream),
            "live-routes-strict" => Work::Live(live::strict),
            "live-kernel-strict" => Work::Live(live::kernel),
            "add-one" => Work::Write(live::add_one),
            "add-each-100" => Work::Write(live::add_each_100),
            _ => return None,
        })
    })
}

/// Adds up what `one` gives for the payload of each message of a type.
#[inline(always)]
fn payloads<'a>(data: &'a [u8], message_type: u16, one: impl Fn(&'a [u8]) -> u64) -> Sum {
    let mut sum = Sum::default();
    for message in MessageIter::new(data) {
        let Ok((header, payload)) = message else { break };
        if header.nlmsg_type == message_type {
            sum.messages += 1;
            sum.checksum = sum.checksum.wrapping_add(one(payload));
        }
    }
    sum
}

/// The same of a message that owns everything, which is how nlink reads.
#[inline(always)]
fn messages<T: FromNetlink>(data: &[u8], message_type: u16, one: impl Fn(&T) -> u64) -> Sum {
    payloads(data, message_type, |payload| T::from_bytes(payload).as_ref().map_or(0, &one))
}

/// The length of every message.
fn walk(data: &[u8]) -> Sum {
    let mut sum = Sum::default();
    for message in MessageIter::new(data) {
        let Ok((header, _)) = message else { break };
        sum.messages += 1;
        sum.checksum += u64::from(header.nlmsg_len);
    }
    sum
}
