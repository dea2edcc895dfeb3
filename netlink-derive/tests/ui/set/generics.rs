use netlink_runtime::prelude::*;

#[derive(NetlinkAttrs)]
struct Link<'a, T> {
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<&'a T>,
}

fn main() {}
