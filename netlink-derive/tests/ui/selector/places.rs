use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
enum Data {
    #[netlink("a", "b", "c", "d", "e")]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(IFLA_A = 2, sub(kind, kind, kind, kind, kind))]
    a: Option<Data>,
    #[netlink(IFLA_B = 3, sub(outer))]
    b: Option<Data>,
    #[netlink(IFLA_C = 4, sub(outer.))]
    c: Option<Data>,
    #[netlink(IFLA_D = 5, sub(request))]
    d: Option<Data>,
    #[netlink(IFLA_E = 6, sub(outer.header.kind.text))]
    e: Option<Data>,
    #[netlink(IFLA_F = 7, sub(outer.linkinfo.kind))]
    f: Option<Data>,
    #[netlink(IFLA_G = 8, sub("kind"))]
    g: Option<Data>,
}

fn main() {}
