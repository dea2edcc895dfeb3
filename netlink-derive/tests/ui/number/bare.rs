use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(4)]
    mtu: Option<u32>,
}

fn main() {}
