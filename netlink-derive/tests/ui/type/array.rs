use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Inner {}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_A = 1, array)]
    a: Option<Vec<NlString>>,
    #[netlink(IFLA_B = 2, array, nested)]
    b: Option<Vec<Inner>>,
    #[netlink(IFLA_C = 3, array)]
    c: Option<[u32; 4]>,
    #[netlink(IFLA_D = 4, array)]
    d: Option<Vec<bool>>,
}

fn main() {}
