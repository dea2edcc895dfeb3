use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_A = 1, unterminated)]
    a: Option<String>,
    #[netlink(IFLA_B = 2, unterminated)]
    b: Option<u32>,
    #[netlink(IFLA_C = 3, unterminated, nested)]
    c: Option<NlString>,
}

fn main() {}
