//! Fields, entries and items whose names are Rust's words.

use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct r#Match {
    #[netlink(A_TYPE = 1)]
    r#type: Option<u32>,
    #[netlink(A_FN = 2, nested)]
    r#fn: Option<Box<Self>>,
    #[netlink(A_USE = 3, sub(r#type))]
    r#use: Option<r#Dyn>,
    #[netlink(A_TYPE_2 = 4)]
    type_: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum r#Dyn {
    #[netlink(1)]
    r#Move(u32),
    #[netlink(unknown)]
    r#Unknown(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(size = 4, length = r#type)]
struct Header {
    #[netlink(0)]
    r#type: u16,
    #[netlink(2)]
    r#in: u16,
}

#[derive(Debug, PartialEq, NetlinkMessage)]
#[netlink(of = r#Match)]
struct Row {
    r#type: Option<u32>,
    #[netlink(fn.type)]
    inner: Option<u32>,
    #[netlink(r#fn.r#type)]
    again: Option<u32>,
    type_: Option<u32>,
}

pub(crate) fn main() {
    let inner = Match { r#type: Some(2), ..Match::default() };
    let value =
        Match { r#type: Some(1), r#fn: Some(Box::new(inner)), r#use: Some(Dyn::Move(3)), type_: Some(4) };
    let bytes = value.to_bytes().expect("an encodable value");
    let row = MatchView::parse(&bytes).and_then(|view| view.project::<Row>()).expect("a row");
    assert_eq!(row, Row { r#type: Some(1), inner: Some(2), again: Some(2), type_: Some(4) });
    assert_eq!((Match::TYPE.id(), Match::TYPE_.id(), Match::FN.id()), (1, 4, 2));
    assert_eq!(Match::meta().attrs[0].name, "type");
    assert_eq!(Header { r#type: 4, r#in: 0 }, Header { r#type: 4, ..Header::default() });
}
