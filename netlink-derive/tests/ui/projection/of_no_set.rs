use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Info;

#[derive(NetlinkMessage)]
#[netlink(of = Info)]
struct Row {
    mtu: Option<u32>,
    ifname: Option<NlString>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Linkk)]
struct Unknown {
    mtu: Option<u32>,
    ifname: Option<NlString>,
}

fn main() {}
