use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Info {
    #[netlink(IFLA_INFO_KIND = 1)]
    kind: Option<Box<NlString>>,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_INFO = 1, nested, multi)]
    infos: Vec<Box<Info>>,
    #[netlink(IFLA_INDEXED = 2, indexed, nested)]
    indexed: Option<Vec<(u16, Box<Info>)>>,
}

fn main() {}
