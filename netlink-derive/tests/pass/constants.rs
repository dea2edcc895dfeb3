//! Numbers that are constants of any integer type, by any path.

use netlink_runtime::prelude::*;

mod uapi {
    pub const IFLA_MTU: u32 = 4;
    pub const IFLA_IFNAME: u16 = 3;
    pub const IFLA_KIND: i32 = 18;
    pub const KIND_RAW: u64 = 7;
    pub const GET: u8 = 1;
}
use uapi::IFLA_MTU;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
#[netlink(pad(uapi::IFLA_MTU))]
struct Link {
    #[netlink(IFLA_MTU)]
    mtu: Option<u32>,
    #[netlink(uapi::IFLA_IFNAME)]
    ifname: Option<NlString>,
    #[netlink(crate::uapi::IFLA_KIND)]
    kind: Option<u16>,
    #[netlink(IFLA_DATA = 0x13, sub(kind))]
    data: Option<Data>,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink(uapi::KIND_RAW)]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(NetlinkOp)]
#[netlink(family = "some", do, request(uapi::GET, Link))]
struct Get;

#[derive(NetlinkMessage)]
#[netlink(of = Link)]
struct Row {
    mtu: Option<u32>,
    data: Option<Data>,
}

fn main() {
    let value = Link { mtu: Some(1), kind: Some(7), data: Some(Data::Raw(2)), ..Link::default() };
    let bytes = value.to_bytes().expect("an encodable value");
    assert_eq!(Link::from_bytes(&bytes), Ok(value));
    let row = LinkView::parse(&bytes).and_then(|view| view.project::<Row>()).expect("a row");
    assert_eq!((row.mtu, row.data, Link::MTU.id()), (Some(1), Some(Data::Raw(2)), 4));
    let _ = Get::request();
}
