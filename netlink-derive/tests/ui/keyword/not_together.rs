use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Inner {}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_A = 1, nested, be)]
    a: Option<Inner>,
    #[netlink(IFLA_B = 2, msecs, u64)]
    b: Option<u64>,
    #[netlink(IFLA_C = 3, records, be)]
    c: Option<Vec<Inner>>,
    #[netlink(IFLA_D = 4, unterminated, net)]
    d: Option<NlString>,
    #[netlink(IFLA_E = 5)]
    e: Option<NlString>,
    #[netlink(IFLA_F = 6, sub(e), by(e))]
    f: Option<Address>,
}

#[derive(Clone, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw", default)]
    Raw(u32),
    #[netlink("other", unknown)]
    Unknown(Vec<u8>),
}

fn main() {}
