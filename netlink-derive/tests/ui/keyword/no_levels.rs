use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, type_value())]
    mtu: Option<Vec<([u16; 0], u32)>>,
}

fn main() {}
