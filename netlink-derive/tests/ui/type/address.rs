use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_FAMILY = 1)]
    family: Option<u8>,
    #[netlink(IFLA_ADDRESS = 2, by(family))]
    address: Option<IpAddr>,
    #[netlink(IFLA_BROADCAST = 3)]
    broadcast: Option<Address>,
}

fn main() {}
