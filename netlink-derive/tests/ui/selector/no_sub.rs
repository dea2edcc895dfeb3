use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Info;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, sub(kind))]
    mtu: Option<Info>,
    #[netlink(IFLA_KIND = 1)]
    kind: Option<NlString>,
}

fn main() {}
