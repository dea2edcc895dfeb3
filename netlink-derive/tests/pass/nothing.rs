//! Sets of nothing, of a header alone, of what is left alone.

use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Empty {}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(size = 0)]
struct NoMembers {}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(size = 4)]
struct Header {
    #[netlink(0)]
    value: u32,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct HeaderAlone {
    #[netlink(header)]
    header: Header,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct RestAlone {
    #[netlink(rest)]
    rest: Rest,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum UnknownAlone {
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[netlink_enum(u8)]
enum NoEntries {}

#[derive(NetlinkOp)]
#[netlink(protocol = 0)]
struct NoMessages;

#[derive(Debug, PartialEq, NetlinkMessage)]
#[netlink(of = HeaderAlone)]
struct Row {
    #[netlink(header.value)]
    value: u32,
}

pub(crate) fn main() {
    assert_eq!(Empty::from_bytes(&[]), Ok(Empty {}));
    assert_eq!(HeaderAlone { header: Header { value: 1 } }.to_bytes().unwrap(), 1u32.to_ne_bytes());
    let kept = RestAlone::from_bytes(&[4, 0, 1, 0]).expect("one attribute");
    assert_eq!(kept.rest.unknown().len(), 1);
    assert_eq!(NoMembers::default(), NoMembers {});
    assert_eq!(NoEntries(1).c_name(), None);
    let _ = (NoMessages, UnknownAlone::Unknown(Vec::new()));
    let row = HeaderAloneView::parse(&7u32.to_ne_bytes()).and_then(|view| view.project());
    assert_eq!(row, Ok(Row { value: 7 }));
}
