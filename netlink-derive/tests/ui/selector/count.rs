use netlink_runtime::prelude::*;

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_MTU = 4, by())]
    mtu: Option<Address>,
    #[netlink(IFLA_KIND = 1)]
    kind: Option<u8>,
    #[netlink(IFLA_B = 5, by(kind, kind))]
    both: Option<Address>,
    #[netlink(IFLA_C = 6, sub(kind), nested)]
    nest: Option<Data>,
}

fn main() {}
