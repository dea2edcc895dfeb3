use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Info;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, u8)]
    mtu: Option<Info>,
}

fn main() {}
