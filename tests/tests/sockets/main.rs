//! The same tests over every kind of socket: blocking, tokio, async-io.
#![allow(clippy::duplicate_mod)] // that is the point

#[macro_use]
mod live;

mod async_io;
mod blocking;
mod cancel;
mod intercepted;
mod namespaces;
mod overruns;
mod peers;
mod tokio;

#[test]
fn every_test_is_named_by_a_fault() {
    netlink_tests::faults::check_list(Some("sockets"), &["every_test_is_named_by_a_fault"]);
}
