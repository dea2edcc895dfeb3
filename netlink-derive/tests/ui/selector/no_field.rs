use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, sub(knid))]
    mtu: Option<Data>,
    #[netlink(IFLA_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(IFLA_OTHER = 5, sub(family))]
    other: Option<Data>,
}

fn main() {}
