//! Projections in projections, owned sets, views of forms, errors that are kept.

use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;
use netlink_runtime::{DecodeError, Projection};

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINKINFO = 18, nested)]
    linkinfo: Option<LinkInfo>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct LinkInfo {
    #[netlink(IFLA_INFO_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(IFLA_INFO_DATA = 2, sub(kind))]
    data: Option<Data>,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Debug, NetlinkMessage)]
#[netlink(of = Link)]
struct Row<'m> {
    linkinfo: Option<Info<'m>>,
    #[netlink(linkinfo)]
    boxed: Option<Box<Info<'m>>>,
    #[netlink(linkinfo)]
    owned: Option<LinkInfo>,
    #[netlink(linkinfo.data)]
    form: Option<DataView<'m>>,
    #[netlink(linkinfo.data)]
    data: Option<Data>,
    mtu: Result<Option<u32>, DecodeError>,
}

#[derive(Debug, NetlinkAttrs)]
#[netlink(of = LinkInfo)]
struct Info<'m> {
    kind: Option<&'m str>,
}

pub(crate) fn main() {
    let bytes = Link::builder(Enc::new(Vec::new())).linkinfo(|info| info.data(|data| data.raw(5))).finish();
    let mut bytes = bytes.end().expect("a message");
    // An MTU of one byte.
    bytes.extend_from_slice(&5u16.to_ne_bytes());
    bytes.extend_from_slice(&4u16.to_ne_bytes());
    bytes.extend_from_slice(&[1, 0, 0, 0]);
    let row = Row::from_payload(&bytes).expect("a row");
    assert!(row.mtu.is_err());
    assert_eq!(row.linkinfo.and_then(|info| info.kind), Some("raw"));
    assert_eq!(row.boxed.and_then(|info| info.kind), Some("raw"));
    assert_eq!(row.owned.and_then(|info| info.data), Some(Data::Raw(5)));
    assert_eq!(row.data, Some(Data::Raw(5)));
    assert!(matches!(row.form, Some(DataView::Raw(5))));
}
