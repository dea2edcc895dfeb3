use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 8)]
struct Header {
    #[netlink(0)]
    family: u8,
    #[netlink(4)]
    index: i32,
}

#[derive(Clone, Debug, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(header)]
    header: Header,
    #[netlink(IFLA_IFNAME = 3)]
    ifname: Option<NlString>,
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINKINFO = 18, nested)]
    linkinfo: Option<LinkInfo>,
    #[netlink(IFLA_PROP = 52, nested, multi)]
    props: Vec<LinkInfo>,
    #[netlink(IFLA_ALT_IFNAME = 53, multi)]
    names: Vec<NlString>,
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

#[derive(NetlinkMessage)]
#[netlink(of = LinkInfo)]
struct Info {
    kind: Option<NlString>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Link)]
struct Row {
    mtu: Option<u32>,
    linkinfo: Option<Info>,
    // Of another set.
    props: Vec<Row>,
    #[netlink(linkinfo.kind)]
    kind: Option<NlString>,
    #[netlink(linkinfo.ifname)]
    name: Option<NlString>,
}

fn info(view: LinkInfoView<'_>) -> Result<Row, netlink_runtime::DecodeError> {
    view.project()
}

fn main() {}
