//! Conversations, scripted and live.

use crate::script::*;
use netlink_families::rt_link::{GetLink, Ifinfomsg, NewLinkprop};
use netlink_runtime::extack::KernelError;
use netlink_runtime::message::{NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL};
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{Call, Protocol};

pub(crate) const ENOENT: i32 = 2;
pub(crate) const EBUSY: i32 = 16;
pub(crate) const EINVAL: i32 = 22;
pub(crate) const EPROTONOSUPPORT: i32 = 93;
pub(crate) const ENOBUFS: i32 = 105;

/// Everything that a dump yields, and how it ends.
pub(crate) fn dump(socket: &mut Socket) -> (Vec<String>, Result<(), Error>) {
    let mut got = Vec::new();
    let mut dump = socket.dump(Get::default()).expect("the request is sent");
    loop {
        match dump.next() {
            Ok(Some(text)) => got.push(text.to_owned()),
            Ok(None) => return (got, Ok(())),
            Err(error) => return (got, Err(error)),
        }
    }
}

/// The same of a new socket, which is given these datagrams.
pub(crate) fn play(datagrams: Vec<Step>) -> (Vec<String>, Result<(), Error>) {
    dump(&mut scripted(vec![datagrams]).0)
}

/// The kernel's error.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Box<KernelError> {
    match result {
        Err(Error::Kernel(error)) => error,
        other => panic!("no refusal: {other:?}"),
    }
}

/// A socket of the running kernel for routes and links.
pub(crate) fn rtnetlink() -> Socket {
    Socket::open(Protocol::Route).expect("a socket")
}

/// The request for one link.
pub(crate) fn get_link(ifi_index: i32) -> Call<GetLink> {
    GetLink::request().with(|link| link.header(Ifinfomsg { ifi_index, ..Ifinfomsg::default() }))
}

/// The index of the loopback device.
pub(crate) const LOOPBACK: i32 = 1;

/// Gives the loopback device one more name.
pub(crate) fn add_name(socket: &mut Socket, name: &str) {
    let header = Ifinfomsg { ifi_index: LOOPBACK, ..Ifinfomsg::default() };
    let call =
        NewLinkprop::request().with(|link| link.header(header).prop_list(|list| list.alt_ifname(name)));
    socket.execute(call.flags(NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND)).expect("a name");
}
