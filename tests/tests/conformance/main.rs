//! What other netlink libraries got wrong, and what was asked of this one: a test for each.
//!
//! One module for each source. A test bears the name of the flaw or requirement and says what the
//! other did; it reads the same bytes in every way there is (`harness`), or has the socket engine or
//! the running kernel play the part. Every one of them has been seen to fail: `tests/faults` lists
//! what has to be broken for that, and `cargo xtask faults` does it.

mod harness;
#[path = "../../../netlink-runtime/tests/socket_support/mod.rs"]
mod script;
mod sets;
mod sockets;

mod listed;
mod neli;
mod netlink_bindings;
mod netlinklib;
mod nlink;
mod pyroute2;
mod python_netlink;
mod requirements;
mod requirements_messages;
mod rust_netlink;
mod transports;
