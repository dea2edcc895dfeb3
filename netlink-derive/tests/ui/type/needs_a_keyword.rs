use netlink_runtime::prelude::*;

struct Info;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<Info>,
}

fn main() {}
