//! The runtime under another name, said by every macro.

mod vendor {
    pub mod deep {
        pub use netlink_runtime as nl;
    }
}
use nl::prelude::*;
use vendor::deep::nl;

/// Means nothing here.
#[allow(unused)]
mod netlink_runtime {}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
#[netlink(crate = vendor::deep::nl)]
struct Message {
    #[netlink(header)]
    header: Header,
    #[netlink(M_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(M_DATA = 2, sub(kind))]
    data: Option<Data>,
    #[netlink(M_STATE = 3, u8)]
    state: Option<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(header, size = 4, crate = nl)]
struct Header {
    #[netlink(0)]
    family: u8,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
#[netlink(crate = crate::vendor::deep::nl)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[netlink_enum(u8, crate = nl)]
enum State {
    UP = 1,
}

#[netlink_flags(u8, crate = nl)]
enum Bits {
    LOW = 1,
}

#[derive(NetlinkOp)]
#[netlink(crate = nl, protocol = 0, do, request(GET = 1, Message))]
struct Get;

#[derive(NetlinkMessage)]
#[netlink(of = Message, crate = nl)]
struct Row<'m> {
    #[netlink(header.family)]
    family: u8,
    kind: Option<&'m str>,
}

fn main() {
    let value = Message { data: Some(Data::Raw(1)), kind: Some("raw".into()), ..Message::default() };
    let bytes = value.to_bytes().expect("an encodable value");
    assert_eq!(Message::from_bytes(&bytes), Ok(value));
    let row: Row<'_> = MessageView::parse(&bytes).and_then(|view| view.project()).expect("a row");
    assert_eq!((row.family, row.kind), (0, Some("raw")));
    let _ = (Get::request(), State::UP, Bits::LOW);
}
