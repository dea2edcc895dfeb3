//! The work of the suite with netlink-bindings and netlink-socket2.
//!
//! Both are of 2026-09-11, version 0.3.5, with the features `rt-link` and `rt-route`, blocking sockets. `get` are the
//! accessors that its documentation begins with: each goes through the attributes until it finds its own. `iterate` is
//! one loop over the attributes, each of which is an enum ("low-level decoding"). It has no owned values, so there is
//! neither `links-owned` nor `routes-owned`.

mod links;
mod links_all;
mod live;
mod routes;

use bench_harness::{Sum, Work};
use netlink_bindings::builtin::Nlmsghdr;
use std::process::ExitCode;

fn main() -> ExitCode {
    bench_harness::main(|case| {
        Some(match case {
            "walk" => Work::File(walk),
            "routes3-get" => Work::File(routes::get),
            "routes3-iterate" => Work::File(routes::iterate),
            "defaults-get" => Work::File(routes::defaults),
            "build-request" => Work::File(routes::build_request),
            "build-encode" => Work::File(routes::build_encode),
            "build-chained" => Work::File(routes::build_chained),
            "links8-get" => Work::File(links::get8),
            "links8-iterate" => Work::File(links::iterate8),
            "links16-get" => Work::File(links::get16),
            "links16-iterate" => Work::File(links::iterate16),
            "links-all" => Work::File(links_all::all),
            "live-routes-get" => Work::Live(live::get),
            "live-routes-iterate" => Work::Live(live::iterate),
            "live-kernel-all" => Work::Live(live::kernel),
            "add-one" => Work::Write(live::add_one),
            "add-each-100" => Work::Write(live::add_each_100),
            _ => return None,
        })
    })
}

/// The messages of a capture. The crate has a header and no iterator of messages: this is what netlink-socket2 does.
struct Messages<'a>(&'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = (&'a Nlmsghdr, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let header = Nlmsghdr::from_slice(self.0.get(..Nlmsghdr::len())?);
        let payload = self.0.get(Nlmsghdr::len()..header.len as usize)?;
        self.0 = self.0.get(header.len.next_multiple_of(4) as usize..).unwrap_or_default();
        Some((header, payload))
    }
}

/// Adds up what `one` gives for the payload of each message of a type.
#[inline(always)]
fn payloads<'a>(data: &'a [u8], message_type: u16, one: impl Fn(&'a [u8]) -> u64) -> Sum {
    let mut sum = Sum::default();
    for (header, payload) in Messages(data) {
        if header.r#type == message_type {
            sum.messages += 1;
            sum.checksum = sum.checksum.wrapping_add(one(payload));
        }
    }
    sum
}

/// The length of every message.
fn walk(data: &[u8]) -> Sum {
    let mut sum = Sum::default();
    for (header, _) in Messages(data) {
        sum.messages += 1;
        sum.checksum += u64::from(header.len);
    }
    sum
}
