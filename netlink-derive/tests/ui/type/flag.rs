use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_A = 1)]
    a: Option<bool>,
    #[netlink(IFLA_B = 2, multi)]
    b: bool,
    #[netlink(IFLA_C = 3, multi)]
    c: Vec<bool>,
    #[netlink(IFLA_D = 4, indexed)]
    d: bool,
    #[netlink(IFLA_E = 5, be)]
    e: bool,
    #[netlink(IFLA_F = 6, indexed)]
    f: Option<Vec<(u16, bool)>>,
}

fn main() {}
