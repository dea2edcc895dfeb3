use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink]
struct Link {
    #[netlink = 4]
    mtu: Option<u32>,
    #[netlink(IFLA_LINK = 5,, be, nested struct, multi)]
    link: Option<u32>,
    #[netlink(IFLA_GROUP = 6, min_len =)]
    group: Option<NlString>,
    #[netlink(0.5, "text", IFLA_X::)]
    x: Option<u32>,
}

fn main() {}
