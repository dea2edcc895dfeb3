use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, be)]
    mtu: Option<u8>,
    #[netlink(IFLA_LINK = 5, be)]
    link: Option<NlString>,
    #[netlink(IFLA_OTHER = 6, net)]
    other: Option<i32>,
}

fn main() {}
