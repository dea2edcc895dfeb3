use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
#[netlink(pad(IFLA_PAD = 16384), unused(IFLA_OLD = 4))]
struct Link {
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
    #[netlink(IFLA_NEGATIVE = -1)]
    negative: Option<u32>,
    #[netlink(IFLA_HUGE = 18446744073709551616)]
    huge: Option<u32>,
}

fn main() {}
