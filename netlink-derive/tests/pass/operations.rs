//! Operations of raw protocols and of generic netlink.

use netlink_runtime::prelude::*;
use netlink_runtime::{MessageType, Operation, Reply, Request};

const CMD_SET: u8 = 4;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
}

#[derive(NetlinkOp)]
#[netlink(
    protocol = 0,
    do,
    dump,
    flags(create, excl),
    request(RTM_GETLINK = 18, Link),
    reply(RTM_NEWLINK = 16, Link)
)]
struct GetLink;

#[derive(NetlinkOp)]
#[netlink(family = "some", version = 2, do, request(self::CMD_SET, Link))]
struct Set;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, event, reply(RTM_DELLINK = 17, Link))]
struct DelLink;

pub(crate) fn main() {
    let call = GetLink::request().with(|link| link.mtu(1500)).flags(0x100);
    assert_eq!((call.name(), Request::flags(&call)), (Some("RTM_GETLINK"), 0x700));
    assert_eq!(GetLink::TYPE, MessageType::Raw(18));
    assert!(GetLink::accepts(16) && DelLink::accepts(17) && !DelLink::accepts(16));
    let wanted = MessageType::Generic { family: "some", command: 4, version: 2 };
    assert_eq!((Set::TYPE, Set::NAME), (wanted, "CMD_SET"));
    let _ = (GetLink::dump(), Set::request());
}
