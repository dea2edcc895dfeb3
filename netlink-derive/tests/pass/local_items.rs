//! Items in functions, also of the same names.

use netlink_runtime::prelude::*;

fn first() -> Option<u16> {
    #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
    struct Link {
        #[netlink(header)]
        header: Header,
        #[netlink(IFLA_INNER = 1, nested)]
        inner: Option<Inner>,
        #[netlink(IFLA_STATE = 2, u8)]
        state: Option<State>,
        #[netlink(IFLA_DATA = 3, sub(state))]
        data: Option<Data>,
    }

    #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
    struct Inner {
        #[netlink(INNER_VALUE = 1)]
        value: Option<u16>,
    }

    #[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
    #[netlink(size = 4)]
    struct Header {
        #[netlink(0)]
        family: u8,
    }

    #[netlink_enum(u8)]
    enum State {
        UP = 1,
    }

    #[derive(Clone, Debug, PartialEq, NetlinkSub)]
    enum Data {
        #[netlink(UP = 1)]
        Up(u32),
        #[netlink(unknown)]
        Unknown(Vec<u8>),
    }

    #[derive(NetlinkOp)]
    #[netlink(protocol = 0, do, request(GET = 1, Link))]
    struct Get;

    #[derive(NetlinkMessage)]
    #[netlink(of = Link)]
    struct Row {
        #[netlink(inner.value)]
        value: Option<u16>,
    }

    let value = Link {
        inner: Some(Inner { value: Some(7) }),
        state: Some(State::UP),
        data: Some(Data::Up(1)),
        ..Link::default()
    };
    let bytes = value.to_bytes().expect("an encodable value");
    let _ = Get::request();
    assert_eq!(Link::from_bytes(&bytes), Ok(value));
    LinkView::parse(&bytes).and_then(|view| view.project::<Row>()).expect("a row").value
}

fn second() -> Option<u8> {
    #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
    struct Link {
        #[netlink(OTHER = 1)]
        value: Option<u8>,
    }
    Link::from_bytes(&[5, 0, 1, 0, 9, 0, 0, 0]).expect("one attribute").value
}

pub(crate) fn main() {
    assert_eq!(first(), Some(7));
    assert_eq!(second(), Some(9));
}
