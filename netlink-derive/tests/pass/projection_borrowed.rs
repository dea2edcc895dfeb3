//! Projections that borrow: fields by name and by path, members of the fixed header, flags.

use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 8)]
struct Header {
    #[netlink(0)]
    family: u8,
    #[netlink(4)]
    index: i32,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(header)]
    header: Header,
    #[netlink(IFLA_IFNAME = 3)]
    ifname: Option<NlString>,
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
    #[netlink(IFLA_UP = 5)]
    up: bool,
    #[netlink(IFLA_LINKINFO = 18, nested)]
    linkinfo: Option<LinkInfo>,
    #[netlink(IFLA_TYPE = 19)]
    r#type: Option<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct LinkInfo {
    #[netlink(IFLA_INFO_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(IFLA_INFO_DEEP = 2, nested)]
    deep: Option<Deep>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Deep {
    #[netlink(DEEP_VALUE = 1)]
    value: Option<u64>,
}

#[derive(Debug, PartialEq, NetlinkMessage)]
#[netlink(of = Link)]
struct Row<'m> {
    #[netlink(header.index)]
    index: i32,
    ifname: &'m str,
    mtu: Option<u32>,
    up: bool,
    #[netlink(linkinfo.kind)]
    kind: Option<NlStr<'m>>,
    #[netlink(linkinfo.deep.value)]
    value: Option<u64>,
    // The keyword need not be escaped.
    #[netlink(type)]
    ty: Option<u8>,
    r#type: Option<u8>,
}

#[derive(Debug, PartialEq, NetlinkMessage)]
#[netlink(of = Link)]
struct Nothing {}

#[derive(NetlinkMessage)]
#[netlink(of = Link)]
struct Whole<'m> {
    header: Header,
    linkinfo: Option<LinkInfoView<'m>>,
}

pub(crate) fn main() {
    let built = Link::builder(Enc::new(Vec::new()))
        .header(Header { family: 0, index: 3 })
        .ifname("lo")
        .linkinfo(|info| info.kind("vlan").deep(|deep| deep.value(9)))
        .up()
        .r#type(1);
    let bytes = built.finish().end().expect("a message");
    let view = LinkView::parse(&bytes).expect("a header");
    let row: Row<'_> = view.project().expect("a row");
    let ty = Some(1);
    let kind = row.kind;
    assert_eq!(kind.expect("it has a kind"), "vlan");
    let wanted = Row { index: 3, ifname: "lo", mtu: None, up: true, kind, value: Some(9), ty, r#type: ty };
    assert_eq!(row, wanted);
    assert_eq!(view.project::<Nothing>(), Ok(Nothing {}));
    let whole: Whole<'_> = view.project().expect("all of it");
    assert_eq!(whole.header.index, 3);
    assert!(whole.linkinfo.is_some());
}
