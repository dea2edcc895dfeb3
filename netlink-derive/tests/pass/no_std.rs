//! Derived code in a crate without the standard library's prelude.
#![no_std]

extern crate std;

use netlink_runtime::build::{Enc, SliceBuf};
use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(IFLA_IFNAME = 3)]
    ifname: Option<NlString>,
    #[netlink(IFLA_KIND = 1)]
    kind: Option<u8>,
    #[netlink(IFLA_DATA = 2, sub(kind))]
    data: Option<Data>,
    #[netlink(IFLA_STATE = 4, u8)]
    state: Option<State>,
    #[netlink(IFLA_LINKS = 5, nested, multi)]
    links: Vec<Link>,
    #[netlink(IFLA_FLAG = 6)]
    flag: bool,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink(1)]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(pair, size = 4)]
struct Pair {
    #[netlink(0)]
    left: Option<u16>,
}

#[netlink_enum(u8)]
enum State {
    UP = 1,
}

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, request(GET = 1, Link), reply(NEW = 2, Link))]
struct Get;

#[derive(NetlinkMessage)]
#[netlink(of = Link)]
struct Row<'m> {
    ifname: Option<&'m str>,
}

fn main() {
    let mut room = [0; 64];
    let buf = Link::builder(Enc::new(SliceBuf::new(&mut room))).ifname("lo").state(State::UP).finish().end();
    let Ok(buf) = buf else { panic!("it fits") };
    let bytes = buf.into_written();
    let row: Row<'_> = match LinkView::parse(bytes).and_then(|view| view.project()) {
        Ok(row) => row,
        Err(_) => panic!("a row"),
    };
    assert!(row.ifname == Some("lo"));
    let _ = (Get::request(), Pair::default());
}
