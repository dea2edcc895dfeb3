use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    mtu: Option<u32>,
    #[netlink(nested)]
    group: Option<u32>,
}

fn main() {}
