//! Selectors in sets around, in fixed headers, in the request.

use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(header, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum ByFamily {
    #[netlink(AF_INET = 2)]
    Inet(Ipv4Addr),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Outer {
    #[netlink(header)]
    header: Header,
    #[netlink(O_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(O_INNER = 2, nested)]
    inner: Option<Inner>,
    #[netlink(O_ADDRESS = 3, by(header.family))]
    address: Option<Address>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Inner {
    #[netlink(I_DATA = 1, sub(outer.kind))]
    data: Option<Data>,
    #[netlink(I_FAMILY = 2, sub(outer.header.family))]
    family: Option<ByFamily>,
    #[netlink(I_REQUEST = 3, sub(request.family))]
    request: Option<ByFamily>,
}

pub(crate) fn main() {
    let value = Outer {
        header: Header { family: 2 },
        kind: Some("raw".into()),
        inner: Some(Inner {
            data: Some(Data::Raw(7)),
            family: Some(ByFamily::Inet(Ipv4Addr::LOCALHOST)),
            request: None,
        }),
        address: Some(Address::from(Ipv4Addr::LOCALHOST)),
    };
    assert_eq!(Outer::from_bytes(&value.to_bytes().expect("an encodable value")), Ok(value));
}
