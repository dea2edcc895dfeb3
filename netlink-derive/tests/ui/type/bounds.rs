use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Inner {}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_A = 1, max_len = 4)]
    a: Option<u32>,
    #[netlink(IFLA_B = 2, min_len = 1, nested)]
    b: Option<Inner>,
    #[netlink(IFLA_C = 3, min_len = 16, max_len = 15)]
    c: Option<NlString>,
}

fn main() {}
