use netlink_runtime::prelude::*;

#[allow(non_snake_case)]
#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 1)]
    mtu: Option<u32>,
    #[netlink(IFLA_MAX_MTU = 2)]
    MTU: Option<u32>,
    // These are three.
    #[netlink(IFLA_TYPE = 3)]
    r#type: Option<u32>,
    #[netlink(IFLA_TYPE2 = 4)]
    type_: Option<u32>,
    #[netlink(IFLA_TYPE3 = 5)]
    _type: Option<u32>,
}

fn main() {}
